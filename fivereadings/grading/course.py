"""nbgrader's course folder: the release of an exercise, the gradebook, the feedback pages."""

import logging
import warnings
from pathlib import Path

import pandas as pd
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import compute_checksum
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from ..notebooks import write
from ..places import home

# nbgrader adds objects before their session knows them; SQLAlchemy warns of it, and nothing is lost.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")

# What stays at home when an exercise is released.
AT_HOME = ["key.json", "rubric.csv"]
GRADEBOOK = "gradebook.db"


def settings(folder: Path) -> Config:
    """Return nbgrader's settings for a class folder; solutions/ is its source."""
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.course_id = "five-readings"
    config.CourseDirectory.source_directory = str(home() / "solutions")
    config.CourseDirectory.db_url = f"sqlite:///{folder / GRADEBOOK}"
    config.Exchange.root = str(folder)  # not used; without a folder it can write to, nbgrader complains each time
    config.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", *AT_HOME]
    config.ClearSolutions.code_stub = {"python": ""}
    config.ClearSolutions.text_stub = "Write your answer here, in the place of this line."
    return config


def generate(stem: str, release: Path, folder: Path | None = None) -> None:
    """Release one exercise from its solution with nbgrader, into `release`/<stem>.

    With a class `folder`, the exercise is also entered in its gradebook.
    Raises RuntimeError with nbgrader's own words when it refuses.
    """
    config = settings(folder or home())
    config.CourseDirectory.release_directory = str(release)
    if folder is None:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    _done(NbGraderAPI(config=config).generate_assignment(stem, force=True))


def open_class(folder: Path, stem: str) -> Path:
    """Prepare a class folder for one exercise; return the released notebook.

    Writes nbgrader_config.py, so that `nbgrader formgrader` works in the folder as it stands.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(
        '"""Written by Five Readings: lets nbgrader\'s own commands work in this folder."""\n'
        "from pathlib import Path\n\nfrom fivereadings.grading.course import settings\n\n"
        "c = get_config()  # noqa: F821 - given by nbgrader\nc.merge(settings(Path(__file__).resolve().parent))\n",
        encoding="utf-8",
    )
    generate(stem, folder / "release", folder)
    return folder / "release" / stem / f"{stem}.ipynb"


def save(folder: Path, stem: str, student: str, notebook, scores: dict) -> None:
    """Enter a scored notebook in the gradebook, and put it where formgrader looks for it.

    `scores` maps the id of each graded cell to its points, or to None: to be graded by hand.
    A score given by hand earlier stays, and is marked to be looked at again.
    """
    write(notebook, folder / "autograded" / student / stem / f"{stem}.ipynb")
    with Gradebook(f"sqlite:///{folder / GRADEBOOK}", "five-readings") as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(stem, student)
        for name, points in scores.items():
            grade = gradebook.find_grade(name, stem, stem, student)
            grade.auto_score = points
            grade.needs_manual_grade = points is None or grade.manual_score is not None
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution"):
                comment = gradebook.find_comment(about["grade_id"], stem, stem, student)
                untouched = about.get("checksum") == compute_checksum(cell)
                comment.auto_comment = "No response." if untouched else None
        gradebook.db.commit()


def feedback(folder: Path, stem: str, student: str) -> Path:
    """Write the feedback page of one student with nbgrader, and return its address in the folder."""
    _done(NbGraderAPI(config=settings(folder)).generate_feedback(stem, student))
    return folder / "feedback" / student / stem / f"{stem}.html"


def scores(folder: Path, stem: str) -> pd.DataFrame:
    """Return one row a student: `student, score, of, to grade by hand`, then the points of each question."""
    rows = []
    with Gradebook(f"sqlite:///{folder / GRADEBOOK}", "five-readings") as gradebook:
        for submission in gradebook.assignment_submissions(stem):
            grades = {grade.name: grade for page in submission.notebooks for grade in page.grades}
            rows.append({
                "student": submission.student.id, "score": submission.score, "of": submission.max_score,
                "to grade by hand": sum(grade.needs_manual_grade for grade in grades.values()),
                **{name: grades[name].score for name in sorted(grades)},
            })
    return pd.DataFrame(rows).sort_values("student").reset_index(drop=True)


def _done(result: dict) -> None:
    logging.getLogger("traitlets").handlers.clear()  # nbgrader leaves its log handlers behind
    if not result["success"]:
        raise RuntimeError(f"nbgrader stopped: {result.get('error') or result.get('log')}")
