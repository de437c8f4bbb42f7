"""A unit projected in class: `start.py present`, its page in a real browser."""

import shutil
import subprocess
import sys
import zipfile

import pytest
from accessibility import violations
from browser import serving_beside_a_browser, set_by_keyboard
from conftest import ROOT, UNITS

from fivereadings import present

# --- which unit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["6", "06", "06-eight-voices", "06-eight-voices.ipynb"])
def test_a_unit_is_named_by_its_number_or_its_stem(word):
    assert present.unit_of(word) == "06-eight-voices"


@pytest.mark.parametrize("word", ["99", "eight", "", "-1", "../notebooks/06-eight-voices", "²"])
def test_another_word_is_answered_with_the_list_of_units(word, capsys):
    assert present.main([word]) == 2
    said = capsys.readouterr().err
    assert f"There is no unit {word!r}" in said
    assert all(path.stem in said for path in UNITS)


def test_without_a_word_the_units_are_listed(capsys):
    assert present.main([]) == 0
    assert "06-eight-voices            06 · Eight voices" in capsys.readouterr().out


def test_the_page_goes_into_the_wheel(tmp_path):
    for name in ("fivereadings", "pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    subprocess.run([sys.executable, "-c", "import setuptools.build_meta as build; build.build_wheel('.')"],
                   cwd=tmp_path, check=True, capture_output=True)
    wheel, = tmp_path.glob("*.whl")
    page = {path.relative_to(ROOT).as_posix() for path in present.TEMPLATES.rglob("*") if path.is_file()}
    assert len(page) == 3 and page <= set(zipfile.ZipFile(wheel).namelist())


# --- the page --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    """The address of unit 03, projected by the command that an instructor gives (not without a browser to look at it)."""
    terminal = tmp_path_factory.mktemp("present") / "stderr.txt"
    with serving_beside_a_browser(["-m", "fivereadings.present", "3"], terminal) as address:
        yield address
    assert not (said := terminal.read_text(encoding="utf-8")), f"the instructor's terminal shows: {said}"


@pytest.fixture(scope="module")
def seen(browser, address):
    """The opened page, what went wrong on it, and what it asked of others."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    trouble, outside = [], []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: outside.append(request.url)
            if not request.url.startswith((address, address.replace("http", "ws"), "data:", "blob:")) else None)
    page.goto(address)
    page.wait_for_selector(".widget-vbox select", timeout=60_000)
    return page, trouble, outside


def test_the_class_sees_the_text_the_tables_and_the_charts_but_no_code(seen):
    page, *_ = seen
    assert page.title() == "03 · Beijing 2016: what a trade figure stands on"
    assert page.locator("html").get_attribute("lang") == "en" and page.get_by_role("main").count() == 1
    cells = page.locator(".jp-CodeCell .jp-Cell-inputWrapper")
    assert cells.count() > 10 and not any(cell.is_visible() for cell in cells.all())
    assert page.locator("main figure img").first.bounding_box()["width"] > 1000
    assert page.locator("main p").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24
    folded = page.locator("main details")
    assert folded.count() > 3 and not page.locator("main details[open]").count()
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_the_code_is_shown_when_asked_for_by_keyboard(seen):
    page, *_ = seen
    button = page.get_by_role("button", name="Show the code")
    code = page.get_by_text("from fivereadings import", exact=False).first
    page.keyboard.press("Tab")
    assert button.evaluate("e => e === document.activeElement") and not code.is_visible()
    page.keyboard.press("Enter")
    assert code.is_visible() and button.get_attribute("aria-pressed") == "true"
    assert violations(page, "body") == []
    page.keyboard.press("Enter")
    assert not code.is_visible() and button.get_attribute("aria-pressed") == "false"


def test_its_widgets_live_by_keyboard(seen):
    page, *_ = seen
    control = page.get_by_label("Question")
    screen = control.locator("xpath=ancestor::*[contains(@class,'widget-vbox')][1]").locator(".widget-html-content")
    set_by_keyboard(control, control.evaluate("e => e.options[1].value"))
    screen.get_by_text("Is the relationship heading for").wait_for(timeout=20_000)
    assert screen.evaluate("e => parseFloat(getComputedStyle(e.querySelector('td')).fontSize)") >= 20


@pytest.mark.parametrize("width", [1600, 800], ids=["as it is", "at 200 % zoom"])
def test_it_passes_axe_and_nothing_leaves_the_window(seen, width):
    page, *_ = seen
    page.set_viewport_size({"width": width, "height": width * 9 // 16})
    page.wait_for_function("width => innerWidth === width && document.documentElement.scrollWidth === width", arg=width)  # it lays itself out anew
    assert violations(page, "body") == []
    assert page.evaluate("() => { scrollTo(0, 5000); return scrollY; }") == 5000, "the page as a whole scrolls"


def test_its_links_lead_out_of_the_page_or_nowhere(seen):
    page, *_ = seen
    links = page.locator("main a[href]:not(.anchor-link)")
    assert all(link.get_attribute("target") == "_blank" or link.get_attribute("href").startswith("#") for link in links.all())
    assert page.locator("main a", has_text="00 · Start here").first.get_attribute("href") is None


def test_nothing_went_wrong_and_nothing_was_asked_of_another_server(seen):
    _, trouble, outside = seen
    assert not trouble and not outside, (trouble, outside)
