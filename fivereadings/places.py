"""Where the module's folders are, whatever the working directory."""

import os
from pathlib import Path

MARK = Path("data", "datapackage.json")


def home() -> Path:
    """Return the folder that holds `data/`, `readings/` and `notebooks/`.

    Looked for in this order: the environment variable FIVEREADINGS_HOME, the working
    directory and the folders above it, the folder beside this package.

    Raises FileNotFoundError, with what was tried, when none of them holds the data.
    """
    named = os.environ.get("FIVEREADINGS_HOME")
    if named:
        # A wrong setting is an error, not a reason to read some other copy in silence.
        if (Path(named) / MARK).is_file():
            return Path(named).resolve()
        raise FileNotFoundError(
            f"FIVEREADINGS_HOME is set to {named!r}, but there is no {MARK} in it. "
            "Set it to the folder of the module, or remove the setting."
        )
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / MARK).is_file():
            return folder.resolve()
    raise FileNotFoundError(
        f"The folder of the module was not found: there is no {MARK} in {here} or above it. "
        "Open the notebook inside the module's folder, or set FIVEREADINGS_HOME to that folder."
    )


def unit_file(stem: str, name: str) -> Path | None:
    """Return the file `name` of the unit `stem` in `solutions/`, else in `exercises/`, else None."""
    for folder in ("solutions", "exercises"):
        path = home() / folder / stem / name
        if path.is_file():
            return path
    return None
