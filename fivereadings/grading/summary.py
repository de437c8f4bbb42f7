"""What the instructor reads at the end: who needs attention, what is left by hand, where things are, what comes next."""

import os
import shlex
from pathlib import Path

from ..places import home
from . import course, ledger, saving
from .exports import put
from .files import Attention

NOT_DONE = ("not begun:", "not graded:", "not graded.", "graded for nobody:")  # how lines begin whose work has no points
CHANGED = "changed after you graded it by hand. Your points stand; look at it again."


def report(into: Path, unit: str, attention: list[Attention], lines: list[str], later: bool = True) -> str:
    """Return the summary after a command.

    `later`: no file was graded, so what was said of the files is not said again, but for work without points.
    """
    with course.gradebook(into) as book:
        again, left = saving.by_hand_left(book, unit)
    attention = [*attention, *(Attention(student, f"the answer to {', '.join(names)} {CHANGED}") for student, names in again.items())]
    table = course.scores(into, unit)[["student", "score", "of", "to grade by hand"]]
    graded = set(table["student"])
    attention.sort(key=lambda line: (line.student in graded, line.student if line.student in graded else ""))  # files and roster first
    parts = ["\n  ".join(["Needs attention:", *map(": ".join, attention)]) if attention else f"Nothing {'new ' * later}needs attention."]
    if later:
        parts += ["\n  ".join(["Not graded when files were graded last:", *waiting])] if (waiting := not_done(into, unit)) else []
    else:
        lines = [*lines, f"This list, to read again: {keep(into, unit, attention)}"]
    short = f"{len(table)} students; mean score {table['score'].mean():.1f} of {table['of'].max():g}."
    parts.append("Nobody's work is graded yet." if table.empty else table.to_string(index=False) if len(table) <= 40 else short)
    waiting = [f"{name}, {count} answers" for name, count in left.items()]
    waiting += [f"again {', '.join(names)} of {student}" for student, names in again.items()]
    parts.append("To grade by hand: " + ("; ".join(waiting) or "nothing."))
    parts.append("\n".join([*lines, f"Every change of a score: {into / ledger.LOG_FILE}"]))
    place = option(into)
    by_hand = f"Next: python start.py grade --by-hand --unit {unit}{place}\nThen: python start.py grade --feedback --unit {unit}{place}"
    parts.append(by_hand if waiting else "Next: give the feedback pages back.")
    return "\n\n".join(parts)


def keep(into: Path, unit: str, attention: list[Attention]) -> Path:
    """Write the list of who needs attention into the class folder, in the place of the earlier one; return where it is."""
    path = into / f"attention-{unit}.txt"
    put(path, "".join(f"{': '.join(line)}\n" for line in attention).encode("utf-8"))
    return path


def not_done(into: Path, unit: str) -> list[str]:
    """Return the lines of the kept list that speak of work without points, and of students who handed in nothing."""
    path = into / f"attention-{unit}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line for line in lines if line.startswith("nothing handed in:") or line.partition(": ")[2].startswith(NOT_DONE)]


def option(into: Path) -> str:
    """Return the words that name a class folder in a command, ready to be pasted: "" for class-work."""
    if into == home() / "class-work":
        return ""
    here = Path.cwd()
    text = str(into.relative_to(here) if into != here and into.is_relative_to(here) else into)
    return f" --class {quoted(text)}"


def quoted(text: str) -> str:
    """Return one word of a command as a terminal takes it, also where it has spaces."""
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)
