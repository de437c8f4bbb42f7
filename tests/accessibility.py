"""What every reader must get: each check returns its faults in words, [] for none.

`violations` (axe-core) and `cut_off` look at a page in the browser, `faults_of_html` at HTML,
`faults_of_figure` at a matplotlib figure before it becomes a picture, `faults_of_controls` at widgets.
"""

import re
from itertools import combinations

import ipywidgets
import numpy as np
from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text

# WCAG 2.2, levels A and AA, as axe-core names them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Violations that are not ours to mend: (rule of axe, part of the element's selector, whose fault it is and why it stays).
EXCEPTIONS: list[tuple[str, str, str]] = []

WORDS = 5  # an alternative text of fewer says what a picture is, not what it shows
NOTHING_SAID = re.compile(r"(?i)\b(todo|tbd|fixme|xxx|lorem|placeholder|untitled|alt(ernative)? text|insert|description here)\b|<|>|\{|\}")
FILE_NAME = re.compile(r"(?i)[\w-]+\.(png|jpe?g|gif|svg|webp|bmp|pdf)\b")
APART = 20    # CIELAB: two colours nearer than this are not told apart with certainty
CONTRAST = 4.5  # WCAG 1.4.3
SMALLEST = 8  # points

# How colours look to others, on linear RGB. Protanopia and deuteranopia: Machado, Oliveira and Fernandes (2009),
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", severity 1.0. Greyscale: luminance of sRGB.
EYES = {
    "full colour": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "greyscale": np.array([[0.2126, 0.7152, 0.0722]] * 3),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


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
USABLE = (ipywidgets.Dropdown, ipywidgets.BoundedFloatText, ipywidgets.BoundedIntText, ipywidgets.Checkbox, ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Button)


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


# Figures


def as_seen(colour, eye: str) -> np.ndarray:
    """Return a colour of matplotlib, as one of EYES sees it, in CIELAB (D65); what is transparent lies on white."""
    red_green_blue, alpha = np.array(to_rgb(colour)), to_rgba(colour)[3]
    shown = red_green_blue * alpha + 1 - alpha
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / XYZ.sum(axis=1)
    f = [value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, eye: str) -> float:
    """Return how far two looks' colours lie apart for one of EYES: the largest of fill and edge."""
    return max(np.linalg.norm(as_seen(a, eye) - as_seen(b, eye)) for a, b in zip(one, other))


def looks_of(figure) -> set[tuple]:
    """Return the looks in a figure: ((fill, edge), all that is not colour: kind, marker, dash, hatch, the text in it)."""
    looks = set()
    for axes in figure.axes:
        for line in axes.get_lines():
            drawn = np.isfinite(np.asarray(line.get_ydata(orig=False), dtype=float)).any()
            if line.get_visible() and drawn:
                marker = line.get_marker() if line.get_marker() not in ("None", None, "", " ") else ""
                dash = line.get_linestyle() if line.get_linestyle() not in ("None", "", " ") else ""
                line_colour = line.get_color()
                fill = line.get_markerfacecolor() if marker and not dash else line_colour
                edge = line.get_markeredgecolor() if marker and not dash else line_colour
                hollow = bool(marker) and to_hex(line.get_markerfacecolor()) == "#ffffff"
                looks.add(((to_hex(fill, True), to_hex(edge, True)), ("line", marker, dash, hollow)))
        for patch in axes.patches:
            if isinstance(patch, Rectangle) and patch.get_visible() and patch.get_width() and patch.get_height():
                inside = " ".join(text.get_text() for text in axes.texts if patch.get_bbox().contains(*_middle(text)))
                looks.add(((to_hex(patch.get_facecolor(), True), to_hex(patch.get_edgecolor(), True)), ("bar", patch.get_hatch() or "", inside)))
        for dots in axes.collections:
            if isinstance(dots, PathCollection):
                looks |= {((to_hex(fill, True), to_hex(edge, True)), ("dots", dots.get_paths()[0].vertices.tobytes()))
                          for fill, edge in zip(dots.get_facecolors(), dots.get_edgecolors())}
    return looks


def _middle(text) -> np.ndarray:
    """Return where the middle of a text lies, in the units of its axes."""
    box = text.get_window_extent()
    return text.axes.transData.inverted().transform(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))


def _luminance(colour) -> float:
    shown = np.array(to_rgb(colour))
    return float(EYES["greyscale"][0] @ np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4))


def _behind(text) -> str:
    """Return the colour on which a text of a figure stands: its own box, the bar or mark under it, or white."""
    if text.get_bbox_patch() is not None:
        return text.get_bbox_patch().get_facecolor()
    axes = text.axes
    if axes is None or text not in axes.texts:
        return "white"
    spot = _middle(text)
    under = [patch.get_facecolor() for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_bbox().contains(*spot)]
    for line in axes.get_lines():
        if line.get_marker() not in ("None", None, "", " ") and line.get_markersize() >= text.get_fontsize():
            if any(np.allclose(text.get_position(), point) for point in line.get_xydata()):
                under.append(line.get_markerfacecolor())
    return under[-1] if under else "white"


def faults_of_figure(figure) -> list[str]:
    """Return where a figure speaks by colour alone, and texts that are faint, small, cut off or over each other."""
    faults = []
    for (one, look), (other, second) in combinations(sorted(looks_of(figure), key=str), 2):
        if one != other and look == second:
            near = [eye for eye in EYES if distance(one, other, eye) < APART]
            faults += [f"colour as the only cue: {one} and {other} look alike in {', '.join(near)}, and {look} is the same"] if near else []
    figure.canvas.draw()
    renderer, page = figure.canvas.get_renderer(), figure.bbox
    unseen = _unseen(figure)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and id(text) not in unseen]
    boxes = [text.get_window_extent(renderer) for text in texts]
    for text, box in zip(texts, boxes):
        light, dark = sorted([_luminance(text.get_color()), _luminance(_behind(text))], reverse=True)
        if (light + 0.05) / (dark + 0.05) < CONTRAST:
            faults.append(f"a faint text: {text.get_text()!r}, contrast {(light + 0.05) / (dark + 0.05):.1f}")
        if text.get_fontsize() < SMALLEST:
            faults.append(f"a small text: {text.get_text()!r}, {text.get_fontsize():g} points")
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1:
            faults.append(f"a text that is cut off: {text.get_text()!r}")
    for (one, box), (other, second) in combinations(zip(texts, boxes), 2):
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 2 and min(box.y1, second.y1) - max(box.y0, second.y0) > 2:
            faults.append(f"texts over each other: {one.get_text()!r} and {other.get_text()!r}")
    return faults


def _unseen(figure) -> set[int]:
    """Return the ids of tick labels that are not drawn: a tick outside the limits keeps its text."""
    unseen = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    unseen |= {id(tick.label1), id(tick.label2)}
    return unseen
