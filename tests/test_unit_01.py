"""Unit 01: the two views at every option, and the ranking against the table of partners."""

import itertools
from html import unescape

import pytest

from fivereadings import explore, load
from fivereadings.views.partners import BLOC, DIRECTIONS, LISTS, MEASURES, NO_COUNTRY, partner_rows, partner_table, partner_view
from fivereadings.voices import viewpoint_table, viewpoint_view
from fivereadings.widgets import choice

FOUR = ["panov", "weitz", "murashkin", "fenenko"]
EVERYONE = load("viewpoints")["voice"].unique().tolist()
QUESTIONS = list(load("questions")["question"])
OPTIONS = list(itertools.product(DIRECTIONS, MEASURES, LISTS))


def raw(reporter, partner, flow):
    rows = load("partners").query("year == 2013 and reporter == @reporter and partner == @partner and flow == @flow")
    return rows["value"].item()


@pytest.mark.parametrize("question, voices", list(itertools.product(QUESTIONS, [FOUR, EVERYONE])))
def test_four_voices_at_every_question(question, voices):
    html = viewpoint_view(question, voices).data
    for voice in voices or load("viewpoints")["voice"].unique():
        row = load("viewpoints").query("voice == @voice and question == @question").iloc[0]
        assert load("voices").set_index("voice").loc[voice, "name"] in html
        assert row["paragraphs"] == "" or f"¶{row['paragraphs'].split()[0]}" in html
    assert html.count('<th scope="row"') == len(voices or load("viewpoints")["voice"].unique())


def test_the_widget_wires_both_lists():
    box = explore(viewpoint_view, question=choice("Question", QUESTIONS, "energy"),
                  voices=choice("Voices", [("the four of May 2014", FOUR), ("all voices of the module", EVERYONE)], FOUR))
    question, voices, screen = box.children
    assert question.value == "energy" and "Caixin" not in screen.value and "Panov" in screen.value
    voices.index = 1
    assert "Caixin" in screen.value
    question.value = "alliance"
    assert "bloc" in screen.value and "Not possible" not in screen.value


def test_what_the_unit_says_of_the_four_stands_in_the_table():
    table = viewpoint_table(FOUR)
    asks = load("questions").set_index("question")["asks"]
    spoken = {question: set(table[(table["question"] == asks[question]) & (table["stance"] != "–")]["voice"]) for question in QUESTIONS}
    assert [question for question in QUESTIONS if len(spoken[question]) == 4] == ["economy"]
    assert spoken["energy"] == {"Nikolay Murashkin", "Alexey Fenenko"}
    economy = table[table["question"] == asks["economy"]].set_index("voice")["stance"]
    assert [name for name in economy.index if economy[name] == "0"] == ["Richard Weitz"]


@pytest.mark.parametrize("direction, measure, beside", OPTIONS)
def test_partners_at_every_option(direction, measure, beside):
    html = unescape(partner_view(direction, measure, beside).data)
    table = partner_table(direction, beside)
    first = table[table["reporter"] == "Russia"].iloc[0]
    assert "<figure" in html and "(official)" in html and direction in html
    amount = f"{first['level']:.1f} US$ bn" if measure == "level" else f"{first['share']:.1f} per cent"
    assert f"is {first['partner']} with {amount}" in html
    assert ("Two reporters, so no rank" in html) == (beside == LISTS[1] and measure == "level")
    assert ("come from two reporters" in html) == (beside == LISTS[1] and measure == "share")
    assert ("Hatched" in html) == (direction == "both directions")
    assert ("ranks hold among those named" in html) == (direction != "Russia's imports")


def test_the_ranking_is_what_russia_reports():
    both = partner_table("both directions").set_index("partner")
    assert both.loc["China", "level"] == pytest.approx(raw("Russia", "China", "exports") + raw("Russia", "China", "imports"))
    world = raw("Russia", "World", "exports") + raw("Russia", "World", "imports")
    assert both.loc["China", "share"] == pytest.approx(both.loc["China", "level"] / world * 100)
    assert list(partner_table("Russia's exports")["partner"]) == ["Netherlands", "China", "Italy", "Germany"]
    assert partner_table("Russia's imports").set_index("partner")["rank"].to_dict() == {
        "China": "1", "Germany": "2", "United States": "3", "Ukraine": "4", "Italy": "5"}
    for direction in DIRECTIONS:
        assert not set(partner_table(direction)["partner"]) & set(NO_COUNTRY)


def test_a_rank_that_an_unlisted_figure_could_change_stays_open():
    both = partner_table("both directions").set_index("partner")
    assert both.loc["Netherlands", "at most more"] == raw("Russia", "Italy", "imports")  # the fifth seller
    assert both.loc["United States", "at most more"] == raw("Russia", "Germany", "exports")  # the fifth buyer
    assert both["rank"].to_dict() == {"China": "1", "Netherlands": "2", "Germany": "3", "Italy": "4", "United States": "open", "Ukraine": "open"}
    assert both.loc["Netherlands", ["level", "at most more"]].sum() < both.loc["China", "level"]


def test_the_bloc_has_its_own_reporter_no_rank_and_no_share():
    row = partner_table("Russia's exports", LISTS[1]).set_index("partner").loc[BLOC]
    assert row["level"] == raw(BLOC, "Russia", "imports")  # seen from the other side
    assert (row["reporter"], row["rank"]) == (BLOC, "no rank") and row["share"] != row["share"]
    assert BLOC not in set(partner_table("Russia's exports")["partner"])
    assert set(partner_rows("both directions", LISTS[1])["reporter"]) == {"Russia", BLOC}


@pytest.mark.parametrize("call", [lambda: partner_view("sideways"), lambda: partner_view(measure="colour"),
                                  lambda: partner_view(beside="the moon"), lambda: partner_table("sideways")])
def test_an_unknown_choice_names_the_choices(call):
    with pytest.raises(ValueError, match="There is no .*Choose from: "):
        call()
