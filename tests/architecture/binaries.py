"""What the built programs show of their hardening: read from the ELF files by readelf(1), and of
FORTIFY, which leaves no sure trace there, from the compile commands."""
import json
import os
import re
import subprocess
import tempfile

PROGRAMS = ("supervisor/failover-supervisor", "prober/failover-prober", "ctl/failoverctl")
COMPILED_WITH = ("-D_FORTIFY_SOURCE=3", "-fstack-protector-strong", "-fstack-clash-protection",
                 "-fcf-protection=full")
GOOD_COMPILE = ["-O2", "-fPIE", "-fstack-protector-strong", "-fcf-protection=full"]
GOOD_LINK = ["-pie", "-Wl,-z,relro,-z,now,-z,noexecstack"]
# Each spoils one thing. Later options win.
SPOILERS = {
    "position-independent": ["-fno-PIE", "-no-pie"],
    "RELRO": ["-Wl,-z,norelro"],
    "bound at start": ["-Wl,-z,lazy"],
    "canaries": ["-fno-stack-protector"],
    "branch targets": ["-fcf-protection=none"],
    "executable stack": ["-Wl,-z,execstack"],
    "library path": ["-Wl,-rpath=/opt/lib"],
}
SAMPLE = r"""
#include <cstdio>
int main(int argc, char** argv) {
  char text[64];
  std::snprintf(text, sizeof(text), "%s", argv[argc - 1]);
  return std::puts(text);
}
"""


def _readelf(*options):
    return subprocess.run(["readelf", "--wide", *options], capture_output=True, text=True,
                          check=True).stdout


def _begins_with_endbr64(program, function):
    """The note that says it for the whole program is lost with Debian's own start files."""
    listing = subprocess.run(["objdump", "--disassemble=" + function, "--no-show-raw-insn", program],
                             capture_output=True, text=True, check=True).stdout
    return bool(re.search(rf"<{function}>:\n\s*\w+:\s+endbr64", listing))


def weaknesses(program):
    """What a program lacks, a line each."""
    header = _readelf("--file-header", program)
    segments = _readelf("--program-headers", program)
    dynamic = _readelf("--dynamic", program)
    stack = re.search(r"GNU_STACK.*", segments)
    checks = {
        "is not position-independent": not re.search(r"Type:\s+DYN", header),
        "has no RELRO": "GNU_RELRO" not in segments,
        "is not bound at start (-z now)": not re.search(r"FLAGS.*\bNOW\b", dynamic),
        "has no stack canaries": "__stack_chk_fail" not in _readelf("--dyn-syms", program),
        "has no marked branch targets (endbr64)": not _begins_with_endbr64(program, "main"),
        "has an executable stack": not stack or " RWE " in stack[0],
        "has a library path of its own": bool(re.search(r"\((RPATH|RUNPATH)\)", dynamic)),
    }
    return [f"{program}: {words}" for words, found in checks.items() if found]


def programs_are_hardened(build):
    """the built programs: PIE, full RELRO, canaries, endbr64, no executable stack, no RPATH"""
    faults = []
    for name in PROGRAMS:
        program = os.path.join(build, name)
        faults += weaknesses(program) if os.path.exists(program) else [f"{program}: not there"]
    return faults


def sources_are_fortified(build):
    """every product source is compiled with FORTIFY and the other hardening flags"""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    return unfortified(commands) or ([] if commands else [f"{build}: no compile commands"])


def unfortified(commands):
    """The sources that lack a flag."""
    return [f"{entry['file']}: compiled without {flag}" for entry in commands
            for flag in COMPILED_WITH if flag not in entry["command"].split()]


def check_hardening():
    """Each spoiled program must be seen as spoiled, and the sound one as sound."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="architecture.") as root:
        for name, flags in {"": [], **SPOILERS}.items():
            program = os.path.join(root, "program")
            subprocess.run(["g++", "-x", "c++", "-", "-o", program, *GOOD_COMPILE, *GOOD_LINK, *flags],
                           check=True, text=True, input=SAMPLE)
            if bool(weaknesses(program)) != bool(flags):
                faults.append(f"a program was judged wrongly: {name or 'the sound one'}")
    for flag in COMPILED_WITH:
        flags = " ".join(other for other in COMPILED_WITH if other != flag)
        if len(unfortified([{"file": "x.cc", "command": f"g++ {flags} x.cc"}])) != 1:
            faults.append(f"a command without {flag} was judged wrongly")
    return faults
