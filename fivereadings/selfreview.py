"""The self-review of a brief: what a machine can count in four texts and a chart. It is advice and never a judgement."""

import re
from html.parser import HTMLParser

import pandas as pd

from .tables import load
from .voices import paragraphs_of

# The four cells that a student writes, with the heading that the page gives each.
PARTS = {"brief-claim": "The question and the claim", "brief-figure": "What the figure shows",
         "brief-voices": "Two voices", "brief-conclusion": "Conclusion"}
NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?")
UNITS = re.compile(r"(?i)\b(bn|billion|million|per cent|percent|bcm|mt|tonnes|barrels?|dollars|yuan|roubles|points|times)\b|%|US\$")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ALT_WORDS = 15
DECLARED = re.compile(r"(?im)^[\s>*_+-]*help i used\b.*$")  # a line that says which help was used is no part of the text
CHANGE = re.compile(r"(?i)would change|change my (mind|view|answer)|would (make|convince|persuade) me|would (have to )?(think (differently|otherwise)"
                    r"|revise|reconsider|rethink|give up|drop|turn round|decide (differently|otherwise))")
# Before a phrase of the scale such a word makes another phrase: “highly likely” is none of the seven.
BEFORE = "highly|extremely|most|more|less|quite|rather|fairly|not|hardly|really|so|too"


def _found(good: bool, what: str, missing: str) -> str:
    return f"found: {what}" if good else f"not found: {missing}"


class _Alt(HTMLParser):
    """Collects the alternative texts of the pictures, and the text of the table cells."""

    def __init__(self, html):
        super().__init__()
        self.alts, self.cells, self._cell = [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._cell = tag in ("td", "th")
        if tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")

    def handle_data(self, data):
        if self._cell:
            self.cells.append(data)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, roughly: split after . ! ? (and closing stars or quotation marks) before a blank."""
    after = "|".join(rf"(?<=[.!?]{'[*_”’)]' * marks})" for marks in range(4))
    return re.split(rf"(?:{after})\s+", text)


def words_of(text: str) -> int:
    """Return how many words a text has, as a word processor counts them, without a line that begins “Help I used”."""
    return len(DECLARED.sub("", text).split())


def _named(sentence: str) -> dict[str, range]:
    """Return the voices that a sentence names, each with its own paragraphs."""
    plain, found = sentence.replace("The Bear", "Bear").replace("the Dragon", "Dragon"), {}
    for voice in load("voices").itertuples():
        names = [_short(voice.name), *([voice.name.split()[-1]] if voice.voice == voice.name.split()[-1].lower() else [])]
        if any(re.search(rf"(?i)\b{re.escape(name)}\b", plain) for name in names):
            found[voice.voice] = _own(voice.voice)
    return found


def _short(name: str) -> str:
    return name.split(" (")[0]


def _own(voice: str) -> range:
    _, first, last = paragraphs_of(voice)
    return range(first, last + 1)


def _places(sentence: str) -> list[int]:
    return [int(number) for number in re.findall(r"¶\s*(\d+)", sentence)]


def voices_with_place(text: str) -> dict[str, list[int]]:
    """Return the voices that a text names, each with those ¶ in the same sentences that are its own."""
    found = {}
    for sentence in sentences(text):
        for voice, own in _named(sentence).items():
            found.setdefault(voice, []).extend(n for n in _places(sentence) if n in own)
    return found


def wrong_places(text: str) -> list[str]:
    """Return a remark on each ¶ that is of no voice named in its sentence.

    Such as “¶99 does not exist in Torrey Taussig” or “¶7 is by Alexander Panov, not by Alexey Fenenko”.
    """
    who, remarks = load("voices").set_index("voice"), []
    for sentence in sentences(text):
        voices = _named(sentence)
        for number in _places(sentence):
            if voices and not any(number in own for own in voices.values()):
                said = " or ".join(_short(who.loc[voice, "name"]) for voice in voices)
                others = who[who["reading"].isin(who.loc[list(voices), "reading"])].index
                by = next((_short(who.loc[other, "name"]) for other in others if number in _own(other)), "")
                remarks.append(f"¶{number} is by {by}, not by {said}" if by else f"¶{number} does not exist in {said}")
    return remarks


def _phrases(text: str) -> list[tuple[str, str]]:
    scale = sorted(load("confidence")["words"], key=len, reverse=True)
    return re.findall(rf"(?i)\b(?:({BEFORE})\s+)?({'|'.join(scale)})\b", text)


def confidence_in(text: str) -> list[str]:
    """Return the phrases of the scale that stand in a text; “likely” is not counted in “very likely” nor in “highly likely”."""
    return [phrase for before, phrase in _phrases(text) if not before]


def in_band(text: str) -> list[str]:
    """Return the numbers inside the band of a phrase of the scale that stands in the same sentence, each as “likely: 75”."""
    bands = load("confidence").set_index("words")
    return [f"{phrase}: {number}" for sentence in sentences(text) for phrase in confidence_in(sentence)
            for number in NUMBER.findall(YEAR.sub("", re.sub(r"¶\s*\d+", "", sentence)))
            if bands.loc[phrase.lower(), "from"] <= float(number.replace(",", "")) <= bands.loc[phrase.lower(), "to"]]


def review(brief: dict) -> pd.DataFrame:
    """Return the self-review of a brief, `looked for, result`, one row a point. It is advice: a machine counts and cannot judge."""
    texts, rows = brief["texts"], []
    for name, heading in PARTS.items():
        words, (low, high) = words_of(texts[name]), brief["limits"][name]
        rows.append((f"{heading}: {low} to {high} words", _found(low <= words <= high, f"{words} words", f"it has {words} words")))
    seen = _Alt(brief["chart"])
    alt = [text for text in seen.alts if len(text.split()) >= ALT_WORDS]
    rows.append(("one chart", _found(len(seen.alts) == 1, "one chart", f"{len(seen.alts)} charts in the saved notebook; run the chart's cells and save")))
    rows.append(("alternative text and source of the chart", _found(bool(alt) and "Source:" in brief["chart"], "both",
                 f"a sentence of {ALT_WORDS} words or more, or the line with the source")))
    who = _whose()
    whole = [sentence for sentence in sentences(texts["brief-figure"])
             if len(NUMBER.findall(YEAR.sub("", sentence))) and YEAR.search(sentence) and UNITS.search(sentence) and who.search(sentence)]
    rows.append(("a figure with year, unit and reporter in one sentence", _found(bool(whole), f"“{(whole or [''])[0][:70]}…”",
                 f"no sentence of “{PARTS['brief-figure']}” has a number, a year, a unit and whose figure it is")))
    rows.append(_traced(texts["brief-figure"], seen.cells))
    named = {voice: places for voice, places in voices_with_place(texts["brief-voices"]).items() if places}
    rows.append(("two voices, each with a ¶ of its own", _found(len(named) >= 2, ", ".join(f"{v} ¶{p[0]}" for v, p in named.items()),
                 f"{len(named)} voice{'s' * (len(named) != 1)} with a ¶ of its own in the same sentence")
                 + "".join(f"; {remark}" for remark in wrong_places(texts["brief-voices"]))))
    end = texts["brief-conclusion"]
    said, near = confidence_in(end), [f"“{before} {phrase}” is another phrase" for before, phrase in _phrases(end) if before]
    rows.append(("a confidence from the scale", _found(bool(said), ", ".join(said), "; ".join(["none of the seven phrases stands in the conclusion", *near]))))
    inside = in_band(end)
    rows.append(("a number inside the band of that phrase", _found(bool(inside), ", ".join(inside), "no sentence has the phrase and a number of its band")))
    rows.append(("what would change your mind", _found(bool(CHANGE.search(end)), "a sentence on it", "a sentence such as: My view would change if …")))
    return pd.DataFrame(rows, columns=["looked for", "result"])


def _whose() -> re.Pattern:
    """Return what names a reporter: an organisation of the tables, or a country whose figures are meant and not only its goods."""
    names = {re.sub(r" \(.*", "", name) for table in ("trade", "trade-reconciled", "gdp", "energy-flows", "gas-deliveries", "oil-price")
             for name in load(table)["reporter"].unique()}
    countries = {"China", "Russia", "United States"}
    bodies = "|".join(map(re.escape, sorted(names - countries)))
    return re.compile(rf"\b(?:{bodies}|SIPRI|Eurostat|customs|statistics|announced|report(?:s|ed)|by (?:the )?(?:{'|'.join(sorted(countries))})(?:'s)?"
                      r"|(?:Chinese|Russian|American|own) (?:figures|count))\b")


def _traced(text: str, cells: list[str]) -> tuple[str, str]:
    """Say which numbers of the text stand, rounded alike, in the table behind the chart."""
    held = [float(cell.replace(",", "")) for cell in cells if re.fullmatch(NUMBER, cell)]
    said = list(dict.fromkeys(NUMBER.findall(re.sub(r"¶\s*\d+", "", YEAR.sub("", text)).replace("−", "-"))))
    there = [number for number in said for value in [float(number.replace(",", ""))]
             if any(abs(value - other) <= 0.5 * 10 ** -len(number.partition(".")[2]) + 1e-9 for other in held)]
    rest = [number for number in said if number not in there]
    return ("numbers of the text in the chart's table", _found(bool(there), ", ".join(there), "none")
            + (f"; not there, so show how you got them: {', '.join(rest)}" if rest else ""))
