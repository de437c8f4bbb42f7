"""Run notebooks and store them so that a web page shows them well and a diff stays small."""

import os
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from .voices import OWN_COPIES_OFF

WIDGET = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def read(path: Path) -> nbformat.NotebookNode:
    """Return a notebook. Raises ValueError, in a sentence, when the file is none."""
    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError, AttributeError, KeyError) as problem:
        raise ValueError(f"{path.name} is not a notebook that can be read ({type(problem).__name__}).") from problem


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook as UTF-8 with LF line ends, as git stores it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def run(notebook: nbformat.NotebookNode, folder: Path, allow_errors: bool = False, timeout: int = 120,
        module: Path | None = None) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom in a fresh kernel, with `folder` as its working directory.

    `module` is the folder that `load` and `check` read from in that kernel; None leaves it to `home`.
    """
    env = {**os.environ, "MPLBACKEND": "agg", OWN_COPIES_OFF: "1", **({"FIVEREADINGS_HOME": str(module)} if module else {})}
    client = NotebookClient(notebook, timeout=timeout, kernel_name="python3", allow_errors=allow_errors,
                            store_widget_state=False, coalesce_streams=True, resources={"metadata": {"path": str(folder)}},
                            config=Config({"KernelManager": {"transport_encryption": "auto"}}))
    client.execute(env=env)
    return notebook


def normalise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove what differs from run to run: timings, widget views, memory addresses, Python's version.

    Cell ids and nbgrader's ids stay. A widget leaves no output: its static twin stands below it.
    """
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
    })
    count = 0
    for cell in notebook.cells:
        for name in ("execution", "collapsed", "jupyter", "ExecuteTime"):
            cell.metadata.pop(name, None)
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
            cell.execution_count = count if cell.execution_count is not None else None
        cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = cell.execution_count
            if "text" in output:
                output.text = ADDRESS.sub("0x", output.text)
            for kind in ("text/plain", "text/html"):
                if kind in output.get("data", {}):
                    output.data[kind] = ADDRESS.sub("0x", output.data[kind])
    return notebook
