"""Where publishers' files lie: the one place for addresses, each of which can be changed by a setting.

The setting is a YAML file, named by the environment variable ONEWAYTRADE_ADDRESSES, of addresses by source, with
the same {placeholders} as here, and `contact`, an address for publishers that wonder who asks:

    cpb: https://www.cpb.nl/new/place/world-trade-monitor-{month}-{year}.xlsx
    contact: https://example.org/our-class
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from onewaytrade import fmt
from onewaytrade.errors import FetchError
from onewaytrade.nearest import nearest
from onewaytrade.sources import cpb

VARIABLE: Final = "ONEWAYTRADE_ADDRESSES"
CONTACT: Final = "contact"

_VALUE: Final = re.compile(r"[A-Za-z0-9_.-]+(,[A-Za-z0-9_.-]+)*")
_OF_EDITION: Final = frozenset({"edition", "year", "month", "Month"})
_LIMIT: Final = 100_000  # bytes of a setting


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a publisher asks for: the variable that holds it, the header that carries it, who gives it."""

    variable: str
    header: str
    page: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files of a source come from.

    `address` and the name of the `file` have {placeholders}: what `defaults` name, and what follows from an
    edition (see `of_edition`); `earlier` is the last edition that lies at another address, and that address.
    `page` is where a person finds the files; `kinds` are those of `safe.kind` that the file may have, and `what`
    says so in words. `turns_away` are the statuses by which the site refuses programs. `dated` says that the file
    itself says of which edition it is; where it does not, the day of the download stands for it.
    """

    publisher: str
    address: str
    page: str
    file: str
    kinds: tuple[str, ...]
    what: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[str, str] | None = None
    turns_away: frozenset[int] = frozenset()
    key: Key | None = None
    dated: bool = False

    @property
    def placeholders(self) -> frozenset[str]:
        """Every name that may stand in braces in the address."""
        own = {name for text in (self.address, self.file) for _, name, _, _ in Formatter().parse(text) if name}
        return frozenset(own | set(self.defaults) | (_OF_EDITION if "edition" in own else set()))


_GACC: Final = "http://english.customs.gov.cn/statics/report/preliminary.html"


def _gacc(source: str) -> Origin:
    # The address of a month's table holds a random number, so that only the list of tables can be asked for.
    return Origin(
        "GACC",
        _GACC,
        _GACC,
        f"{source}.html",
        ("page", "workbook", "text"),
        "a page, a workbook or a CSV file",
        turns_away=frozenset({403, 412, 521}),
        dated=True,
    )


ORIGINS: Final[Mapping[str, Origin]] = MappingProxyType(
    {
        "cpb": Origin(
            "CPB",
            "https://www.cpb.nl/system/files/cpbmedia/cpb-world-trade-monitor-{month}-{year}.xlsx",
            "https://www.cpb.nl/en/world-trade-monitor",
            "cpb-world-trade-monitor-{edition}.xlsx",
            ("workbook",),
            "a workbook",
            # CPB changed the pattern of its addresses in 2025.
            earlier=(
                "2025-01",
                "https://www.cpb.nl/sites/default/files/omnidownload/CPB-World-Trade-Monitor-{Month}-{year}.xlsx",
            ),
            dated=True,
        ),
        "gacc-partners": _gacc("gacc-partners"),
        "gacc-commodities": _gacc("gacc-commodities"),
        "gacc-totals": _gacc("gacc-totals"),
        "fred": Origin(
            "FRED",
            "https://fred.stlouisfed.org/graph/fredgraph.csv?id={series}",
            "https://fred.stlouisfed.org/",
            "fred-{series}.csv",
            ("text",),
            "a CSV file",
            # China's exports and imports, as the OECD hands them on.
            defaults=MappingProxyType({"series": "XTEXVA01CNM667S,XTIMVA01CNM667S"}),
        ),
        "comtrade": Origin(
            "UN Comtrade",
            "https://comtradeapi.un.org/data/v1/get/C/{frequency}/HS?reporterCode={reporters}"
            "&partnerCode={partners}&period={period}&cmdCode=TOTAL&flowCode=M,X&partner2Code=0&motCode=0"
            "&customsCode=C00&includeDesc=true",
            "https://comtradeplus.un.org/TradeFlow",
            "comtrade-{period}.json",
            ("json", "text"),
            "JSON or a CSV file",
            # The United States, Germany and Japan, with China.
            defaults=MappingProxyType({"reporters": "842,276,392", "partners": "156", "period": ""}),
            key=Key("COMTRADE_API_KEY", "Ocp-Apim-Subscription-Key", "https://comtradedeveloper.un.org/"),
        ),
        "census": Origin(
            "the US Census Bureau",
            "https://www.census.gov/foreign-trade/balance/country.xlsx",
            "https://www.census.gov/foreign-trade/balance/index.html",
            "census-country.xlsx",
            ("workbook", "json", "text"),
            "a workbook, JSON or a CSV file",
        ),
    }
)


def of_edition(edition: str) -> Mapping[str, str]:
    """Return the placeholders that follow from an edition ("2026-01"): edition, year, month, Month."""
    year, month = edition.split("-")[:2]
    name = cpb.MONTH_NAMES[int(month) - 1]
    return {"edition": edition, "year": year, "month": name.lower(), "Month": name}


def published(source: str, values: Mapping[str, str]) -> str:
    """Return the publisher's own address of a file, whatever a setting says."""
    origin = ORIGINS[source]
    pattern = origin.address
    if origin.earlier and "edition" in values and values["edition"] <= origin.earlier[0]:
        pattern = origin.earlier[1]
    return _filled(pattern, values)


def address(source: str, values: Mapping[str, str], setting: Mapping[str, str]) -> str:
    """Return the address to ask for a file: the publisher's own, or what the setting has in its place."""
    return _filled(setting[source], values) if source in setting else published(source, values)


def checked(url: str, origin: str) -> str:
    """Return `url` if it is an address of the web; raises FetchError, which says where it stands, if not."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise FetchError(f"{origin}: '{url}' is no address; one that begins with https:// or http:// is expected.")
    if parts.username or parts.password:
        raise FetchError(f"{origin}: the address of {parts.hostname} holds a name or a password; leave it out.")
    return url


def setting(path: Path | None = None) -> Mapping[str, str]:
    """Return the addresses of the setting at `path`, or of the file that the environment names; {} without one.

    Raises FetchError if the file is missing or no such table, or names an unknown source or placeholder.
    """
    named = path or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None:
        return {}
    right = "a YAML file of addresses by source is expected (cpb: https://…)"
    import yaml

    try:
        content = yaml.safe_load(named.read_bytes()[:_LIMIT].decode("utf-8"))
    except OSError as error:
        raise FetchError(f"{named}: the file cannot be opened ({error.strerror}); {right}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise FetchError(f"{named}: the file is no YAML in UTF-8; {right}.") from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise FetchError(f"{named}: this is no table of addresses; {right}.")
    known = (*ORIGINS, CONTACT)
    for source, pattern in content.items():
        if source not in known:
            near = nearest(str(source), known)
            raise FetchError(f"{named}: there is no source '{source}'; the nearest is '{near}'.")
        checked(pattern, f"{named}, {source}")
        if source != CONTACT:
            _check_placeholders(pattern, source, f"{named}, {source}")
    return content


def check_value(source: str, name: str, value: str) -> None:
    """Raise FetchError, with the nearest name, if a source takes no such placeholder, or no such value."""
    known = ORIGINS[source].defaults
    if not known:
        raise FetchError(f"{source}: there is nothing to set with -p; leave {name}={value} out.")
    if name not in known:
        near = nearest(name, known)
        raise FetchError(
            f"{source}: there is no '{name}' to set; the nearest is '{near}', and all are {fmt.join(known)}."
        )
    if not _VALUE.fullmatch(value):
        raise FetchError(
            f"{source}: {name} is '{value}'; codes of letters and digits, with commas between them, are expected."
        )


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    return pattern.format_map({name: quote(value, safe=",") for name, value in values.items()})


def _check_placeholders(pattern: str, source: str, where: str) -> None:
    known = ORIGINS[source].placeholders
    try:
        used = [part[1:] for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError as error:
        raise FetchError(f"{where}: braces are not closed; {{{{ and }}}} stand for braces themselves.") from error
    for name, form, conversion in used:
        if name not in known or form or conversion:
            can = f"all are {fmt.join(sorted(known))}" if known else "it takes none"
            raise FetchError(f"{where}: {{{name}}} is no placeholder of this address; {can}.")
