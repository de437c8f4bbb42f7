"""What Binder builds, made here without conda or docker, tested and weighed.

    .venv/bin/python benchmarks/binder.py            make it, run the notebooks and the browser tests in it, print its size
    .venv/bin/python benchmarks/binder.py size       make it and print its size only

repo2docker first installs a frozen base, then environment.yml's packages, then runs postBuild. Here the packages come
from PyPI: those of the base are held at the frozen versions, those of environment.yml chosen within its ranges.
Needs Python 3.12 (on PATH or of pyenv), uv, and for the browser tests Chromium. Not the same as conda's: the compiled
libraries, and what conda installs beside Python (Node.js among it, in every Binder).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

import repo2docker
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
VERSION = "3.12"
BASE = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
# What is called otherwise on PyPI, and what does not exist there.
PYPI = {"matplotlib-base": "matplotlib", "jupyterhub-base": "jupyterhub", "jupyterhub-singleuser": "jupyterhub", "python-fastjsonschema": "fastjsonschema"}
NOT_PYTHON = {"python", "nodejs"}
TESTS = ["pytest-xdist", "playwright", "axe-playwright-python", "pyyaml"]


def frozen() -> dict[str, str]:
    """Return the versions of repo2docker's frozen base by their names on PyPI (names that are no Python package do no harm)."""
    lines = (BASE / f"environment.py-{VERSION}-linux-64.lock").read_text(encoding="utf-8").splitlines()
    files = [line.rpartition("/")[2] for line in lines if line.startswith("http")]
    triples = [re.match(r"(.+)-([^-]+)-[^-]+$", re.sub(r"\.(conda|tar\.bz2).*", "", file)).groups() for file in files]
    return {canonicalize_name(PYPI.get(name, name)): version for name, version in triples if not name.startswith("_")}


def asked_for(path: Path) -> list[str]:
    """Return the requirements of a conda environment file in PyPI's words."""
    lines = [re.sub(r"=?=([\d.]+)\*$", r"==\1*", line) for line in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]]
    found = [re.match(r"([A-Za-z0-9_-]+)(.*)", line).groups() for line in lines]
    return [PYPI.get(name, name) + rest for name, rest in found if name not in NOT_PYTHON]


def interpreter() -> str:
    """Return a Python of Binder's version; leave with a sentence where there is none."""
    places = [shutil.which(f"python{VERSION}"), *sorted(Path.home().glob(f".pyenv/versions/{VERSION}.*/bin/python"))]
    for place in filter(None, map(str, filter(None, places))):
        if subprocess.run([place, "--version"], capture_output=True).returncode == 0:
            return place
    sys.exit(f"There is no Python {VERSION} on PATH or in ~/.pyenv/versions: install one, then start again.")


def build(folder: Path) -> tuple[Path, Path]:
    """Make the environment and a fresh clone of the module in `folder`; return the Python and the clone."""
    copy, place = folder / "module", folder / "env"
    subprocess.run(["git", "clone", "-q", ROOT, copy], check=True)
    subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", interpreter(), place], check=True)
    install(place, asked_for(BASE / f"environment.py-{VERSION}.yml") + ["setuptools"])
    install(place, asked_for(copy / "environment.yml"))
    env = clean_env(place)
    subprocess.run(["bash", "postBuild"], cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)
    return place / "bin" / "python", copy


def install(place: Path, requirements: list[str]) -> None:
    """Install into an environment, with the base at its frozen versions."""
    held = place / "constraints.txt"
    held.write_text("\n".join(f"{name}=={version}" for name, version in frozen().items()), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "--python", place / "bin" / "python",
                    "-c", held, *requirements], check=True)


def clean_env(place: Path) -> dict[str, str]:
    """Return an environment in which that Python and its programs come first."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH", "FIVEREADINGS_HOME")
    return {**{name: value for name, value in os.environ.items() if name not in dropped},
            "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}", "NB_PYTHON_PREFIX": str(place)}


def weigh(place: Path) -> None:
    """Print the size of the environment and its largest packages, each with the chain that asks for it, as Markdown."""
    site, = place.glob("lib/python*/site-packages")
    found = {canonicalize_name(one.metadata["Name"]): one for one in distributions(path=[str(site)])}
    size = {name: sum(path.stat().st_size for file in one.files or [] if (path := Path(one.locate_file(file))).is_file())
            for name, one in found.items()}
    base = [Requirement(line).name for line in asked_for(BASE / f"environment.py-{VERSION}.yml")]
    ours = [Requirement(line).name for line in asked_for(ROOT / "environment.yml")]
    # From our own list outwards, then from Binder's: the first chain that reaches a package is the one that is told.
    chains = {}
    for root, names in (("environment.yml", ours), ("Binder's base", base)):
        queue = [(name, root) for name in names]
        for name, chain in queue:  # the list grows while it is read
            name = canonicalize_name(name)
            if name not in chains and name in found:
                chains[name] = chain
                needs = [Requirement(line) for line in found[name].requires or []]
                queue += [(need.name, f"{name}, {chain}") for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    total = sum(path.lstat().st_size for path in place.rglob("*") if path.is_file())
    print(f"{total / 1e6:.0f} MB in all, {len(found)} packages; of these, asked for by environment.yml "
          f"{sum(size[name] for name, chain in chains.items() if chain.endswith('environment.yml')) / 1e6:.0f} MB.\n\n"
          "| package | MB | stays because it is asked for by |\n|---|---:|---|")
    for name in sorted(size, key=size.get, reverse=True)[:12]:
        print(f"| {name} {found[name].version} | {size[name] / 1e6:.0f} | {chains.get(name, 'the environment itself')} |")


def main(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        python, copy = build(Path(name))
        weigh(python.parent.parent)
        if words == ["size"]:
            return 0
        install(python.parent.parent, TESTS)
        env = clean_env(python.parent.parent)
        runs = [["-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "--nbval", "notebooks",
                 "--nbval-sanitize-with", "tests/nbval-sanitize.cfg"], ["tests/test_browser.py", "tests/test_keeping.py"]]
        return max(subprocess.run([python, "-m", "pytest", "-q", *run], cwd=copy, env=env).returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
