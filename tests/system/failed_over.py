"""A world in which the backups run already, because their tunnels were down before the test begins:
then the prober asks who is connected to them, from its first acknowledgement on.

The API that the outage needed is gone again, and so is the prober, which the test starts anew.
"""
import os
import re
import signal

from connectors import BACKUP, CRASHED, OURS, RETURNED
from world import World, wait_until


class FailedOver:
    """To be mixed into a SystemTest."""
    LISTED = [CRASHED, BACKUP, RETURNED]  # would be a return, if it were believed

    def fail_over(self, tunnels, **settings):
        """`tunnels` have a failback_service. From here on `seen` audit lines are those of before."""
        world = self.world
        self.tunnels = tunnels
        self.settings = {"failback_after": 1, "cooldown": 3600, **settings}
        world.cloudflared("cloudflared", OURS)
        world.behave("down")
        world.start_api()
        world.write_config(tunnels=tunnels, **self.settings)
        world.start_both()
        world.wait_audit("started: systemctl exit status 0", count=len(tunnels))
        world.prober.stop()
        world.api.stop()
        self.backups = sorted(unit for _, unit in world.starts())
        # The next API has an authority of its own, and a log.
        os.remove(world.trusted)
        os.remove(world.path("api/requests.log"))
        self.seen = len(world.audit_lines())

    @staticmethod
    def tunnel(number, **settings):
        return World.tunnel(number, failure_threshold=1,
                            failback_service=f"failback@cloudflared_{number}", **settings)

    def go_on(self, **settings):
        """The supervisor takes the settings, a new prober begins with them."""
        world = self.world
        world.write_config(tunnels=self.tunnels, **self.settings, **settings)
        world.supervisor.send_signal(signal.SIGHUP)
        world.wait_audit("reloaded", after=self.seen)
        world.start_prober()

    def findings(self):
        """What the new prober said of primaries."""
        return re.findall(r"Tunnel \S+ primary: (.*)", self.world.prober.output())

    def wait_without_list(self, reason):
        """Each tunnel's list cannot be had for that reason, which is said once of each."""
        wait_until(lambda: len(self.findings()) >= len(self.tunnels), "each is looked up", timeout=20)
        found = self.findings()
        for line in found:
            self.assertRegex(line, rf"^uncertain: no list of its connectors \(({reason})\): ")
        if "|" not in reason:
            self.assertEqual(len(found), len(self.tunnels), found)

    def assert_no_start(self):
        self.assertEqual(sorted(unit for _, unit in self.world.starts()), self.backups,
                         "the backups before, no failback")
