"""Intake: match what was handed in to students, each with one file. Runs no code of theirs."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from os.path import splitext
from pathlib import Path

from . import cells as handed
from . import filenames, files
from .files import Attention
from .roster import match, read_roster
from .taking import answer_texts, exercise, graded, handed_in_answers, take

__all__ = ["Attention", "Submission", "collect", "exercise", "graded", "handed_in_answers", "needed", "take"]


@dataclass(frozen=True)
class Submission:
    """What one student handed in: a plain file in scratch.

    `handed_in` is the file's ISO time or "", `digest` that of the answers, whatever else stands in the file,
    `number` the one that Canvas gave the file (0: none); a later file has a higher one. `canvas_id` is the student's
    number in the file's name, `back` how the name of a page must begin for the platform to give it back ("": no platform).
    """

    student: str
    path: Path
    handed_in: str
    digest: str
    number: int = 0
    canvas_id: str = ""
    back: str = ""


@dataclass(frozen=True)
class _Hand:
    found: files.Found
    student: str
    order: tuple
    submission: Submission | None  # None: cannot be graded
    reason: str
    answered: int

    @property
    def name(self) -> str:
        return filenames.shown(self.found.names[0])


def collect(source: Path, stem: str, roster: Path | None, scratch: Path, released=None,
            graded_before: Collection[str] = ()) -> tuple[list[Submission], list[Attention]]:
    """Return one submission for each student found in a folder or zip, and what the instructor should look at.

    `stem` is the exercise; `released` its notebook, where that is not the one in exercises/ (a slice).
    Without a roster, the names of folders and files are the students. Of those in `graded_before` it is not
    said that nothing was handed in.
    Raises ValueError, in a sentence, when there is no notebook at all or the roster cannot be used.
    """
    rows = read_roster(roster) if roster else []
    if not source.exists():
        raise ValueError(_nothing(source, stem))
    found, attention, unread = files.notebooks(source, scratch)
    if not found and all(line.student == files.OTHERS for line in attention):
        raise ValueError(_nothing(source, stem))
    released = released if released is not None else exercise(stem)
    skip = filenames.without_wrapper([file.names[0] for file in found], stem,
                                     lambda folder: any(match(filenames.Hint(folder), [row])[0] for row in rows))
    by_student: dict[str, list[_Hand]] = defaultdict(list)
    for file in found:
        hints = [filenames.hint(name.split("/", skip)[-1], stem) for name in file.names]
        student, reason = _owner(hints, rows)
        if reason:
            attention.append(Attention(filenames.shown(file.names[0]), f"graded for nobody: {reason}."))
            continue
        if hints[0].late:
            attention.append(Attention(student, "handed in late, as the platform says."))
        by_student[student].append(_look(file, student, hints[0], stem, released))
    hands = []
    for student, several in by_student.items():
        best, lines = _newest(several)
        attention += [Attention(student, line) for line in lines]
        hands += [best] if best.submission else []
    attention += _alike(hands)
    here = set(by_student) | set(graded_before)
    if rows:
        senders = _senders(unread, stem, skip, rows) - here
        attention += [Attention(student, "not graded: no file handed in could be read as a notebook. Ask for it.") for student in sorted(senders)]
        here |= senders
    if rows and (absent := [row.student for row in rows if row.student not in here]):
        attention.append(Attention("nothing handed in", f"{', '.join(absent)} ({len(absent)} of {len(rows)})."))
    return sorted((hand.submission for hand in hands), key=lambda submission: submission.student), attention


def needed(source: Path) -> None:
    """Raise ValueError, in a sentence, where there is no such folder or zip."""
    if not source.exists():
        raise ValueError(f"No submissions were found in {source}: there is no such folder or zip.")


def _nothing(source: Path, stem: str) -> str:
    return f"No submissions were found in {source}: a file such as STUDENT/{stem}.ipynb or STUDENT.ipynb was expected."


def _owner(hints: list, rows: list) -> tuple[str, str]:
    """Return (student, "") or ("", reason) for a file whose name can be read in each way of `hints`."""
    if rows:
        results = [match(hint, rows) for hint in hints]
        students = {student for student, _ in results if student}
        if len(students) == 1:
            return students.pop(), ""
        return "", results[0][1] or f"its name can be read as that of {' and '.join(sorted(students))}"
    student = hints[0].student
    if len(hints) > 1:
        return "", "its name is in an encoding that the zip does not state. Give a roster, or rename it"
    return (student, "") if filenames.fit_for_id(student) else ("", "its name cannot be a student's id. Use letters, digits, spaces and - _ . @ only")


def _senders(unread: list[tuple[str, ...]], stem: str, skip: int, rows: list) -> set[str]:
    """Return the students whose names stand on files that are not read, such as Word documents."""
    texts = [[splitext(name.split("/", skip)[-1])[0] for name in names] for names in unread if not filenames.unsafe(names[0])]
    return {_owner([filenames.hint(text, stem) for text in several], rows)[0] for several in texts} - {""}


def _look(file: files.Found, student: str, hint: filenames.Hint, stem: str, released) -> _Hand:
    """Read one file: a submission with the digest of its answers, or the reason why it cannot be graded."""
    try:
        if released is None:
            handed.cells(file.path)
            texts, answered = [file.path.read_text(encoding="utf-8", errors="replace")], 1
        else:
            texts = answer_texts(take(file.path, released)[0])
            answered = sum(text != blank for text, blank in zip(texts, answer_texts(released)))
    except ValueError as problem:
        return _Hand(file, student, hint.order, None, str(problem), 0)
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    number = hint.number if hint.column == "canvas_id" else ""
    return _Hand(file, student, hint.order, Submission(student, file.path, file.time, digest, hint.order[0], number, hint.back), "", answered)


def _newest(several: list[_Hand]) -> tuple[_Hand, list[str]]:
    """Return the file of one student that counts, and what to say. A later file that cannot be graded takes nothing away."""
    several = sorted(several, key=lambda hand: (hand.submission is not None, hand.order, hand.found.time))
    best, rest = several[-1], several[:-1]
    if not best.submission:
        return best, [f"not graded. {hand.reason}" for hand in several]
    lines = [hand.reason for hand in rest if hand.reason]
    if readable := [hand.name for hand in rest if not hand.reason]:
        lines.append(f"handed in {len(readable) + 1} files; the newest, {best.name}, counts, not {', '.join(readable)}.")
    elif lines:
        lines.append(f"{best.name} counts.")
    return best, lines


def _alike(hands: list[_Hand]) -> list[Attention]:
    """Say who handed in the same answers. Blank work is alike by nature."""
    same = defaultdict(list)
    for hand in hands:
        if hand.answered:
            same[hand.submission.digest].append(hand)
    return [Attention(hand.student, f"the same answers, word for word, as {', '.join(other.student for other in group if other is not hand)} "
                                    f"({hand.answered} answered). Both were graded.")
            for group in same.values() if len(group) > 1 for hand in group]
