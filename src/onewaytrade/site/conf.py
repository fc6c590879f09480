"""Configure Sphinx for the site; `onewaytrade.site.build` lays out the pages and calls it."""

import gc
import json
import os
from importlib.metadata import version as installed
from pathlib import Path

from onewaytrade import startup

startup.leave_out_grammars()

# A build makes many small objects, keeps them, and ends: looking for garbage among them would only take time.
gc.disable()

told = json.loads(os.environ["ONEWAYTRADE_SITE"])
project = told["title"] or "One-Way Trade"
author = "The One-Way Trade authors"
project_copyright = (
    "its authors; made with One-Way Trade"
    if told["title"]
    else f"2026 {author}; text and figures CC BY 4.0, code MIT"
)
release = version = installed("onewaytrade")
language = "en"

extensions = [
    "myst_nb",
    "onewaytrade.site.head",
    "onewaytrade.site.glossary",
    "onewaytrade.site.mathml",
    "onewaytrade.site.renderer",
    "onewaytrade.site.search",
]
# Nothing is executed here: the runner did that.
nb_execution_mode = "off"
nb_render_plugin = "onewaytrade"
nb_render_markdown_format = "gfm"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block", "attrs_inline", "deflist", "dollarmath"]
# "It cost $3 and then $4" is money, and no formula.
myst_dmath_allow_space = False
myst_dmath_allow_digits = False
html_math_renderer = "mathml"

templates_path = ["templates"]
html_baseurl = told["address"]
html_extra_path = [told["extra"]]
html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = [told["static"]]
html_js_files = [("shell.js", {"defer": "defer"})]
html_favicon = "static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
# No clock: two builds of the same notebooks give the same bytes.
html_last_updated_fmt = None
# The frame of the page is templates/layout.html; of the theme it takes the contents and the colours of code.
html_sidebars: dict[str, list[str]] = {"**": []}
html_theme_options = {
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
# The styles of every page, and what the footer says.
html_context = {
    "styles": Path(told["styles"]).read_text(encoding="utf-8"),
    "cite": project if told["title"] else f"{author} (2026). {project}, version {release}",
    "address": told["address"],
    "project_page": told["project_page"],
}
