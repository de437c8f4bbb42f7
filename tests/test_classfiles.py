"""A student's own file, and a class's files read together: twelve made-up students, good files and bad ones."""

import os
import re
import time

import pandas as pd
import pytest

from fivereadings import classfiles
from fivereadings.views import coding

HEAD = ",".join(classfiles.KINDS["codes"][0])
PSEUDONYMS = ["birch", "fir", "elm", "oak", "ash", "river-7", "Weide", "берёза", "松树", "larch", "maple", "yew"]
CODES = [("panov", "alliance", "-2", "7 8"), ("murashkin", "energy", "1", "19 24"), ("weitz", "durability", "0", "12 17"),
         ("panov", "dependence", "silent", ""), ("caixin", "economy", "-2", "17 18")]


def text(pseudonym, energy="1", separator=",", saved="2026-11-22T10:00:00", basis="text", codes=CODES):
    """Return a student's file as text; `energy` is the code of the most disputed item."""
    rows = [(pseudonym, voice, question, energy if question == "energy" else stance, paragraphs, f"Because of ¶ – said {pseudonym}", basis, saved)
            for voice, question, stance, paragraphs in codes]
    return "\n".join([HEAD.replace(",", separator), *(separator.join(row) for row in rows), ""])


@pytest.fixture
def folder(tmp_path):
    """Twelve students' files: six plain ones, and one each of what goes wrong in a class."""
    place = tmp_path / "handed in"
    place.mkdir()
    for number, name in enumerate(PSEUDONYMS[:6]):
        (place / f"codes-{name}.csv").write_text(text(name, energy=("1", "-1")[number % 2]), encoding="utf-8-sig")
    (place / "codes-birch (1).csv").write_bytes((place / "codes-birch.csv").read_bytes())                       # handed in twice
    (place / "codes-weide.csv").write_bytes(text("Weide", separator=";").replace("said", "sagt für").encode("cp1252"))  # Excel in Europe
    (place / "codes-берёза.csv").write_text(text("берёза", separator="\t"), encoding="utf-16")                   # "Unicode text"
    (place / "codes-松树.csv").write_text(text("松树", basis="summary"), encoding="utf-8")                        # practice only
    (place / "codes-larch.csv").write_bytes(b"")
    (place / "codes-maple.csv").write_text("name,stance\nmaple,2\n", encoding="utf-8")
    (place / "codes-yew.csv").write_text(text("yew", energy="5"), encoding="utf-8")                              # one row of five is wrong
    (place / "notes.txt").write_text("not a table")
    return place


def test_the_good_ones_count_and_each_bad_one_is_named_with_its_reason(folder):
    rows, report = classfiles.read_class("codes", folder, coding.problem_of)
    remark = report.set_index("file")["remark"]
    counted = report.set_index("file")["rows"]
    assert rows["pseudonym"].nunique() == 10 and len(rows) == counted.sum() == 49
    assert remark["codes-larch.csv"] == "left out: it is empty" and counted["codes-larch.csv"] == 0
    assert "its first line lacks pseudonym, voice, question" in remark["codes-maple.csv"] and counted["codes-maple.csv"] == 0
    twice = sorted([remark["codes-birch.csv"], remark["codes-birch (1).csv"]])
    assert twice[0] == "" and "bears the same pseudonym" in twice[1]
    assert "Windows-1252" in remark["codes-weide.csv"] and counted["codes-weide.csv"] == 5
    assert remark["codes-берёза.csv"] == "was UTF-16" and counted["codes-берёза.csv"] == 5
    assert remark["codes-yew.csv"].startswith("row 3 left out: the stance is '5'") and counted["codes-yew.csv"] == 4
    assert "für" in rows.query("pseudonym == 'weide'")["reason"].iloc[0] and "notes.txt" not in remark
    assert {name.casefold() for name in PSEUDONYMS} - set(rows["pseudonym"]) == {"larch", "maple"}


def test_the_command_writes_a_table_and_a_page_without_any_pseudonym(folder, small_module, capsys):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert classfiles.main(["codes", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "10 students, 49 rows." in said and "codes-larch.csv: 0 rows · left out: it is empty" in said
    page = (small_module / "class-work" / "codes.html").read_text(encoding="utf-8")
    shown = re.sub(r"data:image[^\"]*", "", page)  # the picture is base64; its words stand in the table below it
    assert [name for name in PSEUDONYMS if re.search(rf"(?i)\b{name}\b", shown)] == []
    assert "said" not in page and "<figure" in page and "src=\"http" not in page
    assert "Practice, not counted" in page and "9 coders" in page
    table = pd.read_csv(small_module / "class-work" / "codes.csv", encoding="utf-8-sig", dtype=str)
    assert len(table) == 49 and set(table["pseudonym"]) >= {"берёза", "松树"}
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_the_page_begins_with_the_item_on_which_the_class_differs(folder):
    rows, _ = classfiles.read_class("codes", folder, coding.problem_of)
    parts = coding.class_parts(rows)
    page = "".join(parts)
    assert "The first row is murashkin, energy" in page and "5 items" in page
    assert page.index("Codes from the text itself") < page.index("Krippendorff") < page.index("Practice")
    counted = rows[rows["basis"] == "text"]
    energy = counted.query("question == 'energy'")["stance"].value_counts().to_dict()
    assert energy == {"1": 5, "-1": 3}
    assert "Over all 44 codes: the same as coder A in" in page


@pytest.mark.parametrize("rows, says", [("practice", "no statistics"), ("one", "no value")])
def test_a_class_of_one_or_of_practice_only_still_gets_a_page(tmp_path, rows, says):
    (tmp_path / "codes-fir.csv").write_text(text("fir", basis="summary" if rows == "practice" else "text"), encoding="utf-8")
    table, _ = classfiles.read_class("codes", tmp_path, coding.problem_of)
    assert says in "".join(coding.class_parts(table))


def test_no_good_row_or_no_file_at_all_is_said_and_writes_nothing(tmp_path, small_module, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert classfiles.main(["codes", str(empty)]) == 1 and "holds no CSV file" in capsys.readouterr().err
    (empty / "codes-fir.csv").write_text(HEAD + "\n", encoding="utf-8")
    assert classfiles.main(["codes", str(empty)]) == 1
    assert "No file holds a code that can be counted" in capsys.readouterr().err
    assert not (small_module / "class-work").exists()
    assert classfiles.main(["codes"]) == 2 and classfiles.main(["help"]) == 0


@pytest.mark.parametrize("raw, reason", [
    (b"", "it is empty"), (b"  \n \n", "it is empty"), (b"\xef\xbb\xbf", "it is empty"), (b"\xff\xfe", "it is empty"),
    ("\n\n".encode("utf-16"), "it is empty"), (b"\xff\xfea", "cannot be read as a table"), (b"PK\x03\x04\0\0zip", "it is no text file"),
    (b"x" * 1_000_001, "1,000,001 bytes"), ((HEAD + "\n").encode(), "a first line and no rows"), (b"stance\n2\n", "its first line lacks pseudonym"),
    ((HEAD + "\n,panov,alliance,-2,7,He says so.,text,2026-11-22\n").encode(), "its rows bear no pseudonym"),
    ((HEAD + '\nfir,panov,alliance,"-2').encode(), None),  # an open quotation mark: rows without what is needed
])
def test_every_kind_of_bad_file_is_named_and_stops_nothing(tmp_path, raw, reason):
    (tmp_path / "bad.csv").write_bytes(raw)
    (tmp_path / "good.csv").write_text(text("fir"), encoding="utf-8")
    rows, report = classfiles.read_class("codes", tmp_path, coding.problem_of)
    assert len(rows) == 5 and report.set_index("file").loc["bad.csv", "rows"] == 0
    remark = report.set_index("file").loc["bad.csv", "remark"]
    assert remark and (reason is None or reason in remark)


def test_a_file_of_two_students_is_remarked_and_a_number_of_thousands_of_digits_stops_nobody(tmp_path):
    (tmp_path / "two.csv").write_text(text("fir") + "elm,caixin,west,1,13,So it says.,text,2026-11-22\n", encoding="utf-8")
    (tmp_path / "long.csv").write_text(text("oak").replace("7 8", "1" * 4301), encoding="utf-8")
    rows, report = classfiles.read_class("codes", tmp_path, coding.problem_of)
    remark = report.set_index("file")["remark"]
    assert "bears 2 pseudonyms and counts as one student, fir" in remark["two.csv"] and rows["pseudonym"].nunique() == 2
    assert remark["long.csv"].startswith("row 2 left out: '1111") and "is no paragraph number" in remark["long.csv"] and len(remark["long.csv"]) < 200
    assert (rows["pseudonym"] == "oak").sum() == 4


def test_practice_stands_beside_a_code_from_the_text(tmp_path, small_module):
    saved()
    saved(basis="summary", stance="2")
    assert classfiles.own("codes", "birch")[["basis", "stance"]].values.tolist() == [["text", "-2"], ["summary", "2"]]
    rows, _ = classfiles.read_class("codes", small_module / "my-work", coding.problem_of)
    page = "".join(coding.class_parts(rows))
    assert "Over all 1 codes" in page and "1 codes made from our summary" in page


def test_a_spreadsheets_mark_and_line_ends_do_no_harm(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + text("fir").replace("\n", "\r\n").encode("utf-8"))
    rows, report = classfiles.read_class("codes", tmp_path, coding.problem_of)
    assert len(rows) == 5 and report["remark"].tolist() == [""] and rows["paragraphs"].iloc[0] == "7 8"


def test_the_later_one_of_two_files_of_a_pseudonym_counts(tmp_path):
    (tmp_path / "a.csv").write_text(text("fir", energy="2", saved="2026-11-23T09:00:00"), encoding="utf-8")
    (tmp_path / "b.csv").write_text(text("FIR", energy="-2", saved="2026-11-22T09:00:00"), encoding="utf-8")
    rows, _ = classfiles.read_class("codes", tmp_path, coding.problem_of)
    assert rows.query("question == 'energy'")["stance"].tolist() == ["2"]


# A student's own file


def saved(**change):
    row = {"voice": "panov", "question": "alliance", "stance": "-2", "paragraphs": "7", "reason": "für 松", "basis": "text"}
    return classfiles.save("codes", "birch", **row | change)


def test_what_is_saved_is_read_back_and_a_later_row_of_an_item_replaces_the_earlier(small_module):
    path = saved()
    assert path == small_module / "my-work" / "codes-birch.csv" and path.read_bytes().startswith(b"\xef\xbb\xbf")
    saved(question="west", stance="1")
    saved(stance="-1")
    rows = classfiles.own("codes", " BIRCH ")
    assert dict(zip(rows["question"], rows["stance"])) == {"west": "1", "alliance": "-1"}
    assert set(rows["pseudonym"]) == {"birch"} and set(rows["reason"]) == {"für 松"}


@pytest.mark.parametrize("where", ["replace", "write"])
def test_a_stop_while_saving_loses_nothing(small_module, monkeypatch, where):
    path = saved()
    before = path.read_bytes()

    def stop(*_, **__):
        if where == "write":
            path.with_suffix(".part").write_bytes(before[:20])  # killed half way
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop) if where == "replace" else patch.setattr(pd.DataFrame, "to_csv", stop)
        with pytest.raises(KeyboardInterrupt):
            saved(stance="2")
    assert path.read_bytes() == before and len(classfiles.own("codes", "birch")) == 1
    assert saved(stance="2") == path and classfiles.own("codes", "birch")["stance"].tolist() == ["2"]


def test_a_broken_own_file_is_not_overwritten(small_module):
    path = saved()
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="my-work/codes-birch.csv cannot be used.*nothing was changed"):
        saved()
    assert path.read_bytes() == b"something else"


def test_nothing_saved_is_no_rows(small_module):
    assert classfiles.own("codes", "birch").empty


@pytest.mark.parametrize("name", ["", " ", "a", "a/b", "..", "two words", "a" * 31, "codes.csv", "-x"])
def test_a_bad_pseudonym_is_refused(name):
    with pytest.raises(ValueError, match="2 to 30 letters, digits or hyphens"):
        classfiles.own_file("codes", name)


def test_a_class_of_sixty_is_read_in_seconds(tmp_path):
    everything = [(voice, question, "silent", "") for voice in coding.coded_voices() for question in ("west", "economy", "energy")]
    for number in range(60):
        (tmp_path / f"{number}.csv").write_text(text(f"student-{number}", codes=everything, energy="silent"), encoding="utf-8")
    start = time.perf_counter()
    rows, _ = classfiles.read_class("codes", tmp_path, coding.problem_of)
    assert len(rows) == 60 * 24 and time.perf_counter() - start < 30


def test_a_stance_counts_as_the_worksheet_prints_it_and_as_a_spreadsheet_makes_it(tmp_path):
    head = "pseudonym,voice,question,stance,paragraphs,reason,basis,saved\n"
    rows = [("alliance", "−2"), ("durability", "+1"), ("west", "1.0"), ("challenge", "Silent")]
    lines = "".join(f"oak,panov,{question},{stance},{'' if stance == 'Silent' else 7},a reason,text,2027-01-01\n" for question, stance in rows)
    (tmp_path / "codes-oak.csv").write_text(head + lines, encoding="utf-8")
    assert classfiles.read_class("codes", tmp_path, coding.problem_of)[0]["stance"].tolist() == ["-2", "1", "1", "silent"]
