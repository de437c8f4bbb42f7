"""Make what students wrote and what their code showed harmless: nothing of it acts in the browser of whoever grades or reads."""

import re
from html import escape

import mistune
import nbformat
import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ..answers import MIME

TAGS = set("figure figcaption details summary table caption colgroup col thead tbody tfoot tr th td img p br hr div span pre code samp kbd "
           "b strong i em u s sub sup small del ins mark blockquote ul ol li dl dt dd h1 h2 h3 h4 h5 h6".split())
CELL = {"scope", "colspan", "rowspan"}
ATTRIBUTES = {"*": {"style"}, "th": CELL, "td": CELL, "img": {"src", "alt"}, "ol": {"start"}}
# Enough for our tables and charts; nothing that can move over the buttons of formgrader.
STYLES = {"text-align", "padding", "max-width", "min-width", "width", "height", "vertical-align", "font-weight"}
PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]+")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
PLAIN_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|sub|sup|small|del|br|hr|p)\s*/?>", re.I)
ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"']*", re.I)
AS_TYPED = "*This answer holds HTML or links that could act in a browser. It is shown as it was typed.*"
LONGEST = 20_000  # characters of an answer that is read as Markdown; a page has about 3,000
MOST_BRACKETS = 500  # mistune's time grows with the square of these


def html(text: str) -> str:
    """Return HTML with what may act, load or overlay taken out: figures, tables, folds and PNG data stay, links become text."""
    return nh3.clean(text, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_attribute, url_schemes={"data"}, url_relative="deny",
                     filter_style_properties=STYLES, link_rel=None)


def _attribute(tag: str, name: str, value: str) -> str | None:
    return value if (tag, name) != ("img", "src") or PNG.fullmatch(value) else None


class _Text(mistune.HTMLRenderer):
    """Markdown as HTML without addresses: a link becomes its text and the address in words."""

    def link(self, text, url, title=None):
        return text if escape(url) == text else f"{text} ({escape(url)})"

    def image(self, text, url, title=None):
        return f"[picture: {escape(text)} {escape(url)}]"


def markdown(text: str, trusted: bool = False) -> str:
    """Return Markdown as harmless HTML. HTML within it is shown as text; that of the module's own cells (`trusted`) is rendered."""
    if not trusted and _slow(text):
        return f"<pre>{escape(text)}</pre>"
    try:
        return html(mistune.create_markdown(renderer=_Text(escape=not trusted), plugins=["table"])(text))
    except (RecursionError, ValueError):  # nested as no text is
        return f"<pre>{escape(text)}</pre>"


def cleaned(notebook):
    """Return a graded notebook as it may be opened in formgrader and by nbgrader's feedback. Records of answers stay as they are.

    Cleaning it once more changes nothing.
    """
    names = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    taken = {f"{name}{end}" for name in names if name for end in ("", "-comment", "_extra_credit")}
    return nbformat.from_dict({**notebook, "cells": [_cell(cell, taken) for cell in notebook.cells]})


def _cell(cell, taken: set[str]):
    if cell.cell_type == "code":
        return {**cell, "outputs": [_output(output) for output in cell.outputs]}
    if cell.metadata.get("nbgrader", {}).get("solution") and acts(cell.source, taken):
        return {**cell, "source": as_typed(cell.source)}
    return cell


def as_typed(text: str) -> str:
    """Return Markdown that shows a text letter by letter."""
    longest = max(map(len, re.findall(r"`+|~+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{AS_TYPED}\n\n{fence}\n{text}\n{fence}"


def acts(text: str, taken: set[str] = frozenset()) -> bool:
    """Say whether a Markdown text would be more than text in formgrader: HTML, odd links, or ids that are `taken`.

    It is read by the very classes that formgrader renders with.
    """
    if _slow(text):
        return True
    reader = _Reader()
    try:
        page = MarkdownWithMath(renderer=reader).render(text)
    except Exception:  # what cannot be rendered would stop formgrader's page
        return True
    return reader.found or not taken.isdisjoint(re.findall(r'id="([^"]*)"', page))


class _Reader(IPythonRenderer):
    """Renders as formgrader does, and notes what would act."""

    def __init__(self):
        super().__init__(escape=False)
        self.found = False

    def block_html(self, raw):
        return self._seen(raw, "<" in PLAIN_TAG.sub("", raw))

    def inline_html(self, raw):
        return self._seen(raw, not PLAIN_TAG.fullmatch(raw.strip()))

    def block_mermaidjs(self, code):  # nbconvert does not escape these
        return self._seen("", True)

    def link(self, text, url, title=None):
        return self._seen(text, not ADDRESS.fullmatch(url))

    def image(self, text, url, title=None):  # it would load, and tell somebody who grades and when
        return self._seen("", True)

    def _seen(self, text, acting) -> str:
        self.found = self.found or bool(acting)
        return text


def _slow(text: str) -> bool:
    return len(text) > LONGEST or sum(map(text.count, "[<*_`$>")) > MOST_BRACKETS


def _output(output):
    if output.output_type in ("stream", "error"):
        return output
    data = output.get("data", {})
    kept = {mime: data[mime] for mime in ("text/plain", "text/latex", MIME) if mime in data}
    kept |= {mime: data[mime] for mime in ("image/png", "image/jpeg") if mime in data and BASE64.fullmatch(str(data[mime]))}
    shown = html(data["text/html"]) if "text/html" in data else markdown(data["text/markdown"]) if "text/markdown" in data else ""
    if shown.strip():  # an empty text would stand in the place of the plain one
        kept["text/html"] = shown
    ours = {"five_readings": output.metadata["five_readings"]} if "five_readings" in output.get("metadata", {}) else {}
    return {**output, "data": kept, "metadata": ours}
