"""Watch one submission while it runs: its time, memory, processes and what it sends."""

import os
import threading
import time

import psutil

from .frames import receive

DONE = b"."  # the last message of a submission that came to its end
PAUSE = 0.1  # seconds between two looks
PATIENCE = 5  # seconds for what is still in the pipe
ROOM = 4     # times the allowed output, for the JSON around it
EXTRA = 1 << 20
BASE = 200   # MB of Python, pandas and matplotlib, which a process may come to own

SLOW = "It ran longer than {} seconds and was stopped."
GREEDY = "It used more than {} MB of memory and was stopped."
CROWDED = "It started more than {} processes and was stopped."
LOUD = "It sent more than {:g} MB to the grader and was stopped."
ENDED = "Python ended in the middle of it (as os._exit does, or a crash, or too much memory)."


def watch(descriptor: int, pid: int, limits: dict, kill, deliver) -> str:
    """Hand every message from `descriptor` to `deliver` until the submission ends; return why it was stopped, or "".

    `pid` is its first process. `kill()` ends all of it; it is always called, and may be called twice. `limits` has
    seconds, memory (MB), processes and output (bytes).
    """
    ended, start, over = [], time.monotonic(), threading.Event()
    # Somebody may hold the other end open for longer than this. With a descriptor of its own the
    # reader can never read from another submission that got the same number.
    own = os.dup(descriptor)

    def read():
        left = ROOM * limits["output"] + EXTRA
        try:
            while (body := receive(own, left)) and body != DONE and not over.is_set():
                left -= len(body)
                deliver(body)
            ended.append("" if body else ENDED)
        except ValueError:
            ended.append(LOUD.format(limits["output"] / 1e6))
        except OSError:
            ended.append(ENDED)
        finally:
            os.close(own)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reason, gone = "", False
    while not ended and not reason:
        reader.join(PAUSE)
        if not ended and not gone and _ended(pid):
            gone = True
            kill()  # what it left may hold the pipe open, and sleep
        if not ended:
            reason = SLOW.format(limits["seconds"]) if time.monotonic() - start > limits["seconds"] else _too_much(pid, limits)
    kill()
    reader.join(PATIENCE)
    over.set()
    return reason or ended[0]


def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _too_much(pid: int, limits: dict) -> str:
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.Error:
        return ""
    if len(family) > limits["processes"]:
        return CROWDED.format(limits["processes"])
    # One process alone meets its own limit first, which is an error in its cell and lets the work go on.
    most = (limits["memory"] + BASE) << 20
    # Pages that are shared with the worker count only in the quick look; the exact one is slow.
    if sum(_size(process) for process in family) > most and sum(_size(process, own=True) for process in family) > most:
        return GREEDY.format(limits["memory"])
    return ""


def _size(process: psutil.Process, own: bool = False) -> int:
    try:
        return process.memory_full_info().uss if own else process.memory_info().rss
    except psutil.Error:  # it has ended meanwhile
        return 0
