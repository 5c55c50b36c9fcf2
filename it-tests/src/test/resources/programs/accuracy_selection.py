"""The classes of traffic that are told apart by how their processes are selected, other than by a name of acc-*."""

import os
import shutil
import subprocess

from accuracy_base import FOREVER, PYTHON, SIDES

KINDS = ("tcp", "udp", "udp-unconnected")
TARGET_USER, OTHER_USER = 61001, 61002
USERS = (("acc", 1, TARGET_USER), ("by", 2, OTHER_USER))
SHORT_LIVES = 100


def nothing(c):
    pass


def echo(c):
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)


def talk(c, agent, group):
    for kind in KINDS:
        agent.do("once", kind, c.v4(group), c.v4(3), 7, 5)


def copied(c, source, *parts):
    program = os.path.join(c.stage.directory, *parts)
    os.makedirs(os.path.dirname(program), exist_ok=True)
    shutil.copy(source, program)
    return program


# --- names


def patterns(c):
    """-n gl?b-*-wanted"""
    echo(c)
    for name, group in (("glob-a-wanted", 1), ("glib-b-wanted", 1), ("glob-a-unwanted", 2), ("gloob-c-wanted", 2)):
        talk(c, c.called(name), group)


def long_names(c):
    """The first 15 characters, which the kernel keeps as the name of the main thread, are the same."""
    echo(c)
    for end, group in (("target", 1), ("bystander", 2)):
        talk(c, c.called("the-same-fifteen-characters-" + end), group)


def starts_later(c):
    """No process had the name when the capture began."""
    echo(c)
    for name, group in (("later-target", 1), ("later-bystander", 2)):
        talk(c, c.called(name), group)


def another_program(c):
    """One process executes another program: a wanted one stays wanted, another becomes it."""
    echo(c)
    for side, before, after in (("acc", 1, 1), ("by", 2, 1)):
        other = os.path.join(c.stage.directory, f"{'by' if side == 'acc' else 'acc'}-{c.number}-after")
        os.symlink(PYTHON, other)
        agent = c.agent(side)
        talk(c, agent, before)
        agent.do("execute", other)
        talk(c, agent, after)


# --- executables


def executables_prepare(c):
    """Of these the session's options tell: a path, a pattern, a link."""
    python = os.path.realpath(PYTHON)
    for group, places in ((1, ("exact", "pattern/a/bin", "linked")), (2, ("other", "pattern/a/sbin", "unlinked"))):
        c.pairs += [(copied(c, python, "exe", place, "tool"), group) for place in places]
    os.symlink(os.path.join(c.stage.directory, "exe/linked/tool"), os.path.join(c.stage.directory, "exe/link"))


def executables(c):
    echo(c)
    for i, (program, group) in enumerate(c.pairs):
        talk(c, c.called(f"tool-{i}", program=program), group)


def short_programs(c):
    return [(copied(c, c.stage.short_lived, "exe", place, "short"), group) for place, group in (("exact", 1), ("other", 2))]


def short_executables(c):
    """Started by path and by a link."""
    echo(c)
    programs = short_programs(c)
    for program, group in programs:
        link = c.path(f"link-{group}")
        os.symlink(program, link)
        c.pairs += [(program, group), (link, group)]
    for _ in range(SHORT_LIVES // 2):
        for path, group in c.pairs:
            subprocess.run([path, c.v4(group), c.v4(3), "7"], check=True)


def short_relative_executables(c):
    """Started by a relative path, by a process that is in another directory a moment later."""
    echo(c)
    for _ in range(SHORT_LIVES):
        for program, group in short_programs(c):
            os.chdir(os.path.dirname(program))
            subprocess.run(["./short", c.v4(group), c.v4(3), "7"], check=True)
    os.chdir("/")


# --- users


def of_user(real, effective=None):
    """Options of setpriv(1)."""
    effective = real if effective is None else effective
    return [f"--ruid={real}", f"--euid={effective}", f"--rgid={real}", f"--egid={effective}", "--clear-groups"]


def users(c):
    echo(c)
    for side, group, user in USERS:
        agent = c.agent(side, become=of_user(user))
        agent.do("serve_tcp", c.v4(group, 2), 7007)
        agent.do("serve_udp", c.v4(group, 2), 7007)
        talk(c, agent, group)
        for kind in KINDS:
            c.agent("by", "client").do("once", kind, c.v4(3, 2), c.v4(group, 2), 7007, 5)


def real_users(c):
    """Who started a setuid program counts, not who it works as."""
    echo(c)
    talk(c, c.agent("acc", become=of_user(TARGET_USER, 0)), 1)
    talk(c, c.agent("by", become=of_user(0, TARGET_USER)), 2)


def short_lives_of_users(c):
    echo(c)
    os.chmod(c.stage.short_lived, 0o755)
    for _ in range(SHORT_LIVES):
        for _, group, user in USERS:
            command = [c.stage.short_lived, c.v4(group), c.v4(3), "7"]
            subprocess.run(command, user=user, group=user, extra_groups=[], check=True)


def gives_up_root(c):
    """Servers that are made as root, and sockets that are open when the daemon gives it up."""
    echo(c)
    client = c.agent("by", "client")
    for side, group, user in USERS:
        agent = c.agent(side, "daemon")
        agent.do("serve_tcp", c.v4(3, group), 70)
        agent.do("serve_udp", c.v4(3, group), 71)
        for kind, port in (("tcp", 70), ("udp", 71), ("udp-unconnected", 71)):
            client.do("whole", kind, c.v4(3, 9), c.v4(3, group), port, 3)
        for kind in KINDS:
            agent.do("whole", kind, c.v4(2), c.v4(3), 7, 5)
        before, after = agent.do("give_up_root", user)
        # Its next socket event is a connection of its own.
        talk(c, agent, group)
        for kind, port in (("tcp", 70), ("udp", 71), ("udp-unconnected", 71)):
            client.do("once", kind, c.v4(3, 9), c.v4(3, group), port, 3)
            c.owned(kind[:3], c.v4(3, group), port, after, FOREVER, group == 1)


def workers(c):
    """A master that stays root has the listener, and workers that give root up accept."""
    for side, group, user in USERS:
        c.agent(side, "master").do("serve_tcp_by_workers", c.v4(group), 7, user)
        for _ in range(6):
            c.agent("by", "client").do("once", "tcp", c.v4(3), c.v4(group), 7, 1)


# --- children


def tree(c):
    """What a shell starts and what that starts, one that runs on in the background, and many that end at once."""
    c.agent("by", "echo").do("serve_tcp", c.v4(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v4(3), 7)
    for side, group in SIDES:
        root = c.agent(side)
        for name in ("leaf", "daemon"):
            link = os.path.join(c.stage.directory, f"{name}-of-{side}")
            os.symlink(PYTHON, link)
        leaf, daemon = (os.path.join(c.stage.directory, f"{name}-of-{side}") for name in ("leaf", "daemon"))
        root.do("run_tree", leaf, c.v4(group), c.v4(3), 7)
        root.do("run_daemon", daemon, c.v4(group), c.v4(3), 7)
        short = f"{c.stage.short_lived} {c.v4(group)} {c.v4(3)} 7"
        root.do("run_shell", f"i=0; while [ $i -lt {SHORT_LIVES} ]; do {short} || exit 1; i=$((i+1)); done")


def every_interface(c):
    """-i any"""
    echo(c)
    c.agent("by", "echo").do("serve_tcp", c.v6(3), 7)
    c.agent("by", "echo").do("serve_udp", c.v6(3), 7)
    c.agent("by", "there", there=True).do("serve_tcp", c.veth(3), 7)
    c.agent("by", "there", there=True).do("serve_udp", c.veth(3), 7)
    for side, group in SIDES:
        talk(c, c.agent(side), group)
        for kind in KINDS:
            c.agent(side).do("once", kind, c.v6(group), c.v6(3), 7, 5)
            c.agent(side).do("once", kind, c.veth(group), c.veth(3), 7, 5)


def every_interface_network(c):
    here = [f"addr add {c.veth(group)}/16 dev acc0" for group in (1, 2)]
    return here, [f"addr add {c.veth(3)}/16 dev acc1"]


BY_NAME_OR_EXECUTABLE = [
    ("names by a pattern", nothing, patterns),
    ("names longer than 15 characters", nothing, long_names),
    ("a process that starts later", nothing, starts_later),
    ("another program in the same process", nothing, another_program),
    ("--exe: a path, a pattern, a link", executables_prepare, executables),
    ("--exe: processes of a few ms", nothing, short_executables),
    ("--exe: processes of a few ms, relative path", nothing, short_relative_executables),
]

BY_USER = [
    ("--user: several users", nothing, users),
    ("--user: real and effective user differ", nothing, real_users),
    ("--user: processes of a few ms", nothing, short_lives_of_users),
    ("--user: a daemon that gives up root", nothing, gives_up_root),
    ("--user: workers that give up root", nothing, workers),
]

BY_PARENT = [
    ("--children: shells, grandchildren, daemons", nothing, tree),
    ("-i any (Linux cooked)", nothing, every_interface, every_interface_network),
]
