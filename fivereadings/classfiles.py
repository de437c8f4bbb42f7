"""A student's own file in `my-work/`, and a class's files read together.

    python start.py class codes FOLDER        the stances that a class coded (unit 06)
    python start.py class forecasts FOLDER    the probabilities that a class gave (unit 07)

Both write a table and a page to project into `class-work/`. Files carry pseudonyms, the page not even those.
"""

import csv
import os
import re
import sys
from datetime import datetime
from importlib import import_module
from io import StringIO
from pathlib import Path

import pandas as pd

from .places import home
from .show import page

# Each kind of file: its columns, those that name an item (a later row replaces an earlier one), and who reads it.
KINDS = {
    "codes": (["pseudonym", "voice", "question", "stance", "paragraphs", "reason", "basis", "saved"],
              ["voice", "question", "basis"], "fivereadings.views.coding"),
    "forecasts": (["pseudonym", "set", "forecast", "year", "probability", "reason", "saved"],
                  ["set", "forecast", "year"], "fivereadings.views.forecasting"),
}
LARGEST = 1_000_000  # bytes: a student's file has some hundred rows
PSEUDONYM = re.compile(r"\w[\w-]{1,29}")


def pseudonym_of(text: str) -> str:
    """Return a pseudonym as it stands in a file's name: small letters, no blanks around it.

    Raises ValueError for one that cannot be part of a file's name.
    """
    name = text.strip().casefold()
    if not PSEUDONYM.fullmatch(name):
        raise ValueError(f"The pseudonym is {text!r}. It needs 2 to 30 letters, digits or hyphens, "
                         "such as birch or river-7. Do not use your name.")
    return name


def own_file(kind: str, pseudonym: str) -> Path:
    """Return where a student's file of a kind ("codes" or "forecasts") lies; raises as `pseudonym_of`."""
    return home() / "my-work" / f"{kind}-{pseudonym_of(pseudonym)}.csv"


def whole_year(text: str) -> str:
    """Return a year without the decimals that a spreadsheet may add: "2027.0" and "2027,0" become "2027"."""
    return re.sub(r"[.,]0+$", "", text)


# How a column is tidied: what a worksheet prints as +1 or −2 is 1 or -2 in the file.
TIDY = {"year": whole_year, "stance": lambda text: whole_year(text.replace("−", "-").removeprefix("+")).casefold()}


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and a remark on how it was read; raise ValueError where it is no text."""
    if len(raw) > LARGEST:
        raise ValueError(f"it has {len(raw):,} bytes; a file of this kind has a few thousand")
    marked, remark = raw.startswith((b"\xff\xfe", b"\xfe\xff")), ""
    if b"\0" in raw and not marked:
        raise ValueError("it is no text file")
    try:
        text = raw.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as problem:
        if marked:
            raise ValueError(f"it cannot be read as a table: {problem}") from None
        text, remark = raw.decode("cp1252", errors="replace"), "was not UTF-8 and was read as Windows-1252: look at its words"
    if not text.strip():
        raise ValueError("it is empty")
    return text, "was UTF-16" if marked else remark


def read_file(kind: str, path: Path) -> tuple[pd.DataFrame, str]:
    """Return the rows of one file as text, and a remark ("" for a file that is as it should be).

    The separator may be a comma, a semicolon or a tab: spreadsheets differ.
    Raises ValueError, with the reason in words, where the file cannot count.
    """
    columns, item, _ = KINDS[kind]
    try:
        text, remark = decoded(path.read_bytes())
        head = text.splitlines()[0]
        separator = max(",;\t", key=head.count)
        rows = list(csv.DictReader(StringIO(text), delimiter=separator))
    except (csv.Error, OSError) as problem:
        raise ValueError(f"it cannot be read as a table: {problem}") from None
    missing = [name for name in columns if name not in (rows[0] if rows else next(csv.reader([head], delimiter=separator)))]
    if missing:
        raise ValueError(f"its first line lacks {', '.join(missing)}; expected: {','.join(columns)}")
    if not rows:
        raise ValueError("it has a first line and no rows")
    frame = pd.DataFrame(rows)[columns].fillna("").map(str.strip)
    if not frame["pseudonym"].iloc[0]:
        raise ValueError("its rows bear no pseudonym, so it could be anybody's second file")
    if len(names := frame["pseudonym"].str.casefold().unique()) > 1:
        remark = "; ".join(filter(None, [remark, f"bears {len(names)} pseudonyms and counts as one student, {names[0]}: one file a student"]))
    for name in frame.columns.intersection(TIDY):
        frame[name] = frame[name].map(TIDY[name])
    return frame.drop_duplicates(item, keep="last").reset_index(drop=True), remark


def own(kind: str, pseudonym: str) -> pd.DataFrame:
    """Return a student's own rows, all as text; no rows where nothing was saved yet.

    Raises ValueError where the file there cannot be read.
    """
    if not (path := own_file(kind, pseudonym)).exists():
        return pd.DataFrame(columns=KINDS[kind][0], dtype="str")
    try:
        return read_file(kind, path)[0]
    except ValueError as problem:
        raise ValueError(f"my-work/{path.name} cannot be used: {problem}. Rename it, then save again; nothing was changed.") from None


def save(kind: str, pseudonym: str, **row) -> Path:
    """Write one row into a student's own file and return its path; a row of the same item is replaced.

    The file is written whole and then put in place, so that a stop in between loses nothing.
    Raises ValueError for a bad pseudonym, or where the file there cannot be read.
    """
    (columns, item, _), path, rows = KINDS[kind], own_file(kind, pseudonym), own(kind, pseudonym)
    row |= {"pseudonym": path.stem.partition("-")[2], "saved": datetime.now().isoformat(timespec="seconds")}
    new = pd.DataFrame([{name: str(row[name]).strip() for name in columns}])
    rows = pd.concat([rows, new]).drop_duplicates(item, keep="last")
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".part")
    rows.to_csv(draft, index=False, encoding="utf-8-sig", lineterminator="\n")  # with this mark Excel reads UTF-8
    os.replace(draft, path)
    return path


def read_class(kind: str, folder: Path, problem_of=lambda row: "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of all files under a folder, and a report `file, rows, remark` with one row a file.

    A file without good rows has 0 rows in the report, and its reason. One file counts for a
    pseudonym, the one saved last. `problem_of(row)` says what is wrong with a row, or "".
    Raises ValueError where the folder holds no CSV file.
    """
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() == ".csv" and path.is_file() and not path.is_symlink())
    if not paths:
        raise ValueError(f"{folder} holds no CSV file. Expected: one file a student, such as {kind}-birch.csv.")
    good, report = {}, []
    for path in paths:
        about = {"file": path.relative_to(folder).as_posix(), "rows": 0, "remark": ""}
        report.append(about)
        try:
            rows, about["remark"] = read_file(kind, path)
        except ValueError as problem:
            about["remark"] = f"left out: {problem}"
            continue
        bad = [(number, problem) for number, row in rows.iterrows() if (problem := problem_of(row))]
        remarks = [about["remark"], *(f"row {number + 2} left out: {problem}" for number, problem in bad[:3]),
                   f"and {len(bad) - 3} rows more" if len(bad) > 3 else ""]
        about["remark"] = "; ".join(filter(None, remarks))
        rows = rows.drop(index=[number for number, _ in bad])
        if rows.empty:
            continue
        about["rows"], name = len(rows), rows["pseudonym"].iloc[0].casefold()
        older, about_older = good.get(name, (None, None))
        good[name] = (rows.assign(pseudonym=name), about)
        if older is not None:
            if older["saved"].max() > rows["saved"].max():
                good[name], about_older = (older, about_older), about
            about_older |= {"rows": 0, "remark": (f"left out: {good[name][1]['file']} bears the same pseudonym and was saved later (or is a copy); "
                                     "if these are two people, change one pseudonym")}
    rows = pd.concat([rows for rows, _ in good.values()], ignore_index=True) if good else pd.DataFrame(columns=KINDS[kind][0])
    return rows, pd.DataFrame(report)


def main(words: list[str]) -> int:
    """Merge a class's files, say which count and which do not, and write a table and a page to project."""
    if len(words) < 2 or words[0] not in KINDS:
        print(__doc__)
        return 0 if words[:1] in (["-h"], ["help"], ["--help"]) else 2
    (kind, folder, *rest), view = words, import_module(KINDS[words[0]][2])
    try:
        rows, report = read_class(kind, Path(folder), view.problem_of)
        for about in report.itertuples():
            print(f"  {about.file}: {about.rows} rows" + (f" · {about.remark}" if about.remark else ""))
        print(f"{rows['pseudonym'].nunique()} students, {len(rows)} rows.")
        parts = view.class_parts(rows, *rest)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 1
    (out := home() / "class-work").mkdir(exist_ok=True)
    rows.to_csv(out / f"{kind}.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    (out / f"{kind}.html").write_text(page(f"The class's {kind}", *parts), encoding="utf-8")
    print(f"Written: {out / kind}.csv (all rows) and {out / kind}.html (to project; it names no student).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
