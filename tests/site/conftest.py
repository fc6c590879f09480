"""A small site that the tests of several parts look at; tests/conftest.py lets one process run them all."""

from pathlib import Path

import claim_sites
import glossary_notebook
import pytest

from onewaytrade import site


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site with a claim of each word, one with evil texts, one with a chart, and terms to be linked."""
    folder = tmp_path_factory.mktemp("small")
    verdicts = [claim_sites.coal(), *claim_sites.of_each_word(), claim_sites.EVIL]
    executed = claim_sites.run(folder, verdicts, claim_sites.coal_rows(), claim_sites.cell("coal-8"))
    (executed / f"{glossary_notebook.STEM}.ipynb").write_text(glossary_notebook.text(), encoding="utf-8")
    site.build(executed, folder / "site", site.Settings(claim_sites.ADDRESS, "jane/trade"))
    return folder / "site"
