"""A page for each student: what was recorded, what it is worth and why, and what was said by hand. One file, no script, no address, no key."""

import csv
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ..answers import MIME
from ..checking import question
from ..places import home
from ..show import page
from . import course, ledger, saving, slices
from .cleaning import PNG, html, markdown
from .exports import put
from .run import BEFORE
from .score import NO_RESPONSE, NOT_REPRODUCED, in_words

# A second wall behind the cleaning: a browser runs and loads nothing on this page but its own style and pictures.
WALL = ("<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">")
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = 20_000  # characters of one printed output
CUT = "\n[The rest is left out here; it stands in your notebook.]"
RUN_AGAIN = ("What comes after it was not run and has no points, also where it would be right. Mend that cell, choose Kernel, Restart Kernel "
             "and Run All Cells, and save. Ask your teacher whether you may hand it in again.")
QUOTE = '<blockquote style="padding:.1em 1em">'


@dataclass(frozen=True)
class Given:
    """What the gradebook holds of one cell: final points (None: not yet), whether by hand, the instructor's comment."""

    points: float | None = None
    by_hand: bool = False
    comment: str = ""


def write_feedback(into: Path, stem: str, changed: set[str]) -> str:
    """Write the page of every student who was graded, with points and comments given by hand."""
    solutions, _ = slices.open_slice(into, stem)
    rubric = read_rubric((solutions or home() / "solutions") / stem / "rubric.csv")
    missing = []
    with course.gradebook(into) as book:
        works = ledger.work(book.db, stem)
        for submission in book.assignment_submissions(stem):
            student = submission.student_id
            notebook, work = saving.stored(into, stem, student), works.get(student)
            if notebook is None or work is None:
                missing.append(student)
                continue
            text = page_of(student, notebook, work, given(submission), rubric)
            put(into / "feedback" / student / stem / f"{stem}.html", text.encode("utf-8"))
    lines = [f"Feedback pages: {into / 'feedback'}"]
    if missing:
        lines.append(f"  No page for {', '.join(missing)}: the graded notebook is not there. Grade the folder again.")
    return "\n".join(lines)


def given(submission) -> dict[str, Given]:
    """Return what the gradebook holds of each cell of a submission."""
    found = {}
    for sheet in submission.notebooks:
        comments = {comment.name: comment.manual_comment or "" for comment in sheet.comments}
        found |= {name: Given(comment=text) for name, text in comments.items()}
        found |= {grade.name: Given(saving.final(grade), saving.given_by_hand(grade), comments.get(grade.name, "")) for grade in sheet.grades}
    return found


def read_rubric(path: Path) -> dict[tuple[str, float], dict]:
    """Return the levels of a rubric by question and points; {} where there is none."""
    if not path.is_file():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        return {(row["question"], float(row["points"])): row for row in csv.DictReader(file)}


def page_of(student: str, notebook, work: dict, given: dict[str, Given], rubric: dict) -> str:
    """Return one student's page. `work` is the student's row of the ledger."""
    title = next((cell.source.partition("\n")[0].lstrip("# ") for cell in notebook.cells if cell.cell_type == "markdown"), "Exercise")
    parts, prompts, answers, above = [_summary(student, work, given)], [], [], []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            prompt = "".join(markdown(text, trusted=True) for text in prompts[-1:])
            parts.append(f"<section>{prompt}{_graded(cell, about, answers, above, work['marks'], given, rubric)}</section>")
            prompts, answers, above = [], [], []
        elif about.get("solution"):
            answers.append(cell)
        elif cell.cell_type == "markdown":
            prompts.append(cell.source)
        if cell.cell_type == "code" and not about.get("grade"):
            above.append(cell)
    return page(f"Feedback: {title}", *parts).replace("<head>", WALL, 1)


def _summary(student: str, work: dict, given: dict[str, Given]) -> str:
    graded = {name: given.get(name, Given(mark["points"])).points for name, mark in work["marks"].items()}
    reached, of = sum(filter(None, graded.values())), sum(mark["of"] for mark in work["marks"].values())
    waiting = [name for name, points in graded.items() if points is None]
    lines = [f"<strong>{escape(student)}: {reached:g} of {of:g} points</strong>"
             + (f", without {', '.join(waiting)}, which is not graded yet." if waiting else ".")]
    if work["problem"]:
        lines.append(escape(work["problem"]) + (f" {RUN_AGAIN}" if work["problem"].endswith(BEFORE) else ""))
    lines += [f"About the file: {escape(note)}." for note in (line.rstrip(".") for line in work["notes"])]
    return "".join(f"<p>{line}</p>" for line in lines)


def _graded(cell, about: dict, answers: list, above: list, marks: dict, given: dict[str, Given], rubric: dict) -> str:
    name = about["grade_id"]
    mark = marks.get(name) or {"points": None, "of": about["points"], "message": "", "expected": "", "answer": None}
    got = given.get(name, Given(mark["points"]))
    if about.get("solution"):
        return _prose(cell, name, mark, got, rubric, above)
    score = "" if got.points is None else f"{got.points:g} of {mark['of']:g} points. "
    lines = [f"<strong>{escape(name)}</strong>: {score}{escape(mark['message'])}"]
    if got.by_hand:
        lines.append(f"These points were given by hand (by machine: {mark['points'] or 0:g}).")
    lines.append(f"Recorded: {_recorded(name, mark['answer'])}.")
    if (mark["points"] or 0) < mark["of"] or "the answer is" in mark["expected"]:
        lines.append(f"Expected: {escape(mark['expected'])}.")
    if any(output.get("metadata", {}).get("five_readings") == "rerun" for output in cell.get("outputs", [])):
        lines.append(f"<strong>Differs from a rerun:</strong> restart and run all. {NOT_REPRODUCED}")
    for each in [*answers, cell]:
        other = each.metadata.nbgrader["grade_id"]
        lines += [f"Comment: {_said(given[other].comment)}"] if other in given and given[other].comment else []
    code = "".join(f"<pre>{escape(answer.source)}</pre>" for answer in answers if answer.source.strip())
    shown = [part for each in [*answers, cell] for output in each.get("outputs", []) if (part := _output(output, name))]
    fold = f"<details><summary>Your code and what it showed</summary>{code}{''.join(shown)}</details>" if code or shown else ""
    return "".join(f"<p>{line}</p>" for line in lines) + fold


def _prose(cell, name: str, mark: dict, got: Given, rubric: dict, above: list) -> str:
    score = "not graded yet." if got.points is None else f"{got.points:g} of {mark['of']:g} points."
    parts = [f"<p><strong>{escape(name)}</strong>: {score}</p>"]
    # Only what the level means. The rubric's comments are the instructor's to paste and change, and of 0 points
    # the rubric says that nothing stands there, which is not so where the answer has words.
    levels = {points: row for (question, points), row in rubric.items() if question == name}
    if got.points and got.points in levels:
        parts.append(f"<p>What this level means: {escape(levels[got.points]['looks_like'])}</p>")
    elif got.points and min(levels, default=got.points) < got.points < max(levels, default=got.points):
        parts.append("<p>These points lie between two levels of the rubric.</p>")
    elif mark["message"] == NO_RESPONSE:
        parts.append("<p>No answer stands here.</p>")
    if got.comment:
        parts.append(f"<p>Comment: {_said(got.comment)}</p>")
    shown = "".join(part for each in above for output in each.get("outputs", []) if (part := _output(output, name)))  # a brief has its chart
    fold = f"<details><summary>What the cells above it showed</summary>{shown}</details>" if shown else ""
    return "".join(parts) + f"<details><summary>Your answer</summary>{QUOTE}{markdown(cell.source)}</blockquote></details>{fold}"


def _recorded(name: str, answer) -> str:
    if answer is None:
        return "nothing"
    try:
        unit = question(name)["unit"]
    except ValueError:  # it is no longer asked
        unit = ""
    return escape(f"{in_words(answer)} {unit}".strip())


def _said(comment: str) -> str:
    return escape(comment.strip()).replace("\n", "<br>")


def _output(output, name: str) -> str:
    """Return one of the student's own outputs as harmless HTML; "" for what the grader or `check` said."""
    if output.output_type == "stream":
        return _printed(output.text)
    if output.output_type == "error":
        return _printed(f"{output.get('ename', '')}: {output.get('evalue', '')}")
    data = output.get("data", {})
    if "five_readings" in output.get("metadata", {}) or MIME in data:
        return ""
    address = f"data:image/png;base64,{data.get('image/png', '')}"
    if PNG.fullmatch(address):
        return f'<p><img src="{"".join(address.split())}" alt="Picture that the answer to {escape(name, quote=True)} drew" style="max-width:100%"></p>'
    if "text/html" in data:
        return html(data["text/html"])
    return _printed(data["text/plain"]) if data.get("text/plain") else ""


def _printed(text: str) -> str:
    text = COLOUR_CODES.sub("", text)
    return f"<pre>{escape(text[:LONGEST])}{CUT if len(text) > LONGEST else ''}</pre>"
