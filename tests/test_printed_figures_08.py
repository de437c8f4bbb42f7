"""Unit 08: the figures that its pages and its example brief print, each with the selection that makes it."""

import re

import pandas as pd
import pytest
from printed import ROOT, as_printed, m, page, told, trade

from fivereadings.tables import load
from fivereadings.verdicts import alternatives, measured

UNIT = "08-your-brief"
RUBRIC = pd.read_csv(ROOT / "solutions" / UNIT / "rubric.csv")["points"]
PARTS = pd.read_csv(ROOT / "solutions" / UNIT / "rubric.csv")["question"].nunique()


def gas(year, importer, fuel="pipeline gas"):
    """Return what Russia delivered, bcm, by the Statistical Review."""
    return measured("energy-flows", f"year={year}; exporter=Russia; importer={importer}; fuel={fuel}; reporter=Statistical Review", "value")


LOST, GAINED = gas(2019, "Europe") - gas(2024, "Europe"), gas(2024, "China") - gas(2019, "China")
GAZPROM = measured("gas-deliveries", "year=2024", "value")
LATER = (gas(2024, "China") - gas(2021, "China")) / (gas(2021, "Europe") - gas(2024, "Europe"))
BOTH = "China to Russia|Russia to China"

TABLES = {}
TEXT = [
    ("19 per cent", GAINED / LOST * 100), ("16 per cent", LATER * 100), ("22 per cent", GAZPROM / LOST * 100),
    *[(text, m(trade(2024, BOTH, "China"), "sum") / m(told(year, "Russia and China"))) for text, year in (("2.6 times", 2014), ("3.6 times", 2015))],
    ("24 points", RUBRIC.max() * PARTS), ("6 points", RUBRIC.max()), ("0 points", RUBRIC.min()),
]
# What nobody measured: a share in a bad chart, a rate in a bad caption, the brief's own confidence and the end of its band.
EXAMPLES = {"20 per cent", "30 per cent", "50 per cent", "75 per cent", "80 per cent"}
# The example brief stands in the unit and in the solution; its amounts of gas, in the order of the text.
AMOUNTS = [("191.3 bcm", gas(2019, "Europe")), ("51.4 bcm", gas(2024, "Europe")), ("0.3 bcm", gas(2019, "China")), ("26.7 bcm", gas(2024, "China")),
           ("139.8 bcm", LOST), ("26.5 bcm", GAINED), ("167.7 bcm", gas(2021, "Europe")), ("31.1 bcm", GAZPROM)]


@pytest.mark.parametrize("name", [f"notebooks/{UNIT}.ipynb", f"solutions/{UNIT}/{UNIT}.ipynb"])
def test_the_amounts_of_the_example_brief(name):
    assert [text for text, _ in AMOUNTS] == [as_printed(value, text) for text, value in AMOUNTS]
    assert re.findall(r"\d[\d.,]* bcm", page(name)) == [text for text, _ in AMOUNTS]


def test_most_of_the_fall_came_after_2021_and_india_took_on_more_oil():
    assert (gas(2021, "Europe") - gas(2024, "Europe")) / LOST > 0.5
    def oil(year, importer):
        return measured("energy-flows", f"year={year}; exporter=Russia; importer={importer}; fuel=crude oil; reporter=Statistical Review", "value")
    assert [round(oil(year, who)) for year, who in ((2015, "China"), (2024, "China"), (2024, "India"))] == [42, 108, 87]
    assert max(oil(year, "India") for year in range(2015, 2022)) < 5
    assert oil(2024, "India") - oil(2021, "India") > oil(2024, "China") - oil(2021, "China") and oil(2024, "China") > oil(2024, "India")


def test_the_anchors_print_figures_of_the_tables():
    world = m(trade(2015, "China to World|World to China", "China"), "sum")
    russia = m(f"{trade(2015, BOTH, 'Russia')} // {trade(2015, 'Russia to World|World to Russia', 'Russia')}", "share")
    both = m(told(2015, "Russia and China"))
    assert (f"{both:.1f}", f"{world:,.0f}", f"{both / world * 100:.1f}", f"{100 / world * 100:.1f}", f"{russia:.0f}") == ("68.0", "3,953", "1.7", "2.5", "12")
    before = m(told(2014, "Russia and China")) / m(trade(2014, "China to World|World to China", "China"), "sum")
    russia = m(f"{trade(2014, BOTH, 'Russia')} // {trade(2014, 'Russia to World|World to Russia', 'Russia')}", "share")
    lab = {check["label"]: check["computed"] for check in alternatives(load("claims").set_index("claim", drop=False).loc["caixin-share-2015"])}["other"]
    assert (f"{before * 100:.1f}", f"{russia:.0f}", f"{lab:.1f}") == ("2.2", "11", "1.9")
    assert gas(2015, "China") == 0  # nothing flowed yet
    text = pd.read_csv(ROOT / "solutions" / UNIT / "rubric.csv").query("level == 3").set_index("question")["anchor"]
    assert all(figure in text["brief-figure"] for figure in ("68.0 bn", "1.7 per cent", "3,953 bn", "12 per cent", "2.2 per cent", "11 per cent", "1.9 per cent", "2.5 per cent"))


def test_the_example_lies_between_its_own_limits_and_says_so():
    assert 10 < GAINED / LOST * 100 < 50 and "between my limits" in page(f"notebooks/{UNIT}.ipynb")
    assert all(gas(year, "China") < gas(year + 1, "China") for year in range(2019, 2024))  # carries more each year
