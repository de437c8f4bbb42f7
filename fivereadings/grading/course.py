"""nbgrader's course folder: the release of an exercise, the gradebook, the scores."""

import hashlib
import logging
import os
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from sqlalchemy import create_engine
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from ..places import home
from . import ledger

# nbgrader adds objects before their session knows them; SQLAlchemy warns of it, and nothing is lost.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")

# What stays at home when an exercise is released.
AT_HOME = ["key.json", "rubric.csv", "slices.csv"]
GRADEBOOK = "gradebook.db"
ELSEWHERE = "gradebook-address.txt"  # the database's address, where --db named another
COURSE = "five-readings"


def database(folder: Path) -> str:
    """Return the address of a class's gradebook: the SQLite file in the folder, or the one that --db named."""
    path = folder / ELSEWHERE
    return path.read_text(encoding="utf-8").strip() if path.is_file() else f"sqlite:///{folder / GRADEBOOK}"


def use_database(folder: Path, address: str) -> None:
    """Keep a class's gradebook in another database from now on.

    Raises ValueError when it has one already, and for an address that cannot be used; nothing is kept of such a one.
    """
    if address == database(folder):
        return
    if has_gradebook(folder):
        raise ValueError(f"The class folder {folder} has a gradebook already ({database(folder).rpartition('@')[2]}). "
                         "Name another folder with --class, or leave --db out.")
    try:
        engine = create_engine(address)
        engine.connect().close()
        engine.dispose()
    except ModuleNotFoundError as problem:
        raise ValueError(f"The module has no driver for this database: install {problem.name} first (see TEACHING.md, A large course).") from problem
    except SQLAlchemyError as problem:
        raise ValueError(f"The database cannot be used: {getattr(problem, 'orig', None) or problem}") from problem
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ELSEWHERE
    path.touch(mode=0o600)  # the address may hold a password
    path.write_text(address + "\n", encoding="utf-8")


def has_gradebook(folder: Path) -> bool:
    """Say whether a class folder has a gradebook."""
    return (folder / GRADEBOOK).is_file() or (folder / ELSEWHERE).is_file()


@contextmanager
def gradebook(folder: Path):
    """Open a class's gradebook, with our own tables in it. What is not committed when it closes is not kept."""
    book = Gradebook(database(folder), COURSE)
    try:
        ledger.prepare(book.engine)
        yield book
    finally:
        book.close()
        book.engine.dispose()


def settings(folder: Path, solutions: Path | None = None) -> Config:
    """Return nbgrader's settings for a class folder; its source is `solutions` (of a slice), else the module's own."""
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.source_directory = str(solutions or home() / "solutions")
    config.CourseDirectory.db_url = database(folder)
    config.Exchange.root = str(folder)  # not used; without a folder it can write to, nbgrader complains each time
    config.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", *AT_HOME]
    config.ClearSolutions.code_stub = {"python": ""}
    config.ClearSolutions.text_stub = "Write your answer here, in the place of this line."
    return config


def generate(stem: str, release: Path, folder: Path | None = None, solutions: Path | None = None) -> None:
    """Release one exercise from its solution with nbgrader, into `release`/<stem>.

    With a class `folder`, the exercise is also entered in its gradebook.
    Raises RuntimeError with nbgrader's own words when it refuses.
    """
    config = settings(folder or home(), solutions)
    config.CourseDirectory.release_directory = str(release)
    if folder is None:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    _done(NbGraderAPI(config=config).generate_assignment(stem, force=True))


def open_class(folder: Path, stem: str, solutions: Path | None = None) -> Path:
    """Prepare a class folder for one exercise; return the released notebook.

    Nothing is done where the release stands and its solution is the same as then.
    Writes nbgrader_config.py, so that `nbgrader formgrader` works in the folder as it stands.
    """
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", "").split(os.pathsep):  # nbgrader starts alembic by its name alone
        os.environ["PATH"] = os.pathsep.join(filter(None, [programs, os.environ.get("PATH")]))
    make_private(folder)
    (folder / "nbgrader_config.py").write_text(
        '"""Written by Five Readings: lets nbgrader\'s own commands work in this folder."""\n'
        "from pathlib import Path\n\nfrom fivereadings.grading.course import settings\n\n"
        "c = get_config()  # noqa: F821 - given by nbgrader\nc.merge(settings(Path(__file__).resolve().parent))\n",
        encoding="utf-8",
    )
    released, stamp = folder / "release" / stem / f"{stem}.ipynb", folder / "release" / f"{stem}.made-from"
    source = digest_of(*sorted((solutions or home() / "solutions").glob(f"{stem}/*.*")))
    made = stamp.is_file() and stamp.read_text(encoding="utf-8") == source and released.is_file() and has_gradebook(folder)
    if not made:
        stamp.unlink(missing_ok=True)
        _new_gradebook(folder)
        generate(stem, folder / "release", folder, solutions)
        stamp.write_text(source, encoding="utf-8")  # last: where it lies, the release is whole
    return released


def make_private(folder: Path) -> None:
    """Make a class folder that git leaves out, wherever it lies: it holds names, marks and keys."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _new_gradebook(folder: Path) -> None:
    """Make the SQLite file beside its place and move it there whole: nbgrader cannot use one that was half made."""
    path = folder / GRADEBOOK
    if not has_gradebook(folder):
        beside = folder / f".{GRADEBOOK}.new"
        beside.unlink(missing_ok=True)
        book = Gradebook(f"sqlite:///{beside}", COURSE)
        book.close()
        book.engine.dispose()
        os.replace(beside, path)


def digest_of(*things) -> str:
    """Return a digest of texts and of files (by name and content)."""
    digest = hashlib.sha256()
    for thing in things:
        for part in ([thing.name.encode(), thing.read_bytes()] if isinstance(thing, Path) else [thing.encode()]):
            digest.update(f"{len(part)} ".encode() + part)
    return digest.hexdigest()


def feedback(folder: Path, stem: str, student: str) -> Path:
    """Write the feedback page of one student with nbgrader, and return its address in the folder."""
    _done(NbGraderAPI(config=settings(folder)).generate_feedback(stem, student))
    return folder / "feedback" / student / stem / f"{stem}.html"


def scores(folder: Path, stem: str) -> pd.DataFrame:
    """Return one row a student: `student, score, of, to grade by hand`, then the points of each question."""
    rows = []
    with gradebook(folder) as book:
        for submission in book.assignment_submissions(stem):
            grades = {grade.name: grade for page in submission.notebooks for grade in page.grades}
            rows.append({
                "student": submission.student.id, "score": submission.score, "of": submission.max_score,
                "to grade by hand": sum(grade.needs_manual_grade for grade in grades.values()),
                **{name: grades[name].score for name in sorted(grades)},
            })
    table = pd.DataFrame(rows, columns=None if rows else ["student", "score", "of", "to grade by hand"])
    return table.sort_values("student").reset_index(drop=True)


def _done(result: dict) -> None:
    logging.getLogger("traitlets").handlers.clear()  # nbgrader leaves its log handlers behind
    if not result["success"]:
        raise RuntimeError(f"nbgrader stopped: {result.get('error') or result.get('log')}")
