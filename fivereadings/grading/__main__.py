"""Grade a folder of submissions.

    python start.py grade FOLDER [--unit 03-beijing-2016-trade] [--class class-work]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError

from ..build import stems
from ..checking import key
from ..notebooks import read, run
from ..places import home
from . import course
from .intake import submissions, take
from .score import score


@contextmanager
def scratch():
    """Give a folder with the tables and exercises, but no solution and no gradebook, for students' code to run in."""
    with tempfile.TemporaryDirectory(prefix="five-readings-") as name:
        for folder in ("data", "readings", "exercises"):
            shutil.copytree(home() / folder, Path(name) / folder, ignore=shutil.ignore_patterns("own-copies"))
        yield Path(name)


def grade(folder: Path, stem: str, into: Path) -> list[str]:
    """Grade every submission in `folder`; return what needs attention, in words.

    Writes into the class folder `into`: gradebook.db, autograded/, feedback/, scores-<stem>.csv.
    One broken submission does not stop the others.
    """
    found, answers, attention = submissions(folder, stem), key(stem), []
    if not (home() / "solutions" / stem / "key.json").is_file():  # a key may be empty: the brief is graded by hand
        raise ValueError(f"There is no key for {stem}. Make it with: python start.py build {stem}")
    released = read(course.open_class(into, stem))
    with scratch() as place:
        for count, (student, path) in enumerate(found.items(), 1):
            print(f"  {count} of {len(found)}  {student}", flush=True)
            try:
                notebook, odd = take(path, released)
                run(notebook, place / "exercises" / stem, allow_errors=True, module=place)
            except (ValueError, CellTimeoutError, DeadKernelError) as problem:
                attention.append(f"{student}: not graded. {str(problem).splitlines()[0]}")
                continue
            attention += [f"{student}: {line}." for line in odd]
            course.save(into, stem, student, notebook, score(notebook, answers))
            course.feedback(into, stem, student)
    course.scores(into, stem).to_csv(into / f"scores-{stem}.csv", index=False)
    return attention


def finish(stem: str, into: Path) -> None:
    """Write the scores and every feedback page anew, after prose answers were graded by hand."""
    table = course.scores(into, stem)
    for student in table["student"]:
        course.feedback(into, stem, student)
    table.to_csv(into / f"scores-{stem}.csv", index=False)


def main(words: list[str]) -> int:
    """Read the command's words, do the one thing asked, and say what comes next."""
    parser = argparse.ArgumentParser(prog="python start.py grade", description="Grade what a class handed in.")
    parser.add_argument("folder", type=Path, nargs="?", help="holds STUDENT/UNIT.ipynb or STUDENT.ipynb")
    parser.add_argument("--unit", choices=stems(), help="the exercise set (not needed where there is one)")
    parser.add_argument("--class", dest="into", type=Path, default=home() / "class-work", metavar="CLASS",
                        help="folder for the gradebook and the feedback (default: class-work)")
    parser.add_argument("--by-hand", action="store_true", help="open nbgrader's formgrader for the prose answers")
    parser.add_argument("--feedback", action="store_true", help="write scores and feedback again after grading by hand")
    wanted = parser.parse_args(words)
    unit, into = wanted.unit or (stems()[0] if len(stems()) == 1 else None), wanted.into.resolve()
    if wanted.by_hand:
        return formgrader(into)
    if unit is None:
        parser.error(f"say which exercise set with --unit: {', '.join(stems())}")
    if wanted.feedback:
        finish(unit, into)
    elif wanted.folder is None:
        parser.error("say which folder holds the submissions, or use --by-hand or --feedback")
    else:
        try:
            attention = grade(wanted.folder.resolve(), unit, into)
        except (ValueError, RuntimeError) as problem:
            print(problem, file=sys.stderr)
            return 1
        print("\nNeeds attention:\n  " + "\n  ".join(attention) if attention else "\nNothing needs attention.")
    print("\n" + course.scores(into, unit)[["student", "score", "of", "to grade by hand"]].to_string(index=False))
    print(f"\nScores: {into / f'scores-{unit}.csv'}\nFeedback pages: {into / 'feedback'}\n"
          "Grade the prose answers: python start.py grade --by-hand; then: python start.py grade --feedback")
    return 0


def formgrader(into: Path) -> int:
    """Open nbgrader's formgrader on a class folder, and wait until it is closed."""
    if not (into / course.GRADEBOOK).is_file():
        print(f"There is no gradebook in {into}. Grade a folder first: python start.py grade FOLDER", file=sys.stderr)
        return 1
    return subprocess.run([sys.executable, "-m", "jupyterlab", "--LabApp.default_url=/formgrader",
                           f"--ServerApp.root_dir={into}", "--ServerApp.allow_root=True"], cwd=into).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
