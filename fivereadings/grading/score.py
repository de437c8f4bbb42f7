"""Score: compare the recorded answers with the key, in the grader's own process."""

import json

import nbformat
from nbgrader.utils import compute_checksum

from ..answers import MIME, judge
from .intake import graded


def recorded(cell, name: str):
    """Return the last answer that a cell recorded under its own id, or None."""
    answer = None
    for output in cell.get("outputs", []):
        record = output.get("data", {}).get(MIME)
        if isinstance(record, dict) and record.get("id") == name:
            answer = json.loads(json.dumps(record.get("answer")))  # plain data, not nbformat's own types
    return answer


def score(notebook, key: dict[str, dict]) -> dict[str, float | None]:
    """Return the points of each graded cell of a notebook that was run; None: to be graded by hand.

    What is said of each answer is added to the outputs of its cell, so that the feedback page
    shows it. A cell that ended in an error counts as not answered. An untouched prose answer gets 0.
    """
    reached = {}
    for cell in graded(notebook):
        name = cell.metadata.nbgrader["grade_id"]
        if name not in key:
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            reached[name] = 0.0 if untouched else None
            continue
        failed = any(output.output_type == "error" for output in cell.outputs)
        got, message = judge(None if failed else recorded(cell, name), key[name])
        reached[name] = got
        of = key[name]["points"]
        text = f"{got:g} of {of:g} points. {message or 'This is not the expected answer.'}"
        cell.outputs.append(nbformat.v4.new_output("display_data", {"text/plain": text}))
    return reached
