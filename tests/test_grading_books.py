"""Bookkeeping of a class: whole at every moment, fair when something changes, and every change of a score in the log.

The runs here are stand-ins that read each answer cell as `name = value`, so that no process is started.
"""

import ast
import csv
import json
import os
import random
import shutil
import signal
import time
import zipfile

import nbformat
import nbgrader.api
import pandas as pd
import pytest
from conftest import BIN, ROOT
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from fivereadings.grading import __main__ as command
from fivereadings.grading import accept, batch, course, ledger, regrade, saving, steps, summary
from fivereadings.grading.batch import grade_class, time_left
from fivereadings.grading.run import Ran
from fivereadings.notebooks import read

STEM = "03-beijing-2016-trade"
KEY = json.loads((ROOT / "solutions" / STEM / "key.json").read_text(encoding="utf-8"))
RIGHT = {name: entry["value"] for name, entry in KEY.items()}
YUAN = -34.4
MIME = "application/vnd.fivereadings.answer+json"


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def hand_in(folder, student, answers, prose="", recorded=None):
    """Write a submission whose answer cells are `answer = value`."""
    notebook = read(ROOT / "exercises" / STEM / f"{STEM}.ipynb")
    for name, value in answers.items():
        cell(notebook, f"{name}-answer").source = f"answer = {value!r}"
    for name, value in (recorded or {}).items():
        cell(notebook, name).outputs = [nbformat.v4.new_output("display_data", {MIME: {"id": name, "answer": value}})]
    if prose:
        cell(notebook, "judgement").source = prose
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{student}.ipynb")


def stand_in(notebooks, module, **how):
    """Give each check cell the record of the answer cell before it. Remembers whom it ran."""
    for student, notebook in notebooks.items():
        stand_in.ran.append(student)
        for name in KEY:
            source = cell(notebook, f"{name}-answer").source
            value = None if "..." in source else ast.literal_eval(source.partition("=")[2].strip())
            cell(notebook, name).outputs = [nbformat.v4.new_output("display_data", {MIME: {"id": name, "answer": value}})]
        yield student, Ran(notebook, "It ran too long." if student in stand_in.slow else "")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A class folder with its release and an empty gradebook: made once, copied by each test."""
    os.environ["FIVEREADINGS_HOME"] = str(ROOT)
    # nbgrader starts alembic by its name; nobody needs to put the programs of this environment on PATH for it.
    os.environ["PATH"] = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(BIN))
    folder = tmp_path_factory.mktemp("books") / "class"
    course.open_class(folder, STEM)
    return folder


@pytest.fixture
def into(opened, tmp_path, monkeypatch):
    stand_in.ran, stand_in.slow = [], set()
    monkeypatch.setattr(batch, "run_batch", stand_in)
    monkeypatch.setattr(steps, "AFTER", [steps.write_scores])
    shutil.copytree(opened, tmp_path / "class")
    return tmp_path / "class"


@pytest.fixture
def papers(tmp_path):
    """Three students: all right, the yuan rate, and a blank file."""
    hand_in(tmp_path / "in", "ann", RIGHT, "My judgement is this.")
    hand_in(tmp_path / "in", "bob", {**RIGHT, "yearly-fall": YUAN}, "Mine is that.")
    hand_in(tmp_path / "in", "cy", {})
    return tmp_path / "in"


def grade(papers, into, **how):
    stand_in.ran = []
    return grade_class(papers, STEM, into, say=lambda line: None, **how)


def lines(outcome):
    return [f"{student}: {reason}" for student, reason in outcome.attention]


def points(into, question="score"):
    return course.scores(into, STEM).set_index("student")[question].to_dict()


def log(into):
    with open(into / "log.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_hand(into, student, score=None, comment=None, question="judgement"):
    """Do what formgrader does when a person types a score or a comment."""
    with Gradebook(course.database(into)) as book:
        grade = book.find_grade(question, STEM, STEM, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            book.find_comment(question, STEM, STEM, student).manual_comment = comment
        book.db.commit()


def waits(into, student, question="judgement"):
    with Gradebook(course.database(into)) as book:
        return book.find_grade(question, STEM, STEM, student).needs_manual_grade


def assert_log_is_sound(into):
    """Numbers without gap or double, and the last line of each question is the score that the gradebook has."""
    rows = log(into)
    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))
    last = {(row["student"], row["question"]): float(row["new"]) for row in rows if row["new"]}
    table = course.scores(into, STEM).set_index("student")
    for (student, question), new in last.items():
        assert table.loc[student, question] == new
    first = [(row["student"], row["question"]) for row in rows if row["old"] == ""]
    assert len(first) == len(set(first))


def everything(into):
    """All that a rerun must leave as it is."""
    with course.gradebook(into) as book:
        work = {student: {**row} for student, row in ledger.work(book.db, STEM).items()}
    files = {path: path.read_bytes() for path in (into / "autograded").rglob("*.ipynb")}
    stamps = {path: path.stat().st_mtime_ns for path in files}
    return work, files, stamps, points(into), log(into)


# Graded once, and again


def test_scores_are_entered_whole_and_logged(papers, into):
    outcome = grade(papers, into)
    assert outcome.attention == [] and outcome.graded == ["ann", "bob", "cy"]
    assert points(into) == {"ann": 13, "bob": 11, "cy": 0}
    assert waits(into, "ann") and not waits(into, "cy")
    assert len(log(into)) == 7 + 7 + 8  # prose that waits for a person has no score yet
    assert_log_is_sound(into)


def test_a_rerun_runs_nobody_and_changes_nothing(papers, into):
    grade(papers, into)
    before = everything(into)
    outcome = grade(papers, into)
    assert stand_in.ran == [] and outcome.before == ["ann", "bob", "cy"] and everything(into) == before


def test_work_that_was_stopped_stays_and_is_said_again_until_it_is_asked_for(papers, into, monkeypatch):
    stand_in.slow = {"bob"}
    assert lines(grade(papers, into)) == ["bob: It ran too long."]
    stand_in.slow = set()
    assert lines(grade(papers, into)) == ["bob: It ran too long."] and stand_in.ran == []
    monkeypatch.setattr(batch, "TWICE", "It ran too long.")  # as if the grader itself had failed
    assert grade(papers, into).attention == [] and stand_in.ran == ["bob"]
    assert grade(papers, into, again=["cy"]).graded == ["cy"] and stand_in.ran == ["cy"]


@pytest.mark.parametrize("what", ["the file was lost", "the file is of other answers"])
def test_what_stands_in_the_books_but_not_in_the_folder_is_done_again(papers, into, what):
    grade(papers, into)
    path = saving.place(into, STEM, "bob")
    if what == "the file was lost":
        path.unlink()
    else:  # as a kill leaves it between a second submission's file and its transaction
        shutil.copy(saving.place(into, STEM, "cy"), path)
    grade(papers, into)
    assert stand_in.ran == ["bob"] and "34.4" in path.read_text(encoding="utf-8")


def test_one_student_who_cannot_be_saved_stops_nobody(papers, into, monkeypatch):
    enter = saving.enter
    monkeypatch.setattr(saving, "enter", lambda *words: enter(*words) if words[3] != "bob" else 1 / 0)
    outcome = grade(papers, into)
    assert lines(outcome) == ["bob: not graded: the grader itself failed (ZeroDivisionError: division by zero). Please report it."]
    assert points(into) == {"ann": 13, "cy": 0}
    monkeypatch.setattr(saving, "enter", enter)
    assert grade(papers, into).graded == ["bob"] and points(into)["bob"] == 11


def test_ctrl_c_leaves_whole_students_and_the_rest_for_later(papers, into, monkeypatch):
    def interrupted(notebooks, module, **how):
        for count, pair in enumerate(stand_in(notebooks, module)):
            if count == 2:
                raise KeyboardInterrupt
            yield pair

    monkeypatch.setattr(batch, "run_batch", interrupted)
    outcome = grade(papers, into)
    assert outcome.stopped and set(points(into)) == {"ann", "bob"}
    assert lines(outcome) == ["cy: not begun: grading was stopped before. The same command does the rest."]
    monkeypatch.setattr(batch, "run_batch", stand_in)
    assert grade(papers, into).graded == ["cy"]
    assert_log_is_sound(into)


def test_the_roster_that_the_class_keeps_counts_in_later_runs(papers, into, tmp_path):
    (tmp_path / "roster.csv").write_text("student,name,email\ns1,Ann,a@x\ns2,Bob,b@x\ns3,Cy,c@x\n", encoding="utf-8")
    assert grade(papers, into, roster=tmp_path / "roster.csv").graded == ["s1", "s2", "s3"]
    assert grade(papers, into).before == ["s1", "s2", "s3"] and set(points(into)) == {"s1", "s2", "s3"}
    (papers / "bob.ipynb").unlink()
    assert lines(grade(papers, into)) == [], "Bob was graded before, so nobody asks for his file"


def test_a_student_can_be_taken_out_and_the_log_keeps_the_points(papers, into, capsys):
    grade(papers, into)
    by_hand(into, "bob", 4)
    assert command.main(["--remove", "bob", "--class", str(into)]) == 0
    assert f"bob is out of the class ({STEM})" in capsys.readouterr().out
    assert set(points(into)) == {"ann", "cy"} and not (into / "autograded" / "bob").exists()
    gone = {row["question"]: row["old"] for row in log(into) if row["student"] == "bob" and row["why"] == "the student was removed"}
    assert gone["judgement"] == "4" and len(gone) == 8 and "bob" not in (into / f"scores-{STEM}.csv").read_text(encoding="utf-8")
    assert command.main(["--remove", "bob", "--class", str(into)]) == 1
    assert "There is no student 'bob' in this class. Graded were: ann, cy." in capsys.readouterr().err
    assert grade(papers, into).graded == ["bob"]


# Late and second submissions


def test_points_and_comments_given_by_hand_stay_and_are_flagged_when_the_answer_changed(papers, into):
    grade(papers, into)
    by_hand(into, "ann", 5, "Well argued.")
    by_hand(into, "bob", 4)
    hand_in(papers, "ann", {**RIGHT, "mirror-gap": 0.5}, "Another judgement.")
    hand_in(papers, "bob", {**RIGHT, "mirror-gap": 0.5}, "Mine is that.")
    grade(papers, into)
    assert points(into, "judgement") == {"ann": 5, "bob": 4, "cy": 0}
    assert points(into, "mirror-gap") == {"ann": 0, "bob": 0, "cy": 0}  # the machine's earlier points are gone
    assert waits(into, "ann") and not waits(into, "bob")
    with Gradebook(course.database(into)) as book:
        assert book.find_comment("judgement", STEM, STEM, "ann").comment == "Well argued."
    text = command.report(into, STEM, [], [])
    assert "ann: the answer to judgement changed after you graded it by hand. Your points stand; look at it again." in text
    assert "bob:" not in text


def test_a_score_overruled_by_hand_stays_on_a_checked_question_too(papers, into):
    grade(papers, into)
    by_hand(into, "bob", 1.5, question="yearly-fall")
    hand_in(papers, "bob", {**RIGHT, "yearly-fall": 7}, "Mine is that.")
    grade(papers, into)
    assert points(into, "yearly-fall")["bob"] == 1.5 and waits(into, "bob", "yearly-fall")


def test_a_blank_second_file_loses_the_machines_points_and_that_is_said(papers, into):
    grade(papers, into)
    hand_in(papers, "ann", {})
    assert lines(grade(papers, into)) == ["ann: 13 points fewer than the work graded before; log.csv names the questions."]
    assert points(into)["ann"] == 0 and not waits(into, "ann")


def test_an_older_file_takes_no_points_back_unless_it_is_asked_for(papers, into, tmp_path):
    grade(papers, into)
    hand_in(tmp_path / "older", "ann", {"read-a-figure": RIGHT["read-a-figure"]}, "An early thought.")
    os.utime(tmp_path / "older" / "ann.ipynb", (1_700_000_000, 1_700_000_000))
    said = lines(grade(tmp_path / "older", into))
    assert len(said) == 1 and "the file given now is older than the one graded on" in said[0] and said[0].endswith("--again ann")
    assert stand_in.ran == [] and points(into)["ann"] == 13
    regrade.regrade(into, STEM, show_answers=True)  # writes the graded notebook anew; its file's time stays
    assert grade(tmp_path / "older", into).graded == [] and points(into)["ann"] == 13
    assert grade(tmp_path / "older", into, again=["ann"]).graded == ["ann"] and points(into)["ann"] == 1


def test_canvas_numbers_say_which_file_is_newer_whatever_the_times_are(into, tmp_path):
    for number, time, answers in ((5002, 1_700_000_000, RIGHT), (5001, 1_800_000_000, {})):
        hand_in(tmp_path / str(number), f"odeben_106_{number}_{STEM}", answers)
        os.utime(tmp_path / str(number) / f"odeben_106_{number}_{STEM}.ipynb", (time, time))
    assert grade(tmp_path / "5002", into).graded == ["odeben-106"]
    assert grade(tmp_path / "5001", into).graded == [] and points(into) == {"odeben-106": 13}


def test_a_second_file_that_cannot_be_read_leaves_the_earlier_work_and_says_so(papers, into):
    grade(papers, into)
    (papers / "ann.ipynb").write_text("{ no notebook", encoding="utf-8")
    said = [line for line in lines(grade(papers, into)) if line.startswith("ann")]
    assert len(said) == 1 and "not graded." in said[0] and said[0].endswith("keeps its points.") and points(into)["ann"] == 13


def test_a_recorded_answer_that_the_code_does_not_give_is_said_to_both(papers, into):
    hand_in(papers, "cy", {"yearly-fall": YUAN}, recorded={"yearly-fall": RIGHT["yearly-fall"]})
    hand_in(papers, "ann", RIGHT, "My judgement is this.", recorded=RIGHT)
    said = lines(grade(papers, into))
    again = lines(grade(papers, into))
    assert stand_in.ran == [] and again == said, "the same command again tells it again"
    assert said == ["cy: the answer in the file to yearly-fall is not what the code gives when it is run; the run counts."]
    assert points(into)["cy"] == 0
    assert "differs from a rerun" in str(cell(read(saving.place(into, STEM, "cy")), "yearly-fall").outputs)


# Killed


def killed(action):
    """Do something in a child process that is killed or ends; say whether it was killed."""
    child = os.fork()
    if not child:
        os.close(2)
        try:
            action()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


class HalfWritten:
    """A file that is cut off in the middle of what is written to it."""

    def __init__(self, *words):
        self.file = open(*words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, text):
        self.file.write(text[: len(text) // 2])
        self.file.flush()
        die()


def stop_before(monkeypatch, where, name, count=2):
    real, calls = getattr(where, name), []

    def stopping(*words, **more):
        calls.append(1)
        return die() if len(calls) == count else real(*words, **more)

    monkeypatch.setattr(where, name, stopping, raising=False)


STAGES = {
    "half a notebook": lambda m: m.setattr(saving, "open", lambda path, *w, **k: HalfWritten(path, "w"), raising=False),
    "before the notebook takes its place": lambda m: stop_before(m, saving.os, "replace"),
    "before the transaction": lambda m: stop_before(m, saving, "enter"),
    "the student is new, without scores": lambda m: stop_before(m, saving, "answer_digests"),
    "before the log's rows": lambda m: stop_before(m, ledger, "put_log"),
    "before the note that it is done": lambda m: stop_before(m, ledger, "put_work"),
    "after the transaction": lambda m: stop_before(m, ledger, "write_log", 3),
    "half a line of the log": lambda m: m.setattr(ledger, "open", lambda path, mode: open(path, mode) if mode == "rb" else HalfWritten(path, mode), raising=False),
}

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the test kills a forked process")


@needs_fork
@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_a_rerun_finishes_and_changes_nothing_done(papers, into, stage):
    with pytest.MonkeyPatch.context() as patch:
        STAGES[stage](patch)
        assert killed(lambda: grade(papers, into))
    with course.gradebook(into) as book:
        done = set(ledger.work(book.db, STEM))
        assert done == {submission.student_id for submission in book.assignment_submissions(STEM)}, "half a student"
    assert len(done) < 3
    for path in (into / "autograded").rglob("*.ipynb"):
        read(path)  # whole
    files = {student: saving.place(into, STEM, student).stat().st_mtime_ns for student in done}
    outcome = grade(papers, into)
    assert set(outcome.before) == done and set(outcome.graded) == {"ann", "bob", "cy"} - done and outcome.attention == []
    assert all(saving.place(into, STEM, student).stat().st_mtime_ns == when for student, when in files.items())
    assert points(into) == {"ann": 13, "bob": 11, "cy": 0} and len(log(into)) == 22
    assert_log_is_sound(into)


@needs_fork
def test_killed_at_random_moments_it_is_finished_in_the_end(papers, into):
    moments, kills = random.Random(6), 0
    for number in range(9):
        hand_in(papers, f"student-{number}", {**RIGHT, "mirror-gap": number})
    for _ in range(5):
        child = os.fork()
        if not child:
            os.close(2)
            grade(papers, into)
            os._exit(0)
        time.sleep(moments.uniform(0.02, 0.6))
        os.kill(child, signal.SIGKILL)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    outcome = grade(papers, into)
    assert kills and len(outcome.before) + len(outcome.graded) == 12 and len(points(into)) == 12
    assert_log_is_sound(into)
    before = everything(into)
    grade(papers, into)
    assert everything(into) == before


@needs_fork
@pytest.mark.parametrize("moment", ["gradebook", "release", "stamp"])
def test_killed_while_the_class_is_opened_a_rerun_opens_it(papers, into, opened, monkeypatch, moment):
    def generate(stem, release, folder, solutions):
        """What nbgrader does, without its ten seconds."""
        shutil.copy(opened / "gradebook.db", folder / "gradebook.db")
        (release / stem).mkdir(parents=True, exist_ok=True)
        for path in sorted((opened / "release" / stem).iterdir()):
            shutil.copy(path, release / stem)
            if generate.dies:
                die()

    shutil.rmtree(into / "release" / STEM)
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", lambda: "unasked")  # asking takes seconds
    if moment == "gradebook":
        (into / "gradebook.db").unlink()
    monkeypatch.setattr(course, "generate", generate)
    with pytest.MonkeyPatch.context() as patch:
        generate.dies = moment == "release"
        if moment == "gradebook":
            stop_before(patch, course.os, "replace", 1)
        if moment == "stamp":
            stop_before(patch, course.Path, "write_text", 2)
        assert killed(lambda: grade(papers, into))
    assert (into / "gradebook.db").exists() is (moment != "gradebook")
    generate.dies = False
    grade(papers, into)
    assert points(into) == {"ann": 13, "bob": 11, "cy": 0} and (into / "release" / STEM / "questions.csv").exists()


@needs_fork
def test_a_second_submission_killed_before_its_transaction_is_done_again(papers, into):
    grade(papers, into)
    first = (papers / "ann.ipynb").read_bytes()
    hand_in(papers, "ann", {})
    with pytest.MonkeyPatch.context() as patch:
        stop_before(patch, saving, "enter", 1)
        assert killed(lambda: grade(papers, into))
    moved, attention = regrade.regrade(into, STEM)
    assert moved == [] and [line.student for line in attention] == ["ann"] and points(into)["ann"] == 13
    (papers / "ann.ipynb").write_bytes(first)  # the student takes it back
    grade(papers, into)
    assert stand_in.ran == ["ann"] and points(into)["ann"] == 13
    assert saving.stored(into, STEM, "ann").metadata.fivereadings.ran == batch.answered_from(
        saving.stored(into, STEM, "ann"), batch.version(into / "release" / STEM / f"{STEM}.ipynb"))


# Accepted answers, tolerances, regrading


def test_an_accepted_answer_moves_those_who_gave_it_without_running_anybody(papers, into, capsys):
    grade(papers, into)
    stand_in.ran = []
    assert command.main(["--accept", "yearly-fall", str(YUAN), "--why", "asked ambiguously", "--class", str(into)]) == 0
    said = capsys.readouterr().out
    assert "a known mistake of yearly-fall counts as right" in said
    assert "1 moved.\n  bob: +2 points (yearly-fall 0 to 2)" in said
    assert stand_in.ran == [] and points(into) == {"ann": 13, "bob": 13, "cy": 0}
    last = log(into)[-1]
    assert (last["student"], last["old"], last["new"], last["why"]) == ("bob", "0", "2", "accepted answer: asked ambiguously")
    assert "Right: also accepted. asked ambiguously" in str(cell(read(saving.place(into, STEM, "bob")), "yearly-fall").outputs)
    assert pd.read_csv(into / f"scores-{STEM}.csv").set_index("student").loc["bob", "score"] == 13
    assert grade(papers, into).before == ["ann", "bob", "cy"] and stand_in.ran == []


def test_regrading_leaves_the_files_of_those_for_whom_nothing_changes(papers, into):
    grade(papers, into)
    before = {student: saving.place(into, STEM, student).stat().st_mtime_ns for student in ("ann", "bob", "cy")}
    accept.add(into, KEY, "yearly-fall", str(YUAN), "", "fair")
    regrade.regrade(into, STEM)
    after = {student: saving.place(into, STEM, student).stat().st_mtime_ns for student in before}
    assert [student for student in before if before[student] != after[student]] == ["bob"]
    assert grade(papers, into).before == ["ann", "bob", "cy"]


def test_taking_a_row_out_of_accept_csv_takes_its_points_back(papers, into):
    grade(papers, into)
    accept.add(into, KEY, "yearly-fall", str(YUAN), "", "why not")
    grade(papers, into)
    assert stand_in.ran == [] and points(into)["bob"] == 13
    (into / "accept.csv").unlink()
    moved, _ = regrade.regrade(into, STEM)
    assert regrade.in_words(moved) == ["bob: -2 points (yearly-fall 2 to 0)"] and log(into)[-1]["why"] == "regraded"


def test_another_tolerance_counts_for_everybody(papers, into, capsys):
    hand_in(papers, "cy", {"yearly-fall": -35.6})
    grade(papers, into)
    assert points(into)["cy"] == 0
    assert command.main(["--tolerance", "yearly-fall", "0.5", "--why", "rounding", "--class", str(into)]) == 0
    assert "cy: +2 points" in capsys.readouterr().out and points(into)["cy"] == 2


def test_points_given_by_hand_stand_when_the_rule_changes_and_that_is_said(papers, into):
    grade(papers, into)
    by_hand(into, "bob", 1, question="yearly-fall")
    accept.add(into, KEY, "yearly-fall", str(YUAN), "", "fair")
    moved, attention = regrade.regrade(into, STEM)
    assert moved == [] and points(into, "yearly-fall")["bob"] == 1 and not waits(into, "bob", "yearly-fall")
    assert attention == [("bob", "yearly-fall would have other points now, but the points that you gave by hand stand.")]


def test_work_whose_file_is_not_that_of_the_books_is_not_regraded(papers, into):
    grade(papers, into)
    saving.place(into, STEM, "bob").write_text("{", encoding="utf-8")
    accept.add(into, KEY, "yearly-fall", str(YUAN), "", "fair")
    moved, attention = regrade.regrade(into, STEM)
    assert moved == [] and attention[0].student == "bob" and "Grade the folder again" in attention[0].reason


@pytest.mark.parametrize("row, said", [
    (("no-such", "1", "", "why"), "There is no checked question 'no-such'"),
    (("yearly-fall", "-35,2", "", "why"), "A decimal has a point"),
    (("yearly-fall", "true", "", "why"), "asks for a number"),
    (("yearly-fall", "NaN", "", "why"), "cannot be read"),
    (("yearly-fall", "", "", "why"), "needs an answer, a tolerance, or both"),
    (("yearly-fall", "", "-1", "why"), "a tolerance is 0 or more"),
    (("yearly-fall", "", "a bit", "why"), "is not a number"),
    (("yearly-fall", "-35", "", " "), "Say why"),
])
def test_what_cannot_be_accepted_is_said_and_not_kept(tmp_path, row, said):
    with pytest.raises(ValueError, match=said):
        accept.add(tmp_path, KEY, *row)
    assert not (tmp_path / "accept.csv").exists()


def test_accept_csv_may_come_from_a_spreadsheet_and_its_errors_have_a_line(tmp_path):
    path = tmp_path / "accept.csv"
    path.write_text('\ufeffquestion;answer;tolerance;reason;date\r\nclosest-share;"""D""";;said so;2026-11-01\r\nother-unit;9;;x;\r\n', encoding="utf-8")
    assert accept.load(tmp_path, KEY) == {"closest-share": [{"answer": "D", "tolerance": None, "reason": "said so"}]}
    path.write_text("question,answer,tolerance\nyearly-fall,oops,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2 .yearly-fall.: the answer 'oops' cannot be read"):
        accept.load(tmp_path, KEY)
    path.write_text("frage,antwort\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no column question, answer, tolerance"):
        accept.load(tmp_path, KEY)
    accept_text = 'question,answer,tolerance,reason,date\n'
    path.write_text(accept_text, encoding="utf-8")
    accept.add(tmp_path, KEY, "closest-share", "D", "", "a text needs no quotation marks here")
    assert accept.load(tmp_path, KEY)["closest-share"][0]["answer"] == "D"


def test_an_answer_may_be_typed_without_brackets_and_a_decimal_comma_is_explained(tmp_path):
    key = {"letters": {"value": ["A", "B"], "tolerance": 0, "points": 1, "mistakes": []}, "years": {"value": [2014], "tolerance": 0, "points": 1, "mistakes": []}}
    for name, text, answer in (("letters", "B", ["B"]), ("letters", "C, A", ["A", "C"]), ("years", "2015, 2014", [2014, 2015]), ("years", "[2016]", [2016])):
        accept.add(tmp_path, key, name, text, "", "x")
        assert accept.load(tmp_path, key)[name][-1]["answer"] == answer
    with pytest.raises(ValueError, match="A decimal has a point, not a comma .35.2.; .*]\\).$"):
        accept.add(tmp_path, KEY, "yearly-fall", "37,9", "", "x")


# The log


def test_points_given_by_hand_are_noticed_at_feedback_once(papers, into, capsys):
    grade(papers, into)
    by_hand(into, "ann", 5)
    for expected in ("1 scores given by hand", "0 scores given by hand"):
        assert command.main(["--feedback", "--unit", STEM, "--class", str(into)]) == 0
        assert expected in capsys.readouterr().out
    last = log(into)[-1]
    assert (last["student"], last["question"], last["old"], last["new"], last["why"]) == ("ann", "judgement", "", "5", "by hand")
    by_hand(into, "ann", 6)
    grade(papers, into)  # noticed here too, before anything else is entered
    assert (log(into)[-1]["old"], log(into)[-1]["new"]) == ("5", "6")
    assert_log_is_sound(into)


@pytest.mark.parametrize("harm", ["a torn line", "lost", "empty", "half the header"])
def test_a_harmed_log_is_whole_again_after_the_next_command(papers, into, harm):
    grade(papers, into)
    path, whole = into / "log.csv", (into / "log.csv").read_text(encoding="utf-8")
    {"a torn line": lambda: path.write_text(whole[:-20], encoding="utf-8"), "lost": path.unlink,
     "empty": lambda: path.write_text("", encoding="utf-8"), "half the header": lambda: path.write_text("number,ti", encoding="utf-8")}[harm]()
    grade(papers, into)
    assert path.read_text(encoding="utf-8") == whole


def test_a_new_gradebook_goes_on_with_the_numbers_of_the_log(papers, into, opened):
    grade(papers, into)
    shutil.copy(opened / "gradebook.db", into / "gradebook.db")
    grade(papers, into)
    assert [int(row["number"]) for row in log(into)] == list(range(1, 45))


# The class folder and the command


def test_the_release_is_made_once_and_again_when_the_solution_changes(into, monkeypatch):
    made = []
    monkeypatch.setattr(course, "generate", lambda *words: made.append(words))
    course.open_class(into, STEM)
    assert made == []
    monkeypatch.setattr(course, "digest_of", lambda *things: "another")
    course.open_class(into, STEM)
    assert len(made) == 1


def test_another_database_is_used_by_every_command_and_by_nbgrader(papers, into, tmp_path):
    place = tmp_path / "elsewhere"
    address = f"sqlite:///{tmp_path / 'other.db'}"
    course.use_database(place, address)
    shutil.copytree(into / "release", place / "release")
    shutil.copy(into / "gradebook.db", tmp_path / "other.db")
    grade(papers, place)
    assert not (place / "gradebook.db").exists() and len(points(place)) == 3
    assert course.settings(place).CourseDirectory.db_url == address
    assert NbGraderAPI(config=course.settings(place)).gradebook.find_submission(STEM, "ann").score == 13
    assert (place / "gradebook-address.txt").stat().st_mode & 0o077 == 0 or os.name == "nt"
    course.use_database(place, address)
    with pytest.raises(ValueError, match="has a gradebook already"):
        course.use_database(into, address)


def test_the_command_says_who_needs_attention_what_is_left_and_what_comes_next(papers, into, capsys):
    (papers / "dot.ipynb").write_text("{", encoding="utf-8")
    assert command.main([str(papers), "--unit", STEM, "--class", str(into)]) == 0
    said = capsys.readouterr().out
    kept = into / f"attention-{STEM}.txt"
    assert kept.read_text(encoding="utf-8").startswith("dot: not graded. dot.ipynb is not a notebook") and str(kept) in said
    assert command.main(["--feedback", "--unit", STEM, "--class", str(into)]) == 0
    assert "Not graded when files were graded last:\n  dot: not graded. dot.ipynb" in capsys.readouterr().out
    for part in ("3 of 3  cy", "Needs attention:\n  dot: not graded.", "To grade by hand: judgement, 2 answers", "Next: python start.py grade --by-hand",
                 f"Scores: {into}", "log.csv"):
        assert part in said, part
    assert command.main([str(papers), "--unit", STEM, "--class", str(into)]) == 0
    assert "3 of 3 were graded before" in capsys.readouterr().out
    by_hand(into, "ann", 5)
    by_hand(into, "bob", 4)
    hand_in(papers, "ann", RIGHT, "My judgement is another.")
    assert command.main([str(papers), "--unit", STEM, "--class", str(into)]) == 0
    said = capsys.readouterr().out
    assert "To grade by hand: again judgement of ann\n" in said and "Next: python start.py grade --by-hand" in said
    assert command.main(["--feedback", "--unit", STEM, "--class", str(into)]) == 0
    assert "Needs attention:\n  ann: the answer to judgement changed after" in capsys.readouterr().out


@pytest.mark.parametrize("words, said", [
    (["--regrade"], "There is no gradebook"),
    (["--feedback", "--unit", STEM], "There is no gradebook"),
    (["/nowhere", "--unit", STEM], "No submissions were found in"),
    (["--accept", "nonsense", "1", "--why", "x"], "There is no gradebook"),
    (["--by-hand"], "If you graded with --class, give the same --class here."),
])
def test_wrong_words_get_one_sentence(words, said, tmp_path, capsys):
    assert command.main([*words, "--class", str(tmp_path / "class")]) == 1
    assert said in capsys.readouterr().err


def test_ctrl_c_in_formgrader_says_that_points_are_saved_and_what_comes_next(into, monkeypatch, capsys):
    waits_for = iter([KeyboardInterrupt, 0])

    class Server:
        def __init__(self, words, cwd):
            assert f"--LabApp.default_url=/formgrader/gradebook/{STEM}/{STEM}" in words and "--ServerApp.answer_yes=True" in words

        def wait(self):
            if (happens := next(waits_for)) is KeyboardInterrupt:
                raise happens
            return happens

    monkeypatch.setattr(command.subprocess, "Popen", Server)
    assert command.main(["--by-hand", "--unit", STEM, "--class", str(into)]) == 0
    assert f"Points and comments are saved. Next: python start.py grade --feedback --unit {STEM} --class " in capsys.readouterr().out
    assert next(waits_for, "") == "", "it waits until the server has ended"


def test_pages_go_back_under_the_names_by_which_canvas_and_moodle_know_them(into, tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "AFTER", [steps.write_feedback, steps.write_zips])
    hand_in(tmp_path / "in", f"odeben_LATE_106_5001_{STEM}", RIGHT)
    hand_in(tmp_path / "in" / "Ana Ortiz_9001_assignsubmission_file_", STEM, RIGHT)
    hand_in(tmp_path / "in" / "cy", STEM, {})
    grade(tmp_path / "in", into)
    said = "\n".join(steps.after(into, STEM, set()))
    for platform, name in (("canvas", "odeben_106_5001_"), ("moodle", "Ana Ortiz_9001_assignsubmission_file_")):
        with zipfile.ZipFile(into / f"feedback-{STEM}-{platform}.zip") as archive:
            assert archive.namelist() == [f"{name}{STEM}-feedback.html"] and b"13 of 19 points" in archive.read(archive.namelist()[0])
        assert f"Feedback pages for {platform.title()}, 1 of 3: " in said
    # as Moodle reads a name: five parts; the second is the participant, the third and fourth the plugin
    assert "Ana Ortiz_9001_assignsubmission_file_x.html".split("_", 4)[1:4] == ["9001", "assignsubmission", "file"]


def test_feedback_of_a_unit_that_nobody_handed_in_says_which_were_graded(papers, into, capsys):
    grade(papers, into)
    assert command.main(["--feedback", "--unit", "01-shanghai-2014", "--class", str(into)]) == 1
    assert f"Nothing of 01-shanghai-2014 was graded in {into} yet. Graded were: {STEM}." in capsys.readouterr().err


def test_a_class_folder_is_named_so_that_the_command_can_be_pasted_and_git_ignores_it(into, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert summary.option(tmp_path / "My Course") == (" --class \"My Course\"" if os.name == "nt" else " --class 'My Course'")
    assert summary.option(ROOT / "class-work") == "" and summary.option(tmp_path) == f" --class {tmp_path}"
    assert (into / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_time_left_is_said_in_words():
    assert time_left(10, 10, 300) == "  (about 5 minutes left)" and time_left(10, 10, 40) == "  (about 30 seconds left)"
    assert time_left(9, 3, 3) == ""
