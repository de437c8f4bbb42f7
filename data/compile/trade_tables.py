"""Tables of trade that come from statistical files: whole countries, pairs, partners, goods."""
import pandas as pd

from source_files import COUNTRY, finish, read

TRADE = ["year", "flow", "reporter", "value", "unit", "as_of", "source", "note"]
PARTNERS = ["year", "reporter", "partner", "flow", "value", "unit", "as_of", "source", "note"]
MONTHLY = ["month", *TRADE[1:]]
COMPOSITION = ["year", "flow", "goods", "value", "unit", "reporter", "as_of", "source"]

BY_MONTH = {"Russia to China": "valued on arrival (c.i.f.)",
            "China to Russia": "derived: two-way total less imports"}
BY_YEAR = {"Russia to China": "twelve months added; valued on arrival (c.i.f.)",
           "China to Russia": "derived: two-way total less imports, twelve months added"}
ODD_YEARS = "well above other sources for this year, use with care"
# What the labels of the partner lists mean.
LABELS = {"Unspecified": "partner not named, so no country",
          "Other Asia": "label of UN Comtrade; mostly Taiwan"}
CHAPTERS = {"03": "fish", "26": "ores", "27": "mineral fuels", "31": "fertilisers",
            "39": "plastics", "44": "wood", "64": "footwear", "71": "precious metals",
            "74": "copper", "84": "machinery", "85": "electrical equipment", "87": "vehicles"}
HEADINGS = {2701: "coal", 2709: "crude oil", 2710: "oil products", 2711: "gas"}
DIRECTION = {"russia_to_china": "Russia to China", "china_to_russia": "China to Russia"}
RECONCILED = "CEPII BACI (reconciled)"


def by_flow(rows, flows, scale, when="year"):
    """Stack columns of values: `flows` maps a column to the flow that it counts."""
    long = rows.rename(columns=flows).melt(when, list(flows.values()), "flow", "value")
    return long.assign(value=long["value"] / scale, note="")


def summaries(folder):
    """The partner lists of WITS in our names, US$ bn, with a caution where one is due."""
    rows = read(folder, "wits_top_partners_2000_2019.csv")
    rows = rows.replace({"reporter": COUNTRY, "partner": COUNTRY})
    odd = ((rows["reporter"] == "Russia") & rows["year"].isin([2016, 2017])
           & rows["partner"].isin(["China", "World"]) & (rows["flow"] == "import"))
    return rows.assign(value=rows["value_usd_mn"] / 1000, unit="US$ bn", source="wits-summary",
                       note=odd.map({True: ODD_YEARS, False: ""}))


def wits(folder):
    """China and Russia with the world, with each other, and China with the United States."""
    rows = summaries(folder)
    pair = rows["reporter"] + " and " + rows["partner"]
    rows = rows[pair.isin(["China and World", "China and United States", "Russia and World",
                           "Russia and China"])]
    export = rows["flow"] == "export"
    start = rows["reporter"].where(export, rows["partner"])
    end = rows["partner"].where(export, rows["reporter"])
    return rows.assign(flow=start + " to " + end)


def trade(folder, sources):
    """Trade as a country's own statistics give it, US$ bn a year."""
    summary = wits(folder)
    exports = by_flow(read(folder, "wits_russia_reported_exports_to_china_2007_2021.csv"),
                      {"russian_exports_to_china_usd_mn": "Russia to China"}, 1000)
    known = summary[(summary["reporter"] == "Russia") & (summary["flow"] == "Russia to China")]
    exports = exports[~exports["year"].isin(known["year"])]  # only what the summary lacks
    months = china_by_month(folder)
    months["year"] = months["month"].str[:4].astype(int)
    whole = months.groupby(["year", "flow"], as_index=False)["value"].agg(["sum", "count"])
    china = whole[whole["count"] == 12].rename(columns={"sum": "value"})
    china["note"] = china["flow"].map(BY_YEAR)
    census = read(folder, "us_census_us_china_trade_2001_2019.csv")
    census = by_flow(census[census["months"] == 12],
                     {"us_exports_to_china_usd_mn": "United States to China",
                      "us_imports_from_china_usd_mn": "China to United States"}, 1000)
    rows = pd.concat([summary,
                      exports.assign(reporter="Russia", source="wits-russian-exports"),
                      china.assign(reporter="China", source="comtrade-monthly"),
                      census.assign(reporter="United States", source="us-census")])
    return finish(rows.assign(unit="US$ bn"), "source", sources, TRADE)


def china_by_month(folder):
    """China's trade with Russia by month and direction, US$ bn."""
    rows = by_flow(read(folder, "comtrade_china_reported_monthly_2017_2024.csv"),
                   {"china_imports_from_russia_usd_cif": "Russia to China",
                    "china_exports_to_russia_usd_derived": "China to Russia"}, 1e9, "month")
    return rows.assign(note=rows["flow"].map(BY_MONTH))


def monthly(folder, sources):
    """China's trade with Russia by month, US$ bn."""
    rows = china_by_month(folder).assign(reporter="China", unit="US$ bn", source="comtrade-monthly")
    return finish(rows, "source", sources, MONTHLY)


def partners(folder, sources):
    """The five largest partners and the world, US$ bn a year.

    China and Russia from 2012 with all five; the European Union from 2008 with three of them.
    """
    rows = summaries(folder)
    bloc = rows["reporter"] == "European Union"
    three = rows["partner"].isin(["China", "Russia", "United States", "World"])
    rows = rows[(rows["reporter"].isin(["China", "Russia"]) & (rows["year"] >= 2012))
                | (bloc & three & (rows["year"] >= 2008))]
    label = rows["partner"].map(LABELS).fillna("")
    home = (rows["partner"] == rows["reporter"]).map({True: "goods that came back", False: ""})
    rows = rows.assign(note=rows["note"] + label + home, flow=rows["flow"] + "s",
                       source="wits-partners")
    return finish(rows, "source", sources, PARTNERS)


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


def composition(folder, sources):
    """What Russia and China trade, US$ bn a year: chapters, and four kinds of energy."""
    chapters = read(folder, "baci_russia_china_hs2_2017_2023.csv", dtype={"hs2": str})
    chapters["flow"] = chapters["flow"].map(DIRECTION)
    chapters["goods"] = chapters["hs2"].map(CHAPTERS)
    total = chapters.groupby(["year", "flow"], as_index=False)["value_thousand_usd"].sum()
    headings = read(folder, "baci_russia_to_china_energy_hs4_2017_2023.csv")
    headings = headings.assign(flow="Russia to China", goods=headings["hs4"].map(HEADINGS))
    rows = pd.concat([chapters.dropna(subset=["goods"]), headings, total.assign(goods="all goods")])
    rows = rows.assign(value=rows["value_thousand_usd"] / 1e6, unit="US$ bn",
                       reporter=RECONCILED, source="baci-pair")
    return finish(rows, "source", sources, COMPOSITION)
