"""Keep a reader's own copy of a text, which is somebody's property, out of what the site publishes."""

import re
from html import unescape

import nbformat

from ..classfiles import decoded
from ..places import home

RUN = 10  # words in a row that no text of the module shares with another by chance


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of RUN words of a text, tags and letter case aside; none for a shorter text."""
    words = re.findall(r"\w+", unescape(re.sub(r"<[^>]*>", " ", text)).lower())
    return {tuple(words[place:place + RUN]) for place in range(len(words) - RUN + 1)}


def without_own_copies(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Return a notebook that may be published. Raises ValueError when it holds RUN words in a row of a reader's own copy, or a copy is no text."""
    held = set()
    for cell in notebook.cells:
        texts = [cell.source]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), *output.get("data", {}).values(), *output.get("traceback", [])]
        held |= {run for text in texts for run in runs(str(text))}
    for path in sorted((home() / "readings" / "own-copies").glob("*.txt")):
        try:
            text = decoded(path.read_bytes())[0]
        except ValueError as problem:
            raise ValueError(f"The site was not built: your copy readings/own-copies/{path.name} could not be compared with the notebooks, {problem}. "
                             "What to try: save it again as plain text, UTF-8, or take it out of that folder.") from None
        if held & runs(text):
            raise ValueError(
                f"The site was not built: {name} holds words of your own copy readings/own-copies/{path.name}, and a site may be read by anybody. "
                "What to try: open the notebook, take out what you copied into it, choose Kernel > Restart Kernel and Clear Outputs of All Cells, and save; "
                "then python start.py build outputs makes the outputs of all notebooks anew, without your copies.")
    return notebook
