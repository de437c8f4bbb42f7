"""Unit 07: every figure printed in its worksheet, its run sheet and its text follows from the tables.

As in test_printed_figures.py: beside each printed figure stands the selection that makes it.
"""

import json
import re

from printed import ROOT, m, page, told, trade

from fivereadings.tables import load
from fivereadings.views.afterwards import record_table
from fivereadings.views.forecasting import probabilities, resolved

UNIT = "07-what-happened-next"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"
OUTCOMES = load("forecasts").set_index("forecast")["outcome"]
CLAIMS = load("claims").set_index("claim")
BOTH = {year: m(told(year, "Russia and China").replace("reported|computed", "reported")) for year in range(2013, 2026)}
SIX = ["rd-gas-during-visit", "rd-no-bloc-in-ten-years", "rd-main-investor-by-2018", "cuf-no-turnaround-2016", "taussig-hundred-bn", "bear-asymmetry-grows"]
CAME, ALL = resolved(SIX)["happened"], resolved()["happened"]
SHARES = record_table("shares in each other's trade").set_index("year")
GAS = record_table("gas by pipeline, to Europe and to China").set_index("year")
BASE = load("live").set_index("question")["base_rate"]
KEY = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))


def outcome(name, pattern):
    """Return a number that an outcome states; its source stands in readings/forecasts.csv."""
    return float(re.search(pattern, OUTCOMES[name])[1].replace("−", "-"))


def lab(part, whole, year):
    """Return a share by the Growth Lab's figures, in per cent."""
    one = "table=trade-reconciled; year={}; flow={}"
    return m(f"{one.format(year, part)} // {one.format(year, whole)}", "share")


GROWTH = m("table=gdp; year=2016; country=Russia; measure=real growth; source=wdi-2026")
FIRST = outcome("cuf-no-turnaround-2016", r"early figure of ([−\d.]+)")
INVESTED = [outcome("rd-main-investor-by-2018", rf"{word} ([\d.]+)") for word in ("China", "Cyprus", "bn of")]
IMPORTS = {year: lab("China to Russia", "World to Russia", year) - lab("Russia to China", "World to China", year) for year in (2017, 2019)}
GAP = {year: (lab("Russia to China", "Russia to World", year), lab("China to Russia", "China to World", year)) for year in (2017, 2023)}

TABLES = {
    (SHEET, "Table 1"): list(zip(["2.6", "124.6", "407", "0.2", "−0.2", "107.06", "11.9", "2.1", "32.5", "3.4"],
                                 [*INVESTED, GROWTH, FIRST, BOTH[2018], *GAP[2017], *GAP[2023]])),
    (SHEET, "Table 2"): list(zip(["89.21", "95.28", "68.00", "69.53", "84.07", "107.06", "110.75", "107.76", "146.89", "190.27", "240.11", "244.81", "228.105"],
                                 BOTH.values())),
}

TEXT = [
    ("100 bn", float(CLAIMS.loc["taussig-hundred-bn", "quantity"])), ("107.06 bn", BOTH[2018]), ("240.11 bn", BOTH[2023]),
    ("0.2 per cent", GROWTH), ("67 per cent", CAME.mean() * 100), ("75 per cent", ALL.mean() * 100),
    ("17 per cent", BASE["gas-above-38"]), ("2.4 per cent", SHARES.loc[2014, "Russia in China's trade"]),
    ("4.2 per cent", SHARES.loc[2024, "Russia in China's trade"]), ("12 years", 12),
    ("19.1 points", IMPORTS[2017]),
]
# Made-up probabilities and rules.
EXAMPLES = {"80 per cent", "5 per cent", "50 per cent", "1 per cent"}


def test_rows_of_the_text_that_have_no_unit():
    text = page("TEACHING.md")
    own = text[text.index("# Unit 07"):].split("\n# Unit 08")[0]
    six, all_of_them = (CAME.mean() * (1 - CAME.mean()), ALL.mean() * (1 - ALL.mean()))
    assert f"always 67 scores {six:.3f}" in own and f"always 75 scores {all_of_them:.3f}" in own and f"67 per cent; {six:.3f}" in own
    assert f"always say{'s'} 50 gets 0.25" in page(NOTEBOOK) and ((probabilities()["probability"] / 100 - ALL) ** 2).mean() == 0.25
    letters = [f"{letter} {value:.0f}" for letter, value in zip("ABCDEF", CAME)]
    assert f"Outcomes: {', '.join(letters)}." in own
    ups = sum(BOTH[year] > BOTH[year - 1] for year in range(2014, 2026))
    assert f"{ups} of 12" in own and f"{ups} of 12" in page(NOTEBOOK) and round(ups / 12 * 100) == BASE["total-trade-up"] == 75


def test_the_gap_of_imports_was_smaller_in_2019_and_that_of_exports_never():
    assert f"{IMPORTS[2019]:.1f} in 2019" in page("TEACHING.md")
    gaps = {year: lab("Russia to China", "Russia to World", year) - lab("China to Russia", "China to World", year) for year in range(2017, 2025)}
    assert min(gaps, key=gaps.get) == 2017


def test_the_gas_of_which_the_text_speaks():
    words = page(NOTEBOOK)
    assert f"took {GAS.loc[2018, 'to Europe']:.0f} bcm" in words and f"took {GAS.loc[2023, 'to Europe']:.0f} bcm in 2023" in words


def test_the_run_sheet_speaks_of_the_sixteen_and_of_thirteen_points():
    assert len(ALL) == 16 and ALL.sum() == 12 and sum(entry["points"] for entry in KEY.values()) == 13
    assert m(trade(2021, "Russia to China", "Russia")) > 0  # the last year with two witnesses
