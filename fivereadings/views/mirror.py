"""Whose customs? The same trade as Russia and as China report it."""

import pandas as pd

from ..show import lines, show
from ..tables import cite, load

FLOWS = ("Russia to China", "China to Russia", "Russia and China")
MEASURES = {
    "what each side reports": "US$ bn",
    "China's figure less Russia's": "US$ bn",
    "the gap in per cent of Russia's figure": "per cent",
    "growth on the year before": "per cent",
}
FIRST = 2008  # China's figure of no earlier year gives the two directions


def _statistics(flow: str, reporter: str) -> pd.DataFrame:
    trade = load("trade")
    wanted = FLOWS[:2] if flow == "Russia and China" else (flow,)
    rows = trade[(trade["reporter"] == reporter) & trade["flow"].isin(wanted)]
    # One direction alone is no total: a year needs all that are wanted.
    return rows[rows.groupby("year")["flow"].transform("size") == len(wanted)]


def _announced(flow: str) -> pd.DataFrame:
    return load("trade-announced").query(
        "reporter == 'China' and flow == @flow and period == 'year' and measure == 'value'"
        " and unit == 'US$ bn' and basis != 'converted'"
    )


def mirror_rows(flow: str) -> pd.DataFrame:
    """Return every row behind the comparison: `year,reporter,value,basis,source` (US$ bn).

    `basis` is "statistics", "announced" or "announced, computed". China's statistical file
    is taken where there is one (2017 on), else what Chinese customs announced.
    Raises ValueError for an unknown flow.
    """
    if flow not in FLOWS:
        raise ValueError(f"There is no flow {flow!r}. The flows are: {', '.join(FLOWS)}.")
    china = _statistics(flow, "China").assign(basis="statistics")
    announced = _announced(flow)
    announced = announced[~announced["year"].isin(china["year"])].drop_duplicates("year")
    announced = announced.assign(basis=announced["basis"].map({"reported": "announced", "computed": "announced, computed"}))
    russia = _statistics(flow, "Russia").assign(basis="statistics")
    rows = pd.concat([russia, china, announced])
    return rows[rows["year"] >= FIRST][["year", "reporter", "value", "basis", "source"]]


def mirror_table(flow: str) -> pd.DataFrame:
    """Return one row a year: `year, Russia, China, gap, gap in per cent, China's figure is` (US$ bn).

    The gap is China's figure less Russia's; the per cent are of Russia's figure. A year in
    which a side has no figure has an empty cell there, and no gap.
    """
    return _side_by_side(mirror_rows(flow))


def _side_by_side(rows: pd.DataFrame) -> pd.DataFrame:
    values = rows.pivot_table(index="year", columns="reporter", values="value", aggfunc="sum")
    values = values.reindex(range(FIRST, int(rows["year"].max()) + 1)).rename_axis(columns=None)
    values["gap"] = values["China"] - values["Russia"]
    values["gap in per cent"] = values["gap"] / values["Russia"] * 100
    basis = rows[rows["reporter"] == "China"].drop_duplicates("year").set_index("year")["basis"]
    values["China's figure is"] = basis.reindex(values.index).fillna("not found")
    return values.reset_index()


def mirror_view(flow: str, measure: str = "what each side reports"):
    """Return the chart and table of `flow` by one of the four MEASURES, as HTML.

    Raises ValueError for an unknown flow or measure.
    """
    if measure not in MEASURES:
        raise ValueError(f"There is no measure {measure!r}. The measures are: {'; '.join(MEASURES)}.")
    rows = mirror_rows(flow)
    table, unit, source = _side_by_side(rows), MEASURES[measure], cite(rows)
    words = f"{flow}, {table['year'].min()}–{table['year'].max()}"
    both = table.dropna(subset=["gap"])
    if measure in ("what each side reports", "growth on the year before"):
        drawn = table if unit == "US$ bn" else table.assign(
            **{side: table[side].pct_change(fill_method=None) * 100 for side in ("Russia", "China")})
        columns = ["year", "Russia", "China", "China's figure is"]
        figure = lines(drawn, ["Russia", "China"], unit, {"China": drawn["China's figure is"] != "statistics"})
        what = "value of the trade" if unit == "US$ bn" else "its growth on the year before"
        alt = (f"Two lines, {words}: {what} as Russia and as China report it, in {unit}. "
               f"Both sides have a figure in {len(both)} of {len(table)} years; the lines break where one is missing. "
               f"{_extreme(both)}")
    else:
        drawn, column = table, "gap" if unit == "US$ bn" else "gap in per cent"
        columns = ["year", "Russia", "China", column, "China's figure is"]
        figure = lines(drawn.rename(columns={column: measure}), [measure], unit)
        alt = f"One line, {words}: {measure}, in {unit}, for the {len(both)} years in which both report. {_extreme(both)}"
    caption = f"{words}: {measure} ({unit}). Hollow marks: announced to the press, not from a statistical file."
    return show(figure, caption=caption, alt=alt, source=source, table=drawn[columns].round(2))


def _extreme(both: pd.DataFrame) -> str:
    widest = both.loc[both["gap"].abs().idxmax()]
    more, less = ("China", "Russia") if widest["gap"] > 0 else ("Russia", "China")
    return (f"The widest gap is in {int(widest['year'])}: {more} reports {abs(widest['gap']):.1f} bn "
            f"more than {less}.")
