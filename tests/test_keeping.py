"""Save my work and restore: the zip file, bad input, and a session that is lost, in a real browser."""

import io
import json
import os
import shutil
import time
import zipfile

import pytest
from browser import lab_window, module_in_lab, open_notebook, trouble_of

from fivereadings import keeping

PAGE = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
STUDENTS = {"notebooks/03-x.ipynb": PAGE, "exercises/03-x/03-x.ipynb": PAGE + b"\n", "my-work/codes-birch.csv": "вода 水".encode(),
            "notebooks/mine/x.ipynb": PAGE, "exercises/03 copy/x.ipynb": PAGE, "my brief.ipynb": PAGE, "my-work/sub/a.csv": b"1"}


def zipped(files, how=zipfile.ZIP_STORED):
    """A zip file with the given contents by name, or of pairs of name and content."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", how) as packed:
        for name, content in files.items() if isinstance(files, dict) else files:
            packed.writestr(name, content)
    return memory.getvalue()


def damaged(how):
    """A zip file packed in the way `how`, with zeros in the middle of what is packed."""
    raw = zipped({"my-work/a.csv": bytes(range(256)) * 40}, how)
    return raw[:60] + bytes(40) + raw[100:]


@pytest.fixture
def work(tmp_path):
    """A module's folder with a student's work in it."""
    theirs = {"notebooks/.ipynb_checkpoints/03-x.ipynb": PAGE, "notebooks/notes.txt": b"n", "data/trade.csv": b"1", "solutions/03-x/03-x.ipynb": PAGE,
              ".venv/x.ipynb": PAGE, "build/x.ipynb": PAGE, "tests/submissions/x.ipynb": PAGE, "class-work/x.ipynb": PAGE, "my-work/a.csv.part": b"1"}
    for name, content in {**STUDENTS, **theirs}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def packed(folder):
    return keeping.pack(folder, keeping.work_in(folder))


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_packed_comes_back_whole_and_only_a_student_s_files_are_packed(work, tmp_path_factory):
    files = keeping.unpack(packed(work))
    assert files == STUDENTS
    fresh = tmp_path_factory.mktemp("fresh")
    assert list(keeping.put_back(files, fresh)["what happened"]) == ["put back"] * len(STUDENTS)
    assert contents(fresh) == files


def test_the_same_file_is_left_alone_and_another_one_steps_aside(work):
    before = contents(work)
    assert keeping.put_back(keeping.unpack(packed(work)), work).empty and contents(work) == before
    for round in ("", " 2"):
        done = keeping.put_back({"my-work/codes-birch.csv": b"new" + round.encode()}, work)
        assert done["what happened"].item() == f"put back; what was there is now codes-birch (before{round}).csv"
    assert contents(work) == before | {"my-work/codes-birch.csv": b"new 2", "my-work/codes-birch (before).csv": before["my-work/codes-birch.csv"],
                                       "my-work/codes-birch (before 2).csv": b"new"}


def test_a_folder_around_the_files_is_taken_off():
    handmade = zipped({f"my-notebooks/{name}": content for name, content in STUDENTS.items()}
                      | {"__MACOSX/my-notebooks/notebooks/._a.ipynb": b"1", "my-notebooks/.DS_Store": b"1"})
    assert keeping.unpack(handmade) == STUDENTS
    assert set(keeping.unpack(zipped({"notebooks/a.ipynb": PAGE, "mine/notebooks/a.ipynb": PAGE}))) == {"notebooks/a.ipynb", "mine/notebooks/a.ipynb"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two files have the name my-work/a.csv"):
        keeping.unpack(zipped([("my-work/a.csv", b"1"), ("my-work/a.csv", b"2")]))


def test_a_file_that_the_system_refuses_is_named_and_the_others_come_back(tmp_path):
    (tmp_path / "my-work" / "b.csv").mkdir(parents=True)
    long = f"my-work/{'a' * 300}.csv"
    with pytest.raises(ValueError, match=rf"Not put back: {long} \(.+\), my-work/b.csv \(.+\). Put back: my-work/c.csv\."):
        keeping.put_back({long: b"1", "my-work/b.csv": b"1", "my-work/c.csv": b"1"}, tmp_path)
    assert contents(tmp_path) == {"my-work/c.csv": b"1"}


def test_what_is_there_stays_when_the_disk_is_full(work, monkeypatch):
    before = contents(work)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(ValueError, match="No space left.*Put back: nothing"):
        keeping.put_back({"my-work/codes-birch.csv": b"new"}, work)
    assert contents(work) == before


def test_the_message_counts_the_files_and_says_how_long_ago_the_newest_was_saved(work, monkeypatch):
    monkeypatch.setattr(keeping, "home", lambda: work)
    for name in STUDENTS:
        os.utime(work / name, (0, 0))
    os.utime(work / "my brief.ipynb", (time.time() - 330,) * 2)
    assert "It holds 7 files" in keeping.save().data and "my brief.ipynb was saved last, 5 minutes ago" in keeping.save().data


@pytest.mark.parametrize("name", ["../notebooks/../start.py", "notebooks/../../x.ipynb", "my-work/../start.py", "my-work/..", "/etc/passwd", "my-work/a\\..\\b",
                                  "my-work/C:x", "my-work/.hidden", "data/trade.csv", "start.py", "notebooks/x.py", "my-work/a/../../x", "../my-work/a.csv",
                                  "C:/x.ipynb", "/x.ipynb", "a\\b.ipynb", ".venv/x.ipynb", "notebooks/.ipynb_checkpoints/x.ipynb", "my-work/a/.git/x",
                                  "solutions/a/a.ipynb", "Solutions/a/a.ipynb", "build/x.ipynb", "tests/x.ipynb", "my-work/a.csv.part"])
def test_a_name_that_leads_elsewhere_is_never_taken(name):
    assert not keeping.OURS.fullmatch(name)
    with pytest.raises(ValueError, match="holds nothing of this module"):
        keeping.unpack(zipped({name: PAGE}))


@pytest.mark.parametrize("raw, words", [
    (b"", "not a zip file"), (b"PK\3\4 but no more", "not a zip file"), (PAGE, "not a zip file"),
    (zipped({"my-work/a.csv": b"12345678901234567890"}).replace(b"12345", b"54321"), "can be read whole"),
    (damaged(zipfile.ZIP_BZIP2), "can be read whole"), (damaged(zipfile.ZIP_LZMA), "can be read whole"),
    (zipped({"my-work/水.csv": b"1"}).replace("水".encode(), b"\xff\xff\xff"), "can be read whole"),
    (zipped({"my-work/a.csv": b"1", "notebooks/a.ipynb": PAGE[:-9]}), "notebooks/a.ipynb is not a whole notebook"),
    (zipped({"notebooks/a.ipynb": b"[1]"}), "not a whole notebook"),
    (zipped({"holiday.jpg": b"1"}), "holds nothing of this module"),
], ids=["empty", "cut off", "a notebook", "damaged", "damaged bzip2", "damaged lzma", "damaged name", "damaged notebook", "other json", "other zip"])
def test_bad_input_is_explained(raw, words):
    with pytest.raises(ValueError, match=words):
        keeping.unpack(raw)


def test_a_file_that_would_fill_the_disk_is_refused(monkeypatch):
    monkeypatch.setattr(keeping, "LARGEST", 1_000_000)
    with pytest.raises(ValueError, match="more than 1 MB"):
        keeping.unpack(zipped({"my-work/a.csv": b"0" * 1_000_001}))


def test_what_could_not_be_restored_is_not_packed(work, monkeypatch):
    monkeypatch.setattr(keeping, "LARGEST", 100)
    with pytest.raises(ValueError, match="Move large files out of my-work/"):
        packed(work)


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
