"""The fake API's part of a world: starting it, telling it what to answer, reading what it was asked."""
import json
import os
import re
import shutil

from network import GATEWAY
from processes import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
SUPPORT = os.path.join(HERE, "..", "support")
ACCOUNT = "699d98642c564d2e855e9661899b7252"


def tunnel_id(index):
    return f"00000000-0000-4000-8000-{index:012x}"


class FakeApi:
    """A base of World, which has the directory, the children and self.accounts."""

    def start_api(self, *more, address=GATEWAY[4], port=0, names=()):
        """Starts it with an authority of its own; the first one is what the prober trusts."""
        port_file = self.path("api/port")
        if os.path.exists(port_file):
            os.remove(port_file)
        arguments = [os.path.join(SUPPORT, "fake_cloudflare"), "--directory", self.api_directory,
                     "--address", address, "--port", str(port), *more]
        for name in names:
            arguments += ["--name", name]
        self.api = self.child("fake_cloudflare", arguments, self.network.gateway)
        wait_until(lambda: os.path.exists(port_file), "the fake API listens")
        if not os.path.exists(self.trusted):
            shutil.copy(self.path("api/ca.pem"), self.trusted)

    def api_url(self, host=None):
        with open(self.path("api/port"), encoding="ascii") as file:
            return f"https://{host or GATEWAY[4]}:{file.read()}/client/v4"

    def behave(self, default=None, by_id=None, lists=None, connections=None, greeting=None,
               **tunnels):
        """behave("down") or behave({"http": 500}), and t1=..., t2=... for single tunnels; `lists`,
        `connections` (by a tunnel's number) and `greeting` as fake_cloudflare has them."""
        def answer(told):
            return {"status": told} if isinstance(told, str) else told
        answers = {tunnel_id(int(key[1:])): answer(value) for key, value in tunnels.items()}
        told = {"tunnels": {**answers, **(by_id or {})}}
        if default is not None:
            told["default"] = answer(default)
        if lists is not None:
            told["lists"] = lists
        if connections is not None:
            told["connections"] = {tunnel_id(number): connectors
                                   for number, connectors in connections.items()}
        if greeting is not None:
            told["greeting"] = greeting
        new = self.path("api/behaviour.new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.replace(new, self.path("api/behaviour.json"))

    def api_requests(self, tunnel=None, singly=False):
        """[(time, HTTP status)] of the requests so far. About one tunnel if its number is given: by
        its id, and unless `singly` by the list of its account."""
        if tunnel is None:
            wanted = ""
        else:
            account = self.accounts.get(tunnel_id(tunnel), ACCOUNT)
            wanted = f"/{account}/cfd_tunnel({'' if singly else '[?]|'}/{tunnel_id(tunnel)}$)"
        return [(float(words[0]), int(words[3])) for words in self._lines("api/requests.log")
                if re.search(wanted, words[2])]

    def lookups(self, tunnel):
        """[(time, HTTP status)] of the questions for the connectors of a tunnel."""
        return [(float(words[0]), int(words[3])) for words in self._lines("api/requests.log")
                if words[2].endswith(f"/{tunnel_id(tunnel)}/connections")]

    def paths(self, account=ACCOUNT):
        """[(time, path)] of the requests about an account so far."""
        return [(float(words[0]), words[2]) for words in self._lines("api/requests.log")
                if f"/accounts/{account}/" in words[2]]

    def list_requests(self, account=ACCOUNT):
        """[(time, page)] of the questions for the list of an account."""
        return [(float(words[0]), int(words[2].rsplit("page=", 1)[1]))
                for words in self._lines("api/requests.log") if f"/{account}/cfd_tunnel?" in words[2]]

    def open_accounts(self, config):
        """The fake API's accounts hold every tunnel that was ever configured."""
        try:
            entries = [(entry["account_id"], entry["tunnel_id"].lower())
                       for entry in config["tunnels"]]
        except (KeyError, TypeError, AttributeError):
            return  # a configuration that is wrong on purpose
        self.accounts.update({tunnel: account for account, tunnel in entries})
        known = {}
        for tunnel, account in sorted(self.accounts.items()):
            known.setdefault(account, []).append(tunnel)
        new = self.path("api/accounts.new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump(known, file)
        os.replace(new, self.path("api/accounts.json"))
