"""What the name of a handed-in file says: whose it is, and which of several is the newest."""

import re
import unicodedata
from typing import NamedTuple

# Canvas: sortable name, LATE, number of the student, number of the file, the file's own name.
CANVAS = re.compile(r"^(?P<name>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?P<file>\d+)_(?P<rest>.+)$", re.IGNORECASE)
ANONYMOUS = re.compile(r"^(?P<late>LATE_)?anon_(?P<name>[^_]+)_(?P<file>\d+)_(?P<rest>.+)$")
# Moodle: full name (its underscores become spaces), number of the participant; a folder, or the flat form.
MOODLE = re.compile(r"^(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_file(?:_(?P<rest>.*))?$")
AGAIN = re.compile(r"(?:-(\d{1,3})| ?\((\d{1,3})\))$")  # what platforms and browsers add to a second file of one name
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
CODE_PAGES = ("cp437", "cp866", "cp1251", "cp1252", "gbk")  # of zips whose names are not in UTF-8
LONGEST = 120


class Hint(NamedTuple):
    """Who a file's name points to. `order` grows with each further file of one student."""

    text: str
    number: str = ""          # of the student, on the platform
    column: str = ""          # of the roster, in which that number stands: canvas_id or moodle_id
    order: tuple = (0, 0)
    late: bool = False
    anonymous: bool = False
    without_number: str = ""  # the text without what a second file of one name ends in
    back: str = ""            # how a file's name must begin for the platform to give it back to this student

    @property
    def student(self) -> str:
        """The student's id where there is no roster. The number keeps two people of one name apart."""
        return f"{self.text}-{self.number}" if self.number else self.text


def hint(name: str, stem: str) -> Hint:
    """Return who `name` (folders separated by /) points to, when the exercise `stem` was asked for.

    The outermost folder speaks alone: what lies in it was named by a student.
    """
    folder, _, rest = name.partition("/") if "/" in name else ("", "", name)
    file = (rest if folder else name).rsplit("/", 1)[-1]
    file = file[:-len(".ipynb")] if file.lower().endswith(".ipynb") else file
    if found := MOODLE.match(folder or file):
        return Hint(found["name"].strip(), found["number"], "moodle_id", (0, again(file, stem)),
                    back=f"{found['name']}_{found['number']}_assignsubmission_file_")
    if folder:
        return Hint(folder, order=(0, again(file, stem)))
    if found := ANONYMOUS.match(file):
        return Hint(f"anon-{found['name']}", "", "canvas_id", (int(found["file"]), again(found["rest"], stem)),
                    bool(found["late"]), anonymous=True)
    if found := CANVAS.match(file):
        return Hint(found["name"], found["number"], "canvas_id", (int(found["file"]), again(found["rest"], stem)), bool(found["late"]),
                    back=f"{found['name']}_{found['number']}_{found['file']}_")
    # STUDENT.ipynb, also with the exercise's name before or after it
    text = re.sub(rf"^{re.escape(stem)}[-_ ]+(?=\D)|(?<=.)[-_ ]+{re.escape(stem)}$", "", re.sub(r" ?\(\d{1,3}\)$", "", file))
    return Hint(text, order=(0, again(file, stem)), without_number=AGAIN.sub("", text))


def again(file: str, stem: str) -> int:
    """Return the number of a further file of one name: 2 for `name-2` and `name (2)`, else 0."""
    found = AGAIN.search(file.removeprefix(stem))
    return int(found[1] or found[2]) if found else 0


def without_wrapper(names: list[str], stem: str, known) -> int:
    """Return 1 when all names lie in one folder that is no student's, such as `submissions/`, else 0.

    `known(folder)` says whether the roster knows the folder's name.
    """
    parts = [name.split("/") for name in names]
    if not parts or any(len(part) < 2 or part[0] != parts[0][0] for part in parts):
        return 0
    if MOODLE.match(parts[0][0]) or known(parts[0][0]):
        return 0
    if all(len(part) > 2 and part[1] != stem for part in parts):
        return 1
    return int(any(len(part) == 2 and CANVAS.match(part[1]) for part in parts)
               or len(parts) > 1 and not any(part[-1].startswith(stem) for part in parts))


def fit_for_id(text: str) -> bool:
    """Say whether a text can name a student in class files: a folder on every system, and no pattern to nbgrader."""
    return (0 < len(text) <= 80 and all(char.isalnum() or unicodedata.category(char)[0] == "M" or char in " -_.@',()" for char in text)
            and text[0] not in "-. " and text[-1] not in ". " and text.split(".")[0].casefold() not in DEVICES)


def unsafe(name: str) -> str:
    """Return why a name must not be used as it stands, or ""."""
    parts = name.split("/")
    if len(name) > 4 * LONGEST:
        return "its name is too long"
    if name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", name):
        return "its name leads out of the folder"
    if any(part.split(".")[0].strip().casefold() in DEVICES for part in parts):
        return "its name is one that Windows keeps for devices"
    return ""


def spellings(raw: bytes) -> tuple[str, ...]:
    """Return what a file's name can mean: one text where it is UTF-8, else one for each usual code page."""
    try:
        return (unicodedata.normalize("NFC", raw.decode("utf-8")),)
    except UnicodeDecodeError:
        return tuple(dict.fromkeys(unicodedata.normalize("NFC", raw.decode(page, "replace")) for page in CODE_PAGES))


def shown(name: str) -> str:
    """Return a name for the instructor's screen: no signs that steer a terminal, and not too long."""
    text = "".join(char if char.isprintable() else "?" for char in name)
    return text if len(text) <= LONGEST else f"{text[:LONGEST // 2]}…{text[-LONGEST // 2:]}"
