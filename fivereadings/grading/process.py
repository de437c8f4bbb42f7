"""The grader's end of a worker: start it, give it a submission, take its messages, end it."""

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

import psutil

from . import frames, sandbox
from .watch import watch

LOADING = 120  # seconds until a worker has loaded everything
GRACE = 30     # seconds after which a worker that should have stopped a submission is stopped itself
SMALL = 1 << 16
ROUNDS, PAUSE = 50, 0.02  # looks for what is left of a submission, and seconds between them


class WorkerEnded(RuntimeError):
    """A worker ended, which no submission should be able to bring about."""


class Worker:
    """One worker. With `isolated` it serves submission after submission; without, a fresh process for each."""

    def __init__(self, module: Path, isolated: bool = True):
        self.module, self.isolated, self.process, self.closed = Path(module), isolated, None, False
        self.own = None  # without the sandbox: the copy of the module that one submission may spoil

    def run(self, cells: list[dict], folder: str, limits: dict, deliver) -> str:
        """Run the cells of one submission in `folder` (relative to the module); return why it was stopped, or "".

        `deliver` gets the body of each message as it came: it is the submission's word, to be checked.
        Raises WorkerEnded when the worker broke down; the next call starts a new one.
        """
        if self.closed:
            raise WorkerEnded("It was closed.")
        if self.process is None:
            self._start()
        place = Path(sandbox.MODULE if self.isolated else self.own, folder)
        request = frames.pack({"cells": cells, "folder": str(place), "limits": limits})
        try:
            frames.send(self.process.stdin.fileno(), request)
            return self._served(limits, deliver) if self.isolated else self._watched(limits, deliver)
        except (OSError, ValueError) as problem:
            raise WorkerEnded(self._end() or str(problem)) from problem
        except BaseException:
            self._end()
            raise

    def _start(self) -> None:
        if not self.isolated:
            self.own = Path(tempfile.mkdtemp(prefix="five-readings-own-"))
            for name in sandbox.FOLDERS:
                shutil.copytree(self.module / name, self.own / name)
        self.process, self.complaints = sandbox.start(self.own or self.module, self.isolated)
        late = threading.Timer(LOADING, self.process.kill)
        late.start()
        try:
            if not frames.receive(self.process.stdout.fileno(), SMALL):
                raise WorkerEnded(f"The process for students' work did not start. {self._end()}".strip())
        finally:
            late.cancel()

    def _served(self, limits: dict, deliver) -> str:
        late = threading.Timer(limits["seconds"] + GRACE, self.process.kill)
        late.start()
        try:
            while body := frames.receive(self.process.stdout.fileno(), 1 << 30):
                if body[:1] == b"E":
                    return body[1:].decode("utf-8")
                deliver(body[1:])
        finally:
            late.cancel()
        raise WorkerEnded(self._end())

    def _watched(self, limits: dict, deliver) -> str:
        """Watch a process that runs one submission without a sandbox, and end it with its children."""
        pid = self.process.pid
        try:
            return watch(self.process.stdout.fileno(), pid, limits, lambda: end_all(pid, self.own), deliver)
        finally:
            self._end()

    def _end(self) -> str:
        """End the worker; return the last line of what it complained of."""
        if self.process is None:
            return ""
        process, self.process = self.process, None
        if not self.isolated:
            end_all(process.pid, self.own)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            pipe.close()
        lines = self.complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        self.complaints.unlink()
        if self.own:
            shutil.rmtree(self.own, ignore_errors=True)
            self.own = None
        return lines[-1] if lines else ""

    def close(self) -> None:
        """End the worker and everything in its sandbox, for good; what it runs is lost."""
        self.closed = True
        self._end()


def end_all(pid: int, own: Path) -> None:
    """Kill a submission that runs without the sandbox: all children of its keeper, also those that it adopted, then the keeper.

    `own` is its copy of the module. One that leaves its session and kills its keeper is known by that folder, as long as it
    keeps its environment. Code with the instructor's rights can change that too: then it stays.
    """
    for _ in range(ROUNDS):  # one that was not yet there may be in the next
        left = [process for process in _family(pid, own) if process.pid != pid]
        if not left:
            break
        _kill(left)
        time.sleep(PAUSE)
    _kill([process for process in _family(pid, own) if process.pid == pid])


def _family(pid: int, own: Path) -> list[psutil.Process]:
    """Return a process with all its children and whatever belongs to its session or folder, without those that have ended."""
    found = {}
    for process in psutil.process_iter(["status"]):
        try:
            if hasattr(os, "getsid") and os.getsid(process.pid) == pid or process.environ().get("FIVEREADINGS_HOME") == str(own):
                found[process.pid] = process
        except (OSError, psutil.Error):  # it has ended meanwhile, or is somebody else's
            pass
    try:
        found |= {process.pid: process for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]}
    except psutil.Error:
        pass
    return [process for process in found.values() if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.Error:
            pass
