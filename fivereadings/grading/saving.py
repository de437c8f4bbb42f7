"""Keep one student's graded work, whole: the notebook in its place, then scores, log and "done" in one transaction."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.utils import compute_checksum, parse_utc

from . import ledger
from .cleaning import cleaned
from .pages import page_for
from .score import Mark


@dataclass(frozen=True)
class Work:
    """What is kept of one student's work besides notebook and marks.

    `ran` and `digest` say from what (see ledger.WORK); `problem` is why the run was stopped, or "";
    `notes` what was odd about the file; `handed_in` an ISO time or ""; `number` Canvas's number of the file or 0;
    `back` how the name of a page must begin for the platform to give it back, or "".
    """

    ran: str = ""
    digest: str = ""
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    handed_in: str = ""
    number: int = 0
    back: str = ""


def place(folder: Path, stem: str, student: str) -> Path:
    """Return where formgrader looks for a student's graded notebook."""
    return folder / "autograded" / student / stem / f"{stem}.ipynb"


def stored(folder: Path, stem: str, student: str):
    """Return the graded notebook of a student, or None where there is none that can be read."""
    try:
        return nbformat.v4.reads(place(folder, stem, student).read_text(encoding="utf-8"))
    except (OSError, ValueError, AttributeError):
        return None


def about(notebook) -> dict:
    """Return what save() noted in a graded notebook: the digest `ran`, `handed_in`, `number` and `back`. {} where there is none."""
    noted = notebook.metadata.get("fivereadings") if notebook is not None else None
    return noted if isinstance(noted, dict) else {}


def ran_from(notebook) -> str:
    """Return the digest of what a graded notebook was run from, or ""."""
    return about(notebook).get("ran", "")


def older(handed_in: str, number: int, notebook) -> bool:
    """Say whether a file is older than the one that a graded notebook was made from: by Canvas's numbers, else by time."""
    then = about(notebook)
    if number and then.get("number"):
        return number < then["number"]
    return bool(handed_in) and handed_in < then.get("handed_in", "")


def save(book, folder: Path, stem: str, student: str, notebook, marks: dict[str, Mark], work: Work = Work(), why: str = "graded") -> list[tuple]:
    """Keep a scored notebook and its marks; return what changed: (question, old, new, why).

    Killed at any point, the student is either as before or done: until the transaction is
    through, the gradebook does not call the work done, and the next run does it again.
    """
    notebook = cleaned(notebook)  # formgrader and nbgrader's feedback show what they find
    file = {"handed_in": work.handed_in, "number": work.number, "back": work.back} if work.handed_in or work.number or work.back else {}
    notebook.metadata["fivereadings"] = {**about(notebook), **file, "ran": work.ran}
    put(notebook, place(folder, stem, student))
    changes = enter(book, folder, stem, student, notebook, marks, work, why)
    ledger.write_log(book.db, folder)
    return changes


def put(notebook, path: Path) -> None:
    """Write a notebook in the place of the old one; at no moment is there half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with open(beside, "w", encoding="utf-8", newline="\n") as file:
        file.write(nbformat.writes(notebook) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def enter(book, folder: Path, stem: str, student: str, notebook, marks: dict[str, Mark], work: Work, why: str) -> list[tuple]:
    """Enter marks in the gradebook in one transaction.

    Machine scores are always replaced. Scores, extra points and comments given by hand stay;
    where the answer below them changed, they are marked to be looked at again.
    """
    page = page_for(book, stem, student)
    if work.handed_in:
        page.assignment.timestamp = parse_utc(work.handed_in)
    before = ledger.work(book.db, stem, student).get(student)
    changes = by_hand(page.grades, before["seen"]) if before else []
    grades = {grade.name: grade for grade in page.grades}
    comments = {comment.name: comment for comment in page.comments}
    answers, seen = answer_digests(notebook, marks), {}
    for name, mark in marks.items():
        grade, comment = grades[name], comments.get(name)
        old = final(grade)
        given = given_by_hand(grade) or (comment is not None and comment.manual_comment)
        grade.auto_score = mark.points
        if not given:
            grade.needs_manual_grade = mark.points is None
        elif before is None or before["answers"].get(name) != answers[name]:
            grade.needs_manual_grade = True
        if final(grade) != old:
            changes.append((name, old, final(grade), f"accepted answer: {mark.by}" if mark.by else why))
    for grade in page.grades:
        seen[grade.name] = final(grade)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution") and about["grade_id"] in comments:
            untouched = about.get("checksum") == compute_checksum(cell)
            comments[about["grade_id"]].auto_comment = "No response." if untouched else None
    ledger.put_log(book.db, folder, stem, student, changes)
    ledger.put_work(book.db, {
        "unit": stem, "student": student, "ran": work.ran, "digest": work.digest, "problem": work.problem, "notes": list(work.notes),
        "marks": {name: vars(mark) for name, mark in marks.items()}, "answers": answers, "seen": seen, "graded": ledger.now(),
    })
    book.db.commit()
    return changes


def notice(book, folder: Path, stem: str) -> list[tuple]:
    """Enter in the log what was scored by hand since; return (student, question, old, new).

    log.csv also gets what a kill kept from it.
    """
    found = []
    for student, row in ledger.work(book.db, stem).items():
        page = book.find_submission_notebook(stem, stem, student)
        changes = by_hand(page.grades, row["seen"])
        if changes:
            ledger.put_log(book.db, folder, stem, student, changes)
            ledger.put_work(book.db, {**row, "seen": {grade.name: final(grade) for grade in page.grades}})
            book.db.commit()
            found += [(student, name, old, new) for name, old, new, _ in changes]
    ledger.write_log(book.db, folder)
    return found


def by_hand_left(book, stem: str) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Return (student -> questions graded by hand whose answer changed since, question -> how many wait for a first grade)."""
    again, left = {}, {}
    for submission in book.assignment_submissions(stem):
        for page in submission.notebooks:
            for grade in sorted((grade for grade in page.grades if grade.needs_manual_grade), key=lambda grade: grade.name):
                if final(grade) is None:
                    left[grade.name] = left.get(grade.name, 0) + 1
                else:
                    again.setdefault(submission.student_id, []).append(grade.name)
    return again, left


def by_hand(grades, seen: dict) -> list[tuple]:
    """Return the scores that are other than those the log knows: (question, old, new, why)."""
    return [(grade.name, seen.get(grade.name), final(grade), "by hand" if given_by_hand(grade) else "by hand (taken back) or by nbgrader")
            for grade in sorted(grades, key=lambda grade: grade.name) if final(grade) != seen.get(grade.name)]


def given_by_hand(grade) -> bool:
    """Say whether a person gave these points."""
    return grade.manual_score is not None or bool(grade.extra_credit)


def final(grade) -> float | None:
    """Return the points of a grade as nbgrader counts them, or None where there are none yet."""
    points = grade.auto_score if grade.manual_score is None else grade.manual_score
    return points if points is None else points + (grade.extra_credit or 0.0)


def answer_digests(notebook, marks: dict[str, Mark]) -> dict[str, str]:
    """Return a digest of each graded answer: the recorded data, or the text where it is graded by hand."""
    abouts = [(cell.metadata.get("nbgrader", {}), cell.source) for cell in notebook.cells]
    texts = {about["grade_id"]: source for about, source in abouts if about.get("grade") and about.get("solution")}
    return {name: hashlib.sha256(json.dumps(texts.get(name, mark.answer)).encode()).hexdigest() for name, mark in marks.items()}
