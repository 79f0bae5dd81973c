"""The table of forbidden things: for each, the directives that forbid it, and a script that does it.

A script succeeds where nothing forbids it. It runs as root unless its other lines say otherwise.
"""
import ctypes
import os

from world import API_ADDRESS, network_up, start_api, write

SECRET = os.path.join("/root", "secret")
AS_USER = ("User=failover-prober",)
# Each script has a file of its own, as many run at once.
OWN = "import os\nown = '/run/failover-probe.%d' % os.getpid()\n"
LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
# ok(): what failed for want of a right fails the script; any other failure is a call that came through.
OK = ("def ok(result):\n    error = ctypes.get_errno()\n"
      "    assert result >= 0 or error not in (1, 13, 38, 97), os.strerror(error)\n")


def call(expression):
    return f"{LIBC}{OK}ok({expression})\n"


def connect(address):
    return f"import socket\nsocket.create_connection(('{address}', 443), 3)\n"


def in_mapped_memory(code):
    """Runs machine code; it stands in the text of a mapped file, so that no page is both."""
    return (f"import ctypes, mmap, os\nopen(own, 'wb').write({code!r})\n"
            "fd = os.open(own, os.O_RDONLY)\n"
            "m = ctypes.CDLL(None).mmap\nm.restype = ctypes.c_void_p\n"
            "p = m(None, ctypes.c_size_t(4096), 5, 2, fd, ctypes.c_long(0))\n"
            "assert p not in (None, 2 ** 64 - 1)\n"
            "assert ctypes.CFUNCTYPE(ctypes.c_int)(p)() > 0\n")


# mov eax, 20 (getpid of 32-bit programs); int 0x80; ret
GETPID_32 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"

COMMON = [
    ("write to /usr", ["ProtectSystem"], (), "open('/usr/local/failover-%d' % os.getpid(), 'w')\n"),
    ("read root's home", ["ProtectHome"], (), f"open('{SECRET}')\n"),
    ("see another's /tmp", ["PrivateTmp"], (), "open('/tmp/failover-marker')\n"),
    ("see all of /dev", ["PrivateDevices"], (), "open('/dev/failover-marker')\n"),
    ("read /proc/meminfo", ["ProcSubset"], (), "open('/proc/meminfo')\n"),
    ("run a program", ["NoExecPaths", "ExecPaths"], ("ExecPaths=/usr/bin/python3.11",),
     "import subprocess\nsubprocess.run(['/usr/bin/true'], check=True)\n"),
    ("give a file away", ["CapabilityBoundingSet"], (),
     "import os\nopen(own, 'w')\nos.chown(own, 1, 1)\n"),
    ("become root by a set-uid program", ["NoNewPrivileges"], AS_USER,
     "import subprocess\nassert b'euid=0' in subprocess.run(['/usr/local/bin/failover-id'], "
     "stdout=-1).stdout\n"),
    ("open a packet socket", ["RestrictAddressFamilies"], (),
     "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n"),
    ("open a netlink socket", ["RestrictAddressFamilies"], (),
     "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\n"),
    ("make a namespace", ["RestrictNamespaces"], (), call("libc.unshare(0x04000000)")),
    ("make a user namespace", ["RestrictNamespaces"], (), call("libc.unshare(0x10000000)")),
    ("take real-time priority", ["RestrictRealtime"], (),
     "import os\nos.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))\n"),
    ("make a set-uid file", ["RestrictSUIDSGID"], (),
     "import os\nopen(own, 'w')\nos.chmod(own, 0o4755)\n"),
    ("change the personality", ["LockPersonality"], (), call("libc.personality(0x0040000)")),
    ("write memory that can be executed", ["MemoryDenyWriteExecute"], (),
     "import mmap\nmmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)\n"),
    ("use 32-bit system calls", ["SystemCallArchitectures"], (), in_mapped_memory(GETPID_32)),
    ("trace a process", ["SystemCallFilter", "SystemCallErrorNumber"], (),
     call("libc.ptrace(0, 0, 0, 0)")),
    ("change an owner", ["SystemCallFilter", "SystemCallErrorNumber"], (),
     "import os\nopen(own, 'w')\nos.chown(own, 0, 0)\n"),
    ("lock memory", ["SystemCallFilter", "SystemCallErrorNumber"], (), call("libc.mlockall(1)")),
    ("make a timer", ["SystemCallFilter", "SystemCallErrorNumber"], (),
     call("libc.syscall(222, 0, None, ctypes.byref(ctypes.c_int()))")),
    ("mount", ["SystemCallFilter", "SystemCallErrorNumber"], (),
     call("libc.mount(b'none', b'/nowhere', b'tmpfs', 0, None)")),
    ("load a BPF program", ["SystemCallFilter", "SystemCallErrorNumber"], (),
     call("libc.syscall(321, 5, 0, 0)")),
    ("adjust the clock", ["ProtectClock"], (),
     "import ctypes\nassert ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) >= 0\n"),
    ("write to the control groups", ["ProtectControlGroups"], (),
     "import os\nos.mkdir('/sys/fs/cgroup/failover-%d' % os.getpid())\nos.rmdir('/sys/fs/cgroup/failover-%d' % os.getpid())\n"),
    ("set the host's name", ["ProtectHostname"], (),
     "import os, socket\nn = socket.gethostname()\nsocket.sethostname(n)\n"),
    ("read the kernel's log", ["ProtectKernelLogs"], (), call("libc.klogctl(10, None, 0)")),
    ("read the kernel's modules", ["ProtectKernelModules"], (),
     "import os\nassert os.listdir('/usr/lib/modules')\n"),
    ("tune the kernel", ["ProtectKernelTunables"], (),
     "p = '/proc/sys/net/ipv4/ip_default_ttl'\nopen(p, 'r+').write(open(p).read())\n"),
    ("see another's shared memory", ["PrivateIPC"], (), call("libc.shmget(0x6661696c, 0, 0) + 0")
     .replace("error not in (1, 13, 38, 97)", "False")),
    ("make a file that others may read", ["UMask"], (),
     "import os\nos.close(os.open(own, os.O_CREAT | os.O_WRONLY, 0o666))\n"
     "mode = os.stat(own).st_mode\nos.remove(own)\n"
     "assert mode & 0o044\n"),
    ("dump core", ["LimitCORE"], (),
     "import resource\nassert resource.getrlimit(resource.RLIMIT_CORE)[1] != 0\n"),
]

# A program of one's own making, in whatever directory may be written to.
OWN_PROGRAM = """import shutil, subprocess
for directory in ("/run/failover-monitor", "/var/log/failover-monitor", "/tmp", "/var/tmp", "/dev/shm"):
    path = f"{directory}/failover-{os.getpid()}"
    try:
        shutil.copy("/usr/bin/true", path)
        subprocess.run([path], check=True)
    except (OSError, subprocess.CalledProcessError):
        continue
    break
else:
    raise SystemExit("nowhere")
"""

SUPERVISOR = [
    ("read the password hashes", ["TemporaryFileSystem", "BindReadOnlyPaths", "BindPaths"], (),
     "open('/etc/shadow')\n"),
    ("write to its own configuration", ["TemporaryFileSystem", "BindReadOnlyPaths", "BindPaths"], (),
     "open('/etc/failover-monitor/%d' % os.getpid(), 'w')\n"),
    ("write a unit", ["TemporaryFileSystem", "BindReadOnlyPaths", "BindPaths"], (),
     "open('/etc/systemd/system/failover-%d' % os.getpid(), 'w')\n"),
    ("run a program of its own making", ["NoExecPaths", "ExecPaths", "ProtectSystem", "PrivateTmp",
                                        "InaccessiblePaths", "BindPaths"],
     ("ExecPaths=/usr/bin/python3.11",), OWN_PROGRAM),
    ("reach the network", ["PrivateNetwork"], (), connect(API_ADDRESS)),
    ("send to any address", ["IPAddressDeny"], (), connect(API_ADDRESS)),
    ("open an Internet socket", ["RestrictAddressFamilies"], (),
     "import socket\nsocket.socket(socket.AF_INET)\n"),
]

PROBER = [
    ("see another user's process", ["ProtectProc"], AS_USER,
     "assert [p for p in os.listdir('/proc') if p.isdigit() and "
     "os.stat('/proc/' + p).st_uid != os.getuid()]\n"),
    ("run a program of its own making", ["NoExecPaths", "ExecPaths", "ProtectSystem", "PrivateTmp",
                                        "InaccessiblePaths"],
     ("ExecPaths=/usr/bin/python3.11",), OWN_PROGRAM),
    ("read what is in /opt", ["InaccessiblePaths"], (), "open('/opt/failover-marker')\n"),
    ("read the log", ["InaccessiblePaths"], (), "import os\nassert os.listdir('/var/log')\n"),
    ("be root by being uid 0", ["SecureBits"], (),
     "import ctypes\nassert ctypes.CDLL(None).prctl(27, 0, 0, 0, 0) & 3 != 3\n"),
]


def prepare():
    """What the scripts look for, and what they may find."""
    start_api()
    network_up()
    write(SECRET, "secret\n", 0o600)
    for path in ("/tmp/failover-marker", "/dev/failover-marker", "/opt/failover-marker"):
        with open(path, "w", encoding="ascii"):
            pass
    with open("/usr/bin/id", "rb") as source, open("/usr/local/bin/failover-id", "wb") as copy:
        copy.write(source.read())
    os.chmod("/usr/local/bin/failover-id", 0o4755)
    ctypes.CDLL(None).shmget(0x6661696C, 4096, 0o1666)


def of(unit):
    """[(what, directives that forbid it, other lines of its unit, script)]."""
    return [(what, wanted, lines, OWN + script) for what, wanted, lines, script in
            COMMON + (SUPERVISOR if unit == "failover-monitor" else PROBER)]
