"""Compile the tables of this folder from a folder of gathered source files.

Run it from the project's root:

    python data/compile ../shared/data-sources [FOLDER TO WRITE TO]

Each table has one function that selects, renames and rescales rows. Nothing is interpolated;
the only rounding is to three decimals. The functions stand in the modules beside this one:
trade_tables, economy_tables, energy_tables and press_tables; source_files.py holds what they share.
"""
import pathlib
import sys

import economy_tables
import energy_tables
import press_tables
import trade_tables
from source_files import HERE, described_sources

TABLES = {"trade.csv": trade_tables.trade,
          "trade-announced.csv": press_tables.announced,
          "trade-reconciled.csv": trade_tables.reconciled,
          "trade-monthly.csv": trade_tables.monthly,
          "partners.csv": trade_tables.partners,
          "partners-announced.csv": press_tables.partners_announced,
          "composition.csv": trade_tables.composition,
          "gdp.csv": economy_tables.gdp,
          "exchange-rates.csv": economy_tables.exchange_rates,
          "oil-price.csv": economy_tables.oil_price,
          "energy-levels.csv": energy_tables.levels,
          "energy-flows.csv": energy_tables.flows,
          "gas-contract.csv": press_tables.gas_contract,
          "gas-deliveries.csv": press_tables.gas_deliveries,
          "arms.csv": economy_tables.arms,
          "settlement.csv": press_tables.settlement,
          "events.csv": press_tables.events}


def main(arguments):
    """Write every table to the folder named second (default: this one)."""
    if not arguments:
        raise SystemExit("Name the folder of source files: python data/compile FOLDER")
    target = pathlib.Path(arguments[1]) if len(arguments) > 1 else HERE
    sources = described_sources()
    for name, table in TABLES.items():
        rows = table(arguments[0], sources)
        rows.to_csv(target / name, index=False, encoding="utf-8", lineterminator="\n",
                    float_format="%.12g")
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
