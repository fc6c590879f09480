"""Leave out what an import of others' packages need not wait for."""

import sys


def leave_out_grammars() -> None:
    """Keep jsonschema, which nbformat and papermill import, from compiling a grammar of addresses for two seconds.

    It is one of its checkers of formats, each of which it does without where it is not installed; no schema of
    a notebook or of ours needs it. To be called before any of the three is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
