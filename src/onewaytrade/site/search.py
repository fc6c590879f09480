"""Index the words of pages for search, each word stemmed once for all pages."""

import functools
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class English(SearchEnglish):
    """Sphinx's English, which stems each word anew on every page: a quarter of the time that a site takes."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self._stems = functools.cache(super().stem)

    def stem(self, word: str) -> str:
        """Return what a word has in common with its other forms."""
        return self._stems(word)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the language, in place of Sphinx's own."""
    app.add_search_language(English)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
