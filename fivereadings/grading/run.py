"""Run: execute each student's notebook in isolation, and give back its outputs.

A batch is one function, `run_batch`: threads, each with a warmed worker of its own. The
processes, their limits and the sandbox are in worker, watch, cage, calls and sandbox.
"""

import copy
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

import nbformat
from nbformat import NotebookNode

from .outputs import accept
from .process import Worker, WorkerEnded
from .sandbox import why_not_isolated

__all__ = ["Limits", "Ran", "run_batch", "run_one", "why_not_isolated"]

FORGED = "It wrote to the grader's own channel."
UNFIT = "Its outputs do not fit into a notebook, so none of them counts."
PATIENCE = 8  # seconds without a result, before it is said who is still running
BEFORE = "what stands before it counts."
TWICE = "The process that ran it ended twice without a result."


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds in all, memory, largest file and disk in MB, processes, bytes of output."""

    seconds: float = 60
    memory: int = 1024
    processes: int = 32
    file: int = 16
    disk: int = 64
    output: int = 8_000_000


@dataclass(frozen=True)
class Ran:
    """A notebook with the outputs of its run; `problem` is "" or one sentence; `seconds` of wall clock."""

    notebook: NotebookNode
    problem: str = ""
    seconds: float = field(default=0, compare=False)


def run_one(worker: Worker, notebook: NotebookNode, folder: str, limits: Limits) -> Ran:
    """Run one notebook on a worker. Cells that ended before a stop keep their outputs; later ones have none.

    Raises WorkerEnded when the worker broke down.
    """
    notebook, start = blank(notebook), monotonic()
    cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    left, forged = [name for name, cell in cells.items() if cell.source.strip()], []

    def deliver(body: bytes) -> None:
        if forged:
            return  # nothing after a forged message can be trusted to be the shell's own
        try:
            name, count, outputs = accept(body, left)
        except ValueError:
            forged.append(True)
            return
        left.pop(0)
        cells[name].outputs = [nbformat.from_dict(output) for output in outputs]
        cells[name].execution_count = count

    given = [{"id": name, "source": cells[name].source} for name in left]
    reason = worker.run(given, folder, asdict(limits), deliver)
    reason = FORGED if forged else reason or (FORGED if left else "")
    if reason:
        reason = _stopped(reason, cells[left[0]] if left else None)
    nbformat.validate(notebook)
    return Ran(notebook, reason, monotonic() - start)


def blank(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook without any output: no record that was there before can count."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _stopped(reason: str, cell: NotebookNode | None) -> str:
    """Say in the cell where a run stopped, and return in words, what happened and where."""
    if cell is None:
        return f"{reason} Every cell had run by then, and counts."
    cell.outputs = [nbformat.v4.new_output("error", ename="Stopped", evalue=reason, traceback=[f"Stopped: {reason}"])]
    name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
    return f"{reason} That was in the cell {name}; {BEFORE}"


def run_batch(notebooks: dict[str, NotebookNode], module: Path, *, stem: str = "", isolated: bool = True, workers: int = 2,
              limits: Limits = Limits(), dask: str = "", say: Callable[[str], None] = lambda line: None) -> Iterator[tuple[str, Ran]]:
    """Run each student's notebook, and yield (student, Ran) as they finish.

    `module` is a folder with data/, readings/ and exercises/; the notebooks run in exercises/`stem`
    (not needed where there is one). `dask` is the address of a dask.distributed cluster. `say` is told
    who is still running when nobody has finished for PATIENCE seconds (not on a cluster).

    Raises ValueError, with the reason, when isolation is asked for and the machine refuses it.
    """
    folder = folder_of(Path(module), stem)
    if dask:
        from .cluster import run_on_cluster

        yield from run_on_cluster(dask, notebooks, Path(module), folder, isolated, limits)
        return
    if isolated and why_not_isolated():
        raise ValueError(f"{why_not_isolated()} Without it, students' code would run with your rights. "
                         "If you know every student, ask for that with --not-isolated.")
    mine, started, begun = threading.local(), [], {}

    def one(student: str, notebook: NotebookNode) -> Ran:
        begun[student] = monotonic()
        if not hasattr(mine, "worker"):
            mine.worker = Worker(module, isolated)
            started.append(mine.worker)
        return run_again(mine.worker, notebook, folder, limits)

    with ThreadPoolExecutor(workers) as pool:
        try:
            waiting = {pool.submit(one, student, notebook): student for student, notebook in notebooks.items()}
            while waiting:
                done = wait(waiting, PATIENCE, return_when=FIRST_COMPLETED).done
                for future in done:
                    yield waiting.pop(future), future.result()
                running = [f"{student} ({monotonic() - begun[student]:.0f} seconds)" for student in waiting.values() if student in begun]
                if running and not done:
                    say(f"  still running: {', '.join(running)}; stopped after {limits.seconds:g} seconds at the latest")
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in started:
                worker.close()


def run_again(worker: Worker, notebook: NotebookNode, folder: str, limits: Limits) -> Ran:
    """Run one notebook; when the worker breaks down, once more on a new one, and then say so."""
    for _ in range(2):
        try:
            return run_one(worker, notebook, folder, limits)
        except WorkerEnded as problem:
            reason = str(problem)
        except (ValueError, TypeError, nbformat.ValidationError) as problem:  # a class must not wait for one student's odd outputs
            return Ran(blank(notebook), f"{UNFIT} ({type(problem).__name__})")
    return Ran(blank(notebook), f"{TWICE} {reason}".strip())


def folder_of(module: Path, stem: str = "") -> str:
    """Return the folder, inside the module, where notebooks of the exercise `stem` run."""
    names = [path.name for path in (module / "exercises").iterdir() if path.is_dir()]
    if stem and stem not in names:
        raise ValueError(f"There is no exercise {stem}. There are: {', '.join(sorted(names))}.")
    return f"exercises/{stem or names[0]}" if stem or len(names) == 1 else "exercises"
