"""Site money: whose money a sign that several countries share is, by the country of the site.

In     the figures of a text, the site it stands on       from tasks.normalise.table
Out    the same; what the text left open or to custom is money of the site's country     to   tasks.normalise.table

The last step of one order of evidence: what the sign says itself, what the text speaks of, the site's country, custom.
A country is known by the last part of a host ("example.com.au"); hosts that anybody may take (.tv, .io) say nothing.

Source  CLDR's first currency of each territory (column `domains` of rules/currencies_cldr.csv).
Limits  Letters that are money only with evidence in the text ("N600", "K3m") are not read by their site alone.
"""

from __future__ import annotations

from dataclasses import replace

from tasks.model import FigureMention
from tasks.normalise.currencies import BEFORE, BEHIND, NAMES, SHARED, Shared
from tasks.normalise.numbers import scaled
from tasks.rules import read_csv

OPEN = frozenset(["dollar_unspecified", "currency_ambiguous", "currency_assumed"])
_CODE_OF = {
    domain: row["code"] for row in read_csv("currencies_cldr") for domain in row["domains"].split("|") if domain
}


def currency_of_site(site: str | None) -> str | None:
    """The currency of the country a host belongs to; None where it names none.

    >>> currency_of_site("news.example.com.au"), currency_of_site("example.pk"), currency_of_site("example.com")
    ('AUD', 'PKR', None)
    >>> currency_of_site("wire"), currency_of_site("example.tv"), currency_of_site(None)
    (None, None, None)
    """
    host, dot, last = (site or "").rpartition(".")
    return _CODE_OF.get(last.lower()) if dot and host else None


def settle_by_site(text: str, figures: list[FigureMention], site: str | None) -> list[FigureMention]:
    """The figures of a text, money that is still open as that of the site's country where the sign may be its money.

    >>> from tasks.normalise.figures import find_figures
    >>> text = "A ticket is $40."
    >>> [(f.currency, f.flag) for f in settle_by_site(text, find_figures(text), "example.com.au")]
    [('AUD', None)]
    """
    code = currency_of_site(site)
    if code is None or not any(figure.flag in OPEN for figure in figures):
        return figures
    return [_settled(text, figure, code) if figure.flag in OPEN else figure for figure in figures]


def _settled(text: str, figure: FigureMention, code: str) -> FigureMention:
    shared = _shared(text, figure)
    if shared is None or code not in shared.codes:
        return figure
    is_whole = figure.unit not in (None, "$") and shared.divisor != 1  # "80 sen" is still 80, not 0.8 of its currency
    factor = 1 / shared.divisor if is_whole else 1.0
    ends = [None if end is None else scaled(end, factor) for end in (figure.value, figure.value_min, figure.value_max)]
    return replace(figure, currency=code, unit=None, flag=None, value=ends[0], value_min=ends[1], value_max=ends[2])


def _shared(text: str, figure: FigureMention) -> Shared | None:
    """The shared name or sign a figure was read by; that of `$` where it stands at a neighbour."""
    if figure.unit_start is None:
        return SHARED["dollar"] if figure.unit == "$" else None
    sign = text[figure.unit_start : figure.unit_end].strip()
    unit = BEFORE.get(sign) or BEHIND.get(sign) or NAMES.get(sign.lower())
    return SHARED[unit.shared] if unit and unit.shared else None
