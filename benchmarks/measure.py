"""Measure what a reader waits for, each beside its floor or its peer, in one run.

    .venv/bin/python benchmarks/measure.py [widgets] [browser] [notebooks] [grading]      (Windows: .venv\\Scripts\\python)

widgets    median time to draw each view of each unit anew, over the options of its controls; the goal is under 100 ms
browser    the same in JupyterLab and Chromium: median time from a control's change to the new picture, beside a bare
           list that writes its value into a line; the goal is at most 150 ms
notebooks  the whole set, beside bare kernel starts and imports
grading    30 submissions, beside `nbgrader autograde` on the same work with the same scores, and beside bare forks;
           grading=4 measures four
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from fivereadings.notebooks import normalise, read, run, write

ROOT = Path(__file__).resolve().parent.parent
os.environ["FIVEREADINGS_HOME"] = str(ROOT)
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
sys.path.insert(0, str(ROOT / "tests"))  # units.py and browser.py drive the widgets there, too
STEM = "03-beijing-2016-trade"


# A warmed process that forks for each notebook: what any grader that runs each one in a process of its own must spend.
FLOOR = """
import os, sys, time
from pathlib import Path
from fivereadings.grading import shell
from fivereadings.notebooks import read
how, root, stem, count = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
ours = shell.make()
shell.warm()
paths = sorted((root / "tests" / "submissions").glob(f"*/{stem}.ipynb"))
given = [[{"id": cell.id, "source": cell.source} for cell in read(path).cells if cell.cell_type == "code"] for path in paths]
os.chdir(root / "exercises" / stem)
def run(cells):
    if how == "IPython":
        return shell.play(ours, cells, lambda cell: None)
    names = {}
    for cell in cells:
        exec(cell["source"], names)
start, running = time.perf_counter(), 0
for number in range(count):
    if running == 2:
        os.wait()
        running -= 1
    if os.fork() == 0:
        run(given[number % len(given)])
        os._exit(0)
    running += 1
for _ in range(running):
    os.wait()
print((time.perf_counter() - start) / count, file=sys.__stderr__)
"""


def seconds(action) -> float:
    """Return how long `action()` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def widgets() -> None:
    from units import options, run_unit

    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        os.chdir(path.parent)
        for view, controls in run_unit(path)[0]:
            start = {name: control.value for name, control in controls.items()}
            view(**start)  # the first call loads fonts and tables
            times = []
            for choice in [{**start, name: value} for name, control in controls.items() for value in options(control)]:
                with contextlib.suppress(ValueError):  # a choice that the view refuses
                    times.append(seconds(lambda: view(**choice)))
            print(f"widgets    {path.stem[:2]} {view.__name__}: median {statistics.median(times) * 1000:.0f} ms of {len(times)} options")


BARE = """import ipywidgets
from fivereadings.widgets import KEYS_STAY_HERE
control = ipywidgets.Dropdown(description="Bare", options=[str(number) for number in range(20)])
shown = ipywidgets.HTML("0" + KEYS_STAY_HERE)
control.observe(lambda change: setattr(shown, "value", change["new"] + KEYS_STAY_HERE), names="value")
ipywidgets.VBox([control, shown])"""


def browser() -> None:
    from browser import box_of, chromium, controls_of, lab_window, module_in_lab, open_notebook, try_options, why_no_browser

    if why := why_no_browser():
        return print(f"browser    not measured: {why}")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name, "module")
        with module_in_lab(place) as lab, chromium() as started:
            write(normalise(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(BARE)])), place / "notebooks" / "bare.ipynb")
            window = lab_window(started.new_context(viewport={"width": 1300, "height": 1000}), lab)

            def times(stem: str) -> dict[str, list[float]]:
                """Return the milliseconds of each change, by the label of the widget's first control; forms draw at a button only."""
                open_notebook(window, f"notebooks/{stem}.ipynb")
                found = {}
                for control in controls_of(window):
                    if not box_of(control).locator("xpath=./button").count():
                        first = box_of(control).locator("label").first.inner_text()
                        found.setdefault(first, []).extend(answer["ms"] for _, answer in try_options(control))
                return found

            (bare,) = [statistics.median(found) for found in times("bare").values()]
            print(f"browser    a bare list: median {bare:.0f} ms")
            for stem in sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")):
                for first, found in times(stem).items():
                    middle = statistics.median(found)
                    print(f"browser    {stem[:2]} “{first}”: median {middle:.0f} ms of {len(found)} changes, {middle / bare:.1f} times the bare list")


def notebooks() -> None:
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    imports = "import matplotlib.pyplot, pandas, ipywidgets, fivereadings"
    floor = sum(seconds(lambda: run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(imports)]), ROOT)) for _ in paths)
    whole = sum(seconds(lambda path=path: run(read(path), path.parent)) for path in paths)
    print(f"notebooks  {len(paths)} in {whole:.1f} s; kernels and imports alone {floor:.1f} s; ratio {whole / floor:.2f}")


def floor(how: str, count: int) -> float:
    """Return seconds a submission for forks of a warmed process, two at a time, with no isolation and nothing recorded."""
    done = subprocess.run([sys.executable, "-c", FLOOR, how, str(ROOT), STEM, str(count)], check=True, capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    return float(done.stderr.split()[-1])


def grading(count: int = 30) -> None:
    from fivereadings.grading import course
    from fivereadings.grading.__main__ import grade
    from fivereadings.grading.batch import grade_class
    from fivereadings.grading.run import run_batch, why_not_isolated
    from fivereadings.grading.sandbox import FOLDERS

    samples = sorted((ROOT / "tests" / "submissions").glob(f"*/{STEM}.ipynb"))
    how = {"isolated": not why_not_isolated()}
    with tempfile.TemporaryDirectory() as name:
        handed_in, ours, again, plain, module = (Path(name, part) for part in ("in", "ours", "again", "plain", "module"))
        for number in range(count):
            path = samples[number % len(samples)]
            for folder in (handed_in / f"student-{number:03}", plain / "submitted" / f"student-{number:03}" / STEM):
                folder.mkdir(parents=True)
                shutil.copy(path, folder)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, module / folder)
        given = {str(number): read(samples[number % len(samples)]) for number in range(count)}
        run = seconds(lambda: list(run_batch(given, module, stem=STEM, **how)))
        opening = seconds(lambda: course.open_class(ours, STEM))  # once a class, and the peer needs the same before it begins
        mine = seconds(lambda: grade_class(handed_in, STEM, ours, say=lambda line: None, **how))
        whole = seconds(lambda: grade(handed_in, STEM, again, say=lambda line: None, **how))
        course.open_class(plain, STEM)
        peer = seconds(lambda: subprocess.run([sys.executable, "-m", "nbgrader", "autograde", STEM], cwd=plain,
                                              check=True, capture_output=True))
        same = course.scores(ours, STEM).equals(course.scores(plain, STEM))
    bare, shell = floor("exec", count), floor("IPython", count)
    print(f"grading    {count} submissions, isolated: {how['isolated']}, same scores: {same}. Seconds each:\n"
          f"             nbgrader autograde {peer / count:.2f}; ours {mine / count:.2f} (run alone {run / count:.2f}, with feedback and lists {whole / count:.2f})\n"
          f"             ours / nbgrader {mine / peer:.3f} (the goal: at most 0.1); with the {opening:.1f} s that a new class folder takes on both sides, "
          f"{(mine + opening) / (peer + opening):.3f}\n"
          f"             floors, two at a time: fork and exec {bare:.2f}, fork and IPython {shell:.2f}; "
          f"ours / floor {mine / count / bare:.2f} and {mine / count / shell:.2f}")


if __name__ == "__main__":
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 1:
        print(f"           The machine is busy (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores): what follows is longer than on a quiet one.")
    for word in sys.argv[1:] or ["widgets", "browser", "notebooks", "grading"]:
        measure, _, count = word.partition("=")
        {"widgets": widgets, "browser": browser, "notebooks": notebooks, "grading": grading}[measure](*([int(count)] if count else []))
