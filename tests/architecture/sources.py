"""The project's files, as the rules see them: code without comments, includes, lines that count."""
import os
import re

PRODUCT = ("proto", "common", "supervisor", "prober", "ctl")
CODE = (".cc", ".h")
IGNORED = {"build", ".git", "__pycache__", ".cache"}
COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"', re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]|^\s*import\s+"([^"]+)"', re.MULTILINE)


class Tree:
    """A checkout; paths are relative to its root, with forward slashes."""

    def __init__(self, root):
        self.root = os.path.abspath(root)

    def files(self, *folders, endings=None):
        """Sorted paths of the files in these folders, or of all."""
        found = []
        for top in folders or ("",):
            for directory, names, files in os.walk(os.path.join(self.root, top)):
                names[:] = [n for n in names if n not in IGNORED]
                found += [os.path.relpath(os.path.join(directory, f), self.root)
                          for f in files if f not in IGNORED]  # .git is a file in a worktree
        return sorted(f for f in found if endings is None or f.endswith(endings))

    def code(self, *folders):
        return self.files(*(folders or PRODUCT), endings=CODE)

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def text(self, path):
        """The text of a file, or None if it is not text."""
        with open(os.path.join(self.root, path), "rb") as file:
            content = file.read()
        try:
            return None if b"\0" in content else content.decode()
        except UnicodeDecodeError:
            return None

    def bare(self, path):
        """C++ without comments and the insides of strings; the lines stay where they are."""
        def blank(match):
            text = match.group()
            lines = "\n" * text.count("\n")
            return lines if text.startswith("/") else '"' + lines + '"'
        return COMMENT_OR_STRING.sub(blank, self.text(path) or "")

    def includes(self, path):
        return [a or b for a, b in INCLUDE.findall(self.text(path) or "")]

    def find(self, pattern, paths):
        """["path:line: what was found"] in the bare code of these files."""
        found = []
        for path in paths:
            for number, line in enumerate(self.bare(path).splitlines(), 1):
                found += [f"{path}:{number}: {m.group().strip()}" for m in re.finditer(pattern, line)]
        return found

    def counted_lines(self, *folders):
        """Lines without blanks and comments."""
        return sum(1 for path in self.code(*folders)
                   for line in self.bare(path).splitlines() if line.strip())


def stem(path):
    """common/log.cc and common/log.h are one pair: common/log."""
    return os.path.splitext(path)[0]
