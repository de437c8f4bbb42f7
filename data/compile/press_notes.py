"""Turn the loose press files on partners, payments and events into one row a figure.

Each function takes frames as read and returns rows with the address of the article (`path`).
Used by press_tables.py.
"""
import pandas as pd

UNITS = {"USD bn": "US$ bn", "percent": "per cent"}
MEASURES = {"Russian exports to China": "exports", "share of Russian exports": "share of exports",
            "share of Russian imports": "share of imports"}
# Statements made before the year was over; they do not name their months.
EARLY = ("said in June 2023",
         '"over the past ten years", said in 2024, so the first year is about 2014')
NOT_NAMED = "part of the year, not named"
TOTALS = r"exports (?P<exports>[\d.]+), imports (?P<imports>[\d.]+)"
EURO_PARTS = {"imports": r"EU imports ([\d.]+)", "exports": r"EU exports ([\d.]+)"}

WHEN = r"^(?P<year>\d{4})(?: (?P<part>[A-Za-z][\w -]*))?(?P<told> \(.*\))?$"
THREE_YEARS = "the report says three years ago: 2014, or 2015 in another report"
NUMBER = r"(-?[\d.]+)"
ELSEWHERE = "Rosstat first estimate"  # stands in the table of output


def partner_figures(rows, wording):
    """Figures of Russia's partners, and the totals of all trade that stand beside them."""
    rows = rows.rename(columns={"source_url": "path", "note": "told"})
    when = rows["period"].str.extract(r"^(?P<about>about )?(?P<year>\d{4}) ?(?P<part>.*)$")
    about = when["about"].notna()
    part = when["part"].replace("", "year").mask(rows["told"].isin(EARLY) & ~about, NOT_NAMED)
    note = pd.concat([about.map({True: "about this year", False: ""}),
                      worded(rows["reporter"], wording)["note"],
                      worded(rows["told"].dropna(), wording)["note"]], axis=1)
    rows = rows.assign(year=when["year"].astype(int), period=part, unit=rows["unit"].map(UNITS),
                       partner=rows["partner"].replace("EU", "European Union"), reporter="Russia",
                       measure=rows["measure"].replace(MEASURES), note=note.apply(together, axis=1))
    totals = rows.join(rows["told"].str.extract(TOTALS)).dropna(subset=["exports"])
    totals = totals.drop_duplicates("path").drop(columns=["value", "measure"]).assign(note="")
    keep = [name for name in totals if name not in ("exports", "imports")]
    totals = totals.melt(keep, ["exports", "imports"], "measure").assign(partner="World")
    return pd.concat([rows, totals.astype({"value": float})])


def together(phrases):
    """Join the phrases that are there and not empty."""
    return "; ".join(phrase for phrase in phrases.dropna() if phrase)


def in_euros(rows):
    """The European Union's trade with Russia in euros."""
    rows = rows[rows["pair"].str.startswith("EU-Russia")].rename(columns={"source_url": "path"})
    parts = [rows.assign(measure="turnover", value=rows["total_usd_bn"])]
    for measure, pattern in EURO_PARTS.items():
        value = rows["note"].str.extract(pattern)[0].astype(float)
        parts.append(rows.assign(measure=measure, value=value))
    rows = pd.concat(parts)
    return rows.assign(reporter="European Union", partner="Russia", unit="EUR bn", note="")


def settled(rows, wording):
    """Shares of currencies in payments, one row a statement."""
    when = rows["period"].str.extract(WHEN)
    if when["year"].isna().any():
        raise SystemExit(f"Which period is it? {rows.loc[when['year'].isna(), 'period'].iloc[0]}")
    later = when["told"].notna().map({True: THREE_YEARS, False: ""})
    rows = worded(rows["measure"], wording).join(rows[["share_pct", "source_url"]])
    return rows.assign(period=when["year"] + (" " + when["part"]).fillna(""), note=later).rename(
        columns={"what": "measure", "share_pct": "value", "source_url": "path"})


def dated_events(rows, facts, wording):
    """Events with their counts, and points of fact without one."""
    rows = rows[~rows["what"].str.startswith(ELSEWHERE)]
    facts = facts.rename(columns={"question": "what"}).assign(value="")
    rows = pd.concat([rows, facts], ignore_index=True)
    value = rows["value"].str.extract(NUMBER)[0].astype(float)
    rows = rows[["date", "source_url"]].join(worded(rows["what"], wording))
    return rows.assign(value=value).rename(columns={"source_url": "path"})


def worded(told, wording):
    """Look up each gathered phrase: our words for it, its unit, who said it, and a note."""
    unknown = sorted(set(told) - set(wording["told"]))
    if unknown:
        raise SystemExit(f"added/wording.csv has no words for: {unknown[0]}")
    return wording.set_index("told").loc[told].set_index(told.index).fillna("")
