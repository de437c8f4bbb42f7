"""Country or bloc? Russia's trading partners ranked, and the European Union set beside them."""

import matplotlib.pyplot as plt
import pandas as pd

from ..show import COLOURS, show
from ..tables import cite, load

YEAR = 2013  # the last full year when Russia Direct printed its four answers
DIRECTIONS = {"both directions": ("exports", "imports"), "Russia's exports": ("exports",), "Russia's imports": ("imports",)}
MEASURES = ("level", "share")
LISTS = ("countries only", "with the European Union beside")
BLOC = "European Union"
NO_COUNTRY = ("World", "Unspecified", "Other Asia", BLOC)
MIRRORED = {"exports": "imports", "imports": "exports"}  # Russia's exports are what the Union calls imports


def _known(chosen, options, word: str) -> None:
    if chosen not in options:
        raise ValueError(f"There is no {word} {chosen!r}. Choose from: {', '.join(options)}.")


def partner_rows(direction: str = "both directions", beside: str = LISTS[0]) -> pd.DataFrame:
    """Return every row behind the ranking, as it stands in `partners.csv` (US$ bn, 2013).

    Russia's five largest partners and the world; with the bloc beside, also the European
    Union's own count of its trade with Russia. Raises ValueError for an unknown choice.
    """
    _known(direction, DIRECTIONS, "direction")
    _known(beside, LISTS, "list")
    flows = DIRECTIONS[direction]
    table = load("partners")
    table = table[table["year"] == YEAR]
    russia = table[(table["reporter"] == "Russia") & table["flow"].isin(flows)]
    if beside == LISTS[0]:
        return russia
    mirrored = [MIRRORED[flow] for flow in flows]
    union = table[(table["reporter"] == BLOC) & (table["partner"] == "Russia") & table["flow"].isin(mirrored)]
    return pd.concat([russia, union])


def partner_table(direction: str = "both directions", beside: str = LISTS[0]) -> pd.DataFrame:
    """Return one row a partner, the largest first: `rank, partner, reporter, level, at most more, share, directions`.

    `level` is in US$ bn. A country that stands in one of the two lists only has an amount in
    `at most more`: its other direction is no larger than the fifth largest there. `rank` is
    "open" where a figure that is not listed could change it. `share` is in
    per cent of Russia's trade with the world in that direction. The European Union gets no rank and no share:
    its figure is another reporter's. Raises ValueError for an unknown choice.
    """
    rows = partner_rows(direction, beside)
    flows = DIRECTIONS[direction]
    russia = rows[rows["reporter"] == "Russia"]
    world = russia[russia["partner"] == "World"]["value"].sum()
    fifth = russia[russia["partner"] != "World"].groupby("flow")["value"].min()
    countries = russia[~russia["partner"].isin(NO_COUNTRY)]
    table = countries.pivot_table(index="partner", columns="flow", values="value").reindex(columns=list(flows))
    level = table.sum(axis=1)
    more = sum(table[flow].isna() * fifth[flow] for flow in flows)
    listed = table.notna().apply(lambda row: " and ".join(flow for flow in flows if row[flow]), axis=1)
    result = pd.DataFrame({"reporter": "Russia", "level": level, "at most more": more.where(more > 0),
                           "share": level / world * 100, "directions": listed})
    result = result.sort_values("level", ascending=False)
    # A country outside both lists may trade as much as the two fifth places together:
    # below that, and where a missing direction could change the order, the rank stays open.
    reach = result["level"] + result["at most more"].fillna(0)
    ranks = []
    for partner, own in result["level"].items():
        others = result.index != partner
        above = (result["level"][others] > reach[partner]).sum()
        settled = above == (reach[others] > own).sum() and own >= fifth.sum()
        ranks.append(str(above + 1) if settled else "open")
    result.insert(0, "rank", ranks)
    if beside == LISTS[1]:
        union = rows[rows["reporter"] == BLOC]
        flows_of_union = " and ".join(MIRRORED[flow] for flow in flows)
        result.loc[BLOC] = ["no rank", BLOC, union["value"].sum(), float("nan"), float("nan"), f"the Union's {flows_of_union}"]
        result = result.sort_values("level", ascending=False)
    return result.rename_axis("partner").reset_index()[
        ["rank", "partner", "reporter", "level", "at most more", "share", "directions"]]


def partner_view(direction: str = "both directions", measure: str = "level", beside: str = LISTS[0]):
    """Return bars of Russia's partners in 2013 with the table behind them, as HTML.

    `direction` is one of DIRECTIONS, `measure` one of MEASURES, `beside` one of LISTS.
    Raises ValueError for an unknown choice.
    """
    _known(measure, MEASURES, "measure")
    table = partner_table(direction, beside)
    share_of = "per cent of " + direction.replace("both directions", "Russia's trade")
    unit = "US$ bn" if measure == "level" else share_of
    scale = table["share"] / table["level"] if measure == "share" else 1
    drawn = table.assign(length=table["level"] * scale, rest=(table["at most more"] * scale).fillna(0))
    drawn = drawn.dropna(subset=["length"]).reset_index(drop=True)
    figure = _bars(drawn, unit)
    first = table[table["reporter"] == "Russia"].iloc[0]
    amount = f"{first['level']:.1f} US$ bn" if measure == "level" else f"{first['share']:.1f} per cent"
    alt = (f"{len(drawn)} bars, Russia's trade in goods by partner, {direction}, {YEAR}, {unit}. "
           f"The longest bar of a country is {first['partner']} with {amount}.")
    caption = f"Russia's partners in {YEAR}, {direction}, {unit}; countries as Russia reports them."
    if "exports" in DIRECTIONS[direction]:
        caption += " Part of Russia's exports has no partner named, so ranks hold among those named."
    if drawn["rest"].any():
        caption += " Hatched: the other direction is not listed and is at most this large."
    if beside == LISTS[1]:
        union = table[table["partner"] == BLOC].iloc[0]
        if measure == "level":
            alt += f" Beside them, reported by the European Union itself, a dotted bar of {union['level']:.1f} US$ bn."
            caption += " Dotted: the European Union as one partner, as the Union reports it. Two reporters, so no rank."
        else:
            caption += " The European Union has no bar: its amount and Russia's total come from two reporters."
    columns = ["rank", "partner", "reporter", "directions", "level", "at most more", "share"]
    named = table[columns].rename(columns={"level": "US$ bn", "at most more": "at most more, US$ bn",
                                           "share": share_of})
    return show(figure, caption=caption, alt=alt, source=cite(partner_rows(direction, beside)), table=named.round(1))


def _bars(drawn: pd.DataFrame, unit: str):
    figure, axes = plt.subplots(figsize=(8, 0.42 * len(drawn) + 0.9))
    figure.subplots_adjust(left=0.2, right=0.98, top=0.98, bottom=0.6 / (0.42 * len(drawn) + 0.9))
    bloc = drawn["partner"] == BLOC
    china = drawn["partner"] == "China"  # its bar is the darker one, also in grey
    fills = ["white" if is_bloc else COLOURS["China"] if is_china else "#cccccc" for is_bloc, is_china in zip(bloc, china)]
    axes.barh(drawn.index, drawn["length"], color=fills, edgecolor=[COLOURS["China" if is_china else "other"] for is_china in china],
              hatch=[".." if is_bloc else "" for is_bloc in bloc])
    part = drawn[drawn["rest"] > 0]
    axes.barh(part.index, part["rest"], left=part["length"], color="white", edgecolor=COLOURS["other"], hatch="//")
    for place, (length, rest) in enumerate(zip(drawn["length"], drawn["rest"])):
        more = f" + at most {rest:.1f}" if rest > 0 else ""
        axes.text(length + rest, place, f" {length:.1f}{more}", va="center")
    axes.set_yticks(range(len(drawn)), drawn["partner"])
    axes.invert_yaxis()
    axes.margins(x=0.25)
    axes.set_xticks([])  # each bar carries its number
    axes.tick_params(length=0)
    axes.set_xlabel(unit)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return figure
