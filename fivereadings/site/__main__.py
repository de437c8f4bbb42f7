"""Build the module as a site of plain pages, in build/site, and open it.

    python start.py site             the pages: they need no kernel and no internet
    python start.py site lite        the same with JupyterLite, an experiment; building it needs the internet

"--no-open" at the end only builds. The addresses outside the site that its pages link to are listed in
build/outside-links.txt: they cannot be checked without asking each of them.
"""

import os
import shutil
import sys
import tempfile
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sphinx.cmd.build import build_main

from ..places import home
from ..present import open_browser
from ..voices import OWN_COPIES_OFF
from .links import faults, outside
from .lite import build_lite
from .pages import lay_out


def build(folder: Path, lite: bool = False) -> None:
    """Build the site anew in `folder`. Raises ValueError when Sphinx warns of anything or a link leads nowhere."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        pages, kept = Path(scratch, "pages"), Path(scratch, "doctrees")
        pages.mkdir()
        lay_out(pages, lite)
        if build_main(["-q", "-W", "--keep-going", "-b", "html", "-d", str(kept), str(pages), str(folder)]):
            raise ValueError("The site was not built without a warning; what Sphinx says above names the page.")
        if lite:
            build_lite(folder / "lite", Path(scratch, "lite"))
    if found := faults(folder):
        raise ValueError("Links of the site do not work:\n" + "\n".join(found))


def serve(folder: Path) -> None:
    """Show the site from this machine until Ctrl-C; JupyterLite does not run from a plain file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_port}/"
    print(f"The site is shown at {address}. To end it, press Ctrl-C in this window.", flush=True)
    open_browser(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def main(words: list[str]) -> int:
    """Build the site, with JupyterLite for the word "lite"; open it unless told not to."""
    if words in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if unknown := [word for word in words if word not in ("lite", "--no-open")]:
        print(f"There is nothing called {unknown[0]!r} to build.\n\n{__doc__}", file=sys.stderr)
        return 2
    os.environ[OWN_COPIES_OFF] = "1"  # the views of the widgets are drawn in this process
    folder, lite = home() / "build" / "site", "lite" in words
    print("Building the site (about a minute) …", flush=True)
    try:
        build(folder, lite)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 1
    (folder.parent / "outside-links.txt").write_text(outside(folder), encoding="utf-8")
    print(f"Written: {folder / 'index.html'}")
    if "--no-open" not in words:
        serve(folder) if lite else webbrowser.open((folder / "index.html").as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
