"""The widgets of the units, as their notebooks make them, without a kernel or a browser."""

import contextlib
import importlib
import io
import json
from pathlib import Path
from unittest import mock

import fivereadings
from fivereadings import keeping, widgets

charts = importlib.import_module("fivereadings.show")  # the name `fivereadings.show` is the function


def run_unit(path: Path) -> tuple[list, list]:
    """Run a unit's cells here; return `(view, controls)` of each widget, and the boxes that hold the controls."""
    views, boxes = [], []
    explore, form = widgets.explore, widgets.form

    def explored(view, **controls):
        views.append((view, controls))
        boxes.append(explore(view, **controls))
        return boxes[-1]

    def formed(*words, **more):
        boxes.append(form(*words, **more))
        return boxes[-1]

    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    with (mock.patch.object(widgets, "explore", explored), mock.patch.object(fivereadings, "explore", explored),
          mock.patch.object(widgets, "form", formed), mock.patch.object(keeping, "form", formed), contextlib.redirect_stdout(io.StringIO())):
        names = {}
        for cell in cells:
            exec("".join(cell["source"]), names)
    return views, boxes


def options(control) -> list:
    """Return what a control can be set to: every option of a list, both ends of a number, both states of a box, a text as it is."""
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    return [control.min, control.max] if hasattr(control, "min") else [True, False] if isinstance(control.value, bool) else [control.value]


def at_every_option(view, controls):
    """Call a view as it starts, then with each control at each of its options; yield the choice and the HTML (None for a refusal)."""
    start = {name: control.value for name, control in controls.items()}
    choices = [start] + [{**start, name: value} for name, control in controls.items() for value in options(control) if value != start[name]]
    for choice in choices:
        try:
            yield choice, view(**choice).data
        except ValueError:  # two extremes may contradict each other
            yield choice, None


@contextlib.contextmanager
def figures(kept: list):
    """Put each figure into `kept` in place of turning it into a picture."""
    import matplotlib.pyplot as plt

    def keep(figure) -> str:
        kept.append(figure)
        return "data:,"

    with mock.patch.object(charts, "picture", keep):
        yield kept
    plt.close("all")
