"""Build a chart for a brief: choose figures, years and a measure; the caption writes itself, the title does not."""

import re
from html import escape
from textwrap import wrap

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML

from ..show import COLOURS, DASHES, MARKERS, show
from ..tables import cite, load
from .dependence import BUYS, SELLS, WHOLES
from .mirror import FLOWS as PAIR
from .mirror import mirror_rows

NOTHING, EVERY = "nothing", "every reporter"
LEVEL, GROWTH, INDEX = "level", "growth on the year before", "index, first year = 100"
MEASURES = (LEVEL, GROWTH, INDEX)
FUELS = {"crude oil": ("China", "Europe", "India", "World"), "pipeline gas": ("China", "Europe", "World"), "LNG": ("China", "World")}
SHARES = {"share: China in Russia's exports": (SELLS, 0), "share: Russia in China's imports": (SELLS, 1),
          "share: China in Russia's imports": (BUYS, 0), "share: Russia in China's exports": (BUYS, 1)}
# What holds Russia's imports as Russia reports them: data/trade.csv tells to use two years of them with care.
TO_RUSSIA = {"goods: China to Russia", "goods: Russia and China", "goods: World to Russia", "share: China in Russia's imports"}
OUTPUT = [(country, measure) for country in ("China", "Russia") for measure in ("current dollars", "purchasing power")]
TITLE_WORDS, ALT_WORDS, LINE = 5, 15, 78  # words at least; letters of a line of the title
SAYS_NOTHING = re.compile(r"(?i)(a |the |this |my )?(chart|graph|figure|picture|plot|diagram|image|title)\b")
SMALL = set("and are as at between by each for from in is its of on over per since the than to up was were with".split())


def series_names() -> list[str]:
    """Return the figures that can be drawn, by name: goods, shares, energy, output, the price of oil."""
    goods = [*PAIR, *(flow for flow in load("trade")["flow"].unique() if flow not in PAIR)]
    energy = [f"{fuel}: Russia to {place}" for fuel, places in FUELS.items() for place in places]
    return [*(f"goods: {flow}" for flow in goods), *SHARES, *energy, *(f"{fuel}: World to China" for fuel in FUELS),
            *(f"output: {country}, {measure}" for country, measure in OUTPUT), "price: Brent crude oil", "gas deliveries: Power of Siberia"]


def _goods(flow: str) -> pd.DataFrame:
    lab, trade = load("trade-reconciled"), load("trade")
    if flow not in PAIR:
        return pd.concat([rows[rows["flow"] == flow] for rows in (trade, lab)])
    wanted = PAIR[:2] if flow == PAIR[2] else [flow]
    rows = pd.concat([mirror_rows(flow), lab[lab["flow"].isin(wanted)]]).assign(unit="US$ bn")
    rows["value"] = rows.groupby(["year", "reporter"])["value"].transform("sum")  # the two directions, where there are two
    return rows


def _share(flow: str, side: int) -> pd.DataFrame:
    whole, parts = WHOLES[flow][side], []
    for table in ("trade", "trade-reconciled"):  # part and whole always from one table and one reporter
        rows = load(table)
        rows = rows[rows["flow"].isin([flow, whole]) & rows["reporter"].isin(["Russia", "China"][side:side + 1] + ["Growth Lab (reconciled)"])]
        wide = rows.pivot(index=["year", "reporter"], columns="flow", values="value")
        share = (wide[flow] / wide[whole] * 100).dropna().rename("value").reset_index()
        parts += [share.assign(source=key) for key in rows["source"].unique()]  # every source is named; the values are the same
    return pd.concat(parts).assign(unit="per cent")


def series_rows(name: str) -> pd.DataFrame:
    """Return the figures behind a name: `year, reporter, value, unit, source`, as the tables have them.

    What is computed, a share (part / whole * 100) or two directions added, has one row for each source.
    Raises ValueError, with the names there are, for an unknown one.
    """
    if name not in series_names():
        raise ValueError(f"There is no figure {name!r}. There are: {'; '.join(series_names())}.")
    kind, _, what = name.partition(": ")
    if kind == "goods":
        rows = _goods(what)
    elif kind == "share":
        rows = _share(*SHARES[name])
    elif kind == "output":
        country, measure = what.split(", ")
        rows = load("gdp")
        rows = rows[(rows["country"] == country) & (rows["measure"] == measure)]
        newest = rows.groupby("reporter")["as_of"].transform("max")  # releases are never mixed
        rows = rows[rows["as_of"] == newest]
    elif kind in FUELS:
        rows, (seller, buyer) = load("energy-flows"), what.split(" to ")
        rows = rows[(rows["fuel"] == kind) & (rows["exporter"] == seller) & (rows["importer"] == buyer)
                    & (rows["reporter"] == "Statistical Review")]
    else:
        rows = load("oil-price" if kind == "price" else "gas-deliveries")
    return rows[["year", "reporter", "value", "unit", "source"]]


def _chosen(names: list[str], reporters: str, first: int, last: int) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows to draw, with their `label`, and the units."""
    parts = []
    for name in names:
        rows = series_rows(name)
        if reporters not in (EVERY, *rows["reporter"]):
            raise ValueError(f"There is no figure of {reporters} for “{name}”. Its reporters are: {', '.join(rows['reporter'].unique())}.")
        rows = rows[rows["reporter"].isin([reporters] if reporters != EVERY else rows["reporter"].unique())]
        rows = rows[rows["year"].between(first, last)]
        if rows["year"].nunique() < 2:
            raise ValueError(f"From {first} to {last} there are fewer than two years of “{name}” ({reporters}). Take more years.")
        parts.append(rows.assign(label=rows["reporter"] if len(names) == 1 else f"{name} (" + rows["reporter"] + ")"))
    rows = pd.concat(parts)
    return rows, list(rows["unit"].unique())


def _measured(table: pd.DataFrame, measure: str, first: int) -> pd.DataFrame:
    if measure == GROWTH:
        return (table.pct_change(fill_method=None) * 100).where(table.shift() > 0)
    if measure == LEVEL:
        return table
    for name, base in table.loc[first].items():
        if not base > 0:
            raise ValueError(f"An index divides by the value of the first year, and “{name}” has {'none' if pd.isna(base) else 'zero'} "
                             f"for {first}. Begin in a year in which each line has a value, or choose the level.")
    return table / table.loc[first] * 100


def _say_something(title: str, alt: str, names: list[str]) -> None:
    """Raise ValueError, with what to write, for a title or an alternative text that is missing or says nothing."""
    if not title.strip():
        raise ValueError("The title is missing. Write the point of your chart as a sentence: what should a reader see in it?")
    known = SMALL | set(re.findall(r"\w+", " ".join(names).lower())) | {"trade", "gas", "oil", "years"}
    fresh = [word for word in re.findall(r"[^\W\d]{2,}", title.lower()) if word not in known]
    if len(title.split()) < TITLE_WORDS or SAYS_NOTHING.match(title) or not fresh:
        raise ValueError(f"The title {title!r} names the subject and not the point. Write at least {TITLE_WORDS} words that say what happened, "
                         "such as: Oil for China rose after 2022.")
    if len(wrap(title, LINE)) > 2:
        raise ValueError(f"The title has {len(title)} letters; about {LINE} fit a line, and two lines are the most. Say it shorter.")
    if not alt.strip():
        raise ValueError("The alternative text is missing. Somebody who cannot see the chart reads this sentence instead of it.")
    faults = {f"has {len(alt.split())} word{'s' * (len(alt.split()) != 1)}": len(alt.split()) < ALT_WORDS, "has no number in digits": not re.search(r"\d", alt),
              "only repeats the title": alt.strip() == title.strip()}
    if any(faults.values()):
        raise ValueError(f"The alternative text {' and '.join(fault for fault, true in faults.items() if true)}. Write a sentence of at least "
                         f"{ALT_WORDS} words with a number in digits: what is drawn, for which years, and what stands out.")


def _draw(drawn: pd.DataFrame, reporters: dict[str, str], unit: str, title: str, measure: str):
    figure, axes = plt.subplots(figsize=(8, 4.4))
    lines = wrap(title, LINE)
    figure.subplots_adjust(left=0.1, right=0.98, top=0.99 - 0.055 * len(lines), bottom=0.08)
    figure.text(0.1, 0.99, "\n".join(lines), fontsize=12, va="top")
    free = ["Growth Lab (reconciled)", "Russia", "China", "United States", *["other"] * len(drawn.columns)]
    for label in drawn.columns:
        style = reporters[label] if reporters[label] in free else free[0]
        free.remove(style)
        axes.plot(drawn.index, drawn[label], color=COLOURS[style], linestyle=DASHES[style], marker=MARKERS[style], label=label)
    axes.axhline(100 if measure == INDEX else 0, color="black", linewidth=0.8)
    if measure != GROWTH:
        axes.set_ylim(bottom=0)  # a level is read from zero: an axis that is cut makes a step look like a leap
    axes.set_xlim(drawn.index[0] - 0.5, drawn.index[-1] + 0.5)
    axes.set_xticks(drawn.index[::max(1, len(drawn) // 6)])
    axes.set_ylabel(unit)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    return figure


def _code(**given) -> str:
    lines = "".join(f"    {name}={value!r},\n" for name, value in given.items())
    return f"<details><summary>The lines that make this chart</summary><pre>chart = chart_view(\n{escape(lines, quote=False)})</pre></details>"


def chart_view(series: str, beside: str = NOTHING, reporters: str = EVERY, first: float = 2014, last: float = 2024,
               measure: str = LEVEL, title: str = "", alt: str = "") -> HTML:
    """Return a line chart of one or two figures, with a caption that names unit, reporters, years and sources.

    `series` and `beside` are names from `series_names` (`beside` may be "nothing"); `reporters` is one
    reporter or every one; `measure` one of MEASURES. `title` and `alt` are the student's own sentences.
    Raises ValueError, with what to change, for a choice without figures, for two units on one axis,
    and for a title or an alternative text that says nothing.
    """
    first, last = int(first), int(last)
    names = [series] if beside in (NOTHING, series) else [series, beside]
    if measure not in MEASURES:
        raise ValueError(f"There is no measure {measure!r}. Choose from: {'; '.join(MEASURES)}.")
    if first >= last:
        raise ValueError(f"The first year is {first} and the last {last}. The first has to be the earlier one.")
    rows, units = _chosen(names, reporters, first, last)
    if measure == LEVEL and len(units) > 1:
        raise ValueError(f"Two units do not share an axis: “{series}” is in {units[0]} and “{beside}” in {units[1]}. "
                         "Choose growth or an index, or draw one figure only.")
    _say_something(title, alt, names)
    table = rows.drop_duplicates(["year", "label"]).pivot(index="year", columns="label", values="value")
    table = table[list(rows["label"].drop_duplicates())].reindex(range(first, last + 1))  # a year without a figure is a gap
    drawn = _measured(table, measure, first).rename_axis(columns=None)
    unit = {LEVEL: units[0], GROWTH: "per cent on the year before", INDEX: f"{first} = 100"}[measure]
    said = " and ".join(names)
    caption = (f"{said[0].upper()}{said[1:]}. Unit: {unit}. Years: {first} to {last}. Reporter: {', '.join(rows['reporter'].unique())}.")
    if not TO_RUSSIA.isdisjoint(names) and any(rows["reporter"].eq("Russia") & rows["year"].isin([2016, 2017])):
        caption += " Russia's imports of 2016 and 2017 stand well above other sources in this copy: use them with care."
    if any(f"goods: {flow}" in names for flow in PAIR) and "China" in set(rows["reporter"]):
        caption += " China's figures before 2017 were announced to the press."
    if "Growth Lab (reconciled)" in set(rows["reporter"]):
        caption += " The Growth Lab weighs both sides' reports: its figures are nobody's customs."
    whose = dict(zip(rows["label"], rows["reporter"]))
    chart = show(_draw(drawn, whose, unit, title.strip(), measure), caption=caption, alt=f"{title.strip().rstrip('.')}. {alt.strip()}",
                 source=cite(rows), table=drawn.round(2).reset_index())
    return HTML(chart.data + _code(series=series, beside=beside, reporters=reporters, first=first, last=last, measure=measure, title=title, alt=alt))
