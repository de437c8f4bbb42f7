"""The units in a real browser: JupyterLab with Chromium, every widget at each of its options."""

import re
import shutil

import pytest
from accessibility import cut_off, violations
from browser import OUTPUTS, READY, box_of, changed, choices, controls_of, lab_window, label_of, open_notebook, serving, set_by_keyboard, trouble_of, try_options
from conftest import ROOT, UNITS
from screenreader import PAGE, STEM, script_of

from fivereadings import load
from fivereadings.notebooks import read
from fivereadings.show import page as web_page

WINDOW = {"width": 1300, "height": 1000}


@pytest.fixture(scope="module")
def window(browser, lab):
    return lab_window(browser.new_context(viewport=WINDOW), lab)


@pytest.fixture(scope="module", params=UNITS, ids=lambda path: path.stem)
def unit(request, window):
    """A unit that has been run in the browser, and how many controls it has."""
    open_notebook(window, f"notebooks/{request.param.name}")
    window.controls = count_controls(request.param.read_text(encoding="utf-8"))
    return window


def count_controls(text):
    """How many controls a notebook shows: one for each call, and one for each coded voice where `{voice: tick(…)` makes them."""
    return len(re.findall(r"=(?:choice|amount|tick|line|text)\(", text)) + text.count("{voice: tick(") * load("viewpoints")["voice"].nunique()


def test_axe_finds_no_violation_in_the_outputs(unit):
    assert violations(unit, OUTPUTS) == []


def test_the_outputs_can_be_read_at_200_per_cent(unit):
    unit.set_viewport_size({"width": 640, "height": 500})  # what a window of 1280 × 1000 shows then
    try:
        assert cut_off(unit, OUTPUTS) == []
        assert unit.locator("mjx-container").count() == 0, "a text between two dollar signs became a formula"
    finally:
        unit.set_viewport_size(WINDOW)


@pytest.mark.parametrize("unit", [path for path in UNITS if path.stem == STEM], indirect=True, ids=[STEM])
def test_the_script_of_a_screen_reader_is_what_the_browser_announces(unit):
    assert script_of(unit) == PAGE.read_text(encoding="utf-8"), "after a change to the unit run tests/screenreader.py"


def test_every_widget_at_every_option_by_keyboard(unit):
    controls = controls_of(unit)
    assert len(controls) == unit.controls
    for control in controls:
        label = label_of(control)
        assert label, "a control without a visible label"
        if box_of(control).locator("xpath=./button").count():  # nothing is drawn before the button is pressed
            for value in choices(control):
                set_by_keyboard(control, value)
            continue
        seen = {}
        for value, answer in try_options(control):
            html = answer["content"]
            # Two extremes may contradict each other; then one sentence says so, and nothing is lost.
            assert "<table" in html or re.search(r'role="alert"><strong>Not possible:</strong> [A-Z][^<]{20,}\.</p>', html), f"{label}: {value}"
            seen[value] = re.sub(r'src="[^"]*"', "", html)
        assert len(set(seen.values())) == len(seen), f"{label}: two options show the same"
    for button in unit.locator(".jupyter-widgets button:not(.widget-upload)").all():  # an upload opens a dialog of the system
        answer = changed(box_of(button).locator(".widget-html-content").last, lambda button=button: (button.focus(), button.press("Enter")))
        assert 'role="status"' in answer["content"] and 'role="alert"' not in answer["content"], answer["content"]
    assert trouble_of(unit) == []


@pytest.mark.parametrize("path", sorted([*ROOT.glob("exercises/*/*.ipynb"), *ROOT.glob("solutions/*/*.ipynb")]), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_axe_finds_no_violation_in_the_stored_outputs_of_exercises(window, path):
    outputs = [output for cell in read(path).cells for output in cell.get("outputs", [])]
    tab = window.context.new_page()
    tab.set_content(web_page(path.stem, *("".join(output.get("data", {}).get("text/html", "")) for output in outputs)))
    assert violations(tab, "main") == []
    tab.close()


def test_an_exercise_answers_in_the_browser(window):
    exercise = "exercises/03-beijing-2016-trade/03-beijing-2016-trade.ipynb"
    open_notebook(window, exercise)
    assert window.get_by_text("Not answered yet.").count() == (ROOT / exercise).read_text(encoding="utf-8").count('"check(')
    assert window.locator(f"{OUTPUTS} .jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    cell = window.locator(".jp-CodeCell", has_text="exports_2014 = ...").first
    cell.locator(".cm-content").click()
    window.keyboard.press("Control+a")
    window.keyboard.type("exports_2014 = 41.6")
    window.keyboard.press("Shift+Enter")
    window.keyboard.press("Shift+Enter")
    window.get_by_text("This is the other direction").wait_for(timeout=20_000)
    assert trouble_of(window) == []
    window.evaluate("() => console.error('widget model not found')")  # Lab's own before all cells have run, and from then on a dead widget
    assert trouble_of(window) == ["widget model not found"]


def test_the_first_page_opens_with_its_outputs(browser, lab):
    page = browser.new_page()
    page.goto(f"{lab}/lab/tree/notebooks/00-start-here.ipynb?token=reader&reset")
    page.get_by_text("China-US Focus").first.wait_for(timeout=60_000)
    assert page.get_by_role("dialog").count() == 0, "a question stands in front of the first page"
    page.close()


def test_saved_work_comes_back_without_the_buttons_too(browser, lab, tmp_path):
    """Save, download, lose the server's copy, close the page, upload, open: what unit 00 says under “saving without the buttons”."""
    def menu(name, item):
        page.locator(".lm-MenuBar-item", has_text=name).click()
        page.locator(".lm-Menu-item", has=page.get_by_text(item, exact=True)).click()

    def opened():
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        page.wait_for_function(READY, timeout=60_000)

    def upload(path):
        with page.expect_file_chooser() as chooser:
            page.get_by_title("Upload Files").click()
        chooser.value.set_files(path)

    page = browser.new_page()
    address = f"{lab}/lab/tree/notebooks/00-start-here.ipynb?token=reader&reset"
    page.goto(address)
    opened()
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("  # my own remark")
    page.keyboard.press("Control+s")
    with page.expect_download() as download:
        menu("File", "Download")
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    assert kept.name == "00-start-here.ipynb" and "# my own remark" in kept.read_text(encoding="utf-8")

    fresh = tmp_path / "fresh" / kept.name
    fresh.parent.mkdir()
    shutil.copy(ROOT / "notebooks" / kept.name, fresh)
    for path in (fresh, kept):  # a new Binder has the page as it was; then the student's own is uploaded
        page.goto(address)
        opened()
        page.locator(".lm-DockPanel .lm-mod-current .lm-TabBar-tabCloseIcon").click()
        page.locator(".jp-Dialog, .jp-Launcher").first.wait_for()  # Lab asks where it has touched the page itself
        if page.locator(".jp-Dialog").count():
            page.locator(".jp-Dialog").get_by_text("Discard", exact=True).click()
        upload(path)
        page.locator(".jp-Dialog").get_by_text("Overwrite", exact=True).click()
        page.locator(".jp-DirListing-item", has_text=kept.stem).dblclick()
        opened()
        assert page.get_by_text("# my own remark").count() == (path == kept)

    page.locator(".jp-BreadCrumbs-home").click()  # what a button saved: the folder beside `notebooks`
    page.locator(".jp-DirListing-item", has_text="exercises").wait_for()
    if not page.locator(".jp-DirListing-item", has_text="my-work").count():  # another test's button may have made it
        page.get_by_title("New Folder").click()
        page.locator(".jp-DirListing-editor").fill("my-work")
        page.keyboard.press("Enter")
    page.locator(".jp-DirListing-item", has_text="my-work").dblclick()
    page.locator(".jp-BreadCrumbs-item", has_text="my-work").wait_for()
    codes = tmp_path / "codes-river-7.csv"
    codes.write_text("pseudonym", encoding="utf-8")
    upload(codes)
    page.locator(".jp-DirListing-item", has_text=codes.name).click(button="right")
    with page.expect_download() as download:
        page.locator(".lm-Menu-item", has=page.get_by_text("Download", exact=True)).click()
    assert download.value.suggested_filename == codes.name
    page.close()


def test_a_server_that_does_not_answer_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(RuntimeError, match="http.server did not answer; see .*log"), serving(["http.server", "{port}"], "/no-such-page", tmp_path / "log"):
        pass


# The checks on a page reject a bad example.

GOOD = '<div class="part"><p>One <b>line</b> of text</p><label for="a">Year</label> <input id="a"></div>'


@pytest.mark.parametrize("bad, rule", [
    ('<img src="data:,">', "image-alt"), ('<select><option>a</option></select>', "select-name"), ('<p style="color:#aaa">Faint words</p>', "color-contrast"),
    ('<details><summary>More</summary><p style="color:#aaa">Faint words</p></details>', "color-contrast"), ('<a href="/x"></a>', "link-name")])
def test_axe_rejects(window, bad, rule):
    page = window.context.new_page()
    page.set_content(GOOD)
    assert violations(page, ".part") == []
    page.set_content(GOOD.replace("</div>", f"{bad}</div>"))
    assert any(found.startswith(rule) for found in violations(page, ".part"))
    page.close()


@pytest.mark.parametrize("bad, fault", [
    ('<div style="overflow:hidden;width:9em"><nobr>A long line that nobody can read to its end</nobr></div>', "cut off"),
    (f'<nobr>{"A line that leaves the window. " * 9}</nobr>', "cut off"),
    (f'<div style="overflow-x:auto"><nobr>{"A line that scrolls in its own area. " * 9}</nobr></div>', ""),
    ('<div style="position:relative;height:2em"><span>One text</span><span style="position:absolute;left:0">over another</span></div>', "overlap"),
    ('<select style="width:4em"><option>an option that is too long for its list</option></select>', "no room")])
def test_what_cannot_be_read_at_200_per_cent_is_rejected(window, bad, fault):
    page = window.context.new_page()
    page.set_viewport_size({"width": 640, "height": 500})
    page.set_content(GOOD)
    assert cut_off(page, ".part") == []
    page.set_content(GOOD.replace("</div>", f"{bad}</div>", 1))
    faults = cut_off(page, ".part")
    assert any(fault in found for found in faults) if fault else faults == []
    page.close()


@pytest.mark.parametrize("label", ["", '<label for="a"></label>', '<label for="a" style="display:none">Year</label>',
                                   '<label for="a" style="visibility:hidden">Year</label>', '<label for="a" style="opacity:0">Year</label>'])
def test_a_label_that_is_not_on_the_page_is_no_label(window, label):
    page = window.context.new_page()
    page.set_content(f'{label} <input id="a" aria-label="Year">')
    assert label_of(page.locator("input")) == ""
    page.set_content('<label for="a">Year</label> <input id="a">')
    assert label_of(page.locator("input")) == "Year"
    page.close()
