"""Time to the first picture in a real browser, on a machine where the module is set up.

    .venv/bin/python benchmarks/start.py        start.py and start.py present 03, three times each

The clock starts with the command. The browser is Chromium, already open: what the command asks a
browser to open is what Chromium opens. The peer is plain JupyterLab on the same notebook.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # browser.py starts Chromium there, too
FIRST = "notebooks/00-start-here.ipynb"


def opened(page, command: list[str], text: str, folder: Path) -> list[float]:
    """Return the seconds from a command until it opens a browser, until its page shows `text`, and until a picture stands on it."""
    asked = folder / "asked.txt"
    asked.unlink(missing_ok=True)
    begun = time.perf_counter()
    # A browser as Python's webbrowser knows it: a command that gets the address.
    env = {**os.environ, "BROWSER": f"{sys.executable} -c \"import sys,pathlib; pathlib.Path({str(asked)!r}).write_text(sys.argv[1])\" %s"}
    with open(folder / "log.txt", "w") as log, subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log,
                                                           start_new_session=True) as server:
        try:
            while not (asked.exists() and asked.read_text()):
                if server.poll() is not None or time.perf_counter() - begun > 120:
                    sys.exit(f"{command} opened nothing:\n" + (folder / "log.txt").read_text())
                time.sleep(0.02)
            seconds = [time.perf_counter() - begun]
            page.goto(asked.read_text())
            page.get_by_text(text).filter(visible=True).first.wait_for(timeout=60_000)
            seconds.append(time.perf_counter() - begun)
            picture = page.locator("img[src^='data:image/png']").first
            picture.wait_for(state="attached", timeout=60_000)
            picture.scroll_into_view_if_needed()
            return [*seconds, time.perf_counter() - begun]
        finally:
            page.goto("about:blank")
            os.killpg(server.pid, signal.SIGKILL)  # SIGTERM would wait for each kernel


def main() -> None:
    from browser import chromium, why_no_browser

    if why := why_no_browser():
        sys.exit(f"start: {why}")
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        folder = Path(place)
        commands = {
            "plain JupyterLab": ([sys.executable, "-m", "jupyterlab", "--allow-root", f"--LabApp.default_url=/lab/tree/{FIRST}",
                                  f"--LabApp.workspaces_dir={folder}"], "The five readings"),
            "start.py": ([sys.executable, "start.py"], "The five readings"),
            "start.py present 03": ([sys.executable, "start.py", "present", "03"], "what a trade figure stands on"),
        }
        peer = None
        for name, (command, text) in commands.items():
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            opens, shows, draws = (statistics.median(each) for each in zip(*(opened(page, command, text, folder) for _ in range(3))))
            peer = peer or draws
            print(f"start      {name}: opens the browser after {opens:.1f} s, shows its first page after {shows:.1f} s, "
                  f"a picture after {draws:.1f} s; ratio to plain JupyterLab {draws / peer:.2f}")
            page.close()


if __name__ == "__main__":
    main()
