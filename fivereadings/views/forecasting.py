"""Forecasts: commit a probability, see what came, score it; and live questions for a class."""

import re
from datetime import date

import pandas as pd
from IPython.display import HTML

from ..classfiles import own, pseudonym_of, save
from ..show import html_table, show
from ..tables import load
from ..verdicts import select
from .mirror import mirror_rows

OUTCOMES = {"happened": 1.0, "did not happen": 0.0}  # anything else cannot be scored
FIRST_YEAR, LAST_YEAR = 2026, 2060  # the years that a live question can be about
FIFTY = 50.0
WORD = re.compile(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+")  # a Chinese or Japanese sign counts as a word


def resolved(forecasts=None) -> pd.DataFrame:
    """Return `forecast, voice, resolves_by, outcome, happened, why`: what came of the readings' forecasts. Hindsight.

    `forecasts` is a list of ids, None takes all. `happened` is 1 or 0, and NaN for one that cannot be
    resolved. `why` is the date or figure behind the outcome. Raises ValueError for an unknown id.
    """
    rows = load("forecasts")
    for name in forecasts or []:
        _one(rows, "forecast", name)
    rows = rows[rows["forecast"].isin(forecasts or set(rows["forecast"]))]
    parts = rows["outcome"].str.extract(r"^(?P<outcome>[^(]*?)(?: \((?P<why>.*)\))?$").fillna("")
    happened = parts["outcome"].map(OUTCOMES)
    frame = rows[["forecast", "voice", "resolves_by"]].assign(outcome=parts["outcome"], happened=happened, why=parts["why"])
    return frame.reset_index(drop=True)


def probabilities(pseudonym: str = "") -> pd.DataFrame:
    """Return the practice forecasts saved under a pseudonym: `forecast, probability` (per cent).

    Without a pseudonym it is somebody who says 50 to every one. Raises ValueError where nothing is saved.
    """
    if not pseudonym:
        return pd.DataFrame({"forecast": load("forecasts")["forecast"], "probability": FIFTY})
    rows = own("forecasts", pseudonym)
    rows = rows[[row["set"] == "practice" and not problem_of(row) for _, row in rows.iterrows()]]
    if rows.empty:
        raise ValueError(f"No practice forecast is saved under {pseudonym!r}. Save one with the button above, "
                         "or write two quotation marks with nothing between them, as before.")
    return rows[["forecast"]].assign(probability=rows["probability"].map(_number)).reset_index(drop=True)


def forecast_view(forecast: str) -> HTML:
    """Return one forecast of the readings with its rule and its day, and no outcome. Raises ValueError for an unknown id."""
    row = _one(load("forecasts"), "forecast", forecast)
    who = _one(load("voices"), "voice", row["voice"])
    card = {"who, when": f"{who['name']}, {who['written']} (¶{row['paragraph']})", "expects, in our words": row["says"],
            "our rule": row["resolution_rule"], "can be judged by": row["resolves_by"]}
    return _card(card, f"Forecast “{forecast}”: how likely, on the day it was written?")


def live_view(question: str, year) -> HTML:
    """Return one live question for a year, with its rule, its source and its base rate.

    Raises ValueError for an unknown question, or a year outside FIRST_YEAR to LAST_YEAR.
    """
    row, _ = live(question, year)
    base = "no base rate" if pd.isna(row["base_rate"]) else f"{row['base_rate']:.0f} per cent ({row['base_years']})"
    card = {"asks": row["asks"], "rule": row["resolution_rule"], "published by": f"{row['published_by']} ({row['address']})",
            "if it stops": row["if_it_stops"], "judged on": row["resolves_by"], "base rate": f"{base}. {row['base_note']}".strip()}
    return _card(card, f"Live question “{question}”, {int(year)}")


def live(question: str, year) -> tuple[pd.Series, date]:
    """Return a live question with the years filled in, and the day by which it resolves.

    Raises ValueError for an unknown question, or a year that is no whole number from FIRST_YEAR to LAST_YEAR.
    """
    row = _one(load("live"), "question", question)
    number = _number(year)
    if number is None or number != int(number) or not FIRST_YEAR <= number <= LAST_YEAR:
        raise ValueError(f"The year is {year}. It has to be a whole number from {FIRST_YEAR} to {LAST_YEAR}.")
    years = {"before": int(number) - 1, "year": int(number), "next": int(number) + 1, "later": int(number) + 2}
    for name in ("asks", "resolves_by", "resolution_rule", "if_it_stops"):
        row[name] = row[name].format(**years)
    return row, date.fromisoformat(row["resolves_by"])


def live_questions(year) -> pd.DataFrame:
    """Return all live questions for a year: `question, asks, base_rate` (per cent), `base_years`. Errors as in `live`."""
    rows = pd.DataFrame([live(question, year)[0] for question in load("live")["question"]])
    return rows[["question", "asks", "base_rate", "base_years"]].reset_index(drop=True)


def save_practice(pseudonym: str, forecast: str, probability: float, reason: str) -> HTML:
    """Save a probability for a forecast of the readings and return the student's own list. Raises ValueError."""
    row = _one(load("forecasts"), "forecast", forecast)
    return _saved("practice", pseudonym, forecast, row["resolves_by"][:4], probability, reason)


def first_open_year() -> int:
    """Return the first year of which less than half is over: in July the figures of the months so far tell too much."""
    return date.today().year + (date.today().month > 6)


def save_live(pseudonym: str, question: str, year, probability: float, reason: str) -> HTML:
    """Save a probability for a live question and return the student's own list.

    Raises ValueError for a past year, and from July on for the current one: that would be no forecast.
    """
    live(question, year)
    if int(year) < first_open_year():
        raise ValueError(f"Much of {int(year)} is known by now: that is no forecast any more. Choose {first_open_year()} or later.")
    return _saved("live", pseudonym, question, int(year), probability, reason)


def _saved(which: str, pseudonym: str, item: str, year, probability: float, reason: str) -> HTML:
    pseudonym_of(pseudonym)
    number = _per_cent(probability)
    if len(WORD.findall(reason)) < 2:
        raise ValueError("Write a reason of at least two words, such as “prices fell”: later you will want to know why you thought so.")
    path = save("forecasts", pseudonym, set=which, forecast=item, year=year, probability=f"{number:g}", reason=reason)
    rows = own("forecasts", pseudonym).query("set == @which")
    return HTML(html_table(rows[["forecast", "year", "probability", "reason"]], f"Saved in my-work/{path.name}: {which} forecasts"))


def problem_of(row) -> str:
    """Return what is wrong with a row of a student's file, or "" where it can count."""
    if row["set"] not in ("practice", "live"):
        return f"set is {row['set']!r}, not practice or live"
    try:
        _per_cent(row["probability"])
        live(row["forecast"], row["year"]) if row["set"] == "live" else _one(load("forecasts"), "forecast", row["forecast"])
    except ValueError as problem:
        return str(problem)
    return ""


def class_parts(rows: pd.DataFrame, *words) -> list:
    """Return the parts of the class's page; writes class-work/outcomes.csv where it is missing, and the scores.

    Raises ValueError where the outcomes cannot be read, or `words` are left over.
    """
    from .scoring import class_page  # the page is drawn only for a class

    return class_page(rows, *words)


def base_rate(row) -> tuple[float, str]:
    """Return how often a live question would have happened in past years: (per cent, the years counted).

    `row` has `table, where, measure` of readings/live.csv. “rises” compares with the year before, so a year
    whose neighbour is missing is left out. Raises ValueError for an unknown measure.
    """
    sides = [_by_year(row["table"], side) for side in row["where"].split("//")]
    values = sides[0] if len(sides) == 1 else (sides[0] / sides[1]).dropna()
    if row["measure"] == "rises":
        before = values.reindex(values.index - 1).set_axis(values.index)
        happened = (values > before)[before.notna()]
    elif re.fullmatch(r"above [\d.]+", row["measure"]):
        happened = values > float(row["measure"].split()[1])
    else:
        raise ValueError(f"There is no measure {row['measure']!r}: rises, or above and a number.")
    return happened.mean() * 100, f"{happened.sum()} of {len(happened)} years, {_spans(list(happened.index))}"


def _by_year(table: str, where: str) -> pd.Series:
    if table == "mirror":
        conditions = dict(part.strip().split("=") for part in where.split(";"))
        rows = mirror_rows(conditions["flow"])
        rows = rows[(rows["reporter"] == "China") & rows["year"].astype("str").isin(conditions["year"].split("|"))]
    else:
        rows = select(table, where)
    return rows.set_index("year")["value"].sort_index()


def _spans(years: list[int]) -> str:
    """Return years as text: [2014, 2015, 2025] becomes "2014–2015, 2025"."""
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in zip(starts, ends))


def _one(rows: pd.DataFrame, column: str, name: str) -> pd.Series:
    if name not in set(rows[column]):
        raise ValueError(f"There is no {column} {name!r}. There are: {', '.join(rows[column])}.")
    return rows[rows[column] == name].iloc[0].copy()


def _number(text) -> float | None:
    try:
        number = float(str(text).replace(",", "."))  # a spreadsheet may write 70,5
    except ValueError:
        return None
    return number if number == number else None


def _per_cent(probability) -> float:
    number = _number(probability)
    if number is None or not 0 <= number <= 100:
        raise ValueError(f"probability is {probability!r}, not a number from 0 to 100")
    if 0 < number < 1:
        raise ValueError(f"probability is {probability!r}, in per cent. Did you mean {number * 100:g} per cent? Type {number * 100:g}. "
                         "For less than 1 per cent type 0 or 1.")
    return number


def _card(lines: dict, caption: str) -> HTML:
    return show(pd.DataFrame({"part": list(lines), "in words": list(lines.values())}), caption=caption)
