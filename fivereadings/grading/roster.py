"""The roster of a class: read from roster.csv, and which student a handed-in file belongs to."""

import csv
import io
import itertools
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from .filenames import Hint, fit_for_id, shown

NEEDED, OPTIONAL = ("student", "name", "email"), ("canvas_id", "moodle_id")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})  # no accent to take off
# What Moodle writes in place of every name where marking is anonymous, in some of its languages.
HIDDEN = {"participant", "participante", "teilnehmerin", "участник", "参与者", "partecipante", "deelnemer"}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls
MOST_WORDS = 5  # of a name whose words may stand in any order


class Student(NamedTuple):
    """One row: the id used in class files and gradebook, the name, and what the platform knows the student by."""

    student: str
    name: str
    email: str
    canvas_id: str = ""
    moodle_id: str = ""


def read_roster(path: Path) -> list[Student]:
    """Return the rows of a roster file.

    Columns in any order; commas, semicolons or tabs between them; UTF-8, UTF-16 or Windows-1252.
    Raises ValueError, in a sentence, for a missing file or column, an empty id, an id that stands twice.
    """
    try:
        text = _text(path.read_bytes())
    except OSError as problem:
        raise ValueError(f"The roster {path} cannot be opened ({problem.strerror}).") from problem
    first = text.lstrip("\n").splitlines()[0] if text.strip() else ""
    separator = max(",;\t", key=first.count)
    try:
        lines = [line for line in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in line)]
    except csv.Error as problem:
        raise ValueError(f"The roster {path.name} is not a table that can be read: {problem}.") from problem
    columns = [cell.strip().casefold() for cell in lines[0]] if lines else []
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise ValueError(f"The roster {path.name} has no column {' and no column '.join(missing)}. Its first line must name the columns "
                         f"student, name, email and, where you have them, canvas_id and moodle_id. It names: {', '.join(columns) or 'nothing'}. "
                         "Rename the columns that hold these; first and family name go into the one column name. A column may be empty but for student.")
    rows = [_row(columns, line, number, path.name) for number, line in enumerate(lines[1:], 2)]
    if not rows:
        raise ValueError(f"The roster {path.name} names no student.")
    for column in ("student", *OPTIONAL):
        seen: dict[str, str] = {}
        for row in rows:
            value = getattr(row, column).casefold()
            if value and value in seen:
                raise ValueError(f"The roster {path.name} has the {column} {getattr(row, column)} twice: "
                                 f"{seen[value]} and {row.name or row.student}. Give each student an own one.")
            seen[value] = row.name or row.student
    return rows


def letters(text: str) -> str:
    """Return a name without case, accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(LETTERS))
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LNM" and not unicodedata.combining(char))


def in_any_order(name: str) -> set[str]:
    """Return the letters of a name for every order of its words: platforms write the family name first or last."""
    words = [letters(word) for word in re.split(r"[\s,]+", name) if letters(word)]
    orders = itertools.permutations(words) if len(words) <= MOST_WORDS else (words[i:] + words[:i] for i in range(len(words)))
    return {"".join(order) for order in orders if order}


def match(hint: Hint, rows: list[Student]) -> tuple[str, str]:
    """Return (student, "") for the one row that a file's name points to, else ("", reason).

    Canvas's number decides, else the name. Where the two point to different students, nobody gets
    the file: a wrong mark for two people is worse than a question to the instructor.
    """
    named = [row for row in rows if letters(hint.text) and letters(hint.text) in in_any_order(row.name)]
    if not hint.column:
        wanted = [text.casefold() for text in (hint.text, hint.without_number) if text]
        for text in wanted:
            for row in rows:
                if text in (row.student.casefold(), row.email.casefold()):
                    return row.student, ""
        if not named:
            named = [row for row in rows if letters(hint.without_number) in in_any_order(row.name)]
        return _only(named, hint)
    numbered = [row for row in rows if hint.number and getattr(row, hint.column) == hint.number]
    if hint.column == "moodle_id":
        # Moodle numbers people anew in each assignment, so its number only tells apart those of one name, or of none.
        numbered = [row for row in numbered if row in named or letters(hint.text) in HIDDEN]
        return _only(numbered or named, hint)
    if numbered and named and numbered[0] not in named:
        return "", (f"the {hint.column} {hint.number} is that of {numbered[0].student} in the roster, "
                    f"but the name {shown(hint.text)} is that of {' and '.join(row.student for row in named)}")
    if numbered:
        return numbered[0].student, ""
    if len(named) == 1 and named[0].canvas_id and hint.number:
        return "", (f"the name {shown(hint.text)} is that of {named[0].student} in the roster, "
                    f"but the canvas_id {hint.number} is not")
    return _only(named, hint)


def _only(rows: list[Student], hint: Hint) -> tuple[str, str]:
    if len(rows) == 1:
        return rows[0].student, ""
    if rows:
        return "", f"the name {shown(hint.text)} is shared by {' and '.join(row.student for row in rows)} in the roster"
    if hint.anonymous:
        return "", "the platform hid the name (anonymous grading), so no student of the roster can be found"
    return "", f"no student of the roster is called {shown(hint.text)}" + (f" or has the {hint.column} {hint.number}" if hint.number else "")


def _row(columns: list[str], line: list[str], number: int, file: str) -> Student:
    given = {column: " ".join(unicodedata.normalize("NFC", cell).split()) for column, cell in zip(columns, line)}
    row = Student(**{column: given.get(column, "") for column in (*NEEDED, *OPTIONAL)})
    if not row.student:
        raise ValueError(f"The roster {file} has no student id in line {number} ({row.name or 'no name'}).")
    if not fit_for_id(row.student):
        raise ValueError(f"The roster {file} has the student id {row.student!r} in line {number}. An id becomes the name of a folder: "
                         "use letters, digits, spaces and - _ . @ only.")
    return row


def _text(data: bytes) -> str:
    if data.startswith(WORKBOOKS):
        raise ValueError("The roster is a workbook of a spreadsheet program. Open it there and save the sheet as CSV (in Excel: “CSV UTF-8”).")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
