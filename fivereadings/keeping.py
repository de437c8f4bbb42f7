"""Keep a student's work beyond a session: pack it into one file to download, and put it back.

Binder throws a machine away some minutes after its last use. `my_work()` shows two buttons, one for each way.
"""

import base64
import io
import json
import os
import re
import time
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

# What is a student's: notebooks, and all that lies in my-work/. A name holds nothing that leads to another folder, and nothing hidden.
PART = r"[^/\\:.][^/\\:]*"
OURS = re.compile(rf"(?!(?i:solutions|tests|build|class-work)/)(?:{PART}/)*{PART}\.ipynb|my-work/(?:{PART}/)*{PART}(?<!\.part)")
AROUND = re.compile(rf"(?:{PART}/)*?(?=(?:notebooks|exercises|my-work)/)")  # folders around the module's own
LARGEST = 100_000_000  # bytes of all files together, unpacked


def work_in(folder: Path) -> list[str]:
    """Return the names of a student's files in the module's folder."""
    names = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]  # .venv alone holds some ten thousand files
        names += [path.relative_to(folder).as_posix() for path in map(Path(place).joinpath, files) if path.is_file() and not path.is_symlink()]
    return sorted(filter(OURS.fullmatch, names))


def pack(folder: Path, names: list[str]) -> bytes:
    """Return a zip file of the named files of a folder; raises ValueError where `unpack` would find it too large."""
    if sum((folder / name).stat().st_size for name in names) > LARGEST:
        raise ValueError(f"Your work has more than {LARGEST // 1_000_000} MB. Move large files out of my-work/, each downloaded by itself, and press again.")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed:
        for name in names:
            packed.write(folder / name, name)
    return memory.getvalue()


def unpack(raw: bytes) -> dict[str, bytes]:
    """Return the files in a zip file by their names in the module's folder.

    A folder around them is taken off: some systems unpack a download, and it is packed again by hand.
    Raises ValueError, in a sentence, for what is no whole zip file, is too large, holds no work, or one name twice.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            entries = [one for one in packed.infolist() if not one.is_dir()]
            size = sum(one.file_size for one in entries)
            around = min((match[0] for one in entries if (match := AROUND.match(one.filename))), key=len, default="")
            files = [(name, packed.read(one)) for one in entries
                     if size <= LARGEST and OURS.fullmatch(name := one.filename.removeprefix(around))]
    except Exception:  # damage shows as many errors, such as LZMAError, OSError, IndexError and UnicodeDecodeError
        raise ValueError("The file is not a zip file that can be read whole. Choose the file that Save my work made, "
                         "five-readings-work-… .zip.") from None
    if size > LARGEST:
        raise ValueError(f"Unpacked, the file would have more than {LARGEST // 1_000_000} MB. Choose the file that Save my work made.")
    if not files:
        raise ValueError("The zip file holds nothing of this module: no notebook and nothing in my-work/. "
                         "Choose the file that Save my work made.")
    found = dict(files)
    for name, content in files:
        if found[name] != content:
            raise ValueError(f"In the zip file, two files have the name {name}, so nothing was put back. Choose the file that Save my work made.")
        if name.endswith(".ipynb") and not is_notebook(content):
            raise ValueError(f"In the zip file, {name} is not a whole notebook, so nothing was put back. "
                             "Choose another copy of the file.")
    return found


def is_notebook(raw: bytes) -> bool:
    """Return whether bytes are a whole notebook: JSON with a list of cells."""
    try:
        return isinstance(json.loads(raw)["cells"], list)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def put_back(files: dict[str, bytes], folder: Path) -> pd.DataFrame:
    """Write files (as `unpack` returns them) into the module's folder; return `file, what happened`, one row a file that changed.

    A file that is there and differs stays beside it, under a name with "(before)".
    Raises ValueError once all were tried, with what is back and what is not, where the system refuses one.
    """
    rows, refused = [], []
    for name, content in files.items():
        try:
            if happened := put(content, folder / name):
                rows.append({"file": name, "what happened": happened})
        except OSError as problem:
            refused.append(f"{name} ({problem.strerror})")
    if refused:
        raise ValueError(f"Not put back: {', '.join(refused)}. Put back: {', '.join(row['file'] for row in rows) or 'nothing'}. "
                         "Unpack the zip file on your own computer, give each file that is missing another name, and upload it.")
    return pd.DataFrame(rows, columns=["file", "what happened"])


def put(content: bytes, path: Path) -> str:
    """Write one file and return what happened, "" where it is there just the same; raises OSError and then leaves what was there."""
    if path.is_file() and path.read_bytes() == content:
        return ""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, happened = path.with_name(path.name + ".part"), "put back"
    try:
        draft.write_bytes(content)
        if path.is_file():
            path.rename(aside := free_name(path))
            happened = f"put back; what was there is now {aside.name}"
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return happened


def free_name(path: Path) -> Path:
    """Return a name for a file that steps aside, such as `x (before).ipynb`, that no file has."""
    number = 1
    while (aside := path.with_name(f"{path.stem} (before{'' if number == 1 else f' {number}'}){path.suffix}")).exists():
        number += 1
    return aside


def save() -> HTML:
    """Pack the work and return a link that downloads it."""
    names = work_in(home())
    raw = pack(home(), names)
    file = f"five-readings-work-{datetime.now():%Y-%m-%d-%H%M}.zip"
    saved = {name: (home() / name).stat().st_mtime for name in names}
    newest = max(saved, key=saved.get)
    # How long ago, not at what time: the clock of a machine in Binder is not the reader's.
    minutes = int(time.time() - saved[newest]) // 60
    return HTML(f'<p><a style="text-decoration:underline" download="{file}" href="data:application/zip;base64,{base64.b64encode(raw).decode("ascii")}">Download {file}</a> '
                f"({len(raw) / 1e6:.1f} MB). It holds {len(names)} files: the notebooks as they were last saved, and all of my-work/. "
                f"{escape(newest)} was saved last, {minutes} minute{'' if minutes == 1 else 's'} ago. "
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
