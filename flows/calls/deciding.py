"""Calls by which people decide: `takedown`."""

from __future__ import annotations

from flows.calls.words import HERE, PLAIN_OUTPUT, Output, Switch, Where


def takedown(
    document: str,
    /,
    *,
    reason: str,
    dry_run: Switch = False,
    purge: Switch = False,
    cache: str | None = None,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Keep a document and its near-copies out from the next version on.

    Parameters
    ----------
    document
        A document or article id, a url, or a path under raw/.
    reason
        Why; published as the document's detail.
    dry_run
        Only list which other documents of the latest version would go with it.
    purge
        Also take it out of every version that is published already, and empty the cache.
    cache
        Folder for results of earlier runs, where `run` was told one; other files in it stay.
    """
    from flows.config import load_config
    from flows.takedown import look_ahead, take_down

    settings = load_config(where.config, curated=where.curated, cache=cache)
    if dry_run:
        done = look_ahead(settings, document, reason=reason)
    else:
        done = take_down(settings, document, reason=reason, purge=purge)

    def lines() -> str:
        others = "".join(f"\n  {path}" for path in done.also)
        also = f"\nWith it {'would go' if dry_run else 'go'} texts that hold its words:{others}" if done.also else ""
        if dry_run:
            return f"Would be listed in {done.listed_in}; nothing was written{also}"
        purged = f"; taken out of {', '.join(done.rewritten)}" if done.rewritten else ""
        return f"Listed in {done.listed_in}: the next version will be without it{purged}{also}"

    (output.answer if dry_run else output.tell)(done.as_dict(), lines)
    return 0
