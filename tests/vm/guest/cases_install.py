"""install.sh on a fresh host: install, again, configure, upgrade, uninstall, purge."""
import json
import os
import pwd
import re

from world import (ACCOUNT, CHECKOUT_FILE, CONFIG, DAEMONS, GATEWAY, TOKEN, audit, is_active,
                   main_pid, name_known, network_up, output, read, show, start_api, status,
                   tunnel_id, unit, wait_audit, wait_until, write_config)

CHECKOUT = read(CHECKOUT_FILE).strip()
BUILD = os.path.join(CHECKOUT, "build/release")
LONGEST = 150  # a policy is linked anew in two of them
WATCHED = ("/etc", "/usr", "/opt", "/var/log", "/var/lib")


def install_sh(*options, check=True, **environment):
    return output("./install.sh", *options, check=check, cwd=CHECKOUT,
                  env={**os.environ, **environment})


def everything():
    """{path: (mode, owner, group, size, time)} of all files that an installation might touch."""
    found = {}
    for top in WATCHED:
        for directory, names, files in os.walk(top):
            if directory.startswith(("/var/lib/failover-bed", "/var/log/journal", CHECKOUT)):
                continue
            for name in [*files, *names]:
                path = os.path.join(directory, name)
                info = os.lstat(path)
                found[path] = (info.st_mode, info.st_uid, info.st_gid, info.st_size,
                               0 if os.path.isdir(path) else info.st_mtime_ns)
    return found


def case_a_dry_run_says_everything_and_does_nothing():
    before = everything()
    said = install_sh("--no-build", "--dry-run")
    assert "would run:" in said, said
    assert everything() == before, set(everything().items()) ^ set(before.items())


def case_destdir_takes_the_files_and_the_host_nothing():
    before = everything()
    install_sh("--no-build", DESTDIR="/run/package")
    for path in ("usr/sbin/failover-supervisor", "usr/sbin/failover-prober", "usr/bin/failoverctl",
                 "usr/share/man/man8/failoverctl.8",
                 "usr/share/bash-completion/completions/failoverctl",
                 "usr/share/zsh/vendor-completions/_failoverctl",
                 "usr/lib/systemd/system/failover-monitor.service",
                 "usr/lib/sysusers.d/failover-monitor.conf", "etc/logrotate.d/failover-monitor"):
        assert os.path.exists("/run/package/" + path), path
    manual = "/run/package/usr/share/doc/failover-monitor/"
    for name in ("README.md", "README.ko.md"):
        linked = re.findall(r"\]\(([^):#]+)\)", read(manual + name))
        assert linked and all(os.path.exists(manual + path) for path in linked), linked
    assert everything() == before, set(everything().items()) ^ set(before.items())


def case_a_fresh_installation_is_enabled_and_not_started():
    mask = os.umask(0o077)  # a cautious root's
    try:
        said = install_sh("--no-build")
    finally:
        os.umask(mask)
    show(said)
    for path in ("/usr/share/doc/failover-monitor", "/usr/share/failover-monitor"):
        assert permissions(path)[0] == 0o755, path
    assert unit("failover-monitor", "UnitFileState") == "enabled"
    assert not any(is_active(name) for name in DAEMONS)
    assert "sudoedit /etc/failover-monitor/tunnels.json" in said, said
    assert unit("failover-monitor", "FragmentPath").endswith(
        "/lib/systemd/system/failover-monitor.service")
    group = pwd.getpwnam("failover-prober").pw_gid
    assert permissions(CONFIG) == (0o640, 0, group)
    assert permissions("/run/failover-monitor") == (0o2750, 0, group)
    assert permissions("/var/log/failover-monitor")[0] == 0o2750
    assert pwd.getpwnam("failover-prober").pw_shell == "/usr/sbin/nologin"


def permissions(path):
    info = os.stat(path)
    return info.st_mode & 0o7777, info.st_uid, info.st_gid


def case_the_example_is_refused_by_both_programs_with_what_to_do():
    for program in DAEMONS_PROGRAMS:
        assert status(program, "--check-config") == 78, program
        assert "placeholder" in output(program, "--check-config", check=False)


DAEMONS_PROGRAMS = ("/usr/sbin/failover-supervisor", "/usr/sbin/failover-prober")


def case_a_second_run_changes_nothing():
    before = everything()
    said = install_sh("--no-build")
    after = everything()
    assert {path: found for path, found in after.items() if path.startswith("/etc")} == {
        path: found for path, found in before.items() if path.startswith("/etc")}
    assert set(after) == set(before), set(after) ^ set(before)
    assert "not started" in said, said


def case_once_configured_the_next_run_starts_it():
    start_api()
    network_up()
    name_known()
    write_config()
    content = read(CONFIG)
    said = install_sh("--no-build")
    show(said)
    assert all(is_active(name) for name in DAEMONS)
    assert read(CONFIG) == content, "a configuration is never overwritten"
    wait_audit("Prober connected")
    wait_audit("Tunnel .* status: ")


def pids():
    return [main_pid(name) for name in DAEMONS]


def case_an_upgrade_restarts_what_has_changed_and_only_that():
    before = pids()
    install_sh("--no-build")
    assert pids() == before, "nothing has changed, and something was restarted"
    grow("prober/failover-prober")
    install_sh("--no-build")
    assert pids()[0] == before[0] and pids()[1] != before[1], "the prober alone is new"
    before = pids()
    grow("supervisor/failover-supervisor")
    mark = len(audit())
    install_sh("--no-build")
    assert pids()[0] != before[0], "the supervisor is new"
    wait_audit("Prober connected", after=mark)


def grow(program):
    """Another build of the same program: a byte more, which the loader does not look at."""
    path = os.path.join(BUILD, program)
    with open(path, "rb") as file:
        content = file.read()
    with open(path + ".new", "wb") as file:
        file.write(content + b"\n")
    os.chmod(path + ".new", 0o755)
    os.replace(path + ".new", path)


def case_a_step_that_fails_says_where_it_stopped_and_leaves_the_pair_working():
    before = pids()
    output("mount", "--bind", "/bin/false", "/usr/bin/systemd-tmpfiles")
    try:
        said = install_sh("--no-build", check=False)
        assert "stopped in this step: Making the user and the directories" in said, said
    finally:
        output("umount", "/usr/bin/systemd-tmpfiles")
    assert pids() == before and all(is_active(name) for name in DAEMONS)
    install_sh("--no-build")
    assert all(is_active(name) for name in DAEMONS)


def case_what_root_alone_may_do_is_refused_to_others():
    said = output("runuser", "-u", "nobody", "--", "./install.sh", "--no-build", check=False,
                  cwd=CHECKOUT)
    assert "needs root" in said, said


def case_what_was_built_for_one_prefix_is_not_installed_under_another():
    before = everything()
    said = install_sh("--no-build", "--prefix=/usr/local", check=False)
    assert "was built for --prefix=/usr;" in said, said
    assert everything() == before, set(everything().items()) ^ set(before.items())


def case_a_removal_under_another_prefix_removes_nothing():
    before = everything()
    for option in ("--uninstall", "--purge"):
        said = install_sh(option, "--prefix=/usr/local", check=False)
        assert "under /usr/local" in said and "--prefix" in said, said
    assert everything() == before, set(everything().items()) ^ set(before.items())
    assert all(is_active(name) for name in DAEMONS)


def case_where_selinux_is_on_its_module_is_loaded():
    # The container's kernel has no SELinux, but the tools work on the policy's files.
    output("mount", "--bind", "/bin/true", "/usr/sbin/selinuxenabled")
    try:
        said = install_sh("--no-build")
    finally:
        output("umount", "/usr/sbin/selinuxenabled")
    show(said)
    assert "selinux/README.md" in said, said
    assert has_module()


def has_module():
    return "failover_monitor" in output("semodule", "--list-modules").split()


def case_uninstall_keeps_configuration_and_log():
    config, log = read(CONFIG), audit()
    installed = read("/usr/share/failover-monitor/installed-files").split()
    assert len(installed) > 10, installed
    said = install_sh("--uninstall")
    show(said)
    assert not any(is_active(name) for name in DAEMONS)
    assert [path for path in installed if os.path.lexists(path)] == []
    assert unit("failover-monitor", "LoadState") == "not-found"
    assert read(CONFIG) == config
    assert audit()[:len(log)] == log
    assert not has_module()
    wanted = "/etc/systemd/system/multi-user.target.wants/failover-monitor.service"
    assert not os.path.lexists(wanted)
    assert install_sh_status("--uninstall") != 0, "a second time there is nothing to remove"


def install_sh_status(*options):
    return status("./install.sh", *options, cwd=CHECKOUT)


def case_an_installation_after_it_goes_on_with_the_old_configuration():
    install_sh("--no-build")
    wait_until(lambda: all(is_active(name) for name in DAEMONS), "both are active")
    config = json.loads(read(CONFIG))
    assert config["gateway_ip"] == GATEWAY
    assert config["tunnels"][0] == {"account_id": ACCOUNT, "tunnel_id": tunnel_id(1),
                                    "token": TOKEN, "service": "cloudflared_1"}


# The tests' unit and files, and the kernel's modules of that name.
THE_BEDS_OWN = ("/usr/local/lib/failover-bed", "/etc/systemd/system/failover-bed",
                "/etc/systemd/system/multi-user.target.wants/failover-bed", "/var/lib/failover-bed",
                "/usr/lib/modules/")


def case_purge_leaves_nothing():
    show(install_sh("--purge"))
    left = [path for path in everything() if "failover" in os.path.basename(path)
            and not path.startswith(THE_BEDS_OWN)]
    assert left == [], left
    assert status("getent", "passwd", "failover-prober") != 0
    assert status("getent", "group", "failover-prober") != 0
    assert status("systemctl", "is-active", "--quiet", "failover-monitor") != 0
