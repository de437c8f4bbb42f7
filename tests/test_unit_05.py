"""Unit 05: the widget's function at every option, and its shares against the tables."""

from html import unescape

import pytest
from printed import page

from fivereadings import load
from fivereadings.views.dependence import MEASURES, amounts_in, dependence_rows, dependence_table, dependence_view
from fivereadings.tables import cite

SELLS, BUYS = "goods that Russia sells", "goods that Russia buys"


@pytest.mark.parametrize("measure", MEASURES)
def test_who_depends_on_whom_at_every_option(measure):
    html = unescape(dependence_view(measure).data)
    last = dependence_table(measure).dropna().iloc[-1]
    assert "<figure" in html and measure[1:] in html and cite(dependence_rows(measure)) in html
    assert f"{last['Russia']:.1f} per cent of Russia's" in html and f"{last['China']:.1f} per cent of China's" in html
    assert f"{last['year']:.0f} " in html


@pytest.mark.parametrize("measure", MEASURES)
def test_a_share_is_a_part_of_its_own_whole(measure):
    table = dependence_table(measure)
    for side in ("Russia", "China"):
        assert (table[f"{side} part"] <= table[f"{side} whole"])[table[side].notna()].all()
        assert (table[side] - table[f"{side} part"] / table[f"{side} whole"] * 100).dropna().abs().max() < 1e-9
    if "(customs)" not in measure:  # one source: both sides hold the same part
        assert table["Russia part"].equals(table["China part"])


@pytest.mark.parametrize("measure, whole, side, computed", [
    (f"{SELLS} (customs)", "Russia to World", "Russia", 11.0), (f"{BUYS} (customs)", "World to Russia", "Russia", 21.9),
    (f"{SELLS} (customs)", "World to China", "China", 2.2), (f"{BUYS} (customs)", "China to World", "China", 1.9)])
def test_the_customs_of_each_side_speak_for_themselves(measure, whole, side, computed):
    rows = load("trade").query("year == 2017 and reporter == @side").set_index("flow")["value"]
    flow = "Russia to China" if measure.startswith(SELLS) else "China to Russia"
    row = dependence_table(measure).set_index("year").loc[2017]
    assert (row[f"{side} part"], row[f"{side} whole"]) == (rows[flow], rows[whole])
    assert round(row[side], 1) == computed


def test_a_missing_amount_is_a_gap_and_never_joined():
    table = dependence_table(f"{SELLS} (customs)").set_index("year")
    assert list(table.index) == list(range(2000, 2020))
    assert table.loc[[2004], "Russia"].isna().all() and table.loc[:2016, "China"].isna().all()
    view = unescape(dependence_view(f"{SELLS} (customs)").data)
    assert "–" in view and "Russia's exports to China in 2004 are missing" in view


def test_five_years_of_arms_are_added_before_they_are_divided():
    arms = load("arms").query("2010 <= year <= 2014").groupby("measure")["value"].sum()
    row = dependence_table("arms, five years added").set_index("year").loc[2014]
    assert row["Russia"] == pytest.approx(arms["Russia to China"] / arms["Russia to World"] * 100)
    assert row["China"] == pytest.approx(arms["Russia to China"] / arms["World to China"] * 100)
    assert dependence_table("arms, five years added")["year"].min() == 1996  # the file begins in 1992


def test_the_years_in_which_a_quarter_to_thirty_per_cent_was_true():
    """What the notebook says of the band in ¶6."""
    share = dependence_table("arms, five years added").set_index("year")["Russia"].loc[:2018]
    first, second = share.index[share.round().between(25, 30)]
    assert f"only those that end in {first} and in {second} lie in the band of 25 to 30" in page("notebooks/05-bear-and-dragon.ipynb")


def test_energy_is_of_one_reporter():
    for fuel in ("crude oil", "pipeline gas"):
        assert set(dependence_rows(fuel)["reporter"]) == {"Statistical Review"}
    gas = dependence_table("pipeline gas").set_index("year")
    assert (gas.loc[:2018, ["Russia", "China"]] == 0).all().all()  # no pipeline, no gap: the amount is nought
    assert "larger in 0 of them, and the two are equal in 5." in unescape(dependence_view("pipeline gas").data)
    assert "equal in" not in dependence_view("crude oil").data


def test_the_folded_table_rounds_as_every_other_table():
    """554.085 is printed as 554.09 in the exercise and on the worksheet too."""
    assert "554.09" in dependence_view("crude oil").data and "47.97" in dependence_view(f"{BUYS} (customs)").data


def test_who_is_the_larger_side():
    """What the notebook says that one can find."""
    for measure in MEASURES:
        table = dependence_table(measure).dropna()
        if measure == "pipeline gas":
            table = table[table["year"] >= 2019]
        chinas = measure.startswith(("pipeline gas", "arms"))
        assert ((table["China"] > table["Russia"]) == chinas).all(), measure


def test_the_amounts_of_one_year():
    table = amounts_in(2021).set_index("measure")
    assert list(table["line"]) == list("ABCDE") and not [name for name in table.index if "customs" in name]
    oil = load("energy-flows").query("year == 2021 and fuel == 'crude oil' and reporter == 'Statistical Review'")
    values = oil.set_index(["exporter", "importer"])["value"]
    assert list(table.loc["crude oil"][["between the two", "all of Russia", "all of China"]]) == [
        values["Russia", "China"], values["Russia", "World"], values["World", "China"]]
    with pytest.raises(ValueError, match="no figures for 1999"):
        amounts_in(1999)


def test_an_unknown_measure_names_the_measures():
    for call in (dependence_rows, dependence_table, dependence_view):
        with pytest.raises(ValueError, match="There is no measure 'friendship'.*crude oil"):
            call("friendship")
