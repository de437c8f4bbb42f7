"""Start a worker: in bubblewrap, where it sees the Python environment and the module and nothing else, or plainly.

Source of the options: bwrap(1), bubblewrap 0.8.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from ..places import home

PACKAGE = Path(__file__).resolve().parent.parent
MODULE, CODE, VENV = "/module", "/code", "/venv"  # where the worker sees them
FOLDERS = ("data", "readings", "exercises")
# A library that starts threads would make a copy of the process hang; one core is one submission's share.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
WAIT = 60  # seconds for the probe
# The package's own start would load pandas, which a probe has no need of.
PROBE = f"""import sys, types
package = sys.modules["fivereadings"] = types.ModuleType("fivereadings")
package.__path__ = ["{CODE}/fivereadings"]
from fivereadings.grading import cage
cage.become_nobody()
cage.separate()
print("closed in")"""


def environment(module: str, **more: str) -> dict[str, str]:
    """Return every environment variable of a worker. None of the instructor's own is handed on."""
    return {"FIVEREADINGS_HOME": module, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1",
            "MPLBACKEND": "agg", "LANG": "C.UTF-8", **ONE_THREAD, **more}


def python() -> tuple[str, list[tuple[Path, str]]]:
    """Return Python's path inside the sandbox, and the folders it needs: where they are and where it sees them."""
    base, prefix = Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()
    needed = [] if base.is_relative_to("/usr") else [(base, str(base))]
    if prefix == base:
        return os.path.realpath(sys.executable), needed
    # A venv works wherever it is seen, and its own path may lie in a folder that must stay hidden.
    return f"{VENV}/bin/{Path(sys.executable).name}", [*needed, (prefix, VENV)]


def enclosed(words: list[str], module: Path | None) -> list[str]:
    """Return the command that runs Python with `words` in the sandbox. Raises FileNotFoundError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise FileNotFoundError("bubblewrap (the command bwrap) is not installed")
    command = [program, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-net",
               "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        # Root needs no namespace for that: it reaches its own folders, and the worker gives its rights up.
        command += ["--unshare-user"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    for path in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives"):
        command += ["--ro-bind-try", path, path]
    command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    program, needed = python()
    needed += [(PACKAGE, f"{CODE}/{PACKAGE.name}")]
    needed += [(Path(module) / name, f"{MODULE}/{name}") for name in FOLDERS] if module else []
    for path, seen in needed:
        for parent in reversed(Path(seen).parents[:-1]):
            if str(parent) != "/tmp":  # bubblewrap would copy the rights of the real folder, such as /root's
                command += ["--perms", "0755", "--dir", str(parent)]
        command += ["--ro-bind", str(path), seen]
        if home().is_relative_to(path) and home() != path and seen == str(path):
            command += ["--tmpfs", str(home())]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", program, *words]


def start(module: Path, isolated: bool) -> tuple[subprocess.Popen, Path]:
    """Start a worker; return its process, with both pipes unbuffered, and the file of its complaints."""
    if isolated:
        words = enclosed(["-m", "fivereadings.grading.worker"], module)
        env = environment(MODULE, PYTHONPATH=CODE, PATH="/usr/bin:/bin", HOME="/tmp", MPLCONFIGDIR="/tmp/.mpl", IPYTHONDIR="/tmp/.ipython")
    else:
        words = [sys.executable, "-m", "fivereadings.grading.worker", "--one"]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE") if name in os.environ}
        env = environment(str(module), PYTHONPATH=str(PACKAGE.parent), **kept)
    number, name = tempfile.mkstemp(prefix="five-readings-worker-")
    with os.fdopen(number, "wb") as complaints:
        process = subprocess.Popen(words, env=env, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
                                   start_new_session=not isolated)
    return process, Path(name)


@lru_cache
def why_not_isolated() -> str:
    """Try one command in the sandbox; return "" where it works, else the reason in words."""
    if not sys.platform.startswith("linux"):
        return "The sandbox needs Linux."
    try:
        done = subprocess.run(enclosed(["-c", PROBE], None), env=environment(MODULE, PYTHONPATH=CODE), capture_output=True,
                              text=True, timeout=WAIT)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"The sandbox does not start: {problem}."
    if "closed in" in done.stdout:
        return ""
    return f"The sandbox is refused here: {(done.stderr.strip().splitlines() or ['no reason was given'])[-1]}."


@contextmanager
def scratch(released: Path):
    """Give a folder with the tables and exercises, but no solution and no gradebook, for students' code to run in."""
    with tempfile.TemporaryDirectory(prefix="five-readings-") as name:
        place = Path(name)
        for folder in FOLDERS:
            shutil.copytree(home() / folder, place / folder, ignore=shutil.ignore_patterns("own-copies", ".ipynb_checkpoints"))
        shutil.copytree(released.parent, place / "exercises" / released.stem, dirs_exist_ok=True)  # a slice has other questions
        yield place
