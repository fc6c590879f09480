"""Configure Sphinx for the site; `onewaytrade.site.build` lays out the pages and calls it."""

import json
import os
import sys
from importlib.metadata import version as installed

# Of jsonschema's checkers of formats, one compiles a grammar for two seconds; no notebook's schema needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

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

extensions = ["myst_nb", "onewaytrade.site.renderer"]
# Nothing is executed here: the runner did that.
nb_execution_mode = "off"
nb_render_plugin = "onewaytrade"
nb_render_markdown_format = "gfm"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block", "attrs_inline", "deflist"]

templates_path = ["templates"]
html_baseurl = told["address"]
html_extra_path = [told["extra"]]
html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["static"]
# One file for each part of the site: tokens and type, then home, claims, notebooks, data and reference.
html_css_files = ["base.css", "home.css", "claims.css", "notebooks.css", "data.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
# No clock: two builds of the same notebooks give the same bytes.
html_last_updated_fmt = None
html_sidebars: dict[str, list[str]] = {"index": []}
html_theme_options = {
    "logo": {"text": project},
    "search_bar_text": "Search",
    "header_links_before_dropdown": 8,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
}
