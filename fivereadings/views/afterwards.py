"""The record after the readings: trade, shares, gas, oil and currencies, with the breaks in the statistics."""

import re

import matplotlib.pyplot as plt
import pandas as pd

from ..show import COLOURS, show
from ..tables import cite, load
from .mirror import mirror_rows

FROM, TO = 2014, 2025
STOPPED = 2021.8  # between the last year that Russian customs published by partner, and the next
AGREED = 38  # bcm a year, the contract of May 2014
LOOKS = [("#D55E00", "o", "-"), ("#0072B2", "s", "--"), ("#009E73", "^", "-."), ("#000000", "D", ":"), ("#666666", "v", ":")]
# In the chart of trade colour and kind of marker are a reporter (square or round), and the dash is a direction.
DIRECTIONS = [(COLOURS["Russia"], "s", "-"), (COLOURS["China"], "o", "-"), (COLOURS["Russia"], "D", "--"), (COLOURS["China"], "h", "--")]
# Where the legend stands free of the lines: place, and height from 0 to 1.
RECONCILED = "shares in each other's trade"
BROKEN = {"trade, each direction": 0.16, "shares in each other's trade": 0.7}  # where the break is written
LEGENDS = {"gas through Power of Siberia": ("upper left", (0, 0.9)), "gas by pipeline, to Europe and to China": ("center left", (0, 0.5)),
           "crude oil": ("center left", (0, 0.58))}


def trade_lines() -> tuple[pd.DataFrame, str, list]:
    """Return the goods in each direction by both reporters: (`year, line, value, announced, doubtful`, unit, the tables).

    `doubtful` are the figures that the table of trade itself tells to use with care.
    """
    rows = pd.concat([mirror_rows(flow).assign(flow=flow) for flow in ("Russia to China", "China to Russia")])
    doubted = load("trade")
    doubted = doubted.loc[doubted["note"].str.contains("use with care"), ["flow", "reporter", "year"]].assign(doubtful=True)
    rows = rows.merge(doubted, how="left", on=["flow", "reporter", "year"])
    rows = rows.assign(line=rows["flow"] + ", by " + rows["reporter"], announced=rows["basis"] != "statistics", doubtful=rows["doubtful"].notna())
    return rows, "US$ bn", [rows]


def share_lines() -> tuple[pd.DataFrame, str, list]:
    """Return each country's share in the other's trade, exports and imports added, by the Growth Lab."""
    lab = load("trade-reconciled")
    between = lab[lab["flow"].isin(["Russia to China", "China to Russia"])].groupby("year")["value"].sum()
    parts = []
    for line, flows in (("China in Russia's trade", ["Russia to World", "World to Russia"]), ("Russia in China's trade", ["China to World", "World to China"])):
        whole = lab[lab["flow"].isin(flows)].groupby("year")["value"].sum()
        parts.append((between / whole * 100).reset_index().assign(line=line, announced=False))
    return pd.concat(parts), "per cent", [lab]


def siberia_lines() -> tuple[pd.DataFrame, str, list]:
    """Return the gas through Power of Siberia by Gazprom (announced), and Russia's pipeline gas to China by the Review."""
    said, flows = load("gas-deliveries"), _flow("pipeline gas", ["China"])
    flows = flows[flows["year"] >= 2019]
    both = [said.assign(line="Gazprom (announced)", announced=True), flows.assign(line="Statistical Review", announced=False)]
    return pd.concat(both), "bcm", [said, flows]


def pipeline_lines() -> tuple[pd.DataFrame, str, list]:
    """Return Russia's gas by pipeline to China and to Europe, by the Statistical Review."""
    return _flow_lines("pipeline gas", ["China", "Europe"], "bcm")


def crude_lines() -> tuple[pd.DataFrame, str, list]:
    """Return Russia's crude oil to China, Europe and India, by the Statistical Review that followed each year."""
    return _flow_lines("crude oil", ["China", "Europe", "India"], "million tonnes")


def settlement_lines() -> tuple[pd.DataFrame, str, list]:
    """Return the statements on payments between the two countries: one `line` a measure, `year` with its part as decimals."""
    said = load("settlement")
    said = said[~said["measure"].str.contains("all")]  # payments with all countries are another question
    rows = said.assign(year=said["period"].map(_moment), line=said["measure"], announced=True)
    return rows, "per cent", [rows]


VIEWS = {"trade, each direction": trade_lines, "shares in each other's trade": share_lines,
         "gas through Power of Siberia": siberia_lines, "gas by pipeline, to Europe and to China": pipeline_lines,
         "crude oil": crude_lines, "currencies of payment": settlement_lines}


def record_table(measure: str) -> pd.DataFrame:
    """Return the figures behind one measure of the record, a column a line and a row a year; a gap stays empty.

    Raises ValueError for an unknown measure.
    """
    return _wide(_lines(measure)[0], measure)


def record_tables() -> list[pd.DataFrame]:
    """Return the tables behind all measures of the record, with their column `source`."""
    return [table for measure in VIEWS for table in _lines(measure)[2]]


def record_view(measure: str):
    """Return one measure of the record 2014 to 2025 as HTML: chart, what it does not show, and the figures.

    What was announced has hollow marks, what is doubtful is a cross and no line runs through it;
    a dotted line marks where Russian customs stopped publishing.
    Raises ValueError for an unknown measure.
    """
    everything, unit, tables = _lines(measure)
    rows, doubted = everything[~everything["doubtful"]], everything[everything["doubtful"]]  # no line runs through what is doubtful
    words = load("record").set_index("measure").loc[measure]
    figure, axes = plt.subplots(figsize=(8, 4.2))
    figure.subplots_adjust(left=0.09, right=0.985, top=0.97, bottom=0.08)
    names = list(rows["line"].unique())
    for name, (colour, marker, dash) in zip(names, DIRECTIONS if measure == "trade, each direction" else LOOKS):
        line = rows[rows["line"] == name].sort_values("year")
        label, said = name, line["announced"].all()
        if measure != "currencies of payment":  # statements of different people are no series
            whole = line.set_index("year")["value"].reindex(range(FROM, TO + 1))
            # A reconciled figure changes its nature where one report ends: the line is broken there.
            for part in ([whole.loc[:int(STOPPED)], whole.loc[int(STOPPED) + 1:]] if measure == RECONCILED else [whole]):
                axes.plot(part.index, part, color=colour, linestyle=dash, marker=marker, label=label, markerfacecolor="white" if said else colour)
                label = None  # one entry a line in the legend
        hollow = line[line["announced"]]
        axes.plot(hollow["year"], hollow["value"], linestyle="none", marker=marker, color=colour, label=label, markerfacecolor="white")
    if measure in BROKEN:
        axes.axvline(STOPPED, color="black", linestyle=":", linewidth=1.2)
        axes.text(STOPPED - 0.08, axes.get_ylim()[1] * BROKEN[measure], "Russian customs stop\npublishing by partner", ha="right", va="top", fontsize=9)
    if measure == "gas through Power of Siberia":
        axes.axhline(AGREED, color="black", linestyle="-.", linewidth=0.8)
        axes.text(FROM, AGREED + 0.6, f"{AGREED} bcm a year (contract of 2014)", fontsize=9)
    for name, line in doubted.groupby("line"):
        axes.plot(line["year"], line["value"], linestyle="none", marker="x", markersize=9, markeredgewidth=2, color="black",
                  label=f"{name}: well above other sources")
    axes.set(ylabel=unit, xlim=(FROM - 0.4, TO + 1.1), ylim=(0, None), xticks=range(FROM, TO + 1, 2))
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    place, spot = LEGENDS.get(measure, ("upper left", (0, 1)))
    axes.legend(frameon=False, fontsize=9, loc=place, bbox_to_anchor=spot)
    hollow = " Hollow marks: announced." if rows["announced"].any() else ""
    crossed = "".join(f" Crosses: {name}, well above other sources, in {' and '.join(map(str, line['year']))}." for name, line in doubted.groupby("line"))
    caption = f"{words['shows']} Unit: {unit}.{hollow} What it does not show: {words['does_not_show']}"
    return show(figure, caption=caption, alt=f"{words['shows']} In {unit}. " + " ".join(_ends(rows, name) for name in names) + crossed,
                source=cite(*tables), table=_wide(everything, measure).round(1))


def _lines(measure: str) -> tuple[pd.DataFrame, str, list]:
    if measure not in VIEWS:
        raise ValueError(f"There is no measure {measure!r}. The measures are: {'; '.join(VIEWS)}.")
    rows, unit, tables = VIEWS[measure]()
    # Cut the tables too: a source of which nothing is drawn is not cited.
    rows, *tables = [table[(table["year"] >= FROM) & (table["year"] < TO + 1)] for table in [rows, *tables]]
    return rows if "doubtful" in rows else rows.assign(doubtful=False), unit, tables


def _wide(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    if measure == "currencies of payment":
        return rows[["period", "line", "value", "reporter"]].rename(columns={"line": "what", "value": "per cent"}).reset_index(drop=True)
    wide = rows.pivot(index="year", columns="line", values="value").reindex(range(FROM, TO + 1))
    return wide[list(rows["line"].unique())].rename_axis(columns=None).reset_index()


def _flow(fuel: str, importers: list[str]) -> pd.DataFrame:
    rows = load("energy-flows")
    return rows[(rows["exporter"] == "Russia") & (rows["fuel"] == fuel) & rows["importer"].isin(importers) & (rows["reporter"] == "Statistical Review")]


def _flow_lines(fuel: str, importers: list[str], unit: str) -> tuple[pd.DataFrame, str, list]:
    flows = _flow(fuel, importers)
    rows = pd.concat([flows[flows["importer"] == name] for name in importers])
    return rows.assign(line="to " + rows["importer"], announced=False), unit, [rows]


def _moment(period: str) -> float:
    """Return a period such as "2022 January" or "2022 end" as a year with decimals; a bare year is its middle."""
    months = "January February March April May June July August September October November December".split()
    year, _, part = period.partition(" ")
    named = [months.index(word) for word in re.findall(r"[A-Z][a-z]+", part)]
    within = {"end": 0.99, "first half": 0.25}.get(part, (sum(named) / len(named) + 0.5) / 12 if named else 0.5)
    return int(year) + within


def _ends(rows: pd.DataFrame, name: str) -> str:
    line = rows[rows["line"] == name].sort_values("year")
    first, last = line.iloc[0], line.iloc[-1]
    if len(line) == 1:
        return f"{name}: {first['value']:.1f} in {int(first['year'])}."
    return f"{name}: from {first['value']:.1f} in {int(first['year'])} to {last['value']:.1f} in {int(last['year'])}."
