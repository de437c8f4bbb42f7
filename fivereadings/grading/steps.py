"""What is written after a class was graded: each step returns a line that says where it is, or ""."""

from collections.abc import Callable
from pathlib import Path

from . import course
from .exports import write_platforms
from .feedback import write_feedback
from .report import write_report
from .returning import write_zips


def write_scores(into: Path, stem: str, changed: set[str]) -> str:
    """Write the table of scores, one row a student."""
    path = into / f"scores-{stem}.csv"
    course.scores(into, stem).to_csv(path, index=False)
    return f"Scores: {path}"


# In order. `changed` holds the students whose scores or notebooks are new; each step may do more.
AFTER: list[Callable[[Path, str, set[str]], str]] = [write_scores, write_feedback, write_zips, write_report, write_platforms]


def after(into: Path, stem: str, changed: set[str]) -> list[str]:
    """Take every step and return their lines. A step that fails says so; the scores are in the gradebook all the same."""
    lines = []
    for step in AFTER:
        try:
            lines.append(step(into, stem, changed))
        except (OSError, ValueError, RuntimeError) as problem:
            lines.append(f"Not written ({step.__name__.replace('_', ' ')}): {problem}")
    return [line for line in lines if line]
