"""The timeline: events in lanes, when each reading was written, and the trade of the two countries below."""

from calendar import monthrange
from datetime import date

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML

from ..show import COLOURS, html_table, show
from ..tables import cite, load, source_table

LANES = ("treaties", "summits", "Ukraine", "sanctions", "deals", "exercises")
READINGS = "readings"  # the lane of the texts themselves
ALL, TODAY = "all topics", "everybody today"
TOPICS = (ALL, *LANES)
FIRST, LAST = 1996, 2025
FLOW = "Russia and China"
MARK, LEVEL, TRADE = 12.5, 0.2, 1.25  # points across a mark; inches of one row of marks, and of the trade below
# How a mark looks: its fill, its edge, its number and its shape. The first three are events known to an author or not.
LOOKS = {"yes": ("#222222", "#222222", "white", "o"), "perhaps": ("white", "#222222", "black", "o"),
         "no": ("#e4e4e4", "#bbbbbb", "#666666", "o"), "chosen": (COLOURS["China"], COLOURS["China"], "black", "s"),
         "other": ("white", COLOURS["China"], "black", "s")}


def span(when: str) -> tuple[date, date]:
    """Return the first and the last day that a date can mean: "2014-05" is 1 to 31 May 2014."""
    year, month, day = [*(int(part) for part in when.split("-")), 0, 0][:3]
    last_month = month or 12
    return (date(year, month or 1, day or 1), date(year, last_month, day or monthrange(year, last_month)[1]))


def known(event: str, earliest: str, latest: str) -> str:
    """Return whether an author could know an event: "yes", "no", or "perhaps" where the dates leave it open.

    `earliest` and `latest` say when the text was written. What happened on its last day or later counts as not known.
    """
    begun, ended = span(event)
    return "yes" if ended < span(earliest)[0] else "no" if begun >= span(latest)[1] else "perhaps"


def _texts() -> pd.DataFrame:
    return (texts := load("readings")).assign(mark=[chr(ord("A") + place) for place in range(len(texts))])


def moments() -> list[str]:
    """Return what a list of moments offers: today, and each reading by its id."""
    return [TODAY, *load("readings")["reading"]]


def timeline_rows() -> pd.DataFrame:
    """Return every mark of the timeline: `mark, date, until, topic, event, whose word, source`, oldest first.

    Events are numbered, readings lettered; the source of a reading is its id. `until` is the date, but for a reading the latest day on
    which it can have been written. Two reports of one event make one row.
    """
    events = load("events")
    events = events[events["topic"] != ""].drop_duplicates(["date", "what"]).sort_values("date", key=lambda dates: dates.map(span))
    counted = ["" if not unit else f": {value:g}" if unit in what else f": {value:g} {unit}"
               for what, value, unit in zip(events["what"], events["value"], events["unit"])]
    noted = [f" ({note})" if note else "" for note in events["note"]]
    events = pd.DataFrame({"mark": [str(number + 1) for number in range(len(events))], "date": events["date"], "until": events["date"],
                           "topic": events["topic"], "event": events["what"] + counted + noted,
                           "whose word": events["reporter"], "source": events["source"]})
    texts = _texts()
    between = [f"; not before {earliest} and not after {latest}, so the mark stands in the middle" if earliest[:7] != latest[:7] else ""
               for earliest, latest in zip(texts["earliest"], texts["latest"])]
    written = pd.DataFrame({"mark": texts["mark"], "date": texts["earliest"], "until": texts["latest"], "topic": READINGS,
                            "event": "written: “" + texts["title"] + "”, " + texts["published"] + between, "whose word": texts["outlet"], "source": texts["reading"]})
    return pd.concat([events, written]).sort_values("date", key=lambda dates: dates.map(span), kind="stable", ignore_index=True)


def timeline_table(topic: str = ALL, reading: str = TODAY, first: int = FIRST, last: int = LAST) -> pd.DataFrame:
    """Return the list behind the timeline: `mark, date, topic, event, whose word, printed by`, and `known then` for a reading.

    `topic` is one of TOPICS, `reading` an id or TODAY; the readings stand in every list. `first` and `last` are years.
    Raises ValueError for an unknown topic or reading, an upside-down span, or where nothing is left.
    """
    return _list(_chosen(topic, reading, first, last), reading)


def _chosen(topic, reading, first, last) -> pd.DataFrame:
    texts = load("readings").set_index("reading")
    for value, options, word in ((topic, TOPICS, "topic"), (reading, moments(), "reading")):
        if value not in options:
            raise ValueError(f"There is no {word} {value!r}. There are: {', '.join(options)}.")
    if first > last:
        raise ValueError(f"The span begins in {first:g} and ends in {last:g}. The first year is the earlier one.")
    rows = timeline_rows()
    rows = rows[rows["until"].str[:4].astype(int).ge(first) & rows["date"].str[:4].astype(int).le(last)]
    if topic != ALL:
        rows = rows[rows["topic"].isin([topic, READINGS])]
    if rows.empty:
        raise ValueError(f"Nothing on {topic} from {first:g} to {last:g}. Take a longer span or another topic.")
    written = None if reading == TODAY else texts.loc[reading, ["earliest", "latest"]]
    states = ["yes" if written is None else known(when, *written) for when in rows["date"]]
    return rows.assign(look=["chosen" if reading in (TODAY, text) else "other" for text in rows["source"]],
                       **{"known then": ["yes" if lane == READINGS else state for lane, state in zip(rows["topic"], states)]})


def _list(rows, reading) -> pd.DataFrame:
    events = rows.loc[rows["topic"] != READINGS, "source"]
    printed = {} if events.empty else {name: f"{title} ({kind})" for name, title, kind in
                                       source_table(events)[["source", "title", "kind"]].itertuples(index=False)}
    shown = rows[["mark", "date", "topic", "event"]]
    if reading != TODAY:
        shown = shown.assign(**{"known then": rows["known then"].where(rows["topic"] != READINGS, "–")})
    return shown.assign(**{"whose word": rows["whose word"], "printed by": [printed.get(key, "–") for key in rows["source"]]}).reset_index(drop=True)


def trade_rows() -> pd.DataFrame:
    """Return China's trade with Russia, both directions: `year, value (US$ bn), basis, source, named`.

    Both directions of the statistical file added where it has both, else the announced total; `named`: is the customs service named?
    """
    trade = load("trade").query("reporter == 'China' and flow in ['Russia to China', 'China to Russia']")
    trade = trade[trade.groupby("year")["flow"].transform("size") == 2]
    sums = trade.groupby("year", as_index=False).agg(value=("value", "sum"), source=("source", "first")).assign(basis="statistics", note="")
    said = load("trade-announced").query("reporter == 'China' and flow == @FLOW and period == 'year' and measure == 'value'"
                                         " and unit == 'US$ bn' and basis == 'reported'")
    said = said[~said["year"].isin(sums["year"])].drop_duplicates("year").assign(basis="announced")
    rows = pd.concat([sums, said]).sort_values("year", ignore_index=True)
    return rows.assign(named=~rows["note"].str.contains("names no customs|not say whose customs"))[["year", "value", "basis", "source", "named"]]


def _place(day: date) -> float:
    """Return a day as a number of years: 1 July 2014 is about 2014.5."""
    return day.year + (day.timetuple().tm_yday - 0.5) / 366


def _levels(places, apart) -> list[int]:
    """Return a level for each mark of a lane, so that marks on one level are at least `apart` years from each other."""
    ends, levels = [], []
    for place in places:
        level = next((number for number, end in enumerate(ends) if place - end >= apart), len(ends))
        ends[level:level + 1] = [place]
        levels.append(level)
    return levels


def _draw(rows, trade, first, last):
    """Return the figure: a lane for each topic in `rows`, the readings as squares, the trade below."""
    lanes = [lane for lane in (*LANES, READINGS) if lane in set(rows["topic"])]
    middle = [sum(map(_place, (span(a)[0], span(b)[1]))) / 2 for a, b in zip(rows["date"], rows["until"])]
    rows = rows.assign(place=[min(max(place, first), last + 1) for place in middle]).sort_values("place")
    apart = (last + 1 - first) * MARK / (8 * 0.87 * 72)
    levels = {lane: _levels(rows.loc[rows["topic"] == lane, "place"], apart) for lane in lanes}
    height = sum(max(levels[lane]) + 1.5 for lane in lanes) * LEVEL
    whole = height + TRADE + 0.45
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, whole), height_ratios=[height, TRADE])
    figure.subplots_adjust(left=0.11, right=0.98, top=1 - 0.08 / whole, bottom=0.3 / whole, hspace=0.04)
    base, drawn = 0, []
    for lane in reversed(lanes):
        here = rows[rows["topic"] == lane]
        looks = here["known then"] if lane != READINGS else here["look"]
        drawn += zip(here["place"], [base + level for level in levels[lane]], here["mark"], looks)
        upper.text(-0.01, base + max(levels[lane]) / 2, lane, transform=upper.get_yaxis_transform(), ha="right", va="center")
        base += max(levels[lane]) + 1.5
        upper.axhline(base - 0.75, color="#cccccc", linewidth=0.6)
    for look in {look for *_, look in drawn}:  # all marks of one look at once: one by one takes twice the time
        fill, edge, ink, shape = LOOKS[look]
        marks = [mark for mark in drawn if mark[3] == look]
        upper.plot(*list(zip(*marks))[:2], marker=shape, markersize=MARK, markerfacecolor=fill, markeredgecolor=edge,
                   linestyle="none", clip_on=False, zorder=3)
        for place, level, mark, _ in marks:
            upper.text(place, level, mark, ha="center", va="center_baseline", fontsize=8, color=ink, zorder=4)
    for axes in (upper, lower):
        for place in rows.loc[rows["topic"] == READINGS, "place"]:
            axes.axvline(place, color=COLOURS["China"], linewidth=0.8, linestyle=":", zorder=0)
    upper.set(xlim=(first, last + 1), ylim=(-0.75, base - 0.75), xticks=[], yticks=[])
    years = trade.set_index("year").reindex(range(first, last + 1))
    lower.plot(years.index + 0.5, years["value"], color=COLOURS["China"], marker="o", markersize=4)
    hollow = years[years["basis"] == "announced"]
    lower.plot(hollow.index + 0.5, hollow["value"], linestyle="none", marker="o", markersize=4, color=COLOURS["China"], markerfacecolor="white")
    step = 1 if last - first < 12 else 2
    lower.set(ylabel="trade, US$ bn", ylim=(0, None), xlim=(first, last + 1), xticks=range(first, last + 1, step))
    lower.grid(axis="y", alpha=0.3)
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def timeline_view(topic: str = ALL, reading: str = TODAY, first: float = FIRST, last: float = LAST) -> HTML:
    """Return the timeline with its numbered list and its trade figures, as HTML. Arguments and errors as in `timeline_table`."""
    first, last = int(first), int(last)
    rows, trade = _chosen(topic, reading, first, last), trade_rows()
    trade, events = trade[trade["year"].between(first, last)], rows[rows["topic"] != READINGS]
    counts = events["known then"].value_counts()
    says = f"{len(events)} events, {first}–{last}; {topic}."
    if reading != TODAY:
        title = load("readings").set_index("reading").loc[reading, "published"]
        says += (f" When {reading} was written ({title}), {counts.get('yes', 0)} of them had happened (black), {counts.get('no', 0)} "
                 f"had not (grey), and for {counts.get('perhaps', 0)} its date leaves it open (white).")
    unnamed = ", ".join(map(str, trade.loc[~trade["named"], "year"]))
    caption = (f"{says} Squares: when each reading was written. Below: trade of Russia and China, both directions added, as China reports "
               "it; hollow: announced to the press; a gap: no figure here. A year begins at its tick."
               + f" No customs service named: {unnamed}." * bool(unnamed))
    line = (f"the trade line goes from {trade['value'].iloc[0]:.1f} bn in {trade['year'].iloc[0]} to {trade['value'].iloc[-1]:.1f} bn "
            f"in {trade['year'].iloc[-1]}, with gaps" if len(trade) > 1 else "for the trade there is one figure or none")
    alt = f"Timeline with a row of numbered marks for each topic and lettered squares for the readings. {says} Below, {line}."
    source = f"for each event, see the list; for the trade: {cite(trade) if len(trade) else 'no figure here'}"
    shown = show(_draw(rows, trade, first, last), caption=caption, alt=alt, source=source, table=_list(rows, reading))
    behind = html_table(trade[["year", "value", "basis"]].rename(columns={"value": "US$ bn"}), "Trade of Russia and China, as China reports it")
    return HTML(shown.data + f"<details><summary>The trade figures behind the line</summary>{behind}</details>" * bool(len(trade)))
