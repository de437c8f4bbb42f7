"""The gas contract of 21 May 2014: volume, price, years, and the value reported for it."""

import matplotlib.pyplot as plt
import pandas as pd

from ..show import COLOURS, show
from ..tables import cite, load


def term(name: str) -> float:
    """Return one term of the contract as reported, such as `term("volume")` (bcm a year).

    Raises ValueError, with the names there are. Source: `load("gas-contract")`.
    """
    terms = load("gas-contract").set_index("term")["value"]
    if name not in terms:
        raise ValueError(f"There is no term {name!r}. The terms are: {', '.join(terms.index)}.")
    return float(terms[name])


def contract_value(volume: float, price: float, years: float) -> float:
    """Return what a contract is worth, in US$ bn at constant price.

    `volume` in bn cubic metres a year, `price` in US$ per 1,000 cubic metres, `years` at full
    volume. Raises ValueError for an amount that is not above zero.
    """
    for name, amount in (("volume", volume), ("price", price), ("years", years)):
        if not amount > 0:
            raise ValueError(f"The {name} is {amount:g}; an amount above zero is needed.")
    # bn m³ are million times 1,000 m³, so volume × price is in million US$.
    return volume * price * years / 1000


def implied_price(value: float, volume: float, years: float) -> float:
    """Return the price in US$ per 1,000 cubic metres at which a contract is worth `value` US$ bn."""
    return value * 1000 / (volume * years)


def contract_table(volume: float, price: float, years: float) -> pd.DataFrame:
    """Return `case, volume, price, years, value`: your contract beside those of the reported terms.

    The value is in US$ bn at a constant price and full volume in each year.
    """
    full = (term("volume"), term("duration"))
    cases = [
        ("your contract", volume, price, years),
        ("price at the low end of the estimate", full[0], term("price low"), full[1]),
        ("price at the high end of the estimate", full[0], term("price high"), full[1]),
    ]
    table = pd.DataFrame(cases, columns=["case", "bcm a year", "US$ per 1,000 m³", "years"])
    table["value, US$ bn"] = [contract_value(*case[1:]) for case in cases]
    return table


def contract_view(volume: float, price: float, years: float):
    """Return bars of the contract's value beside the reported one, as HTML.

    Raises ValueError for an amount that is not above zero.
    """
    table, reported = contract_table(volume, price, years), term("reported value")
    figure, axes = plt.subplots(figsize=(8, 2.6))
    figure.subplots_adjust(left=0.34, right=0.98, top=0.86, bottom=0.2)
    bars = axes.barh(table["case"], table["value, US$ bn"], color=[COLOURS["Russia"], *[COLOURS["other"]] * 2],
                     hatch=["", "//", "//"], edgecolor="white")
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.axvline(reported, color=COLOURS["China"], linestyle="--")
    axes.text(reported, -0.75, f"reported: {reported:.0f}", ha="center")
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("US$ bn over the whole contract, constant price")
    axes.spines[["top", "right"]].set_visible(False)
    mine = table.loc[0, "value, US$ bn"]
    price_needed = implied_price(reported, volume, years)
    caption = (f"{volume:g} bcm a year × {price:g} US$ per 1,000 m³ × {years:g} years = {mine:,.0f} bn US$, "
               f"{mine / reported:.0%} of the {reported:.0f} bn reported in May 2014. With this volume and "
               f"these years, {reported:.0f} bn needs a price of {price_needed:,.0f}.")
    alt = (f"Three bars of contract value in US$ bn: yours {mine:,.0f}, at the low price estimate "
           f"{table.loc[1, 'value, US$ bn']:,.0f}, at the high one {table.loc[2, 'value, US$ bn']:,.0f}; "
           f"a dashed line marks the reported {reported:.0f}.")
    return show(figure, caption=caption, alt=alt, source=cite(load("gas-contract")), table=table.round(1))
