"""Compile the tables of this folder from a folder of gathered source files.

Run it from the project's root:

    python data/compile.py ../shared/data-sources [FOLDER TO WRITE TO]

Each table has one function that selects, renames and rescales rows. Nothing is interpolated;
the only rounding is to three decimals. What is known of a source (key, address, kind, date of
publication, caution) is read from datapackage.json beside this file. A source that is not
described there stops the run with one sentence that names it.
"""
import json
import pathlib
import re
import sys

import pandas as pd

from press_figures import chinese_directions, press

HERE = pathlib.Path(__file__).resolve().parent
TRADE = ["year", "flow", "reporter", "value", "unit", "as_of", "source", "note"]
ANNOUNCED = ["year", "period", "flow", "measure", "reporter", "value", "unit", "basis", "kind",
             "as_of", "source", "note"]
GDP = ["year", "country", "measure", "reporter", "value", "unit", "as_of", "source"]
GAS = ["term", "value", "unit", "reporter", "kind", "as_of", "source", "note"]

COUNTRY = {"CHN": "China", "RUS": "Russia", "USA": "United States", "DEU": "Germany",
           "IND": "India", "JPN": "Japan", "Russian Federation": "Russia"}
MONTHS = {"Russia to China": "twelve months added; valued on arrival (c.i.f.)",
          "China to Russia": "derived: two-way total less imports, twelve months added"}
ODD_YEARS = "well above other sources for this year, use with care"
NO_VALUE = ("reported, not published; Modern Power Systems wrote that no value had been given "
            "out and put it at over 400")
MEASURE = {"gdp_current_usd_bn": ("current dollars", "US$ bn"),
           "gdp_ppp_current_intl_bn": ("purchasing power", "international $ bn")}


def read(folder, name):
    """Return one source file as a frame; a missing folder or file ends the run plainly."""
    path = pathlib.Path(folder) / name
    if not path.parent.is_dir():
        raise SystemExit(f"There is no folder {path.parent}.")
    if not path.is_file():
        raise SystemExit(f"The file {name} is missing in {path.parent}.")
    return pd.read_csv(path, encoding="utf-8")


def described_sources():
    """Return what datapackage.json says of each source, one row a key."""
    package = json.loads((HERE / "datapackage.json").read_text(encoding="utf-8"))
    return pd.DataFrame(package["sources"]).rename(columns={"name": "source"})


def finish(rows, by, sources, columns):
    """Look each row's source up by `by`, round, drop empty values, order columns and rows."""
    rows = rows.dropna(subset=["value"])
    unknown = sorted(set(rows[by]) - set(sources[by]))
    if unknown:
        raise SystemExit(f"No source in datapackage.json has this {by}: {unknown[0]}")
    facts = sources[list(dict.fromkeys([by, "source", "kind", "as_of", "caution"]))]
    rows = rows.merge(facts[facts[by].isin(rows[by])], on=by, how="left", validate="many_to_one")
    if "note" in columns:
        rows["note"] = (rows["note"] + "; " + rows["caution"].fillna("")).str.strip("; ")
    rows["value"] = rows["value"].round(3)
    return rows[columns].sort_values(columns, ignore_index=True)


def by_flow(rows, flows, scale):
    """Stack columns of values: `flows` maps a column to the flow that it counts."""
    long = rows.rename(columns=flows).melt("year", list(flows.values()), "flow", "value")
    return long.assign(value=long["value"] / scale, note="")


def wits(folder):
    """China and Russia with the world, with each other, and China with the United States."""
    rows = read(folder, "wits_top_partners_2000_2019.csv")
    rows = rows.replace({"reporter": COUNTRY, "partner": COUNTRY})
    pair = rows["reporter"] + " and " + rows["partner"]
    rows = rows[pair.isin(["China and World", "China and United States", "Russia and World",
                           "Russia and China"])]
    export = rows["flow"] == "export"
    start = rows["reporter"].where(export, rows["partner"])
    end = rows["partner"].where(export, rows["reporter"])
    odd = (rows["reporter"] == "Russia") & ~export & rows["year"].isin([2016, 2017])
    return rows.assign(flow=start + " to " + end, value=rows["value_usd_mn"] / 1000,
                       note=odd.map({True: ODD_YEARS, False: ""}), source="wits-summary")


def trade(folder, sources):
    """Trade as a country's own statistics give it, US$ bn a year."""
    summary = wits(folder)
    exports = by_flow(read(folder, "wits_russia_reported_exports_to_china_2007_2021.csv"),
                      {"russian_exports_to_china_usd_mn": "Russia to China"}, 1000)
    known = summary[(summary["reporter"] == "Russia") & (summary["flow"] == "Russia to China")]
    exports = exports[~exports["year"].isin(known["year"])]  # only what the summary lacks
    months = read(folder, "comtrade_china_reported_monthly_2017_2024.csv")
    months["year"] = months["month"].str[:4].astype(int)
    whole = months.groupby("year").filter(lambda year: year["month"].nunique() == 12)
    china = by_flow(whole.groupby("year", as_index=False).sum(numeric_only=True),
                    {"china_imports_from_russia_usd_cif": "Russia to China",
                     "china_exports_to_russia_usd_derived": "China to Russia"}, 1e9)
    china["note"] = china["flow"].map(MONTHS)
    census = read(folder, "us_census_us_china_trade_2001_2019.csv")
    census = by_flow(census[census["months"] == 12],
                     {"us_exports_to_china_usd_mn": "United States to China",
                      "us_imports_from_china_usd_mn": "China to United States"}, 1000)
    rows = pd.concat([summary,
                      exports.assign(reporter="Russia", source="wits-russian-exports"),
                      china.assign(reporter="China", source="comtrade-monthly"),
                      census.assign(reporter="United States", source="us-census")])
    return finish(rows.assign(unit="US$ bn"), "source", sources, TRADE)


def announced(folder, sources):
    """Trade as announced and read in the press.

    A figure that stands in both files is kept once: from the article that prints the two
    directions too, if there is one. In the years whose directions are computed the address
    belongs to the growth rates, so the press file comes first. Figures that were read after the
    files were gathered stand in press-added.csv beside this file.
    """
    totals = press(read(folder, "press_trade_totals.csv"))
    china = chinese_directions(read(folder, "china_reported_directions_2008_2020.csv"))
    rows = pd.concat([china[~china["computed"]], totals, china[china["computed"]],
                      read(HERE, "press-added.csv")])
    rows = rows.drop_duplicates(["year", "period", "flow", "measure", "reporter", "value", "unit"])
    return finish(rows, "path", sources, ANNOUNCED)


def reconciled(folder, sources):
    """The Growth Lab's reconciled trade, US$ bn a year."""
    pairs = read(folder, "atlas_china_bilateral_2000_2024.csv")
    totals = read(folder, "atlas_country_totals_2000_2024.csv")
    parts = []
    for code in ("RUS", "USA"):  # the file's "reporter" is the partner of China
        rows = pairs[(pairs["reporter_iso3"] == code) & (pairs["partner_iso3"] == "CHN")]
        flows = {"exports_to_china_usd": f"{COUNTRY[code]} to China",
                 "imports_from_china_usd": f"China to {COUNTRY[code]}"}
        parts.append(by_flow(rows, flows, 1e9).assign(source="atlas-bilateral"))
    for code in ("CHN", "RUS"):
        flows = {"total_exports_usd": f"{COUNTRY[code]} to World",
                 "total_imports_usd": f"World to {COUNTRY[code]}"}
        rows = totals[totals["iso3"] == code]
        parts.append(by_flow(rows, flows, 1e9).assign(source="atlas-totals"))
    rows = pd.concat(parts).assign(reporter="Growth Lab (reconciled)", unit="US$ bn")
    return finish(rows, "source", sources, TRADE)


def gdp(folder, sources):
    """Output of China and Russia from 2008 in every release at hand; others for 2012-2016."""
    rows = read(folder, "gdp_vintages_russia_china.csv").rename(columns={"vintage": "release"})
    rows = rows[rows["indicator"].isin(MEASURE) & (rows["year"] >= 2008)]
    others = read(folder, "gdp_current_usd_selected_2000_2023.csv")
    others = others[others["iso3"].isin(["USA", "JPN", "DEU", "IND"])
                    & others["year"].between(2012, 2016)]
    others = others.assign(country=others["iso3"].map(COUNTRY), indicator="gdp_current_usd_bn",
                           value=others["gdp_current_usd"] / 1e9,
                           release="World Bank WDI, copy ending in 2023")
    rows = pd.concat([rows, others])
    rows = rows.assign(measure=[MEASURE[name][0] for name in rows["indicator"]],
                       unit=[MEASURE[name][1] for name in rows["indicator"]],
                       reporter=rows["release"].str.extract("^(IMF|World Bank)")[0])
    return finish(rows, "release", sources, GDP)


def gas_contract(folder, sources):
    """The terms of the gas contract of May 2014, as reported and as estimated by OSW."""
    rows = read(folder, "press_gas_power_of_siberia.csv").set_index("who")
    terms = []
    for term, unit, who, pattern in (
            ("volume", "bcm a year", "Gazprom and CNPC", r"([\d.]+) bcm a year"),
            ("duration", "years", "Gazprom and CNPC", r"([\d.]+) years"),
            ("reported value", "US$ bn", "Gazprom and CNPC", r"\$([\d.]+) bn"),
            ("price low", "US$ per 1000 m³", "OSW", r"US\$([\d.]+)-"),
            ("price high", "US$ per 1000 m³", "OSW", r"-([\d.]+) per 1000")):
        said = rows.loc[who]
        terms.append({"term": term, "unit": unit, "reporter": who, "path": said["source_url"],
                      "value": float(re.search(pattern, said["note"]).group(1)),
                      "note": "estimate" if who == "OSW" else ""})
    terms = pd.DataFrame(terms)
    # The value is a figure of the press, not of the companies.
    terms.loc[terms["term"] == "reported value", ["reporter", "note"]] = ["trade press", NO_VALUE]
    return finish(terms, "path", sources, GAS)


TABLES = {"trade.csv": trade, "trade-announced.csv": announced, "trade-reconciled.csv": reconciled,
          "gdp.csv": gdp, "gas-contract.csv": gas_contract}


def main(arguments):
    """Write every table to the folder named second (default: this one)."""
    if not arguments:
        raise SystemExit("Name the folder of source files: python data/compile.py FOLDER")
    target = pathlib.Path(arguments[1]) if len(arguments) > 1 else HERE
    sources = described_sources()
    for name, table in TABLES.items():
        rows = table(arguments[0], sources)
        rows.to_csv(target / name, index=False, encoding="utf-8", lineterminator="\n",
                    float_format="%.12g")
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
