"""Take the answers, and only the answers, out of a handed-in notebook. Runs no code of theirs."""

import copy
from functools import lru_cache
from pathlib import Path

from ..answers import MIME
from ..notebooks import read
from ..places import home
from . import cells as handed

LONGEST = 100_000  # bytes of one answer
DEEPEST = 4        # levels of a recorded answer


def take(path: Path, released) -> tuple[object, list[str]]:
    """Return the released notebook with one student's answers in it, and what was odd, in words.

    An answer is the text of an answer cell, found by its id. Everything else of the submission
    (tests, points, metadata, kernel, outputs, further cells) is left behind.
    Raises ValueError, in a sentence, when the file is not a notebook or not this exercise.
    """
    given, odd = handed.cells(path)
    notebook = copy.deepcopy(released)
    ids = {cell.get("id") for cell in released.cells} - {None}
    answers = [cell for cell in notebook.cells if about(cell).get("solution")]
    candidates = {cell.metadata.nbgrader.grade_id: _candidates(cell, given) for cell in answers}
    if answers and not any(candidates.values()):
        raise ValueError(f"{path.name} has no answer cell of this exercise{_rather(given)}.")
    for cell in answers:
        name = cell.metadata.nbgrader.grade_id
        chosen, line = _choose(cell, candidates[name], ids)
        odd += [line] if line else []
        if chosen and not (reason := _unusable(chosen)):
            cell.source = chosen.source
            if chosen.kind != cell.cell_type:
                kind = chosen.kind if chosen.kind in ("code", "markdown", "raw") else "something else"
                odd.append(f"the answer cell {name} was turned from {cell.cell_type} to {kind}; its text counts")
            if chosen.attachments:
                odd.append(f"the answer {name} has a pasted picture, which is left behind: look into the file")
        elif chosen:
            odd.append(f"the answer {name} {reason}; it counts as blank")
    return notebook, odd


def handed_in_answers(path: Path) -> dict[str, object]:
    """Return the answers that stand recorded in a handed-in file, by question. They decide nothing: a rerun may differ."""
    recorded = {}
    for cell in handed.cells(path)[0]:
        for output in cell.outputs:
            data = output.get("data")
            record = data.get(MIME) if isinstance(data, dict) else None
            if cell.name and isinstance(record, dict) and record.get("id") == cell.name and _shallow(record.get("answer"), DEEPEST):
                recorded[cell.name] = record.get("answer")
    return recorded


def graded(notebook) -> list:
    """Return the cells of a notebook that carry points."""
    return [cell for cell in notebook.cells if about(cell).get("grade")]


def exercise(stem: str):
    """Return the released notebook of an exercise, or None where there is none of that name."""
    path = home() / "exercises" / stem / f"{stem}.ipynb"
    return read(path) if path.is_file() else None


def answer_texts(notebook) -> list[str]:
    """Return the text of each answer cell, in their order."""
    return [cell.source.strip() for cell in notebook.cells if about(cell).get("solution")]


def _candidates(cell, given: list) -> list:
    """Return the handed-in cells that may be this answer: by nbgrader's id, or by the cell's own id where that was lost."""
    own = cell.get("id")
    return [other for other in given if other.name == cell.metadata.nbgrader.grade_id or own and other.id == own]


def _choose(cell, candidates: list, ids: set):
    """Return the cell that is the student's answer (None: missing), and a line where there was a choice.

    A cell keeps its own id through every edit, while a copy gets a new one; so the own id says which is the
    original. A copy counts only where the original was left as released.
    """
    name, own = cell.metadata.nbgrader.grade_id, cell.get("id")
    if not candidates:
        return None, f"the answer cell {name} is missing; it counts as blank"

    def rank(other):
        foreign = other.id in ids and other.id != own
        blank = other.source is None or other.source.strip() in ("", cell.source.strip())
        return foreign, blank, other.id != own

    best = min(candidates, key=rank)
    copies = sum(other.name == name for other in candidates)
    if best.name != name:
        return best, f"the answer cell {name} had lost its id or carried another; it was found by its place in the file"
    if copies > 1:
        which = "the original" if best.id == own and own else "the first"
        which = "the one that is filled in" if rank(best)[2] and any(other.id == own for other in candidates) else which
        return best, f"the answer cell {name} stands {copies} times; {which} counts"
    if best.id in ids and best.id != own:
        return best, f"the id of the answer cell {name} stands on another cell of the exercise; the text of that cell counts"
    return best, ""


def _unusable(cell) -> str:
    if cell.source is None:
        return "is not a text"
    if (size := len(cell.source.encode())) > LONGEST:
        return f"has {size / 1000:.0f} kB, and at most {LONGEST / 1000:.0f} kB are taken"
    return ""


def _rather(given: list) -> str:
    """Say which exercise the cells come from, as far as it can be told."""
    names = {cell.name for cell in given if cell.name}
    if not names:
        return "; its cells carry no ids of any exercise. Perhaps the unit's notebook was handed in, not the exercise"
    shared = {stem: len(theirs & names) for stem, theirs in _answers_of_exercises(home()).items()}
    best = max(shared, key=shared.get, default="")
    return f"; it seems to be the exercise {best}" if best and shared[best] else "; its cells come from no exercise of this module"


@lru_cache
def _answers_of_exercises(place: Path) -> dict[str, set]:
    """Return the ids of the answer cells of each exercise. (Title and imports have the same id in all.)"""
    stems = sorted(path.name for path in (place / "exercises").iterdir() if (path / f"{path.name}.ipynb").is_file())
    return {stem: {about(cell)["grade_id"] for cell in exercise(stem).cells if about(cell).get("solution")} for stem in stems}


def _shallow(data, levels: int) -> bool:
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return not children or levels > 0 and all(_shallow(child, levels - 1) for child in children)

def about(cell) -> dict:
    """Return what nbgrader noted of a cell of a released notebook."""
    return cell.metadata.get("nbgrader", {})
