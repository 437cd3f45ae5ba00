"""What a mention means, in a few characters: for the report's tables and for `explain`.

In     a row of `dates` or `figures`
Out    its value as a person would write it
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mean_date(mention: Mapping[str, Any]) -> str:
    """A date mention's value in short.

    >>> mean_date({"value": "2024-05", "mod": "start", "status": "resolved", "flag": None})
    'start 2024-05'
    """
    parts = (mention["mod"], mention["value"] or mention["status"], mention["flag"])
    return " ".join(part for part in parts if part)


def mean_figure(mention: Mapping[str, Any]) -> str:
    """A figure mention's value in short.

    >>> mean_figure({"value": 3.5, "value_min": None, "value_max": None, "bound": ">", "currency": None, "unit": "%",
    ...     "change": "up", "basis": "yoy", "flag": None})
    '> 3.5 % up yoy'
    """
    value = (
        f"{mention['value']:,.12g}"
        if mention["value"] is not None
        else f"{mention['value_min']:g}…{mention['value_max']:g}"
    )
    bound = "" if mention["bound"] in ("=", "range") else mention["bound"]
    parts = (bound, value, mention["currency"] or mention["unit"], mention["change"], mention["basis"], mention["flag"])
    return " ".join(part for part in parts if part)
