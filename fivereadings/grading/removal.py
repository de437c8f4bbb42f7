"""Take a student out of a class: the gradebook's rows, the graded notebooks and the feedback pages. The log keeps what was there."""

import shutil
from pathlib import Path

from nbgrader.api import MissingEntry

from . import course, ledger, saving


def remove(into: Path, student: str) -> list[str]:
    """Remove a student and all graded work of theirs; return the units that it concerned.

    Every score that goes gets a line in the log. Raises ValueError when nobody of that name was graded.
    """
    with course.gradebook(into) as book:
        try:
            submissions = book.find_student(student).submissions
        except MissingEntry:
            names = ", ".join(sorted(each.id for each in book.students)) or "nobody"
            raise ValueError(f"There is no student {student!r} in this class. Graded were: {names}.") from None
        units = sorted(submission.assignment.name for submission in submissions)
        for unit in units:
            saving.notice(book, into, unit)  # points given by hand since stand in the log before they go
            row = ledger.work(book.db, unit, student).get(student)
            if row:
                changes = [(name, points, None, "the student was removed") for name, points in row["seen"].items() if points is not None]
                ledger.put_log(book.db, into, unit, student, changes)
                ledger.drop_work(book.db, unit, student)
        book.remove_student(student)  # commits
        ledger.write_log(book.db, into)
    for folder in ("autograded", "feedback"):
        shutil.rmtree(into / folder / student, ignore_errors=True)
    return units
