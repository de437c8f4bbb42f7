"""The helper package: finding folders, loading tables, showing charts, wiring widgets."""

import os
import re
import subprocess
import sys
import sysconfig

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from conftest import ROOT

from fivereadings import cite, explore, load, show
from fivereadings.places import home
from fivereadings.tables import package, source_table
from fivereadings.widgets import amount, choice, tick

# Finding the module


def test_home_is_what_the_setting_says(small_module):
    assert home() == small_module


def test_a_wrong_setting_is_an_error_that_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FIVEREADINGS_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="FIVEREADINGS_HOME is set to"):
        home()


def test_home_is_found_upwards_from_the_working_directory(small_module, monkeypatch):
    monkeypatch.delenv("FIVEREADINGS_HOME")
    deep = small_module / "exercises" / "some unit"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert home() == small_module


def test_home_is_found_beside_the_package(monkeypatch, tmp_path):
    monkeypatch.delenv("FIVEREADINGS_HOME")
    monkeypatch.chdir(tmp_path)
    assert home() == ROOT


def test_installed_from_a_wheel_it_works_inside_the_folder_and_explains_itself_outside(tmp_path):
    site = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "--no-deps", "--no-build-isolation",
                    "--target", site, ROOT], check=True)
    # -S: without .pth files, or the editable install would answer in the wheel's place.
    ask = (f"import sys; sys.path[:0] = [{str(site)!r}]; sys.path.append({sysconfig.get_path('purelib')!r}); "
           "from fivereadings.places import home; print(home())")
    command = [sys.executable, "-I", "-S", "-c", ask]
    env = {name: value for name, value in os.environ.items() if name != "FIVEREADINGS_HOME"}
    inside = subprocess.run(command, cwd=ROOT / "notebooks", env=env, capture_output=True, text=True)
    assert inside.stdout.strip() == str(ROOT), inside.stderr
    outside = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert "The folder of the module was not found" in outside.stderr


# Tables


@pytest.mark.parametrize("name", [resource["name"] for folder in ("data", "readings") for resource in package(folder)["resources"]])
def test_every_described_table_loads(name):
    frame = load(name)
    assert len(frame) and frame.attrs["title"]


def test_numbers_are_numbers_and_texts_are_never_missing():
    trade = load("trade")
    assert pd.api.types.is_integer_dtype(trade["year"]) and pd.api.types.is_float_dtype(trade["value"])
    assert not load("trade-announced")["note"].isna().any()


def test_an_unknown_table_names_those_there_are():
    with pytest.raises(ValueError, match="There is no table 'trades'.*trade-announced"):
        load("trades")


def test_cite_names_title_and_kind_and_refuses_an_unknown_source():
    assert cite(load("gas-contract")).endswith("(other)")
    assert list(source_table(["wdi-2026"])["source"]) == ["wdi-2026"]
    with pytest.raises(ValueError, match="'nobody-1999' is not described"):
        cite(["nobody-1999"])


# Charts and tables for every reader


def chart(**changes):
    figure, axes = plt.subplots()
    axes.plot([2014, 2015], [95.28, 68.0])
    given = {"caption": "Trade", "source": "customs", "alt": "One falling line from 2014 to 2015.",
             "table": pd.DataFrame({"year": [2014, 2015], "value": [95.28, 68.0]})}
    try:
        return show(figure, **(given | changes)).data
    finally:
        plt.close(figure)


def test_a_chart_has_picture_alternative_caption_source_and_table():
    html = chart()
    assert re.search(r'<figure[^>]*><img src="data:image/png;base64,[^"]{100,}" alt="One falling line[^"]*"', html)
    assert ">Trade" in html and "Source: customs." in html
    assert "<details><summary>" in html and "95.28" in html


@pytest.mark.parametrize("missing", [{"alt": ""}, {"alt": "chart.png"}, {"caption": ""}, {"source": ""},
                                     {"table": None}, {"table": pd.DataFrame()}])
def test_a_chart_without_one_of_them_is_refused(missing):
    with pytest.raises(ValueError, match="A chart needs"):
        chart(**missing)


def test_a_table_has_a_caption_and_header_scopes_and_escapes_text():
    html = show(pd.DataFrame({"who": ["a < b"], "value": [1234.5]}), caption="A & B").data
    assert ">A &amp; B</caption>" in html and 'scope="col"' in html and 'scope="row"' in html
    assert "a &lt; b" in html and "1,234.5" in html


def test_a_gap_is_shown_as_a_gap():
    assert ">–</td>" in show(pd.DataFrame({"year": [2011], "value": [float("nan")]}), caption="c").data


# Widgets


def test_explore_draws_again_when_a_control_changes_and_shows_an_error_in_its_place():
    def view(flow, price, all_years):
        if price > 5:
            raise ValueError("too <dear>")
        return show(pd.DataFrame({"flow": [flow], "price": [price], "all": [all_years]}), caption="c")

    controls = {"flow": choice("Flow", ["east", "west"]), "price": amount("Price", 1, 0, 10), "all_years": tick("All years")}
    screen = explore(view, **controls).children[-1]
    assert "east" in screen.value
    controls["flow"].value = "west"
    assert "west" in screen.value
    controls["price"].value = 6
    assert 'role="alert"' in screen.value and "too &lt;dear&gt;" in screen.value
    controls["price"].value = 2
    controls["all_years"].value = True
    assert "True" in screen.value


def test_an_option_that_a_list_cannot_show_is_refused():
    with pytest.raises(ValueError, match="cannot stand for None"):
        choice("Voices", [("four", [1]), ("all", None)])


def test_every_control_has_a_visible_label_and_a_number_says_its_range():
    for control in (choice("Flow", ["a"]), amount("Price", 1, 0, 10), tick("All")):
        assert control.description
    assert amount("Price", 1, 0, 10).description == "Price (0 to 10)"
    assert amount("Price", 99, 0, 10).value == 10
