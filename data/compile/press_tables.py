"""Tables of figures read in articles: announced trade, partners, gas, settlement, events.

Figures that were read after the files were gathered stand in the folder `added` beside this
file, one file a table.
"""
import re

import pandas as pd

from press_figures import chinese_directions, press
from press_notes import dated_events, in_euros, partner_figures, settled
from source_files import HERE, finish, read

ANNOUNCED = ["year", "period", "flow", "measure", "reporter", "value", "unit", "basis", "kind",
             "as_of", "source", "note"]
PARTNERS = ["year", "period", "partner", "measure", "reporter", "value", "unit", "kind", "as_of",
            "source", "note"]
CONTRACT = ["term", "value", "unit", "reporter", "kind", "as_of", "source", "note"]
DELIVERIES = ["year", *CONTRACT[1:]]
SETTLEMENT = ["period", "measure", *CONTRACT[1:]]
EVENTS = ["date", "what", "topic", *CONTRACT[1:]]

NO_VALUE = ("reported, not published; Modern Power Systems wrote that no value had been given "
            "out and put it at over 400")


def added(name):
    """Return the rows of a table that were read after the files were gathered."""
    return read(HERE / "added", name)


def announced(folder, sources):
    """Trade as announced and read in the press.

    A figure that stands in both files is kept once: from the article that prints the two
    directions too, if there is one. In the years whose directions are computed the address
    belongs to the growth rates, so the press file comes first.
    """
    totals = press(read(folder, "press_trade_totals.csv"))
    china = chinese_directions(read(folder, "china_reported_directions_2008_2020.csv"))
    rows = pd.concat([china[~china["computed"]], totals, china[china["computed"]],
                      added("trade-announced.csv")])
    rows = rows.drop_duplicates(["year", "period", "flow", "measure", "reporter", "value", "unit"])
    return finish(rows, "path", sources, ANNOUNCED)


def partners_announced(folder, sources):
    """Russia's partners as Russian customs and officials gave them; the EU's count in euros."""
    rows = pd.concat([
        partner_figures(read(folder, "press_russia_partners_2013_2024.csv"), added("wording.csv")),
        in_euros(read(folder, "press_trade_totals.csv")), added("partners-announced.csv")])
    return finish(rows, "path", sources, PARTNERS)


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
    return finish(terms, "path", sources, CONTRACT)


def gas_deliveries(folder, sources):
    """Gas that came to China through Power of Siberia, as Gazprom gave it, bcm a year."""
    rows = read(folder, "press_gas_power_of_siberia.csv").dropna(subset=["bcm"])
    other = rows["note"].str.extract(r"^(another statement says [\d.]+)")[0].fillna("")
    rows = rows.assign(value=rows["bcm"], unit="bcm", reporter="Gazprom", note=other,
                       path=rows["source_url"])
    rows = pd.concat([rows, added("gas-deliveries.csv")])
    return finish(rows, "path", sources, DELIVERIES)


def settlement(folder, sources):
    """Shares of currencies in payments, as officials and agencies gave them."""
    rows = settled(read(folder, "press_settlement_currency.csv"), added("wording.csv"))
    rows = pd.concat([rows, added("settlement.csv")])
    return finish(rows, "path", sources, SETTLEMENT)


def events(folder, sources):
    """Summits, agreements, exercises and points of fact, each with the article that tells it."""
    rows = dated_events(read(folder, "press_summits_agreements_exercises.csv"),
                        read(folder, "press_facts_checked.csv"), added("wording.csv"))
    rows = pd.concat([rows, added("events.csv")])
    rows["topic"] = rows["topic"].fillna("")  # the timeline leaves counts out
    return finish(rows, "path", sources, EVENTS, empty_values=True)
