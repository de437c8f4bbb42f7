"""Score: compare the recorded answers with the key, in the grader's own process, from plain data alone."""

import json
import math
from dataclasses import dataclass, replace

import nbformat
from nbgrader.utils import compute_checksum

from ..answers import KINDS, LONGEST, MIME, judge, same
from ..checking import question
from .intake import graded

MOST_ITEMS = 1000       # of a list or table; no question asks for more
LARGEST_NUMBER = 1e300  # beyond it, differences overflow
NOT_REPRODUCED = ("The answer in your file differs from a rerun, and the rerun counts. Before you hand in, choose "
                  "Kernel, Restart Kernel and Run All Cells, look at the answers, and save.")
NO_ANSWER = "Not recorded: what came out was no number, text or list that can be compared. Restart and run all: check says why."
NOT_RUN = "Not run: the work was stopped before this cell."
NO_RESPONSE = "No response."
STOPPED = "Not answered: the work was stopped while the code of this question ran."
OURS = {"five_readings": "mark"}  # marks the output that score() adds, so that a later one takes its place


@dataclass(frozen=True)
class Mark:
    """What one graded cell reached: points (None: to be graded by hand) `of` so many, and why.

    `expected` says in words what was asked for, without the value. `answer` is the recorded
    answer as data (None: none that counts). `by` is the reason in accept.csv that gave the points.
    """

    points: float | None
    of: float
    message: str
    expected: str
    answer: object = None
    by: str = ""


def recorded(cell, name: str):
    """Return the last answer that a cell recorded under its own id, as it stands there, or None."""
    answer = None
    for output in cell.get("outputs", []):
        data = output.get("data")
        record = data.get(MIME) if isinstance(data, dict) else None
        if isinstance(record, dict) and record.get("id") == name:
            answer = record.get("answer")
    return answer


def not_recorded(cell, name: str) -> bool:
    """Say whether `check` saw an answer in this cell that it could not record, such as nan or a whole table."""
    said = [output.data.get("text/plain", "") for output in cell.get("outputs", []) if MIME in output.get("data", {})]
    return bool(said) and said[-1].startswith(f"{name}: Not recorded.")


def oddity(answer) -> str:
    """Say in a sentence why a record cannot be an answer, or "".

    `check` records only what `as_data` lets through; anything else was put there by other code.
    """
    if answer is None or isinstance(answer, bool):
        return ""
    if isinstance(answer, (int, float)):
        if not math.isfinite(answer) if isinstance(answer, float) else answer.bit_length() > 900:
            return "The recorded number is infinite, not a number, or has hundreds of digits."
        return "" if abs(answer) <= LARGEST_NUMBER else "The recorded number is too large for any figure."
    if isinstance(answer, str):
        return "" if len(answer) <= LONGEST else f"The recorded text has {len(answer)} characters; at most {LONGEST} are expected."
    if isinstance(answer, (list, dict)):
        if len(answer) > MOST_ITEMS:
            return f"The recorded answer has {len(answer)} items; at most {MOST_ITEMS} are expected."
        items = [*answer, *answer.values()] if isinstance(answer, dict) else answer
        if any(isinstance(item, (list, dict)) for item in items):
            return "The recorded answer holds lists or tables inside another; single values are expected."
        return next(filter(None, map(oddity, items)), "")
    return f"The record is of the type {type(answer).__name__}, which no answer has."


def expected(name: str, entry: dict, show: bool = False) -> str:
    """Say in words what an answer should be: its kind, unit and tolerance, and with `show` its value."""
    value, kind = entry["value"], KINDS[type(entry["value"])]
    if isinstance(value, list) and value:
        kind = "a list of texts" if isinstance(value[0], str) else "a list of numbers"
    try:
        unit = question(name)["unit"]
    except ValueError:  # a key may hold a question that is no longer asked
        unit = ""
    words = f"{kind} in {unit}" if unit else kind
    if entry["tolerance"]:
        words += f", counted right within ±{entry['tolerance']:g}"
    return words + (f"; the answer is {in_words(value)}" if show else "")


def in_words(value) -> str:
    """Return a value of the key as text."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value, ensure_ascii=False)


def mark(name: str, answer, entry: dict, also: list[dict] = (), show: bool = False) -> Mark:
    """Return the mark for one recorded answer. `also` holds the rows of accept.csv for this question, in order."""
    changed = ""
    for row in also:  # a row without an answer changes the tolerance; the last such row counts
        if row["answer"] is None:
            entry, changed = {**entry, "tolerance": row["tolerance"]}, f" (the tolerance was changed: {row['reason']})"
    of, words = float(entry["points"]), expected(name, entry, show) + changed
    problem = oddity(answer)
    if problem:
        return Mark(0.0, of, problem, words)
    if isinstance(answer, (list, dict)):
        answer = json.loads(json.dumps(answer))  # plain data, not nbformat's own types
    points, message = judge(answer, entry)
    if points < of and answer is not None:
        for row in also:
            tolerance = entry["tolerance"] if row["tolerance"] is None else row["tolerance"]
            if row["answer"] is not None and same(answer, row["answer"], tolerance):
                return Mark(of, of, f"Right: also accepted. {row['reason']}".strip(), words, answer, row["reason"] or "accepted")
    return Mark(min(float(points), of), of, message or "This is not the expected answer, and none of the known mistakes leads to it.",
                words, answer)


def score(notebook, key: dict[str, dict], also: dict[str, list[dict]] | None = None, show_answers: bool = False) -> dict[str, Mark]:
    """Return the mark of each graded cell of a notebook that was run, by its id.

    What is said of each answer is added to the outputs of its cell, in the place of what an
    earlier scoring said, so that formgrader and the feedback page show it. A cell that ended in
    an error counts as not answered; a warning costs nothing. An untouched prose answer gets 0.
    """
    marks, stopped = {}, stopped_in(notebook)
    for cell in graded(notebook):
        name, of = cell.metadata.nbgrader["grade_id"], float(cell.metadata.nbgrader["points"])
        if name not in key:
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            said = NO_RESPONSE if untouched else "To be graded by hand."
            marks[name] = Mark(0.0 if untouched else None, of, said, "an answer in your own words")
            continue
        cell.outputs = [output for output in cell.outputs if output.get("metadata") != OURS]
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        marks[name] = found = mark(name, None if error else recorded(cell, name), key[name], (also or {}).get(name, ()), show_answers)
        if found.answer is None and not cell.outputs and not cell.get("execution_count"):
            marks[name] = found = replace(found, message=STOPPED if name == stopped else NOT_RUN)
        if not error and found.answer is None and not_recorded(cell, name):
            marks[name] = found = replace(found, message=NO_ANSWER)
        if error:
            what = f"{error.get('ename', '')}: {error.get('evalue', '')}"[:LONGEST]
            marks[name] = found = Mark(0.0, found.of, f"Not answered: the cell ended in an error ({what}).", found.expected)
        text = f"{name}: {found.points:g} of {found.of:g} points. {found.message}"
        if found.points < found.of or show_answers:
            text += f" Expected: {found.expected}."
        cell.outputs.append(nbformat.v4.new_output("display_data", {"text/plain": text}, metadata=OURS))
    return marks


def stopped_in(notebook) -> str:
    """Return the question in whose code the run was stopped: the first graded cell from there on; "" where nothing was stopped."""
    there = False
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        there = there or any(output.output_type == "error" and output.get("ename") == "Stopped" for output in cell.get("outputs", []))
        if there and about.get("grade"):
            return about["grade_id"]
    return ""


def differing(notebook, key: dict[str, dict], handed_in: dict) -> list[str]:
    """Return the questions whose answer in the handed-in file is not what the code gives when it is run from the top.

    Each of these cells gets a line for the student. The run counts; the handed-in record decides nothing.
    """
    names = []
    for cell in graded(notebook):
        name = cell.metadata.nbgrader["grade_id"]
        theirs = handed_in.get(name)
        if name not in key or theirs is None or oddity(theirs):
            continue
        ours = recorded(cell, name)
        if ours is None or oddity(ours) or not same(theirs, ours, key[name]["tolerance"]):
            names.append(name)
            cell.outputs.append(nbformat.v4.new_output("display_data", {"text/plain": NOT_REPRODUCED}, metadata={"five_readings": "rerun"}))
    return names
