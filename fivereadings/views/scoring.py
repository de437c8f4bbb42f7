"""A class's forecasts: what it expects, and its scores once the outcomes are known. No page names a student."""

import csv
from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from ..classfiles import decoded, whole_year
from ..places import home
from ..show import COLOURS, html_table, show
from ..tables import load
from .forecasting import FIFTY, OUTCOMES, resolved

COLUMNS = ["forecast", "year", "outcome", "source"]
WORDS = [*OUTCOMES, "cannot be resolved", ""]
SETS = {"live": "Live questions", "practice": "Forecasts of the readings (practice)"}


def read_words(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return the named columns of a small table that a teacher filled in, as text, whatever the spreadsheet made of it.

    Raises ValueError, with the file and the reason, where it cannot be read or lacks a column.
    """
    try:
        lines = [line for line in decoded(path.read_bytes())[0].splitlines() if line.strip(",;\t ")]
        rows = list(csv.DictReader(lines, delimiter=max(",;\t", key=lines[0].count)))
    except (csv.Error, ValueError) as problem:
        raise ValueError(f"{path.name} cannot be read as a table: {problem}.") from None
    missing = [name for name in columns if name not in (rows[0] if rows else lines[0])]
    if missing:
        raise ValueError(f"{path.name}: its first line lacks {', '.join(missing)}; expected: {','.join(columns)}.")
    return pd.DataFrame(rows, columns=columns, dtype="str").fillna("").map(str.strip)


def outcomes_file() -> Path:
    """Return where a teacher writes what came of the live questions."""
    return home() / "class-work" / "outcomes.csv"


def class_outcomes(asked: pd.DataFrame) -> pd.DataFrame:
    """Return `forecast, year, outcome, source` for the live questions `asked` (`forecast, year`), all as text.

    Writes class-work/outcomes.csv, or adds to it the questions that are not yet there; what a teacher wrote stays.
    Raises ValueError, with the line, for an outcome that is none of WORDS or has no source.
    """
    path = outcomes_file()
    rows = pd.DataFrame(columns=COLUMNS, dtype="str")
    if path.exists():
        rows = read_words(path, COLUMNS)
        rows["year"] = rows["year"].map(whole_year)
        for number, row in enumerate(rows.to_dict("records"), start=2):
            if row["outcome"] not in WORDS:
                raise ValueError(f"{path.name}, line {number}: the outcome is {row['outcome']!r}. Write {', '.join(WORDS[:3])}, or leave it empty.")
            if row["outcome"] and not row["source"]:
                raise ValueError(f"{path.name}, line {number}: an outcome needs its source: who published the figure, and when.")
    both = pd.concat([rows, asked.assign(outcome="", source="")]).drop_duplicates(["forecast", "year"])
    if len(both) > len(rows):
        path.parent.mkdir(exist_ok=True)
        both[COLUMNS].to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
        print(f"Written: {path}; questions to fill in there: {len(both) - len(rows)}. Once a question can be judged, write in the column "
              "outcome: happened, did not happen or cannot be resolved; in source: who published it, and when. Then run this again.")
    return both[COLUMNS]


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a class's rows with `p` (0 to 1), `base` (0 to 1) and `happened` (1, 0, or NaN: not scored).

    `base` is the question's base rate; for the practice set the share that happened, which is hindsight.
    Where a question has none it is NaN; a score then takes 0.5.
    """
    live = rows[rows["set"] == "live"]
    asked = live[["forecast", "year"]].drop_duplicates().sort_values(["year", "forecast"])
    known = class_outcomes(asked) if len(asked) else pd.DataFrame(columns=COLUMNS)
    known = known.assign(set="live", happened=known["outcome"].map(OUTCOMES))
    questions = load("live").set_index("question")["base_rate"] / 100
    known["base"] = known["forecast"].map(questions)
    came = resolved()
    practice = came.assign(set="practice", base=came["happened"].mean(), year=came["resolves_by"].str[:4])
    columns = ["set", "forecast", "year", "happened", "base"]
    table = pd.concat([frame[columns] for frame in (known, practice) if len(frame)])
    # The years of practice rows are ours, so only the forecast has to agree there.
    table["key"] = table["forecast"] + table["year"].where(table["set"] == "live", "")
    rows = rows.assign(key=rows["forecast"] + rows["year"].where(rows["set"] == "live", ""))
    both = rows.merge(table.drop(columns=["forecast", "year"]), on=["set", "key"], how="left")
    both["p"] = both["probability"].str.replace(",", ".").astype("float64") / 100
    return both.drop(columns="key")


def brier(rows: pd.DataFrame) -> pd.Series:
    """Return `questions, brier, always 50, base rate` of judged rows: means of (p − happened)², 0 is best, 1 worst."""
    rows = rows.dropna(subset=["happened"])
    squared = {name: (p - rows["happened"]) ** 2 for name, p in
               (("brier", rows["p"]), ("always 50", FIFTY / 100), ("base rate", rows["base"].fillna(0.5)))}
    return pd.Series({"questions": len(rows), **{name: values.mean() for name, values in squared.items()}})


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a pseudonym and set: `pseudonym, set, questions, brier, always 50, base rate`."""
    parts = [{"pseudonym": name, "set": which, **brier(part)} for (name, which), part in rows.groupby(["pseudonym", "set"])]
    frame = pd.DataFrame(parts, columns=["pseudonym", "set", "questions", "brier", "always 50", "base rate"])
    return frame[frame["questions"] > 0].astype({"questions": "int64"}).round(3).reset_index(drop=True)


def spread_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a question: `question, answers, lowest, mean, highest, base rate, happened` (per cent)."""
    per_cent = rows.assign(p=rows["p"] * 100, base=rows["base"] * 100, question=rows["forecast"] + " " + rows["year"])
    grouped = per_cent.groupby("question", sort=False)
    table = grouped["p"].agg(answers="size", lowest="min", mean="mean", highest="max").round(1)
    table["base rate"] = grouped["base"].first().round(0)
    table["happened"] = grouped["happened"].first().map({1.0: "yes", 0.0: "no"}).fillna("not scored")
    return table.reset_index()


def spread_view(rows: pd.DataFrame, which: str):
    """Return the spread of probabilities for each question of a set, as HTML: a dot an answer, no names."""
    rows = rows.sort_values(["year", "forecast"])
    table = spread_table(rows)
    figure, axes = plt.subplots(figsize=(8, 1 + 0.5 * len(table)))
    high = 1 + 0.5 * len(table)
    figure.subplots_adjust(left=0.33, right=0.98, top=1 - 0.3 / high, bottom=0.55 / high)
    place = {name: -number for number, name in enumerate(table["question"])}
    where = (rows["forecast"] + " " + rows["year"]).map(place)
    same = rows.groupby(["forecast", "year", "p"]).cumcount()  # equal answers stand above each other
    axes.plot(rows["p"] * 100, where + 0.09 * same, "o", color=COLOURS["other"], alpha=0.6, label="an answer")
    axes.plot(table["mean"], table["question"].map(place), "D", color=COLOURS["China"], label="mean of the class")
    axes.plot(table["base rate"], table["question"].map(place), "|", color="black", markersize=14, markeredgewidth=2, label="base rate")
    axes.axvline(FIFTY, color="black", linewidth=0.6, linestyle=":")
    axes.set(xlim=(-3, 103), xlabel="probability that it happens, per cent", yticks=list(place.values()), yticklabels=list(place))
    axes.set_ylim(-len(table) + 0.4, 0.9)
    axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, ncols=3, numpoints=1)
    axes.spines[["top", "right"]].set_visible(False)
    students = rows["pseudonym"].nunique()
    alt = (f"For each of {len(table)} questions the probabilities that {students} students gave, as dots from 0 to 100 per cent, "
           f"with the mean of the class as a diamond and the base rate as a bar. The table below has the numbers.")
    return show(figure, caption=f"{SETS[which]}: {len(rows)} probabilities of {students} students. Dotted line: 50 per cent.", alt=alt,
                source="the class's own files; base rates: readings/live.csv, or the share that happened", table=table)


def class_page(rows: pd.DataFrame, *words) -> list:
    """Return the parts of the class's page and write class-work/forecast-scores.csv (with pseudonyms).

    Raises ValueError when no row is left, `words` are left over, or the outcomes cannot be read.
    """
    if words:
        raise ValueError(f"class forecasts takes one folder; left over: {' '.join(words)}.")
    if rows.empty:
        raise ValueError("No forecast is left to put together; the list above says why.")
    rows = judged(rows)
    table, parts = scores(rows), []
    for which, heading in SETS.items():
        part = rows[rows["set"] == which]
        if part.empty:
            continue
        parts += [f"<h2>{escape(heading)}</h2>", spread_view(part, which), _scored(part)]
    outcomes_file().parent.mkdir(exist_ok=True)
    path = outcomes_file().with_name("forecast-scores.csv")
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    print(f"Written: {path} ({len(table)} rows, a row for each pseudonym and set; do not project it).")
    return parts


def _scored(part: pd.DataFrame) -> str:
    known = part.dropna(subset=["happened"])
    if known.empty:
        return "<p>None of these questions has an outcome yet: fill in class-work/outcomes.csv when they can be judged.</p>"
    crowd = known.groupby(["forecast", "year"], as_index=False)[["p", "happened", "base"]].mean()
    each = brier(crowd)
    students = pd.Series([brier(own)["brier"] for _, own in known.groupby("pseudonym")])
    table = pd.DataFrame({
        "forecaster": ["the class: the mean of its probabilities", "always 50", "the base rate", "the middle student (median)"],
        "Brier score": [each["brier"], each["always 50"], each["base rate"], students.median()]}).round(3)
    return html_table(table, f"{len(crowd)} questions with an outcome. 0 is best, 1 is worst; fewer than ten say little")
