"""Unit 00: the timeline at every option, the voices on one page, and the self-test at each of its failures."""

import itertools
import json
import re
from html import unescape
from importlib import metadata

import pytest
from conftest import ROOT

from fivereadings import load, selftest
from fivereadings.notebooks import read
from fivereadings.views import timeline
from fivereadings.views.overview import one_sentence, voices_table
from fivereadings.views.timeline import LANES, READINGS, TODAY, TOPICS, known, span, timeline_rows, timeline_table, timeline_view, trade_rows

IDS = list(load("readings")["reading"])


# ------------------------------------------------------------------ the events


def test_every_lane_holds_events_and_every_event_a_source_and_one_lane():
    events = load("events").query("topic != ''")
    assert set(events["topic"]) == set(LANES) and 25 <= len(events.drop_duplicates(["date", "what"])) <= 40
    assert (events["source"] != "").all()
    assert events["date"].str[:4].astype(int).between(timeline.FIRST, timeline.LAST).all()
    assert set(events.loc[events["unit"] != "", "unit"]) <= {"votes", "bcm a year"}, "a count of people or papers is no event"


def test_2014_and_2022_follow_the_wording_of_the_general_assembly():
    told = load("events").query("topic == 'Ukraine'").set_index("date")
    annexed, told = told.loc["2014-03-18"], told.drop("2014-03-18")
    assert annexed["what"].startswith("Russia annexes Crimea") and annexed["reporter"] == "USA Today"
    assert len(told) == 4 and told["what"].str.contains("68/262|ES-11/1").all() and (told["reporter"] == "UN General Assembly").all()
    assert told.loc["2022-02-24", "what"].startswith("Russia's aggression against Ukraine")
    assert load("events")["what"].str.contains("special military operation|crisis", case=False).sum() == 0


def test_the_dates_of_a_reading_agree_with_what_is_printed():
    for text in load("readings").to_dict("records"):
        assert span(text["earliest"])[0] <= span(text["latest"])[1]
        about = {"2018", "2019"} if text["published"] == "c. 2018" else {re.search(r"\d{4}", text["published"])[0]}
        assert {text["earliest"][:4], text["latest"][:4]} == about


# ------------------------------------------------------------------ what an author could know


def test_a_date_is_as_long_as_it_is_inexact():
    assert [day.isoformat() for day in (*span("2016"), *span("2016-02"), *span("2016-06-28"))] == [
        "2016-01-01", "2016-12-31", "2016-02-01", "2016-02-29", "2016-06-28", "2016-06-28"]


@pytest.mark.parametrize("event, earliest, latest, answer", [
    ("2014-03-27", "2014-05-20", "2014-05-21", "yes"), ("2014-05-20", "2014-05-20", "2014-05-21", "perhaps"),
    ("2014-05-21", "2014-05-20", "2014-05-21", "no"), ("2017-07", "2018", "2018", "yes"), ("2018-09-11", "2018", "2018", "perhaps"),
    ("2019", "2018", "2018", "no"), ("2016-06", "2016-06-28", "2016-06-28", "perhaps"), ("2016-06-28", "2016-06-28", "2016-06-28", "no")])
def test_known_then(event, earliest, latest, answer):
    assert known(event, earliest, latest) == answer


@pytest.mark.parametrize("reading, event, answer", [
    ("russia-direct-2014", "Gazprom and CNPC sign a gas contract", "no"), ("caixin-2016", "Gazprom and CNPC sign a gas contract", "yes"),
    ("russia-direct-2014", "freeze assets of officials", "yes"), ("taussig-2018", "arms buyer EDD", "yes"),
    ("bear-and-dragon", "arms buyer EDD", "perhaps"), ("bear-and-dragon", "gas begins to flow", "perhaps"), ("bear-and-dragon", "Baltic", "yes"), ("taussig-2018", "gas begins to flow", "no"),
    ("china-us-focus-2016", "Putin holds talks with Xi in Beijing", "yes")])
def test_a_reader_finds_what_an_author_could_know(reading, event, answer):
    table = timeline_table(reading=reading)
    assert table.loc[table["event"].str.contains(event), "known then"].tolist() == [answer]


def test_without_a_reading_nobody_is_judged():
    assert "known then" not in timeline_table() and "known then" in timeline_table("treaties", "taussig-2018", 2018, 2018)


# ------------------------------------------------------------------ list and figure


def test_the_list_is_in_order_and_two_reports_of_one_event_are_one_mark():
    rows = timeline_rows()
    assert rows["date"].map(span).is_monotonic_increasing
    assert [mark for mark in rows["mark"] if mark.isdigit()] == [str(number + 1) for number in range(len(rows) - len(IDS))]
    assert "".join(sorted(rows.loc[rows["topic"] == READINGS, "mark"])) == "ABCDE"
    assert len(load("events").query("date == '2014-03-24' and topic != ''")) == 2 and rows["date"].eq("2014-03-24").sum() == 1


def test_every_event_of_the_list_says_who_printed_it():
    table = timeline_table()
    assert table.loc[table["topic"] != READINGS, "printed by"].str.contains(r"\((?:official|state media|wire|other)\)$").all()


@pytest.mark.parametrize("topic, reading", list(itertools.product(TOPICS, (TODAY, *IDS))))
def test_the_timeline_at_every_option(topic, reading):
    html = timeline_view(topic, reading, 2012, 2019).data
    table = timeline_table(topic, reading, 2012, 2019)
    assert html.count("<table") == 2 and len(re.search('alt="([^"]*)"', html)[1].split()) > 15
    events = table[table["topic"] != READINGS]
    assert f"{len(events)} events, 2012–2019; {topic}." in html
    if reading != TODAY:
        counts = [int(number) for number in re.search(r"written \([^)]*\), (\d+) of them .*?, (\d+) had not .*? for (\d+) its", html).groups()]
        assert counts == [(events["known then"] == state).sum() for state in ("yes", "no", "perhaps")]


def test_no_two_options_show_the_same():
    for option in (TOPICS, [TODAY, *IDS]):
        calls = [timeline_view(value) if value in TOPICS else timeline_view(reading=value) for value in option]
        assert len({re.sub(r'src="[^"]*"', "", call.data) for call in calls}) == len(option)
        assert len({re.search(r'src="[^"]*"', call.data)[0] for call in calls}) == len(option)


@pytest.mark.parametrize("first, last", [(1996, 1996), (2025, 2025), (1996, 2025), (1996.0, 2025.4)])
def test_the_ends_of_the_span(first, last):
    assert "<figure" in timeline_view(first=first, last=last).data


@pytest.mark.parametrize("arguments, says", [
    (("weather",), "no topic 'weather'.*treaties"), (("all topics", "pravda"), "no reading 'pravda'.*caixin-2016"),
    (("all topics", TODAY, 2020, 2010), "begins in 2020 and ends in 2010"), (("Ukraine", TODAY, 1996, 2000), "Nothing on Ukraine from 1996 to 2000")])
def test_what_cannot_be_shown_is_said(arguments, says):
    for function in (timeline_table, timeline_view):
        with pytest.raises(ValueError, match=says):
            function(*arguments)


def test_marks_of_a_lane_do_not_cover_each_other():
    places = [2014.1, 2014.2, 2014.3, 2014.9, 2016.0]
    levels = timeline._levels(places, 0.5)
    assert levels == [0, 1, 2, 0, 0]
    assert all(abs(a - b) >= 0.5 or m != n for (a, m), (b, n) in itertools.combinations(zip(places, levels), 2))


def test_the_trade_line_is_chinas_and_its_gaps_stay():
    rows = trade_rows().set_index("year")
    assert rows.index.is_unique and not {2004, 2006, 2007, 2011, 2012} & set(rows.index)
    assert rows.loc[2015, "value"] == 68.0 and rows.loc[2015, "basis"] == "announced"  # not an agency's conversion from yuan
    both = load("trade").query("year == 2018 and reporter == 'China' and flow in ['Russia to China', 'China to Russia']")
    assert rows.loc[2018, "value"] == pytest.approx(both["value"].sum()) and rows.loc[2018, "basis"] == "statistics"
    assert len(rows) >= 20


def test_a_report_that_names_no_customs_service_is_said_under_the_figure():
    assert trade_rows().query("not named")["year"].tolist() == [2005, 2009, 2010]
    assert "No customs service named: 2005, 2009, 2010." in timeline_view().data
    assert "No customs service" not in timeline_view(first=2011).data


def test_the_drawn_line_breaks_at_a_gap():
    rows = timeline._chosen("all topics", TODAY, 1996, 2025)
    lower = timeline._draw(rows, trade_rows(), 1996, 2025).axes[1]
    line, marks = [line for line in lower.lines if len(line.get_xdata()) > 2]  # the others mark the readings
    drawn = dict(zip(*line.get_data()))
    assert drawn[2011.5] != drawn[2011.5] and drawn[2014.5] == pytest.approx(95.28)
    announced = trade_rows().query("basis == 'announced'")["year"] + 0.5
    assert list(marks.get_xdata()) == list(announced) and marks.get_markerfacecolor() == "white"


# ------------------------------------------------------------------ the voices


def test_the_voices_on_one_page():
    table, views = voices_table().set_index("voice"), load("viewpoints").query("question == 'durability'")
    assert len(table) == views["voice"].nunique() == 8
    assert table["will it last?"].str.startswith("Silent on this.").sum() == (views["stance"] == "").sum() == 2
    assert table.notna().all().all() and (table.drop(columns="based in") != "").all().all()
    assert table.loc["Alexey Fenenko", "will it last?"].startswith("Silent on this. On “west”:")  # firmest, and first of two
    assert table["will it last?"].str.contains("¶").all() and table.loc["Richard Weitz", "published by"] == "as above"


def test_the_rule_for_a_silent_voice():
    views = load("viewpoints").query("voice == 'murashkin'")
    assert one_sentence(views).startswith("Silent on this. On “dependence”:")
    firm = views.assign(stance=["-2" if question == "economy" else stance for question, stance in zip(views["question"], views["stance"])])
    assert one_sentence(firm).startswith("Silent on this. On “economy”:")
    spoken = views.assign(stance="1", paragraphs="19 20")
    assert one_sentence(spoken).endswith("(¶19 ¶20)") and "Silent" not in one_sentence(spoken)


# ------------------------------------------------------------------ the self-test


def troubles():
    """Return the rows of the self-test that are not as expected, by what was looked at."""
    table = selftest.selftest_table()
    assert list(table.columns) == ["looked at", "found", "expected", "what to do"]
    return table[table["found"] != "as expected"].set_index("looked at")


@pytest.fixture
def whole(small_module):
    """A copy of the module that the self-test finds nothing wrong with."""
    for name in ("notebooks", "exercises"):
        (small_module / name).mkdir()
    assert troubles().empty
    return small_module


def test_all_is_well_here_and_the_table_is_the_same_on_every_machine():
    assert troubles().empty
    html = selftest.selftest().data
    assert "Self-test: all is as expected." in html and not re.search(r"\d", unescape(re.sub("<[^>]*>", "", html))), "no version is named"
    assert set(selftest.selftest_table()["what to do"]) == {"nothing"}


def test_nothing_is_left_behind(whole):
    assert not (whole / "my-work").exists()
    (whole / "my-work").mkdir()
    (whole / "my-work" / "codes-birch.csv").write_text("kept", encoding="utf-8")
    assert troubles().empty and [path.name for path in (whole / "my-work").iterdir()] == ["codes-birch.csv"]


@pytest.mark.parametrize("content, found", [
    (None, "missing"), ("year,flow\n", "cannot be read|no rows"), (b"\xff\xfe\x00\x00nonsense", "cannot be read"), ("", "cannot be read")])
def test_a_table_that_is_missing_or_broken(whole, content, found):
    path = whole / "data" / "trade.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    row = troubles().loc["the table data/trade.csv"]
    assert re.match(found, row["found"]) and "Download" in row["what to do"] and len(troubles()) == 1


def test_an_empty_table(whole):
    path = whole / "data" / "trade.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert troubles().loc["the table data/trade.csv", "found"] == "no rows"


@pytest.mark.parametrize("name", ["notebooks", "exercises"])
def test_a_missing_folder(whole, name):
    (whole / name).rmdir()
    assert troubles().loc[f"the folder {name}", "found"] == "missing"


def test_the_module_itself_is_not_found(whole):
    (whole / "data" / "datapackage.json").unlink()
    rows = troubles()
    assert {"the module's folders", "the tables", "saving to my-work"} <= set(rows.index)
    assert rows["found"].str.contains("a file is missing").all() and rows.loc["the tables", "what to do"] == selftest.WHOLE


def test_an_old_package_and_one_that_is_not_there(monkeypatch):
    real = metadata.version

    def version(name):
        if name == "krippendorff":
            raise metadata.PackageNotFoundError(name)
        return "1.5.3" if name == "pandas" else real(name)

    monkeypatch.setattr(selftest.metadata, "version", version)
    rows = troubles()
    assert rows.loc["the package pandas", "found"] == "1.5.3" and ">=2.2" in rows.loc["the package pandas", "expected"]
    assert rows.loc["the package krippendorff", "found"] == "missing" and rows["what to do"].str.contains("start.py").all()
    assert "Self-test: 2 to put right." in selftest.selftest().data


def test_an_old_python(monkeypatch):
    monkeypatch.setattr(selftest.sys, "version_info", (3, 10, 4, "final", 0))
    assert troubles().loc["Python", ["found", "expected"]].tolist() == ["3.10.4", ">=3.11"]


def test_a_module_that_was_never_installed_reads_its_own_pyproject(monkeypatch, tmp_path):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    installed = selftest.stated()
    monkeypatch.setattr(selftest.metadata, "distribution", nothing)
    python, needs = selftest.stated()
    assert python == installed[0] == ">=3.11" and {need.name for need in needs} >= {"pandas", "matplotlib", "ipywidgets", "krippendorff"}
    monkeypatch.setattr(selftest, "home", lambda: tmp_path)
    assert troubles().loc[["Python", "the packages"], "found"].str.contains("pyproject.toml").all()


@pytest.mark.parametrize("drawn", ["data:image/png;base64,", OSError("no font was found")])
def test_a_chart_that_cannot_be_drawn(monkeypatch, drawn):
    def picture(figure):
        if isinstance(drawn, Exception):
            raise drawn
        return drawn

    monkeypatch.setattr(selftest, "picture", picture)
    assert re.search("empty|no font was found", troubles().loc["a chart", "found"])


def test_a_folder_that_cannot_be_written(whole, monkeypatch):
    (whole / "my-work").write_text("a file stands where the folder should be", encoding="utf-8")
    assert troubles().loc["the folder my-work", "found"].startswith("cannot be written")
    (whole / "my-work").unlink()

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(selftest.home().__class__, "write_text", refuse)
    row = troubles().loc["the folder my-work"]
    assert row["found"] == "cannot be written: Permission denied" and "Documents" in row["what to do"]


def test_the_button_answers():
    from fivereadings.widgets import form

    box = form(selftest.answer, button="Press me")
    button = next(part for part in box.children if getattr(part, "description", "") == "Press me")
    assert not any("It works" in str(getattr(part, "value", "")) for part in box.children)
    button.click()
    assert any("It works" in str(getattr(part, "value", "")) for part in box.children)


# ------------------------------------------------------------------ the page


def test_the_page_names_every_unit_that_there_is():
    page = "".join("".join(cell["source"]) for cell in json.loads((ROOT / "notebooks/00-start-here.ipynb").read_text(encoding="utf-8"))["cells"])
    for path in (ROOT / "notebooks").glob("0[1-8]*.ipynb"):
        title = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
        assert f"[{title}]({path.name})" in page, title


def test_the_core_path_is_read_in_fifteen_minutes():
    """Our estimate: 150 words a minute, one minute for each table or figure, half a minute for each run, two for the questions of the timeline."""
    path = [cell for cell in read(ROOT / "notebooks/00-start-here.ipynb").cells if "further" not in cell.metadata.get("tags", [])]
    open_text = re.sub(r"<details>.*?</details>|\]\([^)]*\)|[|#*`]", " ", "\n".join(cell.source for cell in path if cell.cell_type == "markdown"), flags=re.S)
    shown = sum(bool(re.search(r"<(table|figure)", str(cell.outputs))) for cell in path if cell.cell_type == "code")
    assert 5 <= shown <= 6 and len(open_text.split()) / 150 + shown + 3 * 0.5 + 2 <= 15  # runs: the first cell twice, then all at once


def test_the_page_and_the_guides_announce_the_same_minutes():
    said = {"notebooks/00-start-here.ipynb": "on your machine: 15 minutes", "README.md": "(notebooks/00-start-here.ipynb) | all | 15 |",
            "TEACHING.md": "`notebooks/00-start-here.ipynb`, 15 minutes at home"}
    assert all(words in (ROOT / name).read_text(encoding="utf-8") for name, words in said.items())


def test_a_text_without_a_day_says_between_which_dates_its_mark_stands():
    rows = timeline_rows().query("topic == @READINGS").set_index("source")["event"]
    assert rows["bear-and-dragon"].endswith("c. 2018; not before 2018 and not after 2019, so the mark stands in the middle")
    assert "not before 2016-06-26 and not after 2016-08" in rows["china-us-focus-2016"]
    assert not rows[["russia-direct-2014", "caixin-2016"]].str.contains("not before").any()


def test_the_finished_example_follows_from_its_claim():
    claim = load("claims").query("reading == 'russia-direct-2014' and paragraph == 2").iloc[-1]
    seen = load("events").query("source == 'natural-gas-world-2014'")["value"].item()
    assert (claim["quantity"], claim["verdict"], seen) == (30, "contradicted", 49)
    assert "We read “could” as “will”; the author did not say so." in claim["note"]


def test_the_answers_of_the_run_sheet():
    from datetime import date

    rows = timeline_rows()
    edd = rows[rows["event"].str.contains("EDD")].iloc[0]
    assert (date(2018, 10, 4) - span(edd["date"])[0]).days == 14 and edd["mark"] == "25"
    for reading in IDS:
        table = timeline_table("deals", reading)
        state = dict(zip(table["event"], table["known then"]))
        assert state["gas begins to flow to China through Power of Siberia"] == ("perhaps" if reading == "bear-and-dragon" else "no")
        assert state["Gazprom and CNPC sign a gas contract in Shanghai"] == ("no" if reading == "russia-direct-2014" else "yes")
