"""What an instructor should know of a run that was not stopped: cells that met a limit or a closed door.

Nothing that a student's code wrote is repeated here, only which cell it was and what kind of thing happened.
"""

from ..answers import MIME
from .score import oddity

DOORS = ("PermissionError", "Read-only file system")
FULL = ("MemoryError", "No space left on device", "File too large", "Too many open files", "can't start new thread", "Resource temporarily unavailable")
CUT = "was left out: this notebook had already written"


def remarks(notebook) -> list[str]:
    """Return one line for each kind of thing that happened in a notebook that was run, with the names of its cells."""
    kinds = {"wanted a file or right that is not a student's": [], "needed more memory, disk or processes than allowed": [],
             "wrote more output than is kept": [], "recorded what cannot be an answer": []}
    closed, full, loud, odd = kinds.values()
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", ""))
        for output in cell.get("outputs", []):
            error = f"{output.get('ename', '')}: {output.get('evalue', '')[:1000]}" if output.output_type == "error" else ""
            data = output.get("data", {})
            closed += [name] * any(text in error for text in DOORS)
            full += [name] * any(text in error for text in FULL)
            loud += [name] * (CUT in (output.get("text", "") or data.get("text/plain", ""))[-300:])
            odd += [name] * bool("Not recorded: the answer is" in data.get("text/plain", "")[-100:] or MIME in data and oddity(data[MIME].get("answer")))
    return [f"the code in {_some(list(dict.fromkeys(names)))} {what}; the run went on" for what, names in kinds.items() if names]


def _some(names: list[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more cells" if len(names) > 2 else "")
