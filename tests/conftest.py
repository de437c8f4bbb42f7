"""What several tests share: where the module is, and its units."""

import os
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


@pytest.fixture(scope="module")
def browser():
    """Chromium, as Playwright's Browser. Without one a test is skipped with the reason; in CI it fails."""
    from browser import chromium, why_no_browser

    if (why := why_no_browser()) and os.environ.get("CI") and not os.environ.get("FIVEREADINGS_NO_BROWSER"):
        pytest.fail("CI needs Chromium for the browser tests: see .ci/run")
    if why:
        pytest.skip(why)
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """The address of a JupyterLab on a copy of the module."""
    from browser import module_in_lab

    with module_in_lab(tmp_path_factory.mktemp("lab") / "module") as address:
        yield address
