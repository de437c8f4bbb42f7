"""Find a claim or a tension for a brief: who says it, where, and what the tables say to it."""

from html import escape

import pandas as pd
from IPython.display import HTML

from ..show import html_table
from ..tables import cite, load
from ..verdicts import alternatives, select

ANY = "any"
# What names a row of a table, in reading order; a table has some of these columns.
COLUMNS = ["date", "month", "year", "period", "term", "what", "flow", "exporter", "importer", "fuel", "country", "currency",
           "partner", "measure", "reporter", "value", "unit", "as_of"]
CHECKS = {"": "the figures of today", "then": "the figures published then", "other": "another reporter, currency or definition",
          "earlier": "an earlier period"}


def _options(column: str) -> list[str]:
    return [ANY, *sorted(set(load("claims")[column]))]


READINGS, KINDS, VERDICTS = ([ANY, *load("readings")["reading"]], _options("kind"), _options("verdict"))


def claim_list(reading: str = ANY, kind: str = ANY, verdict: str = ANY) -> pd.DataFrame:
    """Return `number, claim, ¶, voice, says, verdict` of the claims that fit, in the order of the texts.

    Raises ValueError for a choice that does not exist, or when no claim fits.
    """
    table = load("claims")
    for column, chosen, known in (("reading", reading, READINGS), ("kind", kind, KINDS), ("verdict", verdict, VERDICTS)):
        if chosen not in known:
            raise ValueError(f"There is no {column} {chosen!r}. Choose from: {', '.join(known)}.")
        if chosen != ANY:
            table = table[table[column] == chosen]
    if table.empty:
        raise ValueError(f"No claim fits all three: reading {reading}, kind {kind}, verdict {verdict}. Set one of them to {ANY!r}.")
    return pd.DataFrame({"number": range(1, len(table) + 1), "claim": table["claim"], "¶": [f"¶{n}" for n in table["paragraph"]],
                         "voice": table["voice"], "says": table["says"], "verdict": table["verdict"]})


def _claim(name: str) -> pd.Series:
    table = load("claims").set_index("claim", drop=False)
    if name not in table.index:
        raise ValueError(f"There is no claim {name!r}. The list of claims above has the names, such as {table.index[0]}.")
    return table.loc[name]


def _about(row: pd.Series) -> pd.DataFrame:
    voice = load("voices").set_index("voice").loc[row["voice"]]
    lines = {"says, in our words": row["says"], "where": f"{row['reading']} ¶{row['paragraph']}",
             "voice": f"{voice['name']}, {voice['written']}", "cites": row["attributed_to"] or "nobody: the voice's own",
             "kind": row["kind"], "verdict today": row["verdict"],
             "verdict on the figures of the time": row["then"] or "no difference known",
             "note": row["note"]}
    return pd.DataFrame(lines.items(), columns=["", row["claim"]])


def _sources(text: str) -> str:
    items = [escape(part.strip()) for part in text.split("; ") if part.strip()]
    linked = [f'<a href="{item}">{item}</a>' if item.startswith("http") else item for item in items]
    return "<ul>" + "".join(f"<li>{item}</li>" for item in linked) + "</ul>"


def claim_rows(name: str) -> list[tuple[str, pd.DataFrame]]:
    """Return each check of a claim as `(what it computes, rows of the tables)`; [] for one without a check.

    Raises ValueError for an unknown claim.
    """
    row = _claim(name)
    if not row["table"]:
        return []
    found = []
    for part, check in zip(row["where"].split("||"), alternatives(row)):
        where = part.strip().removeprefix(f"{check['label']}:") if check["label"] else part
        rows = pd.concat([select(row["table"], piece) for side in where.split("//") for piece in side.split(" per ")])
        said = f"{check['computed']:,.2f}".rstrip("0").rstrip(".")
        wanted = {"<": "the claim needs below", ">": "the claim needs above"}.get(row["tolerance"], "the text has")
        found.append((f"{CHECKS[check['label']]}: {row['measure']} = {said}, {wanted} {row['quantity']:g}: {check['fits']}", rows))
    return found


def claim_card(name: str) -> HTML:
    """Return one claim as HTML: what it says and where, its verdict, and the rows or sources that decide it."""
    row = _claim(name)
    parts = [html_table(_about(row), "One claim")]
    for words, rows in claim_rows(name):
        shown = rows[[column for column in COLUMNS if column in rows.columns]]
        table = html_table(shown, "The rows that it computes with") + f"<p><small>Source: {escape(cite(rows))}.</small></p>"
        parts.append(f"<details><summary>Behind the verdict, {escape(words)}</summary>{table}</details>")
    if row["source"]:
        parts.append(f"<p>Sources that were looked at:</p>{_sources(row['source'])}")
    return HTML("".join(parts))


def claim_view(reading: str = ANY, kind: str = ANY, verdict: str = ANY, number: float = 1) -> HTML:
    """Return the list of the claims that fit, folded, and the one with the `number` in it, whole.

    A number above the list shows its last claim, with a remark. Raises ValueError as `claim_list`, and for a number below 1.
    """
    table = claim_list(reading, kind, verdict)
    choice = f"reading: {reading}, kind: {kind}, verdict: {verdict}"
    if number < 1:
        raise ValueError(f"This choice ({choice}) has the claims 1 to {len(table)}; you asked for number {number:g}.")
    shown = min(int(number), len(table))
    remark = f" You asked for number {number:g}; this is the last one." if number > len(table) else ""
    listed = html_table(table, f"{len(table)} claims; {choice}")
    return HTML(f"<details><summary>List of {len(table)} claims ({choice})</summary>{listed}</details>"
                f"<p>Number {shown} of {len(table)}.{remark}</p>" + claim_card(table["claim"].iloc[shown - 1]).data)


def tension_view(tension: str) -> HTML:
    """Return a tension as HTML: how two texts, or two places of one, differ, the claims on each side, how one would settle it.

    Raises ValueError, with the names there are, for an unknown tension.
    """
    table = load("tensions").set_index("tension")
    if tension not in table.index:
        raise ValueError(f"There is no tension {tension!r}. There are: {', '.join(table.index)}.")
    row = table.loc[tension]
    claims = load("claims").set_index("claim").loc[row["claims"].split()]
    written = load("voices").set_index("voice")["written"]
    sides = pd.DataFrame({"claim": claims.index, "voice": claims["voice"], "written": claims["voice"].map(written),
                          "¶": [f"¶{n}" for n in claims["paragraph"]], "says": claims["says"], "verdict": claims["verdict"]})
    return HTML(f"<p><strong>How they differ.</strong> {escape(row['differs'])}</p>" + html_table(sides, f"The tension {tension}: its claims")
                + f"<p><strong>How one would settle it.</strong> {escape(row['settle'])}</p>")
