"""Say what each dataset holds: its columns, its key, who published it, and what to beware of."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from onewaytrade.sources import cpb

NOT_ESTABLISHED = "not established"
PERIOD = r"\d{4}(-\d{2}(-\d{2})?|Q[1-4])?(\.\.(\d{4}(-\d{2}(-\d{2})?)?)?)?"
MONTH = r"\d{4}-(0[1-9]|1[0-2])"
# S: found by the compilers; A: added since.
SOURCE = r"[SA]\d{3}"


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, Frictionless type, meaning and unit, and what every value must satisfy."""

    name: str
    type: str
    description: str
    unit: str | None = None
    required: bool = True
    enum: tuple[str, ...] = ()
    pattern: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the field as the Data Package standard writes it."""
        constraints: dict[str, object] = {}
        if self.required:
            constraints["required"] = True
        if self.enum:
            constraints["enum"] = list(self.enum)
        if self.pattern:
            constraints["pattern"] = self.pattern
        field: dict[str, object] = {"name": self.name, "type": self.type, "description": self.description}
        if self.unit:
            field["unit"] = self.unit
        return field | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True, slots=True)
class Spec:
    """One dataset: what its manifest says, apart from what differs by edition."""

    title: str
    publisher: str
    grade: str
    where: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    caveats: tuple[str, ...]
    licence: str = NOT_ESTABLISHED


_ROWS = "row by row: source_id points into the dataset `sources`"
_COMPILED = (
    "The date is that of the compilation (2026-11-23), not of a publication; every row has its own source.",
    "Trailing zeros were lost when the figures were compiled (18.10 stands as 18.1): the printed precision must "
    "be taken from the unit, not from the number of digits.",
)
_GRADE = Field(
    "grade",
    "string",
    "evidence: primary (the issuer's own table or text, also in an unchanged copy), press (quoted or transcribed "
    "by somebody else), mirror (the partner country's own statistics), implied (follows from printed figures)",
    enum=("primary", "press", "mirror", "implied"),
)
_FLOW = Field(
    "flow", "string", "direction of the goods, seen from the reporter", enum=("imports", "exports", "total")
)
_CURRENCY = Field("currency", "string", "currency in which the value is stated, as an ISO 4217 code")
_FREQUENCY = Field(
    "frequency", "string", "monthly; ytd: from January on; annual", enum=("monthly", "ytd", "annual")
)
_PERIOD = Field(
    "period",
    "string",
    "2022 (calendar year), 2022Q4, 2022-12, a day, or a range whose ends are both included; a range without an "
    "end is open",
    pattern=PERIOD,
)
_UNIT = Field(
    "unit", "string", "unit of the value; 10k is ten thousand, M a million, bn 10^9, trn 10^12, kt 1000 t"
)
_VALUE = Field("value", "number", "the figure as found, neither rounded nor interpolated", unit="see column unit")
_VALUE_OR_NONE = Field(
    "value",
    "number",
    "the figure as found; empty where only a rate was printed",
    unit="see column unit",
    required=False,
)
_YOY = Field(
    "yoy_published_pct",
    "number",
    "change on the year before, as the publisher printed it",
    unit="percent",
    required=False,
)
_PUBLISHER = Field("publisher", "string", "who published the figure, and through whom it was found")
_SOURCE = Field("source_id", "string", "where the figure stands: key into the dataset `sources`", pattern=SOURCE)
_NOTE = Field("note", "string", "what the compilers noted beside the figure", required=False)


def _basis(*words: str) -> Field:
    meanings = {
        "printed": "printed: stands in the source",
        "implied": "implied: from a printed level and a printed rate or total",
        "computed": "computed: by arithmetic from printed figures",
    }
    return Field("basis", "string", "; ".join(meanings[word] for word in words), enum=words)


_ADJUSTMENT = Field(
    "adjustment",
    "string",
    "seasonal adjustment, as far as the source says",
    enum=("seasonally adjusted", "unadjusted", "not stated"),
)
_CPB_FLOW = Field(
    "flow",
    "string",
    "imports and exports of a region; world trade is the mean of both",
    enum=tuple(cpb.FLOWS.values()),
)
_REGION = Field("region", "string", "CPB's region or country", enum=tuple(cpb.REGIONS.values()))
_CPB_MEASURE = Field("measure", "string", "volume, or unit value in USD", enum=tuple(cpb.MEASURES.values()))

_STATEMENT_FIELDS = (
    Field("entity", "string", "whom or what the figure is about"),
    Field("measure", "string", "what is measured, in the compilers' words"),
    _PERIOD,
    Field("value_text", "string", "the figure as found, with its bounds, ranges and words"),
    Field("value", "number", "the figure, where it is one number", unit="see column unit", required=False),
    Field("low", "number", "lower end: of a range, or of 'more than'", unit="see column unit", required=False),
    Field("high", "number", "upper end of a range", unit="see column unit", required=False),
    _UNIT,
    _basis("printed", "computed"),
    _GRADE,
    _PUBLISHER,
    _SOURCE,
    _NOTE,
)
_STATEMENT_KEY = ("entity", "measure", "period", "source_id")
_STATEMENT_CAVEATS = (
    *_COMPILED,
    "A bound or range is no number: value is then empty, and low and high say what is known ('>48' has no high).",
)


def _statements(title: str, grade: str, *caveats: str) -> Spec:
    publisher = "several publishers, named row by row"
    return Spec(title, publisher, grade, _ROWS, _STATEMENT_KEY, _STATEMENT_FIELDS, (*caveats, *_STATEMENT_CAVEATS))


_CPB_CAVEATS = (
    "Every edition revises past months: compare months within one edition, never across two.",
    "The level depends on the edition's base year (2010 to edition 2024-01, 2021 from 2025-01); growth does not.",
    "Volumes are seasonally adjusted; the sheet does not say whether unit values are.",
    "HWWI's commodity prices and the sheet of industrial production were left out.",
)

SPECS: Mapping[str, Spec] = MappingProxyType(
    {
        "cpb": Spec(
            "World Trade Monitor",
            "CPB",
            "primary",
            "",
            ("flow", "region", "measure", "month"),
            (
                _CPB_FLOW,
                _REGION,
                _CPB_MEASURE,
                Field("month", "string", "month, YYYY-MM", pattern=MONTH),
                Field("index", "number", "fixed-base index, as published", unit="base year = 100"),
            ),
            _CPB_CAVEATS,
        ),
        "cpb-series": Spec(
            "World Trade Monitor, list of series",
            "CPB",
            "primary",
            "",
            ("series",),
            (
                Field("series", "string", "CPB's code", pattern=r"[tmx]gz_\w{2}_(qnmi|pdmi)_sn"),
                _CPB_FLOW,
                _REGION,
                _CPB_MEASURE,
                _ADJUSTMENT,
                Field("base_year", "integer", "year that equals 100"),
                Field(
                    "base_value_bn_usd",
                    "number",
                    "value of the flow in the base year; empty for unit values",
                    unit="bn USD",
                    required=False,
                ),
                Field("first_month", "string", "first month of the series", pattern=MONTH),
                Field("last_month", "string", "last month of the series", pattern=MONTH),
                Field("workbook_row", "integer", "row of the series in the sheet trade_out"),
            ),
            _CPB_CAVEATS,
        ),
        "gacc-totals": Spec(
            "China's total exports and imports",
            "GACC",
            "primary",
            _ROWS,
            ("flow", "currency", "frequency", "period", "source_id"),
            (
                _FLOW,
                _CURRENCY,
                _FREQUENCY,
                _PERIOD,
                _VALUE,
                _UNIT,
                _YOY,
                Field(
                    "print",
                    "string",
                    "first: said to be the first print; revised: a past year as carried later; as published: as "
                    "a release or the press of the day had it",
                    enum=("first", "revised", "as published"),
                ),
                _GRADE,
                _PUBLISHER,
                _SOURCE,
                _NOTE,
            ),
            (
                "Levels of past years carry revisions, and the published rate is against the revised base: the "
                "ratio of two levels need not give the published rate.",
                "Source S002 prints the thousands separator as a decimal point; it was restored by the compilers "
                "(×1000).",
                "The levels of 2022 in USD (source S015) come from a scraped copy of low grade; their rates do "
                "not.",
                "There is no level of 2021 in CNY: the CNY rates of 2022 are attested here, and cannot be "
                "recomputed.",
                "A year-to-date sum to December stands as the calendar year.",
                *_COMPILED,
            ),
        ),
        "oecd-fred-trade": Spec(
            "China's exports and imports, OECD by way of FRED",
            "OECD, Main Economic Indicators, via FRED",
            "primary",
            _ROWS,
            ("flow", "period", "source_id"),
            (_FLOW, _CURRENCY, _FREQUENCY, _ADJUSTMENT, _PERIOD, _VALUE, _UNIT, _GRADE, _PUBLISHER, _SOURCE),
            (
                "From March to December the series moves exactly as CPB's volume × unit value does (for January "
                "and February CPB gives their mean), so it is no independent check of CPB.",
                "Found in a copy in a public repository, not downloaded from FRED.",
                *_COMPILED,
            ),
        ),
        "fred": Spec(
            "Series of FRED",
            "Federal Reserve Bank of St. Louis, FRED",
            "press",
            _ROWS,
            ("series", "period", "source_id"),
            (
                Field("series", "string", "FRED's code"),
                Field(
                    "frequency",
                    "string",
                    "distance of the dates in the file",
                    enum=("annual", "quarterly", "monthly", "daily"),
                ),
                _PERIOD,
                Field(
                    "value",
                    "number",
                    "the figure as found; empty where FRED has a dot, for no figure",
                    unit="see column unit",
                    required=False,
                ),
                Field(
                    "unit", "string", "unit of the value; empty, since FRED's file does not say", required=False
                ),
                _SOURCE,
            ),
            (
                "FRED hands on what others publish: who, in which unit and whether adjusted stands on the page of "
                "the series, and not in the file.",
                "A file holds the series as FRED had it on the day of the download, with all revisions to then.",
            ),
        ),
        "gacc-partners": Spec(
            "China's trade by partner, as reported by China's customs",
            "GACC",
            "primary",
            _ROWS,
            ("partner", "flow", "currency", "frequency", "period", "source_id"),
            (
                Field("partner", "string", "country or group of countries"),
                _FLOW,
                _CURRENCY,
                _FREQUENCY,
                _PERIOD,
                _VALUE_OR_NONE,
                Field("unit", "string", "unit of the value; empty where there is no value", required=False),
                _YOY,
                _basis("printed", "implied", "computed"),
                _GRADE,
                _PUBLISHER,
                _SOURCE,
                _NOTE,
            ),
            (
                "Implied rows divide a later sum by its printed rate: about ±0.05 percentage points from the "
                "rate's rounding, and on a revised base.",
                "Computed rows are differences of printed sums; they book the revisions of other months in one.",
                "In the table of 2024 (source S027) the partners' names were lost in the file and restored by "
                "row order and name length, checked by cumulative continuity and, for November, against another "
                "copy.",
                "No release holds calendar 2022 beside 2025, and values of 2022 exist for four partners only.",
                "Where a row says 'growth only', the source printed a rate and no value; four of October 2023 do "
                "not say whether they mean the month or January to October.",
                *_COMPILED,
            ),
        ),
        "mirror": Spec(
            "Partners' own statistics of their exports to China",
            "US Census, UN Comtrade, Destatis, Japan's Ministry of Finance",
            "mirror",
            _ROWS,
            ("reporter", "partner", "flow", "currency", "frequency", "adjustment", "period", "source_id"),
            (
                Field("reporter", "string", "country whose statistics these are"),
                Field("partner", "string", "country that it trades with"),
                _FLOW,
                _CURRENCY,
                _FREQUENCY,
                _ADJUSTMENT,
                _PERIOD,
                _VALUE_OR_NONE,
                Field("unit", "string", "unit of the value; empty where there is no value", required=False),
                _YOY,
                _basis("printed", "implied"),
                _GRADE,
                _PUBLISHER,
                _SOURCE,
                _NOTE,
            ),
            (
                "Exports are valued FOB and leave months before they arrive; China's imports are valued CIF.",
                "Adjusted and unadjusted months of Germany stand side by side: never chain them.",
                "US months were fetched in two vintages (2026-02-08 and 2026-06-17), as their notes say.",
                "Two values of Germany are implied by a later value and its printed rate.",
                *_COMPILED,
            ),
        ),
        "atlas": Spec(
            "Exports to China, reconciled by the Harvard Atlas",
            "Harvard Growth Lab, Atlas of Economic Complexity",
            "press",
            _ROWS,
            ("reporter", "partner", "flow", "period", "source_id"),
            (
                Field("reporter", "string", "exporting country"),
                Field("partner", "string", "importing country"),
                _FLOW,
                _CURRENCY,
                _FREQUENCY,
                _PERIOD,
                _VALUE,
                _UNIT,
                _PUBLISHER,
                _SOURCE,
            ),
            ("The Atlas blends both sides' reports into one figure: these are not mirror data.", *_COMPILED),
        ),
        "gacc-commodities": Spec(
            "Quantities and values of China's major import commodities",
            "GACC",
            "primary",
            "",
            ("commodity", "measure", "frequency", "period"),
            (
                Field(
                    "commodity",
                    "string",
                    "line of the table; a star is GACC's and marks lines that overlap others",
                ),
                Field("measure", "string", "quantity, or value", enum=("quantity", "value")),
                Field(
                    "currency", "string", "CNY for a value, empty for a quantity", required=False, enum=("CNY",)
                ),
                _FREQUENCY,
                _PERIOD,
                _VALUE,
                _UNIT,
                _YOY,
                Field(
                    "print",
                    "string",
                    "first: of the release's own year; reprint: last year's figure as this release prints it, "
                    "revised",
                    enum=("first", "reprint"),
                ),
                _GRADE,
                _SOURCE,
                _NOTE,
            ),
            (
                "Each release reprints last year's figure, revised: recompute growth within one release, never "
                "across two.",
                "Lines nest (soybeans in grain, grain in agricultural products): they do not add up to a total.",
                "Average prices are not stored: the compilers had computed them, and the measures do so again.",
                "January and February mostly stand only as a pair.",
                "Found as a machine copy of GACC's table in a public repository, not on GACC's site.",
            ),
        ),
        "gacc-commodities-other": Spec(
            "China's import commodities, from other places than the monthly releases in CNY",
            "GACC, by way of several others",
            "press",
            _ROWS,
            ("commodity", "measure", "unit", "frequency", "period", "source_id"),
            (
                Field("commodity", "string", "commodity; 'TOTAL imports from …' are totals by partner"),
                Field(
                    "measure",
                    "string",
                    "quantity, value, average price, or the average price's change on the year",
                    enum=("quantity", "value", "average_price", "average_price_yoy"),
                ),
                Field("currency", "string", "currency of a value or price, else empty", required=False),
                Field(
                    "frequency",
                    "string",
                    "monthly; ytd: from January on; 2-month: two months later in the year; annual",
                    enum=("monthly", "ytd", "2-month", "annual"),
                ),
                _PERIOD,
                _VALUE,
                _UNIT,
                _YOY,
                _basis("printed", "implied", "computed"),
                Field("derived", "string", "how an implied or computed value was got", required=False),
                Field("release", "string", "release or file that it comes from, where known", required=False),
                Field("suspect", "boolean", "true where the compilers say not to use the cell"),
                _GRADE,
                _PUBLISHER,
                _SOURCE,
                _NOTE,
            ),
            (
                "One cell is suspect and flagged so: natural gas by volume, January to June 2022 (630.0 where "
                "about 745 is expected). It stands here as found, and must not be used.",
                "Computed months are differences of printed sums, often from two releases: they embed revisions.",
                "The repository behind source S143 (USD values of December 2025) was not established.",
                "Two definitions of agricultural products occur: customs' own and the ministry's (MARA).",
                *_COMPILED,
            ),
        ),
        "exchange-rates": Spec(
            "Exchange rates of CNY, JPY and EUR",
            "Federal Reserve via FRED; market closes; implied by GACC",
            "primary",
            _ROWS,
            ("pair", "series", "statistic", "period"),
            (
                Field("pair", "string", "what is priced in what: 'CNY per USD'"),
                Field("series", "string", "where the rate comes from"),
                Field("statistic", "string", "average of days, close at the end of the month, or derived"),
                _PERIOD,
                Field(
                    "rate", "number", "units of the first currency for one of the second", unit="see column pair"
                ),
                Field("n_days", "integer", "days that the average was taken over", unit="days", required=False),
                _basis("printed", "implied", "computed"),
                _SOURCE,
                _NOTE,
            ),
            (
                "Monthly and annual averages were computed by the compilers from a daily file that may be "
                "forward-filled.",
                "The rate implied by GACC is its imports in CNY over its imports in USD, for 2023 and 2024.",
                "FRED rates end in September 2025, closes in December 2025.",
                *_COMPILED,
            ),
        ),
        "property": Spec(
            "Real estate in China",
            "NBS",
            "primary",
            _ROWS,
            ("indicator", "period", "source_id"),
            (
                Field("indicator", "string", "what is measured"),
                _FREQUENCY,
                _PERIOD,
                _VALUE,
                _UNIT,
                _YOY,
                _GRADE,
                _PUBLISHER,
                _SOURCE,
                _NOTE,
            ),
            (
                "NBS's published growth is on a comparable basis (its footnote 6) and differs from the ratio of "
                "levels.",
                "To June 2023 from one export of NBS's series; after that from reprints of single releases, with "
                "gaps.",
                *_COMPILED,
            ),
        ),
        "consumption": _statements(
            "Retail sales, confidence, income and house prices in China",
            "primary",
            "Retail sales have no separate January and February.",
            "The saving ratio is computed from NBS's household survey, for three years only.",
            "Retail sales cover goods mainly, and are nominal.",
        ),
        "trade-remedies": _statements(
            "Trade-remedy investigations against China",
            "press",
            "Each source counts differently (by case, by country, with or without safeguards): never draw them "
            "as one line.",
            "These are investigations opened; nothing here counts measures in force.",
        ),
        "eu-ipi": _statements(
            "The EU's measure on medical devices from China",
            "press",
            "Shares of tenders under the threshold are single press figures.",
        ),
        "procurement": _statements(
            "Public procurement in China",
            "press",
            "'More than 48 trn' includes the state sector; government procurement proper is another figure.",
        ),
        "documents": _statements(
            "Documents 79 and 551, as reported",
            "press",
            "Neither document was published: what is known of them is reported or leaked.",
        ),
        "draeger": _statements(
            "Drägerwerk's business in China",
            "press",
            "The figure for China is a word of the chief executive ('almost half'), not a line of the accounts.",
        ),
        "luxury": _statements(
            "Sales of luxury goods in China",
            "press",
            "LVMH reports Asia without Japan, not China; Swatch includes Hong Kong and Macau.",
        ),
        "medical-exports": _statements(
            "China's exports of medical goods",
            "press",
            "The full year 2022 is not covered, and two of the series conflict: do not chain them.",
        ),
        "localisation": _statements("Chips and information technology in China", "press"),
        "surplus-prices": _statements(
            "China's trade surplus, capacity utilisation and producer prices",
            "primary",
            "Surpluses of past years differ by print: first published, and as customs' revised months add up to.",
            "Some quarters of capacity use are computed from a neighbouring quarter and its printed change.",
        ),
        "article": _statements("The article itself, and what it cites", "press"),
        "sources": Spec(
            "Where every figure of the compiled tables stands",
            "One-Way Trade",
            "primary",
            "compiled with the tables",
            ("source_id",),
            (
                Field("source_id", "string", "key used by the other datasets", pattern=SOURCE),
                _PUBLISHER,
                Field("where", "string", "address, or file in a public repository"),
            ),
            (
                "Addresses are as found on the day of compilation; several are copies or reprints of the named "
                "publisher.",
                _COMPILED[0],
            ),
        ),
    }
)
