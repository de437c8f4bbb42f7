"""Make everything that is made: exercises, keys, stored outputs, Binder links, locks.

    python start.py build            exercises, keys and outputs
    python start.py build worksheets pages to print, in class-work/worksheets/
    python start.py build links      the Binder links, after the address in pyproject.toml changed
    python start.py build locks      both lock files, after a dependency changed (needs the network)
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import mistune
import nbformat

from . import notebooks
from .places import home
from .show import page

REPORT_KEY = "import json\nfrom fivereadings.checking import _key\nprint(json.dumps(_key))"
PAPER = """<style>@page{size:A4;margin:11mm 12mm}body{font:9.3pt/1.27 sans-serif;max-width:52em;margin:0 auto;padding:0}
h1{font-size:14pt;margin:0}h2{font-size:11.5pt;margin:.8em 0 .2em}p,ul,ol{margin:.3em 0}section,table{break-inside:avoid}h2{break-after:avoid}
table{margin:.3em 0}td,th{padding:.15em .5em;border:1px solid #777}</style>"""
BINDER = re.compile(r"<!-- binder:(?P<path>[^ ]*) -->.*?<!-- /binder -->", re.S)


def stems() -> list[str]:
    """Return the names of the exercise sets, in order."""
    return sorted(path.name for path in (home() / "solutions").iterdir() if (path / f"{path.name}.ipynb").is_file())


def key_of(stem: str) -> dict:
    """Run a solution notebook and return its answer key.

    Raises ValueError when a solution's own answer is not the one that it expects.
    """
    folder = home() / "solutions" / stem
    notebook = notebooks.read(folder / f"{stem}.ipynb")
    key = solved(notebook, folder, stem)
    notebooks.write(notebooks.normalise(notebook), folder / f"{stem}.ipynb")
    return key


def solved(notebook: nbformat.NotebookNode, folder: Path, stem: str) -> dict:
    """Run a solution in place, with `folder` as its working directory, and return the key that it yields.

    Raises ValueError when a solution's own answer is not the one that it expects.
    """
    notebook.cells.append(nbformat.v4.new_code_cell(REPORT_KEY))
    notebooks.run(notebook, folder, module=home())
    key = json.loads(notebook.cells.pop().outputs[0].text)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("grade"):
            reached = [float(output.data["text/plain"]) for output in cell.outputs if output.output_type == "execute_result"]
            if reached != [float(about["points"])]:
                raise ValueError(f"{stem}: the solution to {about['grade_id']} reaches {reached}, not {about['points']} points.")
    return key


def build_unit(stem: str) -> None:
    """Write the key of one exercise set, the outputs of its solution, and the exercise itself."""
    from .grading.course import generate

    path = home() / "solutions" / stem / "key.json"
    path.unlink(missing_ok=True)  # the stored outputs of a solution must not depend on an old key
    key = key_of(stem)
    path.write_text(json.dumps(key, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    key_of(stem)  # once more, now that `check` finds the key and says "Right."
    generate(stem, home() / "exercises")
    exercise = home() / "exercises" / stem / f"{stem}.ipynb"
    notebooks.write(notebooks.normalise(notebooks.read(exercise)), exercise)


def build_outputs() -> None:
    """Run every notebook of the module and store it with its outputs."""
    for path in sorted((home() / "notebooks").glob("*.ipynb")):
        print(f"  {path.name}", flush=True)
        notebook = notebooks.run(notebooks.read(path), path.parent)
        notebooks.write(notebooks.normalise(notebook), path)


def printable(text: str) -> str:
    """Return a worksheet (Markdown) as a web page for A4 paper; no card is cut between two pages."""
    body = mistune.create_markdown(plugins=["table"], escape=False)(text)
    title, body = re.match(r"\s*<h1>(.*?)</h1>(.*)", body, re.S).groups()
    tasks, *cards = re.split(r"(?=<h[123]>[^\n]*\bcards?\b)", body, maxsplit=1)
    cards = [f"<section>{part}</section>" for part in re.split(r"(?=<h[23]>)", "".join(cards)) if part]
    return page(re.sub("<.*?>", "", title), PAPER, tasks, *cards)


def build_worksheets() -> None:
    """Write each worksheet as a page to print."""
    folder = home() / "class-work" / "worksheets"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((home() / "worksheets").glob("*.md")):
        (folder / f"{path.stem}.html").write_text(printable(path.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Written: {folder}. Open a page in the browser and print it.")


def address() -> tuple[str, str]:
    """Return the public address of this copy and its branch, from pyproject.toml ("" until it is set)."""
    settings = tomllib.loads((home() / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["five-readings"]
    return settings["address"].rstrip("/"), settings["branch"]


def binder_link(path: str) -> str:
    """Return what stands between the markers of one Binder link: a link, or how to open one's own copy.

    Raises ValueError for an address that Binder's link cannot be made from.
    """
    site, branch = address()
    if not site:
        return "from your own copy (see “Binder”)"
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", site)
    if not match:
        raise ValueError(f"The address in pyproject.toml is {site!r}; https://github.com/OWNER/NAME is expected.")
    target = f"https://mybinder.org/v2/gh/{match[1]}/{match[2]}/{branch}?urlpath=lab/tree/{path}"
    return f"[open in Binder]({target})"


def with_links(text: str) -> str:
    """Return a Markdown text with every Binder link written for the present address."""
    return BINDER.sub(lambda m: f"<!-- binder:{m['path']} -->{binder_link(m['path'])}<!-- /binder -->", text)


def build_links() -> None:
    """Rewrite the Binder links of the README."""
    path = home() / "README.md"
    path.write_text(with_links(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def build_locks() -> None:
    """Solve both locks anew, the developers' on top of the students'."""
    common = ["uv", "pip", "compile", "-q", "pyproject.toml", "--group", "setup", "--universal", "--upgrade",
              "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-emit-index-url",
              "--custom-compile-command", "python start.py build locks"]
    for extra in (["-o", "requirements.lock"], ["--extra", "dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"]):
        subprocess.run(common + extra, cwd=home(), check=True)


def main(words: list[str]) -> int:
    """Run the named steps: units, outputs, worksheets, links, locks or a unit's name; without a word the first two."""
    steps = {"outputs": build_outputs, "worksheets": build_worksheets, "links": build_links, "locks": build_locks}
    for word in words or [*stems(), "outputs"]:
        if word not in steps and word not in stems():
            print(f"There is nothing called {word!r} to build. Choose from: {', '.join([*stems(), *steps])}.", file=sys.stderr)
            return 2
        print(f"Building {word} …", flush=True)
        steps[word]() if word in steps else build_unit(word)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
