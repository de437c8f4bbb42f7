"""accept.csv of a class: further answers that count, and other tolerances. Written by the instructor or by `--accept`."""

import csv
import io
import json
import os
from datetime import date
from pathlib import Path

from ..answers import KINDS, as_data, same

FILE = "accept.csv"
COLUMNS = ["question", "answer", "tolerance", "reason", "date"]


def load(folder: Path, key: dict[str, dict]) -> dict[str, list[dict]]:
    """Return the rows of a class's accept.csv by question: `answer` (data, or None: only the tolerance changes), `tolerance`, `reason`.

    Rows of questions that `key` does not hold belong to another unit and are left out.
    Raises ValueError, with the line, for what cannot be meant.
    """
    found: dict[str, list[dict]] = {}
    for line, row in enumerate(_rows(folder), 2):
        name = (row["question"] or "").strip()
        if name in key:
            try:
                found.setdefault(name, []).append(_row(row, key[name]))
            except ValueError as problem:
                raise ValueError(f"{folder / FILE}, line {line} ({name}): {problem}") from None
    return found


def add(folder: Path, key: dict[str, dict], name: str, answer: str, tolerance: str, reason: str) -> list[str]:
    """Add a row to accept.csv. Return what the instructor should know of it, such as a known mistake that now counts as right.

    Raises ValueError for an unknown question, an answer of another kind, a tolerance that is no number, or no reason.
    """
    if name not in key:
        raise ValueError(f"There is no checked question {name!r} in this unit. The names are: {', '.join(key)}.")
    if not reason.strip():
        raise ValueError("Say why, with --why: students and colleagues will ask.")
    text = answer.strip()
    value = key[name]["value"]
    if text and isinstance(value, str) and not text.startswith('"'):
        text = json.dumps(text, ensure_ascii=False)  # a text may be typed without quotation marks
    if text and isinstance(value, list) and not text.startswith("["):  # and a list without brackets: B, C
        words = [word.strip().strip('"') for word in text.split(",")]
        text = json.dumps(words, ensure_ascii=False) if value and isinstance(value[0], str) else f"[{text}]"
    row = dict(zip(COLUMNS, [name, text, tolerance.strip(), " ".join(reason.split()), date.today().isoformat()]))
    new = _row(row, key[name])
    rows = [*_rows(folder), row]
    whole = io.StringIO()
    writer = csv.DictWriter(whole, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{FILE}.new"
    beside.write_text(whole.getvalue(), encoding="utf-8", newline="")
    os.replace(beside, folder / FILE)
    entry = key[name]
    centre = entry["value"] if new["answer"] is None else new["answer"]
    width = entry["tolerance"] if new["tolerance"] is None else new["tolerance"]
    return [f"Note: with this, a known mistake of {name} counts as right: “{mistake['message']}”"
            for mistake in entry["mistakes"] if same(mistake["value"], centre, width)]


def _rows(folder: Path) -> list[dict]:
    """Return the raw rows; a spreadsheet may have written semicolons and a byte order mark."""
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text. Save it again as “CSV UTF-8”.") from None
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",")
    missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or [])]
    if missing:
        raise ValueError(f"{path} has no column {', '.join(missing)}. Its first line should be: {','.join(COLUMNS)}")
    return [{name: row.get(name) or "" for name in COLUMNS} for row in reader]


def _row(row: dict, entry: dict) -> dict:
    """Return one row as data. Raises ValueError for what does not fit the question."""
    tolerance = None
    if row["tolerance"].strip():
        try:
            tolerance = float(row["tolerance"])
        except ValueError:
            raise ValueError(f"the tolerance {row['tolerance']!r} is not a number (a decimal has a point: 0.5).") from None
        if not 0 <= tolerance < 1e300:
            raise ValueError("a tolerance is 0 or more.")
    answer = None
    if row["answer"].strip():
        try:
            answer = as_data(json.loads(row["answer"]))
        except ValueError as problem:
            why = "" if isinstance(problem, json.JSONDecodeError) else f" ({problem})"
            raise ValueError(f"the answer {row['answer']!r} cannot be read. A decimal has a point, not a comma (35.2); a text stands in "
                             f"quotation marks (\"C\"); a list in square brackets ([2014, 2015], [\"B\"]).{why}") from None
        if answer is not None and KINDS[type(answer)] != KINDS[type(entry["value"])]:
            raise ValueError(f"the answer is {KINDS[type(answer)]}; this question asks for {KINDS[type(entry['value'])]}.")
    if answer is None and tolerance is None:
        raise ValueError("a row needs an answer, a tolerance, or both.")
    return {"answer": answer, "tolerance": tolerance, "reason": " ".join(row["reason"].split())}
