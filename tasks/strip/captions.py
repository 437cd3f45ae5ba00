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
from tasks.text import line_key

LONGEST_CAPTION = 900
MIN_COPY = 25  # characters
NEAR = 2  # lines
MAX_CREDIT = 160  # characters at the end of a line that are searched for a credit
_EDGES = " \t\xa0\u3000"


def take_captions(draft: Draft) -> None:
    """Cut every line that ends with a photo credit, or says itself that it describes a picture; and its copies."""
    taken: list[tuple[int, Caption]] = []
    for index, line in list(draft.standing()):
        text = line.text
        if len(text) > LONGEST_CAPTION:
            continue
        found = credited(text)
        if found is None:
            match = match_line(text, ANY) if len(text) <= 240 else None
            if match is None or match.rule.role != "caption":
                continue
            credit = match.words.strip(_EDGES) if match.words else None
            words = text if credit is None else ""
            found = Caption(words, credit), match.rule.id, match.rule.score
        caption, rule, score = found
        if draft.cut_line(index, "caption", rule, score, "captions"):
            draft.captions.append((line.start, caption))
            taken.append((index, caption))
    _take_neighbours(draft, taken)


def _take_neighbours(draft: Draft, taken: list[tuple[int, Caption]]) -> None:
    """Cut what belongs to a caption that is cut: its copy without the credit, and the words above a credit alone."""
    for index, caption in taken:
        for near in range(max(0, index - NEAR), min(len(draft.lines), index + NEAR + 1)):
            line = draft.lines[near]
            if line is None:
                continue
            if len(caption.text) >= MIN_COPY and line_key(line.text) == line_key(caption.text):
                draft.cut_line(near, "caption", "caption.copy", 0.9, "captions")
            elif (
                not caption.text
                and near == index - 1
                and _is_above_credit(draft, near, line.text)
                and draft.cut_line(near, "caption", "caption.above_credit", 0.85, "captions")
            ):
                draft.captions.append((line.start, Caption(line.text, caption.credit)))


def _is_above_credit(draft: Draft, index: int, text: str) -> bool:
    """Whether a line above a credit is what the picture shows: no sentence, no first line, and prose above it."""
    above = draft.lines[index - 1] if index else None
    words = len(text.split())
    no_sentence = text[-1] not in ".!?:。！？…\"”’'"
    return no_sentence and 3 <= words <= 30 and above is not None and len(above.text) >= MIN_COPY


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRule(Rule):
    """The pattern of a credit at the end of a line, and words of which such a line has one."""

    needs: tuple[str, ...]
    longest: int = LONGEST_CAPTION
    whole: bool = False  # the pattern is held against the whole line; its group `caption` is what the picture shows

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if "credit" not in self.pattern.groupindex:
            raise ValueError("pattern: has no group 'credit'")
        if self.whole and "caption" not in self.pattern.groupindex:
            raise ValueError("pattern: has no group 'caption'")
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
    return credited(text) is not None


@rule_cache(1 << 13)  # a line is asked for when a page is told from an article, and again for its caption
def credited(text: str) -> tuple[Caption, str, float] | None:
    """The caption, the rule and its score for a line that ends with a credit."""
    lowered = text.casefold()
    if not any(map(lowered.__contains__, _quick())):
        return None
    for rule in load("strip_captions", CreditRule):
        if any(map(lowered.__contains__, rule.needs)) and (found := _caption(rule, text)) is not None:
            return found, rule.id, rule.score
    return None


def _caption(rule: CreditRule, text: str) -> Caption | None:
    """What a line that fits the rule says of its picture."""
    if len(text) > rule.longest:
        return None
    if rule.whole:
        match = rule.pattern.match(text)
        return Caption(_trimmed(match["caption"]) or "", _trimmed(match["credit"])) if match else None
    tail_start = max(0, len(text) - MAX_CREDIT)
    match = rule.pattern.search(text[tail_start:])
    if match is None or (tail_start + match.start() == 0 and not match["credit"]):
        return None
    return Caption(text[: tail_start + match.start()].strip(_EDGES), _trimmed(match["credit"]) or "")


def _trimmed(words: str | None) -> str | None:
    return words.strip(_EDGES + "()[]（）.") or None if words else None
