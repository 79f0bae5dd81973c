"""No trusted connection to the API while backups run: the rows of test_connection_faults.py once more,
with the question for connectors beside the other two. It has the same reason, said once, its attempts
are bounded as well, and no failback comes of it, although the list that cannot be had would say that
the primary is back.

`use_name_server` and `name_host` are for children that start later: the prober is one.
"""
import test_connection_faults as base
from failed_over import FailedOver


class ConnectorFaults(FailedOver, base.ConnectionFaults):
    # Three tunnels, each at once and after 5 s.
    lookups = 6

    def setUp(self):
        super().setUp()
        self.fail_over([self.tunnel(number, account_id=account, budget_group=account)
                        for number, account in self.ACCOUNTS.items()])

    def behave(self, status, **more):
        """Healthy, or a return would be none."""
        del status
        self.world.behave("healthy", connections={n: self.LISTED for n in self.ACCOUNTS}, **more)


class ConnectorNameFaults(FailedOver, base.NameFaults):
    lookups = 2 / 3  # two times beside three

    def setUp(self):
        super().setUp()
        self.fail_over([self.tunnel(1)])
