"""Which language a text is in: langdetect's own answer.

In     a text (the stripped body)
Out    ISO 639-1 code (`und` where undecidable) and a score, 0…1
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa
from langdetect import LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from tasks import schema

MIN_LETTERS = 20  # fewer say too little


@cache
def _factory() -> DetectorFactory:
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


def detect_language(text: str) -> tuple[str, float]:
    """ISO 639-1 code and score (0…1) of a text; `("und", 0.0)` where undecidable."""
    if sum(map(str.isalpha, text[:10_000])) < MIN_LETTERS:
        return "und", 0.0
    detector = _factory().create()
    detector.append(text)
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return "und", 0.0
    return best.lang.split("-")[0], round(min(best.prob, 1.0), 4)


def detect_batch(batch: pa.Table) -> pa.Table:
    """Languages of a table with the column `text`, row by row; a null text has a null language."""
    answers = [detect_language(text) if text is not None else (None, None) for text in batch["text"].to_pylist()]
    columns = list(zip(*answers, strict=True)) if answers else [(), ()]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema.LANGUAGES, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema.LANGUAGES)
