"""Check the links of a built site: what is on it must exist, and nothing may be loaded from elsewhere.

What a script loads cannot be read off a page: the tests open the pages in a browser and watch.
"""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NOT_PAGES = ("_static", "lite")
LOADING = ("src", "poster", "data")  # attributes of any tag whose address is loaded with the page
STYLE = re.compile(r"(?:url\(|@import(?:\s+url\()?)\s*['\"]?([^'\")\s;]+)")
FOR_READERS = ("canonical", "index", "search", "next", "prev", "author")  # kinds of <link> that load nothing


class Page(HTMLParser):
    """What one page names, loads and links to, the views of its widgets included."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.loaded, self.linked, self.in_style = set(), set(), set(), False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[name] for name in ("id", "name") if attrs.get(name))
        if tag == "a" and attrs.get("href"):
            self.linked.add(attrs["href"])
        elif tag == "link" and attrs.get("href") and attrs.get("rel") not in FOR_READERS:
            self.loaded.add(attrs["href"])
        self.loaded.update(attrs[name] for name in LOADING if attrs.get(name))
        self.loaded.update(part.split()[0] for part in (attrs.get("srcset") or "").split(", ") if part.strip())
        self.loaded.update(STYLE.findall(attrs.get("style") or ""))
        self.in_style = tag == "style"

    def handle_endtag(self, tag):
        self.in_style = False

    def handle_data(self, text):
        if self.in_style:
            self.loaded.update(STYLE.findall(text))


def pages(folder: Path) -> dict[Path, Page]:
    """Return the pages of a built site by their path."""
    return {path: Page(path) for path in sorted(folder.rglob("*.html")) if path.relative_to(folder).parts[0] not in NOT_PAGES}


def is_outside(address: str) -> bool:
    """Return whether an address leads to another server or to a program such as mail."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc) and parts.scheme != "data"


def faults(folder: Path) -> list[str]:
    """Return a sentence for each link of a built site that leads nowhere, and for each file that another server would send."""
    folder = folder.resolve()  # as the targets are, below
    found, read = [], pages(folder)
    for path, page in read.items():
        here = path.relative_to(folder).as_posix()
        found += [f"{here} loads {address} from another server" for address in page.loaded if is_outside(address)]
        for address in page.loaded | page.linked:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                found.append(f"{here} leads to {address}, which is not there")
            elif not target.is_relative_to(folder):
                found.append(f"{here} leads to {address}, which is outside the site")
            elif parts.fragment and target in read and unquote(parts.fragment) not in read[target].ids:
                found.append(f"{here} leads to {address}, and the page has no such place")
    for path in folder.rglob("*.css"):
        if path.relative_to(folder).parts[0] != "lite" and re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(folder).as_posix()} loads something from another server")
    return sorted(found)


def outside(folder: Path) -> str:
    """Return every address outside the site that its pages link to, one a line with the pages, to be checked by hand."""
    where = {}
    for path, page in pages(folder).items():
        for address in filter(is_outside, page.linked):
            where.setdefault(address, []).append(path.relative_to(folder).as_posix())
    return "".join(f"{address}  ({', '.join(names)})\n" for address, names in sorted(where.items()))
