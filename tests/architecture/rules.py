"""The rules of the architecture. A rule takes a Tree and returns what breaks it, a line each."""
import os
import re
import subprocess

from log_table import every_line_of_the_log_is_in_its_table
from sources import PRODUCT, stem

UPPER = ("supervisor", "prober", "ctl")
# Root's own code stays readable in one sitting.
MOST_LINES_SUPERVISOR = 900
MOST_LINES_ROOT = 1500  # with common/, which root runs as well
MOST_LINES_FILE = 300
EXEC = (r"(?<![\w.>])(?:posix_spawnp?|exec(?:l|le|lp|v|ve|vp|vpe|veat)|fexecve|v?fork|_Fork|clone3?"
        r"|system|popen|wordexp)\s*\(|\bSYS_(?:exec\w+|v?fork|clone3?)\b")
NETWORK = r"\bAF_(?:INET6?|PACKET|NETLINK|VSOCK)\b|\bPF_INET6?\b|\bgetaddrinfo\b|\b(?:evhttp|evdns)_\w+"
UNWANTED_LIBRARIES = ("libcurl", "libssl", "libcrypto", "libcap")
# Put together, so that this file passes its own rule.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
EM_DASH = chr(0x2014)
# What only the machine of whoever wrote it can follow.
PRIVATE = re.compile(r"/wor" r"k/|/ho" r"me/\w+/|/ro" r"ot/\w|\bissu" r"es? #?\d|\bissu" r"es show\b"
                     r"|\bshar" r"ed/(?:[A-Z]|facts)|\bpackage mir" r"ror", re.IGNORECASE)
MANUAL = re.compile(r"\b([\w./-]+\.md)\b")


def upper_folders_stay_apart(tree):
    """supervisor, prober and ctl never include each other, nor any product file a test"""
    return [f"{path}: includes {included}"
            for top in UPPER for path in tree.code(top) for included in tree.includes(path)
            if included.split("/")[0] in (*UPPER, "tests") and not included.startswith(top + "/")]


def lower_folders_know_nobody(tree):
    """proto and common include none of supervisor, prober, ctl, tests; proto not even common"""
    forbidden = {"common": (*UPPER, "tests"), "proto": (*UPPER, "tests", "common")}
    return [f"{path}: includes {included}" for top, others in forbidden.items()
            for path in tree.files(top, endings=(".cc", ".h", ".proto"))
            for included in tree.includes(path) if included.split("/")[0] in others]


def includes_begin_at_the_root(tree):
    """no include goes upwards"""
    return [f"{path}: includes {i}" for path in tree.code(*PRODUCT, "tests")
            for i in tree.includes(path) if ".." in i.split("/")]


def one_file_executes(tree):
    """programs are executed by supervisor/unit_starter.cc alone, and by one file of ctl"""
    found = tree.find(EXEC, [p for p in tree.code() if p != "supervisor/unit_starter.cc"])
    in_ctl = {f.split(":")[0] for f in found if f.startswith("ctl/")}
    return found if len(in_ctl) > 1 else [f for f in found if not f.startswith("ctl/")]


def _one_pair(found, folder):
    pairs = {stem(f.split(":")[0]) for f in found}
    if all(p.startswith(folder + "/") for p in pairs) and len(pairs) == 1:
        return []
    return found or [f"{folder}/: nobody uses it; the rule has lost its object"]


def _including(tree, header):
    return [f"{path}: includes {i}" for path in tree.code() for i in tree.includes(path)
            if re.match(header, i)]


def one_pair_knows_libcurl(tree):
    """<curl/...> is included by one pair of files of the prober, and by one of ctl"""
    found = _including(tree, r"curl/")
    in_ctl = [f for f in found if f.startswith("ctl/")]
    others = [f for f in found if not f.startswith("ctl/")]
    return _one_pair(others, "prober") + (_one_pair(in_ctl, "ctl") if in_ctl else [])


def one_pair_knows_libcap(tree):
    """<sys/capability.h> is included by one pair of files of the prober"""
    return _one_pair(_including(tree, r"sys/capability\.h"), "prober")


def one_pair_knows_evhttp(tree):
    """<event2/http.h> is included by one pair of files of the prober"""
    return _one_pair(_including(tree, r"event2/http"), "prober")


def one_pair_opens_raw_sockets(tree):
    """SOCK_RAW is named in one pair of files of the prober"""
    return _one_pair(tree.find(r"\bSOCK_RAW\b", tree.code()), "prober")


def supervisor_has_no_network(tree):
    """supervisor/ names no network address family, resolver or HTTP server"""
    return tree.find(NETWORK, tree.code("supervisor"))


def wire_types_stop_at_the_border(tree):
    """in supervisor/, wire types are read by observation.* and written by acknowledgement.* alone"""
    border = ("supervisor/observation", "supervisor/acknowledgement")
    inside = [p for p in tree.code("supervisor") if stem(p) not in border]
    return (tree.find(r"\bwire::|\bnamespace\s+wire\b", inside)
            + [f"{p}: includes {i}" for p in inside for i in tree.includes(p)
               if re.search(r"(health|status)\.pb\.h$", i)])


def root_code_stays_small(tree):
    """lines of supervisor/ and common/ without blanks and comments"""
    alone, both = tree.counted_lines("supervisor"), tree.counted_lines("supervisor", "common")
    faults = []
    if alone >= MOST_LINES_SUPERVISOR:
        faults.append(f"supervisor/: {alone} lines, must be under {MOST_LINES_SUPERVISOR}")
    if both >= MOST_LINES_ROOT:
        faults.append(f"supervisor/ and common/: {both} lines, must be under {MOST_LINES_ROOT}")
    return faults


def files_stay_short(tree):
    """no file of code is longer than 300 lines"""
    faults = []
    for path in tree.files():
        text = tree.text(path)
        is_code = path.endswith((*CODE_ENDINGS, "CMakeLists.txt")) or (text or "").startswith("#!")
        if text and is_code and text.count("\n") > MOST_LINES_FILE:
            faults.append(f"{path}: {text.count(chr(10))} lines, at most {MOST_LINES_FILE}")
    return faults


CODE_ENDINGS = (".cc", ".h", ".proto", ".py", ".sh", ".cmake", ".te")


def every_source_has_its_test(tree):
    """FOLDER/NAME.cc has tests/FOLDER/NAME_test.cc, and a CMakeLists.txt that builds it"""
    faults = []
    for path in tree.files(*PRODUCT, endings=".cc"):
        folder, name = os.path.split(path)
        test = f"{name.removesuffix('.cc')}_test.cc"
        if name == "main.cc":
            continue
        if not tree.exists(f"tests/{folder}/{test}"):
            faults.append(f"{path}: has no tests/{folder}/{test}")
            continue
        lists = f"tests/{folder}/CMakeLists.txt"
        if not tree.exists(lists) or not re.search(r"\b" + test + r"|\*_test\.cc", tree.text(lists)):
            faults.append(f"tests/{folder}/{test}: is not built by {lists}")
    return faults


def nothing_is_left_unfinished(tree):
    """no marks of unfinished work, no long dashes"""
    return _lines(tree, lambda line: UNFINISHED.search(line) or EM_DASH in line)


def text_is_for_everybody(tree):
    """no text points at what only one machine has, nor at a manual that is not here"""
    manuals = {os.path.basename(p) for p in tree.files(endings=".md")}

    def points_away(line):
        return PRIVATE.search(line) or any(
            os.path.basename(m) not in manuals for m in MANUAL.findall(line) if "://" not in line)
    return _lines(tree, points_away)


def _lines(tree, wrong):
    return [f"{path}:{number}: {line.strip()[:120]}" for path in tree.files()
            for number, line in enumerate((tree.text(path) or "").splitlines(), 1) if wrong(line)]


def linked_libraries(binary):
    """All shared libraries of a program, those of its libraries as well."""
    listing = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    return sorted(line.split()[0] for line in listing.splitlines() if ".so" in line)


def supervisor_links_little(binary):
    """the built supervisor links neither libcurl, libssl, libcrypto nor libcap"""
    if not os.path.exists(binary):
        return [f"{binary}: not there; build the preset release first"]
    return [f"{binary}: links {library}" for library in linked_libraries(binary)
            if library.split(".so")[0].split("-")[0] in UNWANTED_LIBRARIES]


SOURCE_RULES = (
    upper_folders_stay_apart, lower_folders_know_nobody, includes_begin_at_the_root,
    one_file_executes, one_pair_knows_libcurl, one_pair_knows_libcap, one_pair_knows_evhttp,
    one_pair_opens_raw_sockets,
    supervisor_has_no_network, wire_types_stop_at_the_border, root_code_stays_small,
    files_stay_short, every_source_has_its_test, nothing_is_left_unfinished, text_is_for_everybody,
    every_line_of_the_log_is_in_its_table)
