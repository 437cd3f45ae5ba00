"""What a line of a page is by itself, whatever stands around it: words, kind, the rule for furniture that it fits.

In     one trimmed line
Out    its `Form`; those of short lines are kept in a cache, since the pages of a site share their menus

Limits  A line's role is that of the first rule it fits; a line that fits none but is a label has the role `label`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.rules import Rule, rule_cache
from tasks.strip.captions import has_credit
from tasks.strip.rules import FOOT, match_line
from tasks.strip.signs import kind_of, word_count

LONGEST_RULED = 240
_LONGEST_CREDITED = 600
LONGER = 5  # characters
_LONGEST_READ = 260  # characters that are looked at for words
_LONGEST_NOTICE = 1000  # characters that are looked at for a notice on cookies
_PRIVACY = re.compile(
    r"(?i)cookie.{0,80}\b(?:consent|plugin|session|visitors?|analytics|expires?|stored?s?|used to|browser"
    r"|sets? (?:this|by))\b|\b(?:cookies?|personal (?:data|information)|opt[- ]out|privacy policy"
    r"|third[- ]part(?:y|ies) (?:partners|vendors))\b.{0,400}\b(?:cookies?|browser|our (?:web)?sites?|this (?:web)?site"
    r"|your (?:device|consent|privacy)"
    r"|personal (?:data|information)|partners|preferences)\b"
)
_PRIVACY_CUES = ("cookie", "personal ", "opt-out", "opt out", "privacy", "third")


class Form(NamedTuple):
    """A line's own signs."""

    words: int
    kind: str  # one of `signs.KINDS`
    role: str
    long_words: tuple[str, ...]  # the longer ones at its beginning that no mark touches, in small letters


def form_of(text: str) -> Form:
    """The form of a line."""
    return _cached_form(text) if len(text) <= LONGEST_RULED else _form(text)


def role_of(text: str) -> str:
    """The role of the rule that the line fits, or `none`."""
    return _cached_role(text) if len(text) <= LONGEST_RULED else _role(text)


def rule_of(text: str) -> Rule | None:
    """The rule for furniture that the line fits."""
    found = match_line(text, FOOT) if len(text) <= LONGEST_RULED else None
    return found.rule if found else None


def _form(text: str) -> Form:
    words = word_count(text)
    kind = kind_of(text, words)
    role = role_of(text)
    if role == "none" and kind == "label":
        role = "label"
    return Form(words, kind, role, tuple(filter(str.isalpha, longer_words(text[:_LONGEST_READ]))))


def longer_words(text: str) -> list[str]:
    """What stands between blanks and has five characters or more, in small letters."""
    return [word for word in text.casefold().split() if len(word) >= LONGER]


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
_cached_form = rule_cache(_CACHED)(_form)
_cached_role = rule_cache(_CACHED)(_role)
