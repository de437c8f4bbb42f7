"""Close one submission in: its own users, processes, files, memory and network, within limits. Linux only.

The worker forks a process that calls `separate`; a child of that one calls `close_in` and
then runs the student's cells. Sources: namespaces(7), user_namespaces(7), mount(2), prctl(2), getrlimit(2).
"""

import ctypes
import os
import resource
import signal
from itertools import pairwise
from pathlib import Path

from .calls import forbid

NEW_MOUNTS, NEW_CGROUP, NEW_NAME, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
READ_ONLY, BIND = 1, 4096
PARENT_ENDED, SET_DUMPABLE, DROP_BOUND, ADOPT_ORPHANS, SET_NO_NEW_RIGHTS = 1, 4, 24, 36, 38
NOBODY = 65534
OPEN_FILES = 128
MEGABYTE = 1 << 20

libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments) -> None:
    """Call a function of the C library; raise OSError with its reason when it refuses."""
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def become_nobody() -> None:
    """Give up root's rights for good, where there are any."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _call("prctl", SET_NO_NEW_RIGHTS, 1, 0, 0, 0)
    # Changing the user makes the kernel lock /proc/self; `separate` has to write there.
    _call("prctl", SET_DUMPABLE, 1, 0, 0, 0)
    adopt_orphans()


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent ends, as the process between this one and a submission does at once."""
    _call("prctl", ADOPT_ORPHANS, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _call("prctl", PARENT_ENDED, int(signal.SIGKILL), 0, 0, 0)


def separate() -> None:
    """Put this process into namespaces of its own; its next child is the first process of a new one."""
    user, group = os.getuid(), os.getgid()
    _call("unshare", NEW_USER | NEW_PROCESSES | NEW_MOUNTS | NEW_IPC | NEW_NAME | NEW_NETWORK | NEW_CGROUP)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def close_in(folder: Path, limits: dict, keep: set[int]) -> None:
    """Leave this process nothing but its own small disk, its limits and the descriptors `keep`.

    `folder` (an exercise's) becomes a writable copy. `limits`: memory, file and disk in MB, processes.
    """
    _own_disk(folder, limits["disk"])
    os.setsid()  # a signal to one's own group goes past the borders of namespaces, to the worker
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    for low, high in pairwise([2, *sorted(keep), os.sysconf("SC_OPEN_MAX")]):
        os.closerange(low + 1, high)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # Hides what /proc tells of the worker. Nothing that students use reads it.
    _mount(b"tmpfs", b"/proc", b"tmpfs", READ_ONLY, b"size=4k,nr_inodes=2")
    os.chdir(folder)
    for kind, most in ((resource.RLIMIT_AS, used + limits["memory"] * MEGABYTE), (resource.RLIMIT_NPROC, limits["processes"]),
                       (resource.RLIMIT_FSIZE, limits["file"] * MEGABYTE), (resource.RLIMIT_NOFILE, OPEN_FILES),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0)):
        resource.setrlimit(kind, (most, most))
    _drop_rights()
    forbid(libc)


def _own_disk(folder: Path, size: int) -> None:
    """Mount one small disk in memory, seen as /tmp, as /dev/shm and as a copy of `folder`."""
    copy = [(path.relative_to(folder), path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    _mount(b"tmpfs", b"/tmp", b"tmpfs", 0, f"size={size}m,nr_inodes=4096,mode=0700".encode())
    for name, target in (("work", folder), ("shared", Path("/dev/shm"))):
        Path("/tmp", name).mkdir()
        _mount(f"/tmp/{name}".encode(), str(target).encode(), None, BIND, None)
    for path, data in copy:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _mount(*arguments) -> None:
    _call("mount", *[ctypes.c_ulong(item) if isinstance(item, int) else item for item in arguments])


def _drop_rights() -> None:
    """Give up every capability, also those that this process has inside its own namespaces."""
    last = 40
    for right in range(last + 1):
        libc.prctl(DROP_BOUND, right, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of the call, for this process
    _call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
    _call("prctl", SET_NO_NEW_RIGHTS, 1, 0, 0, 0)
