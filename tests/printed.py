"""What the tests of printed figures share: selections of the tables, and the numbers that a page prints.

Each unit has a file `test_printed_figures_NN.py` with UNIT (its stem), TABLES and TEXT: beside each
printed figure stands the selection that makes it. `test_printed_figures.py` compares them with the pages.
"""

import json
import re

from conftest import ROOT

from fivereadings.tables import load
from fivereadings.verdicts import measured

GUIDE = "TEACHING.md"
NUMBER = r"−?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
WITH_UNIT = re.compile(rf"(?<![\d,.]){NUMBER} (?:bn|per cent|times|years|points)")


def trade(year, flow, reporter):
    """Return the selection of a statistical figure."""
    return f"table=trade; year={year}; flow={flow}; reporter={reporter}"


def told(year, flow, unit="US$ bn", measure="value"):
    """Return the selection of a figure that China announced."""
    return (f"table=trade-announced; year={year}; period=year; flow={flow}; reporter=China; "
            f"measure={measure}; unit={unit}; basis=reported|computed")


def gdp(year, country, measure):
    """Return the selection of a country's output as the IMF reports it."""
    return f"table=gdp; year={year}; country={country}; reporter=IMF; measure={measure}"


def m(where, measure="value"):
    """Return what `measure` makes of a selection."""
    return measured("trade", where, measure)


def gas(terms, measure="value"):
    """Return a term of the gas contract, or the product of several."""
    return measured("gas-contract", f"term={terms}", measure)


def says(claim):
    """Return the quantity of a claim: what the reading prints."""
    return float(load("claims").set_index("claim").loc[claim, "quantity"])


def as_printed(value, text):
    """Return a figure with as many decimals as the printed text has."""
    number = re.match(NUMBER, text).group()
    decimals = len(number.partition(".")[2])
    return f"{value:,.{decimals}f}".replace("-", "−") + text[len(number):]


def page(name):
    """Return the text of a file of the module; of a notebook, its Markdown cells."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if name.endswith(".ipynb"):
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")
    return text


def ours(name, unit):
    """Return the part of a page that a unit answers for: of TEACHING.md its own, with the general part for unit 03."""
    if name != GUIDE:
        return page(name)
    general, *units = re.split(r"^(?=# Unit )", page(name), flags=re.M)
    own = "".join(part for part in units if part.startswith(f"# Unit {unit[:2]} "))
    return general + own if unit == "03-beijing-2016-trade" else own


def tables(text):
    """Return the numbers in each captioned table, in reading order, without head and first column."""
    found = {}
    for caption, rows in re.findall(r"^\*\*(Table[^*.]*)\..*\n\n((?:\|.*\n)+)", text, re.M):
        cells = [cell for row in rows.splitlines()[2:] for cell in row.strip("|").split("|")[1:]]
        found[caption] = re.findall(NUMBER, " ".join(cells).replace("1,000 m³", ""))
    return found
