"""What a line looks like from outside: its kind, and named yes/no features of its form and neighbours.

In     the lines of a text, in order
Out    for each line its kind (one of `KINDS`) and the names of the features it has

No feature knows a word or a topic: they are lengths, end marks, capitals, doubling, marks that several lines share, the
kinds of the neighbours, and which share of a line's longer words the first part of the text uses too. The weights
of the features are in tasks/rules/strip_weights.toml; bench/strip_fit.py fits them.

Limits  Capitals say nothing in scripts without them; the share of words says nothing where no blanks part them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.strip.labels import LONGEST_LABEL, is_label
from tasks.text import is_unspaced, line_key

KINDS = ("rule", "label", "meta", "heading", "question", "cut", "open", "sentence", "line", "prose")
# A headline has at most this many words; what is longer and has no stop was cut off.
LONGEST_HEADING = 26
# A single sentence is a `sentence` up to so many words, and a `line` up to the length of a headline.
SHORT_SENTENCE = 14
# Two short sentences of together at most this many words may be one headline.
TWO_SENTENCES = 20
SENTENCES = ("sentence", "line", "prose")
LONGEST_DOUBLED = 260  # characters of a headline that stands twice; what is longer is a paragraph
FIRST_PART = 0.6
FEW_WORDS = 3
LETTERS_OF_A_SIGN = 3  # what a character of a script without blanks says, an alphabet says in so many
_LONGEST_READ = 260  # characters of a line that are looked at for words

_CUT_MARK = re.compile(
    r"(?:\.{2,4}|…|[\[(]\s?(?:\.{2,4}|…)\s?[\])])"
    r"(?:\s?[”\"»]|\s?[\[(]?[^\W\d_]{2,10}(?: [^\W\d_]{2,8}){0,2}[\])]?(?:\s?[»›>→]{1,2})?)?$"
)
_DOTS = re.compile(r"\.{3}|…")
_STOP = re.compile(r"[.!?。！？](?:[\"”’'»)\]）」』*]|\s?\(\w{1,12}\)){0,3}$")
# "… of our time.” —Ada Quill, Harbour Studio": a quotation's author stands behind its stop
_INNER_STOP = re.compile(r"[^\W\d_]{2}[.!?][”\"’]? (?=\W?[^\W\d_])|[。！？]\w")
_ATTRIBUTION = re.compile(
    r"[.!?…][\"”’'»)]{0,2}\s?(?:[—–―-]{1,2}\s?[^\W\d_a-z][^.!?,;]{1,40}(?:,[^.!?]{1,40})?|\([^()]{2,60}\))$"
)
_WORD = re.compile(r"[^\W\d_]{5,}")
# What two forms of a longer word have in common: five letters. Six were as good.
_STEM = re.compile(r"([^\W\d_]{5})[^\W\d_]*")
_PART = re.compile(r" (?:[|¦•·»›>/~–—―-]|::|//|›|»|\|\|) |(?<=\w) ?\|")
_SECTION = re.compile(r"\s{0,2}(?:[|¦•·»›>/~–—―-]|::|//|\|\|)\s{0,2}[^\W\d_][^.!?]{0,24}")
_BAR = re.compile(r"[|¦•·»›]|::|//")  # marks that part a headline from keywords; dashes part names from clubs too
_TIME = re.compile(
    r"(?i)^\W{0,3}(?:(?:about |vor |il y a |hace |há )?\d{1,3}\s?(?:h|hr|hrs|hours?|m|min|mins|minutes?|d|days?|weeks?"
    r"|months?|years?|stunden?|tagen?|minuten|heures?|jours?|horas?|días?|小时|分钟|天|часов|часа|дней|дня)"
    r"(?:\s?(?:ago|前|назад|atrás))?"
    r"|(?:today|yesterday|heute|gestern|hier|ayer|ieri|oggi)\b[\s,]{0,3}[\d:.hpam ]{0,9}"
    r"|\d{1,2}:\d\d(?:\s?[ap]m)?|\d{4}-\d\d-\d\d"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2}\.? \w{3,9}\.? \d{4})\W{0,3}$"
)


@dataclass(frozen=True, slots=True)
class Signs:
    """One line's kind and the names of its features."""

    kind: str
    names: tuple[str, ...]
    words: int = 0
    doubled: bool = False
    marked: bool = False  # its bullet, last word or parting mark stands in other headings too
    piped: bool = False
    size: int = 0  # characters, as many as an alphabet would need
    open_end: bool = False  # ends in a comma or the like, as verse does, and lists
    small: bool = False  # begins with a small letter


def describe(texts: Sequence[str], first: int = 0) -> list[Signs]:
    """Kind and features of the lines from position `first` on; the lines above only lend their words."""
    seen = texts[first:]
    words = [word_count(text) for text in seen]
    repeated = _repeated_short(seen)
    kinds = [kind_of(text, n, repeated) for text, n in zip(seen, words, strict=True)]
    shared = _shared_marks(seen, kinds)
    doubled = [
        twice and (kind != "prose" or n <= LONGEST_HEADING)
        for twice, kind, n in zip(_doubled(seen), kinds, words, strict=True)
    ]
    below, blocks = _prose_below(kinds, shared), _heading_blocks(kinds)
    known = _first_words(texts)
    return [_signs(i, seen, words[i], kinds, doubled, shared[i], known, below[i], blocks[i]) for i in range(len(seen))]


def _heading_blocks(kinds: Sequence[str]) -> list[int]:
    """For each heading how many headings stand in its run, counted up to 9; 0 for other lines."""
    runs, start = [0] * len(kinds), 0
    for i in range(len(kinds) + 1):
        if i < len(kinds) and kinds[i] in ("heading", "question"):
            continue
        runs[start:i] = [min(9, i - start)] * (i - start)
        start = i + 1
    return runs


def _prose_below(kinds: Sequence[str], shared: Sequence[tuple[bool, ...]]) -> list[int]:
    """How many complete sentences or paragraphs without shared marks stand below each line."""
    counts, n = [0] * len(kinds), 0
    for i in range(len(kinds) - 1, -1, -1):
        counts[i] = n
        n += kinds[i] in SENTENCES and not any(shared[i])
    return counts


def word_count(text: str) -> int:
    """Words between blanks; where a script has no blanks, half the characters."""
    blanks = text.count(" ")
    if 12 * blanks >= len(text) - 24 and (text.isascii() or not is_unspaced(text[:60])):
        return blanks + 1
    return max(blanks + 1, len(text) // 4 if text.isascii() else len(text) // 2)


def _repeated_short(texts: Sequence[str]) -> frozenset[str]:
    """Short lines that stand three times or more: "Photo gallery" between teasers."""
    counts = Counter(text for text in texts if len(text) <= 40)
    return frozenset(text for text, n in counts.items() if n >= 3)


def kind_of(text: str, words: int, repeated: frozenset[str] = frozenset()) -> str:
    """One of `KINDS`."""
    if not any(map(str.isalnum, text)):
        return "rule" if len(text) > 1 or text not in ".,'\"`" else "meta"
    if len(text) <= LONGEST_LABEL and is_label(text):
        return "label"
    if len(text) <= 40 and (text in repeated or _TIME.match(text)):
        return "meta"
    end = text[-30:]
    if text[-1] in ",-–—" or (("…" in end or ".." in end) and _CUT_MARK.search(end)):
        return "cut" if words > 6 else "heading"
    if not text[-1].isalnum() and _STOP.search(end):
        if text[-1] in "?!" and words <= LONGEST_HEADING:
            return "question"
        if 4 <= words <= LONGEST_HEADING and capitals(text) == "most":
            return "heading"
        if words <= TWO_SENTENCES or (words <= LONGEST_HEADING and not _INNER_STOP.search(text)):
            return "sentence" if words <= SHORT_SENTENCE else "line"
        return "prose"
    if text[-1] in ":：;；":
        return "open"
    if words > LONGEST_HEADING:
        return "prose" if _ATTRIBUTION.search(text[-110:]) else "cut"
    return "heading"


def _doubled(texts: Sequence[str]) -> list[bool]:
    """Whether a line stands twice in a row, capitals and marks aside."""
    found = [False] * len(texts)
    for i in range(len(texts) - 1):
        one, other = texts[i], texts[i + 1]
        if len(one) <= LONGEST_DOUBLED and _is_twice(one, other):
            found[i] = found[i + 1] = True
    return found


def _is_twice(one: str, other: str) -> bool:
    """Whether two lines are one headline, as it is, cut short, or with a section's name behind a parting mark."""
    if len(one) > len(other):
        one, other = other, one
    return (
        _is_same(one, other)
        or _is_shortened(other, one)
        or _is_shortened(one, other)
        or (other.startswith(one) and bool(_SECTION.fullmatch(other, len(one))))
    )


def _is_same(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 8 and line_key(one) == line_key(other) != ""


def _is_shortened(whole: str, cut: str) -> bool:
    """Whether `cut` is the beginning of `whole` up to dots, perhaps with a link's words behind them."""
    dots = _DOTS.search(cut, 10)
    if dots is None or dots.start() > len(whole) or len(cut) - dots.end() > 14:
        return False
    return line_key(whole).startswith(line_key(cut[: dots.start()]))


def _shared_marks(texts: Sequence[str], kinds: Sequence[str]) -> list[tuple[bool, bool, bool]]:
    """For each line: whether its bullet, its last word, its parting mark stand in other headings too."""
    headings = [i for i, kind in enumerate(kinds) if kind in ("heading", "question", "sentence", "line")]
    bullets = {i: texts[i][0] if not texts[i][0].isalnum() and texts[i][0] not in "\"'“‘«([" else "" for i in headings}
    ends = {i: texts[i].rsplit(" ", 1)[-1].casefold() for i in headings}
    parts = {i: m.group().strip() if (m := _PART.search(texts[i])) else "" for i in headings}
    counts = [Counter(v for v in values.values() if v) for values in (bullets, ends, parts)]

    def is_shared(i: int, which: int, values: dict[int, str]) -> bool:
        return bool(values.get(i)) and counts[which][values[i]] >= 2

    return [(is_shared(i, 0, bullets), is_shared(i, 1, ends), is_shared(i, 2, parts)) for i in range(len(texts))]


def _first_words(texts: Sequence[str]) -> frozenset[str]:
    """The stems of the longer words of the first part of the text."""
    budget = FIRST_PART * sum(map(len, texts))
    first: list[str] = []
    for text in texts:
        first.append(text)
        budget -= len(text)
        if budget <= 0:
            break
    return frozenset(_STEM.findall(" ".join(first).casefold()))


def long_words(text: str) -> frozenset[str]:
    """The longer words of a text, lower-cased."""
    return frozenset(_WORD.findall(text.casefold()))


def _signs(
    i: int,
    texts: Sequence[str],
    words: int,
    kinds: Sequence[str],
    doubled: Sequence[bool],
    shared: tuple[bool, bool, bool],
    known: frozenset[str],
    prose_below: int,
    block: int,
) -> Signs:
    text, kind = texts[i], kinds[i]
    before = kinds[i - 1] if i else "start"
    after = kinds[i + 1] if i + 1 < len(kinds) else "end"
    names = [
        f"{kind}.{_size(words)}",
        f"{before}>{kind}",
        f"{kind}>{after}",
        f"{_GROUP[kind]}.known_{_stems_known(text, known)}",
        f"{_GROUP[kind]}.prose_below_{_few(prose_below)}",
    ]
    if kind == "cut":
        names.append("cut.marked" if _CUT_MARK.search(text[-30:]) else "cut.silent")
    if kind in ("heading", "question"):
        names.append(f"heading.capitals_{capitals(text)}")
        names.append(
            f"heading.run_{'1' if block == 1 else '2' if block == 2 else '3'}_{'last' if not prose_below else 'inside'}"
        )
    if i + 3 < len(kinds) and kinds[i + 2] == kind != after == kinds[i + 3]:
        names.append(f"{kind}.alternates_below")
    if i >= 2 and kinds[i - 2] == kind != before:
        names.append(f"{kind}.alternates_above")
    names += [
        name
        for name, has in zip(("doubled", "bullet", "same_ending", "piped"), (doubled[i], *shared), strict=True)
        if has
    ]
    if any(shared):
        names.append(f"marked.prose_below_{_few(prose_below)}")
    size = len(text) if text.isascii() or not is_unspaced(text[:60]) else LETTERS_OF_A_SIGN * len(text)
    piped = shared[2] and bool(_BAR.search(text))
    return Signs(
        kind, tuple(names), words, doubled[i], any(shared), piped, size, text[-1] in ",;–—-", text[0].islower()
    )


_GROUP = {
    "rule": "mark",
    "label": "mark",
    "meta": "mark",
    "heading": "short",
    "question": "short",
    "open": "short",
    "sentence": "short",
    "line": "long",
    "cut": "long",
    "prose": "long",
}


def _size(words: int) -> str:
    for most in (3, 6, 14, 26, 60):
        if words <= most:
            return f"to_{most}"
    return "longer"


def _few(lines: int) -> str:
    return "0" if lines == 0 else "1" if lines == 1 else "to_3" if lines <= 3 else "to_8" if lines <= 8 else "more"


def share_of(words: Sequence[str], known: frozenset[str]) -> str:
    """How many of a line's longer words the first part of the text uses: none, few, some, most, or no words."""
    if not words:
        return "empty"
    share = sum(map(known.__contains__, words)) / len(words)
    return "none" if share == 0 else "few" if share < 0.2 else "some" if share < 0.45 else "most"


def _stems_known(text: str, stems: frozenset[str]) -> str:
    """`share_of` by the stems of the line's words; none of few words says less than none of many."""
    found = _STEM.findall(text[:_LONGEST_READ].casefold())
    if not found:
        return "empty"
    known = sum(map(stems.__contains__, found))
    if not known:
        return "none" if len(found) > FEW_WORDS else "none_of_few"
    share = known / len(found)
    return "few" if share < 0.2 else "some" if share < 0.45 else "most"


def capitals(text: str) -> str:
    """How many of the line's longer words begin with a capital: few, some, most."""
    found = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    if not found:
        return "none"
    share = len([word for word in found if word[0].isupper()]) / len(found)
    return "few" if share < 0.34 else "some" if share < 0.75 else "most"
