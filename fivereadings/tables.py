"""Load the module's tables with their units and sources."""

import json
from functools import lru_cache
from pathlib import Path

import pandas as pd

from .places import home

FOLDERS = ("data", "readings")
KINDS = {"integer": "Int64", "year": "Int64", "number": "float64"}


@lru_cache
def _package(path: Path, changed: float) -> dict:
    # `changed` makes a new key when the file is edited.
    return json.loads(path.read_text(encoding="utf-8"))


def package(folder: str) -> dict:
    """Return the description (`datapackage.json`) of the tables in `data` or `readings`."""
    path = home() / folder / "datapackage.json"
    return _package(path, path.stat().st_mtime)


@lru_cache
def _read(path: Path, changed: float, kinds: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    frame = pd.read_csv(
        path, encoding="utf-8", keep_default_na=False,
        dtype={name: KINDS.get(kind, "str") for name, kind in kinds},
        na_values={name: [""] for name, kind in kinds if kind in KINDS},
    )
    for name, kind in kinds:
        # Plain int64 where nothing is missing: it prints and merges as students expect.
        if KINDS.get(kind) == "Int64" and frame[name].notna().all():
            frame[name] = frame[name].astype("int64")
    return frame


def load(name: str) -> pd.DataFrame:
    """Return one of the module's tables, such as `load("trade")` or `load("claims")`.

    Each row holds one figure with its unit, reporter and source. An empty number is
    NaN, an empty text is "". `frame.attrs` holds the title and description of the table.

    Raises ValueError, with the names there are, when there is no such table.
    Source of each figure: the column `source`, explained by `cite`.
    """
    known = {}
    for folder in FOLDERS:
        for resource in package(folder)["resources"]:
            known[resource["name"]] = (folder, resource)
    if name not in known:
        raise ValueError(f"There is no table {name!r}. The tables are: {', '.join(sorted(known))}.")
    folder, resource = known[name]
    path = home() / folder / resource["path"]
    kinds = tuple((field["name"], field["type"]) for field in resource["schema"]["fields"])
    frame = _read(path, path.stat().st_mtime, kinds).copy()  # a student may change their own copy
    frame.attrs = {"table": name, "title": resource["title"], "description": resource["description"]}
    return frame


def sources() -> dict[str, dict]:
    """Return the source entries of `data/datapackage.json` by their key."""
    return {source["name"]: source for source in package("data")["sources"]}


def source_table(*tables) -> pd.DataFrame:
    """Return the sources of one or more tables, one a row: `source, title, producer, kind, licence, address`.

    Each table is a frame with a column `source`, or a list of source keys.
    Raises ValueError when a key is not described in `data/datapackage.json`.
    """
    keys = sorted({key for rows in tables for key in (rows["source"] if isinstance(rows, pd.DataFrame) else rows)})
    described = sources()
    for key in keys:
        if key not in described:
            raise ValueError(f"The source {key!r} is not described in data/datapackage.json.")
    columns = {"title": "title", "producer": "producer", "kind": "kind", "licence": "licence", "path": "address"}
    table = pd.DataFrame([described[key] for key in keys])[list(columns)].rename(columns=columns)
    table.insert(0, "source", keys)
    return table


def cite(*tables) -> str:
    """Return the sources of one or more tables as one line: each title, by kind such as "state media".

    Tables as in `source_table`, which says more of each source and raises the same error.
    """
    kinds = source_table(*tables).groupby("kind")["title"].agg(", ".join)
    return "; ".join(f"{titles} ({kind})" for kind, titles in kinds.items())
