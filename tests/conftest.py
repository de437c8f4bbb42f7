"""What several tests share: where the module is, and its units."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
STEMS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
UNITS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def _module_folder(monkeypatch):
    monkeypatch.setenv("FIVEREADINGS_HOME", str(ROOT))


@pytest.fixture
def small_module(tmp_path, monkeypatch):
    """A folder with the tables only, made the module's home: nothing in it is precious."""
    import shutil

    for folder in ("data", "readings"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setenv("FIVEREADINGS_HOME", str(tmp_path))
    return tmp_path


# nbgrader finds alembic and jupyter on PATH.
BIN = pathlib.Path(sys.executable).parent
