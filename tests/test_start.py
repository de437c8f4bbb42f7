"""start.py, tested without a network: the steps that install are replaced, the rest is real."""
import ast
import errno
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "start.py").read_text(encoding="utf-8")
OLD = [Path.home() / ".pyenv" / "versions" / version / "bin" / "python" for version in ("2.7.18", "3.6.15", "3.10.13")]


def load(folder):
    """start.py of `folder` as a fresh module, so that its HOME is that folder."""
    spec = importlib.util.spec_from_file_location("start_here", str(folder / "start.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path):
    """A small project in a folder whose name has spaces, Cyrillic and Chinese letters."""
    folder = tmp_path / "Пять чтений 读"
    folder.mkdir()
    shutil.copy(ROOT / "start.py", folder)
    (folder / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (folder / name).write_text("pandas==2.2 \\\n    --hash=x\nuv==1.2.3 \\\n    --hash=x\n", encoding="utf-8")
    return folder


@pytest.fixture
def start(folder, monkeypatch):
    """The project's start.py with a uv that does nothing, and logs kept in the test's own folder."""
    start = load(folder)
    fake_uv = folder / "fake_uv.py"
    fake_uv.write_text("pass\n", encoding="utf-8")
    monkeypatch.setattr(start, "find_uv", lambda: [sys.executable, str(fake_uv)])
    monkeypatch.setattr(start.tempfile, "tempdir", str(folder.parent))
    return start


@pytest.fixture
def steps(start, monkeypatch):
    """The titles of the steps that a set-up takes; no step is really taken."""
    taken = []

    def step(title, command):
        taken.append((title.split(" ...")[0].split(" (")[0], [str(word) for word in command]))
        if "venv" in command:
            start.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            start.PYTHON.touch()

    monkeypatch.setattr(start, "run_step", step)
    return taken


FRESH = ["Making the environment .venv", "Adding pip", "Installing the packages", "Adding the module itself"]


def titles(steps):
    """The titles taken since the last call."""
    found = [title for title, _ in steps]
    steps.clear()
    return found


# --- an old Python ---------------------------------------------------------------------------------


@pytest.mark.parametrize("python", OLD, ids=lambda python: python.parent.parent.name)
def test_an_old_python_says_one_sentence(python):
    if not python.exists():
        pytest.skip("this machine has no %s" % python)
    done = subprocess.run([str(python), str(ROOT / "start.py"), "test"], capture_output=True, text=True)
    version = python.parent.parent.name
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "This is Python %s," % version in done.stderr and "python.org" in done.stderr


def test_the_sentence_comes_before_anything_else(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    with pytest.raises(SystemExit) as end:
        exec(compile(SOURCE, "start.py", "exec"), {"__name__": "__main__"})
    assert end.value.code == 1
    assert "This is Python 3.9.1, and the module needs Python 3.11" in capsys.readouterr().err


def test_old_pythons_can_read_the_file():
    ast.parse(SOURCE, feature_version=(3, 7))
    assert SOURCE.isascii(), "Python 2.7 refuses other letters"
    for node in ast.walk(ast.parse(SOURCE)):
        assert not isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal))
        if isinstance(node, ast.FunctionDef):
            annotated = [node.returns] + [argument.annotation for argument in node.args.args]
            assert not any(annotated) and not node.args.kwonlyargs, node.name
        if isinstance(node, ast.Raise):
            assert node.cause is None


def test_it_asks_for_the_python_that_the_project_needs():
    needed = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version_info < (%s, %s)" % needed.groups() in SOURCE
    assert "needs Python %s.%s or newer" % needed.groups() in SOURCE


def test_only_the_standard_library_is_imported():
    for node in ast.walk(ast.parse(SOURCE)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]:
                assert name.split(".")[0] in sys.stdlib_module_names


# --- the stamp -------------------------------------------------------------------------------------


def test_the_second_start_does_nothing(start, steps):
    start.set_up("students")
    assert titles(steps) == FRESH
    start.set_up("students")
    assert titles(steps) == []


def test_the_packages_come_from_the_hashed_lock(start, steps):
    start.set_up("dev")
    packages, module = steps[-2][1], steps[-1][1]
    assert packages[-3:] == ["--require-hashes", "-r", str(start.HOME / "requirements-dev.lock")]
    assert module[-4:] == ["--no-deps", "--no-build-isolation", "-e", str(start.HOME)]
    for command in packages, module:
        assert command[command.index("--python") + 1] == str(start.PYTHON)


def test_jupyterlab_asks_nothing_about_news_and_ends_a_page_where_it_ends(start, steps):
    start.set_up("students")
    text = (start.VENV / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8")
    assert json.loads(text) == {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/notebook-extension:tracker": {"scrollPastEnd": False}}


def test_kernels_warn_of_no_plain_connection_wherever_jupyter_is_started_from(start, steps):
    start.set_up("students")
    asked = ("from jupyter_server.serverapp import ServerApp; app = ServerApp(); app.load_config_file(); "
             "print(app.config['KernelManager']['transport_encryption'])")
    env = dict(os.environ, JUPYTER_CONFIG_PATH=str(start.VENV / "etc" / "jupyter"))
    assert subprocess.check_output([sys.executable, "-c", asked], env=env, text=True).strip() == "auto"


def test_binder_gets_the_same_settings(start, tmp_path):
    """The last line of postBuild, run as Binder runs it."""
    line = (ROOT / "postBuild").read_text(encoding="utf-8").splitlines()[-1]
    code = re.fullmatch(r'python -c "(.*)"', line).group(1).replace("sys.prefix", repr(str(tmp_path)))
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    start.write_settings(start.VENV)
    for name in ("share/jupyter/lab/settings/overrides.json", "etc/jupyter/jupyter_server_config.json"):
        assert (tmp_path / name).read_bytes() == (start.VENV / name).read_bytes()


def test_dev_adds_to_students_and_then_serves_both(start, steps):
    start.set_up("students")
    steps.clear()
    start.set_up("dev")
    assert titles(steps) == FRESH[2:]
    start.set_up("students")
    start.set_up("dev")
    assert titles(steps) == []


def test_an_outdated_dev_set_is_set_up_as_dev_again(start, steps):
    start.set_up("dev")
    steps.clear()
    (start.HOME / "requirements-dev.lock").write_text("newer\n", encoding="utf-8")
    start.set_up("students")
    assert steps[-2][1][-1].endswith("requirements-dev.lock")
    assert titles(steps) == FRESH


def change_a_file(name):
    return lambda start: (start.HOME / name).write_text("changed\n", encoding="utf-8")


@pytest.mark.parametrize("change", [
    change_a_file("requirements.lock"),
    change_a_file("pyproject.toml"),
    lambda start: start.PYTHON.unlink(),
    lambda start: start.STAMP.unlink(),
    lambda start: start.STAMP.write_text('{"set": "stud', encoding="utf-8"),
    lambda start: start.STAMP.write_bytes(b"\0" * 80),
    lambda start: start.STAMP.write_text(start.STAMP.read_text().replace(sys.version.split()[0], "3.11.0")),
], ids=["lock", "pyproject", "python gone", "stamp gone", "stamp cut off", "stamp all zeros", "other python"])
def test_what_makes_a_fresh_set_up(start, steps, change):
    start.set_up("students")
    steps.clear()
    change(start)
    start.set_up("students")
    assert titles(steps) == FRESH
    start.set_up("students")
    assert titles(steps) == []


def test_a_renamed_folder_is_set_up_again(folder, start, steps, monkeypatch):
    start.set_up("students")
    moved = load(folder.rename(folder.with_name("moved")))
    assert moved.STAMP.exists() and not moved.is_ready("students")


@pytest.mark.parametrize("failing", FRESH)
@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_set_up_begins_anew(start, steps, monkeypatch, failing, end):
    take = start.run_step

    def interrupted(title, command):
        take(title, command)
        if title.startswith(failing):
            raise end

    monkeypatch.setattr(start, "run_step", interrupted)
    with pytest.raises(end):
        start.set_up("students")
    assert not start.is_ready("students")
    monkeypatch.setattr(start, "run_step", take)
    steps.clear()
    start.set_up("students")
    assert titles(steps) == FRESH


def test_a_half_added_dev_set_counts_as_unfinished(start, steps, monkeypatch):
    start.set_up("students")
    take = start.run_step
    monkeypatch.setattr(start, "run_step", lambda title, command: sys.exit(1))
    with pytest.raises(SystemExit):
        start.set_up("dev")
    monkeypatch.setattr(start, "run_step", take)
    steps.clear()
    start.set_up("students")
    assert titles(steps) == FRESH


def test_a_real_environment_is_made_where_a_half_made_one_was(start, monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)  # pip would take seconds
    left_over = start.VENV / "lib" / "half"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("", encoding="utf-8")
    start.set_up("students")
    assert not left_over.exists() and start.is_ready("students")
    prefix = subprocess.check_output([str(start.PYTHON), "-c", "import sys; print(ascii(sys.prefix))"], text=True)
    assert ast.literal_eval(prefix.strip()) == str(start.VENV)


def test_a_second_start_waits_for_the_first(start, steps, monkeypatch, capsys):
    first = open(start.HOME / ".venv-lock", "a")
    assert start.locked(first)

    def the_first_finishes(seconds):
        start.install("dev")
        steps.clear()
        first.close()

    monkeypatch.setattr(start.time, "sleep", the_first_finishes)
    start.set_up("students")
    assert titles(steps) == []
    assert "this one waits" in capsys.readouterr().out


def test_a_lock_that_nobody_holds_is_no_obstacle(start, steps, monkeypatch):
    (start.HOME / ".venv-lock").write_text("left by a power cut\n", encoding="utf-8")
    monkeypatch.setattr(start.time, "sleep", lambda seconds: pytest.fail("it waits"))
    start.set_up("students")
    assert titles(steps) == FRESH


# --- uv --------------------------------------------------------------------------------------------


def test_without_uv_the_locked_version_is_fetched_first(start, steps, monkeypatch):
    monkeypatch.setattr(start, "find_uv", lambda: None)
    start.set_up("students")
    assert [title for title, _ in steps] == FRESH[:2] + ["Fetching the installer"] + FRESH[2:]
    assert steps[2][1][:4] == [str(start.PYTHON), "-m", "pip", "install"] and steps[2][1][-1] == "uv==1.2.3"
    assert steps[3][1][:5] == [str(start.PYTHON), "-m", "uv", "pip", "install"]


def test_a_lock_without_uv_leaves_the_version_open(start, steps, monkeypatch):
    monkeypatch.setattr(start, "find_uv", lambda: None)
    (start.HOME / "requirements.lock").write_text("pandas==2.2\nuvloop==1.0\n", encoding="utf-8")
    start.set_up("students")
    assert steps[2][1][-1] == "uv"


def test_a_uv_inside_the_environment_or_one_that_fails_is_not_used(folder, monkeypatch):
    start = load(folder)
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    assert start.find_uv() is None
    monkeypatch.setattr(start.shutil, "which", lambda name: str(start.BIN / "uv"))
    assert start.find_uv() is None
    monkeypatch.setattr(start.shutil, "which", lambda name: "/elsewhere/uv")
    for code, found in (0, ["/elsewhere/uv"]), (1, None):
        monkeypatch.setattr(start.subprocess, "run", lambda *words, **more: subprocess.CompletedProcess(words, code))
        assert start.find_uv() == found


# --- what goes wrong -------------------------------------------------------------------------------

UV_OFFLINE = """error: Request failed after 3 retries in 9.2s
  cause: Failed to fetch: https://packages.example/simple/six/
  cause: error sending request for url (https://packages.example/simple/six/)
  cause: client error (Connect)
  cause: dns error
  cause: failed to lookup address information: Temporary failure in name resolution"""
PIP_OFFLINE = """WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'
ERROR: Could not find a version that satisfies the requirement uv (from versions: none)"""
UV_FULL = """warning: Failed to hardlink files; falling back to full copy.
error: Failed to install: six-1.16.0-py2.py3-none-any.whl (six==1.16.0)
  cause: failed to copy file from six/RECORD to .venv/RECORD: No space left on device (os error 28)"""
UV_HASH = """error: Failed to download `six==1.16.0`
  cause: Hash mismatch for `six==1.16.0`"""


@pytest.mark.parametrize("output, words", [
    (UV_OFFLINE, "check the internet connection"),
    (PIP_OFFLINE, "check the internet connection"),
    ("SSL: CERTIFICATE_VERIFY_FAILED", "check the internet connection"),
    (UV_FULL, "The disk is full"),
    ("OSError: [Errno 28] На устройстве не осталось свободного места", "The disk is full"),
    ("failed to write (os error 112)", "The disk is full"),
    (UV_HASH, "is not the one that this module was tested with"),
    ("failed to create directory: Read-only file system (os error 30)", "can only be read"),
    ("Error: [WinError 5] 拒绝访问。", "close JupyterLab if it is open"),
    ("failed to open file `.venv/x`: Permission denied (os error 13)", "close JupyterLab if it is open"),
    ("error: something nobody has seen", "failed at this step"),
])
def test_a_failing_step_ends_in_one_sentence(start, capsys, output, words):
    failing = start.HOME / "failing.py"
    failing.write_text("print(%a.encode().decode()); raise SystemExit(2)" % output, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        start.run_step("Installing the packages", [sys.executable, failing])
    sentence = end.value.code
    assert words in sentence and "\n" not in sentence
    log = re.search(r"\(Full output: (.+)\)$", sentence).group(1)
    assert Path(log).read_text(encoding="utf-8").strip() == output
    assert re.match(r"Installing the packages \.\.\. \d+ s\n$", capsys.readouterr().out)


def test_without_a_network_the_whole_program_says_so(start, monkeypatch):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    (start.HOME / "fake_uv.py").write_text("print(%r); raise SystemExit(2)" % UV_OFFLINE, encoding="utf-8")
    with pytest.raises(SystemExit, match="^The packages could not be downloaded: .*then start again"):
        start.main([])
    assert not start.is_ready("students")


@pytest.mark.parametrize("number, words", [
    (errno.ENOSPC, "The disk is full"),
    (errno.EROFS, "can only be read"),
    (errno.EACCES, "Writing was not allowed"),
    (errno.ELOOP, "put that right, then start again"),
])
@pytest.mark.parametrize("where", ["one_at_a_time", "stamp", "run_child"])
def test_an_error_of_the_system_ends_in_one_sentence(start, steps, monkeypatch, where, number, words):
    def fails(*words, **more):
        raise OSError(number, os.strerror(number), str(start.STAMP))

    monkeypatch.setattr(start, where, fails)
    with pytest.raises(SystemExit) as end:
        start.main([])
    assert words in end.value.code and "\n" not in end.value.code


def test_a_python_without_pip_names_the_debian_package(start, monkeypatch):
    monkeypatch.setattr(start, "find_uv", lambda: None)
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="sudo apt install python3-venv"):
        start.main([])


@pytest.mark.parametrize("name, command", [
    ("requirements.lock", []), ("requirements-dev.lock", ["test"]), ("pyproject.toml", [])])
def test_a_missing_file_is_named(start, steps, name, command):
    (start.HOME / name).unlink()
    with pytest.raises(SystemExit, match="^The file %s is missing from .*: download" % re.escape(name)):
        start.main(command)
    assert steps == []


def test_a_terminal_without_the_letters_is_no_obstacle(folder):
    (folder / "requirements.lock").unlink()
    env = dict(os.environ, PYTHONIOENCODING="ascii")
    done = subprocess.run([sys.executable, str(folder / "start.py")], capture_output=True, env=env)
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert b"The file requirements.lock is missing" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script, read through a pseudo-terminal")
def test_the_whole_program_offline_in_a_terminal_without_the_letters(folder):
    """Nothing replaced but uv: it is found on PATH, and fails as it does without a network."""
    import pty

    tools = folder / "tools"
    tools.mkdir()
    (tools / "said").write_text("Загрузка 读\n" + UV_OFFLINE + "\n", encoding="utf-8")
    (tools / "uv").write_text('#!/bin/sh\n[ "$1" = --version ] && exit 0\ncat "${0%/uv}/said"\nexit 2\n')
    (tools / "uv").chmod(0o755)
    env = dict(os.environ, PYTHONIOENCODING="ascii", TMPDIR=str(folder.parent), PATH="%s:/usr/bin:/bin" % tools)
    terminal, other_end = pty.openpty()
    done = subprocess.run([sys.executable, str(folder / "start.py")], stdout=other_end, stderr=subprocess.PIPE,
                          env=env, cwd=str(folder.parent))
    shown = os.read(terminal, 100000).decode("ascii")
    os.close(other_end)
    os.close(terminal)
    assert done.returncode == 1
    assert re.match(rb"The packages could not be downloaded: .* \(Full output: .*\)\n$", done.stderr)
    assert "    ???????? ?\r\n" in shown and "Adding pip ..." in shown
    assert (folder / ".venv" / "bin" / "pip").exists() and not (folder / ".venv" / "five-readings.json").exists()


# --- the commands ----------------------------------------------------------------------------------


@pytest.fixture
def child(start, steps, monkeypatch):
    """What start.py hands to the environment's Python; `codes` are the exit codes to give back."""
    def run_child(words, cwd=None):
        run_child.calls.append((words, cwd))
        return run_child.codes.pop(0) if run_child.codes else 0

    run_child.calls, run_child.codes = [], []
    monkeypatch.setattr(start, "run_child", run_child)
    return run_child


@pytest.mark.parametrize("words", [["tset"], ["--port", "9999"], ["notebooks/00-start-here.ipynb"]])
def test_an_unknown_word_is_named_and_the_usage_shown(start, child, capsys, words):
    assert start.main(words) == 2
    error = capsys.readouterr().err
    assert 'does not know "%s"' % words[0] in error and "python start.py grade FOLDER" in error
    assert child.calls == []


@pytest.mark.parametrize("word", ["help", "-h", "--help"])
def test_help_sets_nothing_up(start, child, steps, capsys, word):
    assert start.main([word]) == 0
    assert "python start.py test" in capsys.readouterr().out
    assert steps == [] and child.calls == []


def test_without_words_jupyterlab_opens_the_first_notebook(start, child, steps):
    assert start.main([]) == 0
    assert any(word.endswith("requirements.lock") for word in steps[-2][1])
    (words, cwd), = child.calls
    assert words[:2] == ["-m", "jupyterlab"] and cwd == str(start.HOME)
    assert "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb" in words
    assert "--ServerApp.root_dir=" + str(start.HOME) in words
    assert "--Application.log_level=ERROR" in words, "its log would read as trouble"
    assert "--LabApp.workspaces_dir=" + str(start.VENV / "workspaces") in words, "it would open the tabs of another copy"


def test_ctrl_c_ends_jupyterlab_quietly_but_its_own_failure_is_passed_on(start, child):
    child.codes = [130, 7]
    assert start.main([]) == 0
    assert start.main([]) == 7


def test_ctrl_c_during_the_set_up_is_no_traceback(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "set_up", lambda which: (_ for _ in ()).throw(KeyboardInterrupt))
    assert start.main([]) == 130
    assert "Stopped" in capsys.readouterr().err


@pytest.mark.parametrize("command, module", [
    ("grade", "fivereadings.grading"), ("class", "fivereadings.classfiles"), ("present", "fivereadings.present"),
    ("site", "fivereadings.site"), ("build", "fivereadings.build")])
def test_other_commands_pass_their_words_and_exit_code_on(start, child, steps, command, module):
    child.codes = [3]
    assert start.main([command, "my folder", "--slice", "2"]) == 3
    lock = "requirements.lock" if command == "class" else "requirements-dev.lock"
    assert any(word.endswith(lock) for word in steps[-2][1])
    assert child.calls == [(["-P", "-m", module, "my folder", "--slice", "2"], None)]


def test_a_child_gets_a_clean_environment(start, monkeypatch):
    for name in start.DROPPED:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("MPLBACKEND", "agg")
    env = start.child_env()
    assert not set(start.DROPPED) & set(env)
    assert env["PATH"].split(os.pathsep)[0] == str(start.BIN)
    assert env["FIVEREADINGS_HOME"] == str(start.HOME) and env["PYTHONUTF8"] == "1" and env["MPLBACKEND"] == "agg"
    assert {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"} <= set(start.DROPPED)


def test_ctrl_c_waits_for_the_child(start, monkeypatch):
    class Child:
        returncode, waits = None, 0

        def poll(self):
            return self.returncode

        def wait(self):
            self.waits += 1
            if self.waits < 3:
                raise KeyboardInterrupt
            self.returncode = 0

    child = Child()
    monkeypatch.setattr(start.subprocess, "Popen", lambda *words, **more: child)
    assert start.run_child(["-m", "jupyterlab"]) == 130
    assert child.waits == 3, "it left before the child had ended"


# --- the tests -------------------------------------------------------------------------------------


def test_all_three_runs_go_on_after_a_failure(start, child, capsys):
    child.codes = [1, 0, 5]
    assert start.main(["test"]) == 1
    assert [words[3] for words, _ in child.calls] == ["tests", "-p", "--nbval-lax"]
    middle = child.calls[1][0]
    assert "notebooks" in middle and "solutions" in middle and "tests/nbval-sanitize.cfg" in middle
    assert "exercises" in child.calls[2][0]
    assert all(cwd == str(start.HOME) for _, cwd in child.calls)
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 2 failed, 0 skipped"


def test_words_after_test_go_to_one_run(start, child):
    assert start.main(["test", "tests/test_data.py", "-k", "share"]) == 0
    (words, _), = child.calls
    assert words[3:] == ["tests/test_data.py", "-k", "share"]


def test_ctrl_c_ends_the_tests(start, child):
    child.codes = [130]
    assert start.main(["test"]) == 1
    assert len(child.calls) == 1


SMALL = """
import pytest
def test_a(): pass
def test_b(): pass
def test_c(): assert 0
def test_d(no_such_fixture): pass
@pytest.mark.skip
def test_e(): pass
"""


def test_the_last_line_counts_what_pytest_really_ran(start, steps, monkeypatch, capfd):
    monkeypatch.setattr(start, "PYTHON", sys.executable)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take seconds
    (start.HOME / "test_small.py").write_text(SMALL, encoding="utf-8")
    plain = ["-p", "no:cacheprovider", "test_small.py"]
    assert start.run_tests(plain) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "2 passed, 2 failed, 1 skipped"
    assert start.run_tests(plain + ["-k", "test_a or test_e"]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"
    assert start.run_tests(plain + ["-k", "nothing"]) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
