"""Unit 01: every figure printed in its worksheet, its run sheet and its notebook follows from the tables."""

import re

from printed import m, says, trade

from fivereadings.tables import load

UNIT = "01-shanghai-2014"
SHEET, NOTEBOOK = f"worksheets/{UNIT}.md", f"notebooks/{UNIT}.ipynb"


def partner(reporter, flow, name):
    """Return one figure of 2013 from the lists of partners, in US$ bn."""
    return m(f"table=partners; year=2013; reporter={reporter}; flow={flow}; partner={name}")


def russia(flow, name):
    """Return what Russia reports of a partner in 2013."""
    return partner("Russia", flow, name)


def union(flow, name):
    """Return what the European Union reports of a partner in 2013."""
    return partner("European Union", flow, name)


def both(reporter, name):
    """Return exports and imports added."""
    return partner(reporter, "exports", name) + partner(reporter, "imports", name)


def ten_months(name):
    """Return a turnover that Russia announced for January to October 2013."""
    return m(f"table=partners-announced; year=2013; period=January-October; measure=turnover; partner={name}")


def told(table, where):
    """Return one announced figure of 2013."""
    return m(f"table={table}; year=2013; {where}")


CHINA_SAYS = told("trade-announced", "flow=Russia and China; reporter=China; unit=US$ bn")
RUSSIA_SAYS = told("partners-announced", "period=year; partner=China; reporter=Russia")
CHINA_US = m(trade(2013, "China to United States|United States to China", "China"), "sum")

# The tables, cell by cell in reading order; the first column only names the row.
TABLES = {
    (SHEET, "Table 1"): [
        ("69.3", russia("exports", "Netherlands")), ("67.3", russia("exports", "Unspecified")),
        ("35.6", russia("exports", "China")), ("53.2", russia("imports", "China")),
        ("29.2", russia("exports", "Italy")), ("14.6", russia("imports", "Italy")),
        ("23.0", russia("exports", "Germany")), ("37.9", russia("imports", "Germany")),
        ("527.3", russia("exports", "World")), ("314.9", russia("imports", "World"))],
    (SHEET, "Table 2"): list(zip(
        ["157.8", "252.8", "195.6", "371.4", "2,311.7", "2,242.5"],
        [union(flow, name) for name in ("Russia", "China", "World") for flow in ("exports", "imports")])),
    (SHEET, "Table 3"): [("89.2", CHINA_SAYS), ("88.8", RUSSIA_SAYS), ("522.5", CHINA_US), ("567.0", both("European Union", "China"))],
    (SHEET, "Table 4"): [("35.6", russia("exports", "China")), ("53.2", russia("imports", "China"))],
    (SHEET, "Table 5"): [("89.2", CHINA_SAYS), ("522.5", CHINA_US)],
    (SHEET, "Table 6"): [("72.7", ten_months("China")), ("26.8", ten_months("Japan"))],
    (SHEET, "Table 7"): [("252.8", union("imports", "Russia")), ("35.6", russia("exports", "China"))],
}

# Numbers in the text, with their unit. What the reading prints comes from the claims.
TEXT = [
    ("100 bn", says("rd-under-100")), ("400 bn", says("rd-gas-400")),
    ("69.26 bn", russia("exports", "Netherlands")), ("14.55 bn", russia("imports", "Italy")),
    ("83.81 bn", russia("exports", "Netherlands") + russia("imports", "Italy")),
    ("88.8 bn", both("Russia", "China")), ("67.3 bn", russia("exports", "Unspecified")),
    ("61.1 bn", ten_months("Germany")), ("43.8 bn", ten_months("Italy")), ("43.7 bn", both("Russia", "Italy")), ("72.7 bn", ten_months("China")), ("62.5 bn", ten_months("Netherlands")),
    ("26.8 bn", ten_months("Japan")), ("26.1 bn", ten_months("Turkey")),
    ("89.2 bn", CHINA_SAYS), ("567.0 bn", both("European Union", "China")),
    ("49.5 per cent", told("partners-announced", "period=January-February; partner=European Union; measure=share of turnover")),
    ("53.2 bn", russia("imports", "China")), ("35.6 bn", russia("exports", "China")), ("69.3 bn", russia("exports", "Netherlands")),
    ("60.9 bn", both("Russia", "Germany")), ("84 bn", russia("exports", "Netherlands") + russia("imports", "Italy")),
    ("6.8 per cent", russia("exports", "China") / russia("exports", "World") * 100),
    ("16.9 per cent", russia("imports", "China") / russia("imports", "World") * 100),
    ("10.5 per cent", both("Russia", "China") / both("Russia", "World") * 100),
    ("410.6 bn", both("European Union", "Russia")), ("4.6 times", both("European Union", "Russia") / both("Russia", "China")),
    ("9.0 per cent", both("European Union", "Russia") / both("European Union", "World") * 100),
    ("5.9 times", CHINA_US / CHINA_SAYS),
]


def test_numbers_typed_in_the_notebook_stand_in_the_tables():
    """The unit adds numbers that students read off a table, with two decimals."""
    import json

    from conftest import ROOT

    cells = json.loads((ROOT / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    typed = re.findall(r"= (\d+\.\d+) \+ (\d+\.\d+)", code)
    listed = {f"{value:.2f}" for name in ("partners", "trade") for value in load(name).query("year == 2013")["value"]}
    assert len(typed) == 4 and {f"{float(number):.2f}" for pair in typed for number in pair} <= listed


def test_what_the_page_says_of_first_and_second():
    exports = load("partners").query("year == 2013 and reporter == 'Russia' and flow == 'exports'").set_index("partner")["value"]
    imports = load("partners").query("year == 2013 and reporter == 'Russia' and flow == 'imports'").set_index("partner")["value"]
    assert list(exports.drop(["World", "Unspecified"]).sort_values(ascending=False).index[:2]) == ["Netherlands", "China"]
    assert imports.drop("World").idxmax() == "China" and imports.idxmin() == "Italy"
    for name in ("Germany", "Italy"):  # ten months above the listed year: part of the unnamed goods
        assert ten_months(name) > both("Russia", name)
    assert both("European Union", "Russia") > 4 * both("Russia", "China")  # “more than four times”
