"""What an instructor should know of a run that was not stopped: cells that met a limit or a closed door, answers that are none.

Nothing that a student's code wrote is repeated here, only which cell it was and what kind of thing happened.
"""

from ..answers import KINDS, MIME
from .score import not_recorded, oddity, recorded
from .shell import LEFT_OUT

DOORS = ("PermissionError", "Read-only file system")
FULL = ("MemoryError", "No space left on device", "File too large", "Too many open files", "can't start new thread", "Resource temporarily unavailable")


def remarks(notebook, key: dict[str, dict]) -> list[str]:
    """Return one line for each kind of thing that happened in a notebook that was run, with the names of its cells."""
    kinds = {"asked for a file or a right that it does not have during grading": [], "needed more memory, disk or processes than allowed": [],
             "wrote more output than is kept": [], "recorded what cannot be an answer": []}
    closed, full, loud, odd = kinds.values()
    unusable = []
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", ""))
        for output in cell.get("outputs", []):
            error = f"{output.get('ename', '')}: {output.get('evalue', '')[:1000]}" if output.output_type == "error" else ""
            data = output.get("data", {})
            closed += [name] * any(text in error for text in DOORS)
            full += [name] * any(text in error for text in FULL)
            written = output.get("text", "") or data.get("text/plain", "") or "\n".join(output.get("traceback", [])[-3:])
            loud += [name] * (LEFT_OUT in written[-300:])
            odd += [name] * bool("Not recorded: the answer is" in data.get("text/plain", "")[-100:] or MIME in data and oddity(data[MIME].get("answer")))
        if name in key and name not in odd and (what := _unusable(cell, name, key[name])):
            unusable.append(f"{name} ({what})")
    lines = [f"the code in {_some(list(dict.fromkeys(names)))} {what}; the run went on" for what, names in kinds.items() if names]
    return lines + [f"an answer of another kind than asked for, worth no points: {_some(unusable)}"] * bool(unusable)


def _unusable(cell, name: str, entry: dict) -> str:
    """Say in what way the record of a question is no answer to it, or ""."""
    answer, wanted = recorded(cell, name), KINDS[type(entry["value"])]
    if answer is None:
        return "no number, text or list came out" if not_recorded(cell, name) else ""
    kind = KINDS[dict] if isinstance(answer, dict) else KINDS.get(type(answer), "")  # nbformat has a type of its own for these
    return "" if oddity(answer) or kind == wanted else f"{kind}, not {wanted}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
