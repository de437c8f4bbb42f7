"""Make a widget work on a page without a kernel: every view that its lists can ask for is drawn in advance."""

import ast
import base64
import hashlib
import re
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from pathlib import Path

import ipywidgets as ipw
import matplotlib
import nbformat

from ..widgets import KEYS_STAY_HERE

MOST = 125  # views of one widget with pictures: more would make the page slow to open
LETTERS = 6_000_000  # of all views of a widget without pictures; on the page they share their rows, so it holds far fewer
ROW = re.compile(r"<tr>.*?</tr>", re.S)
PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')
WIDGET_CELL = "nbval-ignore-output"  # the tag of a cell that shows a widget
NEEDS_A_KERNEL = ('<p class="live-note">This widget computes or saves with what you type, and a web page cannot do that: '
                  "open the unit in JupyterLab or Binder to use it. What follows below can be read here.</p>")


def widgets(notebook: nbformat.NotebookNode) -> dict[int, ipw.VBox]:
    """Return the widgets of a notebook by the place of their cell.

    Runs the statements of its cells in this process; of the expressions that end a cell only those that make a widget.
    """
    matplotlib.use("agg")
    names, found = {}, {}
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        statements = ast.parse(cell.source).body
        last = statements.pop() if statements and isinstance(statements[-1], ast.Expr) else None
        with redirect_stdout(StringIO()):
            exec(compile(ast.Module(statements, []), f"cell {place}", "exec"), names)
            if last and WIDGET_CELL in cell.metadata.get("tags", []):
                found[place] = eval(compile(ast.Expression(last.value), f"cell {place}", "eval"), names)
    return found


def options(control) -> list[tuple[str, object]]:
    """Return what a control can be set to here, as (label, value) pairs.

    A number box has its ends, its first value and what lies halfway; a text box has nothing.
    """
    if isinstance(control, ipw.Dropdown):
        return [option if isinstance(option, tuple) else (str(option), option) for option in control.options]
    if isinstance(control, ipw.Checkbox):
        return [("no", False), ("yes", True)]
    if isinstance(control, ipw.BoundedFloatText):
        low, first, high = control.min, control.value, control.max
        halfway = (low + round((end - low) / 2 / control.step) * control.step for low, end in ((low, first), (first, high)))
        values = sorted({low, first, high, *(round(value, 9) for value in halfway)})
        return [(f"{value:g}", value) for value in values]
    return []


def choose(controls, first: str) -> list:
    """Return the controls that can be used here: the first lists and ticks that make not too many views, or else the number boxes.

    `first` is the view that the widget opens with: how many are too many depends on what it holds.
    """
    most = MOST if PICTURE.search(first) else max(MOST, LETTERS // len(first))
    count, chosen = 1, []
    for control in [control for control in controls if not isinstance(control, ipw.BoundedFloatText)] or controls:
        if count * len(options(control)) <= most:
            count *= len(options(control))
            chosen.append(control)
    return chosen


def views(widget: ipw.VBox, used: list) -> dict[tuple[int, ...], str]:
    """Return every view of a widget as HTML, by the places of the options that its `used` controls are set to.

    The controls have their first values again afterwards.
    """
    first, screen, drawn = [control.value for control in used], widget.children[-1], {}
    offered = [options(control) for control in used]  # before a value changes: a number box offers its first one
    states = [()]
    for pairs in reversed(offered):  # in an order in which one step sets one control: each change draws a view
        states = [(place, *rest) for place in range(len(pairs)) for rest in states[::-1 if place % 2 else 1]]
    for state in states:
        for control, pairs, place in zip(used, offered, state):
            control.value = pairs[place][1]
        drawn[state] = screen.value.removesuffix(KEYS_STAY_HERE)
    for control, value in zip(used, first):
        control.value = value
    return drawn


def as_files(html: str, folder: Path, address: str) -> str:
    """Return HTML whose pictures are files in `folder`, which the page finds at `address`."""
    def write(match):
        content = base64.b64decode(match[1])
        name = hashlib.sha256(content).hexdigest()[:16] + ".png"
        (folder / name).write_bytes(content)
        return f'src="{address}/{name}"'
    return PICTURE.sub(write, html)


def live(widget: ipw.VBox, name: str, folder: Path, address: str) -> str:
    """Return a widget as HTML that `site.js` makes work: labelled lists and the views that they choose from.

    A row of a table stands on the page once, however many views show it. `name` is unique on its page; pictures go to `folder`, found at `address`. A widget that saves or has a text box becomes one sentence.
    """
    controls = [part for child in widget.children[:-1] for part in (child.children if type(child) is ipw.Box else [child])]  # ticks stand in a Box
    if not controls or not all(options(control) for control in controls):
        return NEEDS_A_KERNEL
    used = choose(controls, widget.children[-1].value)
    lists = []
    for number, control in enumerate(used):
        offered = "".join(f'<option{" selected" * (value == control.value)}>{escape(label)}</option>' for label, value in options(control))
        label = re.sub(r" \([^()]* to [^()]*\)$", "", control.description)
        lists.append(f'<p><label for="{name}-{number}">{escape(label)}</label> '
                     f'<select id="{name}-{number}" autocomplete="off">{offered}</select></p>')
    fixed = [f"“{control.description}” stays at “{next(label for label, value in options(control) if value == control.value)}”"
             for control in controls if control not in used]
    boxes = any(isinstance(control, ipw.BoundedFloatText) for control in used)
    note = " ".join(["Drawn in advance, so this works without a kernel."]
                    + ["Numbers are chosen from a few; JupyterLab and Binder take any in the range."] * boxes
                    + [f"Here {'; '.join(fixed)}: JupyterLab and Binder let you change that."] * bool(fixed))
    rows = {}

    def shared(row) -> str:
        return f'<tr data-row="{rows.setdefault(row[0], len(rows))}"></tr>'

    drawn = "".join(f'<template data-state="{" ".join(map(str, state))}">{ROW.sub(shared, as_files(html, folder, address))}</template>'
                    for state, html in sorted(views(widget, used).items()))
    drawn += f'<template class="live-rows">{"".join(rows)}</template>'
    return (f'<div class="live" hidden><fieldset><legend>Try it here</legend>{"".join(lists)}<p class="live-note">{escape(note)}</p></fieldset>'
            f'<p role="status" class="live-status"></p><div class="live-view"></div>{drawn}</div>')
