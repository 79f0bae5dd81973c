"""LOG.md against the code: no line that a daemon writes is missing there, and none there is gone."""
import re

DAEMONS = ("prober", "supervisor", "common")
TABLE = "LOG.md"
# What writes a line, or hands over the words of one.
WRITES = re.compile(r"\b(?:P?LOG|LOG_IF|Record|Tell|Say|Close|Lose|done_|OnStarted|Configure)\s*\("
                    r"|\breturn \{k[A-Z]\w+, |\bstd::cerr <<")
# In the supervisor, which has few, each error as well.
ERRORS = re.compile(r"\bFail\s*\(")
# Whose every text is a line, or a part of one; those of a function that ends in one, likewise.
WORDED = ("prober/gateway_log.cc", "prober/connector_book.cc", "prober/budget_plan.cc")
# The words that stand for a verdict or a refusal.
WORDS, ENUMS = "proto/words.proto", ("Verdict", "Refusal")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
NAME = re.compile(r"\b[a-z]\w*\b")
PLACEHOLDER = re.compile(r"\b[A-Z]+\b")
WORD = re.compile(r"[a-z]{3,}")


def statement(text, begin):
    """From `begin` to the semicolon that ends the statement, strings left whole."""
    depth, at = 0, begin
    while at < len(text):
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text[at] == "{" and depth == 0 and text[begin:at].rstrip().endswith((")", "const")):
            break  # of a function that is written here, not called
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(text[at], 0)
        if text[at] == ";" and depth <= 0:
            break
        at += 1
    return text[begin:at]


def without_comments(text):
    return re.sub(r"(?m)(^|\s)//.*$", "", text)


def sentences(text, writes=WRITES):
    """The literals of two words or more that stand in lines of the log, by way of constants also."""
    found = set()
    for match in writes.finditer(text):
        written = statement(text, match.start())
        parts, seen = [written], set()
        while parts:
            part = parts.pop()
            found.update(LITERAL.findall(part))
            for name in set(NAME.findall(LITERAL.sub("", part))) - seen:
                seen.add(name)
                # The last constant of that name before the statement, in the same function.
                function = text[text.rfind("\n}\n", 0, match.start()) + 1:match.start()]
                made = list(re.finditer(r"\bconst (?:std::string|auto) " + name + r"(?= =)", function))
                if made:
                    parts.append(statement(function, made[-1].start()))
    return meaningful(found)


def meaningful(literals):
    """Those of two words or more, without what differs from line to line."""
    return {re.sub(r"^ ?\[[A-Z]+\]", "", one).replace("\\n", "").strip(" .:,;()") for one in literals
            if re.search(r"[A-Za-z,.)] [A-Za-z(]", one)}


def rows(table):
    """The first cells of the table, without the marks."""
    return [match.group(1).strip().strip("`")
            for match in re.finditer(r"^\| (`.*?`) \|", table, re.MULTILINE)]


def constants(text):
    """The names of the enums whose words come in the log."""
    bodies = [re.search(r"\benum " + name + r" \{(.*?)\n\}", text, re.DOTALL) for name in ENUMS]
    return [name for body in bodies if body
            for name in re.findall(r"^ +([A-Z]\w+) = \d+;", body.group(1), re.MULTILINE)]


def every_line_of_the_log_is_in_its_table(tree):
    """LOG.md has every line that the daemons write, and none that they do not"""
    if not tree.exists(TABLE):
        return [f"{TABLE}: is not there"]
    lines = rows(tree.text(TABLE))
    whole = "\n".join(lines)
    faults, words = [], set()
    for path in tree.code(*DAEMONS):
        text = without_comments(tree.text(path))
        words.update(word for literal in LITERAL.findall(text) for word in WORD.findall(literal))
        errors = sentences(text, ERRORS) if path.startswith("supervisor/") else set()
        if path in WORDED:
            errors |= meaningful(LITERAL.findall(re.sub(r'"\s*\n\s*"', "", text)))
        faults += [f"{path}: \"{one}\" stands in no line of {TABLE}"
                   for one in sorted(sentences(text) | errors) if one not in whole]
    for line in lines:
        gone = [word for word in WORD.findall(PLACEHOLDER.sub(" ", line)) if word not in words]
        if gone:
            faults.append(f"{TABLE}: `{line}`: no daemon says \"{gone[0]}\"")
    if tree.exists(WORDS):
        faults += [f"{WORDS}: {word} stands in no table of {TABLE}"
                   for word in constants(tree.text(WORDS)) if word not in lines]
    return faults
