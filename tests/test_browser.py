"""The units in a real browser: JupyterLab with Chromium, every widget at each of its options."""

import re

import pytest
from browser import OUTPUTS, box_of, changed, choices, controls_of, lab_window, label_of, open_notebook, set_by_keyboard, try_options
from conftest import ROOT, UNITS


@pytest.fixture(scope="module")
def window(browser, lab):
    return lab_window(browser.new_context(viewport={"width": 1300, "height": 1000}), lab)


@pytest.fixture(scope="module", params=UNITS, ids=lambda path: path.stem)
def unit(request, window):
    """A unit that has been run in the browser, and how many controls it has."""
    window.trouble.clear(), window.outside.clear()
    open_notebook(window, f"notebooks/{request.param.name}")
    window.controls = len(re.findall(r"=(?:choice|amount|tick|line|text)\(", request.param.read_text(encoding="utf-8")))
    return window


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
