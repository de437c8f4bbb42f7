"""From what a work was run and scored: digests that tell whether it must be done again."""

import json
from pathlib import Path

from ..places import home
from . import course


def version(released: Path) -> str:
    """Return a digest of all that a run depends on besides the answers: the exercise, the tables, what records an answer."""
    package = Path(__file__).resolve().parent.parent
    return course.digest_of(*sorted(released.parent.glob("*.*")), *sorted((home() / "data").glob("*.csv")),
                            *sorted((home() / "readings").glob("*.csv")), *(package / name for name in ("answers.py", "checking.py", "tables.py")))


def answered_from(notebook, exercise: str) -> str:
    """Return a digest of the answers in a notebook and of the exercise's version: what a run is made from."""
    answers = {cell.metadata.nbgrader["grade_id"]: cell.source for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    return course.digest_of(json.dumps(answers, sort_keys=True), exercise)


def scored_from(ran: str, key: dict, also: dict, show_answers: bool) -> str:
    """Return a digest of what a score is made from: the run, the key and accept.csv."""
    return course.digest_of(ran, json.dumps([key, also, show_answers], sort_keys=True))
