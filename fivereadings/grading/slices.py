"""Slices: a class's own version of the questions that `solutions/<stem>/slices.csv` declares sliceable.

A row of that table names a question, a text that stands in its cells, and what may stand there instead
(`one | two | three`). The first choices of all rows of a question belong together, and so on. The solution
notebook itself is the template: it runs as it stands, and `make` puts other words in the same places. The key
follows, because the notebook computes it.
"""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import nbformat

from ..build import solved
from ..checking import key as practice_key
from ..notebooks import normalise, read, write
from ..places import home
from . import course

TABLE = "slices.csv"
SEED = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
GRADED = '\nfrom fivereadings.checking import graded_work\n\ngraded_work()  # slice {}: check keeps your answers, and they are judged when the work is graded'


def cleaned(seed: str) -> str:
    """Return a seed in small letters. Raises ValueError for one that cannot be the name of a folder everywhere."""
    text = str(seed).strip().lower()
    if not SEED.fullmatch(text):
        raise ValueError(f"{seed!r} cannot be the seed of a slice: use letters, digits and hyphens, at most 40, such as 2027-autumn.")
    return text


def choices(stem: str) -> dict[str, list[dict[str, str]]]:
    """Return, for each sliceable question of a unit, its choices: what stands in the notebook -> what stands there instead.

    Raises ValueError, with the question, when its rows do not have equally many choices.
    """
    path = home() / "solutions" / stem / TABLE
    if not path.is_file():
        return {}
    rows: dict[str, list[list[str]]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["question"], []).append([row["stands"], *row["instead"].split(" | ")])
    for question, words in rows.items():
        if len({len(one) for one in words}) != 1:
            raise ValueError(f"{path.name} of {stem}: the rows of {question} do not have equally many choices.")
    return {question: [{one[0]: one[number] for one in words} for number in range(1, len(words[0]))]
            for question, words in rows.items()}


def drawn(stem: str, seed: str) -> dict[str, int]:
    """Return the number of the choice that a seed draws for each sliceable question: the same everywhere and always."""
    return {question: int(hashlib.sha256(f"{cleaned(seed)}/{question}".encode()).hexdigest(), 16) % len(several)
            for question, several in choices(stem).items()}


def put(text: str, words: dict[str, str]) -> str:
    """Return a text with other words in the places of those that stand in it, all at once, whole words only.

    A name such as `gap_2014` holds the word 2014; a key such as rosstat-kep-2016-02 holds no word 2016.
    """
    one_of = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<![A-Za-z0-9-])(?:{one_of})(?![A-Za-z0-9]|-\w)", lambda found: words[found[0]], text)


def sections(notebook) -> dict[str, list]:
    """Return the cells of each question: from its `-question` cell to the next one."""
    found, name = {}, None
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        name = about.removesuffix("-question") if about.endswith("-question") else name
        if name:
            found.setdefault(name, []).append(cell)
    return found


def make_from(stem: str, numbers: dict[str, int], seed: str) -> nbformat.NotebookNode:
    """Return the solution notebook with the numbered choice of each question, without outputs, named after the seed."""
    notebook = normalise(read(home() / "solutions" / stem / f"{stem}.ipynb"))
    several = choices(stem)
    for question, cells in sections(notebook).items():
        for cell in cells if question in numbers else []:
            cell.source = put(cell.source, several[question][numbers[question]])
    title, imports = notebook.cells[:2]
    title.source = re.sub(r"\A# (.*)", rf"# \1 (slice {seed})", title.source)
    imports.source += GRADED.format(seed)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def make(stem: str, seed: str) -> nbformat.NotebookNode:
    """Return the solution notebook of one slice. Running it yields the key.

    Raises ValueError for a seed that cannot be used, and for a unit without sliceable questions.
    """
    numbers = drawn(stem, seed)
    if not numbers:
        raise ValueError(f"No question of {stem} can be sliced.")
    return named(make_from(stem, numbers, cleaned(seed)), cleaned(seed))


def named(notebook, seed: str):
    """Write the seed into a notebook's metadata, where it goes with the file to the student and back."""
    notebook.metadata["fivereadings"] = {"slice": seed}
    return notebook


def seed_of(notebook) -> str:
    """Return the seed of the slice that a notebook was released as; "" for the practice version."""
    about = notebook.metadata.get("fivereadings")
    seed = about.get("slice") if isinstance(about, dict) else ""
    return seed if isinstance(seed, str) and SEED.fullmatch(seed) else ""


def mismatch(notebook, seed: str) -> str:
    """Say in one sentence that a hand-in was made from another version than the class's; "" when it was not."""
    seen = seed_of(notebook)
    if seen == (cleaned(seed) if seed else ""):
        return ""
    version = "the practice version" if not seen else f"slice {seen}"
    return f"this was worked in {version}, and it is graded as {f'slice {seed}' if seed else 'the practice version'}: its figures differ"


def questions_of(stem: str, numbers: dict[str, int]) -> str:
    """Return questions.csv with the words of a slice, since its hints name years and partners."""
    with open(home() / "solutions" / stem / "questions.csv", encoding="utf-8", newline="") as file:
        rows, several = list(csv.DictReader(file)), choices(stem)
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0], lineterminator="\n")
    table.writeheader()
    for row in rows:
        if row["question"] in numbers:
            row |= {name: put(row[name], several[row["question"]][numbers[row["question"]]]) for name in ("hint", "stronger_hint")}
        table.writerow(row)
    return out.getvalue()


def release(stem: str, seed: str, folder: Path) -> Path:
    """Make one slice in a class folder; return the folder with what students get.

    Writes `folder`/slice-SEED/solutions/STEM (the worked notebook with its outputs, and key.json: they stay at
    home) and `folder`/slice-SEED/release/STEM. Raises ValueError when the class has another slice of this unit.
    """
    notebook, seed = make(stem, seed), cleaned(seed)
    other = of_class(folder, stem)
    if other not in ("", seed):
        raise ValueError(f"The class folder {folder} has slice {other} of {stem} already. A class has one slice, so that people can "
                         "discuss the same number. Name another folder with --class for another class.")
    course.make_private(folder)
    place = folder / f"slice-{seed}"
    source = place / "solutions" / stem
    source.mkdir(parents=True, exist_ok=True)
    (source / "key.json").unlink(missing_ok=True)
    (source / "questions.csv").write_text(questions_of(stem, drawn(stem, seed)), encoding="utf-8", newline="\n")
    (source / "rubric.csv").write_bytes((home() / "solutions" / stem / "rubric.csv").read_bytes())
    answers = solved(notebook, source, stem)
    write(named(normalise(notebook), seed), source / f"{stem}.ipynb")
    course.generate(stem, place / "release", solutions=place / "solutions")
    # The key comes last: where it lies, the slice is whole.
    (source / "key.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return place / "release" / stem


def of_class(folder: Path, stem: str) -> str:
    """Return the seed of the slice that a class folder holds of a unit, or ""."""
    found = sorted(folder.glob(f"slice-*/solutions/{stem}/key.json"))
    return found[0].parents[2].name.removeprefix("slice-") if found else ""


def open_slice(folder: Path, stem: str, seed: str = "") -> tuple[Path | None, dict]:
    """Return where the solutions of a class lie (None: the module's own) and the key that its work is graded with.

    Without a seed, the class's slice if it has one. A slice that was not made yet is made; one that was released
    is taken as it is, so that a later correction of the module changes no key behind the instructor's back.
    """
    seed = cleaned(seed) if seed else of_class(folder, stem)
    if not seed:
        return None, practice_key(stem)
    if of_class(folder, stem) != seed:
        release(stem, seed, folder)
    place = folder / f"slice-{seed}" / "solutions"
    return place, json.loads((place / stem / "key.json").read_text(encoding="utf-8"))
