"""Series: reports of one form, in words only, in five scripts, stay apart from each other."""

import pytest

from bench.series import FRAMES, make_series
from tasks.dedupe import cluster_texts

MAX_MERGED = {"han": 0.25, "thai": 0.25}  # pieces tell less than words: docs/duplicates.md, "Limits"


@pytest.mark.parametrize("days", [8, 40])
def test_reports_of_one_form_are_not_merged(days):
    texts, frames = make_series(days, 3)
    labels = cluster_texts(texts).labels.tolist()

    for frame in FRAMES:
        mine = [label for label, of in zip(labels, frames, strict=True) if of == frame]
        merged = sum(labels.count(label) > 1 for label in mine)
        assert merged <= MAX_MERGED.get(frame, 0) * len(mine), frame
