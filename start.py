"""Set up and open the module, with nothing on the machine but Python.

python start.py               set up (the first time) and open the notebooks
python start.py test          set up and run every test; words after it go to pytest
python start.py grade FOLDER  grade what a class handed in ("grade -h" tells more)
python start.py present 06    project a unit in class, with its controls and without its code ("present" lists them)
python start.py class codes FOLDER  put together what a class coded, to project ("class -h" tells more)
python start.py site          build the module as web pages to read, and open them ("site -h" tells more)
python start.py build WHAT    make the generated files again ("build -h" tells more)
python start.py help          show this text
"""
from __future__ import print_function

import sys

# Python 2.7 and 3.6 must be able to read this whole file, to say this instead of a syntax error.
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
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "five-readings.json"
LOCKS = {"students": "requirements.lock", "dev": "requirements-dev.lock"}
# Settings of the shell that would make a child use another Python, another folder or fewer letters.
DROPPED = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONIOENCODING")

# What a failing step or an OSError says, and what to do about it. The first match counts. Most are
# error numbers (of Linux, macOS and Windows), since the words may be in the machine's own language.
TROUBLES = [
    (r"os error (28|112|122)\)|Errno (28|69|122)\]|WinError 112\]|No space left",
     "The disk is full: free about 1 GB, then start again."),
    (r"os error (30|19)\)|Errno 30\]|WinError 19\]",
     "The folder {} can only be read: copy it to a place where you can save files, and start there."),
    (r"os error (5|13)\)|Errno (1|13)\]|WinError (5|32)\]|Permission denied",
     "Writing was not allowed: close JupyterLab if it is open from {}, or copy that folder to a place "
     "of your own, then start again."),
    (r"[Hh]ash mismatch|DO NOT MATCH THE HASHES",
     "A downloaded package is not the one that this module was tested with: start again on another "
     "network, and if that does not help, download the module again."),
    (r"error sending request|[Ff]ailed to fetch|dns error|name resolution|getaddrinfo|timed out"
     r"|NewConnectionError|ConnectTimeout|Network is unreachable|CERTIFICATE_VERIFY_FAILED|SSLError",
     "The packages could not be downloaded: check the internet connection (some networks block it), "
     "then start again."),
]


def explain(text):
    """The sentence for what a failing step or an OSError said; None if it is not a known trouble."""
    return next((sentence.format(HOME) for pattern, sentence in TROUBLES if re.search(pattern, text)), None)


def child_env():
    """The environment of every child: the programs of .venv first, and UTF-8 everywhere."""
    env = {name: value for name, value in os.environ.items() if name not in DROPPED}
    env.update(PATH=str(BIN) + os.pathsep + env.get("PATH", ""), PYTHONUTF8="1", FIVEREADINGS_HOME=str(HOME))
    if WINDOWS:  # Documents is often a OneDrive folder, which refuses uv's hard links.
        env.setdefault("UV_LINK_MODE", "copy")
    return env


def run_step(title, command):
    """Run one step of the set-up, show that it goes on, and leave with one sentence if it fails."""
    begun = time.monotonic()
    terminal = sys.stdout.isatty()
    print(title + " ...", end="\n" if terminal else " ", flush=True)
    output = ""
    # close_fds=False: the child holds the lock too, so a start after "kill -9" waits until it has ended.
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", env=child_env(), cwd=str(HOME), close_fds=False) as child:
        try:
            for line in child.stdout:
                output += line
                if terminal and not line.startswith(" + "):  # uv lists every package so
                    print("    " + line.rstrip())
        except BaseException:
            child.terminate()
            raise
    print("%s%.0f s" % ("    took " if terminal else "", time.monotonic() - begun))
    if child.returncode:
        # Not in HOME, which may be the folder that cannot be written.
        with tempfile.NamedTemporaryFile("w", prefix="five-readings-", suffix=".log", delete=False,
                                         encoding="utf-8") as log:
            log.write(output)
        sentence = explain(output) or "The set-up failed at this step: read the full output, then start again."
        sys.exit("%s (Full output: %s)" % (sentence, log.name))


def stamp(which):
    """What a finished set-up of `which` ("students" or "dev") leaves in STAMP."""
    sums = {}
    for name in (LOCKS[which], "pyproject.toml"):
        try:
            sums[name] = hashlib.sha256((HOME / name).read_bytes()).hexdigest()
        except FileNotFoundError:
            sys.exit("The file %s is missing from %s: download the whole module again." % (name, HOME))
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
            print("Another start.py is setting up this folder; this one waits for it.")
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


def is_ready(which):
    """True if .venv is whole, fits this folder and this Python, and holds `which` or the larger dev set."""
    have = read_stamp()
    return have.get("set") in (which, "dev") and have == stamp(have["set"])


def set_up(which):
    """Make sure that .venv holds the set `which`, "students" or "dev"."""
    if not is_ready(which):
        with one_at_a_time():
            if not is_ready(which):  # else the start that this one waited for has done it
                install("dev" if read_stamp().get("set") == "dev" else which)


def install(which):
    """Make .venv anew, or add the dev set to a whole students' one; write the stamp last."""
    want, lock, uv = stamp(which), HOME / LOCKS[which], find_uv()
    whole = read_stamp() == stamp("students")
    STAMP.unlink(missing_ok=True)  # from here until it is back, .venv counts as unfinished
    if not whole:
        has_pip = importlib.util.find_spec("ensurepip") is not None
        if not (has_pip or uv):
            sys.exit("This Python cannot make environments: on Debian or Ubuntu run 'sudo apt install "
                     "python3-venv', elsewhere install Python from python.org; then start again.")
        run_step("Making the environment .venv", [sys.executable, "-m", "venv", "--clear", "--without-pip", VENV])
        if has_pip:  # a step of its own, because venv would hide why it failed
            run_step("Adding pip", [PYTHON, "-m", "ensurepip", "--upgrade", "--default-pip"])
    if uv is None:
        pinned = re.search(r"^uv==[^\s;\\]+", lock.read_text(encoding="utf-8"), re.MULTILINE)
        run_step("Fetching the installer", [PYTHON, "-m", "pip", "install", "--disable-pip-version-check",
                                            pinned.group() if pinned else "uv"])
        uv = [PYTHON, "-m", "uv"]
    uv += ["pip", "install", "--python", PYTHON]
    if ssl.create_default_context().cert_store_stats()["x509"]:
        # A university's or company's network may sign with a certificate that only the system knows.
        os.environ.setdefault("UV_SYSTEM_CERTS", "true")
    run_step("Installing the packages (a minute or two the first time)", uv + ["--require-hashes", "-r", lock])
    run_step("Adding the module itself", uv + ["--no-deps", "--no-build-isolation", "-e", HOME])
    write_settings(VENV)
    STAMP.write_text(json.dumps(want, indent=1), encoding="utf-8")


def write_settings(prefix):
    """Write what spares readers Jupyter's questions and warnings into an environment; Binder's postBuild asks for it too."""
    # JupyterLab would otherwise ask every new reader whether to fetch its news, and end each page with an empty screen.
    lab = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
           "@jupyterlab/notebook-extension:tracker": {"scrollPastEnd": False}}
    # Each kernel would otherwise warn of a plain connection.
    server = {"KernelManager": {"transport_encryption": "auto"}}
    for place, settings in (("share/jupyter/lab/settings/overrides.json", lab),
                            ("etc/jupyter/jupyter_server_config.json", server)):
        path = Path(prefix) / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


def run_child(words, cwd=None):
    """Run .venv's Python and return its exit code, 130 after Ctrl-C (which the child gets as well)."""
    child = subprocess.Popen([str(PYTHON)] + words, env=child_env(), cwd=cwd)
    stopped = False
    while child.poll() is None:
        try:
            child.wait()
        except KeyboardInterrupt:
            stopped = True
    return 130 if stopped else child.returncode


def open_lab():
    """Open JupyterLab at the first notebook and wait until it is closed."""
    print("JupyterLab opens in your browser. To end it, press Ctrl-C in this window.")
    code = run_child(["-m", "jupyterlab", "--Application.log_level=ERROR",  # the address is shown all the same
                      "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb",
                      "--LabApp.workspaces_dir=" + str(VENV / "workspaces"),  # no open tabs of another folder
                      "--ServerApp.root_dir=" + str(HOME), "--ServerApp.answer_yes=True",
                      "--ServerApp.allow_root=True"], cwd=str(HOME))  # containers have no other user
    return 0 if code == 130 else code


def run_tests(words):
    """Run pytest once with `words`, or the three runs of the whole suite; print the total."""
    nbval = "--nbval" if sys.platform == "linux" else "--nbval-lax"  # charts differ between systems
    spread = ["-n", "2", "--dist", "loadfile"]
    runs = [words] if words else [
        ["tests"] + spread,
        ["-p", "no:cacheprovider", nbval, "notebooks", "solutions",
         "--nbval-sanitize-with", "tests/nbval-sanitize.cfg"] + spread,
        ["--nbval-lax", "exercises"] + spread]
    ran = failed = skipped = 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, run in enumerate(runs):
            report = Path(scratch) / ("%d.xml" % number)
            code = run_child(["-m", "pytest", "--junitxml=" + str(report)] + run, cwd=str(HOME))
            suite = ElementTree.parse(str(report)).find("testsuite") if report.exists() else {}
            tests, failures, errors, skips = [int(suite.get(name, 0))
                                              for name in ("tests", "failures", "errors", "skipped")]
            if code and not failures + errors:  # for instance: no test was found
                print("pytest ended with code %d, which counts as one failure: pytest %s" % (code, " ".join(run)))
                tests, failures = tests + 1, 1
            ran, failed, skipped = ran + tests, failed + failures + errors, skipped + skips
            if code == 130:  # Ctrl-C
                break
    print("%d passed, %d failed, %d skipped" % (ran - failed - skipped, failed, skipped))
    return 1 if failed else 0


def main(words):
    """Do what the command line says and return the exit code."""
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    modules = {"grade": "grading", "class": "classfiles", "present": "present", "site": "site", "build": "build"}
    if command not in ("", "test") and command not in modules:
        print('start.py does not know "%s", and it passes nothing on to JupyterLab.\n' % command, file=sys.stderr)
        print(__doc__, file=sys.stderr)
        return 2
    try:
        set_up("students" if command in ("", "class") else "dev")
        if not command:
            return open_lab()
        if command == "test":
            return run_tests(rest)
        # -P: a student's file called json.py in the working folder must not stand in for Python's own
        return run_child(["-P", "-m", "fivereadings." + modules[command]] + rest)
    except KeyboardInterrupt:
        print("\nStopped. The next start makes anew what was left unfinished.", file=sys.stderr)
        return 130
    except OSError as error:
        sys.exit(explain(str(error)) or "The set-up stopped (%s): put that right, then start again." % error)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace", line_buffering=True)  # a terminal may lack the folder's letters
    sys.exit(main(sys.argv[1:]))
