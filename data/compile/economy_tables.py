"""Tables of output, exchange rates, the oil price and arms."""
import pandas as pd

from source_files import COUNTRY, finish, read

GDP = ["year", "country", "measure", "reporter", "value", "unit", "as_of", "source"]
RATES = ["year", "currency", "value", "unit", "reporter", "as_of", "source"]
OIL = ["year", "value", "unit", "reporter", "as_of", "source"]
ARMS = ["year", "measure", "value", "unit", "reporter", "as_of", "source"]

MEASURE = {"gdp_current_usd_bn": ("current dollars", "US$ bn"),
           "gdp_ppp_current_intl_bn": ("purchasing power", "international $ bn"),
           "real_gdp_growth_pct": ("real growth", "per cent"),
           "gdp_current_prices_bn_roubles": ("current prices in roubles", "roubles bn")}
CURRENCY = {"RUB": "rouble", "CNY": "yuan", "EUR": "euro"}
# The same release is named in two ways in the gathered files.
RELEASE = {"WEO April 2019": "IMF WEO, April 2019 release"}
TRANSFERS = {"russia_to_china_tiv_mn": "Russia to China",
             "russia_total_exports_tiv_mn": "Russia to World",
             "china_total_imports_tiv_mn": "World to China"}
FIRST_ESTIMATE = "Rosstat first estimate of real GDP growth"


def first_estimate(folder):
    """Rosstat's first estimate of growth in 2015, as read in the press."""
    rows = read(folder, "press_summits_agreements_exercises.csv")
    said = rows[rows["what"].str.startswith(FIRST_ESTIMATE)].iloc[0]
    year = int(said["what"].split(" in ")[1][:4])
    return pd.DataFrame([{"year": year, "country": "Russia", "indicator": "real_gdp_growth_pct",
                          "value": float(said["value"]),
                          "reporter": "Rosstat", "path": said["source_url"]}])


def gdp(folder, sources):
    """Output and its growth in every release at hand; four more countries for 2012-2016."""
    rows = read(folder, "gdp_vintages_russia_china.csv")
    growth = rows["indicator"] == "real_gdp_growth_pct"
    rows = rows[rows["year"] >= growth.map({True: 2012, False: 2008})]
    roubles = read(folder, "gdp_russia_current_roubles_2008_2018.csv")
    roubles = roubles.rename(columns={"gdp_current_prices_bn_roubles": "value"})
    roubles = roubles.assign(country="Russia", indicator="gdp_current_prices_bn_roubles")
    others = read(folder, "gdp_current_usd_selected_2000_2023.csv")
    others = others[others["iso3"].isin(["USA", "JPN", "DEU", "IND"])
                    & others["year"].between(2012, 2016)]
    others = others.assign(country=others["iso3"].map(COUNTRY), indicator="gdp_current_usd_bn",
                           value=others["gdp_current_usd"] / 1e9,
                           vintage="World Bank WDI, copy ending in 2023")
    rows = pd.concat([rows, roubles, others])
    rows["release"] = rows["vintage"].replace(RELEASE)
    rows = described(rows.assign(reporter=rows["release"].map(publisher)))
    rows = pd.concat([finish(rows, "release", sources, GDP),
                      finish(described(first_estimate(folder)), "path", sources, GDP)])
    return rows.sort_values(GDP, ignore_index=True)


def publisher(release):
    """Return who published a release of output."""
    for start, name in (("IMF", "IMF"), ("World Bank", "World Bank"), ("KEP", "Rosstat")):
        if release.startswith(start):
            return name
    raise SystemExit(f"Who published the release {release}?")


def described(rows):
    """Name measure and unit in words."""
    return rows.assign(measure=[MEASURE[name][0] for name in rows["indicator"]],
                       unit=[MEASURE[name][1] for name in rows["indicator"]])


def exchange_rates(folder, sources):
    """Units of a currency for one dollar, average of the year, from 2000."""
    rows = read(folder, "exchange_rates_annual_wdi.csv").rename(
        columns={"units_per_usd_annual_average": "value"})
    rows = rows[rows["year"] >= 2000]
    currency = rows["currency"].map(CURRENCY)
    rows = rows.assign(currency=currency, unit=currency + "s for US$ 1", reporter="World Bank",
                       release=rows["vintage"])
    rows["unit"] = rows["unit"].replace("yuans for US$ 1", "yuan for US$ 1")
    return finish(rows, "release", sources, RATES)


def oil_price(folder, sources):
    """Spot price of Brent crude oil, average of the year, from 2000."""
    rows = read(folder, "brent_annual_1987_2025.csv")
    rows = rows[rows["year"] >= 2000].rename(columns={"brent_usd_per_barrel": "value"})
    rows = rows.assign(unit="US$ a barrel", reporter="EIA", source="eia-brent")
    return finish(rows, "source", sources, OIL)


def arms(folder, sources):
    """SIPRI's volume of arms deliveries, in millions of its index (TIV)."""
    rows = read(folder, "sipri_arms_russia_china_1990_2024.csv")
    rows = rows.melt("year", list(TRANSFERS), "measure", "value")
    rows["measure"] = rows["measure"].map(TRANSFERS)
    rows["source"] = (rows["measure"] == "World to China").map(
        {True: "sipri-world-bank", False: "sipri-2026-02"})
    return finish(rows.assign(unit="TIV mn", reporter="SIPRI"), "source", sources, ARMS)
