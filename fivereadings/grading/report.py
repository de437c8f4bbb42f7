"""What a class's answers say about the questions: how many were right, which wrong values came often, what to look at again. No names."""

from html import escape
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ..answers import same
from ..checking import question
from ..show import page, show
from . import course, ledger, saving, slices
from .exports import put, table
from .score import in_words

HARD = 30        # per cent right; below it a question is looked at again
COMMON = 2       # students who gave a value, for it to be shown: one answer is one person's
UNKNOWN = 3      # students who gave the same value that no known mistake explains
MOST_SHOWN = 5   # wrong values of a question
LONGEST = 60     # characters of a value


def wrong_values(marks: list[dict], entry: dict) -> list[dict]:
    """Return the wrong values of one question, the most frequent first: `answer, students, mistake` ("": none known leads to it)."""
    known = {mistake["message"] for mistake in entry["mistakes"]}
    groups: list[dict] = []
    for mark in marks:
        if mark["answer"] is None or (mark["points"] or 0) >= mark["of"]:
            continue
        mistake = mark["message"] if mark["message"] in known else ""
        for group in groups:
            if group["mistake"] == mistake and same(mark["answer"], group["answer"], entry["tolerance"]):
                group["students"] += 1
                break
        else:
            groups.append({"answer": mark["answer"], "students": 1, "mistake": mistake})
    return sorted(groups, key=lambda group: -group["students"])


def item(name: str, marks: list[dict], entry: dict) -> dict:
    """Return the statistics of one question, with `again`: why it needs another look, in words ("": it does not)."""
    wrong = wrong_values(marks, entry)
    right = sum((mark["points"] or 0) >= mark["of"] for mark in marks)
    explained = sum(group["students"] for group in wrong if group["mistake"])
    other = sum(group["students"] for group in wrong if not group["mistake"])
    share = 100 * right / len(marks) if marks else 0.0
    again = []
    if marks and share < HARD:
        again.append(f"under {HARD} per cent right")
    if other >= COMMON and other > explained:
        again.append(f"{other} wrong values that no known mistake explains, {explained} that one does")
    again += [f"{group['students']} students gave {_short(group['answer'])}, which is no known mistake"
              for group in wrong if not group["mistake"] and group["students"] >= UNKNOWN]
    return {"question": name, "students": len(marks), "answered": sum(mark["answer"] is not None for mark in marks), "right": right,
            "share": round(share, 1), "explained": explained, "other": other, "again": "; ".join(again), "wrong": wrong}


def items(works: dict[str, dict], key: dict[str, dict]) -> list[dict]:
    """Return the statistics of every checked question, in the order of the key. `works` are rows of the ledger by student.

    Whether a question needs another look is told without copies: work that is the same in all answers is one person's.
    """
    rows = []
    for name, entry in key.items():
        marks = {student: work["marks"][name] for student, work in works.items() if name in work["marks"]}
        own = {student if mark["answer"] is None else works[student]["ran"]: mark for student, mark in marks.items()}
        rows.append({**item(name, list(marks.values()), entry), "again": item(name, list(own.values()), entry)["again"]})
    return rows


def common(rows: list[dict]) -> pd.DataFrame:
    """Return the wrong values that at least COMMON students gave."""
    found = [[row["question"], _short(group["answer"]), _unit(row["question"]), group["students"], group["mistake"] or "not known"]
             for row in rows for group in row["wrong"][:MOST_SHOWN] if group["students"] >= COMMON]
    return pd.DataFrame(found, columns=["question", "value", "unit", "students", "mistake"])


def statistics_csv(rows: list[dict]) -> str:
    """Return the statistics as CSV, one row a question."""
    head = ["question", "students", "answered", "right", "share right, per cent", "wrong by a known mistake", "wrong otherwise",
            "needs another look", "common wrong values"]
    values = {row["question"]: "; ".join(f"{_short(group['answer'])} ({group['students']} students: {group['mistake'] or 'not known'})"
                                         for group in row["wrong"][:MOST_SHOWN] if group["students"] >= COMMON) for row in rows}
    return table([head, *([row["question"], row["students"], row["answered"], row["right"], f"{row['share']:g}", row["explained"], row["other"],
                           row["again"], values[row["question"]]] for row in rows)])


def chart(rows: list[dict]) -> Figure:
    """Return a figure with one bar a question: the share that was right. Questions to look at again are hatched."""
    figure = Figure(figsize=(8, 0.8 + 0.42 * len(rows)))
    axes = figure.subplots()
    for place, row in enumerate(reversed(rows)):
        axes.barh(place, row["share"], color="#56B4E9", edgecolor="black", hatch="///" if row["again"] else None)
        axes.text(row["share"] + 1, place, f"{row['share']:.0f}", va="center")
    axes.set_yticks(range(len(rows)), [row["question"] for row in reversed(rows)])
    axes.set_xlim(0, 108)
    axes.set_xlabel("answered right, per cent of those whose work was graded (hatched: needs another look)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def page_of(stem: str, rows: list[dict], totals: list[float], by_hand: list[str], of: float) -> str:
    """Return the report as a web page. `totals` are the scores of all students, `by_hand` lines about what people grade."""
    shown = pd.DataFrame([{"question": row["question"], "right, per cent": row["share"], "right": row["right"], "answered": row["answered"],
                           "by a known mistake": row["explained"], "wrong otherwise": row["other"]} for row in rows])
    low, high = min(rows, key=lambda row: row["share"]), max(rows, key=lambda row: row["share"])
    scores = pd.Series(totals, dtype=float)
    parts = [f"<p>The work of {len(totals)} students was graded. Points so far: mean {scores.mean():.1f}, middle {scores.median():.1f}, "
             f"lowest {scores.min():g}, highest {scores.max():g}, of {of:g}.</p>", *(f"<p>{escape(line)}</p>" for line in by_hand)]
    parts.append(show(chart(rows), caption=f"{stem}: share of right answers by question", table=shown,
                      source=f"the answers of {len(totals)} students, rerun and compared with the key",
                      alt=f"Bars, one for each of {len(rows)} questions: the share of right answers runs from {low['share']:.0f} per cent "
                          f"({low['question']}) to {high['share']:.0f} per cent ({high['question']})."))
    again = [row for row in rows if row["again"]]
    parts.append("<h2>Look at these again</h2>" + ("<ul>" + "".join(
        f"<li><strong>{escape(row['question'])}</strong>: {escape(row['again'])}.</li>" for row in again) + "</ul>" if again else "<p>None.</p>"))
    values = common(rows)
    parts.append("<h2>Wrong values that came more than once</h2>")
    parts.append("<p>None.</p>" if values.empty else show(values, f"Given by at least {COMMON} students"))
    return page(f"Class report: {stem}", *parts)


def write_report(into: Path, stem: str, changed: set[str]) -> str:
    """Write the class report and the statistics of its questions."""
    _, key = slices.open_slice(into, stem)
    with course.gradebook(into) as book:
        works = ledger.work(book.db, stem)
        submissions = book.assignment_submissions(stem)
        totals = [submission.score for submission in submissions]
        of = max((submission.max_score for submission in submissions), default=0.0)
        prose: dict[str, list] = {}
        for submission in submissions:
            for sheet in submission.notebooks:
                for grade in sheet.grades:
                    if grade.name not in key:
                        prose.setdefault(grade.name, []).append((saving.final(grade), grade.max_score))
    if not works or not key:
        return f"No class report: nothing of {stem} was graded yet."
    rows = items(works, key)
    put(into / f"report-{stem}.html", page_of(stem, rows, totals, [_by_hand(name, pairs) for name, pairs in prose.items()], of).encode("utf-8"))
    put(into / f"item-statistics-{stem}.csv", statistics_csv(rows).encode("utf-8"))
    again = [row["question"] for row in rows if row["again"]]
    return f"Class report: {into / f'report-{stem}.html'}" + (f"\n  Look again at: {', '.join(again)}." if again else "")


def _by_hand(name: str, pairs: list[tuple]) -> str:
    done = [points for points, _ in pairs if points is not None]
    mean = f", mean {sum(done) / len(done):.1f} of {pairs[0][1]:g} points" if done else ""
    return f"{name}: {len(done)} of {len(pairs)} have points{mean}."


def _short(answer) -> str:
    text = answer if isinstance(answer, str) else in_words(answer)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _unit(name: str) -> str:
    try:
        return question(name)["unit"]
    except ValueError:
        return ""
