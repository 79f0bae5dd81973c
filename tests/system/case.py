"""The base of every system test: a world of its own, evidence on failure, a clean end."""
import unittest

from world import World


class SystemTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.world.open()

    def _callTestMethod(self, method):
        try:
            super()._callTestMethod(method)
            if not self._outcome.success:  # a subTest swallows its failure
                raise AssertionError("a case of this test's table failed; see above")
            self.end_daemons()
            self.world.audit_lines()  # every line of every test has the one form
        except BaseException as error:
            error.add_note(self.world.evidence())
            raise

    def end_daemons(self):
        """What still runs ends by SIGTERM with status 0, and no sanitizer had a word to say."""
        for child in reversed(self.world.children):
            if child.running() and child.name in ("prober", "supervisor"):
                status, _ = child.stop()
                self.assertEqual(status, 0, f"{child.name}'s exit status after SIGTERM")
        for child in self.world.children:
            self.assertEqual(child.sanitizer_reports(), [], child.name)

    def start_world(self, tunnels=1, default="healthy", **settings):
        """The usual beginning: API, configuration, both daemons."""
        world = self.world
        world.behave(default)
        world.start_api()
        world.write_config(tunnels=tunnels, **settings)
        world.start_both()
        return world

    def assert_no_start(self):
        self.assertEqual(self.world.starts(), [], "no unit may have been started")
