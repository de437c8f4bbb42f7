"""The process in which students' cells run. It never sees a key, a gradebook or the network.

    python -m fivereadings.grading.worker          warmed; forks once for each request (inside the sandbox, Linux)
    python -m fivereadings.grading.worker --one    runs one request itself and ends (without isolation)

A request is one message (see frames) on standard input: `cells` (id and source), `folder`
and `limits`. Answers go to standard output: each cell's message with "C" in front, at the end
"E" and why it was stopped. With --one the cell's messages come bare, and "." at the end.
"""

import gc
import json
import os
import signal
import sys
from pathlib import Path

from . import frames
from .watch import DONE, watch

LARGEST_REQUEST = 64 << 20


def threads() -> int:
    """Return how many threads this process has."""
    return len(os.listdir("/proc/self/task"))


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
    left = {int(name) for name in os.listdir("/proc") if name.isdecimal()} - {1, os.getpid()}
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


def main(words: list[str]) -> None:
    """Load everything once, say so, and serve requests until standard input ends."""
    alone = "--one" in words
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
        while body := frames.receive(requests, LARGEST_REQUEST):
            (run_one if alone else serve)(shell, json.loads(body), out)
    except Exception as problem:  # sys.stderr belongs to the notebook by now
        frames.send(2, f"{type(problem).__name__}: {problem}\n".encode())
        raise


if __name__ == "__main__":
    main(sys.argv[1:])
