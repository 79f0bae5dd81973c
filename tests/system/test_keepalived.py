"""The real keepalived with `failoverctl check` as its vrrp_script: the state follows the tunnel."""
import os

from ctl_bed import CtlTest, failoverctl, wait_until

CONFIG = """
global_defs {{
    router_id failover_test
    script_user root
    vrrp_version 3
}}
vrrp_script tunnel {{
    script "{failoverctl} check --only-critical office --socket {socket}"
    interval 1
    timeout 20
    rise 1
    fall 2
}}
vrrp_instance web {{
    state BACKUP
    interface pr
    virtual_router_id 77
    priority 100
    advert_int 0.3
    virtual_ipaddress {{
        10.77.0.77/24
    }}
    track_script {{
        tunnel
    }}
    notify {notify}
}}
"""


class Keepalived(CtlTest):
    def test_its_state_follows_the_tunnel(self):
        self.serve("all_well")
        states = self.world.path("states")
        notify = self.write_program("notify", f'echo "$3" >>{states}\n')
        config = self.world.path("keepalived.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(failoverctl=failoverctl(), socket=self.sock, notify=notify))
        directory = self.world.directory
        child = self.world.child("keepalived", [
            "/usr/sbin/keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", config,
            "--pid", f"{directory}/keepalived.pid", "--vrrp_pid", f"{directory}/vrrp.pid"],
            self.world.network.prober)

        def seen():
            if not os.path.exists(states):
                return []
            with open(states, encoding="ascii") as file:
                return file.read().split()

        def wait_for(state, after):
            wait_until(lambda: state in seen()[after:], f"{state}, not {seen()}; {child.output()[-2000:]}",
                       timeout=30)
            return len(seen())
        begin = count = wait_for("MASTER", 0)
        self.answer("token_refused")  # unknown is not down: the address stays
        self.wait_asked(3)
        self.answer("one_down")
        count = wait_for("FAULT", count)
        self.answer("all_well")
        wait_for("MASTER", count)
        child.stop()
        self.assertEqual(seen()[begin:], ["FAULT", "BACKUP", "MASTER", "STOP"])
