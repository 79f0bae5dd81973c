"""Proves that each rule can fail: a small made tree that breaks none, then one violation at a time."""
import os
import subprocess
import tempfile

import binaries
import rules
from sources import Tree

SOUND = {
    "proto/health.proto": 'syntax = "proto2";\n',
    "common/log.h": "// Logs.\n#pragma once\n",
    "common/log.cc": '#include "common/log.h"\n',
    "supervisor/main.cc": '#include "common/log.h"\nint main() { return 0; }\n',
    "supervisor/unit_starter.cc": "// posix_spawn() once\nint Start() { return posix_spawn(); }\n",
    "supervisor/observation.cc": '#include "health.pb.h"\nwire::HealthReport report;\n',
    "supervisor/acknowledgement.cc": "wire::Acknowledgement answer;\n",
    "supervisor/decision.cc": "/* wire:: and fork() in a comment */ auto s = \"system(1) AF_INET\";\n",
    "prober/http_client.cc": "#include <curl/curl.h>\n",
    "prober/http_client.h": "#include <curl/curl.h>\n",
    "prober/privileges.cc": "#include <sys/capability.h>\n",
    "prober/status_server.h": "#include <event2/http.h>\n",
    "prober/gateway_monitor.cc": "int s = socket(AF_INET, SOCK_RAW, 1);\n",
    "ctl/status_client.h": "#include <curl/curl.h>\n",
    "README.md": "See README.md.\n",
    ".git": "gitdir: /ho" "me/somebody/main/.git/worktrees/this\n",
    "LOG.md": "| `Things happened: REASON` |\n| `ODD_PACKET` | Not even. |\n",
    "proto/words.proto": 'syntax = "proto3";\nenum Refusal {\n  ODD_PACKET = 0;\n}\n',
    "prober/connector_book.cc": 'auto a = "Things "\n  "happened";\n',
    "prober/thing.cc": 'void F() { LOG(INFO) << "Things happened: " << 1; }\n',
}


def lines(folder, number):
    """At least this many lines of code, in files that are short enough."""
    return {f"{folder}/part{i}.h": "int a;\n" * 250 + "\n// not counted\n"
            for i in range(-(-number // 250))}


# Rule -> violations, each {path: text}; a text of None takes the file away.
VIOLATIONS = {
    rules.upper_folders_stay_apart: (
        {"prober/main.cc": '#include "supervisor/decision.h"\n'},
        {"supervisor/decision.cc": "#include <prober/http_client.h>\n"},
        {"ctl/main.cc": '  #  include "prober/http_client.h"\n'},
        {"supervisor/decision.cc": '#include "tests/support/clock.h"\n'}),
    rules.lower_folders_know_nobody: (
        {"common/log.cc": '#include "prober/http_client.h"\n'},
        {"proto/health.proto": 'syntax = "proto2";\nimport "common/config.proto";\n'}),
    rules.includes_begin_at_the_root: ({"common/log.cc": '#include "../common/log.h"\n'},),
    rules.one_file_executes: (
        {"supervisor/decision.cc": "int a = std::system(0);\n"},
        {"prober/http_client.cc": "#include <curl/curl.h>\nint a = fork();\n"},
        {"common/log.cc": "int a = execve (0, 0, 0);\n"},
        {"supervisor/main.cc": "long a = syscall(SYS_execve, 0);\n"},
        {"supervisor/unit_starter.h": "int a = popen(0, 0);\n"},
        {"ctl/a.cc": "int a = fork();\n", "ctl/b.cc": "int b = execv(0, 0);\n",
         "tests/ctl/a_test.cc": "", "tests/ctl/b_test.cc": "",
         "tests/ctl/CMakeLists.txt": "a_test.cc b_test.cc\n"}),
    rules.one_pair_knows_libcurl: (
        {"prober/privileges.cc": "#include <sys/capability.h>\n#include <curl/curl.h>\n"},
        {"common/log.cc": "#include <curl/easy.h>\n"},
        {"prober/http_client.cc": "", "prober/http_client.h": ""},
        {"ctl/options.h": "#include <curl/easy.h>\n"}),
    rules.one_pair_knows_libcap: ({"supervisor/decision.cc": "#include <sys/capability.h>\n"},),
    rules.one_pair_knows_evhttp: (
        {"prober/privileges.cc": "#include <sys/capability.h>\n#include <event2/http.h>\n"},
        {"supervisor/decision.cc": "#include <event2/http_struct.h>\n"}),
    rules.one_pair_opens_raw_sockets: (
        {"prober/http_client.cc": "#include <curl/curl.h>\nint a = SOCK_RAW;\n"},),
    rules.supervisor_has_no_network: ({"supervisor/decision.cc": "int a = AF_INET6;\n"},),
    rules.wire_types_stop_at_the_border: (
        {"supervisor/decision.cc": "wire::HealthReport a;\n"},
        {"supervisor/decision.cc": "using namespace wire;\n"},
        {"supervisor/decision.cc": '#include "health.pb.h"\n'}),
    rules.root_code_stays_small: (
        lines("supervisor", rules.MOST_LINES_SUPERVISOR), lines("common", rules.MOST_LINES_ROOT)),
    rules.files_stay_short: (
        {"common/log.cc": "// a line\n" * 301},
        {"tests/run": "#!/bin/bash\n" + "true\n" * 300}),
    rules.every_source_has_its_test: (
        {"tests/common/log_test.cc": None},
        {"tests/common/CMakeLists.txt": "another_test.cc\n"}),
    rules.nothing_is_left_unfinished: (
        {"common/log.cc": "// TO" "DO: more\n"}, {"tests/run": "# X" "XX\n"},
        {"README.md": f"A dash {rules.EM_DASH} here.\n"}),
    rules.text_is_for_everybody: (
        {"README.md": "See /wor" "k/main.\n"}, {"common/log.cc": "// as issu" "e 7 says\n"},
        {"common/log.cc": "// see DESIGN" ".md\n"}),
    rules.every_line_of_the_log_is_in_its_table: (
        {"LOG.md": "| `Things were said: REASON` |\n| `ODD_PACKET` | Not even. |\n"},
        {"LOG.md": None},
        {"prober/thing.cc": 'void F() { LOG(INFO) << "Things happened: " << 1; }\n'
                            'void G() {\n  const std::string what = "more of it";\n  Say(what + "x");\n}\n'},
        {"supervisor/decision.cc": 'auto a() { return Fail("no such thing"); }\n'},
        {"prober/connector_book.cc": 'auto a = "whatever it "\n  "may be";\n'},
        {"proto/words.proto": 'syntax = "proto3";\nenum Verdict {\n  WAIT_FOR_IT = 3;  // so\n}\n'}),
}


def sound_tree():
    """SOUND, and a test for each of its sources."""
    files = dict(SOUND)
    for path in SOUND:
        folder, name = os.path.split(path)
        if name.endswith(".cc") and name != "main.cc":
            test = name.removesuffix(".cc") + "_test.cc"
            files[f"tests/{folder}/{test}"] = ""
            lists = f"tests/{folder}/CMakeLists.txt"
            files[lists] = files.get(lists, "") + test + "\n"
    return files


def broken_rules(changes):
    """The rules that a sound tree with these changes breaks."""
    with tempfile.TemporaryDirectory(prefix="architecture.") as root:
        for path, text in (sound_tree() | changes).items():
            if text is None:
                continue
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return [rule for rule in rules.SOURCE_RULES if rule(Tree(root))]


def check_rule(rule):
    """What is wrong with a rule: each violation must break it, and no other rule."""
    faults = [] if VIOLATIONS.get(rule) else ["no violation is known to this test"]
    for changes in VIOLATIONS.get(rule, ()):
        broken = broken_rules(changes)
        if broken != [rule]:
            faults.append(f"{sorted(changes)[0]}: broke {[r.__name__ for r in broken]}")
    return faults


def check_linking():
    """A program that links libcap is found out, one that links nothing is not."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="architecture.") as root:
        for name, flags in (("plain", []), ("linked", ["-Wl,--no-as-needed", "-lcap"])):
            binary = os.path.join(root, name)
            subprocess.run(["g++", "-x", "c++", "-", "-o", binary, *flags], check=True, text=True,
                           input="int main() {}\n")
            if bool(rules.supervisor_links_little(binary)) != bool(flags):
                faults.append(f"a {name} program was judged wrongly")
        if not rules.supervisor_links_little(os.path.join(root, "missing")):
            faults.append("a missing program passed")
    return faults


def run_all():
    """[(title, faults)]."""
    sound = [f"a sound tree breaks {rule.__name__}" for rule in broken_rules({})]
    return ([("nothing, in a sound tree", sound)]
            + [(rule.__doc__, check_rule(rule)) for rule in rules.SOURCE_RULES]
            + [(rules.supervisor_links_little.__doc__, check_linking()),
               ("hardening of programs and sources", binaries.check_hardening())])
