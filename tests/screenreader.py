"""Write down what a screen reader announces of a unit, in order, from the browser's accessibility tree.

    .venv/bin/python tests/screenreader.py        writes docs/screen-reader-03.md
"""

import re
import sys
import tempfile
from pathlib import Path

import yaml
from browser import chromium, lab_window, module_in_lab, open_notebook, why_no_browser
from conftest import ROOT

STEM = "03-beijing-2016-trade"
PAGE = ROOT / "docs" / "screen-reader-03.md"
INTRODUCTION = """# What a screen reader says of unit 03

This is the unit [03 · Beijing 2016](../notebooks/03-beijing-2016-trade.ipynb) as somebody hears it who does not see the page: what stands in JupyterLab after all cells
have run, from top to bottom, with its role and its name. It is taken from the browser's accessibility tree, which is what a screen reader reads from. The cells with code
are left out: they are read as text, line by line. Screen readers differ in their words: for “heading 2” one says “heading level 2”, another only a tone.

How to read it:

- **heading 2**: a heading and its level. Most readers jump from heading to heading first.
- **table**: its caption and its size come first. Then each row: its head, and each cell, which is announced with the head of its column.
- **figure**: a chart, announced by its caption and source; **picture**: its alternative text.
- **folded**: a line that opens with Enter or Space. The table behind each chart stands there; what is folded is not read until it is opened.
- **list to choose from**, **number**, **box to tick**: a control with its label and its value. After a change the new chart stands right below.

A test compares this page with the browser: `python start.py test tests/test_browser.py`. After a change to the unit, `.venv/bin/python tests/screenreader.py` writes it anew.

"""
NODE = re.compile(r'^/?(?P<role>[a-z]+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?P<marks>(?: \[[^\]]*\])*)$', re.S)
INLINE = {"text", "strong", "emphasis", "code", "link", "superscript", "subscript"}
THROUGH = {"rowgroup", "generic", "document", "region", "status"}  # nothing is said of these but what they hold


def read_aloud(tree) -> list[str]:
    """Return a line of Markdown for each thing that is announced; `tree` is Playwright's aria snapshot, parsed."""
    said, run = [], []

    def flush():
        if run:
            said.append(re.sub(r" ([:,;.?!)])", r"\1", " ".join(run)))
            run.clear()

    for node in tree if isinstance(tree, list) else [tree]:
        role, name, marks, inside = _parts(node)
        if role in INLINE:
            run += _words([node])
            continue
        flush()
        if role in THROUGH:
            said += read_aloud(inside)
        elif role == "heading":
            level = re.search(r"level=(\d)", marks)
            said.append(f"**heading {level[1]}:** {name or ' '.join(_words(inside))}")
        elif role == "table":
            said += _table(name, inside)
        elif role == "list":
            said.append(f"**list** of {len(inside)}")
            said += [f"- {line}" for item in inside for line in read_aloud(_parts(item)[3])]
        elif role == "figure":
            said.append(f"**figure:** {name}")
            said += read_aloud([item for item in inside if _parts(item)[0] in ("img", "image")])
        elif role in ("img", "image"):
            said.append(f"**picture:** {name}")
        elif role == "group":
            said.append(f"**folded:** {name or ' '.join(_words(inside))}")
        elif role == "combobox":
            options = [_parts(option) for option in inside]
            chosen = [option[1] for option in options if "selected" in option[2]]
            said.append(f"**list to choose from, {name}:** {''.join(chosen)}, one of {len(options)}: {'; '.join(option[1] for option in options)}")
        elif role in ("spinbutton", "textbox"):
            said.append(f"**{'number' if role == 'spinbutton' else 'box for text'}, {name}:** {' '.join(_words(inside))}".rstrip())
        elif role == "checkbox":
            said.append(f"**box to tick, {name}:** {'ticked' if 'checked' in marks else 'empty'}")
        elif role == "button":
            said.append(f"**button:** {name}")
        elif role in ("paragraph", "blockquote", "listitem", "cell"):
            said += read_aloud(inside)
        else:
            raise ValueError(f"There is no rule to say a {role!r} ({name}).")
    flush()
    return said


def _parts(node) -> tuple[str, str, str, list]:
    """Return role, name, marks and children of a node: "heading \\"A\\" [level=2]", or that with a text or a list."""
    head, inside = next(iter(node.items())) if isinstance(node, dict) else (node, [])
    found = NODE.match(str(head))
    if not found:
        return "text", "", "", [str(head)]
    inside = inside if isinstance(inside, list) else [{"text": str(inside)}] if found["role"] != "text" else [str(inside)]
    name = (found["name"] or "").replace('\\"', '"')
    return found["role"], name, found["marks"], inside


def _words(nodes) -> list[str]:
    words = []
    for node in nodes:
        role, name, _, inside = _parts(node)
        if role == "url":
            continue
        if role == "text":
            words += [text for text in inside if isinstance(text, str)]
        elif role == "link":
            words.append(f"link “{name or ' '.join(_words(inside))}”")
        else:
            words += _words(inside) if inside else [name]
    return words


def _table(name, inside) -> list[str]:
    rows = [_parts(row)[3] for group in inside if _parts(group)[0] == "rowgroup" for row in _parts(group)[3]]
    heads = [row for row in rows if row and _parts(row[0])[0] == "columnheader"]
    body = [row for row in rows if row not in heads]
    columns = [_parts(cell)[1] for cell in heads[0]] if heads else []
    lines = [f"**table, {name or 'without a caption'}:** rows: {len(body)}, columns: {len(columns)}" + (f" ({'; '.join(columns)})" if any(columns) else "")]
    for row in body:
        cells = [_parts(cell) for cell in row]
        lines.append("- " + " | ".join(f"*{cell[1]}*" if cell[0] == "rowheader" else cell[1] or "empty" for cell in cells))
    return lines


def script_of(window) -> str:
    """Return the page for the notebook that is open in a window and has been run."""
    parts = window.locator(".jp-MarkdownOutput, .jp-OutputArea-output")
    lines = [line for place in range(parts.count()) for line in read_aloud(yaml.safe_load(parts.nth(place).aria_snapshot()) or [])]
    text = "\n".join(line if line.startswith("- ") else f"\n{line}\n" for line in (" ".join(line.split()) for line in lines))
    return INTRODUCTION + re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


if __name__ == "__main__":
    if why := why_no_browser():
        sys.exit(f"Nothing written: {why}.")
    with tempfile.TemporaryDirectory() as name, module_in_lab(Path(name, "module")) as lab, chromium() as browser:
        window = lab_window(browser.new_context(viewport={"width": 1300, "height": 1000}), lab)
        open_notebook(window, f"notebooks/{STEM}.ipynb")
        PAGE.write_text(script_of(window), encoding="utf-8", newline="\n")
    print(PAGE)
