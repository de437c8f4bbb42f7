"""What every reader must get: each check returns its faults in words, [] for none.

`violations` (axe-core) and `cut_off` look at a page in the browser, `faults_of_html` at HTML, `faults_of_controls` at widgets.
For figures see `sight.py`.
"""

import re

import ipywidgets
from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup

# WCAG 2.2, levels A and AA, as axe-core names them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Violations that are not ours to mend: (rule of axe, part of the element's selector, whose fault it is and why it stays).
EXCEPTIONS: list[tuple[str, str, str]] = []

WORDS = 5  # an alternative text of fewer says what a picture is, not what it shows
NOTHING_SAID = re.compile(r"(?i)\b(todo|tbd|fixme|xxx|lorem|placeholder|untitled|alt(ernative)? text|insert|description here)\b|<|>|\{|\}")
FILE_NAME = re.compile(r"(?i)[\w-]+\.(png|jpe?g|gif|svg|webp|bmp|pdf)\b")


# In the browser


UNFOLDED = """async ([include, values]) => {
  const folds = [...document.querySelectorAll('details:not([open])')].filter(fold => fold.closest(include) || fold.querySelector(include));
  folds.forEach(fold => { fold.open = true; });
  const found = await axe.run({include: [[include]]}, {runOnly: {type: 'tag', values}, resultTypes: ['violations']});
  folds.forEach(fold => { fold.open = false; });
  return found;
}"""


def violations(page, include: str) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 A and AA in the parts of a page that the selector `include` names.

    What is folded is unfolded for it: axe looks only at what is shown. EXCEPTIONS are left out.
    """
    assert page.locator(include).count(), f"nothing on the page is {include}"
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(UNFOLDED, [include, TAGS])
    return [f"{rule['id']}: {rule['help']}: {node['html'][:200]} ({' '.join(map(str, node['target']))[-120:]})"
            for rule in found["violations"] for node in rule["nodes"]
            if not any(rule["id"] == name and part in " ".join(map(str, node["target"])) for name, part, _ in EXCEPTIONS)]


CUT_OFF = """include => {
  const faults = [], name = text => JSON.stringify(text.trim().slice(0, 60));
  const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
  for (const area of document.querySelectorAll(include)) {
    const texts = [];
    const walk = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    for (let node; node = walk.nextNode();) {
      const parent = node.parentElement;
      if (!node.data.trim() || ['STYLE', 'SCRIPT', 'OPTION'].includes(parent.tagName) || !parent.checkVisibility()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()];
      for (let e = parent; e; e = e.parentElement) {
        if (scrolls(e)) break;  // a reader can scroll to it, inside the part
        const box = e.getBoundingClientRect();
        const edge = e === document.documentElement ? innerWidth : ['hidden', 'clip'].includes(getComputedStyle(e).overflowX) ? box.right : Infinity;
        if (rects.some(r => r.right > edge + 1)) {
          faults.push(`cut off: ${name(node.data)}`);
          break;
        }
      }
      texts.push(...rects.filter(r => r.width > 1).map(r => [r, node]));
    }
    texts.sort((a, b) => a[0].top - b[0].top);
    texts.forEach(([one, node], place) => {
      for (const [other, second] of texts.slice(place + 1)) {
        if (other.top > one.bottom - 3) break;
        if (node !== second && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 3
            && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3) faults.push(`overlap: ${name(node.data)} and ${name(second.data)}`);
      }
    });
    for (const list of area.querySelectorAll('select')) {
      const style = getComputedStyle(list), pen = document.createElement('canvas').getContext('2d');
      pen.font = style.font;
      const longest = Math.max(...[...list.options].map(option => pen.measureText(option.text).width));
      if (longest > list.clientWidth - 20) faults.push(`no room for the options of a list: ${name(list.options[list.selectedIndex]?.text ?? '')}`);
    }
  }
  return faults;
}"""


def cut_off(page, include: str) -> list[str]:
    """Return the texts in the parts `include` of a page that are cut off, lie over each other, or leave the window with no way to scroll."""
    assert page.locator(include).count(), f"nothing on the page is {include}"
    return page.evaluate(CUT_OFF, include)


# HTML


def fault_of_alternative(text: str | None) -> str:
    """Return what is wrong with an alternative text, or ""."""
    if not (text or "").strip():
        return "a picture without alternative text"
    if FILE_NAME.search(text):
        return f"an alternative text that is a file name: {text!r}"
    if NOTHING_SAID.search(text):
        return f"an alternative text that is a placeholder: {text!r}"
    if len(text.split()) < WORDS:
        return f"an alternative text that says nothing: {text!r}"
    return ""


def faults_of_html(html: str) -> list[str]:
    """Return what is wrong: alternative text, the table behind a chart, caption, header scopes, dollars that become a formula."""
    page, faults = BeautifulSoup(html, "html.parser"), []
    for image in page("img"):
        faults.append(fault_of_alternative(image.get("alt")))
        figure = image.find_parent("figure")
        behind = figure.find_next_sibling() if figure else None
        if behind is None or not (behind.name == "table" or (behind.name == "details" and behind.table)):
            faults.append(f"a chart without its table: {image.get('alt')!r}")
    for table in page("table"):
        caption = table.caption.get_text(strip=True) if table.caption else ""
        faults += [] if caption else [f"a table without caption: {table.get_text(' ', strip=True)[:60]!r}"]
        heads = [head.get("scope") for head in table("th")]
        rows = [row for row in table("tr") if row("td")]
        if None in heads or "col" not in heads or any("row" not in [head.get("scope") for head in row("th")] for row in rows):
            faults.append(f"a table whose headers lack their scope: {caption or table.get_text(' ', strip=True)[:60]!r}")
    for part in page(["p", "td", "th", "li", "caption", "figcaption", "summary"]):
        if part.get_text().count("$") > 1 and "mathjax_ignore" not in part.get("class", []) and not part.find_parent(class_="mathjax_ignore"):
            faults.append(f"a text that Lab takes for a formula: {part.get_text()[:80]!r}")
    return [fault for fault in faults if fault]


# Widgets

# ipywidgets' sliders and button groups have no name for a screen reader.
USABLE = (ipywidgets.Dropdown, ipywidgets.BoundedFloatText, ipywidgets.BoundedIntText, ipywidgets.Checkbox, ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Button,
          ipywidgets.FileUpload)


def faults_of_controls(widget) -> list[str]:
    """Return the controls in a widget, itself included, that have no label or cannot have one."""
    if isinstance(widget, ipywidgets.Box):
        return [fault for child in widget.children for fault in faults_of_controls(child)]
    if isinstance(widget, (ipywidgets.HTML, ipywidgets.Output)):
        return []
    if not isinstance(widget, USABLE):
        return [f"a control that a screen reader cannot name: {type(widget).__name__}"]
    hidden = any("none" in str(getattr(widget.layout, side)) or str(getattr(widget.layout, side)) == "hidden" for side in ("display", "visibility"))
    return [] if widget.description.strip() and not hidden else [f"a control without a visible label: {type(widget).__name__}"]
