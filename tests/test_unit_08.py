"""Unit 08: claim picker and chart builder at every option; the brief read, reviewed, exported and graded."""

import os
import re
import shutil

import nbformat
import pandas as pd
import pytest
from conftest import BIN, ROOT

from fivereadings import brief, load, selfreview
from fivereadings.grading import course
from fivereadings.grading.__main__ import grade
from fivereadings.notebooks import read, write
from fivereadings.verdicts import alternatives
from fivereadings.views import chartbuilder as chart
from fivereadings.views import claimpicker as picker
from fivereadings.views.dependence import dependence_table
from fivereadings.voices import paragraphs_of

STEM = "08-your-brief"
SOLUTION = ROOT / "solutions" / STEM / f"{STEM}.ipynb"
TITLE = "China's share of the whole doubled within five years"
ALT = "One line, 2014 to 2024: it stands near 5 at first, hardly moves until 2019, and then doubles to 10."

# The claim picker


@pytest.mark.parametrize("choices", [{"reading": name} for name in picker.READINGS] + [{"kind": name} for name in picker.KINDS]
                         + [{"verdict": name} for name in picker.VERDICTS], ids=str)
def test_the_claim_picker_at_every_option(choices):
    table = picker.claim_list(**choices)
    for number in (1, len(table)):
        html = picker.claim_view(**choices, number=number).data
        assert table["claim"].iloc[number - 1] in html and f"Number {number} of {len(table)}" in html
        assert all(f"{name}: {value}" in html for name, value in choices.items())
    last = picker.claim_view(**choices, number=len(table) + 1).data
    assert f"Number {len(table)} of {len(table)}. You asked for number {len(table) + 1}; this is the last one." in last
    assert "You asked" not in picker.claim_view(**choices, number=len(table)).data
    with pytest.raises(ValueError, match=f"claims 1 to {len(table)}; you asked for number 0"):
        picker.claim_view(**choices, number=0)


def test_a_choice_without_claims_and_an_unknown_choice_are_explained():
    with pytest.raises(ValueError, match="No claim fits all three"):
        picker.claim_view("caixin-2016", "figure", "holds as first reported")
    with pytest.raises(ValueError, match="There is no kind 'poem'. Choose from: any, date"):
        picker.claim_view(kind="poem")
    with pytest.raises(ValueError, match="There is no claim 'x'"):
        picker.claim_card("x")


@pytest.mark.parametrize("name", load("claims")["claim"])
def test_a_claim_shows_who_says_it_where_and_what_decides_it(name):
    row = load("claims").set_index("claim").loc[name]
    html = picker.claim_card(name).data
    assert f"¶{row['paragraph']}" in html and row["verdict"] in html and "verdict on the figures of the time" in html
    checks = picker.claim_rows(name)
    assert len(checks) == (len(alternatives(row.copy())) if row["table"] else 0) and html.count("Behind the verdict") == len(checks)
    assert bool(checks) or not row["source"] or "<li>" in html


def test_the_rows_behind_a_verdict_are_those_that_the_verdict_uses():
    (words, rows), *_ = picker.claim_rows("caixin-share-2015")
    assert "share = 1.72, the text has 2.5: contradicted" in words
    part, *whole = rows["value"]
    assert part / sum(whole) * 100 == pytest.approx(1.72, abs=0.005)


def test_a_claim_of_less_or_more_is_not_told_as_a_number():
    assert "share = 2.12, the claim needs below 11: holds" in picker.claim_card("bear-russia-small-market").data
    assert "the claim needs above 50: holds" in picker.claim_card("bear-largest-supplier").data


@pytest.mark.parametrize("name, sources", [("cuf-gdp-dollars", ["official exchange rates", "Short-term Economic Indicators"]),
                                           ("caixin-share-2014", ["WITS", "Business Investor Guide"])])
def test_a_check_names_the_source_of_each_of_its_selections(name, sources):
    assert all(source in picker.claim_card(name).data for source in sources)


@pytest.mark.parametrize("name", load("tensions")["tension"])
def test_a_tension_shows_its_claims_and_how_one_would_settle_it(name):
    html = picker.tension_view(name).data
    assert all(claim in html for claim in load("tensions").set_index("tension").loc[name, "claims"].split())
    assert "How they differ" in html and "How one would settle it" in html


def test_an_unknown_tension_names_those_there_are():
    with pytest.raises(ValueError, match="There are: rd-when-the-deal"):
        picker.tension_view("war and peace")


# The chart builder


@pytest.mark.parametrize("name", chart.series_names())
def test_the_chart_builder_draws_every_figure(name):
    html = chart.chart_view(name, first=2000, last=2025, title=TITLE, alt=ALT).data
    rows = chart.series_rows(name)
    assert rows["unit"].nunique() == 1 and all(name in html for name in rows["reporter"].unique())
    assert f"Unit: {rows['unit'].iloc[0]}" in html.replace("&#x27;", "'") and "Years: 2000 to 2025" in html and "Source: " in html
    latest = rows.sort_values("year").iloc[-1]
    assert f"{round(latest['value'], 2):,.2f}".rstrip("0").rstrip(".") in html


@pytest.mark.parametrize("measure", chart.MEASURES)
def test_the_chart_builder_at_every_measure(measure):
    html = chart.chart_view("crude oil: Russia to China", "crude oil: Russia to India", first=2015, last=2024, measure=measure, title=TITLE, alt=ALT).data
    oil = chart.series_rows("crude oil: Russia to China").set_index("year")["value"]
    expected = {"level": oil[2024], "growth on the year before": (oil[2024] / oil[2023] - 1) * 100, "index, first year = 100": oil[2024] / oil[2015] * 100}
    assert f">{expected[measure]:.2f}<" in html and "China&#x27;s share of the whole" in html


def test_two_directions_are_added_and_a_share_takes_one_source():
    both = chart.series_rows("goods: Russia and China").query("year == 2014 and reporter == 'Russia'")["value"].unique()
    assert both == pytest.approx([load("trade").query("year == 2014 and reporter == 'Russia' and flow in ['Russia to China', 'China to Russia']")["value"].sum()])
    ours = chart.series_rows("share: China in Russia's exports").query("reporter == 'Growth Lab (reconciled)'").drop_duplicates("year").set_index("year")["value"]
    theirs = dependence_table("goods that Russia sells (Growth Lab)").set_index("year")["Russia"]
    pd.testing.assert_series_equal(ours, theirs, check_names=False, check_index_type=False)


@pytest.mark.parametrize("series, reporters, first, last, warned", [
    ("goods: China to Russia", "Russia", 2014, 2019, True), ("goods: China to Russia", "China", 2014, 2019, False),
    ("goods: World to Russia", "Russia", 2014, 2019, True), ("goods: China to Russia", "Russia", 2010, 2015, False),
    ("share: China in Russia's imports", "Russia", 2014, 2019, True), ("goods: Russia to China", "Russia", 2014, 2019, False)])
def test_figures_to_be_used_with_care_are_named_under_the_chart(series, reporters, first, last, warned):
    odd = load("trade").query("note.str.contains('use with care')")
    assert set(odd["year"]) == {2016, 2017} and set(odd["flow"]) == {"China to Russia", "World to Russia"} and set(odd["reporter"]) == {"Russia"}
    shown = chart.chart_view(series, reporters=reporters, first=first, last=last, title="What was bought rose again after a fall",
                             alt="A line in US$ bn or per cent: it falls at first, and from 2016 on it rises a little each year.").data
    assert ("2016 and 2017 stand well above other sources" in shown) == warned


def test_what_the_builder_cannot_draw_is_counted():
    claims = load("claims").query("verdict in ['depends on whose figures', 'out of date when written']")
    assert (len(claims), claims["table"].isin(["arms", "gas-contract", "partners"]).sum()) == (10, 6)
    page = "".join(cell.source for cell in read(ROOT / "notebooks" / "08-your-brief.ipynb").cells)
    assert "no figures for six of the ten claims with the first two verdicts" in page


def test_releases_are_not_mixed():
    for country, measure in chart.OUTPUT:
        assert (chart.series_rows(f"output: {country}, {measure}").groupby("reporter")["source"].nunique() == 1).all()


def test_a_gap_stays_a_gap():
    html = chart.chart_view("goods: China to Russia", reporters="Russia", first=2015, last=2022, title=TITLE, alt=ALT).data
    assert html.count("<td") == 8 and html.count(">–</td>") == 3  # no figure for 2020 to 2022


def test_the_lines_of_code_make_the_same_chart():
    given = dict(series="price: Brent crude oil", first=2014, last=2020, title='Oil lost "half" its price & more', alt=ALT)
    html = chart.chart_view(**given).data
    from html import unescape
    code = unescape(re.search(r"<pre>(.*?)</pre>", html, re.S)[1])
    names = {"chart_view": chart.chart_view}
    exec(code, names)
    assert names["chart"].data == html


@pytest.mark.parametrize("change, said", [
    ({"series": "goods: Moon to Mars"}, "There is no figure"),
    ({"measure": "colour"}, "There is no measure"),
    ({"beside": "price: Brent crude oil"}, "“pipeline gas: Russia to China” is in bcm and “price: Brent crude oil” in US\\$ a barrel"),
    ({"reporters": "China"}, "Its reporters are: Statistical Review"),
    ({"first": 2024, "last": 2014}, "has to be the earlier one"),
    ({"first": 2024, "last": 2025}, "fewer than two years"),
    ({"measure": chart.INDEX}, "has zero for 2014"),
    ({"series": "crude oil: Russia to China", "measure": chart.INDEX}, "has none for 2014"),
    ({"title": " "}, "The title is missing"),
    ({"title": "Gas from Russia"}, "names the subject and not the point"),
    ({"title": "Pipeline gas from Russia to China in the years 2014 to 2024"}, "names the subject and not the point"),
    ({"title": "The chart of what happened after 2022"}, "names the subject and not the point"),
    ({"title": "gas went up " * 20}, "Say it shorter"),
    ({"alt": ""}, "The alternative text is missing"),
    ({"alt": "A line goes up."}, "has 4 words"),
    ({"alt": "A line goes up for a very long time and then it falls and rises and falls again."}, "text has no number in digits. Write"),
    ({"alt": "The line rises from five to ten in the years since twenty fourteen, and then it stays there."}, "text has no number in digits. Write"),
    ({"alt": "Up."}, "has 1 word and has no number in digits"),
])
def test_the_chart_builder_refuses_with_a_sentence(change, said):
    with pytest.raises(ValueError, match=said) as problem:
        chart.chart_view(**{"series": "pipeline gas: Russia to China", "title": TITLE, "alt": ALT, **change})
    assert len(str(problem.value)) > 20


# The brief


def answered():
    """The example brief as a student would hand it in."""
    notebook = read(SOLUTION)
    for cell in notebook.cells:
        cell.source = re.sub(r"^### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.M)
    return notebook


def cell_of(notebook, name):
    return next(cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id == name)


@pytest.fixture
def desk(small_module):
    """Save a notebook as a student's exercise in a module of its own; return a function that does so."""
    def save(change=lambda notebook: None, name=f"{STEM}.ipynb"):
        notebook = answered()
        change(notebook)
        write(notebook, small_module / "exercises" / STEM / name)
        return small_module

    return save


def reviewed():
    return selfreview.review(brief.read_brief(brief.notebook_file())).set_index("looked for")["result"]


def test_the_example_passes_its_own_review(desk):
    desk()
    assert len(reviewed()) == 12 and reviewed().str.startswith("found").all(), reviewed()


def test_the_example_in_the_unit_is_the_model_answer():
    shown = re.sub(r"^> ?", "", "\n".join(cell.source for cell in read(ROOT / "notebooks" / f"{STEM}.ipynb").cells), flags=re.M)
    for name in selfreview.PARTS:
        assert cell_of(answered(), name).source.strip() in shown
    assert cell_of(answered(), "brief-chart-answer").source.partition("chart = chart_view")[2].strip() in shown


def test_the_anchors_of_the_best_level_keep_the_limits():
    anchors = pd.read_csv(ROOT / "solutions" / STEM / "rubric.csv").query("level == 3").set_index("question")["anchor"]
    limits = {cell.metadata.nbgrader.grade_id: re.findall(r"\*\*(\d+) to (\d+) words", cell.source) for cell in answered().cells}
    for name in selfreview.PARTS:
        (low, high), = limits[f"{name}-question"]
        assert int(low) <= len(anchors[name].split()) <= int(high), name


def swap(name, *words):
    def change(notebook):
        cell = cell_of(notebook, name)
        for old, new in zip(words[::2], words[1::2]):
            assert old in cell.source
            cell.source = cell.source.replace(old, new)
    return change


def no_outputs(notebook):
    cell_of(notebook, brief.CHART).outputs = []


def two_charts(notebook):
    cell = cell_of(notebook, brief.CHART)
    cell.outputs = cell.outputs * 2


def no_alt(notebook):
    for output in cell_of(notebook, brief.CHART).outputs:
        output.data["text/html"] = re.sub(r'alt="[^"]*"', 'alt="a chart"', output.data["text/html"])


@pytest.mark.parametrize("change, line", [
    (swap("brief-claim", "He could know none of these years: this is hindsight.", "hind sight " * 20), "The question and the claim: 110 to 140 words"),
    (swap("brief-conclusion", "The best objection", "The objection " * 20), "Conclusion: 130 to 160 words"),
    (no_outputs, "one chart"), (two_charts, "one chart"), (no_alt, "alternative text and source of the chart"),
    (swap("brief-figure", " bcm", "", " per cent", ""), "a figure with year, unit and reporter in one sentence"),
    (swap("brief-figure", "By the Statistical Review of World Energy, edition of 2025,", "In truth,", "Gazprom counts", "There were"), "a figure with year, unit and reporter in one sentence"),
    (no_outputs, "numbers of the text in the chart's table"),
    (swap("brief-voices", "Fenenko", "Somebody"), "two voices, each with a ¶ of its own"),
    (swap("brief-voices", "(¶29)", "(¶31)"), "two voices, each with a ¶ of its own"),
    (swap("brief-voices", "(¶29)", "(¶7)"), "two voices, each with a ¶ of its own"),
    (swap("brief-conclusion", "likely", "plausible"), "a confidence from the scale"),
    (swap("brief-conclusion", "to be likely", "to be highly likely"), "a confidence from the scale"),
    (swap("brief-conclusion", "75 per cent", "85 per cent"), "a number inside the band of that phrase"),
    (swap("brief-conclusion", "would change my mind", "stay with it"), "what would change your mind"),
])
def test_the_review_says_what_is_not_found(desk, change, line):
    desk(change)
    result = reviewed()
    assert result[line].startswith("not found: "), result[line]
    assert brief.export_brief("birch").data.count("not found") >= 1  # advice: the page is written all the same


def test_a_number_that_is_not_in_the_table_is_named_and_the_confidence_is_read_whole(desk):
    desk()
    assert reviewed()["numbers of the text in the chart's table"] == (
        "found: 191.3, 51.4, 0.3, 26.7, 167.7; not there, so show how you got them: 139.8, 26.5, 19, 16, 31.1, 22")
    assert selfreview.confidence_in("It is very likely, unlikely, and almost certain.") == ["very likely", "unlikely", "almost certain"]
    assert selfreview.confidence_in("It is highly likely, not unlikely, and almost certain.") == ["almost certain"]
    assert selfreview.in_band("In 2015 it was Likely, about 75 per cent (¶60). It is very likely: 75.") == ["Likely: 75"]


@pytest.mark.parametrize("line", ["*Help I used: none.*", "Help I used: a chat program, for spelling."])
def test_a_declaration_is_not_counted(desk, line):
    def change(notebook):
        cell_of(notebook, "brief-conclusion").source += f"\n\n{line}"

    before = len(cell_of(answered(), "brief-conclusion").source.split())
    desk(change)
    assert reviewed()["Conclusion: 130 to 160 words"] == f"found: {before} words"


@pytest.mark.parametrize("said", ["I would think differently if", "I would revise my view if", "My answer would change if", "I would have to reconsider this if",
                                  "It would convince me if", "I would give up this view if"])
def test_a_change_of_mind_has_many_forms(desk, said):
    desk(swap("brief-conclusion", "I would change my mind if", said))
    assert reviewed()["what would change your mind"].startswith("found")


def test_a_place_that_does_not_exist_is_named(desk):
    desk(swap("brief-voices", "(¶29)", "(¶99)"))
    assert reviewed()["two voices, each with a ¶ of its own"] == (
        "not found: 1 voice with a ¶ of its own in the same sentence; ¶99 does not exist in Alexey Fenenko")
    assert selfreview.wrong_places("Taussig (¶99) says so. Fenenko (¶29) and Taussig (¶3) differ.") == ["¶99 does not exist in Torrey Taussig"]


@pytest.mark.parametrize("mark", ["*", "**", "_"])
def test_a_question_in_emphasis_is_the_title_of_the_page(desk, mark):
    question = "How much more freedom towards Europe did the eastern gas route of 2014 give Russia?"
    place = desk(swap("brief-claim", question, f"{mark}{question}{mark}"))
    brief.export_brief("birch")
    html = (place / "my-work" / "brief-birch.html").read_text(encoding="utf-8")
    assert f"<h1>{question}</h1>" in html and html.count(question) == 2  # the title of the window and of the page


@pytest.mark.parametrize("text, remarks", [
    ("Fenenko (¶7) sees a gain.", ["¶7 is by Alexander Panov, not by Alexey Fenenko"]),
    ("Fenenko and Panov (¶7, ¶29) differ.", []), ("Weitz and Panov differ (¶3).", ["¶3 is by Russia Direct, the editor, not by Alexander Panov or Richard Weitz"]),
    ("Fenenko (¶29) told *Russia Direct* so.", []), ("Russia Direct, the editor (¶2), counts papers.", []),
    ("Caixin (¶7) and The Bear and the Dragon (¶20) agree.", []), ("Caixin (¶22) says so.", ["¶22 does not exist in Caixin"])])
def test_a_place_of_another_voice_is_named_as_such(text, remarks):
    assert selfreview.wrong_places(text) == remarks


@pytest.mark.parametrize("voice", load("viewpoints")["voice"].unique())
def test_every_paragraph_belongs_to_the_voice_that_speaks_there(voice):
    name, (reading, first, last) = load("voices").set_index("voice").loc[voice, "name"].split(" (")[0], paragraphs_of(voice)
    length = load("readings").set_index("reading").loc[reading, "paragraphs"]
    for number in range(1, int(length) + 1):
        own = first <= number <= last
        assert selfreview.voices_with_place(f"{name} (¶{number}) says so.") == {voice: [number] * own}
        assert bool(selfreview.wrong_places(f"{name} (¶{number}) says so.")) != own


@pytest.mark.parametrize("voice, name", [("taussig", "Taussig"), ("bear-and-dragon", "The Bear and the Dragon"), ("bear-and-dragon", "Bear and Dragon"),
                                         ("china-us-focus", "*China-US Focus*"), ("panov", "Alexander Panov"), ("caixin", "Caixin")])
def test_voices_are_found_by_the_names_that_students_use(voice, name):
    assert selfreview.voices_with_place(f"In 2018, {name} (¶7) holds this.") == {voice: [7]}
    assert selfreview.voices_with_place(f"{name} holds this. Another says ¶3.") == {voice: []}


def test_the_page_stands_alone_and_names_nobody(desk):
    place = desk()
    said = brief.export_brief(" Birch ").data
    html = (place / "my-work" / "brief-birch.html").read_text(encoding="utf-8")
    assert "my-work/brief-birch.html" in said and html.startswith("<!DOCTYPE html>") and '<html lang="en">' in html
    assert "<h1>How much more freedom towards Europe did the eastern gas route of 2014 give Russia?</h1>" in html
    assert all(f"<h2>{heading}</h2>" in html for heading in selfreview.PARTS.values())
    assert "<em>Russia Direct</em>" in html and html.count("data:image/png;base64,") == 1 and "Source: " in html
    assert len(re.search(r'alt="([^"]*)"', html)[1].split()) > 15 and "Pseudonym: birch" in html and "SOLUTION" not in html
    assert not re.search(r"(src|href)=\"(?!data:image/png)", html)
    assert not list((place / "my-work").glob("*.part"))


def test_nothing_active_and_nothing_from_elsewhere_reaches_the_page(desk):
    bad = ("<script>alert(1)</script>\n\nSee <img src=x onerror=alert(1)> [click](javascript:alert(1)) ![p](https://example.org/p.png) "
           "<iframe src=https://example.org></iframe>\n\nWith a [good](https://example.org)")

    def change(notebook):
        cell_of(notebook, "brief-claim").source += "\n\n" + bad
        output = cell_of(notebook, brief.CHART).outputs[0]
        output.data["text/html"] += ("<script>alert(2)</script><img src='https://example.org/x.png' onload=alert(2)><svg onload=alert(2)></svg>"
                                     "<img src='data:image/svg+xml;base64,AAAA'><p style='background:url(https://example.org)'>x</p>")

    place = desk(change)
    brief.export_brief("birch")
    html = (place / "my-work" / "brief-birch.html").read_text(encoding="utf-8")
    body = html[html.index("<body>"):]
    assert not re.search(r"<(script|iframe|svg|object|link|form)|<[^>]*\son\w+=|=[\"']?\s*javascript:|url\(|svg\+xml", body)
    assert re.findall(r'<a href="([^"]*)"', body) == ["#harmful-link", "https://example.org"] and not re.search(r'<img[^>]*src="http', body)


def remove(name):
    def change(notebook):
        notebook.cells.remove(cell_of(notebook, name))
    return change


def double(notebook):
    notebook.cells.append(nbformat.from_dict({**cell_of(notebook, "brief-voices"), "id": "copy"}))


def unwritten(notebook):
    for name in selfreview.PARTS:
        cell_of(notebook, name).source = brief.UNWRITTEN


@pytest.mark.parametrize("change, said", [
    (remove("brief-voices"), "lacks the cell of: Two voices"), (double, "“Two voices” stands twice"), (unwritten, "Save first"),
])
def test_bad_input_gets_a_sentence_and_no_page(desk, change, said):
    place = desk(change)
    with pytest.raises(ValueError, match=said):
        brief.export_brief("birch")
    assert not (place / "my-work").exists()


def test_no_file_two_files_a_wrong_name_and_a_broken_file(desk):
    place = desk()
    desk(name="copy.ipynb")
    with pytest.raises(ValueError, match=f"2 notebooks in exercises/{STEM}: 08-your-brief.ipynb, copy.ipynb"):
        brief.export_brief("birch")
    assert "Read: copy.ipynb" in brief.export_brief("birch", "copy.ipynb").data
    for name in ("../../secret.ipynb", "none.ipynb"):
        with pytest.raises(ValueError, match="There is no notebook"):
            brief.export_brief("birch", name)
    (place / "exercises" / STEM / "copy.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a notebook"):
        brief.export_brief("birch", "copy.ipynb")
    shutil.rmtree(place / "exercises")
    with pytest.raises(ValueError, match="There is no notebook in exercises"):
        brief.export_brief("birch")


@pytest.mark.parametrize("name", ["", "b", "../up", "Anna Müller", "a/b", "x" * 40])
def test_a_pseudonym_that_is_no_part_of_a_file_name_is_refused(desk, name):
    desk()
    with pytest.raises(ValueError, match="2 to 30 letters"):
        brief.export_brief(name)


def test_a_part_that_is_not_written_and_a_missing_chart_are_said_on_the_page(desk):
    def change(notebook):
        cell_of(notebook, "brief-voices").source = brief.UNWRITTEN
        no_outputs(notebook)

    place = desk(change)
    brief.export_brief("birch")
    html = (place / "my-work" / "brief-birch.html").read_text(encoding="utf-8")
    assert "Not written." in html and "No chart was saved." in html


def test_the_line_of_an_unwritten_cell_is_nbgraders():
    assert course.settings(ROOT).ClearSolutions.text_stub == brief.UNWRITTEN


def test_a_chart_or_what_is_still_to_do():
    assert "No chart yet" in brief.look_at(...).data and "No chart yet" in brief.look_at("<b>").data
    made = chart.chart_view("price: Brent crude oil", title=TITLE, alt=ALT)
    assert brief.look_at(made).data == made.data


def test_the_scale_covers_every_chance_once():
    scale = load("confidence")
    assert (scale["from"].tolist()[1:] == scale["to"].tolist()[:-1]) and (scale["from"].min(), scale["to"].max()) == (1, 99)


def test_a_brief_of_four_texts_is_collected_for_grading_by_hand(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    write(answered(), tmp_path / "in" / "birch.ipynb")
    shutil.copy(ROOT / "exercises" / STEM / f"{STEM}.ipynb", tmp_path / "in" / "blank.ipynb")
    assert grade(tmp_path / "in", STEM, tmp_path / "out") == []
    table = course.scores(tmp_path / "out", STEM).set_index("student")
    assert table["to grade by hand"].to_dict() == {"birch": 4, "blank": 0} and (table["of"] == 24).all() and (table["score"] == 0).all()
    page = (tmp_path / "out" / "feedback" / "birch" / STEM / f"{STEM}.html").read_text(encoding="utf-8")
    assert "Fenenko" in page and "data:image/png;base64," in page
