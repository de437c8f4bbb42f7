"""Project a unit in class, as one clean page with its controls and without its code.

    python start.py present        list the units
    python start.py present 06     open unit 06; the unit's whole name does as well

The unit is run before the page opens, so the class does not wait. Ctrl-C ends it.
"""

import os
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

from .notebooks import read
from .places import home

TEMPLATES = Path(__file__).parent / "projected"
WIDGETS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]  # all that the page needs of Lab


def units() -> dict[str, str]:
    """Return the title of each unit by its stem, in order."""
    return {path.stem: read(path).cells[0].source.splitlines()[0].lstrip("# ")
            for path in sorted((home() / "notebooks").glob("*.ipynb"))}


def unit_of(word: str) -> str:
    """Return the stem of the unit that a number ("6", "06") or a stem names.

    Raises ValueError, with the units, for any other word.
    """
    wanted = word.removesuffix(".ipynb")
    for stem in units():
        if wanted == stem or wanted.isdecimal() and wanted.isascii() and stem.startswith(f"{int(wanted):02}-"):
            return stem
    raise ValueError(f"There is no unit {word!r}. Give a number or a name from this list:\n{listing()}")


def listing() -> str:
    """Return the units as lines to print."""
    return "\n".join(f"  {stem:<26} {title}" for stem, title in units().items())


def open_browser(address: str) -> None:
    """Open an address without waiting: some browsers return only once they are closed, and a server must answer them before."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def project(stem: str) -> None:
    """Run a unit, open its page in the browser, and serve it on this machine alone until Ctrl-C."""
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(TEMPLATES), os.environ.get("JUPYTER_PATH")]))
    os.environ.setdefault("FIVEREADINGS_DPI", "180")
    from traitlets.config import Config
    from voila.app import Voila  # from the extra "present"

    class Projector(Voila):
        """Voilà that opens the browser when the page is ready, not before."""

        def launch_browser(self):
            from tornado.ioloop import IOLoop

            async def open_when_ready():
                # Voilà has no public word for "the page is warm": its pool holds a task that starts the run, and the run.
                # Where that fails, in another Voilà, the page opens all the same, and the class waits for the run.
                with suppress(Exception):
                    for warming in self.kernel_manager._pools[self.kernel_manager.notebook_path]:
                        await (await warming)["task"]
                print(f"Open in the browser: {self.connection_url}\nTo end it, press Ctrl-C in this window.", flush=True)
                open_browser(self.connection_url)

            IOLoop.current().add_callback(open_when_ready)

    # ws_ping_timeout, in milliseconds: the default is longer than the interval of the pings, which Tornado warns of.
    # disable_check_xsrf: the page tells the server that it is closed by POST /voila/api/shutdown, which would be refused (403).
    Projector.launch_instance([str(home() / "notebooks" / f"{stem}.ipynb")], config=Config({
        "Voila": {"ip": "127.0.0.1", "log_level": "ERROR",
                  "tornado_settings": {"allow_remote_access": False, "ws_ping_timeout": 30_000, "disable_check_xsrf": True}},
        "VoilaConfiguration": {"template": "projected", "strip_sources": False, "preheat_kernel": True,
                               "extension_allowlist": WIDGETS},
        "KernelManager": {"transport_encryption": "auto"},
    }))


def main(words: list[str]) -> int:
    """Project the unit that `words` names, or list the units."""
    if not words or words[0] in ("-h", "help", "--help"):
        print(f"{__doc__}\n{listing()}")
        return 0
    try:
        project(unit_of(words[0]))
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
