"""How far coders agree: by item, in per cent, by Krippendorff's alpha; and the page of a whole class."""

from html import escape

import krippendorff
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML

from ..show import COLOURS, show
from ..tables import load
from .matrix import signed

SCALE = ["silent", "-2", "-1", "0", "1", "2"]  # every code that there is
ITEM = ["voice", "question"]
MOST_DRAWN = 12  # items in the picture; the table holds all
TEXT = "text"    # the basis that enters the statistics


def folded(shown: HTML, summary: str) -> HTML:
    """Return what `show` returns, folded under the words `summary`: codes are seen only by those who ask for them."""
    return HTML(f"<details><summary>{escape(summary)}</summary>{shown.data}</details>")


def in_words(code: str) -> str:
    """Return a code for a reader: "silent", "+1", "−2"."""
    return code if code == "silent" else signed(float(code))


def two_coders() -> pd.DataFrame:
    """Return the codes of the module's two coders: `voice, question, coder_a, coder_b`, silence as "silent"."""
    return load("codings")[[*ITEM, "coder_a", "coder_b"]].replace({"coder_a": {"": "silent"}, "coder_b": {"": "silent"}})


def disagreement(codes: pd.Series) -> float:
    """Return the share of pairs of codes that differ, in per cent: 0 where all are the same; NaN for fewer than two."""
    counts, n = codes.value_counts(), len(codes)
    return 100 * (1 - (counts * (counts - 1)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def spread_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each item that was coded, the most ambiguous first.

    `rows` holds `pseudonym, voice, question, stance`. Columns: `item, coders`, how many gave each code,
    `differ` (pairs of coders with different codes, per cent), `coder A`, `coder B`, `same as A`, `same as B` (per cent).
    """
    known, table = two_coders().set_index(ITEM), []
    for (voice, question), group in rows.groupby(ITEM, sort=False):
        a, b = known.loc[(voice, question)]
        table.append({
            "item": f"{voice}, {question}", "coders": len(group),
            **{in_words(code): int((group["stance"] == code).sum()) for code in SCALE},
            "differ": disagreement(group["stance"]), "coder A": in_words(a), "coder B": in_words(b),
            "same as A": 100 * (group["stance"] == a).mean(), "same as B": 100 * (group["stance"] == b).mean(),
        })
    return pd.DataFrame(table).sort_values(["differ", "item"], ascending=[False, True], na_position="last").reset_index(drop=True)


def alpha(rows: pd.DataFrame, coder: str, level: str) -> float:
    """Return Krippendorff's alpha of long codes: 1 is full agreement, 0 what chance gives; NaN where it has no value.

    `rows` holds one code a row: `coder` names the column of who coded, beside `voice, question, stance`.
    `level` "speaks" asks whether the voice speaks to the question (nominal); "ordinal", "nominal" and
    "interval" compare the stances of those who found one. An item that one coder coded does not count.
    Source: Krippendorff, as computed by the package of that name.
    """
    codes = rows["stance"].replace("silent", np.nan).astype(float)
    values = codes.notna().astype(float) if level == "speaks" else codes
    table = rows.assign(value=values).pivot(index=coder, columns=ITEM, values="value")
    table = table.loc[:, table.notna().sum() > 1].to_numpy(dtype=float)
    if len(np.unique(table[~np.isnan(table)])) < 2:
        return float("nan")  # nothing varies: no disagreement can be expected
    kind, domain = ("nominal", [0, 1]) if level == "speaks" else (level, [-2, -1, 0, 1, 2])
    return float(krippendorff.alpha(table, level_of_measurement=kind, value_domain=domain))


def module_alpha(level: str) -> float:
    """Return the alpha of the module's two coders on all pairs; `level` as in `alpha`."""
    return alpha(two_coders().melt(ITEM, var_name="coder", value_name="stance"), "coder", level)


def alpha_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `question, alpha, coders, items` of a class, and beside it `the two coders`; items with two codes or more."""
    table = []
    for asks, level in (("Does the voice speak to it?", "speaks"), ("What does it say? (ordinal)", "ordinal")):
        used = rows if level == "speaks" else rows[rows["stance"] != "silent"]
        used = used[used.groupby(ITEM)["stance"].transform("size") > 1]
        value = alpha(rows, "pseudonym", level)
        table.append({"question": asks, "alpha": "no value" if np.isnan(value) else f"{value:.2f}",
                      "coders": used["pseudonym"].nunique(), "items": len(used[ITEM].drop_duplicates()),
                      "the two coders": f"{module_alpha(level):.2f}"})
    return pd.DataFrame(table)


def spread_view(rows: pd.DataFrame, what: str = "The class's codes"):
    """Return the spread of codes on each item as a picture with its table, as HTML. Raises ValueError for no rows."""
    if rows.empty:
        raise ValueError("There are no codes to draw yet. Collect the students' files first.")
    table = spread_table(rows)
    drawn, codes = table.head(MOST_DRAWN), [in_words(code) for code in SCALE]
    figure, axes = plt.subplots(figsize=(8.4, 1.2 + 0.5 * len(drawn)))
    figure.subplots_adjust(left=0.3, right=0.99, top=1 - 0.45 / (1.2 + 0.5 * len(drawn)), bottom=0.15 / (1.2 + 0.5 * len(drawn)))
    most = drawn[codes].to_numpy().max()
    for y, row in drawn.iterrows():
        for x, code in enumerate(codes):
            if row[code]:
                axes.scatter(x, y, s=90 + 380 * row[code] / most, color="white" if code == "silent" else COLOURS["other"],
                             edgecolor="black", zorder=2)
                axes.text(x, y, str(row[code]), ha="center", va="center", zorder=3, fontweight="bold",
                          color="black" if code == "silent" else "white", fontsize=9)
    axes.axvline(0.5, color="#666666", linewidth=0.8, linestyle=":")
    axes.set(xlim=(-0.6, len(codes) - 0.4), ylim=(len(drawn) - 0.4, -0.6), xticks=range(len(codes)), yticks=range(len(drawn)))
    axes.set_xticklabels(codes)
    axes.set_yticklabels(drawn["item"])
    axes.xaxis.tick_top()
    axes.grid(axis="y", alpha=0.3)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    first = table.iloc[0]
    coders, left = rows["pseudonym"].nunique(), len(table) - len(drawn)
    differ = f"{first['differ']:.0f} per cent of the pairs of coders gave different codes" if first["coders"] > 1 else "one coder each"
    return show(
        figure, caption=f"{what}: how many gave each code, the most ambiguous item first. {coders} coders, {len(table)} items"
        + (f"; the {left} least ambiguous stand in the table only." if left else "."),
        alt=f"A row of dots for each of {len(drawn)} items, from silent and −2 to +2; a number in each dot counts the coders. "
            f"The first row is {first['item']}: {differ}.",
        source=f"codes of {coders} students, from the text itself; coders A and B: readings/codings.csv",
        table=table.round(1))


def class_parts(rows: pd.DataFrame) -> list:
    """Return the parts of the page to project: spread, agreement, alpha, and practice apart. No pseudonym stands in them.

    `rows` are the good rows of all files, as `classfiles.read_class` returns them.
    Raises ValueError where there are none.
    """
    if rows.empty:
        raise ValueError("No file holds a code that can be counted. The list above says why.")
    counted, practice = rows[rows["basis"] == TEXT], rows[rows["basis"] != TEXT]
    parts = ["<p>Which items are ambiguous? Nobody is wrong here for being alone: ask both sides for their ¶ and their reason.</p>"]
    if counted.empty:
        parts.append("<p>No code was made from the text itself, so there are no statistics.</p>")
    else:
        table = spread_table(counted)
        known = counted.merge(two_coders(), on=ITEM)
        shares = [100 * (known["stance"] == known[name]).mean() for name in ("coder_a", "coder_b")]
        parts += [
            "<h2>Codes from the text itself</h2>", spread_view(counted),
            f"<p>Over all {len(known)} codes: the same as coder A in {shares[0]:.0f} per cent, as coder B in {shares[1]:.0f} per cent. "
            + ("The two coders differ from each other on some of these items, so nobody can be the same as both everywhere.</p>"
               if (known["coder_a"] != known["coder_b"]).any() else "On these items the two coders agree with each other.</p>"),
            show(table[["item", "coders", "differ", "coder A", "coder B", "same as A", "same as B"]].round(0),
                 caption="The most ambiguous items first: differ, same as A and same as B in per cent"),
            "<h2>Krippendorff's alpha</h2>", show(alpha_table(counted), caption="Alpha of the class, and of the module's two coders on all pairs"),
            "<p>1 is full agreement, 0 what chance would give. With few items or few coders it moves a lot from class to class.</p>",
        ]
    if not practice.empty:
        table = spread_table(practice)[["item", "coders", *map(in_words, SCALE)]]
        parts += ["<h2>Practice, not counted</h2>",
                  show(table, caption=f"{len(practice)} codes made from our summary: they measure our sentence, not the text")]
    return [part if isinstance(part, str) else part.data for part in parts]
