"""Lay out what Sphinx reads: the module's own texts and notebooks, and two pages made from its tables."""

import re
import shutil
from html import escape
from pathlib import Path, PurePosixPath

import nbformat

from .. import notebooks
from ..build import address, binder_link
from ..places import home
from ..show import html_table
from ..tables import load
from ..views.matrix import compare_table, matrix_view
from .live import live, widgets
from .own import without_own_copies

TEXTS = ("TEACHING.md", "CONTRIBUTING.md", "data/README.md", "readings/*.md", "worksheets/*.md", "docs/*.md")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
TABLES = ("data", "readings")  # their CSV files can be downloaded from the site


def raw(html: str) -> str:
    """Return HTML for a Markdown page of Sphinx."""
    return f"```{{raw}} html\n{html}\n```\n"


def wide(table: str, label: str) -> str:
    """Return a wide table in a box of its own that scrolls, with the keyboard as well."""
    return f'<div class="wide" role="region" aria-label="{escape(label)}" tabindex="0">{table}</div>'


def lite_address(path: str, up: str = "../") -> str:
    """Return where the site's JupyterLite opens a notebook; `up` leads from the page to the top of the site."""
    return f"{up}lite/lab/index.html?path={path}"


def reaching(text: str, page: Path, lite: bool) -> str:
    """Return Markdown whose links work on the site. A link to what is not there leads to the public copy, or becomes plain text.

    `page` is the file it stands in, within the module. Raises ValueError for a link that leads nowhere in the module.
    """
    def one(match):
        words, target = match[1], match[2]
        path = (home() / page.parent / target).resolve()
        if not (path.exists() and path.is_relative_to(home())):
            raise ValueError(f"{page.as_posix()} links to {target}, which is not in the module.")
        inside = path.relative_to(home()).as_posix()
        if path.suffix == ".csv" and path.parent.name in TABLES or any(PurePosixPath("/", inside).match(f"/{pattern}") for pattern in (*TEXTS, "notebooks/*.ipynb")):
            return match[0]
        if lite and path.suffix == ".ipynb":
            return f'<a href="{lite_address(inside, "../" * len(page.parent.parts))}">{words}</a>'
        public, branch = address()
        return f"[{words}]({public}/{'tree' if path.is_dir() else 'blob'}/{branch}/{inside})" if public else words
    return LINK.sub(one, text)


def how_to_open(inside: str, lite: bool) -> str:
    """Return, as Markdown, how a reader opens one of the notebooks to run it."""
    ways = ["on your own computer `python start.py`", binder_link(inside) if address()[0] else "Binder from your own copy"]
    if lite:
        ways.append(f'<a href="{lite_address(inside)}">open in JupyterLite</a> (an experiment)')
    return f"To run and change this unit: {', '.join(ways)}. [How each of them works](../index.md#start)."


def unit(path: Path, folder: Path, lite: bool) -> nbformat.NotebookNode:
    """Return a unit's stored notebook for the site: how to open it, its widgets live; their pictures go to `folder`.

    Raises ValueError when it holds words of a reader's own copy of a text.
    """
    notebook, inside = notebooks.read(path), f"notebooks/{path.name}"
    for place, widget in widgets(notebook).items():
        cell = notebook.cells[place]
        html = live(widget, f"live-{place}", folder, "../_static/live")
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html})]
        cell.metadata.tags = [*cell.metadata.tags, "hide-input"]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = reaching(cell.source, Path(inside), lite)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(how_to_open(inside, lite), id="how-to-open"))
    return without_own_copies(notebook, inside)


def sources(claim: dict) -> str:
    """Return what a claim was checked with, as HTML: the module's table, and sources by the host of their address."""
    found = [f"the module's table {escape(claim['table'])}"] if claim["table"] else []
    for part in filter(None, claim["source"].split("; ")):
        host = re.match(r"https?://(?:www\.)?([^/]+)", part)
        found.append(f'<a href="{escape(part)}">{escape(host[1])}</a>' if host else escape(part))
    return "<br>".join(found) or "–"


def claims_table() -> str:
    """Return the table of all claims as HTML, in the order of the texts; `site.js` makes it sort and filter."""
    claims, names = load("claims"), load("voices").set_index("voice")["name"]
    head = "".join(f'<th scope="col">{column}</th>' for column in
                   ("says, in our words", "reading", "¶", "voice", "verdict today", "verdict then", "note", "sources"))
    rows = []
    for row in claims.to_dict("records"):
        cells = [row["reading"], str(row["paragraph"]), names[row["voice"]], row["verdict"], row["then"] or "–", row["note"] or "–"]
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr id="{row["claim"]}"><th scope="row">{escape(row["says"])}</th>{cells}<td>{sources(row)}</td></tr>')
    lists = "".join(f'<p><label for="filter-{column}">{label}</label> <select id="filter-{column}" data-column="{number}" autocomplete="off">'
                    f'<option value="">all</option>{"".join(f"<option>{escape(value)}</option>" for value in values)}</select></p>'
                    for label, column, number, values in (("Verdict today", "verdict", 4, sorted(set(claims["verdict"]))),
                                                          ("Reading", "reading", 1, load("readings")["reading"])))
    return (f'<div class="filters" hidden><fieldset><legend>Show fewer claims</legend>{lists}'
            '<p><label for="filter-words">With the words</label> <input id="filter-words" type="text" autocomplete="off"></p></fieldset>'
            '<p role="status"></p></div>'
            + wide(f'<table class="claims"><caption>{len(claims)} claims and what the figures say to them</caption>'
                   f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>", "Table of the claims"))


def viewpoints() -> str:
    """Return the matrix and, for each question, what every voice says, as Markdown."""
    voices = list(load("viewpoints")["voice"].unique())
    parts = [raw(matrix_view().data)]
    for asked in load("questions").to_dict("records"):
        table = compare_table(voices, asked["question"]).drop(columns="question")
        parts.append(f"## {asked['question']}\n\n{asked['asks']} −2: {asked['low']}; +2: {asked['high']}; – means silent.\n\n"
                     + raw(wide(html_table(table, asked["asks"]), f"Table of {asked['question']}")))
    return "\n".join(parts)


def lay_out(folder: Path, lite: bool) -> None:
    """Write into an empty `folder` everything that Sphinx reads. `lite` says whether the site has a JupyterLite."""
    pictures = folder / "static" / "live"
    shutil.copytree(home() / "site", folder, dirs_exist_ok=True)
    pictures.mkdir(parents=True)
    shutil.copytree(home() / "docs", folder / "docs")
    for name in TABLES:
        (folder / name).mkdir()
        for path in (home() / name).glob("*.csv"):
            shutil.copy(path, folder / name)
    for pattern in TEXTS:
        for path in home().glob(pattern):
            inside = path.relative_to(home())
            (folder / inside).parent.mkdir(exist_ok=True)
            (folder / inside).write_text(reaching(path.read_text(encoding="utf-8"), inside, lite), encoding="utf-8")
    front = reaching((home() / "README.md").read_text(encoding="utf-8"), Path("README.md"), lite)
    for name, before, after in (("index", front, ""), ("claims", "", raw(claims_table())), ("viewpoints", "", viewpoints())):
        page = folder / f"{name}.md"
        page.write_text(before + page.read_text(encoding="utf-8") + after, encoding="utf-8")
    for path in sorted((home() / "notebooks").glob("*.ipynb")):
        notebooks.write(unit(path, pictures, lite), folder / "notebooks" / path.name)
