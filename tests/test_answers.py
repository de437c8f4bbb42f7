"""Answers as data, their comparison with the key, and what `check` says to a learner."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from fivereadings import checking, show
from fivereadings.answers import MIME, as_data, judge, same


@pytest.mark.parametrize("answer, data", [
    (..., None), (None, None), (True, True), (np.bool_(False), False), (3, 3), (np.int64(3), 3), (2.5, 2.5), (np.float64(2.5), 2.5),
    ("  two\n words ", "two words"), ([3, 1, 2], [1, 2, 3]), ((2, 1), [1, 2]), ([2015.0, 2014], [2014, 2015.0]), ({2, 1}, [1, 2]), (np.array([2, 1]), [1, 2]),
    (pd.Series([7.5]), 7.5), (pd.Series([2, 1]), [1, 2]), (pd.Series([2, 1], index=["b", "a"]), {"a": 1, "b": 2}),
    (pd.DataFrame({"x": [4]}), 4), (pd.DataFrame({"x": [2, 1]}), [1, 2]),
    (pd.DataFrame({"year": [2015, 2014], "value": [2, 1]}), {"2014": 1, "2015": 2}), ({"b": 1, "a": np.float64(2)}, {"a": 2.0, "b": 1}),
])
def test_an_answer_becomes_data_by_a_rule(answer, data):
    made = as_data(answer)
    assert made == data and type(made) is type(data)
    json.dumps(made, allow_nan=False)


@pytest.mark.parametrize("answer, words", [
    (float("nan"), "Take single numbers first"), (float("inf"), "no number came out"), (pd.Series([1]).sum, "Write brackets"),
    (pd.Series([], dtype=float), "no rows: none met"), (pd.DataFrame({"year": [], "value": [], "note": []}), "no rows: none met"),
    (pd.Series([1.0, 2.0]).pct_change(), "pct_change.. that is the first row"), (pd.Series([float("nan"), 5.3]), "At least one value of the answer is empty"),
    (pd.Series([1.0], index=[3]) / pd.Series([2.0], index=[5]), r'All values of the answer are empty: two columns met.*\.item\(\)'),
    (show(pd.DataFrame({"x": [1]})), "what show.* puts on the page"),
    (pd.DataFrame({"year": [2014], "a": [1.0], "b": [2.0]}), r"table of 1 row and 3 columns, shown or not.*calculate with the columns \(a, b\)"),
    (pd.Series([1, 2], index=[2015, 2015]), "2015 stands there more than once"), ("x" * 201, "201 characters"),
    (pd.DataFrame({"year": [1], "dollars": [2.5], "note": ["x"]}), r'1 row and 3 columns.*such as \["dollars"\]'), (object(), "of the type object"),
    ([2014, None], "an item of it is empty"), ([[1], [2]], "a list itself"), ([{"a": 1}, 2], "a list itself"),
])
def test_what_cannot_be_an_answer_is_explained(answer, words):
    with pytest.raises(ValueError, match=words):
        as_data(answer)


@pytest.mark.parametrize("answer, value, tolerance, agree", [
    (28.6, 28.63, 0.05, True), (28.5, 28.63, 0.05, False), (0.3, 0.1 + 0.2, 0, True), (True, 1, 0, False), (1, True, 0, False),
    ("b", "B", 0, True), ("b c", "B", 0, False), ([1, 2], [1, 2.01], 0.1, True), ([1], [1, 2], 0.1, False),
    ({"a": 1}, {"a": 1.05}, 0.1, True), ({"b": 1}, {"a": 1}, 0.1, False), ("2014", 2014, 0, False), (None, 1, 0, False),
])
def test_agreement(answer, value, tolerance, agree):
    assert same(answer, value, tolerance) is agree


ENTRY = {"value": -35.17, "tolerance": 0.1, "points": 2, "mistakes": [{"value": -34.4, "message": "This is the change in yuan."}]}


@pytest.mark.parametrize("answer, points, words", [
    (-35.2, 2.0, "Right"), (-34.4, 0.0, "yuan"), (-10, 0.0, ""), ("-35.2", 0.0, "The answer is text; a number is expected"),
    ("-35,2 per cent", 0.0, "Type the number alone"), ("-35,2", 0.0, "a decimal has a point"), ([-35, 17], 0.0, "work it out from these"), (-35.4, 0.0, "Very close"),
    (-35, 0.0, "rounded to a whole number"), (-36.0, 0.0, "rounded to a whole number"), (None, 0.0, "Not answered"), ([-35.17], 0.0, "Leave out the square brackets"),
    ({"2014": 1, "2015": 2}, 0.0, "such as [2014] behind it"), ({"China": 1, "Italy": 2}, 0.0, 'such as ["China"] behind it'),
])
def test_judging(answer, points, words):
    got, message = judge(answer, ENTRY)
    assert got == points and words in message and (words or not message)


@pytest.mark.parametrize("answer, words", [(36.4, "cut or rounded too much"), (36.41, "cut or rounded too much"), (37, "whole number"), (36.7, "Very close"), (33.4, "")])
def test_a_number_with_too_few_decimals_is_told_so(answer, words):
    message = judge(answer, {"value": 36.418, "tolerance": 0.001, "points": 1, "mistakes": []})[1]
    assert words in message and bool(words) == bool(message)


@pytest.mark.parametrize("value, answer", [(0.2, 1), (0.2, 0), (0.8, 1), (-0.4, 0.0)])
def test_a_whole_number_beside_a_small_value_is_no_rounding(value, answer):
    assert judge(answer, {"value": value, "tolerance": 0.01, "points": 1, "mistakes": []}) == (0.0, "")


def test_a_letter_in_brackets_leaves_them_out():
    assert judge(["C"], {"value": "C", "tolerance": 0, "points": 2, "mistakes": []}) == (0.0, "The answer is a list; text is expected. Leave out the square brackets.")


def test_a_number_in_the_place_of_a_letter_is_told_what_to_type():
    got, message = judge(1.47, {"value": "C", "tolerance": 0, "points": 2, "mistakes": []})
    assert got == 0 and 'in quotation marks, such as "A"' in message


def test_judging_a_list():
    entry = {"value": [2009, 2010, 2011], "tolerance": 0, "points": 2, "mistakes": []}
    assert judge([2009, 2010, 2014], entry) == (0.0, "Right in your list: 2; too many: 1; missing: 1.")
    assert "Right in your list: 3; too many: 1; missing: 0" in judge([2009, 2010, 2011, 2014], entry)[1]
    assert "A dash between two years" in judge([2009 - 2012], entry)[1] and "give the years that belong" in judge([3.6, 3.9], entry)[1]
    assert "A single one has them too" in judge(2009, entry)[1]
    assert "missing: 2" in judge([2009, 2009, 2014], entry)[1] and "empty" in judge([], entry)[1]
    assert "without quotation marks" in judge(["2009", "2010", "2011"], entry)[1]
    assert "True and False" in judge([False, True], entry)[1]
    assert "Add .tolist()" in judge({"2009": 3}, entry)[1] and "[2014, 2015]" in judge(2009, entry)[1]


def test_judging_letters():
    entry = {"value": ["A", "C"], "tolerance": 0, "points": 2, "mistakes": []}
    assert judge(["a", "C."], entry)[0] == 2.0
    assert "Give each its own" in judge(["A, C"], entry)[1] and "Give the letters" in judge(["oil", "gas"], entry)[1]
    assert 'square brackets: ["A", "B"]' in judge("A", entry)[1] and ".tolist()" not in judge("A", entry)[1]
    assert "holds several items. Give each its own, in square brackets" in judge("A, C", entry)[1]
    assert "Right in your list: 1; too many: 1" in judge(["a", "B"], entry)[1]


# check, as a learner meets it


@pytest.mark.parametrize("line, words", [
    ("(", "56.02 with a point"), ("{}['a']", "no column or row label of that name"), ("fall", "needs quotation marks"), ("[].index(1)", "until one row is left"),
    ("pd.DataFrame({'a': [1]}).query('a == b')", "a word that is no column"), ("1 + 'a'", "its last line says"), ("json.loads('')", "its last line says")])
def test_an_open_question_after_a_red_message_says_what_it_means_until_a_cell_runs_well(said, monkeypatch, line, words):
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    monkeypatch.setattr(checking, "get_ipython", lambda: shell)
    for cell in ("import json, pandas as pd\nfrom fivereadings import check", line, "check('yearly-fall', ...)", "1", "check('yearly-fall', ...)"):
        shell.run_cell(cell)
    mended = said.pop()["text/plain"]
    assert "Not answered yet." in said[-1]["text/plain"] and words in said[-1]["text/plain"]
    assert "If a red message stands above" in mended and "Your last red message" not in mended


def test_an_answer_from_before_a_red_message_is_called_so(said, monkeypatch):
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    monkeypatch.setattr(checking, "get_ipython", lambda: shell)
    for cell in ("from fivereadings import check", "fall = -1", "fall = -35.2%", "check('yearly-fall', fall)", "check('yearly-fall', fall)"):
        shell.run_cell(cell)
    assert "your answer from before" in said[-2]["text/plain"] and "your answer from before" not in said[-1]["text/plain"]


@pytest.mark.parametrize("answer, words", [((80, 413), "leave it out (80413)"), ((36, 6), "a point (36.6)"),
                                           ((17.4, 27347.000000000004), "leave it out, as in 2273.47 for 2,273.47.")])
def test_a_comma_in_a_number_is_told_how_to_write_it(said, answer, words):
    checking.check("yearly-fall", answer)
    assert "Not recorded." in said[-1]["text/plain"] and words in said[-1]["text/plain"].replace("A decimal has a", "a")


def test_a_text_is_read_back_without_the_unit(said):
    checking.check("yearly-fall", "16.9 %")
    assert "Seen: 16.9 %. The answer is text" in said[-1]["text/plain"]


def test_several_values_are_read_back_in_the_learners_order(said):
    checking.check("yearly-fall", pd.Series([3.0, 1.0, 2.0], index=list("abc")))
    assert "Seen: 3, 1, 2 per cent." in said[-1]["text/plain"]



@pytest.fixture
def said(monkeypatch):
    shown = []
    monkeypatch.setattr(checking, "display", lambda bundle, raw: shown.append(bundle))
    checking._tries.clear()
    return shown


def test_practice_says_right_mistake_hint_and_stronger_hint(said):
    checking.check("yearly-fall", -35.17)
    checking.check("yearly-fall", -34.4)
    checking.check("yearly-fall", 12)
    checking.check("yearly-fall", 13)
    texts = [bundle["text/plain"] for bundle in said]
    assert "Right." in texts[0] and "±0.1" in texts[0]
    assert "yuan" in texts[1]
    asked = checking.question("yearly-fall")
    assert asked["hint"] in texts[2] and asked["stronger_hint"] not in texts[2]
    assert asked["stronger_hint"] in texts[3]
    assert said[0][MIME] == {"id": "yearly-fall", "answer": -35.17}


def test_a_wrong_list_gets_the_hints_beside_the_count(said):
    name = "years-of-a-ratio"
    right = checking.key(checking.question(name)["stem"])[name]["value"]
    for _ in range(2):
        checking.check(name, right[:1])
    asked = checking.question(name)
    first, second = (bundle["text/plain"] for bundle in said)
    assert "Right in your list: 1" in first and asked["hint"] in first and asked["stronger_hint"] not in first
    assert asked["stronger_hint"] in second


def test_several_values_in_the_place_of_one_get_the_hint_too(said):
    checking.check("yearly-fall", pd.Series([3.0, 1.0], index=[2014, 2015]))
    assert "such as [2014] behind it" in said[-1]["text/plain"] and checking.question("yearly-fall")["hint"] in said[-1]["text/plain"]


def test_an_open_question_an_unusable_answer_and_an_unknown_name_never_stop_the_notebook(said):
    for name, answer, words in [("yearly-fall", ..., "Not answered yet"), ("yearly-fall", (35, 17), "because of the comma"), ("yearly-fall", float("nan"), "Not recorded"),
                                ("yearly-fal", 1, "There is no question 'yearly-fal'")]:
        checking.check(name, answer)
        assert words in said[-1]["text/plain"] and said[-1][MIME]["answer"] is None


def test_graded_work_has_no_key_and_says_only_what_was_recorded(said, small_module):
    import shutil

    shutil.copytree(ROOT / "exercises", small_module / "exercises")
    checking.check("yearly-fall", -34.4)
    assert "Recorded: -34.4 per cent." in said[-1]["text/plain"] and "yuan" not in said[-1]["text/plain"]
    checking.check("yearly-fall", 3400)
    assert "between -100 and 100 per cent" in said[-1]["text/plain"]
    checking.check("yearly-fall", "a third")
    assert "the question asks for: number" in said[-1]["text/plain"]


def test_expect_returns_the_points_of_the_recorded_answer_and_nothing_for_a_broken_one(said):
    checking.check("yearly-fall", -35.17)
    assert checking.expect("yearly-fall", -35.17, tolerance=0.1, points=2) == 2.0
    checking.check("yearly-fall", float("nan"))
    assert checking.expect("yearly-fall", -35.17, tolerance=0.1, points=2) == 0.0
