"""Unit 03: the two widgets' functions at every option, and their figures against the tables."""

import itertools

import pytest

from fivereadings import load
from fivereadings.views.gas import contract_table, contract_value, contract_view, implied_price, term
from fivereadings.views.mirror import FLOWS, MEASURES, mirror_rows, mirror_table, mirror_view


@pytest.mark.parametrize("flow, measure", list(itertools.product(FLOWS, MEASURES)))
def test_whose_customs_at_every_option(flow, measure):
    html = mirror_view(flow, measure).data
    assert flow in html and "<figure" in html and "state media" in html
    assert f"{len(mirror_table(flow).dropna(subset=['gap']))} " in html


def test_the_mirror_is_what_the_two_reporters_say():
    row = mirror_table("Russia to China").set_index("year").loc[2014]
    russia = load("trade").query("year == 2014 and flow == 'Russia to China' and reporter == 'Russia'")["value"].item()
    china = load("trade-announced").query("year == 2014 and flow == 'Russia to China' and measure == 'value' and unit == 'US$ bn'")["value"].item()
    assert (row["Russia"], row["China"]) == (russia, china)
    assert row["gap"] == pytest.approx(china - russia) and row["gap in per cent"] == pytest.approx((china / russia - 1) * 100)


def test_a_missing_side_is_a_gap_and_never_a_zero():
    table = mirror_table("Russia to China").set_index("year")
    assert table.loc[[2011, 2012], "China"].isna().all() and table.loc[2023:, "Russia"].isna().all()
    assert table.loc[[2011, 2023], "gap"].isna().all() and "–" in mirror_view("Russia to China").data
    assert list(table.index) == list(range(2008, table.index.max() + 1))


def test_a_total_needs_both_directions():
    table = mirror_table("Russia and China").set_index("year")
    assert table.loc[2020:, "Russia"].isna().all()  # Russia's exports of 2020 are there, its imports are not
    assert table.loc[2015, "China"] == 68.0  # not the agency's conversion from yuan


def test_the_basis_of_chinas_figure_is_named():
    basis = mirror_table("China to Russia").set_index("year")["China's figure is"]
    assert (basis[2013], basis[2014], basis[2018], basis[2011]) == ("announced, computed", "announced", "statistics", "not found")
    assert len(mirror_rows("China to Russia").query("reporter == 'China'")) == (basis != "not found").sum()


@pytest.mark.parametrize("call", [lambda: mirror_view("Moon to Mars"), lambda: mirror_view(FLOWS[0], "colour")])
def test_an_unknown_choice_names_the_choices(call):
    with pytest.raises(ValueError, match="There is no .*Russia to China|There is no measure"):
        call()


def test_contract_arithmetic():
    assert contract_value(38, 350, 30) == pytest.approx(399.0)
    assert implied_price(400, 38, 30) == pytest.approx(350.877, abs=0.001)
    assert contract_value(38, implied_price(400, 38, 30), 30) == pytest.approx(400)
    assert (term("volume"), term("duration"), term("reported value")) == (38, 30, 400)


@pytest.mark.parametrize("volume, price, years", [(38, 350, 30), (1, 50, 1), (100, 1000, 50), (38, 350, 1), (0.5, 999.5, 29.5)])
def test_the_gas_contract_at_its_extremes(volume, price, years):
    html = contract_view(volume, price, years).data
    assert f"{contract_value(volume, price, years):,.0f} bn US$" in html
    assert contract_table(volume, price, years)["value, US$ bn"].iloc[0] == contract_value(volume, price, years)


@pytest.mark.parametrize("amounts", [(0, 350, 30), (38, -1, 30), (38, 350, 0), (float("nan"), 1, 1)])
def test_an_amount_that_is_not_above_zero_is_refused(amounts):
    with pytest.raises(ValueError, match="above zero"):
        contract_view(*amounts)


def test_an_unknown_term_names_the_terms():
    with pytest.raises(ValueError, match="volume"):
        term("price of oil")
