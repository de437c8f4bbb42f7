"""Every output of every notebook and every view at every option is for every reader; and each check rejects a bad example."""

import json
import re

import ipywidgets
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from accessibility import fault_of_alternative, faults_of_controls, faults_of_html
from conftest import ROOT, UNITS
from sight import faults_of_figure
from units import at_every_option, figures, run_unit

from fivereadings.views import agreement, scoring

STORED = sorted([*UNITS, *ROOT.glob("solutions/*/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")])
CHART = ('<figure><img src="data:," alt="Two lines of trade, 2014 to 2020, rising"></figure><details><summary>x</summary>'
         '<table><caption>Trade</caption><tr><th scope="col">year</th><th scope="col">bn</th></tr><tr><th scope="row">2014</th><td>95</td></tr></table></details>')


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("path", STORED, ids=lambda path: "/".join(path.parts[-2:]))
def test_every_stored_output_has_alternative_texts_tables_captions_and_scopes(path):
    faults = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            faults += [fault_of_alternative(alt) for alt in re.findall(r"!\[(.*?)\]\(", "".join(cell["source"]))]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            faults += [f"a picture past show(): {kind}" for kind in data if kind.startswith("image/")]
            faults += faults_of_html("".join(data.get("text/html", "")))
    assert not [fault for fault in faults if fault]


@pytest.mark.parametrize("path", [path for path in ROOT.glob("*.md")] + sorted(ROOT.glob("*/*.md")), ids=lambda path: "/".join(path.parts[-2:]))
def test_every_picture_of_the_pages_says_what_it_shows(path):
    assert not [fault for alt in re.findall(r"!\[(.*?)\]\(", path.read_text(encoding="utf-8")) if (fault := fault_of_alternative(alt))]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_view_at_every_option_is_for_every_reader(path):
    faults, charts, pages = set(), [], 0
    with figures(charts):
        views, boxes = run_unit(path)
        faults |= {fault for box in boxes for fault in faults_of_controls(box)}
        assert {"Save my work", "Restore my work"} <= {getattr(part, "description", "") for box in boxes for part in box.children}
        faults |= {f"in the text: {fault}" for figure in charts for fault in faults_of_figure(figure)}
        for view, controls in views:
            for _, html in at_every_option(view, controls):
                pages += html is not None
                faults |= {f"{view.__name__}: {fault}" for fault in faults_of_html(html or "")}
                while charts:
                    figure = charts.pop()
                    faults |= {f"{view.__name__}: {fault}" for fault in faults_of_figure(figure)}
                    plt.close(figure)
    assert not faults, "\n".join(sorted(faults))
    assert pages >= 2 * len(views)


def test_the_charts_of_a_class_are_for_every_reader():
    codes = pd.DataFrame([{"pseudonym": f"c{coder}", "voice": voice, "question": "economy", "stance": stance}
                          for coder, stances in enumerate([["silent", "1"], ["2", "1"], ["2", "-2"]]) for voice, stance in zip(["caixin", "panov"], stances)])
    guesses = pd.DataFrame([{"pseudonym": f"c{number}", "forecast": name, "year": "2027", "p": p, "base": base, "happened": happened}
                            for name, base, happened in [("gas-above-38", 0.5, 1.0), ("trade-rises", 0.8, float("nan"))]
                            for number, p in enumerate([0.1, 0.5, 0.5, 0.9])])
    charts = []
    with figures(charts):
        pages = [agreement.spread_view(codes), scoring.spread_view(guesses, "live")]
        faults = [fault for page in pages for fault in faults_of_html(page.data)] + [fault for chart in charts for fault in faults_of_figure(chart)]
    assert len(charts) == 2 and faults == []


# Each check rejects a bad example, and lets a good one pass.


@pytest.mark.parametrize("alt, fault", [
    (None, "without"), ("", "without"), ("  ", "without"), ("unit-03.png", "file name"), ("The picture trade_2014.JPG of this unit", "file name"),
    ("TODO: say what this chart shows here", "placeholder"), ("Alt text goes here for this chart", "placeholder"), ("Line chart", "says nothing"),
    ("figure 3", "says nothing"), ("Two lines of trade, 2014 to 2020, rising", "")])
def test_an_alternative_text_that_says_nothing_is_rejected(alt, fault):
    assert fault in fault_of_alternative(alt) and bool(fault) == bool(fault_of_alternative(alt))


@pytest.mark.parametrize("old, new, fault", [
    (' alt="Two lines of trade, 2014 to 2020, rising"', "", "without alternative"), ("<details>", "<p>no table</p><details>", "without its table"),
    ("</figure>", "</figure><hr>", "without its table"), ("<figure>", "", "without its table"),
    ("<caption>Trade</caption>", "", "without caption"), ("<caption>Trade</caption>", "<caption> </caption>", "without caption"),
    ('<th scope="col">bn', "<th>bn", "lack their scope"), ('<th scope="row">2014</th>', "<td>2014</td>", "lack their scope"),
    ('<tr><th scope="col">year</th><th scope="col">bn</th></tr>', "", "lack their scope")])
def test_a_picture_or_a_table_that_leaves_readers_out_is_rejected(old, new, fault):
    assert faults_of_html(CHART) == [] and old in CHART
    assert any(fault in found for found in faults_of_html(CHART.replace(old, new, 1)))


@pytest.mark.parametrize("bad", [
    ipywidgets.Dropdown(options=["a"]), ipywidgets.FileUpload(description=""), ipywidgets.Checkbox(description=" "), ipywidgets.IntSlider(description="Year"),
    ipywidgets.ToggleButtons(options=["a"], description="Flow"), ipywidgets.Text(description="Name", layout={"display": "none"}),
    ipywidgets.Text(description="Name", layout={"visibility": "hidden"})])
def test_a_control_without_a_visible_label_is_rejected(bad):
    assert faults_of_controls(ipywidgets.VBox([ipywidgets.Text(description="Name"), ipywidgets.VBox([bad])]))
    assert not faults_of_controls(ipywidgets.VBox([ipywidgets.Text(description="Name"), ipywidgets.HTML("")]))


def drawn(*looks, draw="plot"):
    figure, axes = plt.subplots()
    for number, look in enumerate(looks):
        getattr(axes, draw)([1 + 3 * number, 2 + 3 * number], [1, 2 + number], **look)
    return figure


@pytest.mark.parametrize("looks, draw", [
    ([{"color": "#D55E00"}, {"color": "#0072B2"}], "plot"),  # apart for the colour-blind, alike in grey
    ([{"color": "#D55E00"}, {"color": "#009E73"}], "plot"),
    ([{"color": "#dd0000"}, {"color": "#7d6600"}], "plot"),  # red and olive: alike in protanopia
    ([{"color": "#D55E00", "marker": "o", "linestyle": "--"}, {"color": "#0072B2", "marker": "o", "linestyle": "--"}], "plot"),
    ([{"color": "#D55E00"}, {"color": "#666666"}], "bar"),
    ([{"color": "#D55E00", "hatch": "//"}, {"color": "#666666", "hatch": "//"}], "bar"),
    ([{"color": "#D55E00"}, {"color": "#0072B2"}], "scatter")])
def test_colour_as_the_only_cue_is_rejected(looks, draw):
    assert any("only cue" in fault for fault in faults_of_figure(drawn(*looks, draw=draw)))
    cue = {"plot": {"marker": "^"}, "bar": {"hatch": "xx"}, "scatter": {"marker": "^"}}[draw]
    assert not faults_of_figure(drawn(looks[0], {**looks[1], **cue}, draw=draw))


def test_a_kind_of_chart_that_the_check_does_not_know_is_rejected():
    figure, axes = plt.subplots()
    axes.pie([1, 2])
    assert any("cannot judge" in fault for fault in faults_of_figure(figure))


def test_black_beside_a_light_colour_needs_no_other_cue():
    assert not faults_of_figure(drawn({"color": "#000000"}, {"color": "#E69F00"}))


@pytest.mark.parametrize("write, fault", [
    (lambda axes: axes.text(1, 1.5, "faint", color="#999999"), "faint"), (lambda axes: axes.text(1, 1.5, "small", fontsize=6), "small text"),
    (lambda axes: axes.text(2, 1.5, "a text that runs out of the picture on its right side"), "cut off"),
    (lambda axes: (axes.text(1.2, 1.5, "one text"), axes.text(1.25, 1.5, "another")), "over each other"),
    (lambda axes: axes.text(1.2, 1.5, "fine"), "")])
def test_a_text_in_a_picture_that_cannot_be_read_is_rejected(write, fault):
    figure = drawn({"color": "black"})
    write(figure.axes[0])
    faults = faults_of_figure(figure)
    assert any(fault in found for found in faults) if fault else not faults
