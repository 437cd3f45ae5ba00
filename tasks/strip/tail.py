"""Off-topic tails: other articles' headlines, teasers and paragraphs below the body."""

from __future__ import annotations

from tasks.strip.draft import Draft
from tasks.strip.fields import ends_like_prose
from tasks.strip.rules import is_label
from tasks.text import line_key


def cut_tail(draft: Draft) -> None:
    """Cut from the first doubled headline, or from a label that only headlines follow, to the end."""
    standing = list(draft.standing())
    keys = [line_key(line.text) for _, line in standing]
    start = None
    rule = ""
    for at in range(1, len(standing) - 1):
        text = standing[at][1].text
        if keys[at] and keys[at] == keys[at + 1] and len(text) < 300 and not ends_like_prose(text):
            start, rule = at, "tail.doubled_headline"
            break
        if is_label(text) and all(not ends_like_prose(line.text) for _, line in standing[at + 1 :]):
            start, rule = at, "tail.label_list"
            break
    if start is not None:
        draft.cut_lines(standing[start][0], standing[-1][0], "related_tail", rule, 0.95)
