"""Running students' code: what hostile work can do (nothing), and that honest work runs as in a notebook."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from fivereadings import notebooks
from fivereadings.answers import MIME
from fivereadings.grading import frames, outputs, run, sandbox
from fivereadings.grading import watch as watching
from fivereadings.grading.process import Worker
from fivereadings.grading.run import Limits, folder_of, run_again, run_batch, why_not_isolated

STEM = "03-beijing-2016-trade"
SAMPLES = ROOT / "tests" / "submissions"
LIMITS = Limits(seconds=20, memory=300, processes=12, file=4, disk=8, output=200_000)
GOOD = ["from fivereadings import check, load\ntotal = load('trade')['value'].count()", "check('yearly-fall', -35.17)",
        "import pandas as pd, builtins\nprint(len([1, 2]), pd.DataFrame({'a': [1]})['a'].sum(), open('mine.txt', 'w').write('x'))"]
needs_sandbox = pytest.mark.skipif(bool(why_not_isolated()), reason=why_not_isolated() or "the sandbox works")


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(textwrap.dedent(source), id=f"cell-{number}") for number, source in enumerate(sources)]
    return nbformat.v4.new_notebook(cells=cells)


def said(ran, number):
    """What one cell printed or raised, as one text."""
    return "".join(output.get("text") or output.get("ename", "") + ": " + output.get("evalue", "") if "data" not in output
                   else output.data.get("text/plain", "") for output in ran.notebook.cells[number].outputs)


def answers(book):
    return [output.data[MIME] for cell in book.cells for output in cell.get("outputs", []) if MIME in output.get("data", {})]


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """What students' code may see of the module, beside what it must not."""
    place = tmp_path_factory.mktemp("scratch")
    for folder in sandbox.FOLDERS:
        shutil.copytree(ROOT / folder, place / "module" / folder)
    (place / "key.json").write_text("secret")
    return place / "module"


@pytest.fixture(scope="module")
def worker(module):
    """One warmed worker that every hostile case goes through, one after the other."""
    os.environ["FIVEREADINGS_HOME"] = str(ROOT)
    one = Worker(module)
    yield one
    one.close()


@pytest.fixture
def play(worker, module):
    """Run some cells; afterwards the same worker, not another, must run a good submission unharmed."""
    def run(*sources, limits=LIMITS):
        return run_again(worker, notebook(*sources), folder_of(module, STEM), limits)

    run("1")
    before = worker.process.pid
    yield run
    good = run(*GOOD)
    assert worker.process.pid == before, "the worker was lost"
    assert good.problem == "" and answers(good.notebook) == [{"id": "yearly-fall", "answer": -35.17}]
    assert said(good, 2) == "2 1 1\n"


def quick(**more):
    return Limits(**{**LIMITS.__dict__, "seconds": 1.5, **more})


# Honest work


@needs_sandbox
def test_the_samples_give_the_same_outputs_as_a_kernel(module):
    given = {path.name: notebooks.read(path / f"{STEM}.ipynb") for path in SAMPLES.iterdir()}
    done = dict(run_batch(given, module, stem=STEM))
    assert set(done) == set(given) and all(ran.problem == "" for ran in done.values())
    for name, ran in done.items():
        kernel = notebooks.run(notebooks.read(SAMPLES / name / f"{STEM}.ipynb"), module / "exercises" / STEM, allow_errors=True, module=module)
        kernels, ours = ([cell.get("outputs") for cell in book.cells] for book in (kernel, ran.notebook))
        assert kernels == ours and len(answers(ran.notebook)) == 7
        assert given[name] == notebooks.read(SAMPLES / name / f"{STEM}.ipynb"), "run_batch changed what it was given"


@needs_sandbox
def test_cells_behave_as_in_a_notebook(play):
    ran = play("1/0", "print('a'); print('b')\n2", "import sys\nsys.exit(3)", "print?", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
               "from IPython.display import display, clear_output\ndisplay(1)\nclear_output()\ndisplay(2)", "import warnings\nwarnings.warn('w')",
               "open('../../data/trade.csv').readline()", "input()", "%%time\n3", "float('nan')", "print('\\ud800')")
    assert ran.problem == ""
    assert said(ran, 0).startswith("ZeroDivisionError") and said(ran, 1) == "a\nb\n2" and said(ran, 2).startswith("SystemExit: 3")
    assert said(ran, 3) == "" and said(ran, 5) == "2" and "UserWarning: w" in said(ran, 6) and "year,flow" in said(ran, 7)
    assert said(ran, 8).startswith("EOFError") and said(ran, 9).endswith("3") and said(ran, 10) == "nan" and said(ran, 11) == "?\n"
    assert ran.notebook.cells[4].outputs[0].data["image/png"].startswith("iVBOR")


# Hostile work


STOPPED = {
    "an infinite loop": ("while True: pass", "longer than 1.5 seconds", {}),
    "a loop that ignores interrupts": ("""
        import signal
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM): signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                while True: pass
            except BaseException: pass""", "longer than 1.5 seconds", {}),
    "os._exit": ("import os; os._exit(0)", "Python ended in the middle", {}),
    "a crash": ("import ctypes; ctypes.string_at(0)", "Python ended in the middle", {}),
    "memory in several processes": ("""
        import os, time
        for _ in range(4): os.fork()
        held = bytearray(os.urandom(1)) * (60 << 20); time.sleep(9)""", "more than 300 MB of memory", {"seconds": 8, "processes": 40}),
    "a flood on the grader's pipe": ("""
        import os
        for number in range(3, 128):
            try:
                while True: os.write(number, b"\\0\\0\\xff\\xff" + b"x" * 65535)
            except OSError: pass""", "more than 0 MB to the grader|own channel", {}),
}


@needs_sandbox
@pytest.mark.parametrize("name", STOPPED)
def test_what_must_be_stopped_is_stopped_and_named_and_earlier_cells_count(play, name):
    source, reason, limits = STOPPED[name]
    ran = play("print('before')", source, "print('after')", limits=quick(**limits))
    assert any(part in ran.problem for part in reason.split("|")) and "cell-1" in ran.problem, ran.problem
    assert said(ran, 0) == "before\n" and said(ran, 1).startswith("Stopped: ") and said(ran, 2) == ""
    assert ran.seconds < 12


FAILS = {
    "a memory bomb": ("x = []\nwhile True: x.append(bytearray(10 << 20))", "MemoryError"),
    "a large file": ("open('large', 'wb').write(b'x' * (5 << 20))", "OSError|File too large"),
    "a full disk": ("for n in range(9): open(f'/tmp/{n}', 'wb').write(b'x' * (3 << 20))", "No space left"),
    "deleting the data": ("import os; os.remove('../../data/trade.csv')", "Read-only|PermissionError"),
    "writing to the data": ("open('../../data/trade.csv', 'a')", "Read-only|PermissionError"),
    "writing to the code": ("import fivereadings as f; open(f.__file__, 'a')", "Read-only|PermissionError"),
    "writing beside everything": ("open('/left', 'w')", "Read-only|PermissionError"),
    "writing to devices": ("open('/dev/left', 'w')", "Read-only|PermissionError"),
    "the network": ("import socket; socket.create_connection(('1.1.1.1', 53), 1)", "unreachable"),
    "the network of this machine": ("import socket; socket.create_connection(('127.0.0.1', 22), 1)", "refused|unreachable"),
    "an odd network": ("import socket; socket.socket(40, socket.SOCK_STREAM)", "not supported"),
    "becoming root": ("import os; os.setuid(0)", "PermissionError|Invalid argument"),
    "another namespace": ("import ctypes; print(ctypes.CDLL(None, use_errno=True).unshare(0x10000000), ctypes.get_errno())", "-1"),
    "mounting": ("import ctypes; print(ctypes.CDLL(None).mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None))", "-1"),
    "hidden memory": ("import os; os.memfd_create('x')", "PermissionError"),
    "shared memory that stays": ("import ctypes; print(ctypes.CDLL(None).shmget(1, 4096, 0o1777))", "-1"),
    "tracing": ("import ctypes; print(ctypes.CDLL(None).ptrace(0, 0, 0, 0))", "-1"),
    "the processes of others": ("import os; print(os.listdir('/proc') or 'nothing')", "nothing"),
}


@needs_sandbox
@pytest.mark.parametrize("name", FAILS)
def test_what_must_fail_fails_in_its_own_cell_and_the_work_goes_on(play, name):
    source, expected = FAILS[name]
    ran = play(source, "print('after')")
    assert any(part in said(ran, 0) for part in expected.split("|")), said(ran, 0)
    assert ran.problem == "" and said(ran, 1) == "after\n"


@needs_sandbox
def test_a_fork_bomb_and_kill_everybody_reach_no_one_else(play):
    bomb = "import os, time\ntry:\n    while True:\n        if os.fork() == 0: time.sleep(60)\nexcept BlockingIOError: print('full')"
    ran = play("print('before')", bomb, "print('after')")
    assert ran.problem == "" and said(ran, 1) == "full\n" and said(ran, 2) == "after\n"
    wild = play("print('before')", "import os\nwhile True: os.fork()", limits=quick())
    assert said(wild, 0) == "before\n"
    ran = play("import os\nos.kill(os.getppid(), 9)", "os.kill(0, 9)", "os.kill(-1, 9)", "print('after')")
    assert said(ran, 3) == "after\n"


@needs_sandbox
def test_no_process_is_left_behind(play, worker):
    import psutil

    ran = play("import subprocess, os\nchild = subprocess.Popen(['sleep', '4711'], start_new_session=True)\nprint(child.poll())")
    assert said(ran, 0) == "None\n" and ran.problem == ""
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "4711"]]
    for _ in range(100):  # the copy that took the request may need a moment to end
        if len(left := psutil.Process(worker.process.pid).children(recursive=True)) == 2:
            break
        time.sleep(0.05)
    assert len(left) == 2  # bubblewrap's own, and the worker


@needs_sandbox
def test_the_end_is_not_held_up_by_threads_or_by_open_pipes(play):
    ran = play("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", "import atexit, time\natexit.register(time.sleep, 60)",
               "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(60)")
    assert ran.problem == "" and ran.seconds < 10


@needs_sandbox
def test_megabytes_of_output_are_cut_and_said_and_the_answers_stay(play):
    ran = play("print('x' * 5_000_000)", "for _ in range(1000): print('y' * 1000)", "from IPython.display import HTML\nHTML('z' * 5_000_000)", GOOD[0], GOOD[1])
    assert "left out" in said(ran, 0) and len(said(ran, 0)) < 201_000 and said(ran, 1) == said(ran, 2) == ""
    assert answers(ran.notebook) == [{"id": "yearly-fall", "answer": -35.17}] and ran.problem == ""


@needs_sandbox
def test_nothing_secret_can_be_read(play, module, tmp_path):
    (tmp_path / "other.ipynb").write_text("another student's")
    seen = f"""
        import os
        for path in ({str(ROOT)!r}, {str(tmp_path)!r}, {str(module.parent)!r}, "/work", "/root/.ssh", "/etc/passwd", "../../solutions", "../../../key.json"):
            if os.path.exists(path): print(path)
        known = "bin code dev etc lib lib32 lib64 module proc root sbin tmp usr venv".split()
        print([name for name in os.listdir("/") if name not in known and os.listdir("/" + name)], sorted(os.listdir("/module")), os.listdir("/code"))
        print([name for folder in ("/tmp", "/dev/shm") for name in os.listdir(folder) if name not in ("work", "shared")])"""
    os.environ["A_SECRET"] = "of the instructor"
    try:
        ran = play(seen, "import os\nprint([name for name in os.environ if 'SECRET' in name or 'JPY' in name])", "import os; print(os.getuid(), os.getppid())")
    finally:
        del os.environ["A_SECRET"]
    assert said(ran, 0) == "[] ['data', 'exercises', 'readings'] ['fivereadings']\n[]\n" and said(ran, 1) == "[]\n" and not said(ran, 2).startswith("0 ") and said(ran, 2).endswith(" 0\n")


@needs_sandbox
def test_patches_do_not_reach_the_next_submission(play):
    ran = play("""
        import builtins, pandas, fivereadings, fivereadings.checking
        pandas.DataFrame.sum = builtins.sorted = fivereadings.check = fivereadings.checking.check = lambda *a, **k: 13
        open("mine.txt", "w").write("left here"); open("/tmp/mine", "w").write("left here")
        own = fivereadings.load("trade"); own["value"] = 0
        print(pandas.DataFrame({"a": [1]}).sum())""",
        "get_ipython().input_transformers_post.append(lambda lines: ['print(12)\\n'])", "1", "builtins.len = None")
    assert [said(ran, number) for number in range(3)] == ["13\n", "", "12\n"]
    assert said(play("import os\nprint(os.path.exists('mine.txt'), os.path.exists('/tmp/mine'))"), 0) == "False False\n"


@needs_sandbox
def test_a_forged_message_is_noticed_and_earns_nothing_for_later_cells(play):
    forge = """
        import os, json, struct
        body = json.dumps({"id": %r, "count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": "forged"}]}).encode()
        for number in range(3, 128):
            try: os.write(number, struct.pack(">I", len(body)) + body)
            except OSError: pass"""
    ran = play("print('before')", forge % "cell-2", "print('after')")
    assert "own channel" in ran.problem and said(ran, 0) == "before\n" and said(ran, 2) == ""
    ran = play("print('before')", forge % "cell-1", "print('after')")
    assert "own channel" in ran.problem and said(ran, 2).startswith("Stopped")


@needs_sandbox
def test_a_worker_that_dies_is_started_anew_and_its_submission_is_run_again(module):
    one = Worker(module)
    try:
        one._start()
        one.process.kill()
        ran = run_again(one, notebook("print('again')"), folder_of(module, STEM), LIMITS)
        assert said(ran, 0) == "again\n" and ran.problem == ""
        one.run = lambda *given: (_ for _ in ()).throw(sys.modules[Worker.__module__].WorkerEnded("It is broken."))
        assert run_again(one, notebook("1"), folder_of(module, STEM), LIMITS).problem.endswith("without a result. It is broken.")
    finally:
        one.close()


# Without the sandbox


def test_without_isolation_it_must_be_asked_for(module, monkeypatch):
    monkeypatch.setattr("fivereadings.grading.run.why_not_isolated", lambda: "The sandbox is refused here.")
    with pytest.raises(ValueError, match="refused here.*--not-isolated"):
        list(run_batch({"a": notebook("1")}, module, stem=STEM))


def test_not_isolated_work_runs_in_a_fresh_process_and_stops_at_its_limits_and_a_long_run_is_said(module, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE", 0.5)
    lines = []
    given = {"good": notebook(*GOOD), "endless": notebook("print('before')", "while True: pass"),
             "gone": notebook("import os; os._exit(0)")}
    done = dict(run_batch(given, module, stem=STEM, isolated=False, limits=Limits(seconds=5), say=lines.append))
    assert any("still running: " in line and "endless (" in line and "after 5 seconds at the latest" in line for line in lines)
    assert answers(done["good"].notebook) == [{"id": "yearly-fall", "answer": -35.17}] and done["good"].problem == ""
    assert "longer than 5 seconds" in done["endless"].problem and said(done["endless"], 0) == "before\n"
    assert "Python ended" in done["gone"].problem


def test_what_holds_the_pipe_after_the_end_cannot_take_the_messages_of_the_next(monkeypatch):
    monkeypatch.setattr(watching, "PATIENCE", 0.2)
    first, holding = os.pipe()
    got = []
    limits = {"seconds": 0.2, "memory": 9999, "processes": 9999, "output": 1000}
    assert "longer than" in watching.watch(first, os.getpid(), limits, lambda: None, got.append)
    os.close(first)
    second, sending = os.pipe()
    assert second == first, "the next submission's pipe has another number: nothing is shown"
    os.write(holding, frames.framed(b"late"))
    time.sleep(0.2)
    os.write(sending, frames.framed(b"honest"))
    time.sleep(0.2)
    os.set_blocking(second, False)
    assert os.read(second, 99) == frames.framed(b"honest") and got == []
    for descriptor in (holding, second, sending):
        os.close(descriptor)


# What comes back is not believed


def message(*found, name="a", count=1):
    return json.dumps({"id": name, "count": count, "outputs": list(found)}).encode()


def record(answer):
    return {"output_type": "display_data", "data": {"text/plain": "x", MIME: {"id": "q", "answer": answer}}}


def test_only_known_outputs_of_the_cell_in_turn_are_accepted():
    odd = [{"output_type": "javascript"}, {"output_type": "stream", "text": 5, "extra": 1}, 7, {"output_type": "error", "traceback": "x"},
           {"output_type": "display_data", "data": {"application/javascript": "x", "image/png": "<script>", "image/svg+xml": "<svg/>", "text/html": "<b>"}}]
    kept = outputs.accept(message(*odd), ["a"])[2]
    nbformat.validate(nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "execution_count": 1, "outputs": kept}]}))
    assert [list(output.get("data", {})) for output in kept] == [[], [], ["text/html"]]
    for wrong in (b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"id": "a", "count": NaN, "outputs": []}', message(name="b"), b'{"id": "a"}',
                  b"9" * 5000, b'{"id": "a", "count": 1, "outputs": [' + b"[]," * 600_000 + b"[]]}"):
        with pytest.raises(ValueError):
            outputs.accept(wrong, ["a", "b"])


def test_true_is_no_number_of_a_cell():
    forged = {"output_type": "execute_result", "data": {}, "execution_count": True}
    name, count, (kept,) = outputs.accept(message(forged, count=True), ["a"])
    assert count is None and kept["execution_count"] is None


@pytest.mark.parametrize("answer", [json.loads("[" * 20 + "]" * 20), [0] * 10_001, "x" * 20_001, 10**400, {"a": "x" * 20_001}])
def test_a_gigantic_answer_is_left_out_and_said(answer):
    (kept,) = outputs.accept(message(record(answer)), ["a"])[2]
    assert MIME not in kept["data"] and "Not recorded" in kept["data"]["text/plain"]


def test_an_honest_answer_is_kept_as_it_is():
    for answer in (None, True, -35.17, "E", [2014, 2015], {"a": 1.5}):
        assert outputs.accept(message(record(answer)), ["a"])[2][0]["data"][MIME] == {"id": "q", "answer": answer}


# Many machines


@needs_sandbox
def test_a_cluster_gives_the_same_and_does_a_lost_worker_s_work_again(module):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'dask[distributed]'")
    given = {f"{number}": notebook(*GOOD, "import time; time.sleep(0.4)", str(number)) for number in range(6)}
    here = dict(run_batch(given, module, stem=STEM, limits=LIMITS))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        found = run_batch(given, module, stem=STEM, limits=LIMITS, dask=cluster.scheduler_address)
        first, ran = next(found)
        next(iter(cluster.workers.values())).process.process.kill()
        there = {first: ran, **dict(found)}
    assert there == here and {name: said(ran, 4) for name, ran in there.items()} == {name: name for name in given}


def test_a_cluster_that_is_not_there_is_explained(module):
    with pytest.raises(ValueError, match="install dask.distributed first|No cluster answers"):
        list(run_batch({"a": notebook("1")}, module, stem=STEM, dask="tcp://127.0.0.1:9"))
