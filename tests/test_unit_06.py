"""Unit 06: the matrix, the explorer at every option, the coder, and the agreement of coders."""

import itertools
import re
from html import unescape

import pandas as pd
import pytest

from fivereadings import classfiles, load
from fivereadings.notebooks import read
from fivereadings.places import home
from fivereadings.views import agreement, coding, matrix
from fivereadings.widgets import choice, form, line

VOICES, QUESTIONS = coding.coded_voices(), list(load("questions")["question"])
VIEWS = load("viewpoints").set_index(["voice", "question"])
NAMES = load("voices").set_index("voice")["name"]
PRACTICE = load("coding-items").set_index(["voice", "question"])["practice"].to_dict()
GOOD = {"voice": "panov", "question": "alliance", "basis": "text", "stance": "-2", "paragraphs": "7 8", "reason": "He says so."}
FORM = {"pseudonym": "birch", "voice": "panov", "question": "alliance", "basis": "the text itself", "stance": "-2",
        "paragraphs": "7 8", "reason": "He says so."}


# The matrix


def test_the_matrix_holds_every_code_and_every_silence():
    wide = matrix.stance_matrix()
    assert list(wide.index) == VOICES and list(wide.columns) == QUESTIONS
    for (voice, question), row in VIEWS.iterrows():
        assert matrix.signed(wide.loc[voice, question]) == {"": "–", "0": "0"}.get(row["stance"], f"{int(row['stance'] or 0):+d}".replace("-", "−"))


def test_the_picture_says_in_words_and_numbers_what_it_shows():
    html = unescape(matrix.matrix_view().data)
    silent = (load("viewpoints")["stance"] == "").sum()
    assert f"{silent} of {len(VIEWS)} cells are silent" in html and "the largest number, 5, in the row of Alexey Fenenko" in html
    assert (VIEWS.loc["fenenko", "stance"] == "").sum() == 5
    assert "speaks to economy, where" in html and html.count(">–</td>") == silent


@pytest.mark.parametrize("question", [matrix.ALL, *QUESTIONS])
def test_the_explorer_for_every_pair_of_voices_and_question(question):
    seen = set()
    for first, second in itertools.combinations(VOICES, 2):
        html = unescape(matrix.compare_view([first, second], question).data)
        asked = QUESTIONS if question == matrix.ALL else [question]
        assert html.count('<th scope="row"') == 2 * len(asked)
        for voice, name in itertools.product((first, second), asked):
            row = VIEWS.loc[(voice, name)]
            assert row["says"] in html and all(f"¶{number}" in html for number in row["paragraphs"].split())
        assert html.index(NAMES[first]) < html.index(NAMES[second])
        assert f"{NAMES[first]} and {NAMES[second]}: {question}. " in html
        seen.add(html)
    assert len(seen) == len(VOICES) * (len(VOICES) - 1) / 2


@pytest.mark.parametrize("count", range(2, len(VOICES) + 1))
def test_any_number_of_voices_stands_side_by_side(count):
    for first in range(len(VOICES)):
        chosen = {(VOICES * 2)[first + step] for step in range(count)}
        html = unescape(matrix.ticked_view("economy", **{voice: voice in chosen for voice in VOICES}).data)
        assert {voice for voice in VOICES if f">{NAMES[voice]}</" in html} == chosen and html.count('<th scope="row"') == count
        assert ("All 8 voices: economy" in html) == (count == len(VOICES))


def test_the_explorer_gives_place_and_date():
    assert ">c. 2018</td>" in matrix.compare_view(["caixin", "bear-and-dragon"], "economy").data
    html = matrix.compare_view(["caixin", "taussig"], "economy").data
    assert "based in" in html and "Beijing" in html and "28 June 2016" in html


def test_the_notebook_has_a_tick_for_every_voice():
    widget = next(cell.source for cell in read(home() / "notebooks" / "06-eight-voices.ipynb").cells if cell.source.count("tick("))
    shown = {}
    exec(widget, {"explore": lambda view, **controls: shown.update(controls), "load": load, "choice": choice})
    assert [name for name in shown if name != "question"] == VOICES and [shown[voice].description for voice in VOICES] == list(NAMES[VOICES])
    assert sum(shown[voice].value for voice in VOICES) >= 2


@pytest.mark.parametrize("call, says", [
    (lambda: matrix.compare_view(["caixin", "caixin"]), "Caixin is chosen twice"),
    (lambda: matrix.compare_view(["caixin", "putin"]), "There is no coded voice 'putin'"),
    (lambda: matrix.compare_view(["caixin", "russia-direct"]), "There is no coded voice"),
    (lambda: matrix.compare_view(["caixin", "panov"], "weather"), "There is no question 'weather'"),
    (lambda: matrix.compare_view(["caixin"]), "Choose two voices or more"), (lambda: matrix.compare_view([]), "Choose two voices or more"),
    (lambda: matrix.ticked_view("economy", caixin=True, panov=False), "Tick at least two voices"),
    (lambda: coding.coder_view("caixin", "weather"), "There is no question 'weather'"),
    (lambda: coding.coder_view("putin", "west"), "There is no coded voice"),
    (lambda: coding.coder_view("russia-direct", "west"), "There is no coded voice"),
])
def test_an_unknown_choice_is_said_in_words(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_the_distance_of_a_pair_uses_only_what_both_speak_to():
    pairs = matrix.pairs_table().set_index(["first", "second"])
    assert len(pairs) == len(VOICES) * (len(VOICES) - 1) // 2
    mine = [(int(VIEWS.loc[("caixin", q), "stance"]), int(VIEWS.loc[("bear-and-dragon", q), "stance"])) for q in QUESTIONS
            if VIEWS.loc[("caixin", q), "stance"] and VIEWS.loc[("bear-and-dragon", q), "stance"]]
    row = pairs.loc[("caixin", "bear-and-dragon")]
    assert (row["shared"], row["difference"]) == (len(mine), pytest.approx(sum(abs(a - b) for a, b in mine) / len(mine)))
    assert pairs.loc[("panov", "weitz"), "written"] == "same year" and row["written"] == "another year"
    assert pairs["difference"].is_monotonic_decreasing


def test_the_spread_of_a_question():
    table = matrix.questions_table().set_index("question")
    assert table.loc["economy"].to_dict() == {"voices": 8, "lowest": -2, "highest": 2, "spread": 4}
    assert table["voices"].sum() == (load("viewpoints")["stance"] != "").sum() and table["spread"].is_monotonic_decreasing


# The coder


def test_the_coder_shows_what_to_read_at_every_option_and_never_a_stance():
    seen = set()
    for voice, question in itertools.product(VOICES, QUESTIONS):
        html = unescape(coding.coder_view(voice, question).data)
        assert VIEWS.loc[(voice, question), "says"] not in html  # it would tell who is silent
        assert ("<details>" in html) == ((voice, question) in PRACTICE) and PRACTICE.get((voice, question), "") in html
        asks = load("questions").set_index("question").loc[question, "asks"]
        assert asks in html
        rest = html.replace(asks, "").replace("−2 means", "").replace("+2 means", "")
        assert not re.search(r"[−+-][12]\b|\b0\b|\bstance\b|\bsilent\b", re.sub(r"<[^>]*>", " ", rest))
        seen.add(html)
    assert len(seen) == len(VIEWS)


def test_an_own_copy_is_shown_for_the_text_and_only_the_voices_part(small_module, monkeypatch):
    monkeypatch.delenv("FIVEREADINGS_NO_OWN_COPIES", raising=False)
    folder = small_module / "readings" / "own-copies"
    folder.mkdir(exist_ok=True)
    (folder / "russia-direct-2014.txt").write_text("\n\n".join(f"Words <{n}>." for n in range(1, 31)), encoding="utf-8")
    html = coding.coder_view("weitz", "economy").data
    assert [f"Words &lt;{n}&gt;" in html for n in (11, 12, 18, 19)] == [False, True, True, False] and 'tabindex="0"' in html
    assert "Saved as" in coding.coder_view("caixin", "economy").data


def test_each_voices_paragraphs_hold_all_that_is_coded_or_claimed_of_it():
    for voice in VOICES:
        reading, first, last = coding.paragraphs_of(voice)
        cells = [*load("viewpoints").query("voice == @voice")["paragraphs"],
                 *load("claims").query("voice == @voice")["paragraph"].astype(str)]
        assert all(first <= int(number) <= last for cell in cells for number in cell.split()), voice
    assert coding.paragraphs_of("fenenko") == ("russia-direct-2014", 27, 30)


@pytest.mark.parametrize("change, says", [
    ({"voice": "russia-direct"}, "no coded voice"), ({"question": "weather"}, "no question"), ({"basis": ""}, "no basis was chosen"),
    ({"basis": "feeling"}, "the basis is"), ({"basis": "summary", "question": "west"}, "no practice sentence"), ({"paragraphs": "-7"}, "no paragraph number"),
    ({"paragraphs": "1" * 4301}, "no paragraph number"), ({"paragraphs": "7–99"}, "there is no ¶12 of panov"),
    ({"stance": ""}, "no stance was chosen"), ({"stance": "3"}, "the stance is '3'"), ({"paragraphs": ""}, "needs at least one ¶"),
    ({"paragraphs": "7 99"}, "there is no ¶99 of panov"), ({"paragraphs": "12"}, "speaks in ¶6 to ¶11"), ({"paragraphs": "9-7"}, "no paragraph number"),
    ({"paragraphs": "²"}, "no paragraph number"), ({"reason": "  "}, "the reason is empty"), ({"reason": "a" * 301}, "at most 300"),
    ({"stance": "silent"}, "a silent code has no ¶"),
])
def test_what_is_wrong_with_a_code_is_said_in_words(change, says):
    assert coding.problem_of(GOOD) == "" and coding.problem_of(GOOD | {"stance": "silent", "paragraphs": ""}) == ""
    assert says in coding.problem_of(GOOD | change)


def test_every_code_that_the_form_offers_can_be_saved_and_replaced(small_module):
    for label, stance in coding.STANCES.items():
        for number, basis in enumerate(coding.BASES):
            given = FORM | {"stance": stance, "basis": basis, "paragraphs": "" if stance == "silent" else "¶7, ¶8–10;11"}
            if stance == "":
                with pytest.raises(ValueError, match="No stance was chosen"):
                    coding.save_code(**given)
            else:
                assert f"Codes so far: {1 if (label, number) == (list(coding.STANCES)[1], 0) else 2}, " in coding.save_code(**given).data, label
    rows = classfiles.own("codes", "Birch ")
    both = [["panov", "2", "7 8 9 10 11", basis] for basis in coding.BASES.values()]
    assert rows[["voice", "stance", "paragraphs", "basis"]].values.tolist() == both  # practice does not replace a code from the text


def test_a_basis_has_to_be_chosen(small_module):
    with pytest.raises(ValueError, match="No basis was chosen"):
        coding.save_code(**FORM | {"basis": coding.NOT_CHOSEN})
    assert not (small_module / "my-work").exists()


@pytest.mark.parametrize("typed, kept", [("7-9", "7 8 9"), ("¶7–¶9, 11", "7 8 9 11"), ("7 – 9", "7 8 9"), ("8", "8"), ("9-7", "9-7"), ("a-b", "a-b")])
def test_a_range_of_paragraphs_is_written_out(typed, kept):
    assert coding._numbers(typed) == kept


@pytest.mark.parametrize("pseudonym", ["", "a", "../x", "my name", "x" * 31])
def test_a_bad_pseudonym_saves_nothing(small_module, pseudonym):
    with pytest.raises(ValueError, match="The pseudonym is .*Do not use your name"):
        coding.save_code(**FORM | {"pseudonym": pseudonym})
    assert not (small_module / "my-work").exists()


def test_the_form_saves_on_the_button_and_keeps_what_was_typed(small_module):
    box = form(coding.save_code, "Save", view=coding.coder_view, voice=choice("Voice", VOICES), question=choice("Question", QUESTIONS),
               fresh=("stance", "paragraphs", "reason"), basis=choice("Basis", [coding.NOT_CHOSEN, *coding.BASES]),
               stance=choice("Stance", coding.STANCES.items(), ""), paragraphs=line("Paragraphs"), reason=line("Reason"), pseudonym=line("Pseudonym"))
    seen, basis, stance, paragraphs, reason, pseudonym, press, answer = box.children
    stance.value, paragraphs.value, reason.value, pseudonym.value = "1", "6", "Probably, he says.", "river-7"
    press.click()
    assert "No basis was chosen" in answer.value and (stance.value, paragraphs.value) == ("1", "6")  # a refusal loses nothing
    basis.value = "the text itself"
    press.click()
    assert "my-work/codes-river-7.csv" in answer.value
    assert (stance.value, paragraphs.value, reason.value, pseudonym.value) == ("", "", "", "river-7")
    reason.value = "Meant for Panov."
    seen.children[0].value = "caixin"
    assert "Caixin" in seen.children[-1].value and reason.value == ""
    press.click()
    assert "No stance was chosen." in answer.value and len(classfiles.own("codes", "river-7")) == 1


# Agreement


def test_your_agreement_with_the_coders_and_with_classmates(small_module):
    assert unescape(coding.agreement_view("").data).count('<th scope="row"') == 6
    with pytest.raises(ValueError, match="Nothing is saved"):
        coding.agreement_view("birch")
    for name, energy in (("birch", "-1"), ("fir", "1"), ("elm", "-1")):
        coding.save_code(**FORM | {"pseudonym": name})
        coding.save_code(**FORM | {"pseudonym": name, "voice": "murashkin", "question": "energy", "stance": energy, "paragraphs": "20"})
    coding.save_code(**FORM | {"voice": "caixin", "question": "economy", "stance": "2", "paragraphs": "17", "basis": "our summary: practice"})
    coding.save_code(**FORM | {"stance": "2", "basis": "our summary: practice"})  # birch practises an item coded from the text
    coding.save_code(**FORM | {"pseudonym": "oak", "stance": "2", "basis": "our summary: practice"})  # a classmate's practice counts nowhere
    html = unescape(coding.agreement_view("Birch").data)
    assert "coder A: 1 of 2 the same; coder B: 2 of 2 the same; A and B with each other: 1 of 2" in html
    assert "2 classmates: 75 per cent of 4 comparisons the same" in html
    assert html.index("murashkin") < html.index("panov") < html.index("Practice, not counted") < html.index("caixin")
    assert "fir" not in html.split() and "elm" not in html


def test_the_sheet_prints_the_six_summaries():
    sheet = (home() / "worksheets" / "06-eight-voices.md").read_text(encoding="utf-8")
    assert len(PRACTICE) == 6 and all(f". {summary}\n" in sheet for summary in PRACTICE.values())
    for (voice, _), summary in PRACTICE.items():
        _, first, last = coding.paragraphs_of(voice)
        marked = re.findall(r"¶(\d+)(?:–(\d+))?", summary)
        assert marked and all(first <= int(number) <= last for pair in marked for number in pair if number)


def test_what_is_folded_can_be_opened():
    html = agreement.folded(coding.agreement_view(""), "Open <this>").data
    assert html.startswith("<details><summary>Open &lt;this&gt;</summary><table") and html.endswith("</details>")


def test_the_class_page_says_whether_the_two_coders_differ():
    rows = pd.DataFrame([GOOD | {"pseudonym": name} for name in ("birch", "fir")])
    assert "the two coders agree with each other" in "".join(agreement.class_parts(rows))
    more = pd.concat([rows, rows.assign(voice="murashkin", question="energy", paragraphs="20")])
    assert "The two coders differ" in "".join(agreement.class_parts(more))


def test_the_six_items_are_as_described():
    table = coding.items_table(answers=True).merge(load("coding-items")[["item", "kind"]])
    assert set(table["kind"]) == {"clear", "ambiguous"} and len(table) == 6
    assert ((table["coder_a"] == table["coder_b"]) == (table["kind"] == "clear")).all()
    assert not {"coder_a", "kind", "why"} & set(coding.items_table())  # before the class has coded
    for row in load("coding-items").to_dict("records"):
        first, last = map(int, row["paragraphs"].split("–"))
        coded = VIEWS.loc[(row["voice"], row["question"]), "paragraphs"].split()
        assert all(first <= int(number) <= last for number in coded)
        assert coding.paragraphs_of(row["voice"])[1] <= first < last <= coding.paragraphs_of(row["voice"])[2]
    signs = load("codings").query("coder_a != '' and coder_b != ''")[["coder_a", "coder_b"]].astype(int)
    assert ((signs["coder_a"] * signs["coder_b"]) < 0).sum() == 1  # “the only item with opposite signs”


def test_alpha_is_the_one_in_the_readme_and_orders_matter():
    assert f"{agreement.module_alpha('speaks'):.2f}" == "0.92" and f"{agreement.module_alpha('ordinal'):.2f}" == "0.90"
    assert f"{agreement.module_alpha('nominal'):.2f}" == "0.76"


def long(*codes):
    """Codes of several coders on one question each, as the class's rows."""
    return pd.DataFrame([{"pseudonym": f"c{coder}", "voice": VOICES[item], "question": "economy", "stance": stance}
                         for coder, row in enumerate(codes) for item, stance in enumerate(row)])


def test_alpha_by_hand():
    tiny = long(["1", "1", "2", "-1"], ["1", "2", "2", "-1"])
    assert agreement.alpha(tiny, "pseudonym", "nominal") == pytest.approx(1 - 0.25 / 0.75)
    assert agreement.alpha(long(["1", "2"], ["1", "2"]), "pseudonym", "ordinal") == 1
    for same in (long(["1", "1"], ["1", "1"]), long(["1", "2"]), long(["silent"], ["silent"])):
        assert pd.isna(agreement.alpha(same, "pseudonym", "ordinal"))


def test_disagreement_is_the_share_of_pairs_that_differ():
    assert agreement.disagreement(pd.Series(["1", "1", "1", "1"])) == 0
    assert agreement.disagreement(pd.Series(["1", "2", "silent"])) == pytest.approx(100)
    assert agreement.disagreement(pd.Series(["1", "1", "-1", "-1"])) == pytest.approx(100 * 4 / 6)
    assert pd.isna(agreement.disagreement(pd.Series(["1"])))


def test_the_most_ambiguous_item_comes_first_and_every_code_is_counted():
    rows = long(["1", "1", "silent"], ["1", "2", "0"], ["1", "2", "-2"], ["1", "2", "1"])
    table = agreement.spread_table(rows)
    assert list(table["item"]) == [f"{VOICES[i]}, economy" for i in (2, 1, 0)]
    assert (table[[agreement.in_words(code) for code in agreement.SCALE]].sum(axis=1) == table["coders"]).all()
    assert table.loc[2, "same as A"] == 100 and table.loc[2, "differ"] == 0
    html = agreement.spread_view(rows).data
    assert "<figure" in html and "most ambiguous item first" in html and "The first row is murashkin, economy" in unescape(html)
    with pytest.raises(ValueError, match="no codes to draw"):
        agreement.spread_view(rows.head(0))


def test_a_class_that_coded_everything_still_fits_on_the_page():
    rows = pd.DataFrame([{"pseudonym": name, "voice": voice, "question": question, "stance": "1"}
                         for name in ("a1", "b2") for voice in VOICES for question in QUESTIONS])
    html = agreement.spread_view(rows).data
    assert f"the {len(VIEWS) - agreement.MOST_DRAWN} least ambiguous stand in the table only" in html
