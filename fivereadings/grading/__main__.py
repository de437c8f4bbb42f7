"""Grade a folder of submissions.

    python start.py grade FOLDER [--unit 03-beijing-2016-trade] [--class class-work]
"""

import argparse
import shutil
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
    if not answers:
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


def main(words: list[str]) -> int:
    """Read the command's words, grade, and print what needs attention and what comes next."""
    parser = argparse.ArgumentParser(prog="python start.py grade", description="Grade a folder of submissions.")
    parser.add_argument("folder", type=Path, help="holds STUDENT/UNIT.ipynb or STUDENT.ipynb")
    parser.add_argument("--unit", choices=stems(), help="the exercise set (not needed where there is one)")
    parser.add_argument("--class", dest="into", type=Path, default=home() / "class-work", metavar="CLASS",
                        help="folder for the gradebook and the feedback (default: class-work)")
    wanted = parser.parse_args(words)
    unit = wanted.unit or (stems()[0] if len(stems()) == 1 else None)
    if unit is None:
        parser.error(f"say which exercise set with --unit: {', '.join(stems())}")
    try:
        attention = grade(wanted.folder.resolve(), unit, wanted.into.resolve())
    except (ValueError, RuntimeError) as problem:
        print(problem, file=sys.stderr)
        return 1
    table = course.scores(wanted.into.resolve(), unit)
    print(table[["student", "score", "of", "to grade by hand"]].to_string(index=False))
    print("\nNeeds attention:\n  " + "\n  ".join(attention) if attention else "\nNothing needs attention.")
    print(f"\nScores: {wanted.into / f'scores-{unit}.csv'}\nFeedback pages: {wanted.into / 'feedback'}\n"
          f"Grade the prose answers: python start.py formgrader --class {wanted.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
