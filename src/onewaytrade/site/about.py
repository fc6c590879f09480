"""What each of our tables is, in a sentence for somebody who has not seen it, and what it is here for.

The manifest holds no such sentence: it says what a table is to a program. A table that is not named here is
introduced by its title and its size alone.
"""

from collections.abc import Mapping
from typing import Final

ABOUT: Final[Mapping[str, str]] = {
    "article": "What the article is, when and where it appeared, and which reports it cites.",
    "atlas": (
        "What seven countries exported to China a year, as researchers at Harvard reconcile it from both "
        "sides’ reports: a third opinion beside China’s customs and the partners’ own."
    ),
    "consumption": "What Chinese households spend, earn, save and expect, and how house prices move.",
    "cpb": (
        "How much the world, its regions and China import and export, month by month, with prices taken "
        "out: the Dutch planning bureau’s index of volumes, beside its prices."
    ),
    "cpb-series": (
        "The list of the series in CPB’s workbook: the code of each, its adjustment, its base year, and the "
        "row where it stands."
    ),
    "documents": (
        "What newspapers, vendors and the European Commission report of two Chinese procurement documents "
        "that were never published."
    ),
    "draeger": (
        "What Drägerwerk, a German maker of medical and safety devices, says of its sales in China and elsewhere."
    ),
    "eu-ipi": (
        "The European Union’s measure that keeps Chinese bidders out of its public tenders for medical "
        "devices, China’s answer to it, and the figures that both rest on."
    ),
    "exchange-rates": (
        "What the dollar costs in yuan and yen, and the euro in dollars: needed to compare trade that is "
        "counted in different currencies."
    ),
    "gacc-commodities": (
        "How much coal, crude oil, iron ore and other goods China imports, in weight and in yuan, as its "
        "customs releases it each month."
    ),
    "gacc-commodities-other": (
        "The same imports of commodities from newspapers, ministries and copies of customs’ tables, for "
        "months and currencies that the monthly releases at hand do not hold."
    ),
    "gacc-partners": (
        "What China imports from each of its main partners and exports to them, as its customs counts it."
    ),
    "gacc-totals": "All that China imports and exports, in yuan and in dollars, as its customs counts it.",
    "localisation": "China’s trade in chips, and what American technology firms say of their sales there.",
    "luxury": (
        "What makers of luxury goods and fast cars report of their sales in China, and what one says of "
        "Chinese tourists abroad."
    ),
    "medical-exports": (
        "China’s exports of masks, vaccines and other medical goods around the pandemic, beside its exports "
        "as a whole."
    ),
    "mirror": (
        "What the United States, Germany and Japan say they exported to China: the same trade as in China’s "
        "import figures, counted at the other end."
    ),
    "oecd-fred-trade": (
        "China’s imports and exports as the OECD publishes them, seasonally adjusted, by way of the Federal "
        "Reserve’s database."
    ),
    "procurement": "How much China’s public sector buys, by the widest count and by the budget’s alone.",
    "property": "Building, sales and investment in Chinese real estate, month by month.",
    "sources": (
        "Where every figure of the compiled tables was found: the publisher and the address, file or page."
    ),
    "surplus-prices": (
        "China’s trade surplus, how much of its industry’s capacity is used, and how producer prices move."
    ),
    "trade-remedies": (
        "How many trade investigations other countries opened against China, by several counts that do not agree."
    ),
}
