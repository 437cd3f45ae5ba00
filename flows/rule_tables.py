"""Every table of rules with the class of its rows; tests go through all of them.

A new table needs a line here; until then tests/test_rules.py fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tasks.day_orders import RegionOrder
from tasks.ingest.author_names import NoName
from tasks.ingest.decode import Alphabets
from tasks.ingest.pages import PageRule
from tasks.language_data.number_words import NumberWords
from tasks.language_data.sentences import ShortForms
from tasks.names import NameWords
from tasks.normalise.currencies import CodeWords, Shared
from tasks.normalise.figures.ages import AgeRow
from tasks.normalise.figures.ellipsis import EllipsisRow
from tasks.normalise.figures.guards import GuardRow
from tasks.normalise.figures.sanity import PlausibleRow
from tasks.normalise.figures.scales import ScaleRow
from tasks.rules import Row
from tasks.strip.captions import CreditRule
from tasks.strip.notes import AuthorRule
from tasks.strip.rules import LineRule

ROWS: Mapping[str, type[Row]] = MappingProxyType(
    {
        "currencies_shared": Shared,
        "currencies_words": CodeWords,
        "day_orders": RegionOrder,
        "figures_ages": AgeRow,
        "figures_ellipsis": EllipsisRow,
        "figures_guards": GuardRow,
        "figures_plausible": PlausibleRow,
        "figures_scales": ScaleRow,
        "ingest_alphabets": Alphabets,
        "ingest_names": NoName,
        "ingest_pages": PageRule,
        "language_numbers": NumberWords,
        "language_short_forms": ShortForms,
        "names": NameWords,
        "strip_authors": AuthorRule,
        "strip_captions": CreditRule,
        "strip_lines": LineRule,
        "strip_notes": LineRule,
        "strip_phrases": LineRule,
    }
)
