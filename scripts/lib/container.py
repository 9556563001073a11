#!/usr/bin/env python3
"""Runs a program as the first process of a container, by the kernel's own means (namespaces(7), pivot_root(2), cgroups(7)).

It does what a container engine does, as far as scripts/check-containers needs it, and nothing else: no image, no network, no
seccomp. Wants root. The exit code is the program's.
"""
import argparse, ctypes, os, signal, sys

libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUTS, NEWIPC, NEWPID = 0x20000, 0x4000000, 0x8000000, 0x20000000
RDONLY, NOSUID, NODEV, REMOUNT, BIND, REC = 1, 2, 4, 32, 4096, 16384
PRIVATE, SLAVE, SHARED = 1 << 18, 1 << 19, 1 << 20
DETACH = 2
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}[os.uname().machine]


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind, flags, data=None):
    encoded = [None if x is None else os.fsencode(x) for x in (source, target, kind)]
    check(libc.mount(*encoded, ctypes.c_ulong(flags), None if data is None else data.encode()), f"mount {target}")


def limit_memory(size):
    """Puts this process into a group of its own that may have so many bytes of memory. Returns the group."""
    unified = os.path.exists("/sys/fs/cgroup/cgroup.controllers")
    group = f"/sys/fs/cgroup{'' if unified else '/memory'}/pulsefs-check-{os.getpid()}"
    os.mkdir(group)
    names = ["memory.max", "memory.swap.max"] if unified else ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]
    for name in names:
        try:
            with open(f"{group}/{name}", "w") as file:
                file.write("0" if name.endswith("swap.max") else str(size))
        except OSError:
            if name == names[0]:
                raise
    with open(f"{group}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
    return group


def leave(group):
    parent = os.path.dirname(group)
    with open(f"{parent}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
    os.rmdir(group)


def enter(options):
    """Makes the image the root of this process, with its volumes and devices, and nothing of the host's tree beside them."""
    root = os.path.realpath(options.root)
    mount(None, "/", None, PRIVATE)
    mount(root, root, None, BIND | REC)
    mount(None, root, None, PRIVATE)
    mount("proc", f"{root}/proc", "proc", NOSUID | NODEV)
    mount("tmpfs", f"{root}/dev", "tmpfs", NOSUID, "mode=755")
    for device in ["/dev/null", "/dev/urandom"] + options.device:
        open(root + device, "w").close()
        mount(device, root + device, None, BIND)
    for target in options.tmpfs:
        mount("tmpfs", root + target, "tmpfs", NOSUID | NODEV, "mode=1777")
    for volume in options.volume:
        source, target, *how = volume.split(":")
        mount(source, root + target, None, BIND | REC)
        # A copy of a shared mount is its peer: what is mounted in it is seen on both sides.
        propagation = {"bidirectional": None, "host-to-container": SLAVE}.get(how[0] if how else "", PRIVATE)
        if propagation:
            mount(None, root + target, None, propagation | REC)
    if options.read_only:
        mount(None, root, None, REMOUNT | BIND | RDONLY)
    before = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    os.chdir(root)
    check(libc.syscall(SYS_PIVOT_ROOT, b".", b"."), "pivot_root")
    # What ends in the old root is not to end on the host.
    os.fchdir(before)
    os.close(before)
    mount(None, ".", None, SLAVE | REC)
    check(libc.umount2(b".", DETACH), "umount of the old root")
    os.chdir("/")


def become(options):
    if options.drop_capabilities:
        for number in range(64):
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if options.user:
        os.setgroups([])
        os.setresgid(options.user, options.user, options.user)
        os.setresuid(options.user, options.user, options.user)
    for number in options.pass_fd:
        os.set_inheritable(number, True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--user", type=int, default=0)
    parser.add_argument("--drop-capabilities", action="store_true")
    parser.add_argument("--memory", type=int, help="bytes")
    parser.add_argument("--memory-report", help="a file for the group's figures at the end")
    parser.add_argument("--device", action="append", default=[])
    parser.add_argument("--tmpfs", action="append", default=[])
    parser.add_argument("--volume", action="append", default=[], metavar="SOURCE:TARGET[:bidirectional|host-to-container]")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--pass-fd", type=int, action="append", default=[])
    parser.add_argument("--pid-file", help="where the first process's number is written, as the host has it")
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    group = limit_memory(options.memory) if options.memory else None
    check(libc.unshare(NEWUTS | NEWIPC | NEWPID), "unshare")
    child = os.fork()
    if child == 0:
        try:
            check(libc.unshare(NEWNS), "unshare")
            enter(options)
            become(options)
            os.execve(options.words[0], options.words, dict(pair.split("=", 1) for pair in options.env))
        except OSError as error:
            print(f"container: {error}", file=sys.stderr)
            os._exit(125)
    for number in options.pass_fd:
        os.close(number)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(child, number))
    if options.pid_file:
        with open(options.pid_file + ".new", "w") as file:
            file.write(f"{child}\n")
        os.rename(options.pid_file + ".new", options.pid_file)
    status = os.waitpid(child, 0)[1]
    if group:
        if options.memory_report:
            with open(options.memory_report, "w") as report:
                for name in sorted(os.listdir(group)):
                    if name.startswith("memory.") and "pressure" not in name and name != "memory.force_empty":
                        try:
                            report.write("".join(f"{name} {line}" for line in open(f"{group}/{name}")))
                        except OSError:
                            pass
        leave(group)
    sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
