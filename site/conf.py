"""How Sphinx makes the site. `python start.py site` lays the sources out in a scratch folder, with this file among them."""

project = html_title = "Five Readings"
author = "The Five Readings authors"
copyright = "2026, The Five Readings authors. Texts: CC BY 4.0. Code: MIT"
language = "en"

extensions = ["myst_nb"]
# Dollars are money here, never formulas; and without formulas no page asks another server for MathJax.
myst_enable_extensions = []
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # the widgets' own scripts would come from another server
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

html_theme = "sphinx_book_theme"
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the search stands in the side bar already
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
}
html_context = {"default_mode": "light"}
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = html_show_sourcelink = False
