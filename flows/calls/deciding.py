"""Calls by which people decide: `takedown`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.calls.words import HERE, PLAIN_OUTPUT, Output, Switch, Where

if TYPE_CHECKING:
    pass


def takedown(
    document: str,
    /,
    *,
    reason: str,
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
    purge
        Also take it out of every version that is published already, and empty the cache.
    cache
        Folder for results of earlier runs, where `run` was told one; other files in it stay.
    """
    from flows.config import load_config
    from flows.takedown import take_down

    settings = load_config(where.config, curated=where.curated, cache=cache)
    done = take_down(settings, document, reason=reason, purge=purge)

    def lines() -> str:
        purged = f"; taken out of {', '.join(done.rewritten)}" if done.rewritten else ""
        return f"Listed in {done.listed_in}: the next version will be without it{purged}"

    output.answer(done.as_dict(), lines)
    return 0
