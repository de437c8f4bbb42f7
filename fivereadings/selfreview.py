"""The self-review of a brief: what a machine can count in four texts and a chart. It is advice and never a judgement."""

import re
from html.parser import HTMLParser

import pandas as pd

from .tables import load

# The four cells that a student writes, with the heading that the page gives each.
PARTS = {"brief-claim": "The question and the claim", "brief-figure": "What the figure shows",
         "brief-voices": "Two voices", "brief-conclusion": "Conclusion"}
NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?")
UNITS = re.compile(r"(?i)\b(bn|billion|million|per cent|percent|bcm|mt|tonnes|barrels?|dollars|yuan|roubles|points|times)\b|%|US\$")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ALT_WORDS = 15


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
    """Return the sentences of a text, roughly: split after . ! ? before a blank."""
    return re.split(r"(?<=[.!?])\s+", text)


def voices_with_place(text: str) -> dict[str, list[int]]:
    """Return the voices that a text names, each with the ¶ in the same sentences that exist in its reading."""
    voices, length, found = load("voices"), load("readings").set_index("reading")["paragraphs"], {}
    for voice in voices.itertuples():
        names = [voice.name.split(" (")[0], *([voice.name.split()[-1]] if voice.voice == voice.name.split()[-1].lower() else [])]
        for sentence in sentences(text):
            if any(re.search(rf"(?i)\b{re.escape(name)}\b", sentence.replace("The Bear", "Bear").replace("the Dragon", "Dragon")) for name in names):
                places = [int(number) for number in re.findall(r"¶\s*(\d+)", sentence)]
                found.setdefault(voice.voice, []).extend(n for n in places if 1 <= n <= length[voice.reading])
    return found


def confidence_in(text: str) -> list[str]:
    """Return the phrases of the scale of confidence that stand in a text; “very likely” does not count as “likely” too."""
    scale = sorted(load("confidence")["words"], key=len, reverse=True)
    return re.findall(rf"(?i)\b(?:{'|'.join(scale)})\b", text)


def review(brief: dict) -> pd.DataFrame:
    """Return the self-review of a brief, `looked for, result`, one row a point. It is advice: a machine counts and cannot judge."""
    texts, rows = brief["texts"], []
    for name, heading in PARTS.items():
        words, (low, high) = len(texts[name].split()), brief["limits"][name]
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
                 "no sentence of part 2 has a number, a year, a unit and whose figure it is")))
    rows.append(_traced(texts["brief-figure"], seen.cells))
    named = {voice: places for voice, places in voices_with_place(texts["brief-voices"]).items() if places}
    rows.append(("two voices, each with a ¶ that exists", _found(len(named) >= 2, ", ".join(f"{v} ¶{p[0]}" for v, p in named.items()),
                 f"{len(named)} voices with a ¶ of their reading in the same sentence")))
    said = confidence_in(texts["brief-conclusion"])
    rows.append(("a confidence from the scale", _found(bool(said), ", ".join(said), "none of the seven phrases stands in the conclusion")))
    change = re.search(r"(?i)would change|change my (mind|view)|would make me", texts["brief-conclusion"])
    rows.append(("what would change your mind", _found(bool(change), "a sentence on it", "a sentence such as: My view would change if …")))
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
    return ("numbers of part 2 in the chart's table", _found(bool(there), ", ".join(there), "none")
            + (f"; not there, so show how you got them: {', '.join(rest)}" if rest else ""))
