"""The cells of a handed-in notebook: whatever stands in the file, it becomes plain texts or one sentence."""

import codecs
import json
from pathlib import Path
from typing import NamedTuple

from .filenames import shown

KINDS = {b"%PDF": "a PDF", b"PK\x03\x04": "a zip or an office document", b"<": "a web page",
         b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture"}
MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
LARGEST = 20_000_000
MOST_CELLS, MOST_PARTS = 2_000, 1_000_000  # small parts cost far more memory and time than their bytes
LONGEST_NUMBER = 40  # digits; Python itself refuses 4301


class Cell(NamedTuple):
    """A cell as handed in. `name` is nbgrader's id or "", `source` None where the file has no text there."""

    kind: str
    id: str
    name: str
    source: str | None
    outputs: list
    attachments: bool


def cells(path: Path) -> tuple[list[Cell], list[str]]:
    """Return the cells of a notebook file and what was odd about the file, in words.

    Raises ValueError, in a sentence, when the file is not a notebook.
    """
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    try:
        text, odd = _text(data)
        if text.count("{") + text.count("[") > MOST_PARTS:
            raise ValueError(f"it has more than {MOST_PARTS:,} parts")
        notebook = json.loads(text, parse_int=_whole, parse_constant=lambda _: None)
        found = _listed(notebook)
    except json.JSONDecodeError as problem:
        kind = next((kind for mark, kind in KINDS.items() if data.lstrip()[:8].startswith(mark)), "")
        reason = (f"it is {kind}" if kind else "it breaks off before its end" if text.lstrip()[:1] == "{" and text.rstrip()[-1:] != "}" else
                  f"from line {problem.lineno} on, it is damaged or of another kind")
        raise ValueError(f"{path.name} is not a notebook that can be read: {reason}.") from problem
    except (RecursionError, MemoryError) as problem:
        raise ValueError(f"{path.name} is not a notebook that can be read: its data are nested too deeply or are too many.") from problem
    except ValueError as problem:
        raise ValueError(f"{path.name} is not a notebook that can be read: {problem}.") from problem
    about = _dict(notebook.get("metadata"))
    kernel, language = _dict(about.get("kernelspec")), _dict(about.get("language_info")).get("name")
    language = language if isinstance(language, str) else kernel.get("language")
    if isinstance(language, str) and language.strip().casefold() not in ("python", "ipython", "python3", ""):
        odd.append(f"the notebook was set to another language ({shown(plain(language))}); its answers are run as Python")
    return [_cell(cell) for cell in found if isinstance(cell, dict)], odd


def plain(text: str) -> str:
    """Return a text that can be stored and shown anywhere: no half characters, no NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _text(data: bytes) -> tuple[str, list[str]]:
    if len(data) > LARGEST:
        raise ValueError(f"it has more than {LARGEST / 1e6:.0f} MB")
    if not data.strip():
        raise ValueError("the file is empty")
    if not data.strip(b"\0"):
        raise ValueError("the file holds nothing but NUL bytes, as a copy that broke off leaves them")
    code = next((code for mark, code in MARKS.items() if data.startswith(mark)), "")
    if not code and data[:2] in (b"{\0", b"\0{"):
        code = "utf-16-le" if data[:1] == b"{" else "utf-16-be"
    if code:
        return data.decode(code, "replace"), [f"the file was stored as {code.upper()[:6]}, not as UTF-8; it was read all the same"]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), ["the file was not stored as UTF-8; it was read as Windows-1252 (Latin-1), "
                                                  "so look at letters with accents"]


def _listed(notebook) -> list:
    """Return the list of cells in a notebook of format 4, or 3 and older, where cells stand in worksheets."""
    if not isinstance(notebook, dict):
        raise ValueError("it holds other data than a notebook")
    number = notebook.get("nbformat")
    if isinstance(number, int) and number > 4:
        raise ValueError(f"it is in the notebook format {number}, and only formats up to 4 are known")
    found = notebook.get("cells")
    if found is None and isinstance(sheets := notebook.get("worksheets"), list):
        lists = [_dict(sheet).get("cells") for sheet in sheets]
        found = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    if not isinstance(found, list):
        raise ValueError("it has no list of cells")
    if len(found) > MOST_CELLS:
        raise ValueError(f"it has {len(found):,} cells, and at most {MOST_CELLS:,} are read")
    return found


def _cell(cell: dict) -> Cell:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    name = _dict(_dict(cell.get("metadata")).get("nbgrader")).get("grade_id")
    outputs = cell.get("outputs")
    texts = [value if isinstance(value, str) else "" for value in (cell.get("cell_type"), cell.get("id"), name)]
    return Cell(*texts, plain(source) if isinstance(source, str) else None,
                [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else [],
                bool(_dict(cell.get("attachments"))))


def _dict(value) -> dict:
    return value if isinstance(value, dict) else {}


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None
