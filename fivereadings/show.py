"""Show tables and charts so that every reader can use them."""

import base64
import os
from html import escape
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML

# Okabe and Ito's colours, told apart by colour-blind readers; each has its own marker
# and dash, so that colour never carries a meaning alone.
COLOURS = {"China": "#D55E00", "Russia": "#0072B2", "United States": "#009E73",
           "Growth Lab (reconciled)": "#000000", "other": "#666666"}
MARKERS = {"China": "o", "Russia": "s", "United States": "^", "Growth Lab (reconciled)": "D", "other": "v"}
DASHES = {"China": "-", "Russia": "--", "United States": "-.", "Growth Lab (reconciled)": ":", "other": ":"}

# Lab aligns every cell to the right, which suits numbers only; a page without Lab's style packs them together.
TEXT = ' style="text-align:left;padding:.15em .6em"'
NUMBER = ' style="text-align:right;padding:.15em .6em"'
FEW_WORDS = 5
# Lab takes what stands between two dollar signs for a formula, even in a caption; not in an element of this class.
AS_WRITTEN = ' class="mathjax_ignore"'
DPI = int(os.environ.get("FIVEREADINGS_DPI", "110"))  # present.py asks for more, for a chart as wide as a wall


def number(value) -> str:
    """Return a number as text for a table cell: thousands apart, no needless zeros, a gap as "–"."""
    if pd.isna(value):
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)


def html_table(frame: pd.DataFrame, caption: str) -> str:
    """Return a frame as an HTML table with a caption and header scopes; its first column heads each row."""
    sides = [NUMBER if pd.api.types.is_numeric_dtype(kind) else TEXT for kind in frame.dtypes]
    head = "".join(f'<th scope="col"{side}>{escape(str(column))}</th>' for column, side in zip(frame.columns, sides))
    body = []
    for row in frame.itertuples(index=False, name=None):
        first, *rest = (escape(number(cell)) for cell in row)
        cells = "".join(f"<td{side}>{cell}</td>" for side, cell in zip(sides[1:], rest))
        body.append(f'<tr><th scope="row"{sides[0]}>{first}</th>{cells}</tr>')
    return (f'<table{AS_WRITTEN} style="min-width:22em"><caption{TEXT}>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>")


def picture(figure) -> str:
    """Return a matplotlib figure as a `data:` address of a PNG, and close it."""
    memory = BytesIO()
    # Level 3 instead of 6 saves up to 10 ms of a busy chart; the file grows by 5 to 15 per cent.
    figure.savefig(memory, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    plt.close(figure)
    return "data:image/png;base64," + base64.b64encode(memory.getvalue()).decode("ascii")


def show(shown, caption: str = "", alt: str = "", source: str = "", table: pd.DataFrame | None = None) -> HTML:
    """Return a table or a chart as HTML that Lab, Voilà and a web page show alike.

    A frame becomes a table with `caption` and `source`. A matplotlib figure becomes a
    picture with `alt` (what the chart shows, in a sentence), a caption, a source line and
    the `table` behind it, folded. A chart needs all four.

    Raises ValueError when a chart lacks one of them: a reader who cannot see it would get nothing.
    """
    if isinstance(shown, pd.Series):
        raise ValueError(f"show takes a table or a chart; this is one column. Write table[[{shown.name or 'column'!r}]] with two pairs "
                         "of brackets, or print(...).")
    credit = f"<br><small>Source: {escape(source)}.</small>" if source else ""
    if isinstance(shown, pd.DataFrame):
        return HTML(html_table(shown, caption or shown.attrs.get("title", "Table")) + credit.replace("<br>", "", 1))
    if len(alt.split()) < FEW_WORDS:
        raise ValueError(f"A chart needs alternative text that says what it shows; seen: {alt!r}. "
                         "Write a sentence: what is drawn, for which years, and what stands out.")
    if not caption or not source or table is None or table.empty:
        raise ValueError("A chart needs a caption, a source and the table behind it. "
                         "Try: show(figure, caption=…, alt=…, source=cite(rows), table=rows)")
    return HTML(
        f'<figure style="margin:1em 0"><img src="{picture(shown)}" alt="{escape(alt, quote=True)}" style="max-width:100%;height:auto">'
        f"<figcaption{AS_WRITTEN}>{escape(caption)}{credit}</figcaption></figure>"
        f"<details><summary>The figures behind this chart</summary>{html_table(table, caption)}</details>"
    )


def page(title: str, *parts) -> str:
    """Return a whole web page that needs nothing else: `parts` are HTML (what `show` returns) or text that is HTML."""
    body = "\n".join(getattr(part, "data", part) for part in parts)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
            '<meta name="viewport" content="width=device-width">\n'
            "<style>body{font:1.1em/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}"
            "td,th{border-bottom:1px solid #999}caption{font-weight:bold}@media print{details>*{display:block}}</style></head>\n"
            f"<body><main>\n<h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n")


def lines(frame: pd.DataFrame, names: list[str], unit: str, dots: dict[str, pd.Series] | None = None):
    """Return a figure with one line per column in `names` against the column `year`.

    Gaps stay gaps. `dots` maps a column to a true/false Series: true rows get a hollow
    marker (figures that were announced, not taken from a statistical file).
    """
    figure, axes = plt.subplots(figsize=(8, 4.2))
    figure.subplots_adjust(left=0.09, right=0.98, top=0.97, bottom=0.08)  # a tight layout would draw twice
    for name in names:
        style = name if name in COLOURS else "other"
        axes.plot(frame["year"], frame[name], color=COLOURS[style], linestyle=DASHES[style],
                  marker=MARKERS[style], label=name)
        if dots and name in dots:
            hollow = frame[dots[name].to_numpy()]
            axes.plot(hollow["year"], hollow[name], linestyle="none", marker=MARKERS[style],
                      markerfacecolor="white", markeredgecolor=COLOURS[style])
    axes.set_ylabel(unit)
    axes.set_xlim(frame["year"].min() - 0.7, frame["year"].max() + 0.7)  # a year without a figure has its place, too
    axes.set_xticks(frame["year"].iloc[::2])
    axes.axhline(0, color="black", linewidth=0.8)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure
