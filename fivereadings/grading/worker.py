"""The process in which students' cells run. It never sees a key, a gradebook or the network.

    python -m fivereadings.grading.worker          warmed; forks once for each request (inside the sandbox, Linux)
    python -m fivereadings.grading.worker --one    runs one request itself and ends (without isolation)

A request is one message (see frames) on standard input: `cells` (id and source), `folder`
and `limits`. Answers go to standard output: each cell's message with "C" in front, at the end
"E" and why it was stopped. With --one the cell's messages come bare, and "." at the end.
"""

import contextlib
import gc
import json
import os
import select
import signal
import sys
import time
from pathlib import Path

import psutil

from . import frames
from .watch import DONE, watch

LARGEST_REQUEST = 64 << 20
ROUNDS = 50    # of ending what a submission left, without the sandbox
NO_MORE = 3  # how the copy that found no request ends


def threads() -> int:
    """Return how many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def attend(shell, requests: int, out: int) -> bool:
    """Let a copy of this process take the next request; return False when there are no more.

    The copy ends with its request. So nothing that it read of one student's work lies in
    memory that the next submission, a copy of this process too, could search.
    """
    from . import cage

    select.select([requests], [], [])
    taker = os.fork()
    if taker == 0:
        status = 1
        try:
            cage.adopt_orphans()
            body = frames.receive(requests, LARGEST_REQUEST)
            if body:
                serve(shell, json.loads(body), out)
            status = 0 if body else NO_MORE
        except BaseException as problem:  # sys.stderr belongs to the notebook by now
            frames.send(2, f"{type(problem).__name__}: {problem}\n".encode())
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(taker, 0)[1])
    if status not in (0, NO_MORE):
        raise SystemExit(1)
    return status == 0


def serve(shell, request: dict, out: int) -> None:
    """Run one request in a process of its own, closed in; nothing of it is left afterwards."""
    if threads() != 1:
        raise RuntimeError(f"The worker has {threads()} threads; a copy of it could hang.")
    said, saying = os.pipe()
    results, sending = os.pipe()
    between = os.fork()
    if between == 0:
        inside(shell, request, saying, sending)
    os.close(saying)
    os.close(sending)
    with os.fdopen(said, encoding="utf-8") as control:
        words = control.read().split("\n")  # two processes write here, in either order
    pid = next((word for word in words if word.isdecimal()), "")
    os.waitpid(between, 0)
    if not pid or "ready" not in words:
        raise RuntimeError(f"A submission could not be closed in: {' '.join(words)}")
    problem = watch(results, int(pid), request["limits"], lambda: os.kill(int(pid), signal.SIGKILL),
                    lambda body: frames.send(out, frames.framed(b"C" + body)))
    os.waitpid(int(pid), 0)  # returns when every process of its namespace is gone
    os.close(results)
    left = {int(name) for name in os.listdir("/proc") if name.isdecimal()} - {1, os.getpid(), os.getppid()}
    if left:
        raise RuntimeError(f"{len(left)} processes outlived a submission.")
    frames.send(out, frames.framed(b"E" + problem.encode()))


def inside(shell, request: dict, saying: int, sending: int) -> None:
    """Become the submission: separate, close in, run the cells, end. Never returns."""
    from . import cage
    from .shell import RECORDER, play

    try:
        cage.separate()
        child = os.fork()
        if child:
            os.write(saying, f"{child}\n".encode())
            os._exit(0)
        # From here on this is the first process of its own namespace.
        cage.close_in(Path(request["folder"]), request["limits"], {saying, sending})
        os.write(saying, b"ready\n")
        os.close(saying)
        RECORDER.allow(request["limits"]["output"])
        play(shell, request["cells"], lambda cell: frames.send(sending, frames.pack(cell)))
        frames.send(sending, frames.framed(DONE))
    except BaseException as problem:  # whatever it was, this process must not go on as a second worker
        try:
            os.write(saying, f"{type(problem).__name__}: {problem}".encode())
        except OSError:
            pass
    finally:
        os._exit(0)


def run_one(shell, request: dict, out: int) -> None:
    """Run one request in this very process."""
    from .shell import RECORDER, play

    os.chdir(request["folder"])
    RECORDER.allow(request["limits"]["output"])
    play(shell, request["cells"], lambda cell: frames.send(out, frames.pack(cell)))
    frames.send(out, frames.framed(DONE))
    os._exit(0)


def keep() -> None:
    """Go on in a child, while this process stays and keeps what that one leaves behind, so that it can be found and ended.

    Without a sandbox: a submission's parent is then not the grader, and both end with the grader. (Linux; elsewhere no more than a parent.)
    """
    if not hasattr(os, "fork"):
        return
    on_linux = sys.platform.startswith("linux")
    if on_linux:
        from . import cage

        cage.adopt_orphans()
        cage.end_with_parent()
    child = os.fork()
    if child == 0:
        if on_linux:
            cage.end_with_parent()
        return
    for descriptor in (0, 1):
        os.close(descriptor)  # the grader must see when the child's end is closed
    os.waitpid(child, 0)
    for _ in range(ROUNDS):  # one that was not yet there may be in the next
        left = psutil.Process().children(recursive=True)
        if not left:
            break
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.02)
    os._exit(0)


def main(words: list[str]) -> None:
    """Load everything once, say so, and serve requests until standard input ends."""
    alone = "--one" in words
    if alone:
        keep()
    requests, out = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    if not alone:
        from .cage import become_nobody

        become_nobody()
    from .shell import make, warm

    shell = make()
    if not alone:
        warm()
        gc.collect()
        gc.freeze()  # what is there now is never looked at again, so its memory stays shared with the copies
    frames.send(out, frames.pack({"ready": True}))
    try:
        if not alone:
            while attend(shell, requests, out):
                pass
        elif body := frames.receive(requests, LARGEST_REQUEST):
            run_one(shell, json.loads(body), out)
    except Exception as problem:  # sys.stderr belongs to the notebook by now
        frames.send(2, f"{type(problem).__name__}: {problem}\n".encode())
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
