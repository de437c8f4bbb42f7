"""`check` for students and `expect` for the solution notebook."""

import csv
import json
from functools import lru_cache
from html import escape

import pandas as pd
from IPython import get_ipython
from IPython.display import display

from .answers import MIME, as_data, judge
from .places import home

# What the first word of a red message's last line means, by the error's own name: a kind of it may mean something else.
RED = {
    "SyntaxError": "Python cannot read the line. Look for a bracket or a quotation mark that is not closed, and for a comma in a number: "
                   "write 56.02 with a point, and 80413 without a comma.",
    "KeyError": 'the table has no column or row label of that name. A text has quotation marks, a year has none: ["value"], [2018].',
    "NameError": 'no cell has made this name. Either a cell above has not been run, or the word is a text and needs quotation marks: "A".',
    "UndefinedVariableError": "query met a word that is no column. A text in it needs quotation marks of its own: query(\"reporter == 'China'\").",
    "ValueError": "often that .item() met several rows, or none. Add a condition to query until one row is left.",
}
MOST_SHOWN = 6  # values of a list that are read back to the learner

_recorded: dict[str, object] = {}  # the last answer of each question in this session
_tries: dict[str, int] = {}        # wrong tries of each question, for the second hint
_key: dict[str, dict] = {}         # what `expect` was told, for the build
_graded = False                    # whether this session is graded work: then no key is looked at


@lru_cache
def _questions(folder: str, changed: float) -> dict[str, dict]:
    with open(folder, encoding="utf-8", newline="") as file:
        return {row["question"]: row for row in csv.DictReader(file)}


def question(name: str) -> dict:
    """Return what may be known of a question: type, unit, low, high, hint, stronger_hint, unit's stem.

    Raises ValueError, with the nearest names, when no exercise has such a question.
    """
    known = []
    for pattern in ("solutions/*/questions.csv", "exercises/*/questions.csv"):
        for path in sorted(home().glob(pattern)):
            rows = _questions(str(path), path.stat().st_mtime)
            if name in rows:
                return {**rows[name], "stem": path.parent.name}
            known += rows
    raise ValueError(f"There is no question {name!r}. The names are: {', '.join(sorted(set(known)))}.")


def key(stem: str) -> dict[str, dict]:
    """Return the key of an exercise, or {} where it is not at hand (graded work)."""
    path = home() / "solutions" / stem / "key.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def graded_work() -> None:
    """Let `check` only record from here on: a class's own slice has other answers than the practice key."""
    global _graded
    _graded = True


def check(name: str, answer=...) -> None:
    """Record the answer to a question and say what can be said of it.

    `name` is the question's name, as printed in the exercise. In practice, where the
    solutions lie beside the exercises, it says whether the answer is right, or what is
    wrong with this one, or gives a hint. In graded work it says what was recorded and
    whether its type and size make sense. It never stops the notebook.
    """
    try:
        asked = question(name)
        if isinstance(answer, tuple) and asked["type"] == "number":
            typed = [str(part) for part in answer]
            plain = all(type(part) is int for part in answer)  # else one part is a result, and joining them would be nonsense
            raise ValueError(f"Python reads {answer} as several numbers, because of the comma. Tables show a comma between thousands: leave it out"
                             + (f" ({''.join(typed)}). A decimal has a point ({'.'.join(typed[:2])})." if plain else
                                ", as in 2273.47 for 2,273.47. A decimal has a point."))
        data = as_data(answer)
    except ValueError as problem:
        _recorded.pop(name, None)
        return _say(name, None, "Not recorded.", f"{problem}{_from_before()}")
    _recorded[name] = data
    entry = None if _graded else key(asked["stem"]).get(name)
    if data is None:
        return _say(name, None, "Not answered yet.", "Put your answer in the place of the three dots and run both cells again. "
                    f"print(...) shows a value but hands none on.{_red()}")
    if entry is None:
        return _say(name, data, f"Recorded: {_readable(answer, asked)}.", sense(data, asked))
    points, message = judge(data, entry)
    if points:
        return _say(name, data, "Right.", f"{_readable(answer, asked)}{_tolerance(entry)}.")
    if not message or (isinstance(data, (list, dict)) and message not in [mistake["message"] for mistake in entry["mistakes"]]):
        # Counting the items of a list, or naming its kind, explains too little, so the hint stands beside it.
        _tries[name] = _tries.get(name, 0) + 1
        message = " ".join(filter(None, [message, asked["hint"], asked["stronger_hint"] if _tries[name] > 1 else ""]))
    return _say(name, data, "Not yet.", f"Seen: {_readable(answer, asked)}. {message}{_from_before()}")


def _last_error():
    """Return the error in which the cell that ran before this one ended, or None."""
    before = getattr(get_ipython(), "last_execution_result", None)
    return before and (before.error_before_exec or before.error_in_exec)


def _from_before() -> str:
    """Say that an answer may be an old one, where the cell that ran before this one ended in a red message."""
    return " The cell before this one ended in red, so this may be your answer from before." if _last_error() else ""


def _red() -> str:
    """Say in plain words what the red message of the cell that ran before this one means, where it ended in one."""
    kind = type(_last_error()).__name__
    return (f" Your last red message, {kind}, means: {RED[kind]}" if kind in RED
            else " If a red message stands above, its last line says what is wrong there.")


def sense(data, asked: dict) -> str:
    """Say whether the type and size of an answer fit the question; no key is needed."""
    kind = {bool: "yes or no", int: "number", float: "number", str: "text", list: "list", dict: "list with labels"}[type(data)]
    if kind != asked["type"]:
        return f"This is of the type {kind}; the question asks for: {asked['type']}."
    if kind == "number" and asked["low"] and not float(asked["low"]) <= data <= float(asked["high"]):
        return (f"Such an answer lies between {asked['low']} and {asked['high']} {asked['unit']}. "
                "Look at the unit and at the steps again.")
    return "Type and size make sense. Whether it is right is decided when the work is graded."


def expect(name: str, value, tolerance: float = 0, points: float = 1, mistakes: dict | None = None) -> float:
    """State the right answer in the solution notebook, and return the points of the recorded one.

    `value` is computed afresh from the tables. `tolerance` is the largest difference that
    still counts as right, in the unit of the answer. `mistakes` maps what to say to the value
    that a known mistake leads to. Plain nbgrader reads the returned number as the cell's score.
    """
    entry = {
        "value": as_data(value), "tolerance": tolerance, "points": points,
        "mistakes": [{"value": as_data(wrong), "message": message} for message, wrong in (mistakes or {}).items()],
    }
    _key[name] = entry
    return judge(_recorded.get(name), entry)[0]


def _readable(answer, asked: dict) -> str:
    """Return an answer as text with its unit; of several values, the first ones in the learner's own order."""
    values = list(answer) if isinstance(answer, (list, pd.Series)) and len(answer) > 1 else [as_data(answer)]
    texts = [f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.1f}" if isinstance(value, float)
             else str(value) for value in values[:MOST_SHOWN]]
    more = f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else ""
    unit = "" if isinstance(values[0], str) else asked["unit"]
    return f"{', '.join(texts)}{more} {unit}".strip()


def _tolerance(entry: dict) -> str:
    return f" (counted right within ±{entry['tolerance']:g})" if entry["tolerance"] else ""


def _say(name: str, data, headline: str, detail: str) -> None:
    display({
        "text/plain": f"{name}: {headline} {detail}",
        "text/html": f"<p><strong>{escape(name)}: {escape(headline)}</strong> {escape(detail)}</p>",
        MIME: {"id": name, "answer": data},
    }, raw=True)
