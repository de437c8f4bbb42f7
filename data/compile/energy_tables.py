"""Tables of energy: levels of countries, and what flows from one to another."""
import pandas as pd

from source_files import finish, read
from trade_tables import RECONCILED

LEVELS = ["year", "country", "measure", "value", "unit", "reporter", "as_of", "source"]
FLOWS = ["year", "exporter", "importer", "fuel", "value", "unit", "reporter", "as_of", "source",
         "note"]

FOUR = ("China", "Russia", "United States", "World")
TWO = ("China", "Russia")
# One unit for a measure: tonnes for oil, cubic metres for gas, energy for the rest.
WANTED = {("oil_production", "Mt"): FOUR, ("oil_consumption", "Mt"): FOUR,
          ("gas_production", "bcm"): FOUR, ("gas_consumption", "bcm"): FOUR,
          ("coal_production", "EJ"): TWO, ("coal_consumption", "EJ"): TWO,
          ("primary_energy_consumption", "EJ"): (*FOUR, "European Union")}
FUEL = {"oil_crude": "crude oil", "oil_products": "oil products", "coal": "coal",
        "gas_lng": "LNG", "gas_pipeline_revised_series": "pipeline gas"}
LNG_FROM_RUSSIA = "gas_lng_revised_series"  # no edition of its year has Russia's exports to all
HEADINGS = {2701: "coal", 2709: "crude oil", 2710: "oil products"}
ONE_EDITION = "from the edition of 2025; the other LNG rows are from the edition after their year"
WIDER = "customs heading 2710, which holds far more than the Review's oil products until 2021"
REVIEW = "Statistical Review"


def levels(folder, sources):
    """Production and consumption of oil, gas, coal and all energy, 2013-2024."""
    rows = read(folder, "energy_institute_levels_2000_2024.csv")
    wanted = [row.year >= 2013 and row.entity in WANTED.get((row.indicator, row.unit), ())
              for row in rows.itertuples()]
    rows = rows[wanted].rename(columns={"entity": "country"})
    rows = rows.assign(measure=rows["indicator"].str.replace("_", " "), reporter=REVIEW,
                       release="EI 2025")
    return finish(rows, "release", sources, LEVELS)


def flows(folder, sources):
    """Energy traded, 2014-2024: Russia to China, Europe, India and all; all to China."""
    rows = read(folder, "energy_flows_russia_china_2014_2024.csv")
    lng = (rows["commodity"] == LNG_FROM_RUSSIA) & (rows["exporter"] == "Russia")
    rows = rows[(rows["commodity"].isin(FUEL) | lng) & (rows["year"] >= 2014)]
    note = lng.map({True: ONE_EDITION, False: ""})
    rows = rows.assign(fuel=rows["commodity"].map(FUEL | {LNG_FROM_RUSSIA: "LNG"}), note=note,
                       release=rows["edition"], reporter=REVIEW)
    customs = read(folder, "baci_russia_to_china_energy_hs4_2017_2023.csv")
    customs = customs[customs["hs4"].isin(HEADINGS)]
    customs = customs.assign(fuel=customs["hs4"].map(HEADINGS), unit="Mt",
                             value=customs["quantity_tonnes"] / 1e6, exporter="Russia",
                             importer="China", source="baci-pair", reporter=RECONCILED, note="")
    customs.loc[customs["hs4"] == 2710, "note"] = WIDER
    rows = pd.concat([finish(rows, "release", sources, FLOWS),
                      finish(customs, "source", sources, FLOWS)])
    return rows.sort_values(FLOWS, ignore_index=True)
