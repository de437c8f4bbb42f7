"""Check a claim against the tables: select rows, measure, compare, name the verdict.

The rule stands in `readings/README.md`. Nothing here knows a reading or a unit: a claim is
a row of `readings/claims.csv`, and the columns `table,where,measure,tolerance` decide it.
"""

import pandas as pd

from .tables import load

VALUE = "value"
LABELS = ("then", "other", "earlier")
ROUGHLY = 0.10  # of the computed figure


def select(table: str, where: str) -> pd.DataFrame:
    """Return the rows of a table that meet `column=value; column=value|value`.

    The condition `table=NAME` takes another table instead, so that a share can have its part
    in one table and its whole in another. Raises ValueError when a column is unknown or no
    row meets the conditions.
    """
    conditions = {}
    for condition in where.split(";"):
        column, _, values = (part.strip() for part in condition.partition("="))
        conditions[column] = [value.strip() for value in values.split("|")]
    rows = load(conditions.pop("table", [table])[0])
    for column, wanted in conditions.items():
        if column not in rows.columns:
            raise ValueError(f"There is no column {column!r}; the columns are {', '.join(rows.columns)}.")
        rows = rows[rows[column].astype("str").isin(wanted)]
    if rows.empty:
        raise ValueError(f"No row of the table meets: {where.strip()}.")
    return rows


def measured(table: str, where: str, measure: str) -> float:
    """Return the figure that `measure` makes of the selected rows.

    value: the one row. sum, product: all rows. growth: `later // earlier`, per cent.
    share: `part // whole`, per cent. ratio: `a // b`. rank: `one // pool`, 1 is the largest.
    Rows on each side of `//` are summed, but for the pool of a rank. A side may divide one
    selection by another, written `a per b`: roubles per exchange rate give dollars.

    Raises ValueError when the measure is unknown, or `value` finds more than one row.
    """
    sides = [_values(table, side) for side in where.split("//")]
    if measure in ("growth", "share", "ratio", "rank") and len(sides) != 2:
        raise ValueError(f"The measure {measure} needs two selections, separated by //; seen: {where}.")
    match measure:
        case "value":
            if len(sides[0]) != 1:
                raise ValueError(f"The measure value needs one row; {len(sides[0])} meet: {where}.")
            return float(sides[0].iloc[0])
        case "sum":
            return float(sides[0].sum())
        case "product":
            return float(sides[0].prod())
        case "growth":
            return float((sides[0].sum() / sides[1].sum() - 1) * 100)
        case "share":
            return float(sides[0].sum() / sides[1].sum() * 100)
        case "ratio":
            return float(sides[0].sum() / sides[1].sum())
        case "rank":
            return float((sides[1] > sides[0].sum()).sum() + 1)
    raise ValueError(f"There is no measure {measure!r}. The measures are: "
                     "value, sum, product, growth, share, ratio, rank.")


def _values(table: str, side: str) -> pd.Series:
    above, *below = (select(table, part)[VALUE] for part in side.split(" per "))
    return pd.Series([above.sum() / below[0].sum()]) if below else above


def fits(computed: float, quantity: float, tolerance: str) -> str:
    """Return "holds", "roughly" or "contradicted" for one computed figure.

    `tolerance` is half a unit of the last printed digit, or `<` or `>` for a one-sided claim.
    """
    if tolerance in ("<", ">"):
        true = computed < quantity if tolerance == "<" else computed > quantity
        return "holds" if true else "contradicted"
    difference = abs(computed - quantity)
    if difference <= float(tolerance) + 1e-9:
        return "holds"
    return "roughly" if difference <= ROUGHLY * abs(computed) else "contradicted"


def alternatives(claim) -> list[dict]:
    """Return each check of a claim: its `label` ("" for the plain one), `computed` figure and how it `fits`."""
    checks = []
    for part in claim["where"].split("||"):
        label, colon, rest = part.strip().partition(":")
        if not colon or label not in LABELS:
            label, rest = "", part
        computed = measured(claim["table"], rest, claim["measure"])
        checks.append({"label": label, "computed": computed,
                       "fits": fits(computed, float(claim["quantity"]), claim["tolerance"])})
    return checks


def verdict(claim) -> tuple[str, str]:
    """Return (verdict, then) of a claim that the data can decide.

    `claim` is a row of claims.csv with `table,where,measure,tolerance,quantity`. `then` is the
    verdict on the figures published when the text was written, "" where it does not differ.
    """
    checks = alternatives(claim)
    now = checks[0]["fits"]
    by = {label: [check["fits"] for check in checks if check["label"] == label] for label in LABELS}
    stands = {label: [fit for fit in by[label] if fit != "contradicted"] for label in LABELS}
    then = by["then"][0] if by["then"] and by["then"][0] != now else ""
    if now != "contradicted":
        return ("depends on whose figures" if "contradicted" in by["other"] else now), then
    for label, name in (("then", "holds as first reported"), ("other", "depends on whose figures"),
                        ("earlier", "out of date when written")):
        if stands[label]:
            return name, then
    return "contradicted", then
