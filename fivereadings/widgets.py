"""Wire a view to controls that work from the keyboard and by screen reader."""

from html import escape
from inspect import signature

import ipywidgets as ipw

WIDE = {"description_width": "initial"}
TEXT = "line-height:1.4"  # ipywidgets sets text as high as a control, which makes a table twice as long
# JupyterLab takes keys away from a closed list or a box: an arrow leaves it, "a" adds a cell, "x" cuts one
# (ipywidgets issue 3912). This attribute keeps Lab's shortcuts out of a control; only a script can set it.
KEYS_STAY_HERE = ("<style onload=\"this.closest('.widget-vbox')?.querySelectorAll('select, input, textarea')"
                  ".forEach(control => control.setAttribute('data-lm-suppress-shortcuts', 'true'))\"></style>")


def choice(label: str, options, value=None) -> ipw.Dropdown:
    """Return a labelled list to choose one option from: values, or (label, value) pairs.

    Raises ValueError for the value None, which a list shows as "nothing chosen".
    """
    options = list(options)
    if any((option[1] if isinstance(option, tuple) else option) is None for option in options):
        raise ValueError(f"{label}: an option cannot stand for None; give it a value of its own.")
    return ipw.Dropdown(description=label, options=options, value=options[0] if value is None else value,
                        style=WIDE, layout=ipw.Layout(width="min(34rem, 95%)"))


def amount(label: str, value: float, low: float, high: float, step: float = 1) -> ipw.BoundedFloatText:
    """Return a labelled number box; a value outside low..high is moved to the nearer end."""
    return ipw.BoundedFloatText(description=f"{label} ({low:g} to {high:g})", value=value, min=low, max=high,
                                step=step, style=WIDE, layout=ipw.Layout(width="min(34rem, 95%)"))


def tick(label: str, value: bool = False) -> ipw.Checkbox:
    """Return a labelled box to tick."""
    return ipw.Checkbox(description=label, value=value, indent=False, style=WIDE,
                        layout=ipw.Layout(width="min(15rem, 95%)"))


def line(label: str, value: str = "", hint: str = "") -> ipw.Text:
    """Return a labelled box for one line of text; `hint` stands in it, in grey, while it is empty."""
    return ipw.Text(description=label, value=value, placeholder=hint, continuous_update=False,
                    style=WIDE, layout=ipw.Layout(width="min(34rem, 95%)"))


def text(label: str, value: str = "", hint: str = "", rows: int = 4) -> ipw.Textarea:
    """Return a labelled box for some sentences; `hint` as in `line`."""
    return ipw.Textarea(description=label, value=value, placeholder=hint, rows=rows, continuous_update=False,
                        style=WIDE, layout=ipw.Layout(width="min(44rem, 95%)"))


def explore(view, **controls) -> ipw.VBox:
    """Show `view` with controls: whenever one changes, the view is drawn again.

    `view` is a function that returns HTML (what `show` returns). Each keyword is one of its
    arguments, with the control that sets it: `choice`, `amount` or `tick`. A ValueError of the
    view is shown to the reader in its place; nothing is lost.
    """
    screen = ipw.HTML()

    def draw(_=None):
        try:
            shown = view(**{name: control.value for name, control in controls.items()}).data
        except ValueError as problem:
            shown = f'<p role="alert"><strong>Not possible:</strong> {escape(str(problem))}</p>'
        screen.value = f'<div style="{TEXT}">{shown}</div>{KEYS_STAY_HERE}'

    for control in controls.values():
        control.observe(draw, names="value")
    draw()
    ticks = [control for control in controls.values() if isinstance(control, ipw.Checkbox)]
    others = [control for control in controls.values() if control not in ticks]
    # Many boxes one below another would push the view off the screen: they stand in rows.
    rows = [ipw.Box(ticks, layout=ipw.Layout(flex_flow="row wrap"))] if len(ticks) > 1 else ticks
    return ipw.VBox([*others, *rows, screen])


def form(action, button: str, view=None, fresh=(), **controls) -> ipw.VBox:
    """Show controls, a view of them and a button; pressing it calls `action` and shows what it returns.

    `action` and `view` are functions that return HTML; each gets those controls that bear the
    names of its arguments. A ValueError is shown to the reader in place of the answer; nothing is lost.
    `fresh` names controls that go back to their first value once something is saved, or a control of the
    view changes: what was meant for one item is not saved for the next by oversight.
    """
    first = {name: controls[name].value for name in fresh}

    def given(function):
        return {name: control for name, control in controls.items() if name in signature(function).parameters}

    press = ipw.Button(description=button, layout=ipw.Layout(width="auto"))
    answer = ipw.HTML(KEYS_STAY_HERE)  # here too: the view's own mark reaches only the controls in its box

    def empty(_=None):
        for name, value in first.items():
            controls[name].value = value

    def act(_):
        try:
            shown = action(**{name: control.value for name, control in given(action).items()}).data
        except ValueError as problem:
            shown = f'<p role="alert"><strong>Not possible:</strong> {escape(str(problem))}</p>'
        else:
            empty()
        answer.value = f'<div role="status" style="{TEXT}">{shown}</div>'

    press.on_click(act)
    for control in given(view).values() if view else ():
        control.observe(empty, names="value")
    others = [control for name, control in controls.items() if view is None or name not in given(view)]
    seen = [explore(view, **given(view))] if view else [ipw.HTML(KEYS_STAY_HERE)]
    return ipw.VBox([*seen, *others, press, answer])
