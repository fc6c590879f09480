"""What a machine reads of a page, as a Sphinx extension: title, description and preview, scripts, and the sitemap.

A few lines of our own: sphinxext-opengraph takes a preview from each page's front matter or draws it with
matplotlib, and sphinx-sitemap orders its pages as they are written.
"""

import re
from html import escape, unescape
from pathlib import Path
from typing import Any, Final

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

PREVIEWS: Final = "previews"
SITE_PREVIEW: Final = f"{PREVIEWS}/site.png"
_LONGEST: Final = 200  # characters that search engines and previews show
_TAG: Final = re.compile(r"<[^>]*>")
# Sphinx adds them to every page, and only the page of search needs them, whose template names them.
_OF_SEARCH: Final = {"documentation_options.js", "doctools.js", "sphinx_highlight.js"}
# What MyST-NB adds to every page.
_OF_NOTEBOOKS: Final = "mystnb"
# The theme's frame is not used (templates/layout.html), nor are Sphinx's pictures for folding; of the stemmers,
# language_data.js holds a copy.
_NOT_SHIPPED: Final = (
    "scripts/*", "styles/*", "vendor/**/*", "webpack-macros.html", "basic.css", "*.png", "*-stemmer.js",
)  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # After the theme, which adds its own scripts.
    app.connect("html-page-context", _complete, priority=900)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def page_title(title: str, site: str) -> str:
    """Return the title of a page for tabs and results of search: its heading without marks, and the site's name."""
    heading = " ".join(unescape(_TAG.sub("", title)).split())
    return site if heading in {"", site} else f"{heading} · {site}"


def shorten(text: str) -> str:
    """Return a text in one line of at most 200 characters, cut after a word."""
    line = " ".join(text.split(" "))
    line = " ".join(line.split())
    if len(line) <= _LONGEST:
        return line
    return line[: _LONGEST - 2].rpartition(" ")[0].rstrip(" ,;:–") + " …"


def described(doctree: nodes.document) -> str:
    """Return a page's description from its front matter, else its first paragraph of running text, else nothing."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return str(meta["content"])
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document) and paragraph.astext().strip():
            return shorten(paragraph.astext())
    return ""


def _complete(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add to the context of a page what its head says."""
    title = page_title(str(context.get("title") or ""), app.config.project)
    context["head_title"] = title
    told = described(doctree) if doctree is not None else ""
    written = 'name="description"' in str(context.get("metatags") or "")
    own = f"{PREVIEWS}/{name}.png"
    preview = next(
        (path for path in (own, SITE_PREVIEW) if (Path(app.config.html_extra_path[0]) / path).is_file()), ""
    )
    context["metatags"] = str(context.get("metatags") or "") + _tags(
        {} if written else {"description": told or f"{title}."},
        {
            "og:title": title.removesuffix(f" · {app.config.project}"),
            "og:type": "website" if name == app.config.root_doc else "article",
            "og:site_name": app.config.project,
            "og:locale": "en_GB",
            "og:description": told or f"{title}.",
            "og:url": f"{app.config.html_baseurl}{name}.html",
            **({"og:image": f"{app.config.html_baseurl}{preview}"} if preview else {}),
            **({"og:image:width": "1200", "og:image:height": "630", "og:image:alt": title} if preview else {}),
        },
    )
    context["css_files"] = [
        css for css in context["css_files"] if name.startswith("notebooks/") or _OF_NOTEBOOKS not in _file(css)
    ]
    context["script_files"] = [
        script
        for script in context["script_files"]
        if _file(script) and Path(_file(script)).name not in _OF_SEARCH
    ]


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
    addresses = [f"{app.config.html_baseurl}{_address(name)}" for name in sorted(app.env.found_docs)]
    (out / "sitemap.xml").write_text(sitemap(addresses), encoding="utf-8", newline="\n")
    static = out / "_static"
    for pattern in _NOT_SHIPPED:
        for path in static.glob(pattern):
            if path.is_file():
                path.unlink()
    for folder in sorted((path for path in static.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _address(name: str) -> str:
    return "" if name == "index" else f"{name}.html"


def sitemap(addresses: list[str]) -> str:
    """Return a sitemap of pages, without times of change, which a build does not know."""
    urls = "".join(f"  <url><loc>{escape(address)}</loc></url>\n" for address in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
