"""Gates that notice a broken source: what documents are like now, against what is usual on their sites.

In     the profile of the version before, the profile of this run, limits
Out    findings, each with the sites or documents that weigh most in it

Each document is held against the mean (or median) of its own site in the version before, so that another mix of sites
changes nothing; sites that are new are held against nothing. Sites of few documents count as one. Two sets of
documents are looked at: `all`, and `incoming`, those that are new or whose text has changed: among a hundred thousand
old documents a hundred broken ones would not show. What one site alone does is a warning.

Limits  Below `MIN_COMPARED` documents nothing is compared; below `MIN_REFUSED` a change only warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tasks.gates.verdict import Finding, Level, Limits

if TYPE_CHECKING:
    import pandas as pd

MIN_SITE = 10  # documents of the version before; smaller sites are taken together
MIN_COMPARED = 10  # documents that can be held against their sites
MIN_REFUSED = 30
MIN_AFFECTED = 5  # documents: so few never make a finding of a share
MAX_NAMED = 10  # sites or documents that a message names
SMALL_SITES, NEW_SITES = "(small sites)", "(new sites)"


@dataclass(frozen=True, slots=True)
class Watch:
    """One number of the profile that is watched.

    `kind` says how change is measured: `share` as a difference of shares, `size` as a share of what is usual.
    `sign` is 1 where only more is bad, -1 where only less is, 0 where both are.
    """

    gate: str
    column: str
    kind: Literal["share", "size"]
    sign: Literal[-1, 0, 1]
    limits: Limits
    says: str  # what the number is, for the message
    why: str
    holds_new: bool = False  # documents of new sites are held against the mean of all sites


WATCHES = (
    Watch(
        "rejected", "rejected", "share", 1, Limits(0.05, 0.25), "documents rejected",
        why="cookie walls, error pages, empty pages", holds_new=True,
    ),
    Watch(
        "duplicates", "duplicate", "share", 1, Limits(0.1, 0.35), "documents that are copies",
        why="everything came twice, or every page is the same wall", holds_new=True,
    ),
    Watch(
        "length", "words", "size", 0, Limits(0.25, 0.4), "words an article",
        why="texts cut to their lead, or several glued into one",
    ),
    Watch(
        "titles", "titled", "share", -1, Limits(0.1, 0.3), "articles with a title",
        why="the field of the input moved, or is empty now",
    ),
    Watch(
        "bylines", "signed", "share", -1, Limits(0.15, 0.4), "articles with a by-line",
        why="the field of the input moved, or is empty now",
    ),
    Watch(
        "dates", "dated", "share", -1, Limits(0.1, 0.3), "articles with a date of publication",
        why="the field of the input moved, or is empty now",
    ),
    Watch(
        "future", "future", "share", 1, Limits(0.02, 0.2), "articles dated in the future",
        why="days and months change places, or a clock is wrong",
    ),
    Watch(
        "language", "usual_language", "share", -1, Limits(0.1, 0.3), "articles in the language of their site",
        why="the crawler follows another edition",
    ),
    Watch(
        "cuts", "cut", "share", 0, Limits(0.15, 0.4), "of the text cut away",
        why="a new layout of the site, or a rule gone wild",
    ),
    Watch(
        "encoding", "repaired", "share", 1, Limits(0.1, 0.4), "articles with broken characters",
        why="pages are read in a wrong encoding",
    ),
    Watch(
        "date_mentions", "dates", "size", -1, Limits(0.4, None), "dates a thousand words",
        why="numbers fell out of the texts",
    ),
    Watch(
        "figure_mentions", "figures", "size", -1, Limits(0.4, None), "figures a thousand words",
        why="numbers fell out of the texts",
    ),
)  # fmt: skip


def find_changes(before: pd.DataFrame, after: pd.DataFrame, limits: Mapping[str, Limits]) -> Iterator[Finding]:
    """Findings of every watch over all documents, over the incoming ones, and over each site.

    Args:
        before, after: as `tasks.gates.profile.profile` makes them.
        limits: by gate.
    """
    groups = _groups(before)
    before, after = _grouped(before, groups), _grouped(after, groups)
    usual = before[before["status"] == "article"].groupby("group")["language"].agg(_most_frequent)
    before, after = (_with_language(frame, usual) for frame in (before, after))
    after = after.assign(group=after["group"].fillna(NEW_SITES))
    unchanged = before["text_sha256"].reindex(after.index)
    incoming = after[unchanged.isna() | (unchanged != after["text_sha256"])]
    for watch in WATCHES:
        base = before.groupby("group")[watch.column].agg("median" if watch.kind == "size" else "mean")
        if watch.holds_new:
            base[NEW_SITES] = before[watch.column].mean()
        told = False
        for scope, frame in (("all", after), ("incoming", incoming)):
            found = _look(watch, limits[watch.gate], scope, frame, base)
            told = told or found is not None
            if found:
                yield found
        if not told:
            yield from _look_at_sites(watch, limits[watch.gate], after, base)


def _groups(before: pd.DataFrame) -> dict[str, str]:
    """Which group each site of the version before is in: its own, or that of the small sites."""
    sizes = before["site"].value_counts()
    return {str(site): str(site) if size >= MIN_SITE else SMALL_SITES for site, size in sizes.items()}


def _grouped(frame: pd.DataFrame, groups: Mapping[str, str]) -> pd.DataFrame:
    return frame.assign(group=frame["site"].map(groups))


def _most_frequent(languages: pd.Series) -> str | None:
    counts = languages.value_counts()
    return None if counts.empty else min(counts.index[counts == counts.iloc[0]])


def _with_language(frame: pd.DataFrame, usual: pd.Series) -> pd.DataFrame:
    same = (frame["language"] == frame["group"].map(usual)).astype(float)
    return frame.assign(usual_language=same.where(frame["status"] == "article"))


def _look(watch: Watch, limits: Limits, scope: str, frame: pd.DataFrame, base: pd.Series) -> Finding | None:
    """What a watch says of these documents, if anything."""
    values, usual = frame[watch.column], frame["group"].map(base)
    known = values.notna() & usual.notna() & ((usual > 0) if watch.kind == "size" else True)
    if known.sum() < MIN_COMPARED:
        return None
    values, usual = values[known], usual[known]
    apart = values / usual - 1 if watch.kind == "size" else values - usual
    change = float(apart.median() if watch.kind == "size" else apart.mean())
    bad = abs(change) if watch.sign == 0 else change * watch.sign
    level = limits.level(round(bad, 4))
    if level is None or (watch.kind == "share" and bad * len(values) < MIN_AFFECTED):
        return None
    if level is Level.FAIL and len(values) < MIN_REFUSED:
        level = Level.WARN
    direction = 1.0 if change > 0 else -1.0
    message = (
        f"{_in_words(watch, scope, values, usual)}; most: {_heaviest(watch, frame[known], usual, apart * direction)}"
    )
    return Finding(watch.gate, level, message, scope, round(change, 4))


def _in_words(watch: Watch, scope: str, values: pd.Series, usual: pd.Series) -> str:
    """The change in one clause: what was usual on these sites, and what is found now."""
    which = "new or changed " if scope == "incoming" else ""
    if watch.kind == "size":
        was, found = f"{usual.median():,.0f}", f"{values.median():,.0f}"
    else:
        was, found = f"{usual.mean():.0%}", f"{values.mean():.0%}"
    where = f" on {scope}" if scope not in ("all", "incoming") else ""
    return f"{watch.says}{where}: {found} in {len(values):,} {which}documents, {was} is usual on their sites"


def _heaviest(watch: Watch, frame: pd.DataFrame, usual: pd.Series, weight: pd.Series) -> str:
    """The sites that weigh most with what changed in them; the documents, where it is one site."""
    by_site = weight.groupby(frame["site"]).sum().sort_values(ascending=False, kind="stable")
    by_site = by_site[by_site > 0].head(MAX_NAMED)
    if len(by_site) > 1:
        return ", ".join(
            f"{site or '(no site)'} ({_amount(watch, usual[frame['site'] == site])} → "
            f"{_amount(watch, frame.loc[frame['site'] == site, watch.column])})"
            for site in by_site.index
        )
    worst = weight.sort_values(ascending=False, kind="stable").head(MAX_NAMED).index
    named = frame.loc[worst, ["path", watch.column]].itertuples(index=False)
    return ", ".join(f"{path} ({value:,.0f})" if watch.kind == "size" else str(path) for path, value in named)


def _amount(watch: Watch, values: pd.Series) -> str:
    return f"{values.median():,.0f}" if watch.kind == "size" else f"{values.mean():.0%}"


def _look_at_sites(watch: Watch, limits: Limits, after: pd.DataFrame, base: pd.Series) -> Iterator[Finding]:
    """A site that changed alone: a warning, where its change would refuse a version."""
    only = Limits(limits.fail, None)
    found = [_look(watch, only, str(group), frame, base) for group, frame in after.groupby("group")]
    told = sorted(filter(None, found), key=lambda finding: -abs(finding.change or 0))
    yield from told[:MAX_NAMED]


def find_silent_sites(before: pd.DataFrame, after: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    """Sites that had articles and have none left."""
    had = before[before["status"] == "article"]["site"].value_counts()
    have = set(after[after["status"] == "article"]["site"])
    gone = [(site, size) for site, size in had.items() if site not in have and size >= MIN_COMPARED]
    if not gone:
        return
    change = sum(size for _, size in gone) / max(1, int(had.sum()))
    level = limits.level(round(change, 4))
    if level is None:
        return
    names = ", ".join(f"{site or '(no site)'} ({size:,} articles before)" for site, size in gone[:MAX_NAMED])
    yield Finding("sites", level, f"{len(gone):,} sites have no article left: {names}", change=round(change, 4))
