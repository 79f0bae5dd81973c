"""What a guest wrote, made into lines for the reader and two numbers.

Trusts nothing of it: a group whose results do not come to their end has failed, whatever they say.
"""
import re

VERDICT = re.compile(r"(ok|FAILED) (.*) (\(\d+\.\d s\))$")


class Report:
    """Says the results of one group as they are read; counts them."""

    def __init__(self, title, say):
        self._title = title
        self._say = say
        self._running = None
        self.passed = self.failed = 0
        self.ended = False

    def line(self, text):
        if self.ended:
            return
        verdict = VERDICT.match(text)
        if verdict:
            self._running = None
            self.passed += verdict[1] == "ok"
            self.failed += verdict[1] == "FAILED"
            self._say(f"{verdict[1]} {self._title}: {verdict[2]} {verdict[3]}")
        elif text.startswith(".. "):
            self._running = text[3:]
        elif text.startswith("== "):
            pass  # for the machine
        elif text == "end":
            self.ended = True
        else:
            self._say(text)

    def fail(self, name, why):
        self.failed += 1
        lines = "\n".join("    " + line for line in why.splitlines())
        self._say(f"FAILED {self._title}: {name}\n{lines}")

    def finish(self, console, why=""):
        """After the last line. `console`: the file of what the bed said, shown if there is cause."""
        if not self.ended:
            self.fail(self._running or "the group",
                      f"the results end in the middle. {why}\nThe end of the console:\n"
                      + last_lines(console, 30))
        elif self.passed + self.failed == 0:
            self.fail("the group", "not one case ran")
        elif why:
            self.fail("the end of the bed", why + "\n" + last_lines(console, 30))


def last_lines(path, count):
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            return "\n".join(file.read().splitlines()[-count:])
    except FileNotFoundError:
        return "(nothing)"
