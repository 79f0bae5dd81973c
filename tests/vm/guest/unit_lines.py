"""A unit's lines as they are installed, and units of the tests' own that carry some of them."""
import base64

from world import output, write

AT_ONCE = 24
# How the daemon is run, rather than what it may do: not for a unit that runs a script once.
RUNNING = {"Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "RestartPreventExitStatus",
           "WatchdogSec", "WatchdogSignal", "KillMode", "TimeoutStopSec", "LoadCredential",
           "LoadCredentialEncrypted", "RuntimeDirectory", "RuntimeDirectoryMode"}
INTERPRETER = "/usr/bin/python3.11"


def service_lines(name):
    """[(directive, value)] of the unit's [Service] section, drop-ins included, in their order."""
    section, found = None, []
    for line in output("systemctl", "cat", name).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith(("#", ";")):
            directive, value = line.split("=", 1)
            found.append((directive, value))
    return found


def directives(name, *wanted):
    """The lines of these directives, for another unit."""
    found = [f"{directive}={value}" for directive, value in service_lines(name)
             if directive in wanted]
    missing = set(wanted) - {line.split("=", 1)[0] for line in found}
    assert not missing, f"{name}.service has no {', '.join(sorted(missing))}"
    return found


def sandbox(name):
    """All lines of the unit but those about how it is run; the tests' interpreter may be run."""
    return [*(f"{directive}={value}" for directive, value in service_lines(name)
              if directive not in RUNNING), f"ExecPaths={INTERPRETER}"]


def attempt_all(attempts):
    """[(whether it succeeded, its unit's name)] of [(lines, script)], many of them at once.

    A third part of an attempt is the interpreter to run the script, if it is another one.
    """
    results = []
    for first in range(0, len(attempts), AT_ONCE):
        batch = attempts[first:first + AT_ONCE]
        names = [f"failover-probe-{first + index}.service" for index in range(len(batch))]
        for name, (lines, script, *other) in zip(names, batch):
            text = base64.b64encode(script.encode()).decode()
            write("/run/systemd/system/" + name, "\n".join(
                ["[Service]", "Type=oneshot", *lines, f"ExecStart={[INTERPRETER, *other][-1]} -c "
                 f"\"import base64; exec(base64.b64decode('{text}'))\""]) + "\n")
        output("systemctl", "daemon-reload")
        output("systemctl", "start", *names, check=False)
        found = output("systemctl", "show", "--value", "-p", "Result", *names).split()
        results += [(result == "success", name) for name, result in zip(names, found, strict=True)]
        output("systemctl", "reset-failed", *names, check=False)
    return results


def words_of(name):
    """What a unit's script said last."""
    return output("journalctl", "--quiet", "--output=cat", "--lines=12", "--unit", name)
