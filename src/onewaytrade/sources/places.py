"""Name countries as the project does, whatever a publisher calls them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from onewaytrade.nearest import nearest


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or the world: our name, ISO 3166 code, UN Comtrade's number, and other spellings.

    Comtrade's numbers follow the UN's M49 except where it joins territories (the United States with Puerto Rico)
    or keeps older ones.
    """

    name: str
    iso: str
    number: int
    spellings: tuple[str, ...] = ()


_PLACES: Final = (
    Place("World", "W00", 0),
    Place("Australia", "AUS", 36),
    Place("Austria", "AUT", 40),
    Place("Belgium", "BEL", 56),
    Place("Brazil", "BRA", 76),
    Place("Canada", "CAN", 124),
    Place("Chile", "CHL", 152),
    Place("China", "CHN", 156),
    Place("France", "FRA", 251),
    Place("Germany", "DEU", 276),
    Place("Hong Kong", "HKG", 344, ("China, Hong Kong SAR", "Hong Kong SAR")),
    Place("India", "IND", 699),
    Place("Indonesia", "IDN", 360),
    Place("Ireland", "IRL", 372),
    Place("Italy", "ITA", 380),
    Place("Japan", "JPN", 392),
    Place("Malaysia", "MYS", 458),
    Place("Mexico", "MEX", 484),
    Place("Netherlands", "NLD", 528, ("Netherlands (Kingdom of the)",)),
    Place("New Zealand", "NZL", 554),
    Place("Norway", "NOR", 579),
    Place("Philippines", "PHL", 608),
    Place("Poland", "POL", 616),
    Place("Russia", "RUS", 643, ("Russian Federation",)),
    Place("Saudi Arabia", "SAU", 682),
    Place("Singapore", "SGP", 702),
    Place("South Africa", "ZAF", 710),
    Place("South Korea", "KOR", 410, ("Rep. of Korea", "Republic of Korea", "Korea, South", "Korea, Republic of")),
    Place("Spain", "ESP", 724),
    Place("Sweden", "SWE", 752),
    Place("Switzerland", "CHE", 757),
    # Comtrade counts Taiwan's trade as that of "other Asia, not elsewhere specified".
    Place("Taiwan", "S19", 490, ("Other Asia, nes",)),
    Place("Thailand", "THA", 764),
    Place("Türkiye", "TUR", 792, ("Turkey",)),
    Place("United Kingdom", "GBR", 826),
    Place("United States", "USA", 842, ("USA", "United States of America")),
    Place("Vietnam", "VNM", 704, ("Viet Nam",)),
)
_NAMES: Final[Mapping[str, Place]] = MappingProxyType(
    {spelling.casefold(): place for place in _PLACES for spelling in (place.name, *place.spellings)}
)
_ISO: Final[Mapping[str, Place]] = MappingProxyType({place.iso: place for place in _PLACES})
_NUMBERS: Final[Mapping[int, Place]] = MappingProxyType({place.number: place for place in _PLACES})


def by_name(text: str) -> str | None:
    """Return our name of a country, None if no country that is known is spelled so; capitals do not matter."""
    place = _NAMES.get(text.strip().casefold())
    return place.name if place else None


def by_iso(code: str) -> str | None:
    """Return our name of the country with an ISO 3166 code of three letters, None if it is not known."""
    place = _ISO.get(code.strip().upper())
    return place.name if place else None


def by_number(code: int) -> str | None:
    """Return our name of the country with this number of UN Comtrade, None if it is not known."""
    place = _NUMBERS.get(code)
    return place.name if place else None


def hint(text: str) -> str:
    """Return what is right in place of an unknown name: the nearest of those known."""
    near = nearest(text, (place.name for place in _PLACES))
    return f"the nearest country that is known is '{near}', and a new one must be added to the reader first"
