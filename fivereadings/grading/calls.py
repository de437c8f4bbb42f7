"""Refuse the system calls that a student's work never needs: new namespaces, mounts, hidden memory, tracing.

Limits on memory and files do not count what these calls set aside. A filter of the kernel
(seccomp) answers them with "not permitted". Known for x86-64 and ARM64; elsewhere the
namespaces and limits hold without it. Sources: seccomp(2), the kernel's tables of system calls.
"""

import ctypes
import os
import struct

# The numbers on (x86-64, ARM64).
NUMBERS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
}
CLONE, CLONE3, SOCKET = (56, 220), (435, 435), (41, 198)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
NAMESPACES = 0x7E020000  # every flag of clone that asks for a new namespace
LOCAL, INTERNET, INTERNET6 = 1, 2, 10  # families of sockets; the others reach past a network namespace

# Instructions of the filter: load a word, compare, test bits, answer.
LOAD, EQUAL, AT_LEAST, BITS, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST = 0, 4, 16  # where the call's number, the machine and the first argument stand
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NOT_PERMITTED, NO_SUCH_CALL, NO_SUCH_FAMILY = 1, 38, 97


def program(machine: str) -> bytes:
    """Return the filter for a machine as the kernel reads it: eight bytes an instruction."""
    column, name = MACHINES[machine]
    steps = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, name), (ANSWER, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":  # a second way to number the same calls
        steps += [(AT_LEAST, 0, 1, 0x40000000), (ANSWER, 0, 0, REFUSE | NOT_PERMITTED)]
    for numbers in NUMBERS.values():
        steps += [(EQUAL, 0, 1, numbers[column]), (ANSWER, 0, 0, REFUSE | NOT_PERMITTED)]
    # Its flags lie in memory, where a filter cannot look; the C library then takes the older call.
    steps += [(EQUAL, 0, 1, CLONE3[column]), (ANSWER, 0, 0, REFUSE | NO_SUCH_CALL)]
    steps += [(EQUAL, 0, 4, CLONE[column]), (LOAD, 0, 0, FIRST), (BITS, 0, 1, NAMESPACES),
              (ANSWER, 0, 0, REFUSE | NOT_PERMITTED), (ANSWER, 0, 0, ALLOW)]
    steps += [(EQUAL, 0, 5, SOCKET[column]), (LOAD, 0, 0, FIRST), (EQUAL, 3, 0, LOCAL), (EQUAL, 2, 0, INTERNET),
              (EQUAL, 1, 0, INTERNET6), (ANSWER, 0, 0, REFUSE | NO_SUCH_FAMILY), (ANSWER, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def forbid(libc) -> bool:
    """Set the filter for this process and all its children; say whether this machine has one."""
    if os.uname().machine not in MACHINES:
        return False
    code = program(os.uname().machine)
    memory = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(memory))
    if libc.prctl(22, 2, ctypes.create_string_buffer(described, len(described)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the filter of system calls was refused")
    return True
