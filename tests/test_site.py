"""The site: its pages, links and lists in Chromium, and JupyterLite up to what it asks of others."""

import ast
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from html import escape
from pathlib import Path
from zipfile import ZipFile

import ipywidgets as ipw
import pytest
from browser import serving_beside_a_browser
from conftest import ROOT, UNITS
from IPython.display import HTML
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fivereadings import load, notebooks
from fivereadings.site import lite, live
from fivereadings.site.__main__ import build, main
from fivereadings.site.links import faults, outside
from fivereadings.site.own import without_own_copies
from fivereadings.site.pages import how_to_open, reaching, unit
from fivereadings.views.matrix import compare_table
from fivereadings.widgets import amount, choice, explore, form, line, tick

# The theme's own, not ours to mend; Sphinx's warnings about our pages are errors in `build`.
pytestmark = pytest.mark.filterwarnings("ignore::sphinx.deprecation.RemovedInSphinx11Warning")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
KINDS = ["index", "notebooks/03-beijing-2016-trade", "notebooks/06-eight-voices", "claims", "viewpoints", "readings/caixin-2016", "worksheets/03-beijing-2016-trade"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site. Building it checks that Sphinx warns of nothing and that every link on it leads somewhere."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "MOST", 16)  # the same code draws fewer views, in a third of the time
        patch.setattr(live, "LETTERS", 0)
        build(folder)
    return folder


@pytest.fixture
def page(browser):
    """A page that keeps what it asks of others, and its errors, in `trouble`."""
    context = browser.new_context()
    page = context.new_page()
    page.trouble = []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("request", lambda request: page.trouble.append(request.url) if not re.match("file:|data:|blob:", request.url) else None)
    yield page
    context.close()


def open_page(page, site, name):
    page.goto(f"{(site / name).as_uri()}.html")
    return page


# --- widgets that are drawn in advance -------------------------------------------------------------


def words(**said):
    return HTML(f"<table><caption>{said}</caption></table>")


def test_every_view_that_the_lists_can_ask_for_is_on_the_page(tmp_path):
    widget = explore(lambda **said: words(**said), letter=choice("Letter", ["a", "b"], "b"), more=tick("More"), share=amount("Share", 4, 0, 10))
    html = live.live(widget, "w", tmp_path, "pictures")
    assert re.findall(r'<template data-state="(.*?)">', html) == ["0 0", "0 1", "1 0", "1 1"]
    shown = dict(re.findall(r'<template data-state="(.*?)"><div[^>]*><table><caption>(.*?)</caption></table></div></template>', html))
    assert shown["0 1"] == "{'letter': 'a', 'more': True, 'share': 4.0}"
    assert "<option selected>b</option>" in html and "“Share (0 to 10)” stays at “4”" in html
    assert widget.children[0].value == "b" and "onload" not in html.split("<template")[1]


def test_boxes_to_tick_that_stand_in_rows_are_lists_too(tmp_path):
    widget = explore(lambda **said: words(**said), letter=choice("Letter", ["a", "b"]), one=tick("One"), two=tick("Two"))
    html = live.live(widget, "w", tmp_path, "pictures")
    assert html.count("<template data-state") == 8 and [label for label in ("Letter", "One", "Two") if f">{label}</label>" in html] == ["Letter", "One", "Two"]


@pytest.mark.parametrize("box, offered", [(amount("Years", 30, 0, 50), "0 15 30 40 50"), (amount("Share", 0.3, 0.1, 0.9, 0.1), "0.1 0.2 0.3 0.6 0.9"),
                                          (amount("Price", 350, 50, 1000, 10), "50 200 350 670 1000")])
def test_number_boxes_without_a_list_offer_a_few_numbers(tmp_path, box, offered):
    html = live.live(explore(lambda **said: words(**said), box=box), "w", tmp_path, "pictures")
    assert " ".join(re.findall(r"<option[^>]*>([^<]+)</option>", html)) == offered
    assert "Numbers are chosen from a few" in html


def test_too_many_views_leave_the_last_lists_as_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "LETTERS", 0)
    many = [str(number) for number in range(100)]
    widget = explore(lambda **said: words(**said), first=choice("First", many), second=choice("Second", many, "7"))
    html = live.live(widget, "w", tmp_path, "pictures")
    assert html.count("<template data-state") == 100 and "“Second” stays at “7”" in html


def test_views_without_pictures_can_be_many_for_they_share_their_rows(tmp_path):
    ticks = [f"letter_{letter}" for letter in "abcdefgh"]
    drawn = []

    def ticked(**said):
        drawn.append(said)
        return HTML("<table><tbody>" + "".join(f"<tr><td>{letter} is ticked</td></tr>" for letter in ticks if said[letter]) + "</tbody></table>")

    widget = explore(ticked, **{letter: tick(letter) for letter in ticks})
    html = live.live(widget, "w", tmp_path, "pictures")
    states, rows = dict(re.findall(r'<template data-state="(.*?)">(.*?)</template>', html)), html.split('<template class="live-rows">')[1]
    assert len(states) == 2 ** 8 and len(drawn) < 2 ** 8 + 10, "one change draws one view"
    told = re.findall("<tr><td>(.*?) is ticked</td></tr>", rows)
    assert sorted(told) == ticks, "each row once"
    assert [told[int(row)] for row in re.findall(r'<tr data-row="(\d+)"></tr>', states["0 1 0 0 0 0 0 1"])] == ["letter_b", "letter_h"]


@pytest.mark.parametrize("widget", [
    form(lambda: words(), "Save"), explore(lambda **said: words(**said), title=line("Title")), ipw.VBox([ipw.HTML()])])
def test_a_widget_that_saves_or_takes_text_says_so(tmp_path, widget):
    assert live.live(widget, "w", tmp_path, "pictures") == live.NEEDS_A_KERNEL


def test_pictures_become_files(tmp_path):
    html = live.as_files('<img src="data:image/png;base64,aGVsbG8=" alt="x">', tmp_path, "../pictures")
    (written,) = tmp_path.iterdir()
    assert html == f'<img src="../pictures/{written.name}" alt="x">' and written.read_bytes() == b"hello"


# --- pages and links -------------------------------------------------------------------------------


def test_every_unit_has_its_widgets_and_their_twins(site):
    for path in UNITS:
        html = (site / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        tagged = path.read_text(encoding="utf-8").count(live.WIDGET_CELL)
        assert html.count('class="live"') + html.count(live.NEEDS_A_KERNEL) == tagged, path.stem
        stored = [output for cell in notebooks.read(path).cells if cell.cell_type == "code" for output in cell.outputs if "text/html" in output.get("data", {})]
        twins = re.sub(r"<template.*?</template>", "", html)
        assert all("".join(output.data["text/html"]) in twins for output in stored), path.stem


BROKEN = [
    ('<a href="gone.html">x</a>', "index.html leads to gone.html, which is not there"),
    ('<a href="#gone">x</a>', "index.html leads to #gone, and the page has no such place"),
    ('<template><img src="gone.png"></template>', "index.html leads to gone.png, which is not there"),
    ('<script src="https://example.org/x.js"></script>', "index.html loads https://example.org/x.js from another server"),
    ('<link rel="stylesheet" href="//example.org/x.css">', "index.html loads //example.org/x.css from another server"),
    ('<img srcset="data:image/png;base64,aaaa 1x, https://example.org/x.png 2x">', "index.html loads https://example.org/x.png from another server"),
    ('<video src="https://example.org/x.mp4"></video>', "index.html loads https://example.org/x.mp4 from another server"),
    ('<style>@import "https://example.org/x.css";</style>', "index.html loads https://example.org/x.css from another server"),
    ("<p style=\"background: url('//example.org/x.png')\">", "index.html loads //example.org/x.png from another server"),
    ('<a href="../secret.md">x</a>', "index.html leads to ../secret.md, which is outside the site")]


@pytest.mark.parametrize("html, fault", BROKEN)
def test_a_broken_or_outside_link_is_found(tmp_path, html, fault):
    site, through = tmp_path / "site", tmp_path / "through"
    site.mkdir()
    (tmp_path / "secret.md").touch()
    (site / "index.html").write_text(f'<p id="here">{html}<a href="#here">x</a></p>', encoding="utf-8")
    through.symlink_to(site)
    assert faults(site) == faults(through) == [fault]


def test_a_style_that_fetches_a_font_is_found(tmp_path):
    (tmp_path / "a.css").write_text("@font-face { src: url('https://example.org/font.woff') }", encoding="utf-8")
    assert faults(tmp_path) == ["a.css loads something from another server"]


def test_links_to_other_places_are_listed_for_a_check_by_hand(site):
    listed = outside(site)
    assert "\nhttps://mybinder.org  (index.html" in listed and "\nhttps://tass.com/russia/732235/amp  (claims.html" in listed


def test_a_link_to_what_is_not_on_the_site_becomes_its_words():
    text = "[one](../data/README.md) [two](../exercises/03-beijing-2016-trade/03-beijing-2016-trade.ipynb) ![three](../docs/unit-03.png)"
    path = UNITS[0].relative_to(ROOT)
    assert reaching(text, path, lite=False) == "[one](../data/README.md) two ![three](../docs/unit-03.png)"
    assert '<a href="../lite/lab/index.html?path=exercises/03-beijing-2016-trade/03-beijing-2016-trade.ipynb">two</a>' in reaching(text, path, lite=True)


def test_links_work_in_a_folder_of_any_name(tmp_path, monkeypatch):
    copy = tmp_path / "a [1]"
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, copy / name)
    monkeypatch.setenv("FIVEREADINGS_HOME", str(copy))
    text = "[one](data/README.md) [two](notebooks/03-beijing-2016-trade.ipynb#start)"
    assert reaching(text, Path("README.md"), lite=False) == text


def test_a_unit_says_how_to_open_it(monkeypatch):
    assert "Binder from your own copy" in how_to_open("notebooks/x.ipynb", lite=False)
    assert "lite" not in how_to_open("notebooks/x.ipynb", lite=False)
    for place in ("fivereadings.build.address", "fivereadings.site.pages.address"):
        monkeypatch.setattr(place, lambda: ("https://github.com/someone/something", "main"))
    said = how_to_open("notebooks/x.ipynb", lite=True)
    assert "[open in Binder](https://mybinder.org/v2/gh/someone/something/main?urlpath=lab/tree/notebooks/x.ipynb)" in said
    assert '<a href="../lite/lab/index.html?path=notebooks/x.ipynb">open in JupyterLite</a>' in said


def test_a_link_that_leads_nowhere_in_the_module_is_named():
    with pytest.raises(ValueError, match=r"^README.md links to readings/gone.md, which is not in the module\.$"):
        reaching("[x](readings/gone.md)", Path("README.md"), lite=False)


def test_an_unknown_word_builds_nothing(capsys):
    assert main(["ligt"]) == 2
    assert "There is nothing called 'ligt'" in capsys.readouterr().err


# --- a reader's own copy ---------------------------------------------------------------------------

SENTINEL = "Nobody's words but these: a sentinel walks along the wall & counts its <seven> towers each night again."
SHOWN = f"<blockquote><p><strong>¶17</strong> {escape(SENTINEL)}</p></blockquote>"
KEPT = {"a stored output": new_code_cell("show_paragraph('caixin-2016', 17)", outputs=[new_output("display_data", {"text/html": SHOWN})]),
        "what a cell prints": new_code_cell("print(text)", outputs=[new_output("stream", text=SENTINEL.upper())]),
        "a cell of text": new_markdown_cell(f"> {SENTINEL.replace(' ', chr(10))}"),
        "a widget's view": new_code_cell("from IPython.display import HTML\nfrom fivereadings import explore\nfrom fivereadings.voices import show_paragraph\n"
                                         "from fivereadings.widgets import choice\n"
                                         "explore(lambda n: show_paragraph('caixin-2016', n), n=choice('n', [16, 17]))", metadata={"tags": [live.WIDGET_CELL]})}


@pytest.mark.parametrize("kept", KEPT)
def test_a_readers_own_copy_is_never_published(small_module, kept, monkeypatch):
    monkeypatch.delenv("FIVEREADINGS_NO_OWN_COPIES", raising=False)
    shutil.copy(ROOT / "pyproject.toml", small_module)
    (small_module / "readings" / "own-copies").mkdir()
    (small_module / "readings" / "own-copies" / "caixin-2016.txt").write_text(f"[16] One.\n\n[17] {SENTINEL}", encoding="utf-8")
    path = small_module / "notebooks" / "03-kept.ipynb"
    notebooks.write(new_notebook(cells=[new_markdown_cell("# 03"), KEPT[kept]]), path)
    refused = r"notebooks/03-kept.ipynb holds words of your own copy readings/own-copies/caixin-2016.txt.*start.py build outputs"
    with pytest.raises(ValueError, match=refused):
        unit(path, small_module, lite=False)
    for name in ("exercises", "solutions"):
        (small_module / name).mkdir()
    if kept != "a widget's view":  # JupyterLite draws nothing in advance
        with pytest.raises(ValueError, match=refused):
            lite.contents(small_module / "lite")


def test_a_copy_that_cannot_be_compared_is_named(small_module):
    (small_module / "readings" / "own-copies").mkdir()
    (small_module / "readings" / "own-copies" / "caixin-2016.txt").touch()
    with pytest.raises(ValueError, match="your copy readings/own-copies/caixin-2016.txt could not be compared with the notebooks, it is empty"):
        without_own_copies(new_notebook(), "x.ipynb")


def test_the_modules_own_notebooks_hold_no_words_of_the_texts(small_module):
    texts = ROOT.parent / "shared" / "readings"
    if not texts.is_dir():
        pytest.skip("the texts are not at hand")
    shutil.copytree(texts, small_module / "readings" / "own-copies")
    for path in (*UNITS, *ROOT.glob("solutions/*/*.ipynb")):
        without_own_copies(notebooks.read(path), path.name)


# --- in Chromium -----------------------------------------------------------------------------------


def test_a_list_changes_its_picture_by_keyboard_without_the_internet(page, site):
    open_page(page, site, "notebooks/03-beijing-2016-trade")
    widget = page.locator(".live").nth(1)
    before = widget.locator(".live-view img").get_attribute("src")
    widget.locator("select").first.focus()
    page.keyboard.press("ArrowDown")
    assert widget.locator(".live-view img").get_attribute("src") != before
    assert widget.locator(".live-view img").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 300
    assert widget.get_by_role("status").inner_text() == "Shown: Flow China to Russia, Measure what each side reports"
    assert page.trouble == []


def test_a_table_is_put_together_from_rows_that_views_share(page, site):
    open_page(page, site, "notebooks/06-eight-voices")
    widget = page.locator(".live").first
    widget.locator("select").first.focus()
    page.keyboard.type("west")
    told = compare_table(["caixin", "bear-and-dragon"], "west")
    assert [row.split("\t") for row in widget.locator(".live-view tbody tr").all_inner_texts()] == told.values.tolist()
    assert page.trouble == []


def shown_rows(page):
    return page.locator("table.claims tbody tr:visible")


def test_claims_are_filtered_and_sorted_by_keyboard(page, site):
    open_page(page, site, "claims")
    claims = load("claims")
    assert shown_rows(page).count() == len(claims)
    page.get_by_label("Verdict today").focus()
    page.keyboard.type("contradicted")
    page.keyboard.press("Tab")
    page.keyboard.type("caixin")
    wanted = claims.query("verdict == 'contradicted' and reading == 'caixin-2016'")
    assert 0 < shown_rows(page).count() == len(wanted) < 50
    assert page.locator(".filters [role=status]").inner_text() == f"{len(wanted)} of {len(claims)} claims"
    page.get_by_label("With the words").fill("trade")
    assert shown_rows(page).count() == wanted.apply(lambda row: "trade" in " ".join(map(str, row)).lower(), axis=1).sum()
    page.get_by_label("With the words").fill("")
    page.get_by_label("Verdict today").select_option("")
    button = page.get_by_role("button", name="¶")
    for direction in ("ascending", "descending"):
        button.focus()
        page.keyboard.press("Enter")
        assert button.locator("xpath=..").get_attribute("aria-sort") == direction
        numbers = [int(number) for number in page.locator("table.claims tbody tr:visible td:nth-child(3)").all_inner_texts()]
        assert numbers == sorted(numbers, reverse=direction == "descending") and len(set(numbers)) > 1
    assert page.trouble == []


def test_claims_can_be_read_without_a_script(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = open_page(context.new_page(), site, "claims")
    assert shown_rows(page).count() == len(load("claims"))
    assert page.get_by_label("Verdict today").is_hidden() and page.locator("table.claims th button").count() == 0
    context.close()


def test_a_printed_page_shows_what_is_folded_and_no_controls(page, site):
    open_page(page, site, "notebooks/03-beijing-2016-trade")
    folded = page.locator("article details:has-text('The figures behind this chart') table:not(.live table)").first
    assert folded.is_hidden() and page.locator(".live").first.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # what the browser sends before it prints
    assert folded.is_visible() and page.locator(".live").first.is_hidden() and page.locator("#pst-primary-sidebar").is_hidden()
    assert page.locator("h1:visible").first.inner_text().startswith("03")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert folded.is_hidden()


@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_nothing_on_each_kind_of_page(page, site, name):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(open_page(page, site, name), options={"runOnly": RULES}).response
    assert len(found["passes"]) > 10 and not [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]


def test_the_site_is_served_while_its_browser_is_open(tmp_path):
    (tmp_path / "index.html").write_text("here it is", encoding="utf-8")
    command = f"from pathlib import Path; from fivereadings.site.__main__ import serve; serve(Path({str(tmp_path)!r}))"
    with serving_beside_a_browser(["-c", command], tmp_path / "stderr.txt") as address, urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.read() == b"here it is"


# --- JupyterLite -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lite_site(tmp_path_factory):
    """The address of a built JupyterLite, and its folder."""
    folder = tmp_path_factory.mktemp("lite")
    try:
        lite.build_lite(folder / "lite", folder / "scratch")
    except ValueError as problem:
        if os.environ.get("CI") or not re.search("this environment has none|ConnectionError|No matching distribution", str(problem)):
            raise
        pytest.skip(str(problem))  # no pip, or no way to the package index

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder / "lite")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder / "lite"
    server.shutdown()
    server.server_close()


def test_without_pip_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(lite, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"this environment has none.*python3-venv\), delete the folder \.venv"):
        lite.command("pip", "wheel")


def test_jupyterlite_holds_the_module_and_nobodys_own_copy(lite_site):
    _, folder = lite_site
    for part in ("data/datapackage.json", "readings/claims.csv", "solutions/03-beijing-2016-trade/key.json", *(f"notebooks/{path.name}" for path in UNITS)):
        assert (folder / "files" / part).is_file(), part
    assert not list(folder.rglob("own-copies*"))
    settings = json.loads((folder / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]["litePluginSettings"]
    assert settings["@jupyterlite/pyodide-kernel-extension:kernel"]["disablePyPIFallback"] is True
    offered = json.loads((folder / "pypi" / "all.json").read_text(encoding="utf-8"))
    assert {"fivereadings", *lite.WHEELS} <= {name.replace("_", "-") for name in offered}
    (wheel,) = (folder / "pypi").glob("fivereadings-*.whl")
    with ZipFile(wheel) as packed:
        about = packed.read(next(name for name in packed.namelist() if name.endswith("METADATA"))).decode("utf-8")
    assert re.findall("^Requires-Dist: (.*)$", about, re.M) == lite.NEEDS


def test_the_notebooks_import_nothing_that_the_browser_lacks():
    lines = []
    for path in UNITS:
        for cell in notebooks.read(path).cells:
            tree = ast.parse(cell.source).body if cell.cell_type == "code" else []
            lines += [ast.unparse(part) for part in tree if isinstance(part, (ast.Import, ast.ImportFrom))]
    code = "\n".join([*lines, "import sys", "print(*sorted({'nbformat', 'nbclient', 'nbconvert', 'zmq', 'jupyter_client', 'psutil'} & set(sys.modules)))"])
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True).stdout.strip() == ""


def test_jupyterlite_asks_only_pyodides_own_address(browser, lite_site):
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    address, _ = lite_site
    context, asked = browser.new_context(), []

    def answer(route):
        if route.request.url.startswith(address):
            return route.continue_()
        asked.append(route.request.url)
        route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    with page.expect_event("requestfailed", timeout=120_000):
        page.goto(f"{address}/lab/index.html?path=notebooks/03-beijing-2016-trade.ipynb")
    page.locator(".jp-Notebook .jp-Cell", has_text="%pip install -q fivereadings").wait_for(timeout=60_000)
    page.locator(".jp-Notebook img[alt]").first.wait_for(timeout=60_000)  # the stored outputs are there at once
    assert set(asked) == {f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/pyodide.mjs"}
    context.close()
