"""Turn two files of figures read in the press into one row a figure.

A row says which flow it counts (`flow`), whether it is a value or a growth rate (`measure`), in
which unit, who gave it (`reporter`), whether it was reported, computed or converted from another
currency (`basis`), and the address of the article (`path`). Used by press_tables.py.
"""
import pandas as pd

# What the press files call a pair of countries, and the flow in each column of figures.
FLOWS = {"China-Russia": {"both": "Russia and China", "out": "China to Russia",
                          "back": "Russia to China"},
         "China-US": {"both": "China and United States", "out": "China to United States",
                      "back": "United States to China"},
         "China-World": {"both": "China and World", "out": "China to World",
                         "back": "World to China"}}
VALUES = {"total_usd_bn": "both", "chinese_exports_usd_bn": "out", "chinese_imports_usd_bn": "back"}
CURRENCY = {"USD": "growth in dollars", "CNY": "growth in yuan"}
# Figures that the press file keeps in its note column.
YUAN = (r"(?P<both>[\d.]+) bn yuan \(exports (?P<out>[\d.]+), [-+\d.]+%; "
        r"imports (?P<back>[\d.]+), [-+\d.]+%\)")
GROWTH = r"exports (?:[\d.]+, )?(?P<out>[-+][\d.]+)%[,;] imports (?:[\d.]+, )?(?P<back>[-+][\d.]+)%"
CONVERTED = "an agency's conversion of the yuan total, not the customs total in dollars"
COMPUTED = "computed from the next year's value and its growth rate"
# The growth of 2018 was read in a later report than the value beside it.
LATER_REPORT = "https://www.rt.com/business/475694-china-russia-trade-turnover/"


def stacked(rows, ways, measure, unit):
    """Stack columns of press figures: `ways` maps a column to both, out or back."""
    keep = ["year", "period", "pair", "reporter", "path", "basis", "note"]
    long = rows[keep + list(ways)].rename(columns=ways).melt(keep, var_name="way")
    flow = [FLOWS[pair][way] for pair, way in zip(long["pair"], long["way"])]
    return long.assign(flow=flow, measure=measure, unit=unit, value=long["value"].astype(float))


def press(rows):
    """Figures of the press file: values, growth rates, and the yuan figures of 2015.

    Rows in euros (European Union) and a second report of the same figure are left out.
    """
    rows = rows.rename(columns={"source_url": "path"})
    said = rows["note"].fillna("")
    rows = rows[rows["pair"].isin(FLOWS) & ~said.str.startswith("second report")]
    side = rows["reporter"].str.extract(r"^(?:President of )?(Russia|Chin|Ministry of Commerce)")[0]
    if side.isna().any():
        raise SystemExit(f"Whose figure is it? {rows.loc[side.isna(), 'reporter'].iloc[0]}")
    converted = said[rows.index].str.contains("conversion")
    values = rows.assign(reporter=side.where(side == "Russia", "China"),
                         basis=converted.map({True: "converted", False: "reported"}),
                         note=converted.map({True: CONVERTED, False: ""}))
    values.loc[converted, ["chinese_exports_usd_bn", "chinese_imports_usd_bn"]] = float("nan")
    yuan = values.assign(basis="reported", note="").join(said.str.extract(YUAN))
    growth = values.assign(basis="reported", note=rows["growth_currency"].map(CURRENCY))
    later = said[rows.index].str.contains("later report")
    growth["path"] = growth["path"].where(~later, LATER_REPORT)
    growth = growth.join(said.str.extract(GROWTH))
    same = {way: way for way in ("both", "out", "back")}
    return pd.concat([stacked(values, VALUES, "value", "US$ bn"),
                      stacked(yuan, same, "value", "yuan bn"),
                      stacked(growth, {"total_growth_pct": "both", "out": "out", "back": "back"},
                              "growth", "per cent")])


def chinese_directions(rows):
    """Both directions as China announced them; some years are computed from the next one.

    The column `computed` marks those years: there the address is that of the growth rates.
    """
    rows = rows.dropna(subset=["source_url"]).rename(columns={"source_url": "path"})
    rows = rows.assign(period="year", pair="China-Russia", reporter="China")
    computed, years = rows["directions_basis"] == "computed", rows["year"]
    ways = rows.assign(basis=rows["directions_basis"].fillna("reported"),
                       note=computed.map({True: COMPUTED, False: ""}))
    totals = rows.assign(basis=rows["total_basis"], note="")
    growth = totals.assign(basis="reported", note=CURRENCY["USD"],
                           total_growth=rows["note"].str.extract(r"total ([-+][\d.]+)%")[0])
    rows = pd.concat([stacked(ways, {"chinese_exports_usd_bn": "out",
                                     "chinese_imports_usd_bn": "back"}, "value", "US$ bn"),
                      stacked(totals, {"total_usd_bn": "both"}, "value", "US$ bn"),
                      stacked(growth, {"total_growth": "both", "exports_growth_pct": "out",
                                       "imports_growth_pct": "back"}, "growth", "per cent")])
    return rows.assign(computed=rows["year"].isin(years[computed]))
