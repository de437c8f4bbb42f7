"""Unit 04: the widget's function at every option, and its figures against the tables."""

import itertools

import pytest

from fivereadings import load
from fivereadings.views.yearend import (
    HIGHEST,
    LOWEST,
    METHODS,
    announced_then,
    announced_year,
    monthly_trade,
    outcome_table,
    path_table,
    projection_table,
    year_end,
    year_end_view,
)

RANGES = [(95, 110), (LOWEST, LOWEST), (LOWEST, HIGHEST), (HIGHEST, HIGHEST), (107.06, 107.06), (100, 100.3), (0, 500)]


@pytest.mark.parametrize("method, ends, reveal", list(itertools.product(METHODS, RANGES, (False, True))))
def test_the_year_end_at_every_option(method, ends, reveal):
    html = year_end_view(method, *ends, reveal).data
    assert "<figure" in html and method in html and f"{ends[0]:g} to {ends[1]:g} bn" in html
    assert ("107.06" in html.replace(f"{ends[0]:g} to {ends[1]:g} bn", "")) is reveal
    if reveal:
        assert ("inside" if ends[0] <= 107.06 <= ends[1] else "outside") in html


@pytest.mark.parametrize("high, mark", [(100, "diamond"), (100.9, "diamond"), (101, "bar")])
def test_a_range_too_short_for_a_bar_is_a_diamond(high, mark):
    assert f"A {mark} marks your range from 100 to {high:g} bn" in year_end_view("simple run rate", 100, high).data


def test_nothing_of_the_autumn_is_shown_before_the_reveal():
    autumn = [f"{value:.1f}" for value in path_table("simple run rate").query("month > 8")["2018"]]
    assert not any(f">{value}<" in year_end_view("same growth as so far", 95, 110).data for value in autumn)
    assert all(f">{value}<" in year_end_view("same growth as so far", 95, 110, True).data for value in autumn)
    assert "Hindsight" not in year_end_view("simple run rate", 95, 110).data
    assert announced_then()["as_of"].max() == "2018-09-08" and announced_year()["as_of"].item() == "2019-01-14"


def test_the_methods_on_round_numbers():
    # 80 in eight months after 40 of 60: doubled, plus the last 20, or ten a month.
    assert [year_end(method, 80, 40, 60) for method in METHODS] == [120, 100, 120]
    assert [year_end(method, 80, 50, 60) for method in METHODS] == [96, 90, 120]


def test_the_projections_follow_from_the_tables():
    months = load("trade-monthly")
    def sums(first, last):
        return months.query("@first <= month <= @last")["value"].sum()
    now, before, year = sums("2018-01", "2018-08"), sums("2017-01", "2017-08"), sums("2017-01", "2017-12")
    table = projection_table().set_index("method")
    assert table["today's months"].tolist() == pytest.approx([year * now / before, now + sums("2017-09", "2017-12"), now * 1.5])
    assert table["published then"].tolist() == pytest.approx([84.07 * 1.257, 67.51 + 84.07 - 67.51 / 1.257, 67.51 * 1.5])


@pytest.mark.parametrize("method", METHODS)
def test_a_path_ends_where_its_method_says(method):
    path = path_table(method).set_index("month")
    assert list(path.index) == list(range(1, 13)) and path.loc[:7, "expected"].isna().all()
    assert path.loc[8, "expected"] == pytest.approx(path.loc[8, "2018"])
    assert path.loc[12, "expected"] == pytest.approx(projection_table().set_index("method").loc[method, "today's months"])


def test_last_twelve_months_repeats_the_months_of_2017():
    path = path_table("last twelve months").set_index("month")
    assert path["expected"].diff().loc[9:].tolist() == pytest.approx(path["2017"].diff().loc[9:].tolist())


def test_months_have_numbers_and_twelve_of_them():
    rows = monthly_trade()
    assert rows.groupby(["year", "flow"])["month"].agg(["min", "max", "nunique"]).drop_duplicates().values.tolist() == [[1, 12, 12]]
    assert rows["value"].sum() == pytest.approx(load("trade-monthly")["value"].sum())


def test_every_method_was_too_low_in_2018():
    table = outcome_table()
    assert (table["too low by"] > 0).all() and table.loc[0, "too low by"] == pytest.approx(107.06 - 84.07 * 1.257)


@pytest.mark.parametrize("call", [lambda: year_end_view("by feeling", 90, 100), lambda: year_end("x", 1, 1, 1), lambda: path_table("")])
def test_an_unknown_method_names_the_methods(call):
    with pytest.raises(ValueError, match="The methods are: same growth"):
        call()


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="lower one"):
        year_end_view("simple run rate", 110, 95)
