"""Build the module as a site of plain pages, in build/site, and open it.

    python start.py site             the pages: they need no kernel and no internet
    python start.py site lite        the same with JupyterLite, an experiment (needs the internet to build)

--no-open after it only builds.
"""

import shutil
import sys
import tempfile
import webbrowser
from pathlib import Path

from sphinx.cmd.build import build_main

from ..places import home
from .pages import lay_out


def build(folder: Path, lite: bool = False) -> None:
    """Build the site anew in `folder`. Raises ValueError when Sphinx finds anything to warn of."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        pages, kept = Path(scratch, "pages"), Path(scratch, "doctrees")
        pages.mkdir()
        lay_out(pages, lite)
        if build_main(["-q", "-W", "--keep-going", "-b", "html", "-d", str(kept), str(pages), str(folder)]):
            raise ValueError("The site was not built without a warning; what Sphinx says above names the page.")


def main(words: list[str]) -> int:
    """Build the site, with JupyterLite for the word "lite"; open it unless told not to."""
    if unknown := [word for word in words if word not in ("lite", "--no-open")]:
        print(f"The site command does not know {' '.join(unknown)!r}.\n\n{__doc__}", file=sys.stderr)
        return 2
    folder = home() / "build" / "site"
    print("Building the site (half a minute) …", flush=True)
    build(folder)
    print(f"Written: {folder / 'index.html'}")
    if "--no-open" not in words:
        webbrowser.open((folder / "index.html").as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
