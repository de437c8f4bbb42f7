"""Scores as Canvas and as Moodle import them. Needs a roster: a platform knows names and numbers, not pseudonyms.

Canvas (Gradebook, Import): Student, ID, SIS User ID, SIS Login ID, Section, then one column an assignment,
and a row “Points Possible”. Moodle (the assignment's “Upload grading worksheet”): Identifier, Grade and
“Last modified (grade)” must be there; the same file goes through Grades, Import, by e-mail address.
"""

import csv
import io
import os
from html import escape
from pathlib import Path

from . import course, saving
from .roster import Student, read_roster

ROSTER = "roster.csv"  # the class folder's own copy: --feedback needs it too
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
          "Last modified (submission)", "Last modified (grade)"]
NUMBERS = "canvas-numbers.csv"
COMMENTS = "Feedback comments"


def keep_roster(roster: Path | None, into: Path) -> None:
    """Keep a copy of the roster in the class folder."""
    if roster and roster.resolve() != (into / ROSTER).resolve():
        put(into / ROSTER, roster.read_bytes())


def keep_numbers(numbers: dict[str, str], into: Path) -> None:
    """Keep the Canvas numbers that stand in the names of handed-in files, by student; earlier ones of other students stay."""
    if numbers:
        put(into / NUMBERS, table([["student", "canvas_id"], *sorted({**kept_numbers(into), **numbers}.items())]).encode("utf-8"))


def kept_numbers(into: Path) -> dict[str, str]:
    """Return the Canvas numbers that keep_numbers() kept."""
    if not (into / NUMBERS).is_file():
        return {}
    with open(into / NUMBERS, encoding="utf-8", newline="") as file:
        return {row["student"]: row["canvas_id"] for row in csv.DictReader(file)}


def kept_roster(into: Path) -> Path | None:
    """Return the class folder's own copy of the roster, or None."""
    return into / ROSTER if (into / ROSTER).is_file() else None


def harmless(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula. A plain number stays one."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
        return text
    except ValueError:
        return "'" + text


def table(rows: list[list]) -> str:
    """Return rows as CSV; texts are made harmless."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return text.getvalue()


def put(path: Path, content: bytes) -> None:
    """Write a file in the place of the old one; at no moment is there half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    os.replace(beside, path)


def canvas(stem: str, of: float, rows: list[Student], scores: dict[str, float | None]) -> str:
    """Return Canvas's table of those who have a score: an empty cell would take back one that Canvas has. The column is called as the exercise."""
    lines = [[row.name, row.canvas_id, "", row.email, "", points(scores[row.student])] for row in rows if scores.get(row.student) is not None]
    return table([[*CANVAS, stem], ["    Points Possible", "", "", "", "", points(of)], *lines])


def moodle(of: float, rows: list[Student], scores: dict[str, float | None], comments: dict[str, str]) -> str:
    """Return Moodle's worksheet of those who have a score. Moodle reads comments as HTML, and an empty one would delete its own."""
    lines = [[f"Participant {row.moodle_id}" if row.moodle_id else "", row.name, row.email, "", points(scores[row.student]), points(of), "Yes",
              "", "", *([escape(comments.get(row.student, ""), quote=False).replace("\n", "<br>")] if comments else [])] for row in rows if scores.get(row.student) is not None]
    return table([[*MOODLE, *([COMMENTS] if comments else [])], *lines])


def points(value: float) -> str:
    """Return points as text with a point, at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def write_platforms(into: Path, stem: str, changed: set[str]) -> str:
    """Write both files where the class folder has a roster; return what the instructor should know."""
    if not (into / ROSTER).is_file():
        return "No files for Canvas and Moodle: they need names and numbers. Grade once with --roster roster.csv."
    numbers = kept_numbers(into)
    everybody = [row._replace(canvas_id=row.canvas_id or numbers.get(row.student, "")) for row in read_roster(into / ROSTER)]
    rows = [row for row in everybody if row.name and (row.canvas_id or row.moodle_id or row.email)]
    paths = {name: into / f"scores-{stem}-{name}.csv" for name in ("canvas", "moodle")}
    if not rows:
        for path in paths.values():
            path.unlink(missing_ok=True)
        return f"No files for Canvas and Moodle: {into / ROSTER} has no names with a number or an e-mail address."
    scores, comments, of = _given(into, stem)
    put(paths["canvas"], canvas(stem, of, rows, scores).encode("utf-8"))
    put(paths["moodle"], moodle(of, rows, scores, comments).encode("utf-8"))
    graded = {row.student for row in rows} & set(scores)
    waiting = sum(scores[student] is None for student in graded)
    lines = [f"For Canvas: {paths['canvas']}", f"For Moodle: {paths['moodle']}"]
    if waiting:
        lines.append(f"  {waiting} of {len(graded)} students are not in them yet, since an answer waits to be graded by hand.")
    if left := sorted(set(scores) - graded):
        lines.append(f"  Not in them, since the roster has no name and number: {', '.join(left)}.")
    if missing := [row.student for row in rows if row.student not in scores]:
        lines.append(f"  Not in them, since nothing of theirs was graded: {', '.join(missing)}.")
    if not all(row.canvas_id for row in rows if row.student in scores):
        lines.append("  Some rows have no canvas_id: Canvas looks for these students by the e-mail address as SIS Login ID, or by name.")
    if not any(row.moodle_id for row in rows):
        lines.append("  The roster has no moodle_id: in Moodle use Grades, Import, CSV file, and identify users by e-mail address.")
    return "\n".join(lines)


def _given(into: Path, stem: str) -> tuple[dict[str, float | None], dict[str, str], float]:
    """Return each student's score (None while an answer waits), the comments given by hand, and the points of the whole."""
    scores, comments, of = {}, {}, 0.0
    with course.gradebook(into) as book:
        for submission in book.assignment_submissions(stem):
            reached = [saving.final(grade) for page in submission.notebooks for grade in page.grades]
            scores[submission.student_id] = None if None in reached else sum(reached)
            said = [(comment.name, comment.manual_comment) for page in submission.notebooks for comment in page.comments if comment.manual_comment]
            if said:
                comments[submission.student_id] = "\n".join(f"{name}: {' '.join(text.split())}" for name, text in sorted(said))
            of = submission.max_score
    return scores, comments, of
