"""Grade what a class handed in: intake, run, score, save; student by student, each one whole."""

import json
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from sqlalchemy.exc import OperationalError

from ..notebooks import read
from ..places import home
from . import accept, course, exports, ledger, saving, slices
from .digests import answered_from, scored_from, version
from .intake import Attention, Submission, collect, handed_in_answers, needed, take
from .looks import looks
from .remarks import remarks
from .run import TWICE, Limits, run_batch
from .sandbox import scratch
from .score import differing, score
from .summary import quoted

EACH_SHOWN = 40  # of a larger class every tenth line is printed


@dataclass
class Outcome:
    """What came of a batch: who needs attention, whose work changed, how many were done before, what is left by hand."""

    attention: list[Attention] = field(default_factory=list)
    graded: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    stopped: bool = False


@dataclass(frozen=True)
class _Class:
    """What scoring and saving one student needs to know of the class."""

    book: object  # nbgrader's Gradebook
    into: Path
    stem: str
    key: dict
    also: dict
    show_answers: bool
    outcome: Outcome


def grade_class(source: Path, stem: str, into: Path, *, roster: Path | None = None, seed: str = "", isolated: bool = True, workers: int = 2,
                dask: str = "", show_answers: bool = False, limits: Limits = Limits(), again: Collection[str] = (), say=print) -> Outcome:
    """Grade a folder or a zip into the class folder `into`.

    Without a roster, the one that the class folder keeps counts. Work that was graded before from the same
    answers, exercise, key and accept.csv is left as it is; where only key or accept.csv changed, it is scored
    anew from what was recorded. A file that is older than the one that was graded is left aside. The students
    in `again` are graded from the file given now in any case. Ctrl-C stops between students.
    Raises ValueError or RuntimeError, in a sentence, when nothing can be graded at all.
    """
    needed(source)
    solutions, key = slices.open_slice(into, stem, seed)
    if not ((solutions or home() / "solutions") / stem / "key.json").is_file():  # a key may be empty: the brief is graded by hand
        raise ValueError(f"There is no key for {stem}. Make it with: python start.py build {stem}")
    also = accept.load(into, key)
    path = course.open_class(into, stem, solutions)
    released, exercise, outcome = read(path), version(path), Outcome()
    with scratch(path) as module, tempfile.TemporaryDirectory(prefix="five-readings-in-") as unpacked, course.gradebook(into) as book:
        known = ledger.work(book.db, stem)
        found, outcome.attention = collect(source, stem, roster or exports.kept_roster(into), Path(unpacked), released, known)
        exports.keep_roster(roster, into)
        exports.keep_numbers({submission.student: submission.canvas_id for submission in found if submission.canvas_id}, into)
        saving.notice(book, into, stem)
        waiting, rescore = {}, {}
        for submission in found:
            prepared = _prepare(submission, released, exercise, outcome)
            if prepared is None:
                continue
            notebook, notes, lines, ran, handed_in = prepared
            row = known.get(submission.student)
            kept = saving.stored(into, stem, submission.student) if row else None
            if saving.ran_from(kept) != (row or {}).get("ran"):
                kept = None  # a kill came between file and transaction
            if kept and row["ran"] != ran and submission.student not in again and saving.older(submission.handed_in, submission.number, kept):
                outcome.attention.append(Attention(submission.student, older_file(submission, row)))
                continue
            outcome.attention += [Attention(submission.student, _sentence(line)) for line in lines]
            problem = row["problem"] if kept and row["ran"] == ran else ""
            work = saving.Work(ran, scored_from(ran, key, also, show_answers), problem, notes, submission.handed_in, submission.number, submission.back)
            if kept is None or row["ran"] != ran or submission.student in again or problem.startswith(TWICE):
                waiting[submission.student] = notebook, work, handed_in
                continue
            outcome.attention += [Attention(submission.student, problem)] if problem else []
            said = [line for line in row["notes"] if line not in notes]  # of its run, which is not done again
            outcome.attention += [Attention(submission.student, _sentence(line)) for line in said]
            if row["digest"] == work.digest:
                outcome.before.append(submission.student)
            else:
                rescore[submission.student] = kept, replace(work, notes=[*notes, *said])
        _keep_earlier(outcome, found, known)
        if outcome.before:
            say(f"  {len(outcome.before)} of {len(found)} were graded before, from the same answers; nothing changes for them.")
        of = _Class(book, into, stem, key, also, show_answers, outcome)
        for student, (notebook, work) in rescore.items():
            _finish(of, student, notebook, work, "regraded")
        _run_all(of, waiting, module, say, isolated=isolated, workers=workers, dask=dask, limits=limits)
        if outcome.stopped:
            outcome.attention += [Attention(student, "not begun: grading was stopped before. The same command does the rest.")
                                  for student in waiting if student not in outcome.graded]
    return outcome


def _prepare(submission: Submission, released, exercise: str, outcome: Outcome):
    """Return (notebook, what was odd, lines for the instructor, digest of answers and exercise, answers in the file).

    None, with a reason in `outcome`, where it cannot be graded.
    """
    try:
        notebook, odd = take(submission.path, released)
        handed_in = handed_in_answers(submission.path)
    except ValueError as problem:
        outcome.attention.append(Attention(submission.student, f"not graded. {problem}"))
        return None
    other = slices.mismatch(_about(submission.path), slices.seed_of(released))
    notes = [*odd, *([other] if other else [])]
    # What the code goes beyond is for the instructor alone: it is no part of the notes, which students read.
    return notebook, notes, [*notes, *looks(notebook)], answered_from(notebook, exercise), handed_in


def older_file(submission: Submission, row: dict) -> str:
    """Say that a file is not taken, because the graded one is newer."""
    return (f"not graded again: the file given now is older than the one graded on {row['graded'][:10]}, whose points stand. "
            f"If this one should count, add to the command: --again {quoted(submission.student)}")


def _about(path: Path):
    """Return a notebook with the metadata of a handed-in file and nothing else; without any where they cannot be read."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"]["fivereadings"]
        return nbformat.v4.new_notebook(metadata={"fivereadings": {"slice": about["slice"]}})
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return nbformat.v4.new_notebook()


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?")) else line + "."


def _keep_earlier(outcome: Outcome, found: list[Submission], known: dict) -> None:
    """Say of files that could not be graded that earlier work of the same student keeps its points."""
    given = {submission.student for submission in found}
    outcome.attention = [Attention(student, f"{reason} The work graded on {known[student]['graded'][:10]} keeps its points.")
                         if student in known and reason.startswith("not graded") and student not in given else Attention(student, reason)
                         for student, reason in outcome.attention]


def _run_all(of: _Class, waiting: dict[str, tuple], module: Path, say, **how) -> None:
    """Run what waits, and score and save each as it comes back. Ctrl-C ends it between students."""
    begun = time.monotonic()
    running = run_batch({student: notebook for student, (notebook, *_) in waiting.items()}, module, stem=of.stem, say=say, **how)
    try:
        for count, (student, ran) in enumerate(running, 1):
            _, work, handed_in = waiting[student]
            others = [] if ran.problem else differing(ran.notebook, of.key, handed_in)
            lines = [f"the answer in the file to {', '.join(others)} is not what the code gives when it is run; the run counts"] if others else []
            lines += remarks(ran.notebook, of.key)
            work = replace(work, problem=ran.problem, notes=[*work.notes, *lines])
            of.outcome.attention += [Attention(student, _sentence(line)) for line in [*filter(None, [ran.problem]), *lines]]
            _finish(of, student, ran.notebook, work, "graded")
            if len(waiting) <= EACH_SHOWN or count % 10 == 0 or count == len(waiting):
                say(f"  {count} of {len(waiting)}  {student}{time_left(time.monotonic() - begun, count, len(waiting))}")
    except KeyboardInterrupt:
        of.outcome.stopped = True
    finally:
        running.close()


def _finish(of: _Class, student: str, notebook, work: saving.Work, why: str) -> None:
    """Score and save one student. What goes wrong here is said of this student, and stops no other."""
    book, outcome = of.book, of.outcome
    try:
        marks = score(notebook, of.key, of.also, of.show_answers)
        changes = saving.save(book, of.into, of.stem, student, notebook, marks, work, why)
        outcome.graded.append(student)
        lost = sum(old - (new or 0) for _, old, new, _ in changes if old is not None)
        if why == "graded" and lost > 0:
            outcome.attention.append(Attention(student, f"{lost:g} points fewer than the work graded before; {ledger.LOG_FILE} names the questions."))
    except OperationalError as problem:
        book.db.rollback()
        outcome.attention.append(Attention(student, f"not entered in the gradebook ({problem.orig}). Close other programs that use it, "
                                                    "and run the same command again."))
    except Exception as problem:  # a class must not wait for one student's odd work
        book.db.rollback()
        what = f"{type(problem).__name__}: {str(problem)[:200]}"
        outcome.attention.append(Attention(student, f"not graded: the grader itself failed ({what}). Please report it."))


def time_left(spent: float, done: int, of: int) -> str:
    """Return how long the rest will take, in words; "" at the end."""
    seconds = spent / done * (of - done)
    if done == of:
        return ""
    return f"  (about {seconds / 60:.0f} minutes left)" if seconds >= 90 else f"  (about {max(2, seconds):.0f} seconds left)"
