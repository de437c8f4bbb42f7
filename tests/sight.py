"""Look at a matplotlib figure, before it becomes a picture, as readers see it who are colour-blind, print in grey or see little.

`faults_of_figure` returns its faults in words, [] for none.
"""

from itertools import combinations

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text

APART = 20  # CIELAB: two colours nearer than this are not told apart with certainty
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


def linear(colour) -> np.ndarray:
    """Return a colour of matplotlib as linear RGB; what is transparent lies on white."""
    *shown, alpha = to_rgba(colour)
    shown = np.array(shown) * alpha + 1 - alpha
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def as_seen(colour, eye: str) -> np.ndarray:
    """Return a colour of matplotlib, as one of EYES sees it, in CIELAB (D65)."""
    x, y, z = XYZ @ np.clip(EYES[eye] @ linear(colour), 0, 1) / XYZ.sum(axis=1)
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
                fill, edge = (line.get_color(),) * 2 if dash else (line.get_markerfacecolor(), line.get_markeredgecolor())
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


def contrast(one, other) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG computes it."""
    light, dark = sorted((float(EYES["greyscale"][0] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


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
    for dots in axes.collections:
        if isinstance(dots, PathCollection) and any(np.allclose(text.get_position(), spot) for spot in dots.get_offsets()):
            under.append(dots.get_facecolors()[0])
    return under[-1] if under else "white"


def faults_of_figure(figure) -> list[str]:
    """Return where a figure speaks by colour alone, and texts that are faint, small, cut off or over each other."""
    faults = [f"colours that this check cannot judge: {type(artist).__name__}" for axes in figure.axes
              for artist in [*axes.collections, *axes.patches, *axes.images] if not isinstance(artist, (PathCollection, Rectangle))]
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
        if (seen := contrast(text.get_color(), _behind(text))) < CONTRAST:
            faults.append(f"a faint text: {text.get_text()!r}, contrast {seen:.1f}")
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
