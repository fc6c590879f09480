"""What a machine reads of a page, as a Sphinx extension: title, description and preview, scripts, and the sitemap.

A few lines of our own: the extension sphinxext-opengraph takes a preview from each page's front matter or draws it
with matplotlib, and sphinx-sitemap orders its pages as they are written.
"""

import re
from html import escape, unescape
from pathlib import Path
from typing import Any, Final

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from onewaytrade.site import previews

_LONGEST: Final = 200  # characters that search engines and previews show
_SPACES: Final = re.compile(r"[ \t\n]+")
# A heading's link to itself is read out as part of its name, and is a stop on each way by keyboard; the contents
# lead to the same places.
_PERMALINK: Final = re.compile(r'(?<=<a class="headerlink") (?=href=)')
_TAG: Final = re.compile(r"<[^>]*>")
# Sphinx adds them to every page, and only the page of search needs them, whose template names them.
_OF_SEARCH: Final = {"documentation_options.js", "doctools.js", "sphinx_highlight.js"}
# The only style sheet that is loaded, by pages with code; the rest stands in the page.
_OF_CODE: Final = "pygments"
_SCRIPT_OF_NOTEBOOKS: Final = "notebooks.js"
# The theme's frame is not used (templates/layout.html), nor are Sphinx's pictures for folding; of the stemmers,
# language_data.js holds a copy.
_NOT_SHIPPED: Final = (
    "scripts/*", "styles/*", "vendor/**/*", "webpack-macros.html", "basic.css", "mystnb.*.css", "*.png",
    "*-stemmer.js",
)  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # After the theme, which adds its own scripts.
    app.connect("html-page-context", _complete, priority=900)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def page_title(title: str, site: str) -> str:
    """Return the title of a page for tabs and search engines: its heading without marks, and the site's name."""
    heading = " ".join(unescape(_TAG.sub("", title)).split())
    return site if heading in {"", site} else f"{heading} · {site}"


def shorten(text: str) -> str:
    """Return a text in one line of at most 200 characters, cut after a word; no-break spaces stay."""
    line = _SPACES.sub(" ", text).strip()
    if len(line) <= _LONGEST:
        return line
    return line[: _LONGEST - 2].rpartition(" ")[0].rstrip(" ,;:–") + " …"


def described(doctree: nodes.document) -> str:
    """Return a page's description: from its front matter, else its first paragraph, else nothing."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return str(meta["content"])
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document) and paragraph.astext().strip():
            return shorten(paragraph.astext())
    return ""


def _complete(
    app: Sphinx, name: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add to the context of a page what its head says, and take away the styles and scripts it has no use for."""
    site = app.config.project
    # The page of search has its heading in its template.
    title = page_title(str(context.get("title") or ("Search" if name == "search" else "")), site)
    text = described(doctree) if doctree is not None else ""
    context["head_title"] = title
    context["body"] = _PERMALINK.sub(' aria-hidden="true" tabindex="-1" ', str(context.get("body") or ""))
    context["pageurl"] = app.config.html_baseurl + address_of(name)
    context["metatags"] = str(context.get("metatags") or "") + _tags(
        # Sphinx writes the one of the front matter.
        {} if 'name="description"' in str(context.get("metatags")) else {"description": text or f"{title}."},
        {
            "og:title": title.removesuffix(f" · {site}"),
            "og:type": "website" if name == app.config.root_doc else "article",
            "og:site_name": site,
            "og:locale": "en_GB",
            "og:description": text or f"{title}.",
            "og:url": context["pageurl"],
            **_preview(app, name, title),
        },
    )
    has_code = doctree is not None and any(doctree.findall(nodes.literal_block))
    context["css_files"] = [sheet for sheet in context["css_files"] if has_code and _OF_CODE in _file(sheet)]
    # Scripts without a file stand in the page: the settings of the theme's search.
    context["script_files"] = [
        script
        for script in context["script_files"]
        if _file(script)
        and Path(_file(script)).name not in _OF_SEARCH
        and (name.startswith("notebooks/") or Path(_file(script)).name != _SCRIPT_OF_NOTEBOOKS)
    ]


def _preview(app: Sphinx, name: str, title: str) -> dict[str, str]:
    """Return what is said of a page's picture: its own, or else the site's."""
    folder = Path(app.config.html_extra_path[0])
    own = f"{previews.FOLDER}/{name}.png"
    picture = own if (folder / own).is_file() else previews.SITE
    width, height = previews.SIZE
    return {
        "og:image": app.config.html_baseurl + picture,
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": title,
    }


def _file(asset: Any) -> str:
    """Return the path of a style sheet or a script, or nothing for a script that stands in the page itself."""
    return str(getattr(asset, "filename", asset) or "")


def _tags(named: dict[str, str], properties: dict[str, str]) -> str:
    tags = [f'<meta name="{key}" content="{escape(value)}" />' for key, value in named.items()]
    tags += [f'<meta property="{key}" content="{escape(value)}" />' for key, value in properties.items()]
    tags.append('<meta name="twitter:card" content="summary_large_image" />')
    return "".join(f"\n    {tag}" for tag in tags)


def _finish(app: Sphinx, error: Exception | None) -> None:
    """Write the sitemap, and take away what no page loads."""
    if error is not None:
        return
    out = Path(app.outdir)
    addresses = [f"{app.config.html_baseurl}{address_of(name)}" for name in sorted(app.env.found_docs)]
    (out / "sitemap.xml").write_text(sitemap(addresses), encoding="utf-8", newline="\n")
    static = out / "_static"
    for pattern in _NOT_SHIPPED:
        for path in static.glob(pattern):
            if path.is_file():
                path.unlink()
    for folder in sorted((path for path in static.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def address_of(name: str) -> str:
    """Return the address of a page from the top of the site; the front page's is the site's own."""
    return "" if name == "index" else f"{name}.html"


def sitemap(addresses: list[str]) -> str:
    """Return a sitemap of pages, without times of change, which a build does not know."""
    urls = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
