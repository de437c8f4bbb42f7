"""What comes out of grading: feedback pages, the class report, files for the platforms; and nothing in them acts."""

import csv
import io
import json
import os
import re
import shutil

import nbformat
import pytest
from browser import jupyterlab
from conftest import BIN, ROOT

from fivereadings.grading import course, exports, feedback, report, saving
from fivereadings.grading.__main__ import main
from fivereadings.grading.cleaning import acts, as_typed, cleaned, html, markdown
from fivereadings.grading.roster import Student
from fivereadings.grading.run import why_not_isolated
from fivereadings.notebooks import read

STEM = "03-beijing-2016-trade"
KEY = json.loads((ROOT / "solutions" / STEM / "key.json").read_text(encoding="utf-8"))
PERFECT = ROOT / "tests" / "submissions" / "perfect" / f"{STEM}.ipynb"
MIME = "application/vnd.fivereadings.answer+json"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# Each student's prose tries another way in; their code shows the same text as HTML, as Markdown and printed.
ATTACKS = {
    "ann": "My view <script>window.acted = 'script'</script> stands.",
    "bob": "Weaker. <img src=x onerror=\"window.acted = 'img'\"> <svg onload=\"window.acted = 'svg'\"></svg>",
    "cy": "[a source](javascript:void(window.acted='link')) and <a href=\"javascript:void(window.acted='a')\">another</a> and <javascript:window.acted=1>",
    "dee": "<iframe srcdoc=\"<script>parent.acted = 'frame'</script>\"></iframe><details open ontoggle=\"window.acted = 'toggle'\">x</details>",
    "eva": "```mermaid\n<img src=x onerror=\"window.acted = 'mermaid'\">\n```\n\n# judgement-comment\n\n![x](attachment:none.png)",
}
SHOWS = """exports_2014 = 53.68
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown, display
attack = {attack!r}
display(HTML(attack)); display(Markdown(attack)); print(attack)
display({{"application/javascript": "window.acted = 'js'", "text/plain": "x"}}, raw=True)
display({{"image/svg+xml": "<svg onload=\\"window.acted = 'svg'\\"/>", "text/plain": "x"}}, raw=True)
plt.plot([1, 2]); plt.show()
two_years.head(2)"""


def cell(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A class of five, graded once with the command: each attacks in prose, in outputs and in an error message."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    os.environ["FIVEREADINGS_HOME"] = str(ROOT)
    place = tmp_path_factory.mktemp("hostile")
    for student, attack in ATTACKS.items():
        notebook = read(PERFECT)
        cell(notebook, "judgement").source = attack
        cell(notebook, "read-a-figure-answer").source = SHOWS.format(attack=attack).replace("two_years", "rows_2014")
        cell(notebook, "mirror-gap-answer").source = f"raise ValueError({attack!r})"
        (place / "in").mkdir(exist_ok=True)
        nbformat.write(notebook, place / "in" / f"{student}.ipynb")
    (place / "roster.csv").write_text("student,name,email,canvas_id,moodle_id\n" + "".join(
        f"{student},{name},{student}@example.org,{number},{900 + number}\n" for number, (student, name) in enumerate(
            [("ann", "=1+1"), ("bob", "@bob"), ("cy", "Цой"), ("dee", "Dee D"), ("eva", "Eva E")], 11)), encoding="utf-8")
    words = [str(place / "in"), "--unit", STEM, "--class", str(place / "out"), "--roster", str(place / "roster.csv")]
    assert main([*words, *(["--not-isolated"] if why_not_isolated() else [])]) == 0
    return place / "out"


# Cleaning


@pytest.mark.parametrize("text", [
    *ATTACKS.values(), "```mermaid\n<b>x</b>\n```", "![x](attachment:a.png)", "<div style='position:fixed'>x</div>",
    "x <b onclick=a>y</b>", "[x][1]\n\n[1]: javascript:a", "[x](java&#115;cript:a)",
    "<!-- a -->", "![a](https://example.org/seen.png)", "[x](data:text/html,a)", "<p><<b>script></p>", "[" * 2000, "x" * 30_000, "# judgement",
])
def test_a_prose_answer_that_would_act_is_shown_as_typed(text):
    assert acts(text, {"judgement", "judgement-comment"})
    safe = as_typed(text)
    assert text in safe
    if len(text) < 1000:
        assert not acts(safe, {"judgement", "judgement-comment"})


@pytest.mark.parametrize("text", [
    "**Stronger.** In 2015 < 2014 & by China's figures 1.7 per cent.", "one<br>two <sub>3</sub>", "| a | b |\n|---|---|\n| 1 | 2 |",
    "See <https://example.org/a> and [this](https://example.org).", "`<script>` is shown", "$x<y$", "~~~\n<img onerror=a>\n~~~", "# My view",
])
def test_a_plain_prose_answer_stays_as_it_is(text):
    assert not acts(text, {"judgement", "judgement-comment"})


def test_html_keeps_figures_tables_and_png_and_nothing_that_acts_or_loads():
    kept = (f'<figure><img src="data:image/png;base64,{PNG}" alt="a"><figcaption>c</figcaption></figure><details><summary>s</summary>'
            '<table><caption>t</caption><tbody><tr><th scope="row">h</th><td>1</td></tr></tbody></table></details>')
    assert html(kept) == kept
    for attack in [*ATTACKS.values(), '<img src="data:image/svg+xml;base64,AAAA">', '<img src="//example.org/a.png">', "<form action=x><input>",
                   '<p style="position:fixed;top:0;background:url(https://example.org)">x</p>', "<style>p{}</style>", '<p id="judgement">x</p>']:
        assert not re.search(r"<(script|iframe|svg|form|input|style|a)\b|<[^>]*\b(on\w+|href|srcdoc|id)=|<[^>]*(position|url\(|svg\+xml|example)",
                             html(attack)), attack


def test_markdown_of_a_student_is_text_where_it_is_html_and_addresses_become_words():
    assert markdown("<b>x</b> [here](https://example.org/a)") == "<p>&lt;b&gt;x&lt;/b&gt; here (https://example.org/a)</p>\n"
    assert "<a" not in markdown(ATTACKS["cy"]) and "<strong>" in markdown("**x**")


def test_a_graded_notebook_is_stored_clean_loses_no_word_and_keeps_its_records(hostile):
    for student, attack in ATTACKS.items():
        notebook = saving.stored(hostile, STEM, student)
        assert attack in cell(notebook, "judgement").source and not acts(cell(notebook, "judgement").source)
        outputs = cell(notebook, "read-a-figure-answer").outputs
        assert not {mime for output in outputs for mime in output.get("data", {})} - {"text/plain", "text/html", "image/png"}
        shown = "".join(output.data.get("text/html", "") for output in outputs if "data" in output)
        assert not re.search(r"<(script|iframe|svg|a)\b|<[^>]* on\w+=", shown) and "<table" in shown
        assert any("image/png" in output.get("data", {}) for output in outputs)
        assert any(output.get("data", {}).get(MIME) == {"id": "read-a-figure", "answer": 53.68} for output in cell(notebook, "read-a-figure").outputs)
        assert cleaned(notebook) == notebook


def test_nbgraders_own_feedback_still_works_and_is_clean_too(hostile, tmp_path):
    shutil.copytree(hostile, tmp_path / "class")
    page = course.feedback(tmp_path / "class", STEM, "bob").read_text(encoding="utf-8")
    assert "nbgrader" in page and "window.acted" in page
    assert not re.search(r"<(img|svg)[^>]*on\w+=", page)


# Feedback


def own_page(answers=(), prose="My *answer*.", given=None, **work):
    """Return the page of a student who gave `answers` (question, points, message, value)."""
    notebook = read(PERFECT)
    for each in notebook.cells:
        each.update({"outputs": []} if each.cell_type == "code" else {})
    cell(notebook, "judgement").source = prose
    new = nbformat.v4.new_output
    cell(notebook, "mirror-gap-answer").outputs = [
        new("display_data", {"image/png": PNG, "text/plain": "<Figure>"}), new("execute_result", {"text/html": "<table><tr><td onclick=a>7.25</td></tr></table>"}),
        new("stream", text="\x1b[31mprinted <i>\x1b[0m"), new("error", ename="KeyError", evalue="'yaer'", traceback=["long"])]
    cell(notebook, "mirror-gap").outputs = [new("display_data", {"text/plain": "said"}, metadata={"five_readings": "rerun"})]
    marks = {name: {"points": 0.0, "of": float(entry["points"]), "message": "Not answered yet.", "expected": "a number", "answer": None, "by": ""}
             for name, entry in KEY.items()}
    marks["judgement"] = {"points": None, "of": 6.0, "message": "", "expected": "", "answer": None, "by": ""}
    for name, points, message, value in answers:
        marks[name] |= {"points": points, "message": message, "answer": value}
    rubric = feedback.read_rubric(ROOT / "solutions" / STEM / "rubric.csv")
    return feedback.page_of("ann", notebook, {"problem": "", "notes": [], **work, "marks": marks}, given or {}, rubric)


def test_feedback_says_what_was_recorded_expected_and_which_mistake_it_was():
    mistake = KEY["yearly-fall"]["mistakes"][3]["message"]
    page = own_page([("yearly-fall", 0.0, mistake, -34.4), ("read-a-figure", 1.0, "Right.", 53.68)])
    assert f"<strong>yearly-fall</strong>: 0 of 2 points. {mistake}" in page
    assert "Recorded: -34.4 per cent." in page and "Expected: a number." in page and "Recorded: nothing." in page
    assert "1 of 1 points. " in page and "ann: 1 of 19 points" in page and "without judgement, which is not graded yet" in page


def test_feedback_shows_the_students_own_outputs_and_that_the_file_differs_from_a_rerun():
    page = own_page()
    assert f'<img src="data:image/png;base64,{PNG}" alt="Picture that the answer to mirror-gap drew"' in page
    assert "<td>7.25</td>" in page and "<pre>printed &lt;i&gt;</pre>" in page and "KeyError: &#x27;yaer&#x27;" in page
    assert page.count("Differs from a rerun:</strong> restart and run all") == 1


def test_feedback_carries_points_rubric_and_comments_given_by_hand():
    given = {"judgement": feedback.Given(4.0, True, "Name the <year>.\nThen send it."), "yearly-fall": feedback.Given(1.5, True),
             "yearly-fall-answer": feedback.Given(comment="Look at the unit.")}
    page = own_page(given=given)
    assert "<strong>judgement</strong>: 4 of 6 points." in page and "Name the &lt;year&gt;.<br>Then send it." in page
    assert "<p>What this level means: A position with at least one complete figure;" in page and "Complete the second figure" not in page
    assert "1.5 of 2 points" in page and "given by hand (by machine: 0)" in page and "Comment: Look at the unit." in page
    between, nothing = (own_page(given={"judgement": feedback.Given(points, True)}) for points in (5.5, 0.0))
    assert "between two levels" in between and "What this level means" not in between + nothing
    assert "Blank" not in nothing and "nothing here to read" not in nothing  # the answer has words


def test_feedback_says_what_was_odd_and_why_it_was_stopped():
    page = own_page(problem="It ran longer than 60 seconds and was stopped. That was in the cell x; what stands before it counts.",
                    notes=["the answer cell x is missing; it counts as blank"])
    assert page.count("before it counts. What comes after it was not run and has no points") == 1 and "Ask your teacher" in page
    assert "What comes after" not in own_page(problem="It ran too long. Every cell had run by then, and counts.")
    assert "About the file: the answer cell x is missing; it counts as blank." in page


def test_feedback_is_one_file_without_script_address_or_key(hostile):
    for student in ATTACKS:
        page = (hostile / "feedback" / student / STEM / f"{STEM}.html").read_text(encoding="utf-8")
        assert not re.search(r"<(script|iframe|svg|a|link|object|form)\b|<[^>]* on\w+=|<[^>]*(https?:|javascript:)", page)
        assert set(re.findall(r'src="([^,]*)', page)) == {"data:image/png;base64"}
        assert "default-src 'none'" in page and "hidden tests" not in page.lower()
        # mirror-gap was not answered: its right value and its known mistakes are nowhere.
        assert "<strong>mirror-gap</strong>: 0 of 2 points. Not answered" in page
        text = re.sub(r"<img[^>]*>", "", page)
        for value in [KEY["mirror-gap"]["value"], *(mistake["value"] for mistake in KEY["mirror-gap"]["mistakes"])]:
            assert f"{value:.6g}" not in text
        assert not any(mistake["message"] in text for entry in KEY.values() for mistake in entry["mistakes"])


# The class report


def mark(points, answer, message=""):
    return {"points": points, "of": 2.0, "answer": answer, "message": message}


ENTRY = {"value": 10.0, "tolerance": 0.1, "points": 2, "mistakes": [{"value": -10.0, "message": "A fall is negative."}]}
RIGHT, KNOWN, NONE = mark(2.0, 10.0, "Right."), mark(0.0, -10.0, "A fall is negative."), mark(0.0, None)


def other(value):
    return mark(0.0, value)


@pytest.mark.parametrize("marks, again", [
    ([RIGHT] * 3 + [KNOWN] * 7, ""),
    ([RIGHT] * 2 + [KNOWN] * 6, "under 30 per cent right"),
    ([RIGHT] * 6 + [KNOWN] + [other(3.0), other(4.0)], "2 wrong values that no known mistake explains, 1 that one does"),
    ([RIGHT] * 6 + [KNOWN] * 2 + [other(3.0), other(4.0)], ""),
    ([RIGHT] * 6 + [KNOWN] * 4 + [other(3.0), other(3.05), other(2.95)], "3 students gave 3, which is no known mistake"),
    ([RIGHT] * 6 + [KNOWN] * 3 + [other(3.0), other(3.05)] + [NONE], ""),
    ([RIGHT] * 6 + [other(3.0)], ""),
])
def test_which_questions_need_another_look(marks, again):
    assert report.item("yearly-fall", marks, ENTRY)["again"] == again


def test_a_copied_work_counts_once_when_it_is_asked_what_needs_another_look():
    works = {student: {"ran": ran, "marks": {"yearly-fall": mark}} for student, ran, mark in (
        ("a", "1", other(3.0)), ("b", "1", other(3.0)), ("c", "2", RIGHT), ("d", "3", RIGHT))}
    row, = report.items(works, {"yearly-fall": ENTRY})
    assert (row["again"], row["other"], row["students"]) == ("", 2, 4)
    works["b"]["ran"] = "4"
    assert report.items(works, {"yearly-fall": ENTRY})[0]["again"].startswith("2 wrong values that no known mistake explains")


def test_statistics_count_right_answered_and_common_wrong_values():
    row = report.item("yearly-fall", [RIGHT, RIGHT, KNOWN, KNOWN, other(3.0), NONE], ENTRY)
    assert {name: row[name] for name in ("students", "answered", "right", "share", "explained", "other")} == {
        "students": 6, "answered": 5, "right": 2, "share": 33.3, "explained": 2, "other": 1}
    assert report.common([row]).values.tolist() == [["yearly-fall", "-10", "per cent", 2, "A fall is negative."]]
    head, line = csv.reader(io.StringIO(report.statistics_csv([row])))
    assert head[:5] == ["question", "students", "answered", "right", "share right, per cent"] and line[:5] == ["yearly-fall", "6", "5", "2", "33.3"]
    assert line[-1] == "'-10 (2 students: A fall is negative.)"  # no formula in a spreadsheet


def test_the_report_has_a_chart_that_can_be_read_aloud_and_names_nobody(hostile):
    page = (hostile / f"report-{STEM}.html").read_text(encoding="utf-8")
    assert re.search(r'<img src="data:image/png;base64,[^"]{1000,}" alt="Bars, one for each of 7 questions: [^"]+"', page)
    assert '<th scope="row" style="text-align:left;padding:.15em .6em">mirror-gap</th>' in page and "Look at these again" in page
    assert "under 30 per cent right" in page and "The work of 5 students was graded" in page
    rest = re.sub(r'src="[^"]*"', "", page)
    for name in [*ATTACKS, "Цой", "Eva E", "example.org"]:
        assert not re.search(rf"\b{name}\b", rest)
    rows = list(csv.DictReader((hostile / f"item-statistics-{STEM}.csv").open(encoding="utf-8")))
    assert [row["question"] for row in rows] == list(KEY) and rows[3]["right"] == "0" and rows[0]["right"] == "5"


# Canvas and Moodle

ROSTER = [Student("s1", "=HYPERLINK(1)", "-a@example.org", "101", "7001"), Student("s2", "Анна Ли", "anna@example.org", "102"), Student("s3", "Ben", "b@x")]


def test_canvas_gets_its_columns_and_points_and_no_formula():
    rows = list(csv.reader(io.StringIO(exports.canvas(STEM, 19.0, ROSTER, {"s1": 12.5, "s2": None}))))
    assert rows == [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", STEM], ["    Points Possible", "", "", "", "", "19"],
                    ["'=HYPERLINK(1)", "101", "", "'-a@example.org", "", "12.5"]]


def test_moodle_gets_its_worksheet_and_an_empty_column_deletes_no_comments():
    text = exports.moodle(19.0, ROSTER, {"s1": 12.5, "s2": 3.0}, {"s1": "judgement: <b> & more"})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {"Identifier": "Participant 7001", "Full name": "'=HYPERLINK(1)", "Email address": "'-a@example.org", "Status": "", "Grade": "12.5",
                       "Maximum grade": "19", "Grade can be changed": "Yes", "Last modified (submission)": "", "Last modified (grade)": "",
                       "Feedback comments": "judgement: &lt;b&gt; &amp; more"}
    assert rows[1]["Identifier"] == "" and rows[1]["Email address"] == "anna@example.org"
    assert "Feedback comments" not in exports.moodle(19.0, ROSTER, {"s1": 1.0}, {})


def as_canvas_reads(text: str) -> tuple[dict, list, dict]:
    """Read a table by the rules of Canvas's importer (lib/gradebook_importer.rb): (points possible, what finds each student, scores)."""
    head, *rows = csv.reader(io.StringIO(text))
    assert "Student" in head[0] and "ID" in head[1] and (head[2], head[3]) == ("SIS User ID", "SIS Login ID") and "Section" in head[4]
    assert all(len(row) == len(head) for row in rows) and text.splitlines()[0].count(",") > text.splitlines()[0].count(";")
    columns = {title: number for number, title in enumerate(head) if number > 4}
    possible, = (row for row in rows if "Points Possible" in row[0])
    students = [row for row in rows if row is not possible]
    return ({title: float(possible[number]) for title, number in columns.items()}, [row[1] or row[3] or row[0] for row in students],
            {title: [float(row[number]) for row in students] for title, number in columns.items()})


def as_moodle_reads(text: str) -> list[tuple]:
    """Read a worksheet by the rules of Moodle's importer (mod/assign/feedback/offline/importgradeslib.php): (participant, grade, comment)."""
    head, *rows = csv.reader(io.StringIO(text))  # UTF-8 with commas; every row as long as the first
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head) and len(set(head)) == len(head) and all(len(row) == len(head) for row in rows)
    at = head.index
    return [(int(row[at("Identifier")][len("Participant "):]), float(row[at("Grade")]), row[at("Feedback comments")]) for row in rows]


def test_canvas_and_moodle_read_what_was_given():
    roster = [Student("s1", 'Ортис, Ana "Ani"', "ana@example.org", "101", "7001"), Student("s2", "李雷; Li", "li@example.org", "", "7002"), Student("s3", "Ben", "b@x", "", "7003")]
    scores = {"s1": 12.5, "s2": 19.0, "s3": None}
    assert as_canvas_reads(exports.canvas(STEM, 19.0, roster, scores)) == ({STEM: 19.0}, ["101", "li@example.org"], {STEM: [12.5, 19.0]})
    assert as_moodle_reads(exports.moodle(19.0, roster, scores, {"s1": "judgement: a\nb"})) == [(7001, 12.5, "judgement: a<br>b"), (7002, 19.0, "")]


def test_canvas_numbers_of_handed_in_files_fill_what_the_roster_lacks(hostile, tmp_path):
    shutil.copytree(hostile, tmp_path / "class")
    into = tmp_path / "class"
    (into / "roster.csv").write_text("student,name,email,canvas_id\nann,Ann,,\nbob,Bob,,11\ncy,Cy,cy@x,\nnew,New,new@x,\n", encoding="utf-8")
    with course.gradebook(into) as book:
        for student in ("ann", "bob", "cy"):
            book.find_grade("judgement", STEM, STEM, student).manual_score = 6
        book.db.commit()
    exports.keep_numbers({"ann": "12300000000000045", "bob": "9"}, into)
    exports.keep_numbers({"dee": "8"}, into)
    said = exports.write_platforms(into, STEM, set())
    rows = list(csv.reader((into / f"scores-{STEM}-canvas.csv").open(encoding="utf-8")))[2:]
    assert [row[:2] for row in rows] == [["Ann", "12300000000000045"], ["Bob", "11"], ["Cy", ""]]
    assert "Some rows have no canvas_id" in said and "nothing of theirs was graded: new." in said


def test_text_that_a_spreadsheet_would_run_is_made_harmless_and_numbers_stay():
    assert [exports.harmless(text) for text in ("=1", "+cmd|x", "-a", "@x", "\t=1", "-34.4", "+2", "a=b", "", "-")] == [
        "'=1", "'+cmd|x", "'-a", "'@x", "'\t=1", "-34.4", "+2", "a=b", "", "'-"]


def test_the_files_are_written_from_a_kept_roster_and_only_from_one(hostile, tmp_path):
    shutil.copytree(hostile, tmp_path / "class")
    into, canvas, moodle = tmp_path / "class", *(f"scores-{STEM}-{name}.csv" for name in ("canvas", "moodle"))
    rows = list(csv.reader((into / canvas).open(encoding="utf-8")))
    assert len(rows) == 2  # the prose waits to be graded
    with course.gradebook(into) as book:
        book.find_grade("judgement", STEM, STEM, "cy").manual_score = 4.5
        book.find_comment("judgement", STEM, STEM, "cy").manual_comment = "Well\nargued"
        book.db.commit()
    line = exports.write_platforms(into, STEM, set())
    assert "4 of 5 students are not in them yet" in line
    assert list(csv.reader((into / canvas).open(encoding="utf-8")))[2:] == [["Цой", "13", "", "cy@example.org", "", "15.5"]]
    row, = csv.DictReader((into / moodle).open(encoding="utf-8"))
    assert (row["Identifier"], row["Grade"], row["Feedback comments"]) == ("Participant 913", "15.5", "judgement: Well argued")
    for text in ("student,name,email\nann,,\n", None):
        (into / "roster.csv").unlink() if text is None else (into / "roster.csv").write_text(text, encoding="utf-8")
        (into / canvas).unlink(missing_ok=True)
        assert exports.write_platforms(into, STEM, set()).startswith("No files for Canvas and Moodle") and not (into / canvas).exists()


# formgrader in a real browser


@pytest.fixture(scope="module")
def formgrader(browser, hostile, tmp_path_factory):
    """A copy of the class, and the address of formgrader on it."""
    into = tmp_path_factory.mktemp("formgrader") / "class"
    shutil.copytree(hostile, into)
    with jupyterlab(into, token="grader", cwd=into) as address:
        yield into, address


@pytest.fixture(scope="module")
def screen(browser):
    """A page of Chromium that loads nothing from outside (formgrader asks for MathJax)."""
    screen = browser.new_page(viewport={"width": 1100, "height": 850})
    screen.set_default_timeout(30_000)
    screen.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
    return screen


def nothing_acted(screen):
    """Give what acts its chance (links too), then say whether it took it."""
    screen.evaluate("[...document.links].filter(link => /^javascript:.*acted/i.test(link.href)).forEach(link => link.click())")
    screen.wait_for_timeout(200)
    return screen.evaluate("window.acted === undefined") and len(screen.frames) == 1


def test_a_class_is_graded_by_hand_in_formgrader_and_nothing_acts(formgrader, screen):
    into, address = formgrader
    screen.goto(f"{address}/formgrader?token=grader")
    screen.goto(f"{address}/formgrader/gradebook/{STEM}/{STEM}")
    links = screen.locator("#notebook-submissions-list a[href*='/submissions/']").or_(screen.locator("tbody a[href*='/submissions/']"))
    links.first.wait_for()
    places = links.evaluate_all("all => [...new Set(all.map(a => a.href))]")
    assert len(places) == 5
    for number, place in enumerate(places, 1):
        screen.goto(place, wait_until="networkidle")  # points and comments are fetched after the page
        score = screen.locator("input#judgement")
        score.wait_for()
        assert nothing_acted(screen), place
        assert "window.acted" in screen.locator("#notebook").first.inner_text()  # the attack is there to be read
        for field, text, kind in [(score, str(number), "grade"),
                                  (screen.locator("textarea#judgement-comment"), f"Comment number {number} <script>window.acted = 'comment'</script>", "comment")]:
            with screen.expect_response(lambda answer: answer.request.method == "PUT" and f"/api/{kind}/" in answer.url) as answer:
                field.fill(text)
                field.dispatch_event("change")
            assert answer.value.ok
    assert main(["--feedback", "--unit", STEM, "--class", str(into)]) == 0
    said = set()
    for student in ATTACKS:
        screen.goto((into / "feedback" / student / STEM / f"{STEM}.html").as_uri())
        assert nothing_acted(screen)
        screen.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        text = screen.locator("main").inner_text()
        number = re.search(r"judgement: (\d) of 6 points", text)[1]
        assert f"Comment number {number} <script>" in text
        assert screen.evaluate("Promise.all([...document.images].filter(picture => picture.src).map(picture => picture.decode().then(() => picture.naturalWidth > 0)))") == [True]
        said.add(number)
    assert said == set("12345")


@pytest.mark.parametrize("student", ATTACKS)
def test_the_attacks_would_act_if_nothing_were_cleaned(formgrader, screen, student):
    """The attacks are real: stored as it came, each acts, takes the comment's place or stops the page. So the test above can fail."""
    into, address = formgrader
    path = saving.place(into, STEM, student)
    kept = path.read_text(encoding="utf-8")
    notebook = read(path)
    cell(notebook, "judgement").source = ATTACKS[student]
    saving.put(notebook, path)
    try:
        with course.gradebook(into) as book:
            number = book.find_submission_notebook(STEM, STEM, student).id
        answer = screen.goto(f"{address}/formgrader/submissions/{number}/?token=grader")
        assert answer.status == 500 or not nothing_acted(screen)
    finally:
        path.write_text(kept, encoding="utf-8")
