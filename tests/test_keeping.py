"""Save my work and restore: the zip file, bad input, and a session that is lost, in a real browser."""

import io
import json
import shutil
import zipfile

import pytest
from browser import lab_window, module_in_lab, open_notebook, trouble_of

from fivereadings import keeping

PAGE = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(files):
    """A zip file with the given contents by name."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return memory.getvalue()


@pytest.fixture
def work(tmp_path):
    """A module's folder with a student's work in it."""
    for name, content in {"notebooks/03-x.ipynb": PAGE, "notebooks/.ipynb_checkpoints/03-x.ipynb": PAGE, "notebooks/notes.txt": b"n",
                          "exercises/03-x/03-x.ipynb": PAGE + b"\n", "my-work/codes-birch.csv": "вода 水".encode(), "data/trade.csv": b"1"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_packed_comes_back_whole_and_only_a_student_s_files_are_packed(work, tmp_path_factory):
    files = keeping.unpack(keeping.pack(work))
    assert set(files) == {"notebooks/03-x.ipynb", "exercises/03-x/03-x.ipynb", "my-work/codes-birch.csv"}
    fresh = tmp_path_factory.mktemp("fresh")
    assert list(keeping.put_back(files, fresh)["what happened"]) == ["put back"] * 3
    assert contents(fresh) == files


def test_the_same_file_is_left_alone_and_another_one_steps_aside(work):
    before = contents(work)
    assert keeping.put_back(keeping.unpack(keeping.pack(work)), work).empty and contents(work) == before
    for round in ("", " 2"):
        done = keeping.put_back({"my-work/codes-birch.csv": b"new" + round.encode()}, work)
        assert done["what happened"].item() == f"put back; what was there is now codes-birch (before{round}).csv"
    assert contents(work) == before | {"my-work/codes-birch.csv": b"new 2", "my-work/codes-birch (before).csv": before["my-work/codes-birch.csv"],
                                       "my-work/codes-birch (before 2).csv": b"new"}


def test_a_folder_around_the_files_is_taken_off():
    handmade = zipped({"work/notebooks/a.ipynb": PAGE, "__MACOSX/work/notebooks/._a.ipynb": b"1", "work/.DS_Store": b"1"})
    assert set(keeping.unpack(handmade)) == {"notebooks/a.ipynb"}


@pytest.mark.parametrize("name", ["../notebooks/../start.py", "notebooks/../../x.ipynb", "my-work/../start.py", "my-work/..", "/etc/passwd", "my-work/a\\..\\b",
                                  "my-work/C:x", "my-work/.hidden", "data/trade.csv", "start.py", "notebooks/x.py", "exercises/a/b/c.ipynb"])
def test_a_name_that_leads_elsewhere_is_never_taken(name):
    assert not keeping.OURS.fullmatch(name)
    with pytest.raises(ValueError, match="holds nothing of this module"):
        keeping.unpack(zipped({name: PAGE}))


@pytest.mark.parametrize("raw, words", [
    (b"", "not a zip file"), (b"PK\3\4 but no more", "not a zip file"), (PAGE, "not a zip file"),
    (zipped({"my-work/a.csv": b"12345678901234567890"}).replace(b"12345", b"54321"), "can be read whole"),
    (zipped({"my-work/a.csv": b"1", "notebooks/a.ipynb": PAGE[:-9]}), "notebooks/a.ipynb is not a whole notebook"),
    (zipped({"notebooks/a.ipynb": b"[1]"}), "not a whole notebook"),
    (zipped({"holiday.jpg": b"1"}), "holds nothing of this module"),
], ids=["empty", "cut off", "a notebook", "damaged", "damaged notebook", "other json", "other zip"])
def test_bad_input_is_explained(raw, words):
    with pytest.raises(ValueError, match=words):
        keeping.unpack(raw)


def test_a_file_that_would_fill_the_disk_is_refused(monkeypatch):
    monkeypatch.setattr(keeping, "LARGEST", 1_000_000)
    with pytest.raises(ValueError, match="more than 1 MB"):
        keeping.unpack(zipped({"my-work/a.csv": b"0" * 1_000_001}))


def test_without_a_chosen_file_the_next_step_is_named():
    assert "Choose the saved file" in keeping.restore(()).data


# --- a session that is lost ------------------------------------------------------------------------


def test_work_survives_a_lost_session(browser, tmp_path):
    """Change a cell, save, download; the machine is thrown away; restore on a new one; the change is there and runs."""
    unit, first, second = "notebooks/01-shanghai-2014.ipynb", tmp_path / "1" / "module", tmp_path / "2" / "module"
    with module_in_lab(first) as lab:
        (first / "my-work").mkdir()
        (first / "my-work" / "codes-birch.csv").write_text("voice,stance", encoding="utf-8")
        page = lab_window(browser, lab)
        open_notebook(page, unit)
        page.evaluate("""async () => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.widgets[0].model.sharedModel.setSource('# My own title');
            await panel.context.save();
        }""")
        page.get_by_role("button", name="Save my work").press("Enter")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download five-readings-work").click()
        assert download.value.suggested_filename.startswith("five-readings-work-")
        download.value.save_as(tmp_path / "kept.zip")
        page.close()
    shutil.rmtree(first)
    with module_in_lab(second) as lab:
        page = lab_window(browser, lab)
        open_notebook(page, "notebooks/02-beijing-2016-economy.ipynb")
        chosen = page.get_by_role("button", name="Choose the saved file")
        chosen.scroll_into_view_if_needed()
        chosen.focus()
        with page.expect_file_chooser() as chooser:
            chosen.press("Enter")
        chooser.value.set_files(tmp_path / "kept.zip")
        page.get_by_role("button", name="Choose the saved file (1)").wait_for()
        page.get_by_role("button", name="Restore my work").press("Enter")
        page.get_by_text("Your work is back").wait_for(timeout=20_000)
        assert (second / "my-work" / "codes-birch.csv").read_text(encoding="utf-8") == "voice,stance"
        open_notebook(page, unit)
        assert page.get_by_role("heading", name="My own title").count() == 1
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert trouble_of(page) == []
        page.close()
