"""Move the pin of a dataset on purpose: in the manifest and in every claim that pins it, both or neither.

A pin says which edition a committed verdict rests on. When it moves, the verdicts until then are kept beside the
new ones, and a sentence says which change.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from onewaytrade import claims, datasets, definitions, files, fmt, project
from onewaytrade.claims import Claim, Verdict
from onewaytrade.errors import ClaimError, DatasetError, OneWayTradeError
from onewaytrade.methods import commodities

FOLDER: Final = Path("data") / "verdicts"
_REGISTER: Final = Path("data") / "claims.yml"
_EXPECTED: Final = Path("tests") / "notebooks" / "expected.yml"


def pin(dataset: str, edition: str, *, keep_verdicts: bool = True) -> str:
    """Pin a dataset to an edition ("latest" or an exact one), and return in sentences what was done and changes.

    The verdicts of all claims that pin it, judged afresh on the old pins, are kept in `data/verdicts/`, unless
    `keep_verdicts` is False. Raises DatasetError, with the nearest, for an unknown dataset or edition, and for one
    on which a claim could not be asked what it is asked now; nothing is written then.
    """
    root, old, new = project.root(), datasets.resolve(dataset, "pinned"), datasets.resolve(dataset, edition)
    if new == old:
        return f"{dataset} is pinned to {old} already; nothing was written."
    own = [claim for claim in claims.register().values() if dataset in claim.pins]
    _check_window(dataset, old, new, own)
    before = {claim.id: definitions.judge(claim.id) for claim in own if definitions.can_judge(claim)}
    after = _judged_on(dataset, new, list(before))
    manifest, register = root / project.MANIFEST, root / _REGISTER
    contents = {manifest: with_pin(manifest.read_text(encoding="utf-8"), dataset, new).encode()}
    if own:
        contents[register] = with_pins(register.read_text(encoding="utf-8"), dataset, new).encode()
    kept = None
    if keep_verdicts and before:
        whole = _kept(dataset, old, before)
        kept = _free(root / FOLDER, f"{dataset}-{old}", whole)
        contents[kept] = whole
    files.write_together(contents)
    return _told(dataset, (old, new), own, before, after, None if kept is None else kept.relative_to(root))


def with_pin(manifest: str, dataset: str, edition: str) -> str:
    """Return a manifest's text with one pin moved, and all else as it is written.

    Raises DatasetError if the text does not say so afterwards.
    """
    name = re.escape(json.dumps(dataset))
    edited = re.sub(
        rf'("pins"\s*:\s*\{{[^{{}}]*?{name}\s*:\s*)"[^"]*"', rf"\g<1>{json.dumps(edition)}", manifest, count=1
    )
    before, after = json.loads(manifest), json.loads(edited)
    if after != {**before, "pins": {**before["pins"], dataset: edition}}:
        raise DatasetError(
            f"{project.MANIFEST.as_posix()}: the pin of {dataset} was not found where it is expected."
        )
    return edited


def with_pins(register: str, dataset: str, edition: str) -> str:
    """Return a register's text with the pins of all claims on a dataset moved, comments and layout as they are.

    Raises ClaimError if the text does not say so afterwards.
    """
    import yaml

    # The C loader knows where every scalar stands as well, and takes a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    places = [
        (value.start_mark.index, value.end_mark.index)
        for claim in _value(yaml.compose(register, Loader=loader), "claims").value
        for key, value in _value(claim, "pins").value
        if key.value == dataset
    ]
    edited = register
    for start, end in sorted(set(places), reverse=True):
        edited = edited[:start] + json.dumps(edition) + edited[end:]
    wanted = yaml.load(register, Loader=loader)  # noqa: S506
    for claim in wanted["claims"]:
        claim["pins"] = {name: edition if name == dataset else old for name, old in claim["pins"].items()}
    try:
        moved = yaml.load(edited, Loader=loader) == wanted  # noqa: S506
    except yaml.YAMLError:
        moved = False
    if not moved:
        raise ClaimError(
            f"{_REGISTER.as_posix()}: a pin of {dataset} is not written as a plain value; move it by hand."
        )
    return edited


def _value(node: Any, name: str) -> Any:
    return next(value for key, value in node.value if key.value == name)


def _check_window(dataset: str, old: str, new: str, own: list[Claim]) -> None:
    """Refuse a release of commodities that holds other months than those that the claims are about."""
    if dataset != commodities.DATASET or not own:
        return
    held, asked = commodities.window(new), commodities.window(old)
    if (held.start, held.end) != (asked.start, asked.end):
        raise DatasetError(
            f"The release {new} of {dataset} holds {held.text}, and {len(own)} claims are about {asked.text}: "
            f"pinned to it they would be asked about other months; the nearest release that holds theirs is {old}."
        )


def _judged_on(dataset: str, edition: str, claim_ids: list[str]) -> dict[str, Verdict]:
    found = {}
    with datasets.using({dataset: edition}):
        for name in claim_ids:
            try:
                found[name] = definitions.judge(name)
            except OneWayTradeError as error:
                told = f"{dataset} cannot be pinned to {edition}: the claim {name} could not be judged on it"
                raise DatasetError(f"{told} ({str(error).rstrip('.')}).") from error
    return found


def _kept(dataset: str, edition: str, verdicts: Mapping[str, Verdict]) -> bytes:
    whole = {
        "dataset": dataset,
        "edition": edition,
        "about": "The verdicts of all claims that pin this dataset, as judged before its pin left this edition.",
        "verdicts": [verdict.to_dict() for verdict in verdicts.values()],
    }
    return (json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _free(folder: Path, stem: str, content: bytes) -> Path:
    """Return where verdicts may be kept: never over others, since old verdicts stay beside new ones."""
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.json"
        if not path.exists() or path.read_bytes() == content:
            return path
        number += 1


def _told(
    dataset: str,
    editions: tuple[str, str],
    own: list[Claim],
    before: Mapping[str, Verdict],
    after: Mapping[str, Verdict],
    kept: Path | None,
) -> str:
    old, new = editions
    count = f"{len(own)} {'claim' if len(own) == 1 else 'claims'} of {_REGISTER.as_posix()}"
    where = project.MANIFEST.as_posix() + (f" and in {count}" if own else "; no claim pins it")
    told = [f"{dataset} is now pinned to {new} instead of {old}, in {where}."]
    if kept is not None:
        told.append(f"The verdicts until now, judged afresh on the old pins, are kept in {kept.as_posix()}.")
    words = [
        f"“{before[name].claim.label}” ({before[name].word} before, {after[name].word} now)"
        for name in before
        if before[name].word != after[name].word
    ]
    figures = [
        f"“{before[name].claim.label}”"
        for name in before
        if before[name].word == after[name].word and _shown(before[name]) != _shown(after[name])
    ]
    if before:
        told.append(f"Another verdict: {fmt.join(words)}." if words else "No verdict changes its word.")
    if figures:
        told.append(f"The same word, and figures that differ: {fmt.join(figures)}.")
    if before:
        # A project of one's own has no tests.
        tested = [_EXPECTED.as_posix()] if (project.root() / _EXPECTED).is_file() else []
        told.append(
            f"{fmt.join(['The notebooks', 'the README', *tested])} still hold the old ones and want a look: "
            "run `onewaytrade run`, `onewaytrade publish` and `onewaytrade readme`."
        )
    return " ".join(told)


def _shown(verdict: Verdict) -> list[Any]:
    whole = verdict.to_dict()
    return [
        whole[name]
        for name in ("computed", "computed_low", "computed_high", "computed_text", "robustness", "range")
    ]
