"""Intake of notebooks: every broken or odd file gets one sentence, and nothing but answers comes through."""

import copy
import json
import random
from pathlib import Path

import nbformat
import nbgrader
import pytest
from conftest import ROOT

from fivereadings.answers import MIME
from fivereadings.grading.intake import collect, graded, handed_in_answers, take
from fivereadings.notebooks import read

STEM = "03-beijing-2016-trade"
OTHER = "04-vladivostok-2018"
RELEASED = read(ROOT / "exercises" / STEM / f"{STEM}.ipynb")
PERFECT = json.loads((ROOT / "tests" / "submissions" / "perfect" / f"{STEM}.ipynb").read_text(encoding="utf-8"))
ANSWERS = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in PERFECT["cells"]
           if cell["metadata"]["nbgrader"]["solution"]}


def cell(notebook, name):
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def text(**change):
    return json.dumps({**PERFECT, **change}).encode()


def with_cells(*cells):
    return text(cells=list(cells))


def deep(levels):
    return b'{"cells": [], "metadata": ' + b"[" * levels + b"]" * levels + b"}"


def answers(notebook):
    return {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if c.metadata.nbgrader.solution}


NOT = "anna.ipynb is not a notebook that can be read: "
NONE = "anna.ipynb has no answer cell of this exercise; "
REFUSED = {
    "empty": (b"", NOT + "the file is empty."),
    "spaces only": (b" \n ", NOT + "the file is empty."),
    "NUL bytes": (b"\0" * 5000, NOT + "the file holds nothing but NUL bytes, as a copy that broke off leaves them."),
    "cut off": (text()[:3000], NOT + "it breaks off before its end."),
    "a script": (b"import pandas as pd\nfall = 3\n", NOT + "from line 1 on, it is damaged or of another kind."),
    "NUL inside": (text().replace(b'"cells"', b'"ce\0lls"'), NOT + "from line 1 on, it is damaged or of another kind."),
    "a web page": (b"<!DOCTYPE html><p>Log in</p>", NOT + "it is a web page."),
    "a PDF": (b"%PDF-1.7 \xe2\xe3", NOT + "it is a PDF."),
    "a zip": (b"PK\x03\x04\x14\0", NOT + "it is a zip or an office document."),
    "a list": (b"[1, 2]", NOT + "it holds other data than a notebook."),
    "no cells": (b'{"nbformat": 4}', NOT + "it has no list of cells."),
    "cells of a wrong type": (text(cells={"a": 1}), NOT + "it has no list of cells."),
    "format 5": (text(nbformat=5), NOT + "it is in the notebook format 5, and only formats up to 4 are known."),
    "too many cells": (with_cells(*[{}] * 2001), NOT + "it has 2,001 cells, and at most 2,000 are read."),
    "too many parts": (text(metadata=[[]] * 1_000_000), NOT + "it has more than 1,000,000 parts."),
    "too deep": (deep(100_000), NOT + "its data are nested too deeply or are too many."),
    "another exercise": ((ROOT / "exercises" / OTHER / f"{OTHER}.ipynb").read_bytes(), NONE + f"it seems to be the exercise {OTHER}."),
    "the unit": (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "metadata": {}}]}',
                 NONE + "its cells carry no ids of any exercise. Perhaps the unit's notebook was handed in, not the exercise."),
    "somebody else's course": (with_cells({"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": "squares"}}}),
                               NONE + "its cells come from no exercise of this module."),
    "cells that are no cells": (with_cells(1, None, "x", [], {"metadata": 3, "source": 4}),
                                NONE + "its cells carry no ids of any exercise. Perhaps the unit's notebook was handed in, not the exercise."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_submission_is_refused_with_its_reason_and_the_next_student_is_graded(case, tmp_path):
    data, reason = REFUSED[case]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "anna.ipynb").write_bytes(data)
    (tmp_path / "in" / "ben.ipynb").write_bytes(text())
    found, attention = collect(tmp_path / "in", STEM, None, tmp_path / "scratch")
    assert attention == [("anna", f"not graded. {reason}")] and [one.student for one in found] == ["ben"]
    with pytest.raises(ValueError) as refused:
        take(tmp_path / "in" / "anna.ipynb", RELEASED)
    assert str(refused.value) == reason


def old_format():
    cells = [{**c, "input": c["source"]} for c in copy.deepcopy(PERFECT["cells"])]
    for c in cells:
        del c["source"], c["id"]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()


READ = {
    "UTF-8 with a mark": (b"\xef\xbb\xbf" + text(), []),
    "UTF-16": (text().decode().encode("utf-16"), ["the file was stored as UTF-16, not as UTF-8; it was read all the same"]),
    "UTF-16 without a mark": (text().decode().encode("utf-16-le"), ["the file was stored as UTF-16, not as UTF-8; it was read all the same"]),
    "Latin-1": (text(metadata={"author": "X"}).replace(b'"X"', b'"Andr\xe9"'),
                ["the file was not stored as UTF-8; it was read as Windows-1252 (Latin-1), so look at letters with accents"]),
    "format 3": (old_format(), []),
    "format 2 in its number": (text(nbformat="2"), []),
    "a gigantic number": (text(metadata={"n": 7}).replace(b'"n": 7', b'"n": ' + b"9" * 100_000), []),
    "infinity and nan": (text(metadata={"n": float("inf"), "m": float("nan")}), []),
    "metadata of a wrong type": (text(metadata=[1]), []),
    "junk among the cells": (with_cells(1, None, *PERFECT["cells"], {"cell_type": 3, "id": [], "metadata": {"nbgrader": [1]}, "outputs": 5}), []),
    "another kernel's name": (text(metadata={"kernelspec": {"name": "matlab", "language": "python"}}), []),
    "another language": (text(metadata={"kernelspec": {"name": "ir", "language": "R"}}),
                         ["the notebook was set to another language (R); its answers are run as Python"]),
}


@pytest.mark.parametrize("case", READ)
def test_a_file_that_can_be_read_loses_no_answer(case, tmp_path):
    data, odd = READ[case]
    (tmp_path / "anna.ipynb").write_bytes(data)
    notebook, said = take(tmp_path / "anna.ipynb", RELEASED)
    assert answers(notebook) == ANSWERS and said == odd


# What was changed in a notebook: (change, lines, answers that differ from those of the good one)


def change_tests(nb):
    cell(nb, "yearly-fall")["source"] = "print('I pass')"
    cell(nb, "yearly-fall")["metadata"]["nbgrader"].update(points=100, locked=False, solution=True)
    cell(nb, "judgement")["metadata"]["nbgrader"]["points"] = 1e9


def old_schema(nb):
    for c in nb["cells"]:
        about = c["metadata"]["nbgrader"]
        c["metadata"]["nbgrader"] = {"grade_id": about["grade_id"], "schema_version": 1, "grade": "yes", "points": "many"}


def junk(nb):
    for number, c in enumerate(nb["cells"]):
        c["metadata"].update(tags=number, collapsed={}, nbgrader={"grade_id": c["metadata"]["nbgrader"]["grade_id"], "x": [[[]]]})
        c.update(execution_count="a", outputs=[1, {"data": 5}], attachments=[])


def new_ids(nb):
    for number, c in enumerate(nb["cells"]):
        c["id"] = f"n{number}"


def no_nbgrader(nb):
    for c in nb["cells"]:
        del c["metadata"]["nbgrader"]


def swapped(nb):
    one, two = cell(nb, "yearly-fall-answer"), cell(nb, "read-a-figure-answer")
    one["metadata"], two["metadata"] = two["metadata"], one["metadata"]


def on_a_wrong_cell(nb):
    del cell(nb, "yearly-fall-answer")["metadata"]["nbgrader"]
    nb["cells"] = [c for c in nb["cells"] if c["id"] != "yearly-fall-answer"]
    cell(nb, "yearly-fall-given")["metadata"]["nbgrader"]["grade_id"] = "yearly-fall-answer"


def doubled(source, original=None):
    def change(nb):
        own = cell(nb, "yearly-fall-answer")
        nb["cells"].insert(0, {**copy.deepcopy(own), "id": "copy", "source": source})
        own["source"] = own["source"] if original is None else original
    return change


def doubled_without_ids(nb):
    doubled("fall = 0")(nb)
    for c in nb["cells"]:
        del c["id"]


def setting(name, **values):
    return lambda nb: cell(nb, name).update(values)


BLANK = cell(RELEASED, "yearly-fall-answer").source
GIVEN = cell(RELEASED, "yearly-fall-given").source
LOST = [f"the answer cell {name} had lost its id or carried another; it was found by its place in the file" for name in ANSWERS]
CHANGED = {
    "tests and points": (change_tests, [], {}),
    "old schema": (old_schema, [], {}),
    "junk metadata": (junk, [], {}),
    "new cell ids": (new_ids, [], {}),
    "ids of nbgrader lost": (no_nbgrader, LOST, {}),
    "ids swapped": (swapped, [LOST[0], LOST[1]], {}),
    "an id on a wrong cell": (on_a_wrong_cell, ["the id of the answer cell yearly-fall-answer stands on another cell of the exercise; "
                                                "the text of that cell counts"], {"yearly-fall-answer": GIVEN}),
    "a graded cell copied": (lambda nb: nb["cells"].append(copy.deepcopy(cell(nb, "yearly-fall"))), [], {}),
    "locked cells deleted": (lambda nb: nb["cells"].remove(cell(nb, "yearly-fall")), [], {}),
    "order reversed": (lambda nb: nb["cells"].reverse(), [], {}),
    "an answer copied": (doubled("fall = 0"), ["the answer cell yearly-fall-answer stands 2 times; the original counts"], {}),
    "an answer in the copy only": (doubled("fall = 0", BLANK), ["the answer cell yearly-fall-answer stands 2 times; the one that is filled in counts"],
                                   {"yearly-fall-answer": "fall = 0"}),
    "an answer copied, no cell ids": (doubled_without_ids, ["the answer cell yearly-fall-answer stands 2 times; the first counts"],
                                      {"yearly-fall-answer": "fall = 0"}),
    "an answer deleted": (lambda nb: nb["cells"].remove(cell(nb, "yearly-fall-answer")),
                          ["the answer cell yearly-fall-answer is missing; it counts as blank"], {"yearly-fall-answer": BLANK}),
    "code turned to Markdown": (setting("yearly-fall-answer", cell_type="markdown"),
                                ["the answer cell yearly-fall-answer was turned from code to markdown; its text counts"], {}),
    "source of a wrong type": (setting("yearly-fall-answer", source=[1, {}]),
                               ["the answer yearly-fall-answer is not a text; it counts as blank"], {"yearly-fall-answer": BLANK}),
    "a huge answer": (setting("yearly-fall-answer", source="#" * 150_000),
                      ["the answer yearly-fall-answer has 150 kB, and at most 100 kB are taken; it counts as blank"], {"yearly-fall-answer": BLANK}),
    "half a character and a NUL": (setting("judgement", source="a\ud800\0b"), [], {"judgement": "a?\ufffdb"}),
    "a pasted picture": (setting("judgement", attachments={"a.png": {"image/png": "eA=="}}),
                         ["the answer judgement has a pasted picture, which is left behind: look into the file"], {}),
}


@pytest.mark.parametrize("case", CHANGED)
def test_only_answers_come_through_and_what_touched_an_answer_is_said(case, tmp_path):
    change, odd, differ = CHANGED[case]
    handed = copy.deepcopy(PERFECT)
    change(handed)
    (tmp_path / "anna.ipynb").write_text(json.dumps(handed), encoding="utf-8")
    notebook, said = take(tmp_path / "anna.ipynb", RELEASED)
    assert said == odd and answers(notebook) == {**ANSWERS, **differ}
    only_the_release(notebook)


def only_the_release(notebook):
    """Everything but the texts of answer cells is as released."""
    assert len(notebook.cells) == len(RELEASED.cells) and notebook.metadata == RELEASED.metadata
    for ours, released in zip(notebook.cells, RELEASED.cells):
        source = ours.source if released.metadata.nbgrader.solution else released.source
        assert {**ours, "source": source} == {**released, "source": source}
    assert len(graded(notebook)) == len(graded(RELEASED))
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode("utf-8")


def test_recorded_answers_of_a_file_are_plain_data_of_the_cell_that_asks(tmp_path):
    handed = copy.deepcopy(PERFECT)

    def record(name, answer):
        return {"output_type": "display_data", "data": {MIME: {"id": name, "answer": answer}}, "metadata": {}}

    cell(handed, "yearly-fall")["outputs"] = [record("yearly-fall", 1), record("yearly-fall", -35.2), record("mirror-gap", 5)]
    cell(handed, "mirror-gap")["outputs"] = [record("mirror-gap", [[[[[[1]]]]]]), {"data": {MIME: "x"}}, {"data": 3}, 7]
    cell(handed, "closest-share")["outputs"] = {"a": 1}
    (tmp_path / "anna.ipynb").write_text(json.dumps(handed), encoding="utf-8")
    recorded = handed_in_answers(tmp_path / "anna.ipynb")
    assert recorded["yearly-fall"] == -35.2 and not {"mirror-gap", "closest-share"} & recorded.keys()


def mutated(rng):
    """Return the bytes of a good notebook after a few random accidents, in its data and in its bytes."""
    notebook = copy.deepcopy(PERFECT)
    odd = [None, 0, -1, 1e308, "", "x", [], {}, [[]], {"nbgrader": 1}, True, "judgement", ["a", "b"], 10**30, "\ud800"]
    for _ in range(rng.randint(1, 12)):
        place, path = notebook, None
        while isinstance(place, (dict, list)) and place and (path is None or rng.random() < 0.8):
            path = (place, rng.choice(list(place) if isinstance(place, dict) else range(len(place))))
            place = path[0][path[1]]
        if path is None:
            break
        holder, key = path
        action = rng.randrange(4)
        if action == 0 and isinstance(holder, dict):
            del holder[key]
        elif action == 1 and isinstance(holder, list):
            holder.insert(rng.randrange(len(holder)), copy.deepcopy(rng.choice(holder)))
        elif action == 2 and isinstance(holder, list):
            rng.shuffle(holder)
        else:
            holder[key] = copy.deepcopy(rng.choice(odd))
    data = bytearray(json.dumps(notebook).encode())
    if rng.random() < 0.3:
        for _ in range(rng.randint(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[:rng.randrange(len(data))] if rng.random() < 0.1 else data)


def test_300_random_accidents_never_raise_but_a_sentence_and_never_mix_students(tmp_path):
    rng = random.Random(2016)
    secret = "only-ben-wrote-this"
    ben = copy.deepcopy(PERFECT)
    cell(ben, "judgement")["source"] = secret
    (tmp_path / "ben.ipynb").write_text(json.dumps(ben), encoding="utf-8")
    taken = 0
    for number in range(300):
        path = tmp_path / "anna.ipynb"
        path.write_bytes(mutated(rng))
        try:
            notebook, odd = take(path, RELEASED)
            handed_in_answers(path)
        except ValueError as refused:
            assert type(refused) is ValueError and str(refused).startswith("anna.ipynb ") and str(refused).endswith("."), refused
            continue
        taken += 1
        only_the_release(notebook)
        assert all(isinstance(line, str) for line in odd) and secret not in nbformat.writes(notebook)
        if number % 20 == 0:
            assert answers(take(tmp_path / "ben.ipynb", RELEASED)[0])["judgement"] == secret
    assert 100 < taken < 300


# nbgrader's own notebooks

THEIRS = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
SQUARES = "the answer cell sum_of_squares"
OF_TEST = {  # what of theirs answers the exercise test.ipynb, and what is said; nothing else does
    "test.ipynb": [], "test-v0.ipynb": [], "test-v1.ipynb": [], "test-v2.ipynb": [], "test-with-output.ipynb": [],
    "test-v0-invalid.ipynb": [f"{SQUARES}_application is missing; it counts as blank"],
    "test-hidden-tests.ipynb": [f"{SQUARES}{part} is missing; it counts as blank" for part in ("_equation", "_application")],
    "timeout.ipynb": [f"{SQUARES}{part} is missing; it counts as blank" for part in ("", "_equation", "_application")],
    "validation-zero-points.ipynb": [f"{SQUARES}{part} is missing; it counts as blank" for part in ("", "_equation", "_application")],
}
OF_SUBMITTED = dict.fromkeys([f"submitted-{kind}.ipynb" for kind in (
    "unchanged", "changed", "cheat-attempt", "cheat-attempt-alternative", "grade-cell-changed", "locked-cell-changed")], [])


@pytest.mark.parametrize("released, expected", [("test.ipynb", OF_TEST), ("submitted-unchanged.ipynb", OF_SUBMITTED)])
def test_each_of_nbgraders_own_notebooks_gives_a_notebook_or_a_reason(released, expected):
    exercise, taken = read(THEIRS / released), {}
    for path in sorted(THEIRS.glob("*.ipynb")):
        try:
            taken[path.name] = take(path, exercise)[1]
        except ValueError as refused:
            assert str(refused).startswith(f"{path.name} has no answer cell of this exercise; ")
    assert taken == expected


def test_all_of_nbgraders_own_notebooks_are_collected_and_its_other_files_are_named(tmp_path):
    found, attention = collect(THEIRS, "of-no-exercise-here", None, tmp_path)
    assert {one.student for one in found} == {path.stem for path in THEIRS.glob("*.ipynb")}
    assert ("zips inside", "not opened: notebooks.zip. Unpack them yourself if they hold somebody's notebook.") in attention
