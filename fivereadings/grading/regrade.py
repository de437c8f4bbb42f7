"""Score a class anew from what was recorded, after the key or accept.csv changed. No student's code runs."""

from pathlib import Path

from . import accept, course, ledger, saving, slices
from .digests import scored_from
from .intake import Attention
from .score import score


def regrade(into: Path, stem: str, show_answers: bool = False) -> tuple[list[tuple[str, list[tuple]]], list[Attention]]:
    """Score every graded work of a unit anew; return who moved, with what changed (question, old, new, why), and who needs attention.

    Raises ValueError when nothing of the unit was graded in this class folder, or accept.csv cannot be read.
    """
    _, key = slices.open_slice(into, stem)
    also, moved, attention = accept.load(into, key), [], []
    with course.gradebook(into) as book:
        saving.notice(book, into, stem)
        known = ledger.work(book.db, stem)
        if not known:
            raise ValueError(f"Nothing of {stem} was graded in {into} yet. Grade a folder first: python start.py grade FOLDER --unit {stem}")
        for student, row in known.items():
            notebook = saving.stored(into, stem, student)
            if notebook is None or saving.ran_from(notebook) != row["ran"]:
                attention.append(Attention(student, "not regraded: grading was stopped in the middle of this work, or its file under "
                                                    "autograded/ was changed. Grade the folder again."))
                continue
            digest = scored_from(row["ran"], key, also, show_answers)
            if digest == row["digest"]:
                continue
            marks = score(notebook, key, also, show_answers)
            if {name: vars(mark) for name, mark in marks.items()} == row["marks"]:
                ledger.put_work(book.db, {**row, "digest": digest})  # nothing new to show: the file stays as it is
                continue
            work = saving.Work(row["ran"], digest, row["problem"], row["notes"])
            changes = saving.save(book, into, stem, student, notebook, marks, work, "regraded")
            if changes:
                moved.append((student, changes))
            moved_below = [name for name, mark in marks.items() if mark.points is not None and name not in {change[0] for change in changes}
                           and mark.points != row["marks"].get(name, {}).get("points")]
            attention += [Attention(student, f"{name} would have other points now, but the points that you gave by hand stand.")
                          for name in moved_below]
        book.db.commit()
    return moved, attention


def in_words(moved: list[tuple[str, list[tuple]]]) -> list[str]:
    """Return a line for each student who moved: by how much in all, and in which questions."""
    def line(student, changes):
        by = sum((new or 0) - (old or 0) for _, old, new, _ in changes)
        return f"{student}: {by:+g} points ({'; '.join(f'{name} {old or 0:g} to {new or 0:g}' for name, old, new, _ in changes)})"

    return [line(student, changes) for student, changes in moved]
