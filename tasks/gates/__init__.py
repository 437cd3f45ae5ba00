"""Gates: publish or refuse, with reasons.

In     the seven tables of a run, the version before, limits from the settings, what the operator accepts
Out    a `Verdict`: findings that refuse, warn, or were accepted

The rooms
    check     all gates in order
    profile   tables -> the numbers of each document
    watch     documents against what is usual on their sites: length, titles, dates, language, cuts …
    losses    articles gone, documents failed, one large cluster
    verdict   limits, findings, verdict

`schema` and `invariants` hold the contract and cannot be accepted away.
"""

from tasks.gates.check import ALWAYS, LIMITS, check, check_names
from tasks.gates.verdict import Finding, Level, Limits, Verdict, read_limits

__all__ = ["ALWAYS", "LIMITS", "Finding", "Level", "Limits", "Verdict", "check", "check_names", "read_limits"]
