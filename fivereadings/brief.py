"""Read the saved evidence brief, look it over, and write it as one page to hand in."""

import os
import re
from datetime import datetime
from html import escape
from pathlib import Path

import bleach
import mistune
from bleach.css_sanitizer import CSSSanitizer
from IPython.display import HTML

from .classfiles import pseudonym_of
from .notebooks import read
from .places import home
from .selfreview import PARTS, review, sentences
from .show import html_table, page

STEM = "08-your-brief"
CHART = "brief-chart-shown"
UNWRITTEN = "Write your answer here, in the place of this line."
LIMITS = re.compile(r"(\d+) to (\d+) words")
TEXT_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "code", "pre", "hr", "sup", "sub", "a", "del"}
CHART_TAGS = {"figure", "img", "figcaption", "br", "small", "details", "summary", "pre",
              "table", "caption", "thead", "tbody", "tr", "th", "td"}
STYLES = CSSSanitizer(allowed_css_properties=["text-align", "padding", "min-width", "max-width", "height"])


def notebook_file(file: str | None = None) -> Path:
    """Return the notebook that holds the brief: the only one in the exercise's folder, or the one named `file`.

    Raises ValueError where there is none, or more than one and no name is given.
    """
    folder = home() / "exercises" / STEM
    found = sorted(path.name for path in folder.glob("*.ipynb"))
    if file is not None and (Path(file).name != file or file not in found):
        raise ValueError(f"There is no notebook {file!r} in exercises/{STEM}. There are: {', '.join(found) or 'none'}.")
    if not found:
        raise ValueError(f"There is no notebook in exercises/{STEM}. Put yours there: File → Download, then the upload button.")
    if file is None and len(found) > 1:
        raise ValueError(f"There are {len(found)} notebooks in exercises/{STEM}: {', '.join(found)}. Say which one is yours in the box "
                         "“File”, or delete the others.")
    return folder / (file or found[0])


def read_brief(path: Path) -> dict:
    """Return a saved brief: `texts` and `limits` by part, the HTML of the `chart` ("" where there is none),
    and the texts `beside` them: cells that the student added, which no page takes over.

    Raises ValueError for a file that is no notebook, a missing or doubled cell, and a brief of which nothing is saved.
    """
    cells, limits, texts, above, chart, beside = read(path).cells, {}, {}, "", "", []
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in PARTS:
            if name in texts:
                raise ValueError(f"The cell of “{PARTS[name]}” stands twice in {path.name}. Delete the copy, save, and try again.")
            texts[name] = cell.source.replace(UNWRITTEN, "").strip()
            limits[name] = tuple(map(int, LIMITS.search(above).groups())) if LIMITS.search(above) else (100, 200)
        elif name == CHART:
            html = "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
            chart = html if "<figure" in html else ""
        if cell.cell_type == "markdown" and name not in PARTS:
            above = cell.source if name else above
            beside += [cell.source.strip()] if not name and cell.source.strip() else []
    missing = [PARTS[name] for name in PARTS if name not in texts]
    if missing:
        raise ValueError(f"{path.name} lacks the cell of: {', '.join(missing)}. Take a fresh copy of the exercise and paste your text into it.")
    if not any(texts.values()):
        raise ValueError(f"Nothing is written in {path.name} as it lies on the disk. Save first (Ctrl + S), then press the button again.")
    return {"texts": texts, "limits": limits, "chart": chart, "beside": beside}


def text_html(markdown: str) -> str:
    """Return a student's Markdown as HTML without anything active: no scripts, no pictures, links to web pages only."""
    made = mistune.create_markdown(escape=True, plugins=["strikethrough"])(markdown)
    return bleach.clean(made, tags=TEXT_TAGS, attributes={"a": ["href"]}, protocols={"https", "http"}, strip=True)


def chart_html(html: str) -> str:
    """Return a chart's HTML with its own picture, caption and table, and nothing active."""
    def allowed(tag, name, value):
        return (name in ("alt", "style", "scope")) or (tag == "img" and name == "src" and value.startswith("data:image/png;base64,"))

    return bleach.clean(html, tags=CHART_TAGS, attributes=allowed, protocols={"data"}, css_sanitizer=STYLES, strip=True)


def brief_page(brief: dict, pseudonym: str, day: str) -> str:
    """Return the whole page of a brief: the question as its title, the four parts, the chart after the second."""
    asked = [sentence for sentence in sentences(brief["texts"]["brief-claim"]) if sentence.rstrip("*_”’)").endswith("?")]
    title = re.sub(r"[*_#`]", "", asked[0]).strip() if asked else "Evidence brief"
    parts = [f"<p>Evidence brief. Pseudonym: {escape(pseudonym)}. {day}. Figures: the module <em>Five Readings</em>, sources under the chart.</p>"]
    for name, heading in PARTS.items():
        text = brief["texts"][name]
        text = text.removeprefix(asked[0]) if name == "brief-claim" and asked else text  # the title has said it
        parts.append(f"<h2>{heading}</h2>\n{text_html(text) or '<p><em>Not written.</em></p>'}")
        if name == "brief-figure":
            parts.append(chart_html(brief["chart"]) or "<p><em>No chart was saved.</em></p>")
    return page(title, *parts)


def export_brief(pseudonym: str, file: str = "") -> HTML:
    """Write `my-work/brief-<pseudonym>.html` from the saved notebook, and return the self-review and where the page lies.

    Raises ValueError, in a sentence, for a bad pseudonym and as `notebook_file` and `read_brief`.
    """
    name, source = pseudonym_of(pseudonym), notebook_file(file.strip() or None)
    brief = read_brief(source)
    path = home() / "my-work" / f"brief-{name}.html"
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(brief_page(brief, name, f"{datetime.now():%Y-%m-%d}"), encoding="utf-8", newline="\n")
    os.replace(draft, path)
    saved = datetime.fromtimestamp(source.stat().st_mtime)
    lost = "".join(f"<p><strong>Not on the page:</strong> a cell of your own that begins “{escape(text[:60])}”. Move its text into one of the "
                   "four answer cells.</p>" for text in brief["beside"])
    return HTML(lost + html_table(review(brief), "Self-review: what a machine can count") + f"<p>Read: {escape(source.name)}, saved {saved:%Y-%m-%d %H:%M}. "
                f"Written: <code>my-work/{escape(path.name)}</code>. Open it from the file list, look at it, and hand it in.</p>")


def look_at(chart=...) -> HTML:
    """Return the student's chart, or a sentence that says what is still to do."""
    html = getattr(chart, "data", chart)
    if isinstance(html, str) and "<figure" in html:
        return HTML(html)
    return HTML("<p>No chart yet. Paste the lines of the chart builder into the cell above, and run both cells again.</p>")
