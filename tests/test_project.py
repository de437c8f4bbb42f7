"""The project's own files agree: dependencies, Binder, locks, links, licences."""

import re
import runpy
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from rattler import MatchSpec

from fivereadings import build

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # conda's matplotlib adds a windowing library that no notebook needs


def tracked():
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def test_environment_and_pyproject_name_the_same_packages():
    wanted = {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in map(Requirement, PYPROJECT["project"]["dependencies"])}
    inline = dict(re.fullmatch(r"([a-z-]+)(.*)", line).groups() for line in ENVIRONMENT["dependencies"])
    assert inline.pop("python") == "=3.12" and inline.pop("pip") == ""
    assert {name: set(spec.split(",")) for name, spec in inline.items()} == {name: set(spec.split(",")) for name, spec in wanted.items()}


def test_every_line_of_the_environment_parses_and_none_needs_the_checkout():
    for line in ENVIRONMENT["dependencies"]:
        assert isinstance(line, str), "no pip section: repo2docker would rebuild on every edit"
        assert MatchSpec(line).name is not None


def test_binder_chooses_the_environment_and_python_3_12(tmp_path):
    done = subprocess.run([sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."], cwd=ROOT, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert "Building conda environment for python=3.12" in said and "environment.yml" in said and "postBuild" in said


def test_post_build_installs_the_module_itself_and_can_be_run():
    listing = subprocess.run(["git", "ls-files", "-s", "postBuild", ".ci/run"], cwd=ROOT, capture_output=True, text=True).stdout
    assert [line[:6] for line in listing.splitlines()] == ["100755", "100755"]
    assert "pip install --no-deps -e ." in (ROOT / "postBuild").read_text(encoding="utf-8")


def test_the_base_that_binder_installs_first_is_within_our_ranges():
    """Else Binder installs these packages twice; benchmarks/binder.py tests the whole of it."""
    frozen = runpy.run_path(str(ROOT / "benchmarks" / "binder.py"))["frozen"]()
    shared = [r for r in map(Requirement, PYPROJECT["project"]["dependencies"]) if r.name in frozen]
    assert {"jupyterlab", "ipywidgets"} <= {r.name for r in shared}
    assert not [f"{r} but {frozen[r.name]}" for r in shared if not r.specifier.contains(frozen[r.name])]


def packages(lock):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("lock, extras", [("requirements.lock", []), ("requirements-dev.lock", ["grading", "dask", "dev"])])
def test_a_lock_holds_every_dependency_with_hashes(lock, extras):
    wanted = PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["setup"]
    for extra in extras:
        wanted = wanted + PYPROJECT["project"]["optional-dependencies"][extra]
    locked = packages(lock)
    for requirement in map(Requirement, wanted):
        if requirement.name != "fivereadings":
            assert requirement.specifier.contains(locked[requirement.name]), requirement
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") >= len(locked) and "://" not in text


def test_the_developers_lock_is_the_students_lock_and_more():
    assert packages("requirements.lock").items() <= packages("requirements-dev.lock").items()


def test_no_tracked_file_names_a_package_registry():
    hosts = re.compile("|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"]))
    for name in tracked():
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".db"):
            assert not hosts.search(path.read_text(encoding="utf-8", errors="replace")), name


def test_the_readme_has_the_links_of_the_address_in_pyproject():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert build.with_links(text) == text, "run: python start.py build links"
    assert {m["path"] for m in build.BINDER.finditer(text)} >= {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_one_setting_changes_every_link(monkeypatch):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    monkeypatch.setattr(build, "address", lambda: ("https://github.com/someone/copy", "main"))
    changed = build.with_links(text)
    assert changed.count("mybinder.org/v2/gh/someone/copy/main?urlpath=lab/tree/") == len(build.BINDER.findall(text))
    monkeypatch.setattr(build, "address", lambda: ("", "main"))
    assert "mybinder.org/v2" not in build.with_links(changed)
    monkeypatch.setattr(build, "address", lambda: ("github.com/x", "main"))
    with pytest.raises(ValueError, match="https://github.com/OWNER/NAME is expected"):
        build.with_links(text)


def test_every_file_linked_from_a_page_exists():
    pages = [ROOT / name for name in tracked() if name.endswith(".md")]
    for page in pages:
        folder = ROOT if page.parent == ROOT / "site" else page.parent  # the site's own pages are laid at the top
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (folder / target).exists(), f"{page.name}: {target}"


def test_own_words():
    tool = ROOT.parent / "shared" / "tools" / "own-words"
    if not tool.is_file():
        pytest.skip("the texts and the tool that compares with them are not at hand")
    done = subprocess.run([sys.executable, tool], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_module_is_longer_than_about_200_lines():
    for path in (ROOT / "fivereadings").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 210, path.name


def test_a_worksheet_becomes_a_page_to_print_with_its_cards_whole():
    text = build.printable("# Worksheet *x*\n\nPseudonym: ____\n\n## 1. Task\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Voice card · One\n\nWords.\n")
    assert "<title>Worksheet x</title>" in text and text.count("<h1>") == 1 and "<td>2</td>" in text
    assert "<section><h2>Voice card · One</h2>" in text and "<section><h2>1. Task" not in text
    assert "<section><h2>Panov</h2>" in build.printable("# Sheet\n\n## 1. Task\n\n# Role cards\n\nAll.\n\n## Panov\n\nWords.\n")
