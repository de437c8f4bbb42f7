"""Grade what a class handed in.

    python start.py grade FOLDER|ZIP --unit 03-beijing-2016-trade [--roster roster.csv] [--class class-work]
    python start.py grade --by-hand                          the prose answers, in nbgrader's formgrader
    python start.py grade --feedback --unit …                scores and feedback anew, with what was given by hand
    python start.py grade --regrade [--unit …]               after a change of accept.csv or of the key
    python start.py grade --accept QUESTION ANSWER --why …   a further answer counts as right
    python start.py grade --remove STUDENT                   take a student out of the class
"""

import argparse
import subprocess
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ..build import stems
from ..checking import question
from ..places import home
from . import accept, course, ledger, regrade, removal, saving, slices, steps
from .batch import grade_class
from .intake import needed
from .lock import alone
from .summary import keep, option, report


def grade(folder: Path, stem: str, into: Path, **how) -> list[str]:
    """Grade a folder or zip into the class folder and write what follows; return who needs attention, in words."""
    outcome = grade_class(folder, stem, into, **how)
    steps.after(into, stem, set(outcome.graded))
    return [f"{student}: {reason}" for student, reason in outcome.attention]


def parser() -> argparse.ArgumentParser:
    """Return the command's words."""
    words = argparse.ArgumentParser(prog="python start.py grade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path, nargs="?", help="a folder or zip: STUDENT/UNIT.ipynb, STUDENT.ipynb, or as Canvas and Moodle make it")
    words.add_argument("--unit", choices=stems(), help="the exercise set")
    words.add_argument("--class", dest="into", type=Path, default=home() / "class-work", metavar="CLASS",
                       help="folder for the gradebook and the feedback (default: class-work)")
    words.add_argument("--roster", type=Path, help="CSV with the columns student, name and email; the class folder keeps a copy")
    words.add_argument("--by-hand", action="store_true", help="open nbgrader's formgrader for the prose answers")
    words.add_argument("--feedback", action="store_true", help="write scores and feedback again after grading by hand")
    words.add_argument("--regrade", action="store_true", help="score everything anew from what was recorded; no code runs")
    words.add_argument("--accept", nargs=2, metavar=("QUESTION", "ANSWER"), help="count a further answer as right, and regrade")
    words.add_argument("--tolerance", nargs=2, metavar=("QUESTION", "NUMBER"), help="change the tolerance of a question, and regrade")
    words.add_argument("--again", action="append", default=[], metavar="STUDENT",
                       help="run this student's work once more, from the file given now (may be given several times)")
    words.add_argument("--remove", metavar="STUDENT", help="take a student out of the class, with all graded work")
    words.add_argument("--why", default="", metavar="TEXT", help="the reason: it goes into the log, and students read it on their page")
    words.add_argument("--show-answers", action="store_true", help="let the feedback show the right answers")
    words.add_argument("--slice", default="", metavar="SEED", help="the class's own version of the questions")
    words.add_argument("--release", action="store_true", help="with --slice: make the notebook to hand out")
    words.add_argument("--not-isolated", action="store_true", help="run students' code with your own rights, where no sandbox works")
    words.add_argument("--workers", type=int, default=2, metavar="N", help="how many notebooks run at once (default: 2)")
    words.add_argument("--dask", default="", metavar="ADDRESS", help="run them on a dask.distributed cluster")
    words.add_argument("--db", default="", metavar="URL", help="keep the gradebook in another database than the SQLite file")
    return words


def main(words: list[str]) -> int:
    """Read the command's words, do the one thing asked, and say what comes next."""
    asked = parser()
    wanted = asked.parse_args(words)
    wanted.into = wanted.into.resolve()
    try:
        if wanted.by_hand:
            return formgrader(wanted.into, wanted.unit)
        again = bool(wanted.accept or wanted.tolerance or wanted.regrade or wanted.remove)
        unit = wanted.unit or (stems()[0] if len(stems()) == 1 else None)
        if unit is None and not again:
            asked.error(f"say which exercise set with --unit: {', '.join(stems())}")
        if wanted.folder is None and not (again or wanted.feedback or wanted.release):
            asked.error("say which folder or zip holds the submissions, or use --by-hand, --feedback or --regrade")
        if (again or wanted.feedback) and not course.has_gradebook(wanted.into):
            raise ValueError(no_gradebook(wanted.into))
        if wanted.folder and not (again or wanted.feedback or wanted.release):
            needed(wanted.folder)
        with alone(wanted.into):
            if wanted.db:
                course.use_database(wanted.into, wanted.db)
            if wanted.remove:
                return _remove(wanted.into, wanted.remove)
            if again:
                return _regrade(wanted)
            if wanted.release:
                print(f"Hand out what is in {slices.release(unit, wanted.slice, wanted.into)}")
                return 0
            return _feedback(wanted.into, unit) if wanted.feedback else _grade(wanted, unit)
    except (ValueError, RuntimeError, OSError) as problem:
        print(problem, file=sys.stderr)
    except SQLAlchemyError as problem:
        print(f"The gradebook cannot be used: {getattr(problem, 'orig', None) or problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept whole; the same command does the rest.", file=sys.stderr)
        return 130
    return 1


def _grade(wanted, unit: str) -> int:
    outcome = grade_class(wanted.folder.resolve(), unit, wanted.into, roster=wanted.roster, seed=wanted.slice,
                          isolated=not wanted.not_isolated, workers=max(1, wanted.workers), dask=wanted.dask, show_answers=wanted.show_answers,
                          again=wanted.again)
    if outcome.stopped:
        print(f"\nStopped. {len(outcome.graded)} were graded now and {len(outcome.before)} before, each whole. The same command does the rest. "
              f"Who is not graded yet: {keep(wanted.into, unit, outcome.attention)}")
        return 130
    lines = steps.after(wanted.into, unit, set(outcome.graded))
    print("\n" + report(wanted.into, unit, outcome.attention, lines, later=False))
    return 0


def _feedback(into: Path, unit: str) -> int:
    with course.gradebook(into) as book:
        if unit not in (graded := ledger.units(book.db)):
            raise ValueError(f"Nothing of {unit} was graded in {into} yet. Graded were: {', '.join(graded) or 'no units'}.")
        given = saving.notice(book, into, unit)
        everyone = set(ledger.work(book.db, unit))
    print(f"{len(given)} scores given by hand since the last time are in {ledger.LOG_FILE}.")
    print("\n" + report(into, unit, [], steps.after(into, unit, everyone)))
    return 0


def _regrade(wanted) -> int:
    into, rows, notes = wanted.into, [], []
    if wanted.accept:
        rows.append((*wanted.accept, ""))
    if wanted.tolerance:
        rows.append((wanted.tolerance[0], "", wanted.tolerance[1]))
    with course.gradebook(into) as book:
        graded = ledger.units(book.db)
    units = [wanted.unit] if wanted.unit else [] if rows else graded
    for name, answer, tolerance in rows:
        stem = question(name)["stem"]
        units += [stem] if stem not in units else []
        notes += accept.add(into, slices.open_slice(into, stem)[1], name, answer, tolerance, wanted.why)
    for unit in units:
        if unit not in graded:
            print(f"Nothing of {unit} was graded in {into} yet; it counts from then on.")
            continue
        moved, attention = regrade.regrade(into, unit, wanted.show_answers)
        print(f"\n{unit}: {len(moved)} moved.", *regrade.in_words(moved), sep="\n  ")
        print("\n" + report(into, unit, attention, steps.after(into, unit, {student for student, _ in moved})))
    if notes:
        print("", *notes, sep="\n")  # last, so that they are seen
    return 0


def _remove(into: Path, student: str) -> int:
    units = removal.remove(into, student)
    for unit in units:
        steps.after(into, unit, set())
    print(f"{student} is out of the class ({', '.join(units) or 'no unit'}); scores, report and files for the platforms are written anew. "
          f"What the points were stands in {into / ledger.LOG_FILE}.\nIf the student stands in a roster too, take the row out there.")
    return 0


def no_gradebook(into: Path) -> str:
    """Say that a folder is no class yet, and what may have been forgotten."""
    return (f"There is no gradebook in {into}. If you graded with --class, give the same --class here. "
            f"If not, grade a folder first: python start.py grade FOLDER --unit UNIT{option(into)}")


def formgrader(into: Path, unit: str | None) -> int:
    """Open nbgrader's formgrader on a class folder, at its list of answers to grade, and wait until it is closed."""
    if not course.has_gradebook(into):
        print(no_gradebook(into), file=sys.stderr)
        return 1
    print("Formgrader opens in your browser. When you have finished, press Ctrl-C in this window.")
    server = subprocess.Popen([sys.executable, "-W", "ignore::DeprecationWarning", "-m", "jupyterlab",
                               "--Application.log_level=ERROR",  # the address is shown all the same
                               f"--LabApp.default_url=/formgrader/gradebook{f'/{unit}/{unit}' if unit else ''}", "--ServerApp.answer_yes=True",
                               f"--ServerApp.root_dir={into}", "--ServerApp.allow_root=True"], cwd=into)
    code, stopped = None, False
    while code is None:
        try:
            code = server.wait()
        except KeyboardInterrupt:  # the server has got it too, and ends by itself
            stopped = True
    if code and not stopped:
        return code
    print(f"\nPoints and comments are saved. Next: python start.py grade --feedback --unit {unit or 'UNIT'}{option(into)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
