"""Code a stance yourself: what to read, the saved code, and your agreement with others.

`python start.py class codes FOLDER` asks this module for `problem_of` and `class_parts`.
"""

import re
from functools import lru_cache
from html import escape
from pathlib import Path

import pandas as pd
from IPython.display import HTML

from .. import classfiles
from ..places import home
from ..show import html_table, show
from ..tables import load
from ..voices import coded_voices, own_copies, own_copy_trouble, paragraphs_of
from .agreement import ITEM, SCALE, TEXT, class_parts, in_words, spread_table, two_coders  # noqa: F401 (class_parts is asked for here)

NOT_CHOSEN = "choose what you code from"
BASES = {"our summary: practice": "summary", "the text itself": TEXT}
STANCES = {"choose a stance": "", "silent: does not speak to it": "silent", "−2 plainly the low end": "-2", "−1 the low end, with reservations": "-1",
           "0 explicitly balanced": "0", "+1 the high end, with reservations": "1", "+2 plainly the high end": "2"}
LONGEST = 300  # characters of a reason


@lru_cache
def _questions(place: Path) -> frozenset[str]:
    return frozenset(load("questions")["question"])


@lru_cache
def _practice(place: Path) -> dict[tuple[str, str], str]:
    return load("coding-items").set_index(ITEM)["practice"].to_dict()


def _numbers(text: str) -> str:
    """Return paragraph numbers with a blank between: "¶7–9, 11" becomes "7 8 9 11". What is no number stays as it is."""
    def each(found):
        return " ".join(map(str, range(int(found[1]), int(found[2]) + 1))) or found[0]

    return " ".join(re.sub(r"\b([0-9]{1,3})\s*[-–—]\s*([0-9]{1,3})\b", each, re.sub(r"[¶,;]", " ", text)).split())


def problem_of(row) -> str:
    """Return what is wrong with a code (a mapping with the columns of the file), or "" where it can count."""
    if row["voice"] not in coded_voices():
        return f"there is no coded voice {row['voice']!r}"
    if row["question"] not in _questions(home()):
        return f"there is no question {row['question']!r}"
    if row["basis"] not in BASES.values():
        return f"the basis is {row['basis']!r}; it is text or summary" if row["basis"] else "no basis was chosen: the text itself, or our summary"
    if row["basis"] != TEXT and (row["voice"], row["question"]) not in _practice(home()):
        return "there is no practice sentence for this pair; practice has the six items of the list"
    if row["stance"] not in SCALE:
        return f"the stance is {row['stance']!r}; it is one of {', '.join(SCALE)}" if row["stance"] else "no stance was chosen"
    if not row["reason"].strip():
        return "the reason is empty; one sentence is enough"
    if len(row["reason"]) > LONGEST:
        return f"the reason has {len(row['reason'])} characters; at most {LONGEST} are kept"
    numbers, (reading, first, last) = _numbers(row["paragraphs"]).split(), paragraphs_of(row["voice"])
    if row["stance"] == "silent":
        return "a silent code has no ¶; leave it empty and name what comes near in the reason" if numbers else ""
    if not numbers:
        return "a stance needs at least one ¶"
    for number in numbers:
        if not number.isascii() or not number.isdigit() or len(number) > 4:
            return f"{number[:20]!r} is no paragraph number; write numbers with a space between, or from–to, such as 7 8 or 7–8"
        if not first <= int(number) <= last:
            return f"there is no ¶{number} of {row['voice']} in {reading}: this voice speaks in ¶{first} to ¶{last}"
    return ""


def items_table(answers: bool = False) -> pd.DataFrame:
    """Return the six items for a class: `item, voice, question, read`; with `answers` also both coders' codes and `why`."""
    table = load("coding-items")
    table["read"] = table["voice"].map(load("voices").set_index("voice")["reading"]) + ", ¶" + table["paragraphs"]
    if not answers:
        return table[["item", *ITEM, "read"]]
    table = table.merge(two_coders(), on=ITEM)
    table["coder_a"], table["coder_b"] = table["coder_a"].map(in_words), table["coder_b"].map(in_words)
    return table[["item", *ITEM, "coder_a", "coder_b", "why"]]


def coder_view(voice: str, question: str) -> HTML:
    """Return what to read before you code: the question with its two ends, and the voice's text; our summary, folded.

    Paragraphs of the text are shown only where the reader has an own copy of it. A summary for practice is there
    for the six items only: the sentences of the other pairs tell who is silent. No stance is shown.
    Raises ValueError for an unknown voice or question.
    """
    asked = load("questions").set_index("question")
    if question not in asked.index:
        raise ValueError(f"There is no question {question!r}. Choose from: {', '.join(asked.index)}.")
    if voice not in coded_voices():
        raise ValueError(f"There is no coded voice {voice!r}. Choose from: {', '.join(coded_voices())}.")
    reading, first, last = paragraphs_of(voice)
    chosen = load("coding-items").query("voice == @voice and question == @question")["paragraphs"].tolist()
    if chosen:  # an item of the list may need a part of the text only
        first, last = map(int, chosen[0].split("–"))
    about = load("voices").set_index("voice").loc[voice]
    table = pd.DataFrame([("the question", asked.loc[question, "asks"]), ("−2 means", asked.loc[question, "low"]),
                          ("+2 means", asked.loc[question, "high"]), ("the voice", f"{about['name']}, {about['written']}")],
                         columns=["to code", question])
    summary, texts = _practice(home()).get((voice, question)), own_copies(reading)
    body = "".join(f"<p><strong>¶{number}</strong> {escape(texts[number])}</p>" for number in range(first, last + 1) if number in texts)
    if body:
        read = ('<div tabindex="0" role="region" aria-label="The text" style="max-height:22em;overflow:auto;'
                f'border:1px solid #999;padding:0 1em">{body}</div>')
    else:
        read = (f"<p><strong>Read:</strong> ¶{first} to ¶{last} of {reading}, in your own copy of the text. "
                "Saved as readings/README.md says, it is shown here.</p>")
    practice = f"<details><summary>Without the text: our summary, for practice</summary><p>{escape(summary)}</p></details>" if summary else ""
    return HTML(html_table(table, f"{voice}, {question}: what to read") + own_copy_trouble(reading) + read + practice)


def save_code(pseudonym: str, voice: str, question: str, basis: str, stance: str, paragraphs: str, reason: str) -> HTML:
    """Save one code into my-work/ and return what was saved, as HTML; a code of the same voice, question and basis is replaced.

    `basis` is one of BASES. Raises ValueError, in a sentence, for a code that cannot count, or a bad pseudonym.
    """
    row = {"voice": voice, "question": question, "stance": stance, "basis": BASES.get(basis, ""), "reason": " ".join(reason.split()),
           "paragraphs": _numbers(paragraphs)}
    if problem := problem_of(row):
        raise ValueError(problem[0].upper() + problem[1:] + ".")
    path = classfiles.save("codes", pseudonym, **row)
    mine = classfiles.own("codes", pseudonym)
    table = mine.assign(stance=mine["stance"].map(in_words))[[*ITEM, "stance", "paragraphs", "basis"]]
    return HTML(f"<p>Saved in my-work/{escape(path.name)}. Codes so far: {len(mine)}, {(mine['basis'] == TEXT).sum()} from the text itself.</p>"
                + html_table(table, "Your codes"))


def agreement_view(pseudonym: str) -> HTML:
    """Return your codes beside those of coder A, coder B and classmates whose files lie in my-work/, as HTML.

    Codes from our summary stand apart and enter no number. With "" it shows the six items and the two coders only.
    Raises ValueError for a bad pseudonym, or where nothing was saved under it.
    """
    if not pseudonym.strip():
        return show(items_table(answers=True), caption="The six items: the module's two coders, and why we chose each. Save codes of your own to compare")
    mine = classfiles.own("codes", pseudonym)
    mine = mine[[not problem_of(row) for row in mine.to_dict("records")]]
    if mine.empty:
        raise ValueError(f"Nothing is saved in my-work/ under {pseudonym.strip()!r} yet. Code an item first, or look at the spelling.")
    together = mine.merge(two_coders(), on=ITEM)
    everyone, report = classfiles.read_class("codes", home() / "my-work", problem_of)
    unread = report[(report["rows"] == 0) & report["file"].str.startswith("codes-")]
    mates = everyone[(everyone["pseudonym"] != mine["pseudonym"].iloc[0]) & (everyone["basis"] == TEXT)]
    parts, counted = [], together[together["basis"] == TEXT]
    if len(counted):
        pairs = counted.merge(mates[[*ITEM, "stance"]], on=ITEM, suffixes=("", "_mate"))
        says = [f"{other}: {(counted['stance'] == counted[name]).sum()} of {len(counted)} the same"
                for other, name in (("coder A", "coder_a"), ("coder B", "coder_b"))]
        says.append(f"A and B with each other: {(counted['coder_a'] == counted['coder_b']).sum()} of {len(counted)}")
        count = mates["pseudonym"].nunique()
        says.append(f"{count} {'classmate' if count == 1 else 'classmates'}: {100 * (pairs['stance'] == pairs['stance_mate']).mean():.0f} per cent of "
                    f"{len(pairs)} comparisons the same" if len(pairs) else "no classmate's file with the same items in my-work/")
        parts.append(f"<p>{'; '.join(says)}.</p>")
    for basis, caption in ((TEXT, "Your codes from the text"), ("summary", "Practice, not counted: your codes from our summary")):
        rows = together[together["basis"] == basis].copy()
        if len(rows):
            theirs = mates.groupby(ITEM)["stance"].agg(list) if basis == TEXT else {}
            rows["classmates"] = [list(theirs.get(item, [])) for item in zip(rows["voice"], rows["question"])]
            rows["differ"] = [len({*codes, *others}) for codes, others in
                              zip(rows[["stance", "coder_a", "coder_b"]].to_numpy().tolist(), rows["classmates"])]
            rows = rows.sort_values("differ", ascending=False, kind="stable")
            rows[["stance", "coder_a", "coder_b"]] = rows[["stance", "coder_a", "coder_b"]].map(in_words)
            rows["classmates"] = [", ".join(map(in_words, others)) for others in rows["classmates"]]
            columns = [*ITEM, "stance", "coder_a", "coder_b", *(["classmates"] if len(mates) and basis == TEXT else [])]
            parts.append(html_table(rows[columns].rename(columns={"stance": "you"}), caption + "; the most disputed first"))
    parts += [f"<p>{escape(about.file)}: {escape(about.remark)}.</p>" for about in unread.itertuples()]
    return HTML("".join(parts))
