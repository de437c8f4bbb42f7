"""The voices of the readings: what each says on each question, with its paragraph."""

import os
import re
from functools import lru_cache
from html import escape
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from .classfiles import decoded
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


@lru_cache
def _spans(place: Path) -> dict[str, tuple[str, int, int]]:
    # A class's files ask this thousands of times; `place` is the module's folder, which tests change.
    about, coded = load("voices").set_index("voice")["reading"], load("viewpoints").groupby("voice", sort=False)["paragraphs"]
    starts = {voice: min(int(number) for cell in cells for number in cell.split()) for voice, cells in coded}
    length, spans = load("readings").set_index("reading")["paragraphs"].astype(int), {}
    for voice, reading in about.items():
        others = [starts[name] for name in starts if about[name] == reading and name != voice]
        start = starts.get(voice, 1) if others else 1
        spans[voice] = (reading, start, min((other - 1 for other in others if other > start), default=int(length[reading])))
    return spans


def paragraphs_of(voice: str) -> tuple[str, int, int]:
    """Return the reading in which a voice speaks, and its first and last paragraph there.

    A text of one voice belongs to it whole. Where several speak one after the other, each part begins at the first
    paragraph that is coded for the voice and ends before the next voice's; what stands before them is the editor's.
    Raises ValueError for an unknown voice.
    """
    spans = _spans(home())
    if voice not in spans:
        raise ValueError(f"There is no voice {voice!r}. There are: {', '.join(spans)}.")
    return spans[voice]


@lru_cache
def _coded(place: Path) -> tuple[str, ...]:
    return tuple(load("viewpoints")["voice"].unique())


def coded_voices() -> list[str]:
    """Return the ids of the voices whose stances are coded, in order."""
    return list(_coded(home()))


def voice_names() -> dict[str, str]:
    """Return the name of each coded voice by its id, in order."""
    names = load("voices").set_index("voice")["name"]
    return {voice: names[voice] for voice in coded_voices()}


def _own_blocks(reading: str) -> list[tuple[int, str]]:
    path = home() / "readings" / "own-copies" / f"{reading}.txt"
    if os.environ.get(OWN_COPIES_OFF) or not path.is_file():
        return []
    try:
        text = decoded(path.read_bytes())[0]
    except ValueError as problem:
        raise ValueError(f"Your copy readings/own-copies/{path.name} was not read: {problem}. Save it again as plain text, UTF-8.") from None
    number, blocks = 0, []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        marked = re.match(r"\[(\d+)\]\s*", block)
        if not block.startswith("#"):
            number = int(marked[1]) if marked else number + 1
            blocks.append((number, block[marked.end():] if marked else block))
    return blocks


def own_copies(reading: str) -> dict[int, str]:
    """Return the paragraphs of the reader's own copy of a text by their numbers; none where there is no copy.

    The copy is `readings/own-copies/<reading>.txt`: plain text, one paragraph a block, blank lines
    between. Blocks are counted in order; a block that begins with # is a heading and not counted.
    A reader whose copy counts otherwise puts the right number in front of a block, such as [17];
    counting goes on from there. Raises ValueError for a file that is no text.
    """
    return dict(_own_blocks(reading))


def own_copy_trouble(reading: str) -> str:
    """Return, as HTML, how the numbers of the reader's own copy differ from ours and what to try; "" where they agree, or there is no copy."""
    numbers, expected = [number for number, _ in _own_blocks(reading)], int(load("readings").set_index("reading").loc[reading, "paragraphs"])
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if not numbers or (numbers[-1] == expected and not twice):
        return ""
    found = f"{len(numbers)} paragraph{'s' * (len(numbers) != 1)}, the last of them ¶{numbers[-1]}"
    found += f", and {marks(' '.join(map(str, twice)))} more than once" * bool(twice)
    return (f'<p role="note"><strong>Your copy may count otherwise than we do.</strong> In readings/own-copies/{reading}.txt we found {found}; '
            f"we expected {expected} paragraphs. So a ¶ may show another paragraph than the one that is meant. What to try: put an empty line between "
            "paragraphs and none inside one; take out the title and the author's line; put # in front of a subheading; "
            "or write the right number in front of a paragraph, such as [17]. If you copied a part only and numbered it so, all is well.</p>")


def show_paragraph(reading: str, paragraph: int) -> HTML:
    """Return a paragraph of the reader's own copy as HTML, with a warning where its numbers differ from ours; or where to get one."""
    text, trouble = own_copies(reading).get(paragraph), own_copy_trouble(reading)
    if text is None:
        return HTML(f"<p><em>Here stands ¶{paragraph} of your own copy of the text, once you have one: see readings/README.md.</em></p>{trouble}")
    return HTML(f"<blockquote><p><strong>¶{paragraph}</strong> {escape(text)}</p></blockquote>{trouble}")
