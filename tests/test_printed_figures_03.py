"""Unit 03, and the general part of TEACHING.md: the figures that its pages print, each with the selection that makes it."""

import json

import pandas as pd
from printed import GUIDE, ROOT, gas, gdp, m, says, told, trade

from fivereadings.views.mirror import mirror_table

UNIT = "03-beijing-2016-trade"
SHEET = f"worksheets/{UNIT}.md"
BOTH, WITH_US = "China to Russia|Russia to China", "China to United States|United States to China"

US_TOTAL = {(year, side): m(trade(year, WITH_US, side), "sum") for year in (2014, 2015) for side in ("China", "United States")}
CHINA_TOTAL = trade(2015, "China to World|World to China", "China")
RATIOS = [m(f"{gdp(year, 'China', kind)} // {gdp(year, 'Russia', kind)}", "ratio")
          for year in (2013, 2014, 2015) for kind in ("current dollars", "purchasing power")]
GAPS = {flow: mirror_table(flow).set_index("year")["gap"] for flow in ("China to Russia", "Russia to China")}
KEY = json.loads((ROOT / "solutions" / UNIT / "key.json").read_text(encoding="utf-8"))
RUBRIC = pd.read_csv(ROOT / "solutions" / UNIT / "rubric.csv")["points"]
BRIEF = pd.read_csv(ROOT / "solutions" / "08-your-brief" / "rubric.csv")
EXAMPLES = {"2 times", "30 per cent"}  # of the walk through grading: a message, and the report's limit

# The tables, cell by cell in reading order; the first column only names the row.
TABLES = {
    (SHEET, "Table 1"): [
        ("41.6", m(told(2014, "Russia to China"))), ("33.3", m(told(2015, "Russia to China"))),
        ("−19.1", m(told(2015, "Russia to China", "per cent", "growth")))],
    (SHEET, "Table 2"): [
        ("37.4", m(trade(2014, "Russia to China", "Russia"))), ("28.3", m(trade(2015, "Russia to China", "Russia"))),
        ("497.8", m(trade(2014, "Russia to World", "Russia"))), ("343.9", m(trade(2015, "Russia to World", "Russia"))),
        ("41.6", m(told(2014, "Russia to China"))), ("33.3", m(told(2015, "Russia to China"))),
        ("1,959.2", m(trade(2014, "World to China", "China"))), ("1,679.6", m(trade(2015, "World to China", "China")))],
    (SHEET, "Table 3"): list(zip(
        ["397.1", "468.5", "410.0", "483.2", "160.1", "123.7", "148.7", "115.9"],
        [m(trade(year, flow, side)) for flow in WITH_US.split("|") for year in (2014, 2015)
         for side in ("China", "United States")])),
    (SHEET, "Table 4"): list(zip(
        ["9,635", "2,289", "16,725", "3,792", "10,535", "2,057", "18,285", "3,891", "11,226", "1,364", "19,756", "3,834"],
        [m(gdp(year, country, kind)) for year in (2013, 2014, 2015) for kind in ("current dollars", "purchasing power")
         for country in ("China", "Russia")])),
    (SHEET, "Table 5"): list(zip(
        ["38", "30", "400", "350", "390"],
        [gas(term) for term in ("volume", "duration", "reported value", "price low", "price high")])),
    (SHEET, "Table 6"): [("68.0", m(told(2015, "Russia and China"))), ("558.7", US_TOTAL[2015, "China"])],
    (GUIDE, "Table of answers, task 4"): list(zip(["4.2", "4.4", "5.1", "4.7", "8.2", "5.2"], RATIOS)),
}

# Numbers in the text, with their unit. What the readings print comes from the claims.
TEXT = [
    ("100 bn", says("caixin-around-100-2014")), ("2.5 per cent", says("caixin-share-2015")),
    ("−28 per cent", says("caixin-fall-2015")), ("68 bn", says("caixin-trade-2015")),
    ("558.4 bn", says("caixin-us-trade-2015")), ("4 times", says("caixin-four-times")),
    ("400 bn", says("caixin-gas-400bn")), ("30 years", says("caixin-gas-30-years")),
    ("2.5 per cent", 100 / m(CHINA_TOTAL, "sum") * 100),
    ("−28.6 per cent", m(f"{told(2015, 'Russia and China')} // {told(2014, 'Russia and China')}", "growth")),
    ("−27.8 per cent", m(told(2015, "Russia and China", "per cent", "growth"))),
    ("−28.0 per cent", m(f"{trade(2015, BOTH, 'Russia')} // {trade(2014, BOTH, 'Russia')}", "growth")),
    ("1.7 per cent", m(f"{told(2015, 'Russia and China')} // {CHINA_TOTAL}", "share")),
    ("68.0 bn", m(told(2015, "Russia and China"))), ("3,953 bn", m(CHINA_TOTAL, "sum")),
    ("88.3 bn", m(trade(2014, BOTH, "Russia"), "sum")), ("63.5 bn", m(trade(2015, BOTH, "Russia"), "sum")),
    ("−14.1 bn", m(trade(2017, "China to Russia", "China")) - m(trade(2017, "China to Russia", "Russia"))),
    ("19 per cent", m(f"{trade(2015, 'China to Russia', 'Russia')} // {trade(2015, 'World to Russia', 'Russia')}", "share")),
    ("35.2 bn", m(trade(2015, "China to Russia", "Russia"))), ("182.8 bn", m(trade(2015, "World to Russia", "Russia"))),
    ("−20.0 per cent", m(f"{told(2015, 'Russia to China')} // {told(2014, 'Russia to China')}", "growth")),
    ("−19.1 per cent", m(told(2015, "Russia to China", "per cent", "growth"))),
    *[(f"{text} per cent", m(f"{trade(year, 'Russia to China', 'Russia')} // {trade(year, 'Russia to World', 'Russia')}", "share"))
      for year, text in ((2014, "7.5"), (2015, "8.2"))],
    *[(f"{text} per cent", m(f"{told(year, 'Russia to China')} // {trade(year, 'World to China', 'China')}", "share"))
      for year, text in ((2014, "2.1"), (2015, "2.0"))],
    *[(f"{text} per cent", m(f"{trade(2015, flow, 'Russia')} // {trade(2014, flow, 'Russia')}", "growth"))
      for flow, text in (("Russia to China", "−24.3"), ("Russia to World", "−30.9"))],
    ("49.0 bn", m(trade(2014, "World to China", "China")) * says("caixin-share-2015") / 100),
    ("41.6 bn", m(told(2014, "Russia to China"))),
    ("558.7 bn", US_TOTAL[2015, "China"]), ("599.1 bn", US_TOTAL[2015, "United States"]),
    ("0.3 per cent", (US_TOTAL[2015, "China"] / US_TOTAL[2014, "China"] - 1) * 100),
    ("1.2 per cent", (US_TOTAL[2015, "United States"] / US_TOTAL[2014, "United States"] - 1) * 100),
    *[(f"{text} per cent", m(f"{trade(2015, flow, importer)} // {trade(2015, flow, exporter)}", "growth"))
      for flow, importer, exporter, text in (("China to United States", "United States", "China", "17.9"),
                                             ("United States to China", "China", "United States", "28.3"))],
    ("14.8 bn", gas("volume|price high", "product") / 1000),
    ("27.0 years", gas("reported value") * 1000 / gas("volume|price high", "product")),
    ("30.1 years", gas("reported value") * 1000 / gas("volume|price low", "product")),
    ("399 bn", gas("volume|duration|price low", "product") / 1000),
    ("445 bn", gas("volume|duration|price high", "product") / 1000),
    ("12 per cent", m(f"{trade(2015, BOTH, 'Russia')} // {trade(2015, 'Russia to World|World to Russia', 'Russia')}", "share")),
    ("28 per cent", -says("caixin-fall-2015")), ("27.8 per cent", -m(told(2015, "Russia and China", "per cent", "growth"))),
    ("95.3 bn", m(told(2014, "Russia and China"))), ("46.3 bn", m(trade(2016, "China to Russia", "Russia"))),
    ("57.0 bn", m(trade(2017, "China to Russia", "Russia"))),
    *[(f"{text} bn", GAPS["China to Russia"][year]) for text, year in (("−9", 2010), ("−9", 2016), ("−14", 2017))],
    ("2 bn", GAPS["Russia to China"][[2009, 2010, 2013, 2014, 2015, 2016, 2018, 2019]].min()),
    ("6 bn", GAPS["Russia to China"][[2009, 2010, 2013, 2014, 2015, 2016, 2018, 2019]].max()),
    ("13 points", sum(entry["points"] for entry in KEY.values())),
    ("9 points", sum(entry["points"] for entry in json.loads((ROOT / "solutions/01-shanghai-2014/key.json").read_text(encoding="utf-8")).values())),
    ("24 points", BRIEF.groupby("question")["points"].max().sum()), ("6 points", RUBRIC.max()), ("0 points", RUBRIC.min()),
]


def test_the_exception_that_the_run_sheet_names():
    rows = mirror_table("Russia to China").dropna(subset=["gap"])
    assert rows.loc[rows["gap"] < 0, "year"].tolist() == [2017]
