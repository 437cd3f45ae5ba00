"""Parts and folds of sites, the same for every script that fits or judges the strip."""

from __future__ import annotations

import hashlib

N_FOLDS = 3


def site_number(site: str) -> int:
    """A site's number, by which parts and folds are taken (as `common.take_part` does)."""
    return int(hashlib.sha256(site.encode()).hexdigest(), 16)


def fold_of(site: int) -> int:
    """The fold of a site (its number); independent of its part."""
    return site // 3 % N_FOLDS
