"""The voices of the readings: what each says on each question, with its paragraph."""

import os
import re
from html import escape

import pandas as pd
from IPython.display import HTML

from .places import home
from .show import html_table
from .tables import load

# Set while notebooks are stored or graded: a copyrighted text never reaches a stored output.
OWN_COPIES_OFF = "FIVEREADINGS_NO_OWN_COPIES"

STANCE = {"-2": "plainly", "-1": "with reservations or in passing", "0": "balanced: neither end",
          "1": "with reservations or in passing", "2": "plainly"}


def stance_in_words(stance: str, low: str, high: str) -> str:
    """Return a stance code (-2 … 2, "" for silence) in words, with the end it leans to."""
    if stance == "":
        return "does not speak to it"
    if stance == "0":
        return STANCE["0"]
    return f"{low if stance.startswith('-') else high} ({STANCE[stance]})"


def marks(paragraphs: str) -> str:
    """Return paragraph numbers as locators: "15 17" becomes "¶15 ¶17"."""
    return " ".join(f"¶{number}" for number in paragraphs.split())


def viewpoint_table(voices=None, questions=None) -> pd.DataFrame:
    """Return `question, voice, written, stance, in words, ¶, says` for the chosen voices and questions.

    `voices` and `questions` are lists of ids; None takes all that are coded.
    Raises ValueError, with the ids there are, for an unknown one.
    """
    views, asked, who = load("viewpoints"), load("questions"), load("voices")
    for chosen, known, word in ((voices, who["voice"], "voice"), (questions, asked["question"], "question")):
        for name in chosen or []:
            if name not in set(known):
                raise ValueError(f"There is no {word} {name!r}. There are: {', '.join(known)}.")
    table = views.merge(asked, on="question").merge(who[["voice", "name", "written"]], on="voice")
    table = table[table["voice"].isin(voices or set(who["voice"])) & table["question"].isin(questions or set(asked["question"]))]
    return pd.DataFrame({
        "question": table["asks"], "voice": table["name"], "written": table["written"],
        "stance": table["stance"].replace("", "–"),
        "in words": [stance_in_words(*row) for row in zip(table["stance"], table["low"], table["high"])],
        "¶": table["paragraphs"].map(marks), "says": table["says"],
    }).reset_index(drop=True)


def viewpoint_view(question: str, voices=None) -> HTML:
    """Return one question and what the chosen voices say to it, side by side, as HTML."""
    table = viewpoint_table(voices, [question])
    asked = load("questions").set_index("question").loc[question]
    return HTML(
        f"<p><strong>{escape(asked['asks'])}</strong> From −2 ({escape(asked['low'])}) to 2 ({escape(asked['high'])}).</p>"
        + html_table(table.drop(columns="question"), f"Question “{question}”: each voice, told in our words")
    )


def own_copy(reading: str, paragraph: int) -> str | None:
    """Return a paragraph of the reader's own copy of a text, or None where there is none.

    The copy is `readings/own-copies/<reading>.txt`: UTF-8, one paragraph a block, blank lines
    between. Blocks are counted in order; a block that begins with # is a heading and not counted.
    A reader whose copy counts otherwise puts the right number in front of a block, such as [17];
    counting goes on from there.
    """
    path = home() / "readings" / "own-copies" / f"{reading}.txt"
    if os.environ.get(OWN_COPIES_OFF) or not path.is_file():
        return None
    number, found = 0, {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8-sig").strip()):
        marked = re.match(r"\[(\d+)\]\s*", block)
        if not block.startswith("#"):
            number = int(marked[1]) if marked else number + 1
            found[number] = block[marked.end():] if marked else block
    return found.get(paragraph)


def show_paragraph(reading: str, paragraph: int) -> HTML:
    """Return a paragraph of the reader's own copy as HTML, or where to get one."""
    text = own_copy(reading, paragraph)
    if text is None:
        return HTML(f"<p><em>Here stands ¶{paragraph} of your own copy of the text, once you have one: see readings/README.md.</em></p>")
    return HTML(f"<blockquote><p><strong>¶{paragraph}</strong> {escape(text)}</p></blockquote>")
