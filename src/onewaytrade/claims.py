"""The register of claims, and the rules by which each is judged.

A verdict has two parts that are never mixed. *Replication*: does the article's own definition give the printed
figure? One rule for each kind of claim, in `judge`. *Robustness*: do other fair definitions of the same question
give it too? That stands in `robustness.py`, `answers.py` and `grids.py`. The words are explained in `REPLICATION`;
they grow out of those that the American Economic Association's Data Editor uses for replication packages.
"""

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from onewaytrade import fmt, project, startup
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.nearest import nearest
from onewaytrade.robustness import Spread

Kind = Literal["number", "bound", "direction", "cause", "text"]
Direction = Literal["up", "down", "flat"]

REPLICATION: Final[dict[str, str]] = {
    "reproduced": "the computed value rounds to the printed one",
    "close": "within one unit of the printed precision or the claim's own tolerance; or it rounds to the printed "
    "one, but the data's own margin reaches further",
    "not excluded": "the data give only a range, and some value in it rounds to the printed one",
    "not reproduced": "the computed value is another one; the reason says if the printed one may still stand",
    "partly reproduced": "some parts stand, others do not or are not known",
    "contradicted": "the data say the opposite",
    "attested": "the figure stands in the source, which gives no way to recompute it",
    "depends on definition": "the article does not say which definition it uses, and fair ones disagree",
    "cause not testable here": "the facts can be checked, the cause cannot",
    "cannot be checked with open data": "what would be needed was not found, or is not public",
}
# Grades of evidence, the strongest first.
GRADES: Final = ("primary", "mirror", "implied", "press")

_NO_SPREAD: Final = Spread(None, "", same=0, others=0, voting=0, agreeing=0, keeping=0)
_AGREEING: Final = frozenset({"reproduced", "attested"})
_SIGN: Final[dict[Direction, int]] = {"up": 1, "down": -1, "flat": 0}


@dataclass(frozen=True, slots=True)
class Printed:
    """What the article prints: a value with its precision, a side, a direction, or a cause."""

    value: float | None = None
    unit: str = ""
    precision: float = 1.0
    side: Literal["over", "under"] | None = None
    direction: Direction | None = None
    effect: str = ""
    because: str = ""

    @property
    def decimals(self) -> int:
        """Decimals that the printed precision shows."""
        return max(0, -math.floor(math.log10(self.precision)))

    @property
    def text(self) -> str:
        """The printed figure in words and digits, as a reader would say it; what was printed, where it is none."""
        if self.value is not None:
            figure = self.show(self.value)
            return f"{self.side} {figure}" if self.side else figure
        if self.direction is not None:
            return {"up": "rising", "down": "falling", "flat": "no change"}[self.direction]
        return "a cause" if self.because else "in words"

    def show(self, value: float, *, more: int = 0) -> str:
        """Return a number in the claim's unit, with `more` decimals than were printed; whole counts have none."""
        counted = self.unit != "%" and float(value).is_integer()
        decimals = self.decimals + (0 if counted else more)
        return fmt.with_unit(value, self.unit, decimals, sign=self.unit in {"%", "points"})


@dataclass(frozen=True, slots=True)
class Part:
    """One of several things that a claim bundles: an element of a text, or a direction of its own."""

    id: str
    text: str
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """The reading on which a claim is judged, why it was chosen, and the choices that compute it.

    `undetermined` says that the article names no definition and none can be singled out.
    """

    sentence: str
    why: str
    choices: Mapping[str, Any]
    undetermined: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another definition that a fair reader would try: the choices that differ, and why.

    `asks` tells another estimate of the same thing ("same") from another question ("other").
    """

    id: str
    asks: Literal["same", "other"]
    label: str
    why: str
    choices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a dimension: its name in a few words, why it is fair, and the choices that differ.

    `neutral` marks the option of the neutral definition where it is not the article's own; `update` one that ends
    after the article, and so counts for nothing; `copy` one that only tells the printed figure again (the
    publisher's own print of it, another account of one count): it is shown, and has no vote.
    """

    id: str
    label: str
    why: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    neutral: bool = False
    update: bool = False
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Dimension:
    """A choice that every definition of a claim makes, with its options, the article's first.

    `kind` tells options that are other estimates of the same thing ("measurement") from options that ask another
    question ("question"); "open" is a question that an undetermined claim leaves to its reader, so that every
    option answers the article's own sentence. `unlike` says that
    figures of its options differ in size, as a surplus does from a ratio: they vote on a direction, but have no
    common range.
    """

    id: str
    name: str
    kind: Literal["measurement", "question", "open"]
    options: tuple[Option, ...]
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A combination of options that makes no sense: for each dimension named, the options that it is about."""

    when: Mapping[str, tuple[str, ...]]
    why: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of periods, both ends included, of which only those written like its ends are meant."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Rows of a dataset: by column, the texts that a row may have there.

    `edition` is None for the one that the claim pins.
    """

    columns: Mapping[str, tuple[str, ...] | Stretch]
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a figure stands: dataset, grade of evidence, and the place in the publisher's file.

    `rows` select the figures in the dataset's file; `evidence.rows` finds them.
    """

    dataset: str
    grade: str
    place: str
    rows: tuple[Selector, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable statement of the article, as the register holds it."""

    id: str
    label: str
    kind: Kind
    notebook: str
    paragraph: int
    paraphrase: str
    printed: Printed
    measured: str
    window: str
    stated: tuple[str, ...]
    pins: Mapping[str, str]
    definition: Definition
    alternatives: tuple[Alternative, ...]
    evidence: tuple[Evidence, ...]
    parts: tuple[Part, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    neutral: bool = True
    tolerance: float | None = None
    tolerance_reason: str = ""
    open: str = ""
    looked_at: tuple[str, ...] = ()
    would_settle: str = ""
    telling: str = ""

    @property
    def is_bundle(self) -> bool:
        """Whether it has several parts and no figure of its own, so that each part is answered by itself."""
        return bool(self.parts) and self.printed.value is None

    @property
    def printed_text(self) -> str:
        """What the article printed, in words and digits."""
        return self.printed.text


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the data say: a value, an interval (inputs rounded or revised), or bounds without a value.

    `grade` is the weakest evidence used, `edition` the dataset and edition, `sentence` the definition in
    plain words. `recomputed` is False where the figure was only found, not computed from others; `annual_rate`
    is the growth per year, in per cent, where the value is growth over a longer time. `unit` is given where it
    is not the printed one. A single end ("at least 248") leaves the other open; `exclusive` says that the ends
    themselves are not allowed ("more than 48"), and `near` that the value lies close to that end ("almost half").
    """

    value: float | None
    grade: str
    edition: str
    sentence: str
    low: float | None = None
    high: float | None = None
    recomputed: bool = True
    annual_rate: float | None = None
    unit: str | None = None
    exclusive: bool = False
    near: bool = False

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value that the data allow, infinite where open; raises ClaimError without any."""
        if self.value is None and self.low is None and self.high is None:
            raise ClaimError("An estimate needs a value, or a low or a high end.")
        low = (-math.inf if self.value is None else self.value) if self.low is None else self.low
        high = (math.inf if self.value is None else self.value) if self.high is None else self.high
        return low, high

    @property
    def number(self) -> float:
        """The value; raises NoFigureError where the data only bound it."""
        if self.value is None:
            raise NoFigureError(f"The data only bound this: {self.sentence}")
        return self.value

    def less(self, other: "Estimate", sentence: str) -> "Estimate":
        """Return this estimate less another, growth rates in points, with the range that both leave.

        `sentence` says what is subtracted. Raises ClaimError for two that are in different units.
        """
        if self.unit != other.unit:
            raise ClaimError(f"{self.unit} less {other.unit} is nothing: {self.sentence} {other.sentence}")
        (low, high), (floor, ceiling) = self.range, other.range
        return Estimate(
            value=None if self.value is None or other.value is None else self.value - other.value,
            low=low - ceiling,
            high=high - floor,
            grade=weakest_of(self.grade, other.grade),
            edition=self.edition,
            sentence=f"{self.sentence} {sentence}",
            unit="points" if self.unit == "%" else self.unit,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found on one part of a claim: it stands (True), it fails (False), or it is unknown (None).

    `part` is the part's id (of a cause: "effect" or "premise"), `note` the evidence in a sentence, `computed` the
    figure in words and digits where there is one.
    """

    part: str
    stands: bool | None
    note: str
    computed: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An alternative definition with what it gives: an estimate, findings on the parts, or a reading in words."""

    alternative: Alternative
    estimate: Estimate | None = None
    findings: tuple[Finding, ...] = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A word of `REPLICATION` with its reason in one plain sentence."""

    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A computed verdict, ready to be shown and to be written to `verdicts.json`."""

    claim: Claim
    ruling: Ruling
    estimate: Estimate | None
    spread: Spread | None = None
    readings: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()
    band: tuple[float, float] | None = None
    band_reason: str = ""
    variant: str | None = None
    tolerance: float | None = None

    @property
    def robustness(self) -> str | None:
        """The word for how the other definitions of the same question compare; None where there is none."""
        return None if self.spread is None else self.spread.word

    @property
    def robustness_reason(self) -> str:
        """The reason for that word in a sentence."""
        return "" if self.spread is None else self.spread.reason

    @property
    def word(self) -> str:
        """The word of the verdict."""
        return self.ruling.word

    @property
    def reason(self) -> str:
        """The reason in one plain sentence."""
        return self.ruling.reason

    @property
    def computed_text(self) -> str:
        """The computed value or interval, one decimal finer than printed; of a bundle, how many parts stand."""
        if self.estimate is not None:
            return text_of(self.claim.printed, self.estimate)
        if self.claim.kind == "cause":
            # A premise that failed is what the verdict rests on.
            return next((f.computed for f in self.findings if f.part == "premise" and f.stands is False), "")
        known = any(finding.stands is not None for finding in self.findings)
        return _stand_text(self.findings) if known else ""

    @property
    def _definition(self) -> str:
        if self.estimate is not None:
            return self.estimate.sentence
        # What a run with other parameters asked is told by `variant`; the register's sentence is not it.
        return "" if self.variant else self.claim.definition.sentence

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON values: numbers as numbers, absent ones as null."""
        claim, estimate = self.claim, self.estimate
        value = None if estimate is None else estimate.value
        low, high = (None, None) if estimate is None else (estimate.low, estimate.high)
        printed = claim.printed.value
        return {
            "claim": claim.id,
            "label": claim.label,
            "kind": claim.kind,
            "title": claim.paraphrase,
            "paragraph": claim.paragraph,
            "printed": printed,
            "printed_text": claim.printed_text,
            "computed": _tidy(value),
            "computed_low": _tidy(low),
            "computed_high": _tidy(high),
            "computed_text": self.computed_text,
            "unit": claim.printed.unit,
            "annual_rate": _tidy(None if estimate is None else estimate.annual_rate),
            "difference": None if value is None or printed is None else _tidy(value - printed),
            "tolerance": self.tolerance,
            "tolerance_reason": _tolerance_reason(claim) if self.tolerance is not None else "",
            "verdict": self.word,
            "reason": self.reason,
            "robustness": self.robustness,
            "robustness_reason": self.robustness_reason,
            **(_NO_SPREAD if self.spread is None else self.spread).to_dict(),
            "alternatives": [_reading_dict(claim.printed, reading) for reading in self.readings],
            "parts": [
                {"part": f.part, "text": _part_text(claim, f.part), "stands": f.stands, "note": f.note}
                for f in self.findings
            ],
            "band": None if self.band is None else [_tidy(end) for end in self.band],
            "band_reason": self.band_reason,
            "band_holds_printed": None if self.band is None else _allows(self.band, claim.printed),
            "definition": self._definition,
            "edition": "" if estimate is None else estimate.edition,
            "evidence": weakest(claim.evidence) if estimate is None else estimate.grade,
            "telling": claim.telling,
            "places": [f"data/{own.dataset}: {own.place} ({own.grade})" for own in claim.evidence],
            "notebook": claim.notebook,
            "variant": self.variant,
        }


def judge(
    claim: Claim,
    estimate: Estimate | None = None,
    *,
    readings: Sequence[Reading] = (),
    findings: Sequence[Finding] = (),
    premise: bool | None = None,
    others: Sequence[Estimate] = (),
    band: tuple[float, float] | None = None,
    band_reason: str = "",
) -> Verdict:
    """Judge a claim by the one rule of its kind.

    `estimate` is what the data say on the article's definition, or None where nothing could be computed;
    `readings` what they say on the alternatives; `findings` what was found on the parts of a bundled claim;
    `premise` whether the facts that a cause presupposes hold; `others` what the other definitions of the same
    question say, on which only a claim that names no definition is judged; `band` the interval that neighbouring
    editions give, with its reason.

    Never raises for a claim that fails: that is a result. Raises ClaimError if parts are unknown.
    """
    return Verdict(
        claim=claim,
        ruling=_beside_the_band(claim, _ruling(claim, estimate, others, findings, premise), band),
        estimate=estimate,
        readings=tuple(readings),
        findings=tuple(findings),
        band=band,
        band_reason=band_reason,
        tolerance=_tolerance(claim) if claim.kind in {"number", "bound"} else None,
    )


def judge_number(claim: Claim, estimate: Estimate) -> Ruling:
    """Judge a printed number by the best value, which its interval can only weaken, or else by the bounds.

    With a value: `reproduced` if it and its whole interval round to the printed figure, `close` if it lies
    within the tolerance or rounds to the figure while its interval reaches further. With bounds alone:
    `reproduced` and `close` if all of the interval does. Else `not excluded` if the interval meets the numbers
    that round to the printed one, `contradicted` if it has the opposite sign throughout, or `not reproduced`.
    A figure found and not recomputed is `attested` at the best.
    """
    printed, goal = claim.printed, _goal(claim)
    low, high = estimate.range
    given = text_of(printed, estimate)
    tolerance = _tolerance(claim)
    values = (low, high) if estimate.value is None else (estimate.value,)
    if all(_rounds_to(v, goal, printed.precision) for v in (low, high, *values)):
        if not estimate.recomputed:
            return Ruling("attested", f"The source prints {given}, which cannot be recomputed from it.")
        return Ruling("reproduced", f"{given} rounds to the printed {printed.text}.")
    rounds = estimate.value is not None and _rounds_to(estimate.value, goal, printed.precision)
    if rounds:
        ends = f"{printed.show(low, more=1)} and {printed.show(high, more=1)}"
        return Ruling(
            "close", f"{given} rounds to the printed {printed.text}, but the data allow anything between {ends}."
        )
    if all(_within(v, goal, tolerance) for v in values):
        return Ruling("close", f"{given} lies within {_tolerance_text(claim)} of the printed {printed.text}.")
    if low <= goal + printed.precision / 2 and high >= goal - printed.precision / 2:
        return Ruling(
            "not excluded", f"The data allow {given}; numbers that round to {printed.text} are among them."
        )
    if (
        _sign(goal, printed.precision) * _sign(low, printed.precision)
        == -1
        == (_sign(goal, printed.precision) * _sign(high, printed.precision))
    ):
        return Ruling("contradicted", f"{given} has the opposite sign of the printed {printed.text}.")
    return Ruling("not reproduced", f"{given} is not the printed {printed.text}.")


def judge_bound(claim: Claim, estimate: Estimate) -> Ruling:
    """Judge "over" or "under" a number, on the end of the interval that lies on the wrong side.

    "Over 250" is judged on the low end: `reproduced` if even that is above, `close` if the far end misses by
    at most the tolerance, `not excluded` if only the high end is above, else `contradicted`: all that the data
    allow lies on the other side.
    """
    printed, goal = claim.printed, _goal(claim)
    low, high = estimate.range
    near, far = (low, high) if printed.side == "over" else (-high, -low)
    limit = goal if printed.side == "over" else -goal
    given = text_of(printed, estimate)
    if near > limit or (near == limit and estimate.exclusive):
        if not estimate.recomputed:
            return Ruling("attested", f"The source prints {given}, which is {printed.text}.")
        return Ruling("reproduced", f"The data give {given}, which is {printed.text}.")
    if far > limit:
        return Ruling("not excluded", f"The data give {given}; whether that is {printed.text}, they leave open.")
    if _within(far, limit, _tolerance(claim)):
        return Ruling(
            "close", f"The data give {given}, {printed.text} is missed by at most {_tolerance_text(claim)}."
        )
    return Ruling("contradicted", f"The data give {given}: not {printed.text}, whatever they leave open.")


def judge_direction(direction: Direction, estimate: Estimate, precision: float) -> Ruling:
    """Judge "rose", "fell" or "did not change" by the sign of the value rounded at a precision.

    `not excluded` if the interval holds the direction among others, `contradicted` if it is the opposite one
    throughout; no change where a change was printed, or the reverse, is `not reproduced`.
    """
    wanted = _SIGN[direction]
    signs = {_sign(end, precision) for end in estimate.range}
    given = text_of(Printed(unit="%", precision=precision), estimate)
    words = {1: "a rise", -1: "a fall", 0: "no change"}
    if signs == {wanted}:
        if not estimate.recomputed:
            return Ruling("attested", f"The source prints {given}, {words[wanted]}.")
        return Ruling("reproduced", f"{given} is {words[wanted]}.")
    low, high = min(signs), max(signs)
    if low <= wanted <= high:
        return Ruling("not excluded", f"The data allow {given}, {words[wanted]} among others.")
    if wanted and signs == {-wanted}:
        return Ruling("contradicted", f"{given} is {words[-wanted]}, not {words[wanted]}.")
    found = " or ".join(words[sign] for sign in sorted(signs))
    return Ruling("not reproduced", f"{given} is {found}, not {words[wanted] if wanted else 'a standstill'}.")


def judge_parts(claim: Claim, findings: Sequence[Finding]) -> Ruling:
    """Judge a bundle or a text by its parts, each found to stand, to fail or to be unknown.

    All stand: `reproduced` (`attested` if only the press says so). Some stand: `partly reproduced`. None
    stands and one fails: `contradicted` if all fail, else `not reproduced`. Nothing known: `cannot be checked
    with open data`. Raises ClaimError if the findings are not the claim's parts, in order.
    """
    expected, found = [part.id for part in claim.parts], [finding.part for finding in findings]
    if expected != found:
        raise ClaimError(
            f"Claim {claim.id} has the parts {', '.join(expected)}; the findings are on {', '.join(found)}."
        )
    stands = {finding.stands for finding in findings}
    if stands == {None}:
        return Ruling("cannot be checked with open data", _unchecked(claim))
    if stands == {True}:
        attested = weakest(claim.evidence) == "press"
        told = "; ".join(_part_text(claim, finding.part) for finding in findings)
        return Ruling("attested" if attested else "reproduced", f"All {len(findings)} parts stand: {told}.")
    missed = "not reproduced" if None in stands else "contradicted"
    return Ruling("partly reproduced" if True in stands else missed, _sorted_parts(claim, findings))


def judge_cause(claim: Claim, premise: bool | None, findings: Sequence[Finding] = ()) -> Ruling:
    """Judge a cause: never by its effect, only by whether what it presupposes took place.

    `contradicted` if that is known not to have happened, else `cause not testable here`. `findings` are what was
    found on the "effect" and the "premise", which the reason names.
    """
    if premise is False:
        note = next((f": {finding.note}" for finding in findings if finding.part == "premise"), ".")
        return Ruling(
            "contradicted",
            f"The cause presupposes that {claim.printed.because}. "
            f"By the figures at hand this did not happen{note}",
        )
    facts = _sorted_parts(claim, findings or (Finding("premise", premise, ""),), _CAUSE_HEADINGS)
    return Ruling(
        "cause not testable here", f"{facts} Whether the one led to the other, such figures cannot tell."
    )


def register(path: Path | None = None) -> dict[str, Claim]:
    """Return all claims by id, in the order of the article.

    Raises ClaimError, naming file, claim and key, if the file is missing or does not fit its schema.
    """
    place = path or project.data_dir() / "claims.yml"
    return dict(_register(place, place.stat().st_mtime_ns if place.is_file() else 0))


def get(claim_id: str) -> Claim:
    """Return one claim; raises ClaimError with the nearest id if there is none of that name."""
    claims = register()
    if claim_id not in claims:
        near = nearest(claim_id, claims)
        raise ClaimError(f"There is no claim {claim_id!r} in data/claims.yml; the nearest is {near!r}.")
    return claims[claim_id]


def cannot_check(
    claim: Claim, reason: str = "", variant: str | None = None, readings: Sequence[Reading] = ()
) -> Verdict:
    """Return the verdict of a claim that the data cannot check, with the reason or what would settle it."""
    ruling = Ruling("cannot be checked with open data", reason or _unchecked(claim))
    return Verdict(claim, ruling, None, readings=tuple(readings), variant=variant)


@functools.lru_cache(maxsize=4)
def _register(path: Path, _modified: int) -> dict[str, Claim]:
    if not path.is_file():
        raise ClaimError(f"The register {path} is missing: it lists the claims to be judged.")
    return parse(path.name, path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4)
def parse(name: str, text: str) -> dict[str, Claim]:
    """Return the claims that the text of a register holds, not to be changed; `name` is what errors call it.

    Kept by the text, apart from what is kept by file and time: a process that was forked from one that has parsed
    the same reads the file, as whoever watches it must hear, and need not parse it again.
    """
    startup.leave_out_grammars()
    import jsonschema
    import yaml

    try:
        # The same safe loader in C, where libyaml is at hand, takes a tenth of the time.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        content = yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ClaimError(f"{name} is not readable as YAML: {' '.join(str(error).split())}") from error
    schema = json.loads(resources.files("onewaytrade").joinpath("claims.schema.json").read_text("utf-8"))
    fault = next(iter(jsonschema.Draft202012Validator(schema).iter_errors(content)), None)
    if fault is not None:
        raise ClaimError(_schema_fault(name, content, fault))
    claims: dict[str, Claim] = {}
    for entry in content["claims"]:
        if entry["id"] in claims:
            raise ClaimError(f"{name}: the claim {entry['id']!r} stands twice; an id names one claim.")
        claims[entry["id"]] = _claim(entry)
    return claims


def _schema_fault(name: str, content: Any, fault: Any) -> str:
    where = [str(step) for step in fault.absolute_path]
    if len(where) > 1 and where[0] == "claims" and isinstance(content["claims"][int(where[1])], dict):
        where[:2] = [f"claim {content['claims'][int(where[1])].get('id', f'number {int(where[1]) + 1}')!r}"]
    told = fault.message
    if fault.validator == "maxLength":
        told = f"{fault.instance!r} has {len(fault.instance)} characters, and {fault.validator_value} at most fit"
    return f"{name}, {', '.join(where) or 'top level'}: {told}."


def _claim(entry: Mapping[str, Any]) -> Claim:
    simple = {
        key: entry[key] for key in ("id", "label", "kind", "notebook", "paragraph", "measured", "window", "pins")
    }
    optional = {
        key: entry[key]
        for key in ("tolerance", "tolerance_reason", "open", "would_settle", "telling", "neutral")
        if key in entry
    }
    return Claim(
        **simple,
        **optional,
        paraphrase=entry["paraphrase"].strip(),
        printed=Printed(**entry["printed"]),
        stated=tuple(entry["stated"]),
        definition=Definition(**entry["definition"]),
        alternatives=tuple(Alternative(**alternative) for alternative in entry["alternatives"]),
        evidence=tuple(map(_evidence, entry["evidence"])),
        parts=tuple(Part(**part) for part in entry.get("parts", ())),
        dimensions=tuple(map(_dimension, entry.get("dimensions", ()))),
        excluded=tuple(
            Exclusion({name: tuple(ids) for name, ids in own["when"].items()}, own["why"].strip())
            for own in entry.get("excluded", ())
        ),
        looked_at=tuple(entry.get("looked_at", ())),
    )


def _evidence(entry: Mapping[str, Any]) -> Evidence:
    rows = tuple(map(_selector, entry.get("rows", ())))
    return Evidence(entry["dataset"], entry["grade"], entry["place"].strip(), rows)


def _selector(entry: Mapping[str, Any]) -> Selector:
    columns: dict[str, tuple[str, ...] | Stretch] = {}
    for name, own in entry.items():
        if isinstance(own, Mapping):
            columns[name] = Stretch(own["from"], own["to"])
        elif name != "edition":
            columns[name] = (own,) if isinstance(own, str) else tuple(own)
    return Selector(columns, entry.get("edition"))


def _dimension(entry: Mapping[str, Any]) -> Dimension:
    options = tuple(Option(**option) for option in entry["options"])
    return Dimension(entry["id"], entry["name"], entry["kind"], options, entry.get("unlike", False))


def _ruling(
    claim: Claim,
    estimate: Estimate | None,
    others: Sequence[Estimate],
    findings: Sequence[Finding],
    premise: bool | None,
) -> Ruling:
    if claim.kind == "cause":
        return judge_cause(claim, premise, findings)
    if findings:
        return judge_parts(claim, findings)
    if estimate is None:
        return Ruling("cannot be checked with open data", _unchecked(claim))
    ruling = _rule_estimate(claim, estimate)
    if claim.printed.value == 0 and estimate.annual_rate is not None:
        rate = fmt.pct(estimate.annual_rate, claim.printed.decimals + 1)
        ruling = Ruling(ruling.word, f"{ruling.reason} It is {rate} a year.")
    if claim.definition.undetermined:
        words = [ruling.word, *(_rule_estimate(claim, other).word for other in others)]
        agree = sum(word in _AGREEING for word in words)
        if 0 < agree < len(words):
            told = f"of {len(words)} it comes out on {agree}"
            return Ruling(
                "depends on definition", f"The article names no definition, and fair ones disagree: {told}."
            )
    return ruling


def _rule_estimate(claim: Claim, estimate: Estimate) -> Ruling:
    if claim.kind == "bound":
        return judge_bound(claim, estimate)
    if claim.printed.direction is not None:
        return judge_direction(claim.printed.direction, estimate, claim.printed.precision)
    return judge_number(claim, estimate)


def _allows(band: tuple[float, float], printed: Printed) -> bool:
    if printed.value is None:
        return False
    return band[0] - printed.precision / 2 <= printed.value <= band[1] + printed.precision / 2


def _beside_the_band(claim: Claim, ruling: Ruling, band: tuple[float, float] | None) -> Ruling:
    """Add to a miss that the printed figure lies inside the band of the neighbouring editions, if it does."""
    if band is None or ruling.word != "not reproduced" or not _allows(band, claim.printed):
        return ruling
    ends = fmt.join(claim.printed.show(end, more=1) for end in band)
    return Ruling(
        ruling.word,
        f"{ruling.reason} Nor can the printed figure be called wrong: editions allow all between {ends}.",
    )


def agrees(claim: Claim, estimate: Estimate) -> bool:
    """Tell whether all of an estimate rounds to the printed figure, or shows the printed direction or side."""
    if claim.kind == "bound" or claim.printed.direction is not None:
        return _rule_estimate(claim, estimate).word in _AGREEING
    goal, precision = _goal(claim), claim.printed.precision
    return all(math.isfinite(end) and _rounds_to(end, goal, precision) for end in ends(estimate))


def leaves_room(claim: Claim, estimate: Estimate) -> bool:
    """Tell whether an estimate, which as a whole does not agree, allows what is printed among other figures."""
    if agrees(claim, estimate):
        return False
    if claim.kind == "bound" or claim.printed.direction is not None:
        return _rule_estimate(claim, estimate).word == "not excluded"
    allowed, half = ends(estimate), claim.printed.precision / 2
    low, high = min(allowed), max(allowed)
    return low < high and low < _goal(claim) + half and high > _goal(claim) - half


def keeps_sign(claim: Claim, estimate: Estimate) -> bool:
    """Tell whether all of an estimate has the sign of what is printed, at the printed precision."""
    printed = claim.printed
    wanted = _SIGN[printed.direction] if printed.direction else _sign(_goal(claim), printed.precision)
    return {_sign(end, printed.precision) for end in ends(estimate)} == {wanted}


def ends(estimate: Estimate) -> tuple[float, ...]:
    """Return both ends of a range; of a value that lies near its one end ("almost half") that end alone."""
    return tuple(end for end in estimate.range if not (estimate.near and math.isinf(end)))


def _goal(claim: Claim) -> float:
    if claim.printed.value is None:
        raise ClaimError(f"Claim {claim.id} prints no value that a number could be compared with.")
    return float(claim.printed.value)


def _rounds_to(value: float, goal: float, unit: float) -> bool:
    return math.isclose(_rounded(value, unit), goal, abs_tol=unit * 1e-6)


def _rounded(value: float, unit: float) -> float:
    from onewaytrade.measures import round_half_away  # whoever only reads the register does without pandas

    return round_half_away(value, unit)


def _within(value: float, goal: float, tolerance: float) -> bool:
    # The decimal rounding keeps 33 − 32 = 1 inside a tolerance of 1 when the binary numbers behind disagree.
    return round(abs(value - goal), 9) <= tolerance


def _sign(value: float, unit: float) -> int:
    shown = value if math.isinf(value) else _rounded(value, unit)
    return (shown > 0) - (shown < 0)


def _tolerance(claim: Claim) -> float:
    return claim.printed.precision if claim.tolerance is None else claim.tolerance


def _tolerance_text(claim: Claim) -> str:
    tolerance = _tolerance(claim)
    unit = "percentage points" if claim.printed.unit == "%" else claim.printed.unit
    if claim.printed.unit == "%" and tolerance == 1:
        unit = "percentage point"
    return fmt.with_unit(tolerance, unit, Printed(precision=tolerance).decimals)


def _tolerance_reason(claim: Claim) -> str:
    return claim.tolerance_reason or "one unit of the printed precision"


def text_of(printed: Printed, estimate: Estimate) -> str:
    """Return an estimate in words and digits, an open end said in words.

    What was computed has one decimal more than what was printed; what was only found has the decimals it was found
    with, but no more than that.
    """
    shown = printed if estimate.unit is None else replace(printed, unit=estimate.unit)
    if estimate.value is not None:
        more = 1 if estimate.recomputed else max(0, min(1, _decimals_of(estimate.value) - shown.decimals))
        return shown.show(estimate.value, more=more)
    low, high = estimate.range
    if math.inf in {-low, high}:
        return _open_text(shown, estimate, low if high == math.inf else high, upward=high == math.inf)
    return f"{shown.show(low, more=1)} to {shown.show(high, more=1)}"


def _open_text(shown: Printed, estimate: Estimate, end: float, *, upward: bool) -> str:
    """Return a bound with one open end; of a fall its size is told, for "more than −50 %" would be misread."""
    falls = shown.unit == "%" and end < 0
    more = upward is not falls
    words = ("more than", "less than") if estimate.exclusive or estimate.near else ("at least", "at most")
    bound = f"{'a little ' if estimate.near else ''}{words[0 if more else 1]}"
    if not falls:
        return f"{bound} {shown.show(end, more=1)}"
    decimals = shown.decimals + 1 if estimate.recomputed else _decimals_of(end)
    return f"a fall of {bound} {fmt.with_unit(-end, '%', decimals)}"


def _unchecked(claim: Claim) -> str:
    needed = claim.would_settle or claim.open or "not established"
    return f"Nothing at hand settles this. What would settle it: {needed}"


_HEADINGS: Final = {True: "Stands", False: "Does not stand", None: "Not known"}
_CAUSE_HEADINGS: Final = {
    True: "The figures at hand bear out that",
    False: "The figures at hand deny that",
    None: "The figures at hand do not show whether",
}


def _sorted_parts(
    claim: Claim, findings: Sequence[Finding], headings: Mapping[bool | None, str] = _HEADINGS
) -> str:
    """Return the parts of a claim in a sentence for each answer, by its heading."""
    plain = headings is _HEADINGS
    told = {
        heading: [_part_text(claim, finding.part) for finding in findings if finding.stands is stands]
        for stands, heading in headings.items()
    }
    return " ".join(
        # "..., that A and that B", or "..., whether A and whether B".
        f"{heading}: {'; '.join(parts)}." if plain else f"{heading} {f' and {heading.split()[-1]} '.join(parts)}."
        for heading, parts in told.items()
        if parts
    )


def _decimals_of(value: float) -> int:
    return max(0, -int(Decimal(repr(value)).normalize().as_tuple().exponent))


def weakest(evidence: Sequence[Evidence]) -> str:
    """Return the weakest grade among pieces of evidence, or "" where there are none."""
    return weakest_of(*(piece.grade for piece in evidence))


def weakest_of(*grades: str) -> str:
    """Return the weakest of some grades, or "" of none."""
    return max(grades, key=GRADES.index, default="")


def _stand_text(findings: Sequence[Finding]) -> str:
    stand = sum(finding.stands is True for finding in findings)
    return f"{stand} of {len(findings)} parts stand{'s' if stand == len(findings) == 1 else ''}"


def _part_text(claim: Claim, part: str) -> str:
    facts = {"effect": claim.printed.effect, "premise": claim.printed.because} if claim.kind == "cause" else {}
    return next((own.text for own in claim.parts if own.id == part), facts.get(part, part))


def _reading_dict(printed: Printed, reading: Reading) -> dict[str, Any]:
    estimate = reading.estimate
    low, high = (None, None) if estimate is None else estimate.range
    return {
        "id": reading.alternative.id,
        "asks": reading.alternative.asks,
        "label": reading.alternative.label,
        "why": reading.alternative.why,
        "computed": None if estimate is None else _tidy(estimate.value),
        "computed_low": _tidy(low),
        "computed_high": _tidy(high),
        "computed_text": _reading_text(printed, reading),
    }


def _reading_text(printed: Printed, reading: Reading) -> str:
    if reading.estimate is not None:
        return text_of(printed, reading.estimate)
    if not reading.findings:
        return reading.told
    each = [
        f"{found.part.replace('-', ' ')}: {found.computed or _STANDS[found.stands]}" for found in reading.findings
    ]
    return f"{_stand_text(reading.findings)} ({'; '.join(each)})"


_STANDS: Final = {True: "stands", False: "does not stand", None: "unknown"}


def _tidy(value: float | None) -> float | None:
    """Cut binary noise at nine decimals, where machines differ by 1e-14, and turn an open end into None."""
    return None if value is None or math.isinf(value) else round(value, 9) + 0.0
