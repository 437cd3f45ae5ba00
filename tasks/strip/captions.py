"""Photo captions, known by their credit: "… Photo by Ann Lee", "(AP Photo/…)", "[Photo/…]", "…  / Getty Images".

In     a draft
Out    the draft without these lines, and its captions with their credits

Patterns are data: tasks/rules/strip_captions.toml (the credit at a caption's end) and the `caption` rows of
strip_lines.toml (a credit or a caption's label alone on its line).
Limits  A caption without a credit or label looks like a sub-heading and stays in the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.model import Caption
from tasks.rules import Rule, load, rule_cache
from tasks.strip.draft import Draft
from tasks.strip.rules import ANY, fewest, match_line

LONGEST_CAPTION = 900
_EDGES = " \t\xa0\u3000"


def take_captions(draft: Draft) -> None:
    """Cut every line that ends with a photo credit, or says itself that it describes a picture."""
    for index, line in draft.standing():
        text = line.text
        if len(text) > LONGEST_CAPTION:
            continue
        found = _credited(text)
        if found is None:
            match = match_line(text, ANY) if len(text) <= 240 else None
            if match is None or match.rule.role != "caption":
                continue
            credit = match.words.strip(_EDGES) if match.words else None
            words = text if credit is None else ""
            found = Caption(words, credit), match.rule.id, match.rule.score
        caption, rule, score = found
        draft.captions.append((line.start, caption))
        draft.cut_line(index, "caption", rule, score, "captions")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRule(Rule):
    """The pattern of a credit at the end of a line, and words of which such a line has one."""

    needs: tuple[str, ...]

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if "credit" not in self.pattern.groupindex:
            raise ValueError("pattern: has no group 'credit'")
        if wrong := [need for need in self.needs if need != need.casefold()]:
            raise ValueError(f"needs: {wrong[0]!r} must be in lower case")

    def reading(self, text: str) -> bool:
        """Whether the line ends with such a credit."""
        lowered = text.casefold()
        return any(need in lowered for need in self.needs) and self.pattern.search(text) is not None


@rule_cache()
def _quick() -> tuple[str, ...]:
    """The fewest words of which every line with a credit holds one."""
    return fewest(need for rule in load("strip_captions", CreditRule) for need in rule.needs)


def has_credit(text: str) -> bool:
    """Whether a line ends with a photo credit."""
    return _credited(text) is not None


@rule_cache(1 << 13)  # a line is asked for when a page is told from an article, and again for its caption
def _credited(text: str) -> tuple[Caption, str, float] | None:
    """The caption, the rule and its score for a line that ends with a credit."""
    tail_start = max(0, len(text) - 160)
    tail = text[tail_start:]
    lowered = tail.casefold()
    if not any(map(lowered.__contains__, _quick())):
        return None
    for rule in load("strip_captions", CreditRule):
        match = rule.pattern.search(tail) if any(map(lowered.__contains__, rule.needs)) else None
        if match is not None and tail_start + match.start() > 0:
            words = text[: tail_start + match.start()].strip(_EDGES)
            return Caption(words, match["credit"].strip(_EDGES + "()[]（）.")), rule.id, rule.score
    return None
