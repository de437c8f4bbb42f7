"""Put JupyterLite beside the pages: the module runs in the reader's browser, without a server. An experiment.

Python itself (Pyodide) with pandas and matplotlib comes from Pyodide's own delivery network when a
reader opens a notebook; everything else is in the site's folder.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import nbformat
from jupyterlite_pyodide_kernel.constants import DISABLE_PYPI_FALLBACK, PYODIDE_KERNEL_PLUGIN_ID

from .. import notebooks
from ..places import home
from .own import without_own_copies

FOLDERS = ("notebooks", "exercises", "solutions", "data", "readings")
# What the notebooks import, and those of it that Pyodide does not bring; the latter are pure Python.
NEEDS = ["bleach", "ipywidgets", "krippendorff", "matplotlib", "mistune", "packaging", "pandas", "tinycss2"]
WHEELS = ("comm", "ipywidgets", "jupyterlab-widgets", "krippendorff", "mistune", "tinycss2")
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")
FIRST_CELL = ("# Only here, in JupyterLite: fetch the module and the packages that it needs. The first time is slow.\n"
              "%pip install -q fivereadings")


def command(*words: str, cwd: Path | None = None) -> None:
    """Run a Python program of the environment. Raises ValueError with the end of what it said when it fails, or when there is no pip."""
    if words[0] == "pip" and find_spec("pip") is None:
        raise ValueError("JupyterLite was not built: it takes its packages with pip, and this environment has none. What to try: install Python's "
                         "own pip (on Debian or Ubuntu sudo apt install python3-venv), delete the folder .venv, and start again.")
    done = subprocess.run([sys.executable, "-m", *words], cwd=cwd, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        raise ValueError(f"JupyterLite was not built, {words[0]} failed (is there an internet connection?): {(done.stderr or done.stdout)[-2000:]}")


def locked(names) -> str:
    """Return the lines of the developers' lock for some packages, each with its version and hashes.

    Raises ValueError for a package that the lock does not have.
    """
    lock = (home() / "requirements-dev.lock").read_text(encoding="utf-8")
    found = {name: re.search(rf"^{re.escape(name)}==.*?(?=^\S|\Z)", lock, re.M | re.S) for name in names}
    if missing := [name for name, match in found.items() if match is None]:
        raise ValueError(f"requirements-dev.lock does not have {', '.join(missing)}: run python start.py build locks.")
    return "".join(match[0] for match in found.values())


def wheels(folder: Path) -> list[Path]:
    """Fill `folder` with the wheels that the browser needs, the module's own among them, and return them.

    The others are downloaded, each checked against the lock.
    """
    source, lock = folder / "module", folder / "wanted.txt"
    shutil.copytree(home() / "fivereadings", source / "fivereadings", ignore=shutil.ignore_patterns("__pycache__", "grading", "site"))
    project = tomllib.loads((home() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # The whole list of pyproject.toml has JupyterLab and nbval in it, which no browser can install.
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        f'[project]\nname = "fivereadings"\nversion = "{project["version"]}"\ndependencies = {json.dumps(NEEDS)}\n'
        '[tool.setuptools]\npackages = ["fivereadings", "fivereadings.views"]\n', encoding="utf-8")
    lock.write_text(locked(WHEELS), encoding="utf-8")
    into = str(folder / "wheels")
    command("pip", "wheel", "--no-deps", "--no-build-isolation", "-w", into, str(source))
    command("pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "-d", into, "-r", str(lock))
    return sorted((folder / "wheels").glob("*.whl"))


def contents(folder: Path) -> None:
    """Write the module as a reader finds it in JupyterLite; each notebook begins with the cell that installs the module.

    Raises ValueError for a notebook that holds words of a reader's own copy of a text.
    """
    for name in FOLDERS:
        shutil.copytree(home() / name, folder / name, ignore=shutil.ignore_patterns("own-copies", ".ipynb_checkpoints", "compile", "added"))
    shutil.copy(home() / "pyproject.toml", folder)  # the self-test reads it
    for path in folder.rglob("*.ipynb"):
        notebook = without_own_copies(notebooks.read(path), path.relative_to(folder).as_posix())
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL, id="only-in-jupyterlite"))
        notebook.metadata.kernelspec = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
        notebooks.write(notebook, path)


def build_lite(folder: Path, scratch: Path) -> None:
    """Build JupyterLite in `folder`, with `scratch` for what is only needed on the way."""
    contents(scratch / "contents")
    shared = Path(sys.prefix, "share", "jupyter", "labextensions")
    settings = {
        "LiteBuildConfig": {
            "output_dir": str(folder), "contents": [str(scratch / "contents")], "apps": ["lab"],
            "no_libarchive": True, "no_sourcemaps": True,
            "ignore_sys_prefix": ["federated_extensions"],  # only those that a reader needs, not all that are installed here
            "federated_extensions": [str(shared / name) for name in EXTENSIONS]},
        "PipliteAddon": {"piplite_urls": [str(path) for path in wheels(scratch)]}}
    lite_dir = scratch / "lite"
    lite_dir.mkdir()
    # Else the browser would ask the package index for each package that is not beside the pages.
    (lite_dir / "jupyter-lite.json").write_text(json.dumps({"jupyter-lite-schema-version": 0, "jupyter-config-data": {
        "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: {DISABLE_PYPI_FALLBACK: True}}}}), encoding="utf-8")
    (lite_dir / "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
    command("jupyterlite_core", "build", "--lite-dir", str(lite_dir), cwd=lite_dir)
