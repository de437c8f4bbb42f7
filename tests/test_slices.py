"""Slices: other figures, equal difficulty, the same practice version, and a key that follows by itself."""

import ast
import contextlib
import copy
import csv
import io
import json
import re
from functools import lru_cache
from unittest import mock

import nbformat
import pandas as pd
import pytest
from conftest import ROOT, STEMS

import fivereadings
from fivereadings import checking
from fivereadings.answers import same
from fivereadings.grading import course, slices
from fivereadings.notebooks import read

SLICED = [stem for stem in STEMS if (ROOT / "solutions" / stem / "slices.csv").is_file()]
SEEDS = [f"class-{number}" for number in range(200)]
SLICEABLE = [(stem, question) for stem in STEMS for question in slices.choices(stem)]
UNIT = "05-bear-and-dragon"
DRAWN = {"read-one-side": 1, "years-added": 0, "points-between-sides": 0}
FIGURE = re.compile(r"\d+(?:\.\d+)?")
# Years in messages that stay, because no slice changes them: what is said of them is computed each time.
ALWAYS = {"roubles-to-dollars": {"2017"}, "pick-a-row": {"2012"},
          "part-year-growth": {"2017", "2018"}}


def evaluated(notebook, checks=None):
    """Run a solution or an exercise in this process: its key, and what each question showed and loaded.

    Returns the key, and for each question the frames that `show` was given and the tables that were loaded.
    What `check` was called with is added to the list `checks`.
    """
    shown, loaded, at = {}, {}, ""
    real = fivereadings.load

    def show(frame, **_):
        shown.setdefault(at, []).append(frame.copy())

    def load(name):
        loaded.setdefault(at, set()).add(name)
        return real(name)

    checking._key.clear()
    names, checks = {}, [] if checks is None else checks
    with mock.patch.multiple(fivereadings, show=show, load=load, check=lambda *asked: checks.append(asked)), mock.patch.object(checking, "_graded", False), \
            contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            name = cell.metadata.nbgrader.grade_id
            at = name.removesuffix("-question") if name.endswith("-question") else at
            if cell.cell_type == "code":
                exec(compile(cell.source, name, "exec"), names)
    return json.loads(json.dumps(checking._key)), shown, loaded


def rounds(stem):
    return max(map(len, slices.choices(stem).values()))


@lru_cache
def everything(stem, turned=0):
    """Each choice of each question of a unit, run: {(question, number): (entry, cells, frames, tables)}.

    In one run every question has the choice of that round; `turned` shifts each question by its place in the
    unit, so that the same choice stands beside other choices.
    """
    found, several = {}, slices.choices(stem)
    for number in range(rounds(stem)):
        numbers = {question: (number + turned * place) % len(one) for place, (question, one) in enumerate(several.items())}
        notebook = slices.make_from(stem, numbers, "x")
        answers, shown, loaded = evaluated(notebook)
        for question, cells in slices.sections(notebook).items():
            found[question, numbers.get(question)] = (answers.get(question), cells, shown.get(question, []), loaded.get(question, set()))
    return found


@lru_cache
def practice(stem):
    notebook = read(ROOT / "solutions" / stem / f"{stem}.ipynb")
    answers, shown, loaded = evaluated(notebook)
    return {question: (answers.get(question), cells, shown.get(question, []), loaded.get(question, set()))
            for question, cells in slices.sections(notebook).items()}


def asked(stem, question):
    with open(ROOT / "solutions" / stem / "questions.csv", encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["question"] == question)


CHOICES = [(stem, question, number) for stem, question in SLICEABLE for number in range(len(slices.choices(stem)[question]))]


# Equal difficulty


@pytest.mark.parametrize("stem, question, number", CHOICES)
def test_a_choice_is_as_hard_as_the_practice_question(stem, question, number):
    """The same steps, tables and unit, nothing missing, and answer and mistakes three tolerances apart."""
    entry, cells, frames, tables = everything(stem)[question, number]
    usual, usual_cells, usual_frames, usual_tables = practice(stem)[question]
    values = [entry["value"], *(mistake["value"] for mistake in entry["mistakes"])]
    assert len(values) == len(usual["mistakes"]) + 1, "a mistake was lost: two messages became one"
    for index, one in enumerate(values):
        for other in values[index + 1:]:
            assert not same(one, other, 3 * entry["tolerance"]), (one, other)
    assert (entry["tolerance"], entry["points"]) == (usual["tolerance"], usual["points"])
    assert not same(entry["value"], usual["value"], 3 * entry["tolerance"]) or question == "month-of-a-total"
    row = asked(stem, question)
    assert float(row["low"]) <= entry["value"] <= float(row["high"])
    assert tables == usual_tables
    # A column may be named after a year, so its place counts; months that are not known yet are empty in both.
    assert [(frame.shape[1], missing(frame)) for frame in frames] == [(frame.shape[1], missing(frame)) for frame in usual_frames]
    assert all(len(frame) for frame in frames)
    assert [steps(cell) for cell in cells] == [steps(cell) for cell in usual_cells]


def missing(frame):
    return [place for place, empty in enumerate(frame.isna().any()) if empty]


def steps(cell):
    """The shape of a code cell, without its words and numbers; the kind of another cell."""
    if cell.cell_type != "code":
        return cell.cell_type
    tree = ast.parse(cell.source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = "name"
        elif isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return ast.dump(tree)


@pytest.mark.parametrize("stem", SLICED)
def test_a_choice_does_not_depend_on_the_choices_beside_it(stem):
    """So that running each choice once says what every seed would give."""
    one, other = everything(stem), everything(stem, turned=1)
    assert one.keys() == other.keys()
    for what in one:
        assert one[what][0] == other[what][0], what


@pytest.mark.parametrize("stem", SLICED)
def test_two_hundred_seeds_give_only_choices_that_were_found_fair(stem):
    """Each question of each seed is, word for word, a choice of the tests above; every choice comes up."""
    source, several, seen = read(ROOT / "solutions" / stem / f"{stem}.ipynb"), slices.choices(stem), set()
    with mock.patch.object(slices, "read", lambda _: copy.deepcopy(source)):
        for seed in SEEDS:
            numbers, made = slices.drawn(stem, seed), slices.sections(slices.make(stem, seed))
            assert numbers.keys() == several.keys()
            for question, cells in made.items():
                known = everything(stem)[question, numbers.get(question)][1]
                assert [cell.source for cell in cells] == [cell.source for cell in known]
            seen |= set(numbers.items())
    assert seen == {(question, number) for question in several for number in range(len(several[question]))}


@pytest.mark.parametrize("stem, question", SLICEABLE)
def test_seeds_give_other_values_than_practice_and_than_each_other(stem, question):
    tolerance = practice(stem)[question][0]["tolerance"]
    values = [practice(stem)[question][0]["value"]]
    values += [everything(stem)[question, number][0]["value"] for number in range(len(slices.choices(stem)[question]))]
    apart = [not same(one, other, tolerance) for index, one in enumerate(values) for other in values[index + 1:]]
    # The number of a month can be the same in two years; still at least two numbers come up.
    assert all(apart) or (question == "month-of-a-total" and not same(values[0], values[2])), values


# Words


@pytest.mark.parametrize("stem, question, number", CHOICES)
def test_what_a_mistake_is_told_is_true_of_its_own_slice(stem, question, number):
    """A number in a message is a word of the slice or is computed; none is left over from the practice version."""
    own, usual = ({figure for mistake in entry["mistakes"] for figure in FIGURE.findall(mistake["message"])}
                  for entry in (everything(stem)[question, number][0], practice(stem)[question][0]))
    words = {figure for word in slices.choices(stem)[question][number].values() for figure in FIGURE.findall(word)}
    assert own & usual <= words | {"1", "100"} | ALWAYS.get(question, set())


@pytest.mark.parametrize("stem, question, number", CHOICES)
def test_a_prompt_reads_as_a_sentence_of_its_own(stem, question, number):
    texts = [everything(stem)[question, other][1][0].source for other in range(len(slices.choices(stem)[question]))]
    usual = practice(stem)[question][1][0].source
    prompt = texts[number]
    assert prompt != usual and texts.count(prompt) == 1
    assert not re.search(r"\b(\w+) \1\b|  |\ba [aeiou]|[|{}]", prompt, re.I) and prompt.count("**") == usual.count("**")
    assert prompt.partition("\n")[0] == usual.partition("\n")[0], "the heading names the skill, not the figures"
    if everything(stem)[question, number][0]["tolerance"]:
        assert f"±{practice(stem)[question][0]['tolerance']:g}" in prompt
    left = set(slices.choices(stem)[question][number]) - set(slices.choices(stem)[question][number].values())
    assert not left or slices.put(prompt, dict.fromkeys(left, "?")) == prompt


@pytest.mark.parametrize("stem, question", SLICEABLE)
def test_every_row_of_the_table_is_used(stem, question):
    text = "\n".join(cell.source for cell in practice(stem)[question][1])
    for word in slices.choices(stem)[question][0]:
        assert slices.put(text, {word: "?"}) != text, word


def test_words_change_places_all_at_once_and_whole():
    assert slices.put("in 2013, not 2014", {"2013": "2014", "2014": "2013"}) == "in 2014, not 2013"
    assert slices.put("gap_2014 of 20140 and rosstat-kep-2014-02; 2014–2018", {"2014": "2016"}) == \
        "gap_2016 of 20140 and rosstat-kep-2014-02; 2016–2018"
    assert slices.put("12014, late-2014", {"2014": "2016"}) == "12014, late-2014"
    assert slices.put("from_germany: Germany", {"Germany": "Italy", "from_germany": "from_italy"}) == "from_italy: Italy"


def test_at_least_six_questions_of_four_units_can_be_sliced():
    assert len(SLICEABLE) >= 6 and len({stem for stem, _ in SLICEABLE}) >= 4


def test_a_seed_draws_the_same_on_every_machine():
    assert slices.drawn(UNIT, "2027-autumn") == slices.drawn(UNIT, " 2027-Autumn") == DRAWN
    assert slices.make(UNIT, "2027-autumn") == slices.make(UNIT, "2027-autumn")


@pytest.mark.parametrize("seed", ["", "../x", "a b", "-x", "x" * 41, "ä"])
def test_a_seed_that_cannot_name_a_folder_is_refused(seed):
    with pytest.raises(ValueError, match="cannot be the seed of a slice"):
        slices.make(UNIT, seed)


def test_a_table_with_a_choice_missing_is_refused(small_module):
    place = small_module / "solutions" / UNIT
    place.mkdir(parents=True)
    (place / "slices.csv").write_text("question,stands,instead\nq,2018,2017 | 2019\nq,2017,2016\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the rows of q do not have equally many choices"):
        slices.choices(UNIT)


def test_the_practice_version_knows_nothing_of_slices():
    for stem in STEMS:
        text = (ROOT / "exercises" / stem / f"{stem}.ipynb").read_text(encoding="utf-8")
        assert "graded_work" not in text and "slice" not in text and slices.seed_of(nbformat.reads(text, 4)) == ""


# Release and grading


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    return folder, slices.release(UNIT, "2027-autumn", folder)


def said(notebook):
    return [output.data["text/plain"] for cell in notebook.cells if cell.cell_type == "code"
            for output in cell.outputs if output.output_type == "display_data"]


def test_a_release_holds_no_key_and_carries_its_seed(released):
    folder, out = released
    assert out == folder / "slice-2027-autumn" / "release" / UNIT
    assert {path.name for path in out.iterdir()} == {f"{UNIT}.ipynb", "questions.csv"}
    text, notebook = (out / f"{UNIT}.ipynb").read_text(encoding="utf-8"), read(out / f"{UNIT}.ipynb")
    assert not re.search(r"expect\(|BEGIN|END SOLUTION|HIDDEN", text)
    assert slices.seed_of(notebook) == "2027-autumn" and "(slice 2027-autumn)" in notebook.cells[0].source.partition("\n")[0]
    usual = read(ROOT / "exercises" / UNIT / f"{UNIT}.ipynb")
    assert [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells] == \
        [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in usual.cells]
    year = slices.choices(UNIT)["read-one-side"][DRAWN["read-one-side"]]["2018"]
    assert f"**{year}**" in notebook.cells[2].source and "2018" not in notebook.cells[2].source


def test_the_hints_of_a_release_follow(released):
    table = pd.read_csv(released[1] / "questions.csv").set_index("question")
    usual = pd.read_csv(ROOT / "exercises" / UNIT / "questions.csv").set_index("question")
    words = slices.choices(UNIT)["years-added"][DRAWN["years-added"]]
    assert f"{words['2005']} <= year <= {words['2008']}" in table.loc["years-added", "stronger_hint"]
    assert table.drop(columns=["hint", "stronger_hint"]).equals(usual.drop(columns=["hint", "stronger_hint"]))


def test_the_key_at_home_is_what_the_slice_yields_and_beside_it_lies_the_worked_solution(released):
    folder, _ = released
    solutions, answers = slices.open_slice(folder, UNIT, "2027-autumn")
    for question, entry in answers.items():
        assert entry["value"] == everything(UNIT)[question, DRAWN.get(question)][0]["value"]
    worked = said(read(solutions / UNIT / f"{UNIT}.ipynb"))
    # The practice key lies in this checkout, and its answers are others: `check` must not look at it.
    assert sum("Recorded: " in text for text in worked) == len(answers)
    assert not [text for text in worked if "Right." in text or "Not yet." in text]


def test_a_class_has_one_slice_and_keeps_it(released):
    folder, _ = released
    with pytest.raises(ValueError, match=f"has slice 2027-autumn of {UNIT} already"):
        slices.release(UNIT, "other", folder)
    path = folder / "slice-2027-autumn" / "solutions" / UNIT / "key.json"
    before = path.stat().st_mtime_ns
    assert slices.open_slice(folder, UNIT) == slices.open_slice(folder, UNIT, "2027-Autumn")
    assert path.stat().st_mtime_ns == before
    solutions, answers = slices.open_slice(folder, STEMS[0])
    assert solutions is None and answers == checking.key(STEMS[0])


def test_a_class_folder_opens_with_the_slice_and_an_unanswered_one_runs(released, tmp_path):
    folder, out = released
    solutions, answers = slices.open_slice(folder, UNIT)
    opened = read(course.open_class(tmp_path, UNIT, solutions))
    assert [cell.source for cell in opened.cells] == [cell.source for cell in read(out / f"{UNIT}.ipynb").cells]
    given = evaluated(opened, unanswered := [])[0]
    assert given == {} and unanswered == [(question, ...) for question in answers]


def test_work_of_another_version_is_named(released):
    mine, practised = read(released[1] / f"{UNIT}.ipynb"), read(ROOT / "exercises" / UNIT / f"{UNIT}.ipynb")
    assert slices.mismatch(mine, "2027-Autumn") == slices.mismatch(practised, "") == ""
    assert "worked in the practice version, and it is graded as slice 2027-autumn" in slices.mismatch(practised, "2027-autumn")
    assert "worked in slice 2027-autumn, and it is graded as the practice version" in slices.mismatch(mine, "")
    mine.metadata["fivereadings"] = {"slice": {"a": 1}}
    assert slices.seed_of(mine) == ""
