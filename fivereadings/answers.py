"""Answers as data: how a Python value becomes JSON, and how it is compared with the key."""

import math
import numbers

import numpy as np
import pandas as pd

MIME = "application/vnd.fivereadings.answer+json"
LONGEST = 200  # characters of a text answer
YEARS = range(1900, 2101)
NEARLY = 0.025  # of the right value: a rounding, not another idea
KINDS = {bool: "yes or no (True or False)", float: "a number", int: "a number", str: "text",
         list: "a list", dict: "a list with labels"}
NO_ROWS = "The answer has no rows: none met your condition. Look at the words in it; a text needs quotation marks, a number has none."
APART = ("two columns met whose rows do not match, such as those of two partners or two years. Take single numbers first: "
         "pick one row with query, read its value with [\"value\"].item(), then calculate.")


def as_data(answer):
    """Return an answer as JSON data: bool, finite number, short text, sorted list or mapping.

    numpy scalars become numbers. A Series or frame with one value becomes that value. A
    Series with labels, or a frame with two columns, becomes a mapping from label to value;
    a Series numbered 0, 1, 2 … or a frame with one column becomes a sorted list, so the
    order of rows never matters. `...` and None mean: not answered yet, and become None.

    Raises ValueError, in words for the learner, for what cannot be an answer.
    """
    if answer is None or answer is ...:
        return None
    if isinstance(answer, (bool, np.bool_)):
        return bool(answer)
    if isinstance(answer, (numbers.Real, np.number)):
        if not math.isfinite(answer):
            raise ValueError(f"The answer is {answer}: no number came out of your steps. Either a value is missing, or {APART}")
        return int(answer) if isinstance(answer, (numbers.Integral, np.integer)) else float(answer)
    if isinstance(answer, str):
        text = " ".join(answer.split())
        if len(text) > LONGEST:
            raise ValueError(f"The answer is a text of {len(text)} characters; at most {LONGEST} are expected.")
        return text
    if isinstance(answer, pd.DataFrame):
        return _from_frame(answer)
    if isinstance(answer, pd.Series):
        if len(answer) == 1:
            return as_data(answer.iloc[0])
        if answer.empty:
            raise ValueError(NO_ROWS)
        if answer.isna().all():
            raise ValueError(f"All values of the answer are empty: {APART}")
        if answer.isna().any():
            raise ValueError("At least one value of the answer is empty. After pct_change() that is the first row: it compares each row with "
                             "the one above, never two columns. After a calculation with two columns: their rows do not match. "
                             "Pick the values that are asked for.")
        if isinstance(answer.index, pd.RangeIndex):
            return as_data(list(answer))
        if answer.index.has_duplicates:
            twice = answer.index[answer.index.duplicated()][0]
            raise ValueError(f"The answer has {len(answer)} values, and the label {twice} stands there more than once. "
                             "Pick the rows that are asked for first, with query.")
        return as_data(dict(zip(answer.index, answer)))
    if isinstance(answer, dict):
        return {str(as_data(label)): as_data(value) for label, value in sorted(answer.items(), key=lambda kv: str(kv[0]))}
    if isinstance(answer, (list, tuple, set, pd.Index, np.ndarray)):
        items = [as_data(value) for value in answer]
        if any(item is None or isinstance(item, (list, dict)) for item in items):
            raise ValueError("The answer is a list, and an item of it is empty or a list itself. Give plain items: numbers or texts.")
        # Whole and decimal numbers are one kind: [2014, 2015.0] is the list [2014, 2015].
        return sorted(items, key=lambda item: (KINDS[type(item)], item))
    if callable(answer):
        raise ValueError("The answer is a command that has not been carried out. Write brackets after it, such as .sum().")
    if hasattr(answer, "_repr_html_"):
        raise ValueError("The answer is what show(...) puts on the page, and not a value. Give show a line of its own, "
                         "read the table and type what is asked for.")
    raise ValueError(f"The answer is of the type {type(answer).__name__}. "
                     "A number, a text, True or False, a list or a column of a table is expected.")


def _from_frame(frame: pd.DataFrame):
    if frame.empty:
        raise ValueError(NO_ROWS)
    if frame.shape == (1, 1):
        return as_data(frame.iloc[0, 0])
    if frame.shape[1] == 1:
        return as_data(frame.iloc[:, 0])
    if frame.shape[1] == 2:
        return as_data(dict(zip(frame.iloc[:, 0], frame.iloc[:, 1])))
    columns = [name for name in frame.select_dtypes("number").columns if name not in ("year", "month")] or [frame.columns[-1]]
    use = f"then the column, such as [\"{columns[0]}\"]" if len(columns) == 1 else f"then calculate with the columns ({', '.join(map(str, columns))})"
    raise ValueError(f"The answer is a table of {_many(len(frame), 'row')} and {frame.shape[1]} columns, shown or not. Pick the row that is "
                     f"asked for with query, {use}. For a rank, a year or a letter, read the table and type it.")


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def same(answer, value, tolerance: float = 0) -> bool:
    """Say whether two answers as data agree: numbers within `tolerance`, texts but for case and a full stop."""
    if isinstance(value, bool) or isinstance(answer, bool):
        return isinstance(value, bool) and isinstance(answer, bool) and answer == value
    if isinstance(value, (int, float)):
        # The last digits of binary fractions are not the learner's affair.
        return isinstance(answer, (int, float)) and abs(answer - value) <= tolerance + 1e-9 * max(1, abs(value))
    if isinstance(value, str):
        return isinstance(answer, str) and answer.casefold().strip(" .") == value.casefold().strip(" .")
    if isinstance(value, list):
        return (isinstance(answer, list) and len(answer) == len(value)
                and all(same(a, v, tolerance) for a, v in zip(answer, value)))
    if isinstance(value, dict):
        return (isinstance(answer, dict) and answer.keys() == value.keys()
                and all(same(answer[label], value[label], tolerance) for label in value))
    return False


def judge(answer, entry: dict) -> tuple[float, str]:
    """Compare an answer as data with its entry in the key: return (points, message).

    `entry` holds `value`, `tolerance`, `points` and `mistakes` (a list of `value` and
    `message`). The message is "" when the answer is wrong in a way that no known mistake explains.
    """
    if answer is None:
        return 0.0, "Not answered yet."
    if same(answer, entry["value"], entry["tolerance"]):
        return float(entry["points"]), "Right."
    if KINDS[type(answer)] != KINDS[type(entry["value"])]:
        return 0.0, _other_kind(answer, entry["value"])
    for mistake in entry["mistakes"]:
        if same(answer, mistake["value"], entry["tolerance"]):
            return 0.0, mistake["message"]
    if isinstance(answer, list):
        return 0.0, _overlap(answer, entry["value"])
    return 0.0, _nearly(answer, entry) if isinstance(entry["value"], float) else ""


def _nearly(answer: float, entry: dict) -> str:
    """Say what a number close to the right one lacks; "" for a number that is not close."""
    value, within = entry["value"], f"±{entry['tolerance']:g}"
    if abs(value) > 1 and answer == int(answer) and abs(answer - value) < 1:  # 1 in the place of 0.2 is no rounding
        return f"The decimals are missing: you cut or rounded to a whole number. Right is within {within}."
    if not same(answer, value, NEARLY * abs(value)):
        return ""
    if any(same(answer, cut, 1e-9) for digits in (1, 2, 3) for cut in (round(value, digits), math.trunc(value * 10**digits) / 10**digits)):
        return f"You cut or rounded too much: right is within {within}. Give one decimal more."
    return f"Very close, but not within {within}. Did you round on the way, or mistype a digit?"


def _other_kind(answer, value) -> str:
    """Say what kind of answer is expected instead of this one, and how to get there."""
    if isinstance(value, list):
        example = '["A", "B"]' if isinstance(value[0], str) else "[2014, 2015]"
        if isinstance(answer, str) and "," in answer:
            to_do = f"One pair of quotation marks holds several items. Give each its own, in square brackets: {example}."
        elif isinstance(answer, dict):
            to_do = f"Add .tolist() to a column, or type the items in square brackets: {example}."
        else:
            to_do = f"Type the items in square brackets: {example}. A single one has them too."
    elif isinstance(answer, list) and len(answer) == 1:
        to_do = "Leave out the square brackets."
    elif isinstance(answer, dict) and isinstance(value, (int, float)):
        label = next(iter(answer), "2019")
        label = label if label.isdecimal() else f'"{label}"'
        to_do = f"Pick one value, of a column by its label, such as [{label}] behind it, of a table with query; or work it out from these."
    elif isinstance(answer, (list, dict)):
        to_do = "Pick the one that is asked for, or work it out from these."
    elif isinstance(answer, str) and isinstance(value, (int, float)):
        plain = answer.replace("-", "", 1).replace(".", "", 1).isdecimal()
        to_do = ("Leave out the quotation marks." if plain else
                 "Type the number alone, without words, quotation marks, units or signs; a decimal has a point, and thousands have no comma.")
    elif isinstance(value, str):
        to_do = 'Type the letter or the word that is asked for in quotation marks, such as "A".'
    else:
        to_do = ""
    return f"The answer is {KINDS[type(answer)]}; {KINDS[type(value)]} is expected. {to_do}".strip()


def _overlap(answer: list, value: list) -> str:
    if not answer:
        return "The list is empty."
    if isinstance(answer[0], bool) and not isinstance(value[0], bool):
        return "The list holds True and False. It should hold the items themselves, those for which it is true."
    if isinstance(value[0], str) and any("," in str(item) for item in answer) and not any("," in item for item in value):
        return 'One pair of quotation marks holds several items. Give each its own: ["A", "B"].'
    if all(isinstance(item, str) and len(item) == 1 for item in value) and any(len(str(item)) > 1 for item in answer):
        return 'Give the letters that stand before the items, such as ["A", "B"].'
    if isinstance(value[0], str) != isinstance(answer[0], str):
        return f"The list should hold {KINDS[type(value[0])]} for each item; numbers stand without quotation marks, texts with them."
    if all(item in YEARS for item in value) and not all(item in YEARS for item in answer):
        return ("The list should hold years. A dash between two years subtracts them, so type each year: [2014, 2015]. "
                "Of a column of values, give the years that belong to them.")
    hits = sum(any(same(item, one) for one in value) for item in set(answer))
    return f"Right in your list: {hits}; too many: {len(answer) - hits}; missing: {len(value) - hits}."
