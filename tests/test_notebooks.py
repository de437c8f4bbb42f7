"""The stored notebooks: their order, what they hold, and the core path alone."""

import json
import re

import nbformat
import pytest
from conftest import ROOT, STEMS, UNITS

from fivereadings import load
from fivereadings.notebooks import WIDGET, normalise, read, run

WITH_EXERCISE = [path for path in UNITS if path.stem in STEMS]
ONE_READING = WITH_EXERCISE[:len(load("readings"))]  # 06 to 08 are about all of them
ORDER = ["At a glance", "Before you read", "The argument", "Terms", "A claim", "Discussion", "To the exercise",
         "Key points", "Sources and how to cite", "Save your work"]
STORED = [*UNITS, *(ROOT / "solutions" / stem / f"{stem}.ipynb" for stem in STEMS)]


@pytest.mark.parametrize("path", WITH_EXERCISE, ids=lambda path: path.stem)
def test_sections_come_in_the_agreed_order(path):
    headings = re.findall(r"^## (.*)$", "\n".join(c.source for c in read(path).cells if c.cell_type == "markdown"), re.M)
    order = [section for section in ORDER if path in ONE_READING or section not in ("The argument", "A claim")]
    places = [next(i for i, heading in enumerate(headings) if heading.startswith(section)) for section in order]
    assert places == sorted(places)


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_code_cell_was_run_and_nothing_is_stored_that_changes(path):
    raw = path.read_text(encoding="utf-8")
    notebook = read(path)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()), "run: python start.py build"
    assert WIDGET not in raw and '"widgets"' not in raw and "own-copies" not in raw
    assert nbformat.writes(normalise(read(path))) + "\n" == raw, "run: python start.py build"
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr", cell.source


def test_a_readers_own_copy_never_reaches_a_stored_output(small_module):
    folder = small_module / "readings" / "own-copies"
    folder.mkdir()
    (folder / "caixin-2016.txt").write_text("\n\n".join(f"SECRET {n}" for n in range(1, 22)), encoding="utf-8")
    code = "from fivereadings.voices import show_paragraph\nshow_paragraph('caixin-2016', 17)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    assert "SECRET" not in nbformat.writes(run(notebook, small_module, module=small_module))


def test_what_a_slow_machine_prints_in_two_parts_is_stored_as_one(tmp_path):
    code = "import time\nprint('one line', end='', flush=True)\ntime.sleep(0.5)\nprint(' and its rest')"
    notebook = run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), tmp_path)
    assert [output.text for output in notebook.cells[0].outputs] == ["one line and its rest\n"]


@pytest.mark.parametrize("stem", STEMS)
def test_an_exercise_is_stored_without_outputs(stem):
    for cell in read(ROOT / "exercises" / stem / f"{stem}.ipynb").cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_the_core_path_runs_alone(path, tmp_path):
    notebook = read(path)
    further = False
    for cell in notebook.cells:
        heading = re.match(r"## (.*)", cell.source) if cell.cell_type == "markdown" else None
        further = heading[1].startswith("Further") if heading else further
        assert ("further" in cell.metadata.get("tags", [])) is further, f"the tag and the heading disagree: {cell.source[:60]}"
    notebook.cells = [cell for cell in notebook.cells if "further" not in cell.metadata.get("tags", [])]
    run(notebook, tmp_path, module=ROOT)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_widget_has_a_tag_and_a_static_twin_below(path):
    cells = read(path).cells
    for index, cell in enumerate(cells):
        if cell.cell_type == "code" and re.search(r"^explore\(", cell.source, re.M):
            assert "nbval-ignore-output" in cell.metadata.tags
            assert cells[index + 1].cell_type == "code" and cells[index + 1].outputs, "a static twin stands below each widget"


@pytest.mark.parametrize("path", WITH_EXERCISE, ids=lambda path: path.stem)
def test_prompts_are_four_tied_to_the_text_and_open(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    prompts = re.findall(r"^\*\*\d\. .*?\*\*(.*?)<details><summary>What a strong answer does</summary>", text, re.M | re.S)
    assert len(prompts) == (2 if path.stem.startswith("08") else 4)  # the capstone's discussion is the defence of each brief
    for prompt in prompts:
        assert "¶" in prompt and re.search(r"\b(which|what|how|why|where|who|whose)\b[^?]*\?", prompt, re.I), prompt


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    for cell in read(path).cells:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", cell.source if cell.cell_type == "markdown" else ""):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_picture_says_what_it_shows(path):
    for cell in read(path).cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            assert "image/png" not in json.dumps(output.get("data", {}).keys().__repr__()), "show the figure with show(...)"
            for alt in re.findall(r'<img [^>]*alt="([^"]*)"', html):
                assert len(alt.split()) > 15
            assert html.count("<table") == html.count("<caption") or "dataframe" in html
