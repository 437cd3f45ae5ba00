"""Write tasks/rules/currencies_cldr.csv: every currency of ISO 4217 that is money somewhere today, as CLDR names it.

    python bench/currencies_cldr.py           prints the table; with --write FILE it is written

Columns: code, name (one of it, in lower case), plural, digits (behind the point: 2, or 0 and 3), countries (the English
names of those that use it, in lower case), domains (the last part of their hosts, where it is their first currency).
Needs Babel (BSD), whose data are CLDR's; at run time the table stands alone.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections import defaultdict
from datetime import date
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_precision, get_territory_currencies

AS_OF = date(2026, 1, 1)  # which money is in use; a later day is a new table
NO_COUNTRY = frozenset(  # domains that anybody may take
    ["tv", "co", "io", "ai", "me", "fm", "cc", "ws", "to", "gg", "sh", "im", "vc", "ag", "la", "st", "tk", "ly", "nu"]
)
NO_TENDER = ("CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "BOV", "XUA")  # funds and units of account


def rows() -> list[dict[str, str]]:
    """One row a currency, by code."""
    territories = Locale("en").territories
    used_in: dict[str, list[str]] = defaultdict(list)
    first_in: dict[str, list[str]] = defaultdict(list)
    for territory in get_global("territory_currencies"):
        codes = [code for code in get_territory_currencies(territory, start_date=AS_OF) if code not in NO_TENDER]
        for code in codes if territory in territories else ():
            used_in[code].append(territories[territory].lower())
        domain = territory.lower()
        if codes and domain not in NO_COUNTRY:
            first_in[codes[0]] += [domain, "uk"] if domain == "gb" else [domain]
    return [
        {
            "code": code,
            "name": (get_currency_name(code, count=1, locale="en") or code).lower(),
            "plural": (get_currency_name(code, count=2, locale="en") or code).lower(),
            "digits": str(get_currency_precision(code)),
            "countries": "|".join(sorted(used_in[code])),
            "domains": "|".join(sorted(first_in[code])),
        }
        for code in sorted(used_in)
    ]


def table() -> str:
    """The CSV file as text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["code", "name", "plural", "digits", "countries", "domains"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows())
    return out.getvalue()


def main() -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, metavar="FILE")
    args = parser.parse_args()
    if args.write:
        args.write.write_text(table(), encoding="utf-8")
    else:
        print(table(), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
