"""Check the links of a built site: what is on it must exist, and nothing may be loaded from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NOT_PAGES = ("_static", "lite")
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
FOR_READERS = ("canonical", "index", "search", "next", "prev", "author")  # kinds of <link> that load nothing


class Page(HTMLParser):
    """What one page names, loads and links to, the views of its widgets included."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids, self.loaded, self.linked = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(attrs[name] for name in ("id", "name") if attrs.get(name))
        if tag == "a" and attrs.get("href"):
            self.linked.add(attrs["href"])
        elif attrs.get(LOADING.get(tag)) and attrs.get("rel") not in FOR_READERS:
            self.loaded.add(attrs[LOADING[tag]])


def pages(folder: Path) -> dict[Path, Page]:
    """Return the pages of a built site by their path."""
    return {path: Page(path) for path in sorted(folder.rglob("*.html")) if path.relative_to(folder).parts[0] not in NOT_PAGES}


def is_outside(address: str) -> bool:
    """Return whether an address leads to another server or to a program such as mail."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc) and parts.scheme != "data"


def faults(folder: Path) -> list[str]:
    """Return a sentence for each link of a built site that leads nowhere, and for each file that another server would send."""
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
