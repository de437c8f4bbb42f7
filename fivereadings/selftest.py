"""Look whether the set-up works, and say in words what is wrong and what to do."""

import re
import sys
import tomllib
from contextlib import suppress
from importlib import metadata

import pandas as pd
from IPython.display import HTML
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from .places import home
from .show import lines, picture, show
from .tables import FOLDERS, load, package

FINE = "as expected"
COLUMNS = ["looked at", "found", "expected", "what to do"]
AGAIN = "On a laptop: close Lab and run python start.py again. In Binder: start it anew."
WHOLE = "Download the whole module again, and keep its folders together."
OPENED = ("notebooks", "exercises", *FOLDERS)


def stated() -> tuple[str, list[Requirement]]:
    """Return the range of Python and the packages that the installed module states; else those of its `pyproject.toml`.

    Raises FileNotFoundError when neither is there.
    """
    try:
        about = metadata.distribution("fivereadings")
        python, wanted = about.metadata["Requires-Python"], about.requires or []
    except metadata.PackageNotFoundError:
        project = tomllib.loads((home() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        python, wanted = project["requires-python"], project["dependencies"]
    needed = map(Requirement, wanted)
    return python, [need for need in needed if need.marker is None or need.marker.evaluate({"extra": ""})]


def look_at_python() -> list[tuple]:
    """Return a row where this Python is not in the stated range."""
    version, wanted = ".".join(map(str, sys.version_info[:3])), stated()[0]
    return [] if SpecifierSet(wanted).contains(version, prereleases=True) else [
        ("Python", version, wanted, "Install a newer Python from python.org, then run python start.py with it.")]


def look_at_packages() -> list[tuple]:
    """Return a row for each needed package that is missing, or whose version is out of the stated range."""
    rows = []
    for need in stated()[1]:
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            version = "missing"
        if version == "missing" or not need.specifier.contains(version, prereleases=True):
            rows.append((f"the package {need.name}", version, str(need.specifier) or "any version", AGAIN))
    return rows


def look_at_folders() -> list[tuple]:
    """Return a row for each of the module's folders that is not there."""
    return [(f"the folder {name}", "missing", f"a folder in {home()}", WHOLE) for name in OPENED if not (home() / name).is_dir()]


def look_at_tables() -> list[tuple]:
    """Return a row for each table that cannot be read or has no rows."""
    rows = []
    for folder in FOLDERS:
        for resource in package(folder)["resources"]:
            try:
                found = "" if len(load(resource["name"])) else "no rows"
            except FileNotFoundError:
                found = "missing"
            except (ValueError, KeyError) as problem:  # pandas' own errors on bad files are ValueErrors
                found = f"cannot be read: {str(problem).splitlines()[0][:100]}"
            if found:
                rows.append((f"the table {folder}/{resource['path']}", found, "a table with rows", WHOLE))
    return rows


def look_at_a_chart() -> list[tuple]:
    """Return a row where a small chart cannot be drawn."""
    frame = pd.DataFrame({"year": [1, 2, 3], "test": [1.0, 3.0, 2.0]})
    try:
        drawn = re.match("data:image/png;base64,.{1000}", picture(lines(frame, ["test"], "test")))
        found = "" if drawn else "an empty picture"
    except (OSError, ValueError, RuntimeError, ImportError) as problem:
        found = f"no picture: {problem}"
    return [("a chart", found, "a picture", AGAIN)] if found else []


def look_at_my_work() -> list[tuple]:
    """Return a row where the folder `my-work` cannot be written; leave nothing behind."""
    folder = home() / "my-work"
    new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        note = folder / "self-test.part"
        note.write_text("ё中", encoding="utf-8")
        found = "" if note.read_text(encoding="utf-8") == "ё中" else "what is read is not what was written"
        note.unlink()
        if new:
            with suppress(OSError):  # somebody saved in it meanwhile
                folder.rmdir()
    except OSError as problem:
        found = f"cannot be written: {problem.strerror or problem}"
    return [("the folder my-work", found, "a folder in which files can be saved",
             "Copy the module to a place where you can save files, such as your own Documents, and start there.")] if found else []


LOOKS = {"Python": look_at_python, "the packages": look_at_packages, "the module's folders": look_at_folders,
         "the tables": look_at_tables, "drawing a chart": look_at_a_chart, "saving to my-work": look_at_my_work}


def selftest_table() -> pd.DataFrame:
    """Return one row for each thing that is as it should be, and one for each trouble: `looked at, found, expected, what to do`.

    Where all is well no version is named, so the table is the same on every machine. It never raises.
    """
    rows = []
    for name, look in LOOKS.items():
        try:
            trouble = look()
        except FileNotFoundError as problem:
            trouble = [(name, f"a file is missing: {problem}", "the module's own files", WHOLE)]
        except (OSError, ValueError, KeyError, InvalidRequirement) as problem:
            trouble = [(name, f"could not be looked at: {problem}", FINE, AGAIN)]
        rows += trouble or [(name, FINE, FINE, "nothing")]
    return pd.DataFrame(rows, columns=COLUMNS)


def selftest() -> HTML:
    """Show `selftest_table`, and say above it whether all is well."""
    table = selftest_table()
    troubles = int((table["found"] != FINE).sum())
    caption = "Self-test: all is as expected." if not troubles else f"Self-test: {troubles} to put right. See the last column."
    return show(table, caption=caption)


def answer() -> HTML:
    """Return what the button of the self-test answers."""
    return HTML("<p><strong>It works:</strong> your press reached Python, and Python answered.</p>")
