"""Intake of folders and zips: whose file is it, which one counts, and what a zip may not do."""

import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from fivereadings.grading import files
from fivereadings.grading.filenames import fit_for_id, shown
from fivereadings.grading.intake import collect, take
from fivereadings.grading.roster import in_any_order, letters, read_roster
from fivereadings.notebooks import read

STEM = "03-beijing-2016-trade"
FILE = f"{STEM}.ipynb"
RELEASED = json.loads((ROOT / "exercises" / STEM / FILE).read_text(encoding="utf-8"))
ROSTER = """student,name,email,canvas_id,moodle_id
s01,Ana María Ortiz,ana@uni.example,101,9001
s02,"Smith, John",john@uni.example,102,
s03,John Smith,js@uni.example,,
s04,Жанна Орлова,zhanna@uni.example,104,
s05,李雷,li@uni.example,105,
s06,Ben Ode,ben@uni.example,106,9006
"""


def work(answer="", **more):
    """The bytes of a notebook in which one question is answered, with a text that no other file has."""
    notebook = json.loads(json.dumps(RELEASED))
    for cell in notebook["cells"]:
        if answer and cell["id"] == "yearly-fall-answer":
            cell["source"] = f"fall = {answer!r}"
    return json.dumps({**notebook, **more}).encode()


def folder(place, *names, data=None):
    """Write a folder of submissions: each name with work of its own."""
    for name in names:
        path = place / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data or (work(name) if name.endswith(".ipynb") else b"x"))
        os.utime(path, (1_790_000_000, 1_790_000_000))
    return place / "in"


def gathered(source, place, roster=None):
    """Return ({student: the answer that counts}, attention) of `collect`."""
    if roster:
        (place / "roster.csv").write_text(roster, encoding="utf-8")
    found, attention = collect(source, STEM, place / "roster.csv" if roster else None, place / "scratch")
    assert all(one.path.is_file() and not one.path.is_symlink() and place / "scratch" in one.path.parents for one in found)
    return {one.student: answer(one) for one in found}, [tuple(line) for line in attention]


def answer(one):
    cells = json.loads(one.path.read_bytes())["cells"]
    text = "".join(next(cell["source"] for cell in cells if cell["id"] == "yearly-fall-answer"))
    return text.partition(" = ")[2].strip("'\"")


# Whose file is it, without a roster: (names, students)

UNKNOWN = {
    "folders": ([f"anna/{FILE}", f"Анна/{FILE}"], {"anna", "Анна"}),
    "nbgrader's folders": ([f"anna/{STEM}/{FILE}"], {"anna"}),
    "files": (["anna.ipynb", "s-1.ipynb", "s-2.ipynb", "cho (1).ipynb"], {"anna", "s-1", "s-2", "cho"}),
    "files that carry the exercise's name": ([f"anna_{FILE}", f"{STEM}-ben.ipynb"], {"anna", "ben"}),
    "a wrapper": ([f"submissions/anna/{FILE}", f"submissions/ben/{FILE}"], {"anna", "ben"}),
    "a wrapper of files": (["submissions/anna.ipynb", "submissions/ben.ipynb"], {"anna", "ben"}),
    "one student, a file of another name": (["anna/homework.ipynb"], {"anna"}),
    "Canvas": ([f"ortizana_LATE_101_5001_{FILE}", f"smithjohn_102_5002_{FILE}", f"smithjohn_103_5003_{FILE}", f"LATE_anon_x1Y_7_{FILE}"],
               {"ortizana-101", "smithjohn-102", "smithjohn-103", "anon-x1Y"}),
    "Moodle's folders": ([f"Ana Ortiz_9001_assignsubmission_file_/{FILE}", f"Ben Ode_9006_assignsubmission_file/{FILE}"],
                         {"Ana Ortiz-9001", "Ben Ode-9006"}),
    "Moodle, flat": ([f"Ana Ortiz_9001_assignsubmission_file_{FILE}"], {"Ana Ortiz-9001"}),
    "a folder speaks, not the name a student gave": ([f"eve/smithjohn_102_5002_{FILE}", f"Eve B_7_assignsubmission_file_/ben/{FILE}"], {"eve", "Eve B-7"}),
    "a name that a student made up": ([f"Eve_7_assignsubmission_file_John_8_assignsubmission_file_{FILE}"], {"Eve-7"}),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_without_a_roster_the_names_are_the_students(case, tmp_path):
    names, students = UNKNOWN[case]
    found, attention = gathered(folder(tmp_path, *names), tmp_path)
    assert set(found) == students
    assert all("late" in reason for _, reason in attention)


# With a roster: (name of one file, student or None, reason)

NOBODY = "graded for nobody: "
KNOWN = {
    "id": (f"s06/{FILE}", "s06", ""),
    "id in capitals": ("S06.ipynb", "s06", ""),
    "email": (f"ben@uni.example/{FILE}", "s06", ""),
    "name": (f"Ben Ode/{FILE}", "s06", ""),
    "name turned round, no accents": (f"ORTIZ, Ana Maria/{FILE}", "s01", ""),
    "second file of a name": ("Ben Ode-1.ipynb", "s06", ""),
    "Cyrillic": ("орлова жанна.ipynb", "s04", ""),
    "Canvas number": (f"whoever_106_5001_{FILE}", "s06", ""),
    "Canvas name": (f"leili_105_5001_{FILE}", "s05", ""),
    "Canvas, name of letters run together": (f"ortizanamaría_101_5001_{FILE}", "s01", ""),
    "Moodle": (f"Ben Ode_77001_assignsubmission_file_/{FILE}", "s06", ""),
    "Moodle, Chinese": (f"李雷_77002_assignsubmission_file_/{FILE}", "s05", ""),
    "Moodle's number": (f"Participant_9006_assignsubmission_file_/{FILE}", "s06", ""),
    "Moodle's number of a stranger": (f"Carla Nu_9006_assignsubmission_file_/{FILE}", None,
                                      "no student of the roster is called Carla Nu or has the moodle_id 9006."),
    "a name that two rows share": (f"John Smith/{FILE}", None, "the name John Smith is shared by s02 and s03 in the roster."),
    "a shared name, and Canvas's number": (f"smithjohn_102_5001_{FILE}", "s02", ""),
    "a shared name, another number": (f"smithjohn_999_5001_{FILE}", None, "the name smithjohn is shared by s02 and s03 in the roster."),
    "nobody": (f"Carla Nu/{FILE}", None, "no student of the roster is called Carla Nu."),
    "nobody on Canvas": (f"nucarla_999_5001_{FILE}", None, "no student of the roster is called nucarla or has the canvas_id 999."),
    "number and name disagree": (f"odeben_101_5001_{FILE}", None,
                                 "the canvas_id 101 is that of s01 in the roster, but the name odeben is that of s06."),
    "a known name with another number": (f"odeben_999_5001_{FILE}", None,
                                         "the name odeben is that of s06 in the roster, but the canvas_id 999 is not."),
    "anonymous": (f"anon_x1Y_5001_{FILE}", None,
                  "the platform hid the name (anonymous grading), so no student of the roster can be found."),
    "a platform's name that is another's id": (f"s06_77001_assignsubmission_file_/{FILE}", None,
                                               "no student of the roster is called s06 or has the moodle_id 77001."),
    "a file named for another in an own folder": (f"Eve/s06_106_5_{FILE}", None, "no student of the roster is called Eve."),
}


@pytest.mark.parametrize("case", KNOWN)
def test_with_a_roster_a_file_goes_to_one_row_or_to_nobody(case, tmp_path):
    name, student, reason = KNOWN[case]
    # The second file keeps the first from being taken for a wrapper's only content.
    found, attention = gathered(folder(tmp_path, name, f"s04x/{FILE}"), tmp_path, ROSTER)
    assert set(found) == ({student} if student else set())
    assert [line for line in attention if line[0] == name] == ([(name, NOBODY + reason)] if reason else [])
    absent = [f"s0{number}" for number in range(1, 7) if f"s0{number}" != student]
    assert attention[-1] == ("nothing handed in", f"{', '.join(absent)} ({len(absent)} of 6).")


# Several files of one student: (names, the one that counts, what is said)

SEVERAL = {
    "Canvas": ([f"odeben_106_5009_{STEM}-1.ipynb", f"odeben_106_5001_{FILE}"], f"odeben_106_5009_{STEM}-1.ipynb"),
    "a folder": ([f"odeben/{FILE}", f"odeben/{STEM}-2.ipynb", f"odeben/{STEM}-1.ipynb"], f"odeben/{STEM}-2.ipynb"),
    "a browser": ([f"odeben/{STEM} (2).ipynb", f"odeben/{FILE}"], f"odeben/{STEM} (2).ipynb"),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_the_newest_file_of_a_student_counts_and_the_others_are_said(case, tmp_path):
    names, newest = SEVERAL[case]
    found, attention = gathered(folder(tmp_path, *names, f"x/{FILE}"), tmp_path)
    others = sorted(set(names) - {newest}, key=lambda name: ("-1" in name, name))
    assert found.pop("x") and list(found.values()) == [newest]
    assert [reason for _, reason in attention] == [f"handed in {len(names)} files; the newest, {newest}, counts, not {', '.join(others)}."]


def test_of_files_without_a_number_the_later_one_counts(tmp_path):
    place = folder(tmp_path, f"anna/{FILE}", "anna/homework.ipynb")
    os.utime(place / "anna" / FILE, (1_790_000_900, 1_790_000_900))
    found, attention = collect(place, STEM, None, tmp_path / "scratch")
    assert answer(found[0]) == f"anna/{FILE}" and found[0].handed_in > "2026" and "not anna/homework.ipynb" in attention[0].reason


def test_a_later_file_that_cannot_be_graded_takes_nothing_away(tmp_path):
    place = folder(tmp_path, f"anna/{FILE}")
    folder(tmp_path, f"anna/{STEM}-1.ipynb", data=b"{")
    found, attention = gathered(place, tmp_path)
    assert found == {"anna": f"anna/{FILE}"}
    assert attention == [("anna", f"{STEM}-1.ipynb is not a notebook that can be read: it breaks off before its end."),
                         ("anna", f"anna/{FILE} counts.")]


@pytest.mark.parametrize("name, number, back", [
    (f"odeben_LATE_106_5001_{FILE}", "106", "odeben_106_5001_"), (f"Ben Ode_9006_assignsubmission_file_/{FILE}", "", "Ben Ode_9006_assignsubmission_file_"),
    (f"s06/{FILE}", "", ""),
])
def test_what_the_platform_needs_back_is_kept(name, number, back, tmp_path):
    found, _ = collect(folder(tmp_path, name), STEM, None, tmp_path / "scratch")
    assert (found[0].canvas_id, found[0].back) == (number, back)


def test_late_work_is_said(tmp_path):
    found, attention = gathered(folder(tmp_path, f"odeben_LATE_106_5001_{FILE}"), tmp_path, ROSTER)
    assert list(found) == ["s06"] and attention[0] == ("s06", "handed in late, as the platform says.")


def test_the_same_answers_of_two_students_are_said_to_both_and_blank_ones_are_not(tmp_path):
    place = folder(tmp_path, "ben.ipynb")
    for name, data in {"anna": work("same"), "cho": work("same", metadata={"x": 1}), "blank-1": work(), "blank-2": work()}.items():
        folder(tmp_path, f"{name}.ipynb", data=data)
    found, attention = gathered(place, tmp_path)
    assert set(found) == {"anna", "ben", "blank-1", "blank-2", "cho"}
    assert attention == [(one, f"the same answers, word for word, as {other} (1 answered). Both were graded.")
                         for one, other in (("anna", "cho"), ("cho", "anna"))]


def test_nothing_handed_in_names_nobody_who_sent_another_kind_of_file_or_was_graded_before(tmp_path):
    place = folder(tmp_path, f"s01/{FILE}", "Ben Ode/essay.docx", "s04/photo.png", "s05.pdf")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    _, attention = collect(place, STEM, tmp_path / "roster.csv", tmp_path / "scratch", graded_before={"s02", "s04"})
    assert [tuple(line) for line in attention] == [
        ("other files", "left unread, because only notebooks (*.ipynb) are graded: s05.pdf, Ben Ode/essay.docx, s04/photo.png."),
        *((student, "not graded: no file handed in could be read as a notebook. Ask for it.") for student in ("s05", "s06")),
        ("nothing handed in", "s03 (1 of 6).")]


def test_other_files_are_named_once_and_what_computers_leave_is_not(tmp_path):
    place = folder(tmp_path, f"anna/{FILE}", "anna/notes.pdf", "anna/.ipynb_checkpoints/a.ipynb", "__MACOSX/._anna.ipynb", "ben/work.zip", ".DS_Store")
    assert gathered(place, tmp_path)[1] == [
        ("zips inside", "not opened: ben/work.zip. Unpack them yourself if they hold somebody's notebook."),
        ("other files", "left unread, because only notebooks (*.ipynb) are graded: anna/notes.pdf."),
    ]


# What is not a plain file in a folder


def test_links_pipes_and_huge_files_of_a_folder_are_left_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 1_000_000)
    place = folder(tmp_path, f"anna/{FILE}")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / FILE).write_bytes(work("secret"))
    (place / "ben.ipynb").symlink_to(tmp_path / "secret" / FILE)
    (place / "cho").symlink_to(tmp_path / "secret")
    os.mkfifo(place / "dan.ipynb")
    (place / "eve.ipynb").write_bytes(b" " * 2_000_000)
    (place / "con.ipynb").write_bytes(work("x"))
    found, attention = gathered(place, tmp_path)
    assert found == {"anna": f"anna/{FILE}"}
    assert attention == [("cho", "left unread: it is a symbolic link."),
                         ("ben.ipynb", "left unread: it is a symbolic link."),
                         ("con.ipynb", "left unread: its name is one that Windows keeps for devices."),
                         ("dan.ipynb", "left unread: it is not a plain file."),
                         ("eve.ipynb", "left unread: it has 2 MB, and at most 1 MB are read.")]


def test_a_file_that_became_a_link_after_it_was_listed_is_not_followed(tmp_path):
    place = folder(tmp_path, "anna.ipynb")
    entry = next(files._in_folder(place))
    (place / "anna.ipynb").unlink()
    (place / "anna.ipynb").symlink_to(ROOT / "README.md")
    assert files._copy(entry, tmp_path / "scratch" / "1" / "a.ipynb").startswith("it cannot be opened") and not (tmp_path / "scratch" / "1").exists()


@pytest.mark.parametrize("name", ["a*b.ipynb", "[x].ipynb", "-rf.ipynb", "a\x1b[31m.ipynb"])
def test_without_a_roster_a_name_that_cannot_be_an_id_is_graded_for_nobody(name, tmp_path):
    found, attention = gathered(folder(tmp_path, name, "anna.ipynb"), tmp_path)
    assert list(found) == ["anna"]
    assert attention == [(shown(name), NOBODY + "its name cannot be a student's id. Use letters, digits, spaces and - _ . @ only.")]


def test_nothing_at_all_is_explained(tmp_path):
    for place in (tmp_path / "nowhere", folder(tmp_path, ".hidden", "notes.pdf")):
        with pytest.raises(ValueError, match="No submissions were found in .*: a file such as STUDENT/"):
            collect(place, STEM, None, tmp_path / "scratch")


# Zips


def zipped(place, *members, data=None):
    """Write a zip; a member is a name or a ZipInfo, each with work of its own."""
    with zipfile.ZipFile(place / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            name = member if isinstance(member, str) else member.filename
            archive.writestr(member, data or (work(name) if name.endswith(".ipynb") else b"x"), zipfile.ZIP_DEFLATED)
    return place / "in.zip"


@pytest.mark.parametrize("name", ["../../evil.ipynb", "/etc/evil.ipynb", "a/../../evil.ipynb", "C:\\evil.ipynb", "..\\evil.ipynb"])
def test_a_name_that_leads_out_of_the_zip_is_left_unread_and_nothing_is_written_outside(name, tmp_path):
    source = zipped(tmp_path, "anna.ipynb", name)
    found, attention = gathered(source, tmp_path)
    assert found == {"anna": "anna.ipynb"}
    assert attention == [(name.replace("\\", "/"), "left unread: its name leads out of the folder.")]
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"in.zip", "anna.ipynb"} and not Path("/etc/evil.ipynb").exists()


def test_very_long_names_are_read_or_named(tmp_path):
    name = "李" * 240 + ".ipynb"
    found, attention = gathered(zipped(tmp_path, f"s05/{name}", f"x_1_{'9' * 5000}_{FILE}", "-" * 60_000 + f"{FILE}"), tmp_path, ROSTER)
    assert list(found) == ["s05"] and [reason for _, reason in attention[:2]] == ["left unread: its name is too long."] * 2
    assert all(len(student) < 130 for student, _ in attention)


def test_nothing_from_a_file_steers_the_instructors_screen(tmp_path):
    names = [f"\x1b[2Jeve\u202e/{FILE}", f"\x1b[2Jx_1_2_{FILE}", "\x07.ipynb", "\x1b.pdf"]
    notebook = json.loads(work("x"))
    notebook["metadata"] = {"language_info": {"name": "\x1b[31mR"}}
    next(cell for cell in notebook["cells"] if cell["id"] == "yearly-fall-answer")["cell_type"] = "\x1b[2J"
    for number, roster in enumerate((None, ROSTER)):
        place = tmp_path / str(number)
        place.mkdir()
        attention = gathered(zipped(place, *names), place, roster)[1]
        assert len(attention) >= 4 and all((student + reason).isprintable() for student, reason in attention)
    (tmp_path / "anna.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    said = take(tmp_path / "anna.ipynb", read(ROOT / "exercises" / STEM / FILE))[1]
    assert said == ["the notebook was set to another language (?[31mR); its answers are run as Python",
                    "the answer cell yearly-fall-answer was turned from code to something else; its text counts"]


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_links_devices_bombs_and_passwords_in_a_zip_are_left_unread(tmp_path):
    source = zipped(tmp_path, "anna.ipynb", link("ben.ipynb"), "nul/x.ipynb")
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", b" " * 15_000_000)
        archive.writestr("locked.ipynb", work("locked"))
    data = bytearray(source.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1  # the mark of a member with a password
    source.write_bytes(data)
    found, attention = gathered(source, tmp_path)
    assert found == {"anna": "anna.ipynb"}
    assert attention == [("ben.ipynb", "left unread: it is a symbolic link."),
                         ("nul/x.ipynb", "left unread: its name is one that Windows keeps for devices."),
                         ("bomb.ipynb", "left unread: it would grow more than 100-fold when unpacked (a zip bomb?)."),
                         ("locked.ipynb", "left unread: it is protected by a password.")]


def test_a_member_whose_size_is_a_lie_is_cut_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 100_000)
    member = io.BytesIO(b" " * 5_000_000)
    close, member.close = member.close, lambda: None
    entry = files.Entry(("a.ipynb",), "", 10, lambda: member, "")
    assert member.tell() == 0 and files._copy(entry, tmp_path / "1" / "a.ipynb") == "it has more than 0 MB" and not (tmp_path / "1").exists()
    assert member.tell() == 100_001
    close()


def test_a_damaged_member_is_named_and_the_others_are_read(tmp_path):
    source = zipped(tmp_path, "anna.ipynb", "ben.ipynb")
    data = bytearray(source.read_bytes())
    at = data.index(b"PK\x03\x04", 10) + 60
    data[at:at + 40] = b"\xff" * 40
    source.write_bytes(data)
    found, attention = gathered(source, tmp_path)
    assert list(found) == ["anna"] and attention[0][0] == "ben.ipynb"
    assert attention[0][1].startswith("left unread: it cannot be opened or unpacked (")


def test_too_many_files_or_too_many_bytes_stop_with_a_sentence(tmp_path, monkeypatch):
    source = zipped(tmp_path, *[f"s{number}.ipynb" for number in range(6)])
    monkeypatch.setattr(files, "MOST_FILES", 5)
    with pytest.raises(ValueError, match="in.zip holds more than 5 files. Is it the right one?"):
        gathered(source, tmp_path)
    monkeypatch.setattr(files, "MOST_FILES", 10)
    monkeypatch.setattr(files, "LARGEST_IN_ALL", 100_000)
    with pytest.raises(ValueError, match="have more than 0 MB in all. Grade it in parts."):
        collect(source, STEM, None, tmp_path / "again")


def test_a_file_that_is_no_zip_is_named(tmp_path):
    (tmp_path / "in.zip").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="in.zip is neither a folder nor a zip that can be opened"):
        gathered(tmp_path / "in.zip", tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_doubled_name_in_a_zip_counts_once_and_a_backslash_parts_folders(tmp_path):
    source = zipped(tmp_path, "anna.ipynb", f"ben\\{FILE}")
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("anna.ipynb", work("second"))
    found, attention = gathered(source, tmp_path)
    assert set(found) == {"anna", "ben"} and found["anna"] == "second"
    assert attention == [("anna", "handed in 2 files; the newest, anna.ipynb, counts, not anna.ipynb.")]


@pytest.mark.parametrize("page, student", [("cp866", "s04"), ("cp1251", "s04"), ("gbk", "s05"), ("utf-8", "s04"), ("utf-8", "s05")])
def test_names_of_a_zip_in_other_encodings_find_their_student(page, student, tmp_path):
    name = {"s04": "Орлова Жанна", "s05": "李雷"}[student] + ".ipynb"
    raw = name.encode(page)
    stand_in = "x" * (len(raw) - 6) + ".ipynb"
    source = zipped(tmp_path, stand_in)
    source.write_bytes(source.read_bytes().replace(stand_in.encode(), raw))
    found, attention = gathered(source, tmp_path, ROSTER)
    assert list(found) == [student] and len(attention) == 1
    if page != "utf-8":
        assert "in an encoding that the zip does not state" in gathered(source, tmp_path / "none")[1][0][1]


# The roster


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_roster_is_read_in_usual_encodings_separators_and_orders(code, separator, tmp_path):
    lines = [["Email", "Moodle_ID", "name", "Student", "group"], ["a@u", "9", "Ana Ortíz", "s1", "x"], [], ["b@u", "", "Ben", "s2"]]
    (tmp_path / "roster.csv").write_bytes("\r\n".join(separator.join(line) for line in lines).encode(code))
    assert read_roster(tmp_path / "roster.csv") == [("s1", "Ana Ortíz", "a@u", "", "9"), ("s2", "Ben", "b@u", "", "")]


HEAD = "student,name,email,canvas_id\n"
WRONG = {
    "empty": ("", "has no column student and no column name and no column email. Its first line must name the columns"),
    "no header": ("s1,Ana,a@u\n", "It names: s1, ana, a@u."),
    "a column missing": ("student,name\ns1,Ana\n", "has no column email."),
    "no rows": (HEAD, "names no student."),
    "no id": (HEAD + "s1,Ana,a@u,1\n ,Ben,b@u,2\n", "has no student id in line 3 (Ben)."),
    "an id twice": (HEAD + "s1,Ana,a@u,1\nS1,Ben,b@u,2\n", "has the student S1 twice: Ana and Ben. Give each student an own one."),
    "a platform's id twice": (HEAD + "s1,Ana,a@u,1\ns2,Ben,b@u,1\n", "has the canvas_id 1 twice: Ana and Ben."),
    "an id that is a path": (HEAD + "../s1,Ana,a@u,1\n", "has the student id '../s1' in line 2. An id becomes the name of a folder"),
    "NUL": ("student,name,email\ns1\0,Ana,a@u\n", "roster.csv"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_roster_that_cannot_be_used_is_explained(case, tmp_path):
    text, reason = WRONG[case]
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as refused:
        read_roster(tmp_path / "roster.csv")
    assert str(refused.value).startswith("The roster roster.csv ") and reason in str(refused.value)


def test_a_roster_that_is_a_workbook_or_has_other_columns_is_told_what_to_do(tmp_path):
    (tmp_path / "roster.xlsx").write_bytes(b"PK\x03\x04\x14\0")
    with pytest.raises(ValueError, match="is a workbook of a spreadsheet program. Open it there and save the sheet as CSV"):
        read_roster(tmp_path / "roster.xlsx")
    (tmp_path / "roster.csv").write_text("First name,Last name,Email\nAna,Ortiz,a@u\n", encoding="utf-8")
    with pytest.raises(ValueError, match="Rename the columns that hold these; first and family name go into the one column name"):
        read_roster(tmp_path / "roster.csv")


def test_a_roster_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="The roster .*none.csv cannot be opened"):
        read_roster(tmp_path / "none.csv")


def test_names_are_compared_without_case_accents_order_and_spaces():
    assert letters("Łukasz Ødegård-Müller") == "lukaszodegardmuller" and letters("STRAẞE") == "strasse"
    assert "ortizanamaria" in in_any_order("Ana María Ortiz") and "anaortiz" not in in_any_order("Ana María Ortiz")
    assert letters("Йё") == letters("Йё")
    assert len(in_any_order("a b c d e f g h")) == 8  # no explosion of a long name


def test_ids_fit_folders_of_every_system():
    assert all(fit_for_id(text) for text in ("s01", "Анна", "ana.b@uni.example", "O'Neil, P. (2)", "李雷"))
    assert not any(fit_for_id(text) for text in ("", ".", "..", "a/b", "a\\b", "a:b", "con", "NUL.x", "-x", "x.", " x", "a\nb", "a" * 81))
