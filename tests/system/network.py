"""Two network namespaces joined by a veth pair: the gateway's and the prober's.

The gateway's holds the gateway address and the fake API; no packet leaves the two. The names are
unique to this process, and everything is removed by close().
"""
import itertools
import os
import shutil
import subprocess

from processes import run

GATEWAY = {4: "10.77.0.1", 6: "fd77::1"}
PROBER = {4: "10.77.0.2", 6: "fd77::2"}
OTHER = {4: "10.77.0.9", 6: "fd77::9"}  # a second address of the gateway's namespace
DEAD = {4: "10.77.0.77", 6: "fd77::77"}  # nobody's, on the same link
LINK_LOCAL = "fe80::77:1"  # of the gateway, where a test gives it one
BLACKHOLE = "10.77.9.9"  # routed to the gateway, which drops it without a word
PREFIX = {4: 24, 6: 64}

_numbers = itertools.count(1)


class Network:
    def __init__(self):
        stem = f"fm{os.getpid()}n{next(_numbers)}"
        self.gateway, self.prober = stem + "g", stem + "p"
        self.made = []
        self.etc = f"/etc/netns/{self.prober}"

    def open(self):
        for name in (self.gateway, self.prober):
            run("ip", "netns", "add", name)
            self.made.append(name)
        self._batch(self.gateway, [
            f"link add gw type veth peer name pr netns {self.prober}",
            *(f"addr add {addresses[family]}/{PREFIX[family]} dev gw {'nodad' if family == 6 else ''}"
              for family in (4, 6) for addresses in (GATEWAY, OTHER)),
            "link set lo up", "link set gw up",
            f"route add blackhole {BLACKHOLE}/32",
        ])
        self._batch(self.prober, [
            *(f"addr add {PROBER[family]}/{PREFIX[family]} dev pr {'nodad' if family == 6 else ''}"
              for family in (4, 6)),
            "link set lo up", "link set pr up",
            f"route add default via {GATEWAY[4]}",
        ])

    @staticmethod
    def _batch(namespace, lines):
        run("ip", "-n", namespace, "-batch", "-", input="\n".join(lines) + "\n")

    def ip(self, *arguments):
        """An `ip` command in the gateway's namespace."""
        run("ip", "-n", self.gateway, *arguments)

    def prober_ip(self, *arguments):
        """An `ip` command in the prober's namespace, whose end of the link is called pr."""
        run("ip", "-n", self.prober, *arguments)

    def use_link_local(self):
        """Gives both ends a link-local address that is valid at once."""
        self.ip("addr", "add", f"{LINK_LOCAL}/64", "dev", "gw", "nodad")
        self.prober_ip("addr", "add", "fe80::77:2/64", "dev", "pr", "nodad")

    def link(self, state):
        self.ip("link", "set", "gw", state)

    def answer_echo(self, answers):
        """Whether the gateway's kernel answers echo requests, IPv4 and IPv6."""
        value = "0" if answers else "1"
        run("ip", "netns", "exec", self.gateway, "/usr/sbin/sysctl", "-q", "-w",
            f"net.ipv4.icmp_echo_ignore_all={value}", f"net.ipv6.icmp.echo_ignore_all={value}")

    def open_black_hole(self):
        """BLACKHOLE is an address of the gateway's namespace from now on."""
        self.ip("route", "del", "blackhole", f"{BLACKHOLE}/32")
        self.ip("addr", "add", f"{BLACKHOLE}/32", "dev", "gw")

    def forbid(self, address):
        """The prober's kernel has no route to the address."""
        run("ip", "-n", self.prober, "route", "add", "unreachable", f"{address}/32")

    def use_name_server(self, address):
        """Children started in the prober's namespace from now on see this resolv.conf."""
        self._replace_in_etc("resolv.conf", f"nameserver {address}\n")

    def name_host(self, name, address):
        """The same with this /etc/hosts."""
        self._replace_in_etc("hosts", f"{address} {name}\n")

    def _replace_in_etc(self, name, text):
        os.makedirs(self.etc, exist_ok=True)
        with open(os.path.join(self.etc, name), "w", encoding="ascii") as file:
            file.write(text)

    def close(self):
        for name in self.made:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        if os.path.exists(self.etc):
            shutil.rmtree(self.etc, ignore_errors=True)
            try:
                os.rmdir("/etc/netns")  # only if we were the last
            except OSError:
                pass
