"""Keep a student's work beyond a session: pack it into one file to download, and put it back.

Binder throws a machine away some minutes after its last use. `my_work()` shows two buttons, one for each way.
"""

import base64
import io
import json
import os
import re
import zipfile
from datetime import datetime
from html import escape
from pathlib import Path

import ipywidgets as ipw
import pandas as pd
from IPython.display import HTML

from .places import home
from .show import html_table
from .widgets import form

# What is a student's: notebooks and what buttons saved. A name holds nothing that leads to another folder.
OURS = re.compile(r"(?:notebooks/|exercises/[\w-]+/)[^/\\:]+\.ipynb|my-work/[^/\\:.][^/\\:]*")
LARGEST = 100_000_000  # bytes of all files together, unpacked


def pack(folder: Path) -> bytes:
    """Return a zip file of the work in the module's folder: its notebooks, exercises and `my-work/`."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in ("notebooks", "exercises", "my-work"):
            for path in sorted((folder / part).rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and not path.is_symlink() and OURS.fullmatch(name):
                    packed.write(path, name)
    return memory.getvalue()


def unpack(raw: bytes) -> dict[str, bytes]:
    """Return the files in a zip file by their names in the module's folder.

    A folder around them is taken off: some systems unpack a download, and it is packed again by hand.
    Raises ValueError, in a sentence, for what is no whole zip file, is too large, or holds no work.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            entries = [one for one in packed.infolist() if not one.is_dir()]
            if sum(one.file_size for one in entries) > LARGEST:
                raise ValueError(f"Unpacked, the file would have more than {LARGEST // 1_000_000} MB. Choose the file that Save my work made.")
            found = {}
            for one in entries:
                name = re.sub(r"^.*?(?=(?:notebooks|exercises|my-work)/)", "", one.filename)
                if OURS.fullmatch(name) and "__MACOSX" not in one.filename:
                    found[name] = packed.read(one)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zipfile.zlib.error):
        raise ValueError("The file is not a zip file that can be read whole. Choose the file that Save my work made, "
                         "five-readings-work-… .zip.") from None
    if not found:
        raise ValueError("The zip file holds nothing of this module: no notebook in notebooks/ or exercises/ and nothing in my-work/. "
                         "Choose the file that Save my work made.")
    for name in found:
        if name.endswith(".ipynb") and not is_notebook(found[name]):
            raise ValueError(f"In the zip file, {name} is not a whole notebook, so nothing was put back. "
                             "Choose another copy of the file.")
    return found


def is_notebook(raw: bytes) -> bool:
    """Return whether bytes are a whole notebook: JSON with a list of cells."""
    try:
        return isinstance(json.loads(raw)["cells"], list)
    except (ValueError, KeyError, TypeError):
        return False


def put_back(files: dict[str, bytes], folder: Path) -> pd.DataFrame:
    """Write files (as `unpack` returns them) into the module's folder; return `file, what happened`, one row a file that changed.

    A file that is there and differs stays beside it, under a name with "(before)".
    """
    rows = []
    for name, content in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        happened = "put back"
        if path.is_file():
            path.rename(aside := free_name(path))
            happened = f"put back; what was there is now {aside.name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".part")
        draft.write_bytes(content)
        os.replace(draft, path)
        rows.append({"file": name, "what happened": happened})
    return pd.DataFrame(rows, columns=["file", "what happened"])


def free_name(path: Path) -> Path:
    """Return a name for a file that steps aside, such as `x (before).ipynb`, that no file has."""
    number = 1
    while (aside := path.with_name(f"{path.stem} (before{'' if number == 1 else f' {number}'}){path.suffix}")).exists():
        number += 1
    return aside


def save() -> HTML:
    """Pack the work and return a link that downloads it."""
    raw = pack(home())
    name = f"five-readings-work-{datetime.now():%Y-%m-%d-%H%M}.zip"
    newest = max((home() / "notebooks").glob("*.ipynb"), key=lambda path: path.stat().st_mtime)
    at = datetime.fromtimestamp(newest.stat().st_mtime)
    return HTML(f'<p><a download="{name}" href="data:application/zip;base64,{base64.b64encode(raw).decode("ascii")}">Download {name}</a> '
                f"({len(raw) / 1e6:.1f} MB). It holds the notebooks as they were last saved; {escape(newest.name)} was saved last, at {at:%H:%M}. "
                "If you changed a page since, press Ctrl + S on it (Mac: Cmd + S) and this button again.</p>")


def restore(file) -> HTML:
    """Put back what an uploaded file holds (`file` is the value of ipywidgets' FileUpload); raises as `unpack`."""
    if not file:
        return HTML("<p>First press “Choose the saved file”.</p>")
    done = put_back(unpack(bytes(file[0]["content"])), home())
    if done.empty:
        return HTML("<p>All files in it are here already, just the same.</p>")
    return HTML(html_table(done, "Your work is back") + "<p>Open the files from the list on the left. If a page of these is open, close it first, "
                "or choose <strong>Revert</strong> if Lab says that the file has changed. Then choose <strong>Run &rarr; Run All Cells</strong>: "
                "until a cell with controls has run again, Lab shows an error in its place.</p>")


def my_work() -> ipw.VBox:
    """Show two buttons: save my work into one file on the student's own computer, and restore it from there."""
    chosen = ipw.FileUpload(description="Choose the saved file", accept=".zip", layout=ipw.Layout(width="auto"))
    return ipw.VBox([form(save, "Save my work"), form(restore, "Restore my work", file=chosen)])
