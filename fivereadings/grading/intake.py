"""Intake: take the answers, and only the answers, out of what a student handed in. Runs no code of theirs."""

import copy
from pathlib import Path

from ..notebooks import read


def submissions(folder: Path, stem: str) -> dict[str, Path]:
    """Return the handed-in notebook of each student: `FOLDER/<student>/<stem>.ipynb` or `FOLDER/<student>.ipynb`.

    Raises ValueError when the folder holds neither.
    """
    found = {path.parent.name: path for path in sorted(folder.glob(f"*/{stem}.ipynb"))}
    found |= {path.stem: path for path in sorted(folder.glob("*.ipynb")) if path.stem not in found}
    if not found:
        raise ValueError(f"No submissions were found in {folder}: a file such as STUDENT/{stem}.ipynb "
                         "or STUDENT.ipynb was expected.")
    return found


def graded(notebook) -> list:
    """Return the cells of a notebook that carry points."""
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def take(path: Path, released) -> tuple[object, list[str]]:
    """Return the released notebook with one student's answers in it, and what was odd, in words.

    An answer is the text of an answer cell, found by its id. Everything else of the submission
    (tests, points, metadata, kernel, outputs, further cells) is left behind.
    Raises ValueError when the file is not a notebook.
    """
    submitted = read(path)
    given: dict[str, list] = {}
    for cell in submitted.cells:
        name = (cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id")
        if name and isinstance(cell.get("source"), str):
            given.setdefault(name, []).append(cell)
    notebook, odd = copy.deepcopy(released), []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("solution"):
            continue
        name = about["grade_id"]
        found = given.get(name, [])
        if not found:
            odd.append(f"the answer cell {name} is missing; it counts as blank")
        elif len(found) > 1:
            # A copied cell keeps nbgrader's id but gets a new cell id: the first is the student's own.
            own = [other for other in found if other.get("id") == cell.get("id")]
            odd.append(f"the answer cell {name} stands {len(found)} times; the original counts")
            found = own or found
        if found:
            cell.source = found[0].source
    return notebook, odd
