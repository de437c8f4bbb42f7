"""The units in a real browser: JupyterLab with Chromium, every widget at each of its options."""

import re

import pytest
from accessibility import cut_off, violations
from browser import OUTPUTS, box_of, changed, choices, controls_of, lab_window, label_of, open_notebook, set_by_keyboard, try_options
from conftest import ROOT, UNITS
from screenreader import PAGE, STEM, script_of

WINDOW = {"width": 1300, "height": 1000}


@pytest.fixture(scope="module")
def window(browser, lab):
    return lab_window(browser.new_context(viewport=WINDOW), lab)


@pytest.fixture(scope="module", params=UNITS, ids=lambda path: path.stem)
def unit(request, window):
    """A unit that has been run in the browser, and how many controls it has."""
    window.trouble.clear(), window.outside.clear()
    open_notebook(window, f"notebooks/{request.param.name}")
    window.controls = len(re.findall(r"=(?:choice|amount|tick|line|text)\(", request.param.read_text(encoding="utf-8")))
    return window


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
    assert unit.locator(f"{OUTPUTS}[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
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
    for button in unit.locator(".jupyter-widgets button").all():
        answer = changed(box_of(button).locator(".widget-html-content").last, lambda button=button: (button.focus(), button.press("Enter")))
        assert 'role="status"' in answer["content"] and 'role="alert"' not in answer["content"], answer["content"]
    assert not unit.trouble and not unit.outside, (unit.trouble, unit.outside)


def test_an_exercise_answers_in_the_browser(window):
    exercise = "exercises/03-beijing-2016-trade/03-beijing-2016-trade.ipynb"
    window.trouble.clear()
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
    assert not window.trouble


def test_the_first_page_opens_with_its_outputs(browser, lab):
    page = browser.new_page()
    page.goto(f"{lab}/lab/tree/notebooks/00-start-here.ipynb?token=reader&reset")
    page.get_by_text("The Fletcher School").first.wait_for(timeout=60_000)
    assert page.get_by_role("dialog").count() == 0, "a question stands in front of the first page"
    page.close()


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
