"""Read gathered files and finish rows: what every group of tables needs.

What is known of a source (key, address, kind, date of publication, caution) is read from
datapackage.json beside this file. A source that is not described there stops the run with one
sentence that names it.
"""
import json
import pathlib

import pandas as pd

HERE = pathlib.Path(__file__).resolve().parent.parent  # the folder data/
COUNTRY = {"CHN": "China", "RUS": "Russia", "USA": "United States", "DEU": "Germany",
           "IND": "India", "JPN": "Japan", "Russian Federation": "Russia",
           "Korea, Rep.": "South Korea", "Hong Kong, China": "Hong Kong",
           "Other Asia, nes": "Other Asia"}


def read(folder, name, **options):
    """Return one source file as a frame; a missing folder or file ends the run plainly."""
    path = pathlib.Path(folder) / name
    if not path.parent.is_dir():
        raise SystemExit(f"There is no folder {path.parent}.")
    if not path.is_file():
        raise SystemExit(f"The file {name} is missing in {path.parent}.")
    return pd.read_csv(path, encoding="utf-8", **options)


def described_sources():
    """Return what datapackage.json says of each source, one row a key."""
    package = json.loads((HERE / "datapackage.json").read_text(encoding="utf-8"))
    return pd.DataFrame(package["sources"]).rename(columns={"name": "source"})


def finish(rows, by, sources, columns, empty_values=False):
    """Look each row's source up by `by`, round, drop empty values, order columns and rows.

    `empty_values` keeps rows without a figure: an event need not have one.
    """
    rows = rows if empty_values else rows.dropna(subset=["value"])
    unknown = sorted(set(rows[by]) - set(sources[by]))
    if unknown:
        raise SystemExit(f"No source in datapackage.json has this {by}: {unknown[0]}")
    facts = sources[list(dict.fromkeys([by, "source", "kind", "as_of", "caution"]))]
    rows = rows.merge(facts[facts[by].isin(rows[by])], on=by, how="left", validate="many_to_one")
    if "note" in columns:
        rows["note"] = (rows["note"].fillna("") + "; " + rows["caution"].fillna("")).str.strip("; ")
    rows["value"] = rows["value"].round(3)
    return rows[columns].sort_values(columns, ignore_index=True)
