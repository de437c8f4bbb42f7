"""Every figure printed in a worksheet, in TEACHING.md and in the text of a unit follows from the tables.

A number in a worksheet's table, or one with a unit in the text, that no unit's file lists is an error.
"""

from importlib import import_module
from pathlib import Path

import pytest
from printed import GUIDE, ROOT, WITH_UNIT, as_printed, ours, tables

LISTS = {unit.UNIT: unit for unit in (import_module(path.stem) for path in sorted(Path(__file__).parent.glob("test_printed_figures_*.py")))}
# 00 has no exercise and so no worksheet.
PAGES = {stem: [*([f"worksheets/{stem}.md"] if (ROOT / "solutions" / stem).is_dir() else []), GUIDE, f"notebooks/{stem}.ipynb"] for stem in LISTS}
ALL_PAGES = [(stem, name) for stem, names in PAGES.items() for name in names]


@pytest.mark.parametrize("stem, name, caption", [(stem, *place) for stem, unit in LISTS.items() for place in unit.TABLES])
def test_a_table_prints_what_the_data_hold(stem, name, caption):
    listed = LISTS[stem].TABLES[name, caption]
    assert [text for text, _ in listed] == [as_printed(value, text) for text, value in listed]
    assert tables(ours(name, stem))[caption] == [text for text, _ in listed]


@pytest.mark.parametrize("stem, name", [place for place in ALL_PAGES if not place[1].endswith(".ipynb")])
def test_every_table_with_figures_is_listed(stem, name):
    listed = {caption for file, caption in LISTS[stem].TABLES if file == name}
    assert set(tables(ours(name, stem))) == listed
    if name != GUIDE:  # there, tables of words stand beside them
        assert sum(line.startswith("|--") for line in ours(name, stem).splitlines()) == len(listed)


@pytest.mark.parametrize("stem, text, value", [(stem, *pair) for stem, unit in LISTS.items() for pair in unit.TEXT],
                         ids=lambda item: item if isinstance(item, str) else "")
def test_a_number_in_the_text_follows_from_the_data(stem, text, value):
    assert text == as_printed(value, text)
    assert any(text in WITH_UNIT.findall(ours(name, stem)) for name in PAGES[stem]), f"{text} is no longer printed"


@pytest.mark.parametrize("stem, name", ALL_PAGES)
def test_every_number_with_a_unit_is_listed(stem, name):
    unit = LISTS[stem]
    listed = {text for text, _ in unit.TEXT} | getattr(unit, "EXAMPLES", set())
    assert set(WITH_UNIT.findall(ours(name, stem))) - listed == set()
