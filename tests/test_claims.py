"""The tables about the readings: every row resolves, every decidable verdict is recomputed."""

import pathlib
import re

import frictionless
import pandas as pd
import pytest
from conftest import ROOT

from fivereadings import load
from fivereadings.verdicts import alternatives, fits, measured, verdict
from fivereadings.views.coding import coder_view
from fivereadings.voices import marks, own_copies, own_copy_trouble, show_paragraph, stance_in_words, viewpoint_table, viewpoint_view

CLAIMS = load("claims")
DECIDABLE = CLAIMS[CLAIMS["table"] != ""]
TEXTS = ROOT.parent / "shared" / "readings"


def test_the_tables_agree_with_their_description():
    report = frictionless.validate(str(ROOT / "readings" / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note", "rowNumber", "fieldName"])


@pytest.mark.parametrize("row", DECIDABLE.to_dict("records"), ids=DECIDABLE["claim"])
def test_a_verdict_that_the_data_decide_is_the_one_in_the_table(row):
    assert verdict(row) == (row["verdict"], row["then"]), alternatives(row)


def test_a_row_with_a_check_is_whole_and_a_row_without_one_has_a_source_or_cannot_be_checked():
    assert (DECIDABLE[["where", "measure", "tolerance"]] != "").all(axis=None) and DECIDABLE["quantity"].notna().all()
    others = CLAIMS[CLAIMS["table"] == ""]
    unsupported = others[(others["source"] == "") & (others["verdict"] != "cannot be checked")]
    assert unsupported.empty, list(unsupported["claim"])


def test_paragraphs_lie_within_their_reading():
    last = load("readings").set_index("reading")["paragraphs"]
    assert (CLAIMS["paragraph"] <= CLAIMS["reading"].map(last)).all()
    reading = load("voices").set_index("voice")["reading"]
    for row in load("viewpoints").to_dict("records"):
        for number in row["paragraphs"].split():
            assert int(number) <= last[reading[row["voice"]]], row


def test_a_stance_has_paragraphs_and_silence_has_none():
    views = load("viewpoints")
    assert ((views["stance"] == "") == (views["paragraphs"] == "")).all()
    assert (views["says"].str.len() > 20).all()


def test_a_claim_belongs_to_a_voice_of_its_reading():
    reading = load("voices").set_index("voice")["reading"]
    for name in ("claims", "forecasts"):
        rows = load(name)
        assert (rows["voice"].map(reading) == rows["reading"]).all(), name


def test_a_tension_names_claims_that_exist_and_says_how_to_settle_it():
    tensions, known = load("tensions"), set(CLAIMS["claim"])
    for row in tensions.to_dict("records"):
        assert set(row["claims"].split()) <= known and len(row["claims"].split()) >= 1, row["tension"]
    assert (tensions[["differs", "settle"]].map(len) > 30).all(axis=None)


def test_a_forecast_can_be_judged_and_is():
    forecasts, last = load("forecasts"), load("readings").set_index("reading")["paragraphs"]
    assert forecasts["outcome"].str.match("happened|did not happen|not yet known").all()
    assert forecasts["resolves_by"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    assert (forecasts["paragraph"] <= forecasts["reading"].map(last)).all()
    # The voice has to stand in the paragraph it is quoted from.
    spans = {"russia-direct": (1, 5), "panov": (6, 11), "weitz": (12, 18), "murashkin": (19, 26), "fenenko": (27, 30)}
    for rows in (forecasts, CLAIMS):
        for row in rows[rows["reading"] == "russia-direct-2014"].to_dict("records"):
            first, end = spans[row["voice"]]
            assert first <= row["paragraph"] <= end, row


def test_every_reading_has_a_guide_that_cites_no_paragraph_beyond_its_end():
    for row in load("readings").to_dict("records"):
        guide = (ROOT / "readings" / f"{row['reading']}.md").read_text(encoding="utf-8")
        cited = {int(number) for number in re.findall(r"¶(\d+)", guide)}
        assert len(cited) >= row["paragraphs"] * 0.8 and max(cited) <= row["paragraphs"], row["reading"]
        for part in ("What it is and where it appeared", "Who speaks, and from where", "What had just happened", "The argument, step by step",
                     "Terms", "The outlet", "How it argues", "Reading questions"):
            assert f"## {part}" in guide, (row["reading"], part)


def test_no_row_repeats_another():
    for name in ("claims", "viewpoints", "tensions", "forecasts"):
        rows = load(name)
        assert not rows["says" if "says" in rows else "differs"].duplicated().any(), name


def test_every_number_of_the_text_is_in_a_claim():
    if not TEXTS.is_dir():
        pytest.skip("the texts are not at hand")
    for reading, rows in CLAIMS.groupby("reading"):
        cells = rows[["says", "quantity", "period", "note"]].to_numpy().ravel()
        told = " ".join(f"{cell:g}" if isinstance(cell, float) else cell for cell in cells)
        text = (TEXTS / f"{reading}.txt").read_text(encoding="utf-8")
        for paragraph, words in re.findall(r"^\[(\d+)\] (.*)$", text, re.M):
            for number in re.findall(r"\d+(?:\.\d+)?", words.replace(",", "")):
                assert re.search(rf"(?<!\d){re.escape(number)}(?!\d)", told), f"{reading} ¶{paragraph}: {number} has no row"


# The rule itself


@pytest.mark.parametrize("computed, quantity, tolerance, word", [
    (28.4, 28, "0.5", "holds"), (28.6, 28, "0.5", "roughly"), (40, 28, "0.5", "contradicted"), (-28.4, -28, "0.5", "holds"),
    (28.4, -28, "0.5", "contradicted"), (90, 100, "<", "holds"), (110, 100, "<", "contradicted"), (31, 30, ">", "holds"), (30, 30, ">", "contradicted"),
])
def test_how_a_figure_fits(computed, quantity, tolerance, word):
    assert fits(computed, quantity, tolerance) == word


def rule(monkeypatch, **computed):
    """A claim of 100 ± 0.5, judged with the given figures: main, then, other, earlier."""
    from fivereadings import verdicts

    monkeypatch.setattr(verdicts, "measured", lambda table, where, measure: computed[where.strip()])
    parts = ["main"] + [f"{label}: {label}" for label in ("then", "other", "earlier") if label in computed]
    return verdict({"table": "x", "where": " || ".join(parts), "measure": "value", "quantity": 100, "tolerance": "0.5"})


@pytest.mark.parametrize("computed, expected", [
    ({"main": 100}, ("holds", "")), ({"main": 105}, ("roughly", "")), ({"main": 200}, ("contradicted", "")),
    ({"main": 200, "then": 100}, ("holds as first reported", "holds")), ({"main": 100, "other": 200}, ("depends on whose figures", "")),
    ({"main": 200, "other": 101}, ("depends on whose figures", "")), ({"main": 200, "earlier": 100}, ("out of date when written", "")),
    ({"main": 100, "then": 200}, ("holds", "contradicted")),
])
def test_the_rule_of_verdicts(monkeypatch, computed, expected):
    assert rule(monkeypatch, **computed) == expected


def test_measures():
    both = "year=2015; reporter=China; flow=China to World|World to China"
    rows = load("trade").query("year == 2015 and reporter == 'China' and flow in ['China to World', 'World to China']")["value"]
    assert measured("trade", both, "sum") == pytest.approx(rows.sum())
    assert measured("trade", f"{both} // {both}", "share") == 100 and measured("trade", f"{both} // {both}", "growth") == 0
    assert measured("gas-contract", "term=volume|duration", "product") == 38 * 30
    pool = "year=2015; measure=current dollars; source=wdi-to-2023"
    assert measured("gdp", f"country=United States; {pool} // {pool}", "rank") == 1
    assert measured("gas-contract", "term=reported value per term=duration", "sum") == pytest.approx(400 / 30)
    assert measured("gas-contract", "term=volume // table=gas-contract; term=duration", "ratio") == pytest.approx(38 / 30)


@pytest.mark.parametrize("where, measure, words", [
    ("years=2015", "sum", "no column 'years'"), ("year=1066", "sum", "No row"), ("year=2015", "value", "needs one row"),
    ("year=2015", "share", "two selections"), ("year=2015", "mean", "no measure 'mean'"),
])
def test_a_broken_check_says_what_is_wrong(where, measure, words):
    with pytest.raises(ValueError, match=words):
        measured("trade", where, measure)


# Voices


def test_stances_in_words():
    assert stance_in_words("", "no", "yes") == "does not speak to it"
    assert stance_in_words("-2", "no", "yes") == "no (plainly)" and stance_in_words("1", "no", "yes").startswith("yes")
    assert stance_in_words("0", "no", "yes") == "balanced: neither end" and marks("5 17") == "¶5 ¶17"


@pytest.mark.parametrize("question", load("questions")["question"])
def test_the_viewpoint_widget_at_every_question(question):
    html = viewpoint_view(question).data
    for says in viewpoint_table(questions=[question])["says"]:
        assert pd.Series([says]).str.slice(0, 30)[0].replace("'", "&#x27;") in html


def test_an_unknown_voice_names_those_there_are():
    with pytest.raises(ValueError, match="There is no voice 'nobody'.*caixin"):
        viewpoint_table(["nobody"])


def test_a_readers_own_copy_is_found_and_never_tracked(small_module):
    assert own_copies("caixin-2016") == {} and own_copy_trouble("caixin-2016") == ""
    folder = small_module / "readings" / "own-copies"
    folder.mkdir()
    text = "# Heading\n\nFirst.\n \nSecond,\nlonger.\n\n[7] Seventh.\n\nEighth.\n"
    (folder / "caixin-2016.txt").write_text(text, encoding="utf-8")
    assert own_copies("caixin-2016") == {1: "First.", 2: "Second,\nlonger.", 7: "Seventh.", 8: "Eighth."}
    assert "Second," in show_paragraph("caixin-2016", 2).data and "once you have one" in show_paragraph("caixin-2016", 3).data
    assert "readings/own-copies/" in pathlib.Path(ROOT, ".gitignore").read_text(encoding="utf-8")


@pytest.mark.parametrize("blocks, found", [
    ([f"Words {n}." for n in range(1, 22)], ""), (["# A heading", *(f"Words {n}." for n in range(1, 22))], ""),
    (["[15] Words.", "Words.", "[20] Words.", "Words."], ""),  # a part, numbered to the end
    (["Title", *(f"Words {n}." for n in range(1, 22))], "22 paragraphs, the last of them ¶22; we expected 21 paragraphs"),
    (["All in one block."], "1 paragraph, the last of them ¶1; we expected 21 paragraphs"),
    (["Words.", "Words.", "[2] Words.", "[21] Words."], "4 paragraphs, the last of them ¶21, and ¶2 more than once; we expected 21 paragraphs")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_copy_that_counts_otherwise_is_warned_of(small_module, blocks, found, encoding):
    folder = small_module / "readings" / "own-copies"
    folder.mkdir()
    (folder / "caixin-2016.txt").write_bytes("\r\n\r\n".join(["# Größe", *blocks]).encode(encoding))
    assert ("we found " + found in own_copy_trouble("caixin-2016")) if found else own_copy_trouble("caixin-2016") == ""
    for shown in (show_paragraph("caixin-2016", 15).data, coder_view("caixin", "economy").data):
        assert ("What to try: put an empty line" in shown) == bool(found)


def test_a_copy_that_is_no_text_is_named(small_module):
    (small_module / "readings" / "own-copies").mkdir()
    (small_module / "readings" / "own-copies" / "caixin-2016.txt").write_bytes(b"PK\0\0")
    with pytest.raises(ValueError, match="caixin-2016.txt was not read: it is no text file. Save it again as plain text"):
        show_paragraph("caixin-2016", 1)
