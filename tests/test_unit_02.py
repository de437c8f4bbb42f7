"""Unit 02: the widget's function at every option, and its figures against the tables."""

import itertools
import math

import pytest

from fivereadings import load
from fivereadings.views.rods import RELEASES, RODS, VINTAGES, change_in, rod_rows, rod_table, rod_view, roubles_and_rates

OPTIONS = list(itertools.product(RODS, VINTAGES))
THERE = [(rod, vintage) for rod, vintage in OPTIONS if rod in RELEASES[vintage]]


@pytest.mark.parametrize("rod, vintage", OPTIONS)
def test_four_rods_at_every_option(rod, vintage):
    if (rod, vintage) in THERE:
        html = rod_view(rod, vintage).data
        change = rod_table(rod, vintage).set_index("year")["change"][2015]
        assert "<figure" in html and vintage in html and f"{abs(change):.1f} per cent" in html
        assert ("fell" if change < 0 else "rose") in html
    else:
        html = rod_view(rod, vintage).data
        assert f"“{vintage}” has no figure on the rod “{rod}”" in html and "<table" in html and "<figure" not in html
        assert f"{vintage}</th>" not in html and "–</td>" not in html
        assert all(f"{name}</th>" in html for name in VINTAGES if rod in RELEASES[name])
        with pytest.raises(ValueError, match="has no figure on the rod.*There are: "):
            rod_table(rod, vintage)


def row(measure, year, source):
    return load("gdp").query("country == 'Russia' and measure == @measure and year == @year and source == @source")["value"].item()


def test_dollars_are_the_roubles_of_the_year_by_the_rate_of_the_year():
    rate = load("exchange-rates").query("currency == 'rouble'").set_index("year")["value"]
    table = rod_table("dollars", "Rosstat, early 2016").set_index("year")
    for year in (2014, 2015):
        assert table.loc[year, "output"] == pytest.approx(row("current prices in roubles", year, "rosstat-kep-2016-02") / rate[year])
    assert table.loc[2015, "change"] == pytest.approx(-35.0, abs=0.05)


def test_the_change_of_2015_as_each_release_has_it():
    table = change_in(2015).set_index("vintage")
    assert table.loc["Rosstat, early 2016", "real"] == row("real growth", 2015, "kazved-2016") == -3.7
    assert table.loc["World Bank, newest here", "real"] == row("real growth", 2015, "wdi-2026")
    assert table.loc["IMF, April 2019", "purchasing power"] == pytest.approx((3833.86 / 3890.55 - 1) * 100)
    assert table.loc["Rosstat, early 2016", "roubles"] > 0 > table.loc["Rosstat, early 2016", "dollars"]
    assert {(rod, vintage) for rod, vintage in OPTIONS if not math.isnan(table.loc[vintage, rod])} == set(THERE)


@pytest.mark.parametrize("rod, vintage", THERE)
def test_every_line_stands_at_100_in_2014_and_keeps_its_gaps(rod, vintage):
    table = rod_table(rod, vintage).set_index("year")
    assert list(table.index) == list(range(2012, 2019)) and table.loc[2014, "index"] == pytest.approx(100)
    assert table.loc[2015, "index"] == pytest.approx(100 + table.loc[2015, "change"])
    assert table["index"].dropna().between(55, 135).all(), "the line leaves the scale"
    last = rod_rows(rod, vintage)["year"].max()
    assert table.loc[last + 1:, "output"].isna().all()


def test_a_lone_rate_makes_two_points_and_no_more():
    table = rod_table("real", "Rosstat, early 2016").set_index("year")
    assert table["index"].dropna().to_dict() == pytest.approx({2014: 100.0, 2015: 96.3})


def test_the_two_columns_of_the_notebook_are_the_tables_own():
    table = roubles_and_rates("Rosstat, early 2016").set_index("year")
    assert (table.loc[2015, "roubles"], table.loc[2015, "rate"]) == (80413, 60.938) and list(table.index) == [2011, 2012, 2013, 2014, 2015]


@pytest.mark.parametrize("call", [lambda: rod_view("gold", VINTAGES[0]), lambda: rod_view("real", "yesterday")])
def test_an_unknown_choice_names_the_choices(call):
    with pytest.raises(ValueError, match="The rods are: real|The vintages are: Rosstat"):
        call()
