"""Four measuring rods: Russia's output, real, in roubles, in dollars and at purchasing power."""

import matplotlib.pyplot as plt
import pandas as pd

from ..show import COLOURS, show
from ..tables import cite, load

RODS = {"real": "2014 = 100", "roubles": "roubles bn", "dollars": "US$ bn", "purchasing power": "international $ bn"}
# Each vintage: the release that holds the figure on each rod. Where a rod is missing, there is no figure.
RELEASES = {
    "Rosstat, early 2016": {"real": "kazved-2016", "roubles": "rosstat-kep-2016-02", "dollars": "rosstat-kep-2016-02"},
    "Rosstat, 2018": {"roubles": "rosstat-kep-2018-07", "dollars": "rosstat-kep-2018-07"},
    "IMF, April 2019": dict.fromkeys(RODS, "imf-weo-2019-04"),
    "World Bank, newest here": {"real": "wdi-2026", "dollars": "wdi-2026", "purchasing power": "wdi-2023-05"},
}
VINTAGES = tuple(RELEASES)
MEASURES = {"real": "real growth", "roubles": "current prices in roubles", "dollars": "current dollars",
            "purchasing power": "purchasing power"}
FIRST, BASE, LAST = 2012, 2014, 2018
LOW, HIGH = 55, 135  # one scale for all rods, so that they can be compared by eye


def _gdp(source: str, measure: str) -> pd.DataFrame:
    gdp = load("gdp")  # masks, not `query`: four lines are drawn at each change of a control
    return gdp[(gdp["country"] == "Russia") & (gdp["source"] == source) & (gdp["measure"] == measure) & (gdp["year"] <= LAST)]


def _rates() -> pd.DataFrame:
    rates = load("exchange-rates")
    return rates[(rates["currency"] == "rouble") & (rates["year"] <= LAST)]


def _in_roubles_only(rod: str, source: str) -> bool:
    return rod == "dollars" and source.startswith("rosstat")


def rod_rows(rod: str, vintage: str) -> pd.DataFrame:
    """Return the rows of the tables behind one rod and vintage: `year,value,unit,source`.

    Rosstat gives no dollars: its rows are roubles, followed by those of the exchange rate.
    Raises ValueError for an unknown choice, or where this vintage has no figure on this rod.
    """
    if rod not in RODS:
        raise ValueError(f"There is no rod {rod!r}. The rods are: {', '.join(RODS)}.")
    if vintage not in RELEASES:
        raise ValueError(f"There is no vintage {vintage!r}. The vintages are: {'; '.join(VINTAGES)}.")
    source = RELEASES[vintage].get(rod)
    if source is None:
        there = "; ".join(name for name in VINTAGES if rod in RELEASES[name])
        raise ValueError(f"“{vintage}” has no figure on the rod “{rod}” in our tables. There are: {there}.")
    if _in_roubles_only(rod, source):
        roubles = _gdp(source, MEASURES["roubles"])
        rows = pd.concat([roubles, _rates()[lambda rates: rates["year"].isin(roubles["year"])]])
    else:
        rows = _gdp(source, MEASURES[rod])
    return rows[["year", "value", "unit", "source"]]


def rod_table(rod: str, vintage: str) -> pd.DataFrame:
    """Return `year, output, change, index` for 2012 to 2018.

    `output` is in the unit of the rod; `change` is on the year before, in per cent; `index` is output
    with 2014 as 100. On the real rod the change is what was published, and the output is that chain of
    changes with 2014 as 100. A year without a figure is empty. Raises ValueError as `rod_rows` does.
    """
    rows = rod_rows(rod, vintage)
    values = [part.set_index("year")["value"] for _, part in rows.groupby("unit", sort=False)]
    if rod == "real":
        change = values[0].reindex(range(FIRST, LAST + 1))
        # A chain needs its first link: a lone rate for 2015 says where 2014 stood, not 2013.
        chain = (1 + values[0] / 100).cumprod()
        if chain.index.min() > BASE:
            chain.loc[chain.index.min() - 1] = 1.0
        output = (chain / chain[BASE] * 100).reindex(change.index)
    else:
        amounts = values[0] / values[1] if len(values) == 2 else values[0]
        years = amounts.reindex(range(FIRST - 1, LAST + 1))
        output = years.loc[FIRST:]
        change = (years.pct_change(fill_method=None) * 100).loc[FIRST:]
    table = pd.DataFrame({"output": output, "change": change, "index": output / output[BASE] * 100})
    return table.rename_axis("year").reset_index()


def roubles_and_rates(vintage: str) -> pd.DataFrame:
    """Return `year, roubles, rate` from 2011 on: Rosstat's output in roubles bn beside roubles for one dollar."""
    rows = rod_rows("dollars", vintage).query("year >= @FIRST - 1")
    roubles, rate = (part.set_index("year")["value"] for _, part in rows.groupby("unit", sort=False))
    return pd.DataFrame({"roubles": roubles, "rate": rate}).rename_axis("year").reset_index()


def change_in(year: int = 2015) -> pd.DataFrame:
    """Return one row a vintage, one column a rod: the change on the year before, in per cent; empty where there is none."""
    table = pd.DataFrame(index=list(VINTAGES), columns=list(RODS), dtype="float64")
    for vintage, releases in RELEASES.items():
        for rod in releases:
            table.loc[vintage, rod] = rod_table(rod, vintage).set_index("year")["change"][year]
    return table.rename_axis("vintage").reset_index()


def release_keys() -> list[str]:
    """Return the keys of all sources behind `change_in`, for `cite`."""
    return sorted({key for vintage, releases in RELEASES.items() for rod in releases for key in rod_rows(rod, vintage)["source"]})


def _gap_view(rod: str, vintage: str):
    others = change_in(2015)[["vintage", rod]].dropna().rename(columns={rod: "change in 2015, per cent"})
    rows = pd.concat([rod_rows(rod, name) for name in VINTAGES if rod in RELEASES[name]])
    return show(others.round(1), source=cite(rows),
                caption=f"“{vintage}” has no figure on the rod “{rod}” in our tables. On this rod there are:")


def rod_view(rod: str, vintage: str):
    """Return the chart and table of Russia's output by one rod and vintage, as HTML.

    Where this vintage has no figure on this rod, the page says so and lists those that have one.
    Raises ValueError for an unknown choice.
    """
    if rod in RODS and vintage in RELEASES and rod not in RELEASES[vintage]:
        return _gap_view(rod, vintage)
    rows, table = rod_rows(rod, vintage), rod_table(rod, vintage)
    fall = table.set_index("year")["change"][2015]
    moved = f"{'fell' if fall < 0 else 'rose'} by {abs(fall):.1f} per cent"
    figure, axes = plt.subplots(figsize=(8, 3.6))
    figure.subplots_adjust(left=0.09, right=0.99, top=0.97, bottom=0.1)
    for other in VINTAGES:
        if other != vintage and rod in RELEASES[other]:
            grey = rod_table(rod, other)
            axes.plot(grey["year"], grey["index"], color=COLOURS["other"], linestyle=":", linewidth=1)
    axes.plot([], [], color=COLOURS["other"], linestyle=":", linewidth=1, label="other vintages of this rod")
    axes.plot(table["year"], table["index"], color=COLOURS["Russia"], marker="s", label=f"{rod}: {vintage}")
    axes.axhline(100, color="black", linewidth=0.8)
    axes.axvline(2015, color=COLOURS["other"], linewidth=0.8, alpha=0.4)
    axes.text(2015.06, LOW + 1, f"2015: {fall:+.1f} %".replace("-", "−"))
    axes.set(ylabel="2014 = 100", ylim=(LOW, HIGH), xlim=(FIRST - 0.3, LAST + 0.3))
    axes.set_xticks(table["year"])
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    with_figure = table.dropna(subset=["index"])
    computed = _in_roubles_only(rod, RELEASES[vintage][rod])
    how = " Dollars computed here: Rosstat's roubles divided by the rate of the year." if computed else ""
    caption = (f"Russia's output by the rod “{rod}”, {vintage}: in 2015 it {moved}. "
               f"The line has 2014 as 100; one scale for all rods.{how}")
    alt = (f"One line with marks, Russia's output with 2014 as 100, rod {rod}, {vintage}: figures for {with_figure['year'].min()} to "
           f"{with_figure['year'].max()}. In 2015 it {moved}. Dotted grey lines show the other vintages of this rod.")
    shown = table.rename(columns={"output": f"output, {RODS[rod]}", "change": "change, per cent", "index": "2014 = 100"})
    if rod == "real":
        shown = shown.drop(columns="2014 = 100")  # the output already is this index
    return show(figure, caption=caption, alt=alt, source=cite(rows), table=shown.round(1))
