"""The units in a real browser: JupyterLab with Chromium, every widget at each of its options."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import BIN, ROOT, UNITS

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
READY = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"


def need_chromium():
    """Skip a test where there is no Chromium; in CI that is a failure."""
    if os.environ.get("FIVEREADINGS_NO_BROWSER"):
        pytest.skip("FIVEREADINGS_NO_BROWSER is set")
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium for the browser tests: see .ci/run")
        pytest.skip("no Chromium was found on PATH")


@contextlib.contextmanager
def jupyterlab(place):
    """The address of a JupyterLab on a copy of the module in `place` (students write into notebooks, tests must not)."""
    need_chromium()
    for folder in ("notebooks", "exercises", "solutions", "data", "readings"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("own-copies"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "FIVEREADINGS_HOME": str(place)}
    with open(place / "lab.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.port={port}", f"--ServerApp.root_dir={place}",
             "--IdentityProvider.token=reader", "--ServerApp.allow_root=True", "--LabApp.expose_app_in_browser=True",
             "--KernelManager.transport_encryption=auto"], env=env, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"{address}/api?token=reader", timeout=2)
                    break
                except OSError:
                    time.sleep(0.5)
            yield address
        finally:
            server.terminate()
            server.wait()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that the tests of a file share."""
    with jupyterlab(tmp_path_factory.mktemp("module")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def open_notebook(browser, lab, path):
    """Open a notebook, run all its cells, and return the page with what went wrong and what was asked of others."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    trouble, outside = [], []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: outside.append(request.url) if not re.match(rf"{lab}|data:|blob:", request.url) else None)
    page.goto(f"{lab}/lab/tree/{path}?token=reader&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)
    # Draw every cell: Lab leaves out what is far from the window, and a widget that is not drawn cannot be tried.
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.notebookConfig = "
                  "{...window.jupyterapp.shell.currentWidget.content.notebookConfig, windowingMode: 'none'}; }")
    page.evaluate("() => { window.done = false; window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.done = true; }); }")
    page.wait_for_function("() => window.done", timeout=120_000)
    page.wait_for_function(READY, timeout=60_000)
    return page, trouble, outside


FILL = {"Pseudonym": "birch", "Paragraphs": "7"}  # what a box for text is given by its label; others get a sentence
SENTENCE = "Two lines from 2015 to 2024 in million tonnes, and the upper one falls in a single year"


def kind_of(control):
    """list, text, box or number."""
    tag = control.evaluate("e => e.tagName")
    if tag in ("SELECT", "TEXTAREA"):
        return {"SELECT": "list", "TEXTAREA": "text"}[tag]
    return {"checkbox": "box", "number": "number"}.get(control.get_attribute("type"), "text")


def label_of(control):
    """The visible label of a control."""
    label = control.evaluate("e => document.querySelector(`label[for='${e.id}']`)?.textContent ?? e.labels?.[0]?.textContent")
    assert label and label.strip(), "a control without a visible label"
    return label.strip()


def choices(control):
    """What a control can be set to: every option of a list, both ends of a number, both states of a box, a text."""
    if kind_of(control) == "text":
        return [FILL.get(label_of(control), SENTENCE)]
    if kind_of(control) == "list":
        return control.evaluate("e => Array.from(e.options).map(o => o.value)")
    if control.get_attribute("type") == "checkbox":
        return ["ticked", "empty"]
    return [control.get_attribute("min"), control.get_attribute("max")]


def value_of(control):
    """What a control is set to now."""
    if control.get_attribute("type") == "checkbox":
        return "ticked" if control.is_checked() else "empty"
    return control.input_value()


def set_by_keyboard(control, value):
    """Set a control with the keyboard alone."""
    control.focus()
    if control.get_attribute("type") == "checkbox":
        return control.press("Space")
    if kind_of(control) == "list":
        options = choices(control)
        steps = options.index(value) - options.index(control.input_value())  # each step on the way is drawn, too
        for _ in range(abs(steps)):
            control.press("ArrowDown" if steps > 0 else "ArrowUp")
    else:
        control.press("Control+a")
        control.page.keyboard.type(value)
        control.press("Tab")


def settled(screen, before):
    """The content of a widget once it differs from `before`, the kernel is idle and nothing has moved for a moment."""
    last, quiet = before, 0
    for _ in range(500):
        screen.page.wait_for_timeout(30)
        now = screen.inner_html()
        quiet = quiet + 1 if now == last and screen.page.evaluate(READY) else 0
        if quiet == 4 and now != before:
            return now
        last = now
    raise AssertionError("the picture did not change")


WITH_WIDGETS = {f"notebooks/{path.name}": len(re.findall(r"=(?:choice|amount|tick|line|text)\(", path.read_text(encoding="utf-8"))) for path in UNITS}


@pytest.mark.parametrize("path, controls", [(path, count) for path, count in WITH_WIDGETS.items() if count])
def test_every_widget_at_every_option_by_keyboard(browser, lab, path, controls):
    page, trouble, outside = open_notebook(browser, lab, path)
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    found = page.locator(".jupyter-widgets select, .jupyter-widgets input, .jupyter-widgets textarea").all()
    assert len(found) == controls
    for control in found:
        label, around = label_of(control), control.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]")
        screen = around.locator(".widget-html-content").last
        start = value_of(control)
        seen = {}
        if around.locator("xpath=./button").count():  # nothing is drawn before the button is pressed
            for value in choices(control):
                set_by_keyboard(control, value)
                assert value_of(control) == value, f"{label}: the keyboard did not reach {value}"
            continue
        for value in [*[c for c in choices(control) if c != start], *([] if kind_of(control) == "text" else [start])]:
            before = screen.inner_html()
            set_by_keyboard(control, value)
            assert value_of(control) == value, f"{label}: the keyboard did not reach {value}"
            html = settled(screen, before)
            # Two extremes may contradict each other; then one sentence says so, and nothing is lost.
            assert "<table" in html or re.search(r'role="alert"><strong>Not possible:</strong> [A-Z][^<]{20,}\.</p>', html), f"{label}: {value}"
            seen[value] = re.sub(r"data:image[^\"]*", "", html)
        assert len(set(seen.values())) == len(seen), f"{label}: two options show the same"
    for button in page.locator(".jupyter-widgets button:not(.widget-upload)").all():  # that one opens a dialog of the system
        answer = button.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]").locator(".widget-html-content").last
        before = answer.inner_html()
        button.focus()
        button.press("Enter")
        html = settled(answer, before)
        assert 'role="status"' in html and 'role="alert"' not in html, html
    assert not trouble and not outside, (trouble, outside)
    page.close()


def test_an_exercise_answers_in_the_browser(browser, lab):
    exercise = "exercises/03-beijing-2016-trade/03-beijing-2016-trade.ipynb"
    page, trouble, _ = open_notebook(browser, lab, exercise)
    assert page.get_by_text("Not answered yet.").count() == (ROOT / exercise).read_text(encoding="utf-8").count('"check(')
    assert page.locator(".jp-OutputArea-output .jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    cell = page.locator(".jp-CodeCell", has_text="exports_2014 = ...").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("exports_2014 = 41.6")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.get_by_text("This is the other direction").wait_for(timeout=20_000)
    assert not trouble
    page.close()


def test_the_first_page_opens_with_its_outputs(browser, lab):
    page = browser.new_page()
    page.goto(f"{lab}/lab/tree/notebooks/00-start-here.ipynb?token=reader&reset")
    page.get_by_text("The Fletcher School").first.wait_for(timeout=60_000)
    assert page.get_by_role("dialog").count() == 0, "a question stands in front of the first page"
    page.close()
