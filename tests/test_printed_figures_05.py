"""Unit 05: every figure printed in its worksheet, its run sheet and its text follows from the tables.

As in test_printed_figures.py: beside each printed figure stands the selection that makes it.
"""

import json
import re

from printed import GUIDE, ROOT, m, page, says, trade

from fivereadings.views.dependence import dependence_table
from fivereadings.tables import load

UNIT = "05-bear-and-dragon"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"


def share(year, part, whole, reporter):
    """Return a flow as a share of another, in per cent, as one reporter has both."""
    return m(f"{trade(year, part, reporter)} // {trade(year, whole, reporter)}", "share")


def amounts(name, year):
    """Return part, Russia's whole and China's whole of a measure."""
    row = dependence_table(name).set_index("year").loc[year]
    return [row["Russia part"], row["Russia whole"], row["China whole"]]


def noted(claim, text):
    """Return a share that stands in the note of a claim, read for the whole number `text`."""
    return float(re.search(rf"\b({text}) per cent", load("claims").set_index("claim").loc[claim, "note"])[1])


ARMS = load("arms").pivot(index="year", columns="measure", values="value")
YEARLY = ARMS["Russia to China"] / ARMS["Russia to World"] * 100
SIDES = {name: dependence_table(name).set_index("year") for name in ("crude oil", "pipeline gas", "arms, five years added")}
OIL, GAS, FIVE = SIDES.values()
LAB = dependence_table("goods that Russia sells (Growth Lab)").set_index("year")
USED = load("energy-levels").query("country == 'China' and measure == 'gas consumption' and year == 2024")["value"].item()
FLOWS = ("Russia to China", "Russia to World", "World to China")

TABLES = {
    (SHEET, "Table 1"): [
        ("41.7", m(trade(2017, "Russia to China", "Russia"))), ("41.4", m(trade(2017, "Russia to China", "China"))),
        ("379.2", m(trade(2017, "Russia to World", "Russia"))), ("1,843.8", m(trade(2017, "World to China", "China"))),
        ("57.0", m(trade(2017, "China to Russia", "Russia"))), ("42.8", m(trade(2017, "China to Russia", "China"))),
        ("260.0", m(trade(2017, "World to Russia", "Russia"))), ("2,263.4", m(trade(2017, "China to World", "China")))],
    (SHEET, "Table 2"): list(zip(
        ["653", "6,218", "939", "741", "8,786", "1,032", "587", "8,304", "1,542", "631", "7,782", "1,221", "561", "5,341", "1,033"],
        [ARMS.loc[year, flow] for year in range(2010, 2015) for flow in FLOWS])),
    (SHEET, "Table 3"): list(zip(
        ["108.47", "243.08", "554.09", "26.74", "108.16", "71.28"], [*amounts("crude oil", 2024), *amounts("pipeline gas", 2024)])),
    (SHEET, "Table 4"): [("11.0", share(2017, "Russia to China", "Russia to World", "Russia")),
                         ("2.2", share(2017, "Russia to China", "World to China", "China"))],
    (GUIDE, "Table of answers, task 2"): list(zip(["3,173", "36,431", "5,767"], [ARMS.loc[2010:2014, flow].sum() for flow in FLOWS])),
}

TEXT = [
    ("15 per cent", 10 * 1.5), ("5 points", 15 - 10),  # the example of a percentage point
    ("11 per cent", says("bear-export-share")), ("20 per cent", says("bear-import-share")),
    ("40 per cent", says("bear-arms-40-before-ban")), ("90 per cent", says("bear-amur-exports")),
    ("30 per cent", says("bear-arms-25-30") + 2.5),  # the band of 25 to 30, stored as its middle
    ("65 per cent", noted("bear-amur-exports", "65")), ("76 per cent", noted("bear-amur-exports", "76")), ("52 per cent", noted("bear-far-east-dependent", "52")),
    ("13 per cent", noted("bear-far-east-dependent", "13")),
    ("11.0 per cent", share(2017, "Russia to China", "Russia to World", "Russia")),
    ("21.9 per cent", share(2017, "China to Russia", "World to Russia", "Russia")),
    ("19.3 per cent", share(2015, "China to Russia", "World to Russia", "Russia")),
    ("2.2 per cent", share(2017, "Russia to China", "World to China", "China")),
    ("1.9 per cent", share(2017, "China to Russia", "China to World", "China")),
    ("4.7 per cent", YEARLY[1994]), ("34.2 per cent", YEARLY[1996]),
    ("8.7 per cent", FIVE.loc[2014, "Russia"]), ("55.0 per cent", FIVE.loc[2014, "China"]),
    ("44.6 per cent", OIL.loc[2024, "Russia"]), ("19.6 per cent", OIL.loc[2024, "China"]),
    ("24.7 per cent", GAS.loc[2024, "Russia"]), ("37.5 per cent", GAS.loc[2024, "China"]),
    ("6.2 per cent", GAS.loc[2024, "China part"] / USED * 100),
    ("3.8 per cent", GAS.loc[2021, "Russia"]), ("24.0 per cent", GAS.loc[2023, "Russia"]),
    ("10.6 per cent", GAS.loc[2023, "Russia part"] / GAS.loc[2021, "Russia whole"] * 100),
]


def test_what_stands_without_such_a_unit():
    """Figures in bcm, the release of 2016, and the second source of one share."""
    text, sheet = page(NOTEBOOK), page(SHEET)
    for printed, value in (("7.6 bcm to 21.3 bcm", (GAS.loc[2021, "Russia part"], GAS.loc[2023, "Russia part"])),
                           ("201.3 bcm to 88.8 bcm", (GAS.loc[2021, "Russia whole"], GAS.loc[2023, "Russia whole"]))):
        assert printed == "{:.1f} bcm to {:.1f} bcm".format(*value) and printed in text
    assert (says("bear-amur-exports"), says("bear-amur-imports")) == (90, 80)
    for name in (NOTEBOOK, SHEET, "readings/bear-and-dragon.md"):
        assert "nine tenths" in page(name) and "four fifths" in page(name)
    europe = load("energy-flows").query("fuel == 'pipeline gas' and exporter == 'Russia' and importer == 'Europe'").set_index("year")["value"]
    for name in (NOTEBOOK, GUIDE):
        assert f"({europe[2021]:.1f} bcm in 2021, {europe[2023]:.1f} bcm in 2023)" in page(name)
    assert f"China used {USED:.2f} bcm" in sheet
    assert "said 11 for 2011–2015" in load("claims").set_index("claim").loc["bear-arms-25-30", "note"]
    assert "said 11 per cent for 2011–2015" in text
    assert f"the Growth Lab {LAB.loc[2017, 'China']:.1f}" in text and f"Growth Lab gives {LAB.loc[2017, 'Russia']:.1f} and" in text


def test_the_rounded_figures_of_the_sheet_give_the_same_answers():
    """A pair with a calculator must come to what the run sheet prints."""
    assert (f"{41.7 / 379.2:.1%}", f"{57.0 / 260.0:.1%}", f"{41.4 / 1843.8:.1%}", f"{42.8 / 2263.4:.1%}") == ("11.0%", "21.9%", "2.2%", "1.9%")
    assert (f"{108.47 / 243.08:.1%}", f"{108.47 / 554.09:.1%}") == ("44.6%", "19.6%")
    assert (f"{26.74 / 108.16:.1%}", f"{26.74 / 71.28:.1%}", f"{26.74 / 434.39:.1%}") == ("24.7%", "37.5%", "6.2%")


def test_points_and_prose_figures_of_the_exercise():
    key = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))
    assert sum(entry["points"] for entry in key.values()) == 9
    prose = page(f"solutions/{UNIT}/{UNIT}.ipynb") + page(f"solutions/{UNIT}/rubric.csv")
    for value in (OIL.loc[2021, "Russia"], FIVE.loc[2021, "China"], LAB.loc[2021, "Russia"], GAS.loc[2021, "China"]):
        assert f"{value:.1f} per cent" in prose
