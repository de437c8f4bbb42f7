"""The feedback pages of a unit as one zip that the platform takes back, where the files came from Canvas or Moodle.

A page goes to its student by its name, which begins as the platform's own download began:
Canvas (submissions uploaded again): name_student_file_, as in app/models/assignment.rb, generate_comments_from_files.
Moodle (“Upload multiple feedback files in a zip”): full name_participant_assignsubmission_file_, as in
mod/assign/feedback/file/importziplib.php.
"""

import io
import zipfile
from pathlib import Path

from . import course, ledger, saving
from .exports import put


def write_zips(into: Path, stem: str, changed: set[str]) -> str:
    """Write feedback-UNIT-canvas.zip and feedback-UNIT-moodle.zip where there is something for them; return where they are."""
    pages: dict[str, dict[str, bytes]] = {"canvas": {}, "moodle": {}}
    with course.gradebook(into) as book:
        students = list(ledger.work(book.db, stem))
    for student in students:
        back = saving.about(saving.stored(into, stem, student)).get("back", "")
        page = into / "feedback" / student / stem / f"{stem}.html"
        if back and page.is_file():
            pages["moodle" if back.endswith("_assignsubmission_file_") else "canvas"][f"{back}{stem}-feedback.html"] = page.read_bytes()
    lines = []
    for platform, files in pages.items():
        path = into / f"feedback-{stem}-{platform}.zip"
        path.unlink(missing_ok=True)
        if files:
            put(path, zipped(files))
            lines.append(f"Feedback pages for {platform.title()}, {len(files)} of {len(students)}: {path}")
    return "\n".join(lines)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip of files by name."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()
