"""Unit 02: every figure printed in its worksheet, its run sheet and its text follows from the tables.

As in test_printed_figures.py: beside each printed figure stands the selection that makes it.
"""

import json
import re

import pandas as pd
from printed import GUIDE, ROOT, m, says, told

from fivereadings.views.rods import change_in, rod_table, roubles_and_rates
from fivereadings.tables import load

UNIT = "02-beijing-2016-economy"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"
FIRST, IMF, BANK = "Rosstat, early 2016", "IMF, April 2019", "World Bank, newest here"

OUTPUT = roubles_and_rates(FIRST).set_index("year")
RODS = change_in(2015).set_index("vintage")
PPP = {vintage: rod_table("purchasing power", vintage).set_index("year")["output"] for vintage in (IMF, BANK)}
DOLLARS = OUTPUT["roubles"] / OUTPUT["rate"]
ROUBLES = OUTPUT.loc[2015, "roubles"] / OUTPUT.loc[2014, "roubles"] * 100
GOODS = 100 + RODS.loc[FIRST, "real"]
TRADE = {year: m(told(year, "Russia and China").replace("reported|computed", "reported")) for year in (2014, 2015, 2016)}
KEY = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))
NOTES = load("claims").set_index("claim").loc[["cuf-100-billion", "cuf-giving-aid"], "note"].str.cat(sep=" ")


def noted(amount):
    """Return a number that stands in the notes of the claims of help."""
    return float(re.search(rf"\b({re.escape(amount)}) (?:bn|per cent)", NOTES)[1])


TABLES = {
    (SHEET, "Table 1"): list(zip(
        ["71,055", "31.84", "77,893", "38.38", "80,413", "60.94"],
        [OUTPUT.loc[year, column] for year in (2013, 2014, 2015) for column in ("roubles", "rate")])),
    (SHEET, "Table 2"): list(zip(["−3.7", "−2.5", "−2.0"], [RODS.loc[name, "real"] for name in (FIRST, IMF, BANK)])),
    (SHEET, "Table 3"): list(zip(
        ["3,891", "3,834", "3,764", "3,526"], [PPP[name][year] for name in (IMF, BANK) for year in (2014, 2015)])),
    (SHEET, "Table 4"): list(zip(["95.3", "68.0", "69.5"], TRADE.values())),
    (SHEET, "Table 5"): [("−3.7", RODS.loc[FIRST, "real"]), ("−35.0", RODS.loc[FIRST, "dollars"])],
    (GUIDE, "Table of answers, task 1"): list(zip(["2,232", "2,030", "1,320"], [DOLLARS[year] for year in (2013, 2014, 2015)])),
}

TEXT = [
    ("3.7 per cent", -says("cuf-gdp-real")), ("35 per cent", -says("cuf-gdp-dollars")), ("100 bn", says("cuf-100-billion")),
    ("25 per cent", -says("cuf-eaeu-trade")), ("−25 per cent", says("cuf-eaeu-trade")),
    ("−3.7 per cent", RODS.loc[FIRST, "real"]), ("−2.5 per cent", RODS.loc[IMF, "real"]), ("−2.0 per cent", RODS.loc[BANK, "real"]),
    ("2 per cent", -RODS.loc[BANK, "real"]),
    ("3.2 per cent", RODS.loc[FIRST, "roubles"]), ("5.3 per cent", RODS.loc["Rosstat, 2018", "roubles"]),
    ("−35.0 per cent", RODS.loc[FIRST, "dollars"]), ("35.0 per cent", -RODS.loc[FIRST, "dollars"]),
    ("−33.8 per cent", RODS.loc[BANK, "dollars"]), ("33.8 per cent", -RODS.loc[BANK, "dollars"]),
    ("−1.5 per cent", RODS.loc[IMF, "purchasing power"]), ("−6.3 per cent", RODS.loc[BANK, "purchasing power"]),
    ("−9.4 per cent", (PPP[BANK][2015] / PPP[IMF][2014] - 1) * 100),
    ("7.2 per cent", (ROUBLES / GOODS - 1) * 100), ("6.9 per cent", ROUBLES - GOODS),
    ("−37.0 per cent", (OUTPUT.loc[2014, "rate"] / OUTPUT.loc[2015, "rate"] - 1) * 100),
    ("1.5 times", says("cuf-100-billion") / TRADE[2015]),
    ("12 bn", noted("12")), ("5.9 bn", noted("5.9")), ("3.30 per cent", noted("3.30")), ("4.7 per cent", noted("4.7")),
    ("3.3 per cent", (1 - PPP[BANK][2014] / PPP[IMF][2014]) * 100),
]


def test_what_the_notebook_types_is_what_the_tables_hold():
    code = "\n".join("".join(cell["source"]) for cell in json.loads((ROOT / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
                     if cell["cell_type"] == "code")
    for year in (2014, 2015):
        assert f"{OUTPUT.loc[year, 'roubles']:.0f}" in code and f"{OUTPUT.loc[year, 'rate']:.3f}" in code
    assert f"100 - {-RODS.loc[FIRST, 'real']}" in code and f"100 - {-says('cuf-eaeu-trade'):.0f}" in code


def test_what_the_widget_is_said_to_show():
    dollars = RODS["dollars"].dropna()
    assert (f"{dollars.max():.1f}", f"{dollars.min():.1f}") == ("-33.7", "-35.0")
    for rod, above in (("real", True), ("roubles", True), ("purchasing power", True), ("dollars", False)):
        for vintage in RODS.index[RODS[rod].notna()]:
            last = rod_table(rod, vintage).set_index("year")["index"].get(2018)
            assert pd.isna(last) or bool(last > 100) is above
    assert sum(entry["points"] for entry in KEY.values()) == 9
