"""Which rule for furniture a line fits, and the role that this gives to it.

In     one trimmed line
Out    the rule, or its role; the roles of short lines are kept, since the pages of a site share their menus

Limits  A line's role is that of the first rule it fits.
"""

from __future__ import annotations

import re

from tasks.rules import Rule, rule_cache
from tasks.strip.captions import has_credit
from tasks.strip.rules import FOOT, match_line

LONGEST_RULED = 240
_LONGEST_CREDITED = 600
_LONGEST_NOTICE = 1000  # characters that are looked at for a notice on cookies
_PRIVACY = re.compile(
    r"(?i)cookie.{0,80}\b(?:consent|plugin|session|visitors?|analytics|expires?|stored?s?|used to|browser"
    r"|sets? (?:this|by))\b|\b(?:cookies?|personal (?:data|information)|opt[- ]out|privacy policy"
    r"|third[- ]part(?:y|ies) (?:partners|vendors))\b.{0,400}\b(?:cookies?|browser|our (?:web)?sites?|this (?:web)?site"
    r"|your (?:device|consent|privacy)"
    r"|personal (?:data|information)|partners|preferences)\b"
)
_PRIVACY_CUES = ("cookie", "personal ", "opt-out", "opt out", "privacy", "third")


def role_of(text: str) -> str:
    """The role of the rule that the line fits, or `none`."""
    return _cached_role(text) if len(text) <= LONGEST_RULED else _role(text)


def rule_of(text: str) -> Rule | None:
    """The rule for furniture that the line fits."""
    found = match_line(text, FOOT) if len(text) <= LONGEST_RULED else None
    return found.rule if found else None


def _role(text: str) -> str:
    if _is_privacy_notice(text):
        return "notice"
    if len(text) < _LONGEST_CREDITED and has_credit(text):
        return "caption"
    rule = rule_of(text)
    return rule.role if rule else "none"


def _is_privacy_notice(text: str) -> bool:
    """Whether a line speaks of cookies or of a visitor's data as such walls do; short ones must name cookies."""
    if len(text) > LONGEST_RULED:
        head = text[:_LONGEST_NOTICE].casefold()
        return any(cue in head for cue in _PRIVACY_CUES) and bool(_PRIVACY.search(text, 0, _LONGEST_NOTICE))
    return "ookie" in text and bool(_PRIVACY.search(text))


_CACHED = 1 << 14  # lines: the furniture of some hundred sites
_cached_role = rule_cache(_CACHED)(_role)
