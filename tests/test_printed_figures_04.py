"""Unit 04: every figure printed in its worksheet, its run sheet and its text follows from the tables.

As in test_printed_figures.py: beside each printed figure stands the selection that makes it.
"""

import json
import math
import re

import pandas as pd
from printed import ROOT, m, page, says, told

from fivereadings.tables import load
from fivereadings.views.yearend import announced_then, announced_year, monthly_trade, outcome_table, projection_table

UNIT = "04-vladivostok-2018"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"
R, C = "Russia to China", "China to Russia"
MONTHS = monthly_trade()
EIGHT = MONTHS.query("month <= 8").groupby(["flow", "year"])["value"].sum()
TWELVE = MONTHS.groupby(["flow", "year"])["value"].sum()
NOW, OLD, WHOLE = EIGHT[:, 2018].sum(), EIGHT[:, 2017].sum(), TWELVE[:, 2017].sum()
AUTUMN, MISSING = WHOLE - OLD, 100 - NOW
TODAY, THEN = (projection_table().set_index("method")[column] for column in ("today's months", "published then"))
ANNOUNCED = {year: m(told(year, "Russia and China").replace("reported|computed", "reported")) for year in range(2014, 2019)}
SAID = announced_then()
PART = SAID.query("measure == 'value' and year == 2018")["value"].item()
RATE = SAID.query("measure == 'growth'")["value"].item()
EVENTS = load("events").query("date == '2018-09'")
CLAIMS = load("claims").set_index("claim")
PUTINS_BASE = float(re.search(r"started from (\d+) bn", CLAIMS.loc["taussig-hundred-bn", "note"])[1])
KEY = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))


def counted(what, reporter):
    """Return one number of the events of September 2018."""
    return EVENTS[EVENTS["what"].str.startswith(what) & (EVENTS["reporter"] == reporter)]["value"].item()


def growth(new, old):
    """Return the growth in per cent."""
    return (new / old - 1) * 100


ALL = [counted("agreements", "Deputy Prime Minister Trutnev"), counted("agreements", "press")]
SOLDIERS = counted("soldiers", "Russian Ministry of Defence")
CHINESE = [counted("Chinese soldiers", "press"), counted("Chinese soldiers", "TASS")]
OF_58, OF_ALL = says("taussig-agreements-31"), says("taussig-agreements-58")

TABLES = {
    (SHEET, "Table 1"): list(zip(
        ["26,249", "36,423", "41,391", "27,464", "31,144", "42,830", "53,713", "67,567", "84,221"],
        [1000 * value for flow in (R, C) for value in (EIGHT[flow, 2017], EIGHT[flow, 2018], TWELVE[flow, 2017])]
        + [1000 * OLD, 1000 * NOW, 1000 * WHOLE])),
    (SHEET, "Table 2"): list(zip(["95.28", "68.0", "69.53", "84.07", "107.06"], [ANNOUNCED[year] for year in range(2014, 2019)])),
    (SHEET, "Table 3"): list(zip(["58", "31", "175", "220", "300,000", "3,200", "3,500"], [OF_ALL, OF_58, *ALL, SOLDIERS, *CHINESE])),
    (SHEET, "Table 4"): [("25.7", RATE), ("3,500", CHINESE[1])],
}

TEXT = [
    ("25 per cent", says("taussig-growth-part-year")), ("100 bn", says("taussig-hundred-bn")),
    ("67.51 bn", PART), ("84.07 bn", ANNOUNCED[2017]), ("95.28 bn", ANNOUNCED[2014]), ("107.06 bn", announced_year()["value"].item()),
    ("38.8 per cent", growth(EIGHT[R, 2018], EIGHT[R, 2017])), ("13.4 per cent", growth(EIGHT[C, 2018], EIGHT[C, 2017])),
    ("25.8 per cent", growth(NOW, OLD)), ("25.7 per cent", RATE), ("−19.8 per cent", growth(NOW, WHOLE)),
    ("105 bn", ANNOUNCED[2017] * 1.25), ("105.1 bn", ANNOUNCED[2017] * 1.25),
    ("19 per cent", growth(100, ANNOUNCED[2017])), ("18.9 per cent", growth(100, ANNOUNCED[2017])),
    ("87 bn", PUTINS_BASE), ("15 per cent", growth(100, PUTINS_BASE)), ("5 per cent", growth(100, ANNOUNCED[2014])),
    ("98.1 bn", TODAY["last twelve months"]), ("101.4 bn", TODAY["simple run rate"]), ("105.9 bn", TODAY["same growth as so far"]),
    ("7.9 bn", TODAY.max() - TODAY.min()), ("0.3 bn", (TODAY - THEN).abs().max()),
    ("7.63 bn", AUTUMN / 4), ("6.71 bn", OLD / 8), ("6.3 per cent", growth(MISSING, AUTUMN)), ("32.4 bn", MISSING),
    ("7.0 per cent", growth(100 - PART, ANNOUNCED[2017] - PART / (1 + RATE / 100))), ("32.49 bn", 100 - PART),
    ("0.3 per cent", math.ceil(10 * max(abs(growth(mine, m(f"table=trade-announced; year=2018; period=January-August; flow={flow}; measure=value")))
                         for flow, mine in ((R, EIGHT[R, 2018]), (C, EIGHT[C, 2018]), ("Russia and China", NOW)))) / 10),  # "less than"
    ("27.3 per cent", growth(ANNOUNCED[2018], ANNOUNCED[2017])), ("12.4 per cent", growth(ANNOUNCED[2018], ANNOUNCED[2014])),
    ("27.1 per cent", m("table=trade-announced; year=2018; period=year; measure=growth; reporter=China")),
    ("84.2 bn", ANNOUNCED[2018] / (1 + m("table=trade-announced; year=2018; period=year; measure=growth; reporter=China") / 100)),
    ("24.5 per cent", m("table=trade-announced; year=2018; period=year; measure=growth; reporter=Russia")),
    ("108.3 bn", m("table=trade-announced; year=2018; period=year; measure=value; reporter=Russia")),
    ("53.4 per cent", OF_58 / OF_ALL * 100), ("53 per cent", OF_58 / OF_ALL * 100),
    ("17.7 per cent", OF_58 / ALL[0] * 100), ("14.1 per cent", OF_58 / ALL[1] * 100), ("14 per cent", OF_58 / ALL[1] * 100),
    ("1.2 per cent", CHINESE[1] / SOLDIERS * 100), ("1.1 per cent", CHINESE[0] / SOLDIERS * 100),
    ("2.3 per cent", CHINESE[1] / SOLDIERS * 200),
]
EXAMPLES = {"109 bn"}  # an example of a range, no figure


def test_what_the_notebook_types_and_says():
    cells = json.loads((ROOT / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert f"base = {ANNOUNCED[2017]} " in code and f"base - {PART} / {1 + RATE / 100:.3f}" in code
    for part, whole in ((31, 58), (31, 175), (31, 220), (3500, 300000), (3200, 300000)):
        assert f"{part} / {whole} *" in code
    assert (OF_58, OF_ALL, *ALL, SOLDIERS, *CHINESE) == (31, 58, 175, 220, 300000, 3200, 3500)
    oil = load("oil-price").set_index("year")["value"]
    assert (round(oil[2017]), round(oil[2018])) == (54, 71) and "54 dollars on average in 2017 and 71 in 2018" in page(NOTEBOOK)
    assert (THEN > 100).sum() == 2 and outcome_table().set_index("method")["too low by"].idxmin() == "same growth as so far"
    assert ANNOUNCED[2017] < ANNOUNCED[2014] and 2.5 < growth(EIGHT[R, 2018], EIGHT[R, 2017]) / growth(EIGHT[C, 2018], EIGHT[C, 2017]) < 3


def test_autumn_brings_more_than_the_average_month_in_every_year():
    eight, whole = (rows.groupby("year")["value"].sum() for rows in (MONTHS.query("month <= 8"), MONTHS))
    assert (eight / 8 * 12 < whole).all()


def test_the_points_add_up():
    rubric = pd.read_csv(ROOT / "solutions" / UNIT / "rubric.csv")["points"]
    assert sum(entry["points"] for entry in KEY.values()) == 9 and rubric.max() == 6
