"""Exercises: generated from the solutions, free of answers, honest about mistakes, and runnable unanswered."""

import ast
import csv
import json
import re

import nbformat
import pytest
from conftest import ROOT, STEMS

from fivereadings.answers import same
from fivereadings.build import solved
from fivereadings.grading.course import generate
from fivereadings.notebooks import normalise, read, run

RELEASED = {"questions.csv"}  # beside the notebook itself


def solution(stem):
    return read(ROOT / "solutions" / stem / f"{stem}.ipynb")


def exercise(stem):
    return read(ROOT / "exercises" / stem / f"{stem}.ipynb")


def key(stem):
    return json.loads((ROOT / "solutions" / stem / "key.json").read_text(encoding="utf-8"))


def questions(stem):
    with open(ROOT / "solutions" / stem / "questions.csv", encoding="utf-8", newline="") as file:
        return {row["question"]: row for row in csv.DictReader(file)}


ENTRIES = [(stem, name) for stem in STEMS for name in key(stem)]


@pytest.mark.parametrize("stem", STEMS)
def test_the_exercise_is_what_nbgrader_makes_of_the_solution(stem, tmp_path):
    generate(stem, tmp_path)
    made = normalise(read(tmp_path / stem / f"{stem}.ipynb"))
    assert nbformat.writes(made) == nbformat.writes(exercise(stem)), "run: python start.py build"
    assert {path.name for path in (tmp_path / stem).iterdir()} == RELEASED | {f"{stem}.ipynb"}


@pytest.mark.parametrize("stem", STEMS)
def test_the_release_holds_exactly_its_files_and_the_same_questions(stem):
    folder = ROOT / "exercises" / stem
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == RELEASED | {f"{stem}.ipynb"}
    for name in RELEASED:
        assert (folder / name).read_bytes() == (ROOT / "solutions" / stem / name).read_bytes()


@pytest.mark.parametrize("stem", STEMS)
def test_no_answer_leaks(stem):
    released = (ROOT / "exercises" / stem / f"{stem}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"expect\(|BEGIN|END SOLUTION|HIDDEN", released)
    text = "\n".join(cell.source for cell in exercise(stem).cells) + json.dumps(list(questions(stem).values()))
    for name, entry in key(stem).items():
        if isinstance(entry["value"], float):
            assert f"{entry['value']:.4g}" not in text, name
        for mistake in entry["mistakes"]:
            assert mistake["message"] not in released, name
    solved = {cell.metadata.nbgrader.grade_id: cell.source for cell in solution(stem).cells if cell.metadata.get("nbgrader", {}).get("solution")}
    for cell in exercise(stem).cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in solved:
            lines = re.search(r"### BEGIN SOLUTION\n(.*?)\n### END SOLUTION", solved[name], re.S)[1].split("\n")
            assert not [line for line in lines if line.strip() and line in cell.source], name


@pytest.mark.parametrize("stem", STEMS)
def test_an_unanswered_exercise_runs_to_its_end(stem, tmp_path):
    notebook = run(exercise(stem), tmp_path, module=ROOT)
    said = [output.data["text/plain"] for cell in notebook.cells if cell.cell_type == "code"
            for output in cell.outputs if output.output_type == "display_data"]
    assert sum("Not answered yet" in text for text in said) == len(key(stem))


@pytest.mark.parametrize("stem", STEMS)
def test_the_key_is_what_the_solution_yields(stem):
    path = ROOT / "solutions" / stem / f"{stem}.ipynb"
    notebook = read(path)
    made = json.loads(json.dumps(solved(notebook, path.parent, stem)))
    # Compared, and not built in its place: other tests read the same file at the same time.
    assert nbformat.writes(normalise(notebook)) + "\n" == path.read_text(encoding="utf-8"), "run: python start.py build"
    stored = key(stem)
    assert made.keys() == stored.keys() == questions(stem).keys()
    for name, entry in stored.items():
        assert same(made[name]["value"], entry["value"]), name
        assert [m["message"] for m in made[name]["mistakes"]] == [m["message"] for m in entry["mistakes"]]


def test_names_are_unique_in_the_whole_module():
    names = [name for _, name in ENTRIES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("stem, name", ENTRIES)
def test_a_question_is_fair(stem, name):
    """Two or more known mistakes, at least three tolerances from the answer and from each other; stated tolerance and hints."""
    entry, row = key(stem)[name], questions(stem)[name]
    assert len(entry["mistakes"]) >= 2 and row["hint"] and row["stronger_hint"]
    assert None not in row, "a comma without quotation marks cuts a hint in two"
    values = [entry["value"], *(mistake["value"] for mistake in entry["mistakes"])]
    for index, one in enumerate(values):
        for other in values[index + 1:]:
            assert not same(one, other, 3 * entry["tolerance"]), (name, one, other)
    if isinstance(entry["value"], float):
        assert float(row["low"]) <= entry["value"] <= float(row["high"])
    if entry["tolerance"]:
        asked = next(cell.source for cell in exercise(stem).cells if cell.metadata.nbgrader.grade_id == f"{name}-question")
        assert f"±{entry['tolerance']:g}" in asked


@pytest.mark.parametrize("stem", STEMS)
def test_hidden_tests_leave_the_students_variables_alone(stem):
    """A name set in a hidden test would change what later cells of the student see under plain nbgrader."""
    def names(source, kind):
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}

    seen, hidden = set(), set()
    for cell in solution(stem).cells:
        if cell.cell_type == "code":
            shown, *test = re.split(r"### (?:BEGIN|END) HIDDEN TESTS\n?", cell.source)
            seen |= names(shown, (ast.Load, ast.Store))
            hidden |= names(test[0], ast.Store) if test else set()
    assert not seen & hidden


@pytest.mark.parametrize("stem", STEMS)
def test_a_prose_answer_has_a_rubric_of_three_levels_and_two_anchors(stem):
    with open(ROOT / "solutions" / stem / "rubric.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    prose = [cell for cell in solution(stem).cells if cell.cell_type == "markdown" and cell.metadata.nbgrader.grade]
    for cell in prose:
        mine = [row for row in rows if row["question"] == cell.metadata.nbgrader.grade_id]
        assert len([row for row in mine if int(row["level"])]) == 3 and sum(bool(row["anchor"]) for row in mine) >= 2
        assert max(float(row["points"]) for row in mine) == cell.metadata.nbgrader.points
        assert all(row["comment"] for row in mine)
        words = len(re.sub(r"### .*", "", cell.source).split())
        low, high = stated_limits(stem, cell.metadata.nbgrader.grade_id)
        assert low <= words <= high, f"the model answer has {words} words"


def stated_limits(stem, name):
    """The numbers of words that the locked text above a prose answer asks for."""
    asked = ""
    for cell in solution(stem).cells:
        if cell.metadata.nbgrader.grade_id == name:
            between, at_most = re.search(r"(\d+) to (\d+) words", asked), re.search(r"about (\d+) words, at most (\d+)", asked)
            low, high = map(int, (between or at_most).groups())
            return (low, high) if between else (low * 0.8, high)
        if cell.cell_type == "markdown" and cell.metadata.nbgrader.locked:
            asked = cell.source
    raise AssertionError(f"there is no cell {name}")
