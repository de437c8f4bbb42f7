"""Make the pictures of the units in docs/, as the README shows them: each unit's widget in JupyterLab, as it stands when the unit has been run.

    .venv/bin/python tests/pictures.py            all units
    .venv/bin/python tests/pictures.py 03 07      these
"""

import sys
import tempfile
from pathlib import Path

from browser import chromium, lab_window, module_in_lab, open_notebook, why_no_browser
from conftest import ROOT, UNITS
from PIL import Image

# The label of the first control in the widget that is shown, and what is chosen for the picture, by label.
SHOWN = {
    "00": ("Topic", {}), "01": ("Direction", {"List": "with the European Union beside"}), "02": ("Measuring rod", {"Measuring rod": "dollars"}), "03": ("Flow", {}),
    "04": ("Method", {"Reveal the year (hindsight)": True}), "05": ("Measure", {}), "06": ("Question", {}), "07": ("Measure", {}), "08": ("Figures", {}),
}
LARGEST = 150_000  # bytes


def take(window, path: Path) -> Path:
    """Open a unit, run it, take the picture of its widget, and return its path."""
    first, chosen = SHOWN[path.stem[:2]]
    open_notebook(window, f"notebooks/{path.name}")
    box = window.locator(".widget-vbox", has=window.locator(f"xpath=./*[contains(@class,'widget-dropdown')][1]//label[normalize-space()='{first}']")).last
    for label, value in chosen.items():
        control = box.get_by_label(label)
        control.check() if value is True else control.select_option(value)
        window.wait_for_timeout(1000)
    picture = ROOT / "docs" / f"unit-{path.stem[:2]}.png"
    box.screenshot(path=picture)
    Image.open(picture).convert("RGB").quantize(128).save(picture, optimize=True)
    assert picture.stat().st_size < LARGEST, f"{picture.name} has {picture.stat().st_size} bytes"
    return picture


if __name__ == "__main__":
    if why := why_no_browser():
        sys.exit(f"No pictures: {why}.")
    with tempfile.TemporaryDirectory() as name, module_in_lab(Path(name, "module")) as lab, chromium() as browser:
        window = lab_window(browser.new_context(viewport={"width": 900, "height": 1000}, reduced_motion="reduce"), lab)
        for unit in UNITS:
            if unit.stem[:2] in (sys.argv[1:] or SHOWN):
                print(take(window, unit))
