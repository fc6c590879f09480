"""Formulas in the pages: MathML that says its source, or a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from onewaytrade.formulas import FormulaError, mathml

MATHML = "{http://www.w3.org/1998/Math/MathML}"
FORMULAS = [
    r"g = 100\,\frac{x_1}{x_0} - 100",
    r"a < b \le c",
    r"\sum_{i=1}^{n} p_i q_i \cdot \sqrt{2}",
    r"\begin{matrix} a & b \\ c & d \end{matrix}",
]


@pytest.mark.parametrize("latex", FORMULAS)
@pytest.mark.parametrize("block", [True, False])
def test_a_formula_is_xml_and_says_its_source(latex: str, *, block: bool) -> None:
    element = ElementTree.fromstring(mathml(latex, block=block))  # noqa: S314
    assert element.tag == f"{MATHML}math"
    assert element.attrib == {"alttext": latex, "display": "block" if block else "inline"}
    assert len(list(element.iter())) > 3


def test_a_formula_is_drawn_as_it_is_meant() -> None:
    element = ElementTree.fromstring(mathml(r"\frac{x_1}{7.5}"))  # noqa: S314
    above, below = element.find(f".//{MATHML}mfrac") or ()
    assert ("".join(above.itertext()), "".join(below.itertext())) == ("x1", "7.5")
    assert above.find(f".//{MATHML}msub") is not None


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        (r"\foo{x}", r"the formula “\foo{x}” holds “\foo”, which is not known"),
        (r"\frac{1}", r"the formula “\frac{1}” lacks a part of a fraction, a root or an index"),
        ("x_{", "the formula “x_{” cannot be read"),
        ("a & b", "the formula “a & b” cannot be read"),
        ("", "the formula “” cannot be read"),
    ],
)
def test_a_formula_that_cannot_be_read_is_told(latex: str, told: str) -> None:
    with pytest.raises(FormulaError) as caught:
        mathml(latex)
    assert str(caught.value) == told


def test_a_formula_that_cannot_be_read_is_a_warning_which_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# A title\n\nHere: {math}`\\foo{x}`, and {math}`x_1`.\n", encoding="utf-8")
    options = ["-C", "-q", "-W", "--keep-going", "-b", "html", "-D", "html_math_renderer=mathml"]
    options += ["-D", "extensions=myst_parser,onewaytrade.site.mathml"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(tmp_path), str(tmp_path / "html")],
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode != 0
    assert re.findall(r"(index\.md).*WARNING: (.*?) \[math\]", done.stderr) == [
        ("index.md", r"the formula “\foo{x}” holds “\foo”, which is not known")
    ]
    html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert r"<code>\foo{x}</code>" in html
    assert '<math alttext="x_1"' in html
