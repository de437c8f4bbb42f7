"""Where will the year end? Standing in September 2018 with eight months of trade known."""

import matplotlib.pyplot as plt
import pandas as pd

from ..show import COLOURS, show
from ..tables import cite, load

METHODS = {
    "same growth as so far": "each month grows on the same month of 2017 at the rate of January to August",
    "last twelve months": "each month repeats the same month of 2017",
    "simple run rate": "each month is the average of January to August",
}
BEFORE, YEAR, KNOWN = 2017, 2018, 8  # the year before, the year to guess, the months that were known
TARGET = 100  # US$ bn, the forecast that the reading passes on in ¶14
BOTH = "Russia and China"
LOWEST, HIGHEST = 60.0, 140.0  # US$ bn: the ends of a range that can be chosen


def monthly_trade() -> pd.DataFrame:
    """Return China's monthly trade with Russia: `year, month, flow, value, unit, reporter, source`.

    `month` is a number from 1 to 12. Today's figures, not those of the day. Source: `load("trade-monthly")`.
    """
    rows = load("trade-monthly")
    rows["year"], rows["month"] = rows["month"].str[:4].astype("int64"), rows["month"].str[5:].astype("int64")
    return rows[["year", "month", "flow", "value", "unit", "reporter", "source"]]


def announced_then() -> pd.DataFrame:
    """Return the three announced rows that a reader of September 2018 could know.

    January to August 2018 (US$ bn), its growth (per cent), and the year 2017 (US$ bn).
    """
    said = load("trade-announced")
    said = said[(said["flow"] == BOTH) & (said["reporter"] == "China")]
    part = (said["year"] == YEAR) & (said["period"] == "January-August")
    before = (said["year"] == BEFORE) & (said["period"] == "year") & (said["measure"] == "value")
    return said[part | before]


def announced_year() -> pd.DataFrame:
    """Return what China announced for the whole of 2018 (one row, US$ bn). This is hindsight in September 2018."""
    said = load("trade-announced")
    return said[(said["flow"] == BOTH) & (said["reporter"] == "China") & (said["year"] == YEAR)
                & (said["period"] == "year") & (said["measure"] == "value")]


def year_end(method: str, so_far: float, so_far_before: float, year_before: float) -> float:
    """Return the whole year that a method expects, in the unit of its inputs.

    `so_far` is January to August of the year, `so_far_before` the same months of the year
    before, `year_before` the whole of it. Raises ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}. The methods are: {'; '.join(METHODS)}.")
    if method == "same growth as so far":
        return year_before * so_far / so_far_before
    if method == "last twelve months":
        return so_far + year_before - so_far_before
    return so_far / KNOWN * 12


def _known_today(rows: pd.DataFrame) -> tuple[float, float, float]:
    first = rows[rows["month"] <= KNOWN].groupby("year")["value"].sum()
    return first[YEAR], first[BEFORE], rows.loc[rows["year"] == BEFORE, "value"].sum()


def _known_then(rows: pd.DataFrame) -> tuple[float, float, float]:
    amounts = rows[rows["measure"] == "value"].set_index("year")["value"]
    growth = rows.loc[rows["measure"] == "growth", "value"].item()
    return amounts[YEAR], amounts[YEAR] / (1 + growth / 100), amounts[BEFORE]


def projection_table() -> pd.DataFrame:
    """Return one row a method: `method, assumes, today's months, published then` (US$ bn for 2018).

    Both columns use January to August 2018 and the year 2017 only: the first as the monthly
    file has them today, the second as China announced them by 8 September 2018.
    """
    today, then = _known_today(monthly_trade()), _known_then(announced_then())
    return pd.DataFrame({
        "method": list(METHODS), "assumes": list(METHODS.values()),
        "today's months": [year_end(method, *today) for method in METHODS],
        "published then": [year_end(method, *then) for method in METHODS],
    })


def path_table(method: str) -> pd.DataFrame:
    """Return the running totals `month, 2017, 2018, expected`, US$ bn, both directions, today's months.

    `expected` begins with the last known month, August, and goes on by the method.
    Raises ValueError for an unknown method.
    """
    return _path(method, monthly_trade())


def _path(method: str, rows: pd.DataFrame) -> pd.DataFrame:
    known = _known_today(rows)
    whole = year_end(method, *known)
    rows = rows[rows["year"] <= YEAR]
    months = rows.groupby(["year", "month"])["value"].sum()
    rest = months[BEFORE].loc[KNOWN + 1:]
    # Two methods follow the pattern of last year's autumn; the run rate is the same each month.
    weights = rest / rest.sum() if method != "simple run rate" else rest * 0 + 1 / len(rest)
    expected = known[0] + (weights * (whole - known[0])).cumsum()
    expected.loc[KNOWN] = known[0]
    table = pd.DataFrame({str(year): months[year].cumsum() for year in (BEFORE, YEAR)})
    table["expected"] = expected
    return table.reset_index()


def outcome_table() -> pd.DataFrame:
    """Return each method beside what came: `method, expected, announced, too low by` (US$ bn). Hindsight."""
    table = projection_table()[["method", "published then"]].rename(columns={"published then": "expected"})
    table["announced"] = announced_year()["value"].item()
    table["too low by"] = table["announced"] - table["expected"]
    return table


def year_end_view(method: str, low: float, high: float, reveal: bool = False):
    """Return the running total of 2018 with a method and your range, as HTML; `reveal` adds what came.

    `low` and `high` are the ends of your range in US$ bn. Raises ValueError for an unknown
    method, or when the range stands upside down.
    """
    if low > high:
        raise ValueError(f"Your range begins at {low:g} and ends at {high:g}. The first number is the lower one.")
    rows, said, outcome = monthly_trade(), announced_then(), announced_year()
    table = _path(method, rows)
    today, then = year_end(method, *_known_today(rows)), year_end(method, *_known_then(said))
    came = outcome["value"].item()
    figure, axes = plt.subplots(figsize=(8, 3.8))
    figure.subplots_adjust(left=0.09, right=0.99, top=0.97, bottom=0.13)
    axes.plot(table["month"], table["2017"], color=COLOURS["other"], linestyle=":", marker="v", label="2017")
    known = table[table["month"] <= KNOWN]
    axes.plot(known["month"], known["2018"], color=COLOURS["China"], marker="o", label="2018, January to August")
    axes.plot(table["month"], table["expected"], color=COLOURS["China"], linestyle="--", marker="o",
              markerfacecolor="white", label=f"expected: {method}")
    ends = [min(max(end, LOWEST), HIGHEST) for end in (low, high)]  # a very wide range must not squeeze the lines
    point = "D" if ends[1] - ends[0] < 1 else None  # a bar this short cannot be seen
    axes.plot([12.35, 12.35], ends, color=COLOURS["Russia"], linewidth=5, solid_capstyle="butt", marker=point, label="your range")
    if reveal:
        later = table[table["month"] >= KNOWN]
        axes.plot(later["month"], later["2018"], color="black", marker="D", label="2018, as it came (hindsight)")
    axes.axhline(TARGET, color="black", linewidth=0.8, linestyle="-.")
    axes.text(1, TARGET + 1.5, f"{TARGET} bn (¶14)")
    axes.set(ylabel="US$ bn since January", xlabel="month", xlim=(0.6, 12.8), ylim=(0, max(125, ends[1] + 5)),
             xticks=range(2, 13, 2), yticks=range(0, 150, 25))
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    says = (f"The method “{method}” expects {today:.1f} bn with today's months and {then:.1f} bn with what was published then. "
            f"Your range is {low:g} to {high:g} bn"
            + ("." if ends == [low, high] else f" (drawn only between {LOWEST:g} and {HIGHEST:g})."))
    if reveal:
        where = "inside" if low <= came <= high else "outside"
        says += f" Hindsight: China announced {came:.2f} bn on 14 January 2019, {where} your range of {high - low:g} bn."
    caption = f"China's trade with Russia, both directions, running total of each year, US$ bn, as China reports it. {says}"
    seen = "to December" if reveal else "to August"
    alt = (f"Running totals by month: 2017 to December ({table['2017'].iloc[-1]:.1f} bn), 2018 {seen}, and a dashed line from "
           f"{known['2018'].iloc[-1]:.1f} bn in August to {today:.1f} bn in December by the method {method}. "
           f"A {'bar' if point is None else 'diamond'} marks your range from {low:g} to {high:g} bn, a thin line {TARGET} bn.")
    if reveal:
        alt += f" The year came to {came:.2f} bn as announced."
    shown = (table if reveal else table.assign(**{"2018": table["2018"].where(table["month"] <= KNOWN)})).round(1)
    source = cite(rows, said, outcome) if reveal else cite(rows, said)
    return show(figure, caption=caption, alt=alt, source=source, table=shown)
