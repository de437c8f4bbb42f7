"""Who depends on whom? One flow as a share of Russia's trade and as a share of China's."""

import pandas as pd

from ..show import lines, show
from ..tables import cite, load

SELLS, BUYS = "Russia to China", "China to Russia"  # what Russia sells, what Russia buys
# Each flow with what it is divided by: on Russia's side, on China's side.
WHOLES = {SELLS: ("Russia to World", "World to China"), BUYS: ("World to Russia", "China to World")}
# What is divided on each side, and the verb that tells the share.
WORDS = {SELLS: (("Russia's {} exports", "go to China"), ("China's {} imports", "come from Russia")),
         BUYS: (("Russia's {} imports", "come from China"), ("China's {} exports", "go to Russia"))}
WINDOW = 5  # years of arms that are added before a share is taken

# Each measure: table, flow, unit, what a reader must know.
MEASURES = {
    "goods that Russia sells (Growth Lab)": ("trade-reconciled", SELLS, "US$ bn", "Reconciled figures: nobody's customs."),
    "goods that Russia sells (customs)": (
        "trade", SELLS, "US$ bn", "Each side by its own customs. China's amounts for Russia are twelve months added, its totals a yearly file; both come from UN Comtrade. Russia's exports to China in 2004 are missing from the file. China's side covers 2017 to 2019 only."),
    "goods that Russia buys (Growth Lab)": ("trade-reconciled", BUYS, "US$ bn", "Reconciled figures: nobody's customs."),
    "goods that Russia buys (customs)": (
        "trade", BUYS, "US$ bn", "Each side by its own customs. Russia's imports of 2016 and 2017 stand high in this file. China's amounts for Russia are derived from months; both of its files come from UN Comtrade. China's side covers 2017 to 2019 only."),
    "crude oil": ("energy-flows", SELLS, "Mt", "Each year from the edition of the Review that followed it."),
    "pipeline gas": ("energy-flows", SELLS, "bcm", "Gas through pipelines only. China also buys gas by ship and produces gas itself."),
    "arms, five years added": (
        "arms", SELLS, "TIV mn", "Each point adds the five years that end there, and then divides. TIV is an index, not money. "
        "China's total is from another copy of SIPRI's series, so its share mixes two copies."),
}


def _spec(measure: str) -> tuple[str, str, str, str]:
    if measure not in MEASURES:
        raise ValueError(f"There is no measure {measure!r}. The measures are: {'; '.join(MEASURES)}.")
    return MEASURES[measure]


def dependence_rows(measure: str) -> pd.DataFrame:
    """Return the rows of the tables behind a measure: `year,flow,reporter,value,unit,source`.

    Of arms these are single years. Raises ValueError, with the measures there are, for an unknown one.
    """
    table, flow, _, _ = _spec(measure)
    rows = load(table)
    if table == "energy-flows":
        rows = rows[(rows["fuel"] == measure) & (rows["reporter"] == "Statistical Review")]
        rows = rows.assign(flow=rows["exporter"] + " to " + rows["importer"])
    elif table == "arms":
        rows = rows.rename(columns={"measure": "flow"})
    wanted = rows["flow"].isin([flow, *WHOLES[flow]])
    if table == "trade":  # each side speaks for itself
        wanted &= rows["reporter"].isin(["Russia", "China"])
    return rows[wanted][["year", "flow", "reporter", "value", "unit", "source"]]


def dependence_table(measure: str) -> pd.DataFrame:
    """Return `year, Russia part, Russia whole, Russia, China part, China whole, China`, one row a year.

    `Russia` and `China` are the shares of the two sides in per cent: part / whole * 100, both from
    one source and one reporter. The amounts are in the unit of the measure. A year in which a side lacks
    an amount has an empty share there. Of arms, a row adds the five years that end in `year`.
    Raises ValueError for an unknown measure.
    """
    table, flow, _, _ = _spec(measure)
    rows = dependence_rows(measure)
    sides = {}
    for side, whole in zip(("Russia", "China"), WHOLES[flow]):
        mine = rows[rows["reporter"] == side] if table == "trade" else rows
        wide = mine.pivot(index="year", columns="flow", values="value")
        wide = wide.reindex(range(int(rows["year"].min()), int(rows["year"].max()) + 1))
        if table == "arms":
            wide = wide.rolling(WINDOW).sum()  # a window with a missing year stays empty
        sides[f"{side} part"], sides[f"{side} whole"] = wide[flow], wide[whole]
        sides[side] = wide[flow] / wide[whole] * 100
    result = pd.DataFrame(sides).rename_axis("year")
    there = result.index[result[["Russia", "China"]].notna().any(axis=1)]
    return result.loc[there.min():there.max()].reset_index()  # a gap inside stays a gap


def _words(measure: str) -> list[tuple[str, str]]:
    what = measure.split(",")[0].split(" ")[0] if measure.startswith(("goods", "arms")) else measure
    return [(whole.format(what), verb) for whole, verb in WORDS[_spec(measure)[1]]]


def dependence_chart(measure: str, table: pd.DataFrame):
    """Return the figure of a `dependence_table`: two lines in per cent, one a side."""
    figure = lines(table, ["Russia", "China"], "per cent")
    labels = [f"{side}'s side: share of {whole}" for side, (whole, _) in zip(("Russia", "China"), _words(measure))]
    figure.axes[0].legend(labels, frameon=False)
    return figure


def dependence_view(measure: str):
    """Return the chart and table of one measure of dependence from both sides, as HTML.

    Raises ValueError for an unknown measure.
    """
    unit, caution = _spec(measure)[2:]
    rows, table = dependence_rows(measure), dependence_table(measure)
    both = table.dropna(subset=["Russia", "China"])
    last, more, level = both.iloc[-1], (both["Russia"] > both["China"]).sum(), (both["Russia"] == both["China"]).sum()
    years = f"{table['year'].min()}–{table['year'].max()}"
    (sold, goes), (bought, comes) = _words(measure)
    reading = (f"In {'the five years to ' if unit == 'TIV mn' else ''}{last['year']:.0f} "
               f"{last['Russia']:.1f} per cent of {sold} {goes}, and {last['China']:.1f} per cent of {bought} {comes}.")
    caption = f"{measure[0].upper()}{measure[1:]}, {years}, seen from both sides. {reading} {caution}"
    alt = (f"Two lines in per cent, {years}, measure {measure}: which part of {sold} {goes}, and which part of {bought} {comes}. "
           f"Both sides have a share in {len(both)} of {len(table)} years; Russia's side is the larger in {more} of them"
           f"{f', and the two are equal in {level}' if level else ''}. {reading}")
    shown = table.rename(columns={
        "Russia part": f"Russia's side: part, {unit}", "Russia whole": f"whole, {unit}", "Russia": "Russia's side, per cent",
        "China part": f"China's side: part, {unit}", "China whole": f"whole, {unit} ", "China": "China's side, per cent"})
    return show(dependence_chart(measure, table), caption=caption, alt=alt, source=cite(rows), table=shown)


def amounts_in(year: int) -> pd.DataFrame:
    """Return `line, measure, unit, between the two, all of Russia, all of China` for one year, customs left out.

    One row a measure, lettered A, B, …: a part and two wholes, from one source. Arms add the five years
    that end in `year`. Raises ValueError when a measure has no figures for the year.
    """
    found = []
    for measure in MEASURES:
        if "(customs)" in measure:
            continue
        row = dependence_table(measure).query("year == @year")
        if row.empty:
            raise ValueError(f"The measure {measure!r} has no figures for {year}.")
        found.append([measure, _spec(measure)[2], *row[["Russia part", "Russia whole", "China whole"]].iloc[0]])
    table = pd.DataFrame(found, columns=["measure", "unit", "between the two", "all of Russia", "all of China"])
    table.insert(0, "line", list("ABCDEFGH"[:len(table)]))
    return table
