"""Measure what a reader waits for, each beside its floor or its peer, in one run.

    .venv/bin/python benchmarks/measure.py [widgets] [notebooks] [grading]      (Windows: .venv\\Scripts\\python)

widgets    median time to draw each view anew; the goal is under 0.1 s
notebooks  the whole set, beside bare kernel starts and imports
grading    seconds a submission, beside `nbgrader autograde` on the same three with the same scores
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ["FIVEREADINGS_HOME"] = str(ROOT)
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
STEM = "03-beijing-2016-trade"


def seconds(action) -> float:
    """Return how long `action()` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def widgets() -> None:
    from fivereadings.views.gas import contract_view
    from fivereadings.views.mirror import FLOWS, MEASURES, mirror_view
    from fivereadings.tables import load
    from fivereadings.voices import viewpoint_view

    views = {
        "whose customs?": [lambda f=f, m=m: mirror_view(f, m) for f in FLOWS for m in MEASURES],
        "gas contract": [lambda p=p: contract_view(38, p, 30) for p in range(100, 1000, 100)],
        "viewpoints": [lambda q=q: viewpoint_view(q) for q in load("questions")["question"]],
    }
    for name, calls in views.items():
        calls[0]()  # the first call loads fonts and tables
        print(f"widgets    {name}: median {statistics.median(map(seconds, calls)) * 1000:.0f} ms of {len(calls)} options")


def notebooks() -> None:
    import nbformat

    from fivereadings.notebooks import read, run

    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    imports = "import matplotlib.pyplot, pandas, ipywidgets, fivereadings"
    floor = sum(seconds(lambda: run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(imports)]), ROOT)) for _ in paths)
    whole = sum(seconds(lambda path=path: run(read(path), path.parent)) for path in paths)
    print(f"notebooks  {len(paths)} in {whole:.1f} s; kernels and imports alone {floor:.1f} s; ratio {whole / floor:.2f}")


def grading() -> None:
    from fivereadings.grading import course
    from fivereadings.grading.__main__ import grade

    samples = ROOT / "tests" / "submissions"
    with tempfile.TemporaryDirectory() as name:
        ours, plain = Path(name, "ours"), Path(name, "plain")
        mine = seconds(lambda: grade(samples, STEM, ours))
        course.open_class(plain, STEM)
        students = sorted(path.name for path in samples.iterdir())
        for student in students:
            shutil.copytree(samples / student, plain / "submitted" / student / STEM)
        peer = seconds(lambda: subprocess.run([sys.executable, "-m", "nbgrader", "autograde", STEM], cwd=plain,
                                              check=True, capture_output=True))
        same = course.scores(ours, STEM).equals(course.scores(plain, STEM))
    print(f"grading    {mine / len(students):.1f} s a submission with feedback pages; nbgrader autograde {peer / len(students):.1f} s "
          f"without; ratio {mine / peer:.2f}; same scores: {same}")


if __name__ == "__main__":
    for measure in sys.argv[1:] or ["widgets", "notebooks", "grading"]:
        {"widgets": widgets, "notebooks": notebooks, "grading": grading}[measure]()
