"""One command at a time on a class folder."""

import os
from contextlib import contextmanager
from pathlib import Path

FILE = ".in-use"


@contextmanager
def alone(folder: Path):
    """Hold a class folder while its work is graded. The system frees it however its holder ends.

    Raises RuntimeError, in a sentence, when another command holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / FILE, "a") as file:
        if not _locked(file):
            raise RuntimeError(f"Another grading is running on this class ({folder}). Nothing was done. Give the command again when that one has ended.")
        yield


def _locked(file) -> bool:
    """Try once to lock an open file; False where somebody else holds it."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass  # some network drives have no locks: better to go on than to refuse
    return True
