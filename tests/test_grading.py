"""Grading: three sample submissions, odd and broken ones, and the same scores as plain nbgrader."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from nbgrader.api import Gradebook

from fivereadings.grading import course
from fivereadings.grading.__main__ import grade, main
from fivereadings.grading.intake import collect, take
from fivereadings.grading.lock import alone
from fivereadings.grading.looks import beyond, looks
from fivereadings.grading.remarks import remarks
from fivereadings.grading.score import Mark, differing, expected, recorded, score
from fivereadings.notebooks import read

MIME = "application/vnd.fivereadings.answer+json"
STEM = "03-beijing-2016-trade"
SAMPLES = ROOT / "tests" / "submissions"
RELEASED = read(ROOT / "exercises" / STEM / f"{STEM}.ipynb")
KEY = json.loads((ROOT / "solutions" / STEM / "key.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The three samples and a broken file, graded once with the command."""
    os.environ["FIVEREADINGS_HOME"] = str(ROOT)
    place = tmp_path_factory.mktemp("class")
    shutil.copytree(SAMPLES, place / "in")
    (place / "in" / "broken.ipynb").write_text("{ not a notebook", encoding="utf-8")
    attention = grade(place / "in", STEM, place / "out")
    return place / "out", attention


def test_the_samples_get_the_scores_they_deserve(graded):
    table = pd.read_csv(graded[0] / f"scores-{STEM}.csv").set_index("student")
    whole = sum(entry["points"] for entry in KEY.values())
    assert table["score"].to_dict() == {"blank": 0, "perfect": whole, "yuan-rate": whole - KEY["yearly-fall"]["points"]}
    assert table["to grade by hand"].to_dict() == {"blank": 0, "perfect": 1, "yuan-rate": 1}
    assert table.loc["yuan-rate", "yearly-fall"] == 0 and (table["of"] == whole + 6).all()


def test_a_broken_file_is_named_with_its_reason_and_stops_nobody(graded):
    assert len(graded[1]) == 1 and graded[1][0].startswith("broken: not graded. ") and "is not a notebook" in graded[1][0]


def test_feedback_says_which_mistake_was_made_and_shows_no_key(graded):
    page = (graded[0] / "feedback" / "yuan-rate" / STEM / f"{STEM}.html").read_text(encoding="utf-8")
    assert "This is the change in yuan" in page and "2 of 2 points. Right." in page
    assert "expect(" not in page and "HIDDEN" not in page


def test_formgrader_finds_the_prose_answers(graded):
    with Gradebook(f"sqlite:///{graded[0] / course.GRADEBOOK}") as gradebook:
        for student, needed in (("perfect", True), ("yuan-rate", True), ("blank", False)):
            assert gradebook.find_grade("judgement", STEM, STEM, student).needs_manual_grade is needed
    stored = read(graded[0] / "autograded" / "perfect" / STEM / f"{STEM}.ipynb")
    assert cell(stored, "judgement").source == cell(read(SAMPLES / "perfect" / f"{STEM}.ipynb"), "judgement").source


def test_a_mark_given_by_hand_stays_and_reaches_scores_and_feedback(graded, tmp_path):
    shutil.copytree(graded[0], tmp_path / "out")
    into = tmp_path / "out"
    with Gradebook(f"sqlite:///{into / course.GRADEBOOK}") as gradebook:
        mark = gradebook.find_grade("judgement", STEM, STEM, "perfect")
        mark.manual_score, mark.needs_manual_grade = 5, False
        gradebook.db.commit()
    assert main(["--feedback", "--unit", STEM, "--class", str(into)]) == 0
    table = pd.read_csv(into / f"scores-{STEM}.csv").set_index("student")
    assert table.loc["perfect", "judgement"] == 5 and table.loc["perfect", "to grade by hand"] == 0


def test_plain_nbgrader_gives_the_same_scores(graded, tmp_path):
    course.open_class(tmp_path, STEM)
    for student in ("perfect", "yuan-rate", "blank"):
        shutil.copytree(SAMPLES / student, tmp_path / "submitted" / student / STEM)
    done = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", STEM], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    ours = pd.read_csv(graded[0] / f"scores-{STEM}.csv")
    pd.testing.assert_frame_equal(course.scores(tmp_path, STEM), ours, check_dtype=False)


# Intake


def changed(tmp_path, change):
    notebook = read(SAMPLES / "perfect" / f"{STEM}.ipynb")
    change(notebook)
    path = tmp_path / "student.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return take(path, RELEASED)


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def test_only_answers_are_taken(tmp_path):
    def cheat(notebook):
        cell(notebook, "yearly-fall").source = "print('I pass')"
        cell(notebook, "yearly-fall").metadata.nbgrader.points = 100
        notebook.metadata.kernelspec.name = "matlab"
        notebook.cells.insert(0, nbformat.v4.new_code_cell("raise SystemExit"))

    notebook, odd = changed(tmp_path, cheat)
    assert odd == [] and len(notebook.cells) == len(RELEASED.cells) and notebook.metadata == RELEASED.metadata
    assert cell(notebook, "yearly-fall") == cell(RELEASED, "yearly-fall")
    assert cell(notebook, "yearly-fall-answer").source == cell(read(SAMPLES / "perfect" / f"{STEM}.ipynb"), "yearly-fall-answer").source


def test_a_copied_answer_cell_and_a_missing_one_are_reported_and_the_original_counts(tmp_path):
    def copy_and_delete(notebook):
        double = nbformat.from_dict({**cell(notebook, "yearly-fall-answer"), "id": "other", "source": "fall = 0"})
        notebook.cells.insert(0, double)
        notebook.cells.remove(cell(notebook, "read-a-figure-answer"))

    notebook, odd = changed(tmp_path, copy_and_delete)
    assert "read-a-figure-answer is missing" in odd[0] and "yearly-fall-answer stands 2 times" in odd[1]
    assert "amounts" in cell(notebook, "yearly-fall-answer").source
    assert cell(notebook, "read-a-figure-answer").source == cell(RELEASED, "read-a-figure-answer").source


def test_submissions_are_found_in_folders_and_as_files_and_an_empty_folder_is_explained(tmp_path):
    shutil.copytree(SAMPLES / "perfect", tmp_path / "Анна")
    shutil.copy(SAMPLES / "blank" / f"{STEM}.ipynb", tmp_path / "ben.ipynb")
    found, _ = collect(tmp_path, STEM, None, tmp_path / "scratch")
    assert [submission.student for submission in found] == ["ben", "Анна"]
    with pytest.raises(ValueError, match="No submissions were found in"):
        collect(tmp_path / "Анна" / "nothing", STEM, None, tmp_path / "scratch")


# Score


def ran(*outputs):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell(RELEASED, "yearly-fall"))])
    notebook.cells[0].outputs = list(outputs)
    return notebook


def record(name, answer):
    return nbformat.v4.new_output("display_data", {"application/vnd.fivereadings.answer+json": {"id": name, "answer": answer}})


def fall(*outputs, **how) -> Mark:
    return score(ran(*outputs), KEY, **how)["yearly-fall"]


def test_the_last_record_of_its_own_id_counts():
    notebook = ran(record("yearly-fall", 1), record("yearly-fall", -35.17), record("other", 5))
    assert recorded(notebook.cells[0], "yearly-fall") == -35.17 and score(notebook, KEY)["yearly-fall"].points == 2
    assert fall(record("other", -35.17)).points == 0


def test_an_error_in_the_cell_counts_as_not_answered_and_a_warning_costs_nothing():
    error = nbformat.v4.new_output("error", ename="NameError", evalue="name 'fall' is not defined", traceback=[])
    warning = nbformat.v4.new_output("stream", name="stderr", text="FutureWarning: soon")
    assert fall(warning, record("yearly-fall", -35.17)).points == 2
    mark = fall(record("yearly-fall", -35.17), error)
    assert mark.points == 0 and mark.answer is None
    assert mark.message == "Not answered: the cell ended in an error (NameError: name 'fall' is not defined)."


@pytest.mark.parametrize("answer", [-35.17138599105812, -35.2, -35.08, -35.171386])
def test_a_correct_value_counts_by_whatever_route_it_came(answer):
    assert fall(record("yearly-fall", answer)).points == 2


@pytest.mark.parametrize("answer, said", [
    (None, "Not answered yet."),
    (float("nan"), "The recorded number is infinite, not a number, or has hundreds of digits."),
    (float("inf"), "The recorded number is infinite, not a number, or has hundreds of digits."),
    (-(10**400), "The recorded number is infinite, not a number, or has hundreds of digits."),
    (1.5e308, "The recorded number is too large for any figure."),
    ("∞", "The answer is text; a number is expected."),
    (True, "The answer is yes or no (True or False); a number is expected."),
    ("-" * 5000, "The recorded text has 5000 characters; at most 200 are expected."),
    ([-35.17] * 5000, "The recorded answer has 5000 items; at most 1000 are expected."),
    ([-35.17, [-35.17]], "The recorded answer holds lists or tables inside another; single values are expected."),
    ({"a": {"b": 1}}, "The recorded answer holds lists or tables inside another; single values are expected."),
    ([float("nan")], "The recorded number is infinite, not a number, or has hundreds of digits."),
    ([-35.17], "The answer is a list; a number is expected."),
    (-35.17j, "The record is of the type complex, which no answer has."),
])
def test_a_record_that_claims_odd_things_scores_nothing_and_says_why(answer, said):
    mark = fall(record("yearly-fall", answer))
    assert mark.points == 0 and mark.message.startswith(said)


def test_a_record_nested_beyond_all_measure_stops_nothing():
    deep = []
    for _ in range(50_000):
        deep = [deep]
    output = nbformat.NotebookNode(output_type="display_data", metadata={}, data={MIME: {"id": "yearly-fall", "answer": deep}})
    assert "inside another" in fall(output).message


@pytest.mark.parametrize("data", ["text", ["yearly-fall"], {"id": ["yearly-fall"], "answer": -35.17}, {"answer": -35.17}, None])
def test_an_output_that_only_looks_like_a_record_is_none(data):
    notebook = ran()
    notebook.cells[0].outputs = [nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": {MIME: data}})]
    assert score(notebook, KEY)["yearly-fall"].message == "Not answered yet."


def test_a_mark_says_what_was_expected_and_which_mistake_was_made_without_the_value():
    notebook = ran(record("yearly-fall", -34.4))
    mark = score(notebook, KEY)["yearly-fall"]
    assert mark == Mark(0.0, 2.0, mark.message, "a number in per cent, counted right within ±0.1", -34.4)
    assert mark.message.startswith("This is the change in yuan")
    said = notebook.cells[0].outputs[-1]["data"]["text/plain"]
    assert said.startswith("yearly-fall: 0 of 2 points. This is the change in yuan") and said.endswith("Expected: " + mark.expected + ".")
    assert "35.1" not in said and "35.1" in fall(record("yearly-fall", 1), show_answers=True).expected
    assert expected("years-of-a-ratio", KEY["years-of-a-ratio"]) == "a list of numbers"
    assert expected("closest-share", KEY["closest-share"]) == "text"


def test_scoring_twice_says_it_once():
    notebook = ran(record("yearly-fall", -34.4))
    score(notebook, KEY)
    score(notebook, KEY, {"yearly-fall": [{"answer": -34.4, "tolerance": None, "reason": "said so"}]})
    assert len(notebook.cells[0].outputs) == 2
    assert notebook.cells[0].outputs[1]["data"]["text/plain"] == "yearly-fall: 2 of 2 points. Right: also accepted. said so"


def test_further_answers_and_another_tolerance_count():
    wide, also = {"answer": None, "tolerance": 1.0, "reason": "x"}, {"answer": 99, "tolerance": 0.5, "reason": "fair"}
    assert fall(record("yearly-fall", -36.1), also={"yearly-fall": [wide]}).points == 2
    assert fall(record("yearly-fall", -36.3), also={"yearly-fall": [wide]}).points == 0
    mark = fall(record("yearly-fall", 99.4), also={"yearly-fall": [also]})
    assert mark.points == 2 and mark.by == "fair"
    assert fall(record("yearly-fall", 99.6), also={"yearly-fall": [also]}).points == 0
    assert fall(also={"yearly-fall": [also]}).points == 0


def test_an_answer_in_the_file_that_the_run_does_not_give_is_found():
    assert differing(ran(record("yearly-fall", 3)), KEY, {"yearly-fall": -35.17}) == ["yearly-fall"]
    assert differing(ran(), KEY, {"yearly-fall": -35.17}) == ["yearly-fall"]
    assert differing(ran(record("yearly-fall", -35.17)), KEY, {"yearly-fall": -35.17, "other": 3}) == []
    assert differing(ran(record("yearly-fall", 3)), KEY, {}) == []


def test_wrong_words_get_one_sentence(capsys):
    assert main(["/nowhere/at/all", "--unit", STEM]) == 1
    assert "No submissions were found in" in capsys.readouterr().err
    assert main(["--by-hand", "--class", "/nowhere/at/all"]) == 1
    assert "There is no gradebook" in capsys.readouterr().err


# What an instructor should look at


def test_no_solution_exercise_or_sample_gets_a_line():
    paths = [path for folder in ("solutions", "exercises", "tests/submissions") for path in sorted((ROOT / folder).glob("*/*.ipynb"))]
    assert len(paths) > 18 and {str(path): looks(read(path)) for path in paths} == {str(path): [] for path in paths}


@pytest.mark.parametrize("source", [
    "import numpy as np, math\nfrom datetime import date\nfall = np.round(-35.17, 2)", "table.columns = ['year', 'value']\npd.options.display.max_rows = 9",
    "fall = = 1", "for year in range(3):\n    print(year)", "def change(a, b):\n    return b / a - 1", "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1]);",
    "load?", "print('onload = 3')", "# import os, open(\nprint('the class of open solutions to what os means')", "fall = (1 - 2) / 3 * 100 % 7\n\n\t", "", "\0", "'\ud800'",
    "from fivereadings.views.mirror import mirror_view\nmirror_view", "import krippendorff, warnings\nwarnings.filterwarnings('ignore')",
])
def test_honest_code_gets_no_line(source):
    assert beyond(source) == []


@pytest.mark.parametrize("source, said", [
    ("import os, socket", "imports os and socket"), ("from urllib.request import urlopen", "imports urllib.request"), ("fall = = 1\n  import ctypes", "imports ctypes"),
    ("from pandas.io.common import os", "imports pandas.io.common.os"), ("import IPython.core.getipython", "imports IPython.core.getipython"),
    ("from fivereadings import checking", "imports fivereadings.checking"), ("import fivereadings.grading.shell as s", "imports fivereadings.grading.shell"),
    ("pd.DataFrame.query = 1", "changes pd.DataFrame.query"), ("del pd.concat", "changes pd.concat"), ("import math as m\nmath.pi = 3", "changes math.pi"),
    ("check = print", "gives check another meaning"), ("def check(*g): pass", "gives check another meaning"), ("open('x')", "opens a file"),
    ("pd.io.common.os.remove('x')", "uses .os"), ("().__class__.__base__", "uses .__class__"), ("exec('1')", "uses exec"), ("get_ipython()", "uses get_ipython"),
    ("class Any(float): pass", "defines a class"), ("type('Any', (), {})", "defines a class"), ("pd.read_json('../../solutions/x')", "names solutions/"),
    ("'../03/key.json'", "names key.json"), ("'class-work/gradebook.db'", "names gradebook"), ("'<script>1</script>'", "holds HTML that could act in a browser"),
    ("!rm -r /", "gives a command to the system or the notebook"), ("%%bash\nls", "gives a command to the system or the notebook"),
    ("fall = !ls", "gives a command to the system or the notebook"), ("-" * 90_000 + "1", "is nested too deeply to be read"),
])
def test_code_that_goes_beyond_an_exercise_is_named(source, said):
    assert said in beyond(source)


def test_what_is_named_of_the_code_is_short():
    assert [len(thing) for thing in beyond(f"import please_{'x' * 50_000}")] == [81]


def test_a_line_names_few_cells_and_few_things():
    book = read(SAMPLES / "perfect" / f"{STEM}.ipynb")
    for one in book.cells:
        if one.metadata.get("nbgrader", {}).get("solution") and one.cell_type == "code":
            one.source = "import os\nimport sys\nopen\nexec\neval\ncompile\nclass A: pass"
    cell(book, "judgement").source = "See <iframe src=x></iframe>"
    assert looks(book) == [
        "the code in read-a-figure-answer, yearly-fall-answer, share-of-exports-answer, mirror-gap-answer and 3 more imports os and sys, defines a class, "
        "opens a file, uses exec and 2 more. No exercise asks for that: please look at it",
        "the text in judgement holds HTML, a picture or a link that could act in a browser. It is shown as it was typed"]


def test_answers_of_another_kind_are_named_to_both():
    book = read(SAMPLES / "perfect" / f"{STEM}.ipynb")
    for name, answer, text in (("yearly-fall", None, "yearly-fall: Not recorded. The answer is nan."), ("closest-share", 5, ""), ("mirror-gap", {"a": 1}, ""),
                               ("read-a-figure", None, "read-a-figure: Not answered yet.")):
        cell(book, name).outputs = [nbformat.from_dict({"output_type": "display_data", "metadata": {}, "data": {"text/plain": text, MIME: {"id": name, "answer": answer}}})]
    assert remarks(book, KEY) == ["an answer of another kind than asked for, worth no points: yearly-fall (no number, text or list came out), "
                                  "mirror-gap (a list with labels, not a number) and 1 more"]
    cell(book, "share-of-exports").outputs, cell(book, "share-of-exports").execution_count = [], None
    for _ in range(2):  # scored once more, it is the same
        marks = score(book, KEY)
    assert marks["share-of-exports"].message == "Not run: the work was stopped before this cell."
    assert marks["yearly-fall"].message.startswith("Not recorded: ") and marks["read-a-figure"].message == "Not answered yet."
    assert remarks(read(SAMPLES / "perfect" / f"{STEM}.ipynb"), KEY) == []


def test_the_question_whose_code_was_stopped_is_told_apart_from_those_not_reached():
    book = read(SAMPLES / "perfect" / f"{STEM}.ipynb")
    reached = True
    for one in book.cells:
        if one.metadata.nbgrader.grade_id == "mirror-gap-answer":
            reached, one.outputs = False, [nbformat.v4.new_output("error", ename="Stopped", evalue="It ran too long.", traceback=[])]
        elif one.cell_type == "code":
            one.outputs, one.execution_count = [], 1 if reached else None
    marks = score(book, KEY)
    after = list(KEY)[list(KEY).index("mirror-gap") + 1:]
    assert marks["mirror-gap"].message == "Not answered: the work was stopped while the code of this question ran."
    assert after and all(marks[name].message == "Not run: the work was stopped before this cell." for name in after)
    assert marks["yearly-fall"].message == "Not answered yet."


def test_a_second_command_on_a_class_says_so_and_stops_and_a_killed_one_holds_nothing(graded, capsys):
    words = [str(SAMPLES), "--unit", STEM, "--class", str(graded[0])]
    holds = "import sys, time\nfrom pathlib import Path\nfrom fivereadings.grading.lock import alone\nwith alone(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", holds, str(graded[0])], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "held\n"
            for several in (words, ["--feedback", *words[1:]], ["--regrade", *words[1:]]):
                assert main(several) == 1
                assert "Another grading is running on this class" in capsys.readouterr().err
        finally:
            other.kill()
    with alone(graded[0]):
        pass
    assert main(words) == 0
