"""Run a batch on a dask.distributed cluster, for courses that outgrow one machine. An optional extra."""

import io
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

from . import sandbox
from .process import Worker

_here = threading.local()  # one warmed worker for each thread of a cluster's process


def run_on_cluster(address: str, notebooks: dict, module: Path, folder: str, isolated: bool, limits) -> Iterator[tuple]:
    """Yield (student, Ran) as the cluster at `address` finishes them. Work of a machine that is lost is done again.

    The module travels with the work: the machines need the same Python environment, and no shared disk.
    Raises ValueError where dask.distributed is missing or nobody answers.
    """
    try:
        from dask.distributed import Client, as_completed
    except ImportError:
        raise ValueError('For --dask, install dask.distributed first: pip install "dask[distributed]"') from None
    try:
        client = Client(address, timeout=10)
    except OSError as problem:
        raise ValueError(f"No cluster answers at {address}: {problem}") from None
    with client:
        packed = client.submit(bytes, pack(module))  # a task, so that it is made again when its machine is lost
        tasks = {client.submit(run_task, packed, notebook, folder, isolated, limits, pure=False, retries=2): student
                 for student, notebook in notebooks.items()}
        for task in as_completed(tasks):
            yield tasks[task], task.result()


def pack(module: Path) -> bytes:
    """Return the module's folders as a zip, the same bytes for the same files."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(path for name in sandbox.FOLDERS for path in (module / name).rglob("*") if path.is_file()):
            zipped.writestr(zipfile.ZipInfo(path.relative_to(module).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def run_task(packed: bytes, notebook, folder: str, isolated: bool, limits):
    """Run one notebook in a process of the cluster, on the worker that this thread keeps for this module."""
    from .run import run_again

    if isolated and sandbox.why_not_isolated():
        raise ValueError(sandbox.why_not_isolated())
    wanted = hash(packed), isolated
    if getattr(_here, "wanted", None) != wanted:
        _here.place = tempfile.TemporaryDirectory(prefix="five-readings-")  # goes with the process
        with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
            zipped.extractall(_here.place.name)
        _here.worker, _here.wanted = Worker(Path(_here.place.name), isolated), wanted
    return run_again(_here.worker, notebook, folder, limits)
