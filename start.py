"""Set up and open the module, with nothing on the machine but Python.

The first start makes the folder .venv beside this file and installs there what the lock file
lists. Later starts compare a stamp and go straight on. USAGE below lists the commands.

Only the standard library is used, and the syntax stays readable to Python 2.7 and 3.6, so that
an old Python can say in one sentence that it is too old.
"""
from __future__ import print_function

import sys

if sys.version_info < (3, 11):
    print("This is Python %d.%d.%d, and the module needs Python 3.11 or newer: install one from "
          "python.org, then run start.py with it." % tuple(sys.version_info[:3]), file=sys.stderr)
    sys.exit(1)

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree
from pathlib import Path

USAGE = """\
python start.py               set up (the first time) and open the notebooks
python start.py test          set up and run every test; words after it go to pytest
python start.py grade FOLDER  grade what a class handed in ("grade -h" tells more)
python start.py build WHAT    make the generated files again ("build -h" tells more)
python start.py help          show this text"""

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "five-readings.json"
LOCKS = {"students": "requirements.lock", "dev": "requirements-dev.lock"}
# Settings of the shell that would make a child use another Python, another folder or fewer letters.
DROPPED = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONIOENCODING")
# JupyterLab would otherwise ask every new reader whether to fetch its news.
OVERRIDES = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
NO_VENV = ("This Python cannot make environments: on Debian or Ubuntu run 'sudo apt install python3-venv', "
           "elsewhere install Python from python.org; then start again.")

# What a failing step or an OSError says, and what to do about it. The first match counts. Most are
# error numbers (of Linux, macOS and Windows), since the words may be in the machine's own language.
TROUBLES = [
    (r"os error (28|112|122)\)|Errno (28|69|122)\]|WinError 112\]|No space left",
     "The disk is full: free about 1 GB, then start again."),
    (r"os error (30|19)\)|Errno 30\]|WinError 19\]",
     "The folder %s can only be read: copy it to a place where you can save files, and start there."),
    (r"os error (5|13)\)|Errno (1|13)\]|WinError (5|32)\]|Permission denied",
     "Writing was not allowed: close JupyterLab if it is open from %s, or copy that folder to a place "
     "of your own, then start again."),
    (r"[Hh]ash mismatch|DO NOT MATCH THE HASHES",
     "A downloaded package is not the one that this module was tested with: start again on another "
     "network, and if that does not help, download the module again."),
    (r"error sending request|[Ff]ailed to fetch|dns error|name resolution|getaddrinfo|timed out"
     r"|NewConnectionError|ConnectTimeout|Network is unreachable|CERTIFICATE_VERIFY_FAILED|SSLError",
     "The packages could not be downloaded: check the internet connection (some networks block it), "
     "then start again."),
]


class Trouble(Exception):
    """Carries one plain sentence for the person at the keyboard."""


def say(text, end="\n", stream=None):
    """Print `text`, with question marks for letters that the terminal cannot show."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), end=end, file=stream, flush=True)


def explain(text):
    """The sentence for what a failing step or an OSError said; None if it is not a known trouble."""
    known = (sentence for pattern, sentence in TROUBLES if re.search(pattern, text))
    return next(known, "").replace("%s", str(HOME)) or None


def child_env():
    """The environment of every child: the programs of .venv first, and UTF-8 everywhere."""
    env = {name: value for name, value in os.environ.items() if name not in DROPPED}
    env.update(PATH=str(BIN) + os.pathsep + env.get("PATH", ""), PYTHONUTF8="1", FIVEREADINGS_HOME=str(HOME))
    if WINDOWS:  # Documents is often a OneDrive folder, which refuses uv's hard links.
        env.setdefault("UV_LINK_MODE", "copy")
    return env


def run_step(title, command):
    """Run one step of the set-up, show that it goes on, and raise Trouble if it fails."""
    begun = time.monotonic()
    terminal = sys.stdout.isatty()
    say(title + " ...", end="\n" if terminal else " ")
    lines = []
    # close_fds=False: the child holds the lock too, so a start after "kill -9" waits until it has ended.
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=child_env(), cwd=str(HOME), close_fds=False) as child:
        try:
            for raw in child.stdout:
                lines.append(raw.decode("utf-8", "replace").rstrip())
                if terminal and not lines[-1].startswith(" + "):  # uv lists every package so
                    say("    " + lines[-1])
        except BaseException:
            child.terminate()
            raise
    say("%s%.0f s" % ("    took " if terminal else "", time.monotonic() - begun))
    if child.returncode:
        # Not in HOME, which may be the folder that cannot be written.
        with tempfile.NamedTemporaryFile("wb", prefix="five-readings-", suffix=".log", delete=False) as log:
            log.write("\n".join(lines).encode("utf-8"))
        sentence = explain("\n".join(lines)) or "The set-up stopped at this step: read the full output, then start again."
        raise Trouble("%s (Full output: %s)" % (sentence, log.name))


def stamp(which):
    """What a finished set-up of `which` ("students" or "dev") leaves in STAMP; Trouble if a file is missing."""
    sums = {}
    for name in (LOCKS[which], "pyproject.toml"):
        try:
            sums[name] = hashlib.sha256((HOME / name).read_bytes()).hexdigest()
        except FileNotFoundError:
            raise Trouble("The file %s is missing from %s: download the whole module again." % (name, HOME))
    return {"set": which, "folder": str(HOME), "sha256": sums,
            "python": "%s in %s" % (sys.version.split()[0], sys.base_prefix)}


def read_stamp():
    """The stamp of the last finished set-up; an empty one if it was not finished or .venv is broken."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8")) if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}


def find_uv():
    """The command of a uv on PATH that works; None if there is none outside .venv."""
    uv = shutil.which("uv")
    if uv is None or BIN in Path(uv).parents or subprocess.run([uv, "--version"], capture_output=True).returncode:
        return None
    return [uv]


@contextlib.contextmanager
def one_at_a_time():
    """Hold a lock, first waiting for another start. The system frees it however its holder ends."""
    with open(HOME / ".venv-lock", "a") as handle:
        if not locked(handle):
            say("Another start.py is setting up this folder; this one waits for it.")
            while not locked(handle):
                time.sleep(0.5)
        os.set_inheritable(handle.fileno(), True)
        yield


def locked(handle):
    """Try once to lock an open file; False if somebody else holds it."""
    try:
        if WINDOWS:
            import msvcrt
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass  # some network drives have no locks: better to go on than to refuse
    return True


def set_up(which):
    """Make sure that .venv holds the set `which`. Whoever has the dev set keeps it."""
    want = stamp("dev" if read_stamp().get("set") == "dev" else which)
    if read_stamp() == want:
        return
    with one_at_a_time():
        if read_stamp() != want:  # else the start that this one waited for has done it
            install(want)


def install(want):
    """Make .venv anew, or add the dev set to a whole students' one, so that it is as `want` says."""
    lock, uv = HOME / LOCKS[want["set"]], find_uv()
    whole = read_stamp() == stamp("students")
    STAMP.unlink(missing_ok=True)  # from here until it is back, .venv counts as unfinished
    if not whole:
        has_pip = importlib.util.find_spec("ensurepip") is not None
        if not (has_pip or uv):
            raise Trouble(NO_VENV)
        run_step("Making the environment .venv", [sys.executable, "-m", "venv", "--clear", VENV]
                 + ([] if has_pip else ["--without-pip"]))
    if uv is None:
        pinned = re.search(r"^uv==[^\s;\\]+", lock.read_text(encoding="utf-8"), re.MULTILINE)
        run_step("Fetching the installer", [PYTHON, "-m", "pip", "install", "--disable-pip-version-check",
                                            pinned.group() if pinned else "uv"])
        uv = [PYTHON, "-m", "uv"]
    uv += ["pip", "install", "--python", PYTHON]
    run_step("Installing the packages (a minute or two the first time)", uv + ["--require-hashes", "-r", lock])
    run_step("Adding the module itself", uv + ["--no-deps", "--no-build-isolation", "-e", HOME])
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(OVERRIDES), encoding="utf-8")
    STAMP.write_text(json.dumps(want, indent=1), encoding="utf-8")


def run_child(words, cwd=None):
    """Run .venv's Python and return its exit code, 130 after Ctrl-C (which the child gets as well)."""
    child = subprocess.Popen([str(PYTHON)] + words, env=child_env(), cwd=cwd)
    stopped = False
    while True:
        try:
            code = child.wait()
            return 130 if stopped else code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            stopped = True


def open_lab():
    """Open JupyterLab at the first notebook and wait until it is closed."""
    say("JupyterLab opens in your browser. To end it, press Ctrl-C in this window.")
    code = run_child(["-m", "jupyterlab", "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb",
                      "--ServerApp.root_dir=" + str(HOME), "--ServerApp.answer_yes=True",
                      "--ServerApp.allow_root=True"], cwd=str(HOME))  # containers have no other user
    return 0 if code == 130 else code


def run_tests(words):
    """Run pytest once with `words`, or the three runs of the whole suite; print the total."""
    nbval = "--nbval" if sys.platform == "linux" else "--nbval-lax"  # charts differ between systems
    spread = ["-n", "2", "--dist", "loadfile"]
    runs = [words] if words else [
        ["tests"],
        ["-p", "no:cacheprovider", nbval, "notebooks", "solutions",
         "--nbval-sanitize-with", "tests/nbval-sanitize.cfg"] + spread,
        ["--nbval-lax", "exercises"] + spread]
    total = (0, 0, 0)
    with tempfile.TemporaryDirectory() as scratch:
        for number, run in enumerate(runs):
            report = Path(scratch) / ("%d.xml" % number)
            code = run_child(["-m", "pytest", "--junitxml=" + str(report)] + run, cwd=str(HOME))
            passed, failed, skipped = count(report)
            if code and not failed:  # for instance: no test was found
                say("pytest ended with code %d, which counts as one failure: pytest %s" % (code, " ".join(run)))
                failed = 1
            total = (total[0] + passed, total[1] + failed, total[2] + skipped)
            if code == 130:
                break
    say("%d passed, %d failed, %d skipped" % total)
    return 1 if total[1] else 0


def count(report):
    """Passed, failed (or broken) and skipped tests in a JUnit report; zeros if pytest wrote none."""
    suites = list(xml.etree.ElementTree.parse(str(report)).iter("testsuite")) if report.exists() else []
    tests, failures, errors, skipped = (sum(int(suite.get(name)) for suite in suites)
                                        for name in ("tests", "failures", "errors", "skipped"))
    return tests - failures - errors - skipped, failures + errors, skipped


def main(words):
    """Do what the command line says and return the exit code."""
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command in ("help", "-h", "--help"):
        say(USAGE)
        return 0
    if command not in ("", "test", "grade", "build"):
        say('start.py does not know "%s", and it passes nothing on to JupyterLab.' % command, stream=sys.stderr)
        say(USAGE, stream=sys.stderr)
        return 2
    try:
        set_up("dev" if command else "students")
        if not command:
            return open_lab()
        if command == "test":
            return run_tests(rest)
        # -P: a student's file called json.py in the working folder must not stand in for Python's own
        return run_child(["-P", "-m", "fivereadings." + ("grading" if command == "grade" else "build")] + rest)
    except KeyboardInterrupt:
        say("\nStopped. The next start makes anew what was left unfinished.", stream=sys.stderr)
        return 130
    except Trouble as trouble:
        say(str(trouble), stream=sys.stderr)
    except OSError as error:
        say(explain(str(error)) or "The set-up stopped (%s): put that right, then start again." % error, stream=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
