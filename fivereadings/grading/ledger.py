"""What nbgrader's gradebook lacks: what was graded from which answers, and every change of a score.

Two tables of our own stand in the gradebook's database, so that a student's scores, the note
that they are done and the log of what changed are one transaction. log.csv is written from the
second table afterwards: a kill between the two delays a line until the next command, and
loses or doubles none.
"""

import csv
import io
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, delete, func, insert, select

LOG_FILE = "log.csv"
LOG_COLUMNS = ["number", "time", "unit", "student", "question", "old", "new", "why"]

_tables = MetaData()
WORK = Table(
    "five_readings_work", _tables,
    Column("unit", String(128), primary_key=True), Column("student", String(128), primary_key=True),
    Column("ran", String(64)),      # digest of the answers and the exercise: what was run
    Column("digest", String(64)),   # digest of that, the key and accept.csv: what was scored
    Column("problem", Text),        # why the run was stopped, or ""
    Column("notes", Text),          # JSON: what was odd about the file
    Column("marks", Text),          # JSON: question -> points, of, message, expected, answer
    Column("answers", Text),        # JSON: question -> digest of the answer, to see whether it changed
    Column("seen", Text),           # JSON: question -> score that the log knows, to notice scores given by hand
    Column("graded", String(32)),   # when, ISO, UTC
)
LOG = Table("five_readings_log", _tables, Column("number", Integer, primary_key=True, autoincrement=False),
            *(Column(name, Text) for name in LOG_COLUMNS[1:]))
AS_JSON = ["notes", "marks", "answers", "seen"]


def prepare(engine) -> None:
    """Create the two tables where they are missing."""
    _tables.create_all(engine)


def now() -> str:
    """Return the time as the log has it: ISO, UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def work(session, unit: str, student: str | None = None) -> dict[str, dict]:
    """Return what was graded in a unit, by student: the columns of the first table, JSON read."""
    asked = select(WORK).where(WORK.c.unit == unit)
    if student is not None:
        asked = asked.where(WORK.c.student == student)
    rows = [dict(row) for row in session.execute(asked.order_by(WORK.c.student)).mappings()]
    return {row["student"]: {**row, **{name: json.loads(row[name]) for name in AS_JSON}} for row in rows}


def units(session) -> list[str]:
    """Return the units of which something was graded."""
    return sorted(session.execute(select(WORK.c.unit).distinct()).scalars())


def put_work(session, row: dict) -> None:
    """Write one student's row anew, within the caller's transaction."""
    drop_work(session, row["unit"], row["student"])
    session.execute(insert(WORK), [{**row, **{name: json.dumps(row[name], ensure_ascii=False) for name in AS_JSON}}])


def drop_work(session, unit: str, student: str) -> None:
    """Take one student's row out, within the caller's transaction."""
    session.execute(delete(WORK).where(WORK.c.unit == unit, WORK.c.student == student))


def put_log(session, folder: Path, unit: str, student: str, changes: list[tuple]) -> None:
    """Enter changes (question, old, new, why) in the log, within the caller's transaction."""
    last = max(session.execute(select(func.max(LOG.c.number))).scalar() or 0, _last(folder / LOG_FILE)[0])
    rows = [dict(zip(LOG_COLUMNS, [number, now(), unit, student, question, _text(old), _text(new), " ".join(why.split())]))
            for number, (question, old, new, why) in enumerate(changes, last + 1)]
    if rows:
        session.execute(insert(LOG), rows)


def write_log(session, folder: Path) -> None:
    """Append to log.csv what the table has beyond the file's last whole line; a torn last line is written anew."""
    path = folder / LOG_FILE
    last, whole = _last(path)
    rows = session.execute(select(LOG).where(LOG.c.number > last).order_by(LOG.c.number)).all()
    torn = path.is_file() and path.stat().st_size > whole
    if not rows and not torn:
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not whole:
        writer.writerow(LOG_COLUMNS)
    writer.writerows(rows)
    with open(path, "ab") as file:
        file.truncate(whole)  # in append mode the next write goes to the new end
        file.write(text.getvalue().encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _last(path: Path) -> tuple[int, int]:
    """Return the number on the last whole line of log.csv (0: none) and the length of its whole lines in bytes."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - 65536)  # a line is far shorter
            file.seek(start)
            tail = file.read()
    except FileNotFoundError:
        return 0, 0
    end = tail.rfind(b"\n") + 1
    for line in reversed(tail[:end].splitlines()):
        number = line.partition(b",")[0].strip(b'"')
        if number.isdigit():
            return int(number), start + end
    return 0, start + end


def _text(points: float | None) -> str:
    return "" if points is None else f"{points:g}"
