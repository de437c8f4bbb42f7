"""Plain notebook files out of a folder or a zip: copied one by one into scratch, under names of our own."""

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .filenames import shown, spellings, unsafe

OTHERS = "other files"
MOST_FILES = 10_000
LARGEST = 20_000_000       # bytes of one notebook
LARGEST_IN_ALL = 1_000_000_000
RATIO, RATIO_FROM = 100, 1_000_000  # more compressed than any notebook of such a size


class Attention(NamedTuple):
    """A line for the instructor: whom it concerns, and why."""

    student: str
    reason: str


class Entry(NamedTuple):
    """A file in the folder or zip. `problem` says why it is left unread, or is ""."""

    names: tuple[str, ...]
    time: str
    size: int
    open: Callable[[], BinaryIO]
    problem: str


class Found(NamedTuple):
    """A notebook file in scratch. `names` are the possible spellings of the name it was handed in under."""

    names: tuple[str, ...]
    time: str
    path: Path


def notebooks(source: Path, scratch: Path) -> tuple[list[Found], list[Attention], list[tuple[str, ...]]]:
    """Copy every *.ipynb of a folder or zip into `scratch`; say which files were left unread, and why.

    The third part of what is returned has the names of those, in their possible spellings.

    No name from the zip is ever used as a path, so nothing can be written elsewhere.
    Raises ValueError, in a sentence, where the whole cannot be used.
    """
    entries = _in_zip(source) if source.is_file() else _in_folder(source)
    found, attention, others, unread, in_all = [], [], [], [], 0
    for number, entry in enumerate(entries, 1):
        if number > MOST_FILES:
            raise ValueError(f"{source} holds more than {MOST_FILES} files. Is it the right one?")
        name = entry.names[0]
        parts = name.split("/")
        if any(part == "__MACOSX" or part.startswith(".") and part != ".." for part in parts):
            continue  # what computers leave beside a file: checkpoints, .DS_Store
        if not name.lower().endswith(".ipynb") and not entry.problem:
            others.append(name)
            unread.append(entry.names)
            continue
        # 60 letters, because file systems allow 255 bytes, and a letter can have four.
        path = scratch / f"{number:05}" / (re.sub(r"[^\w.\- ()]", "_", parts[-1][:-len(".ipynb")])[:60].strip() + ".ipynb")
        reason = entry.problem or (f"it has {entry.size / 1e6:.0f} MB, and at most {LARGEST / 1e6:.0f} MB are read" if entry.size > LARGEST else "")
        if not reason:
            reason = _copy(entry, path)
        if reason:
            attention.append(Attention(shown(name), f"left unread: {reason}."))
            unread.append(entry.names)
            continue
        in_all += path.stat().st_size
        if in_all > LARGEST_IN_ALL:
            raise ValueError(f"The notebooks in {source} have more than {LARGEST_IN_ALL / 1e6:.0f} MB in all. Grade it in parts.")
        found.append(Found(entry.names, entry.time, path))
    if zips := [name for name in others if name.lower().endswith((".zip", ".7z", ".rar", ".gz", ".tar"))]:
        attention.append(Attention("zips inside", f"not opened: {_some(zips)}. Unpack them yourself if they hold somebody's notebook."))
    if rest := [name for name in others if name not in zips]:
        attention.append(Attention(OTHERS, f"left unread, because only notebooks (*.ipynb) are graded: {_some(rest)}."))
    return found, attention, unread


def _some(names: list[str], most: int = 8) -> str:
    return ", ".join(shown(name) for name in names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _copy(entry: Entry, path: Path) -> str:
    """Write a file into scratch, at most LARGEST bytes whatever its headers promise; return the reason if that fails."""
    try:
        path.parent.mkdir(parents=True)
        with entry.open() as source, open(path, "xb") as target:
            while (left := LARGEST + 1 - target.tell()) > 0 and (data := source.read(min(left, 1 << 20))):
                target.write(data)
            if target.tell() <= LARGEST:
                return ""
        reason = f"it has more than {LARGEST / 1e6:.0f} MB"
    except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, ValueError) as problem:
        reason = f"it cannot be opened or unpacked ({type(problem).__name__}: {shown(str(problem))})"
    shutil.rmtree(path.parent, ignore_errors=True)
    return reason


def _in_folder(source: Path) -> Iterator[Entry]:
    for place, folders, files in os.walk(source):  # never through a symbolic link
        folders.sort()
        for name in [*[name for name in folders if os.path.islink(os.path.join(place, name))], *sorted(files)]:
            path = Path(place, name)
            about = path.lstat()
            names = spellings(os.fsencode(path.relative_to(source).as_posix()))
            problem = ("it is a symbolic link" if stat.S_ISLNK(about.st_mode) else
                       "" if stat.S_ISREG(about.st_mode) else "it is not a plain file") or unsafe(names[0])
            time = datetime.fromtimestamp(about.st_mtime).isoformat(timespec="seconds")
            yield Entry(names, time, about.st_size, lambda path=path: _plain(path), problem)


def _plain(path: Path) -> BinaryIO:
    # The file may have been changed for a link since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


def _in_zip(source: Path) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError) as problem:
        raise ValueError(f"{source} is neither a folder nor a zip that can be opened ({problem}).") from problem
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            utf8 = info.flag_bits & 0x800
            names = spellings(info.orig_filename.split("\0")[0].encode("utf-8" if utf8 else "cp437", "surrogateescape" if utf8 else "replace"))
            names = tuple(name.replace("\\", "/") for name in names)  # some Windows programs write it so
            problem = unsafe(names[0])
            if stat.S_ISLNK(info.external_attr >> 16):
                problem = "it is a symbolic link"
            elif info.flag_bits & 0x1:
                problem = problem or "it is protected by a password"
            elif info.file_size > max(RATIO_FROM, RATIO * info.compress_size):
                problem = problem or f"it would grow more than {RATIO}-fold when unpacked (a zip bomb?)"
            try:
                time = datetime(*info.date_time).isoformat() if info.date_time[0] > 1980 else ""  # 1980: the zip knows no time
            except ValueError:
                time = ""
            yield Entry(names, time, info.file_size, lambda info=info: archive.open(info), problem)
