"""What is true of a language or a script, in one place: months, weekdays, number words, words, sentence ends, scripts.

In     nothing; tables and patterns that are made once
Out    values and small functions, to every step that asks about words of a language

    calendar_names  names of months and weekdays in 281 languages (generated from CLDR: `cldr_names`)
    number_words    words for small numbers in 14 languages
    sentences       what ends a sentence, and where the sentences of a text begin and end
    scripts         which scripts put no white space between words; combining marks
    word_patterns   what a word is

No other module of `tasks` has such facts (tests/test_language_data.py looks for them); rules about what a language
*does* with them, e.g. "May" before a verb, belong to the step that needs the rule.

Limits  A list of names says nothing about context: `may`, `mar` and `sun` are also other words.
"""

from tasks.language_data.calendar_names import (
    is_date_or_number_word,
    month_forms,
    month_numbers,
    month_words,
    weekday_forms,
    weekday_numbers,
    weekday_words,
)
from tasks.language_data.number_words import number_words
from tasks.language_data.scripts import (
    HAN,
    HANGUL,
    KANA,
    MARKS,
    ONE_LANGUAGE,
    UNSPACED,
    UNSPACED_RANGES,
    is_unspaced_character,
)
from tasks.language_data.sentences import CLOSING, ENDING, WIDE_ENDING, ends_sentence, find_sentences, is_sentence_end
from tasks.language_data.word_patterns import LETTER, LETTERS, WORD, find_words

__all__ = [
    "CLOSING",
    "ENDING",
    "HAN",
    "HANGUL",
    "KANA",
    "LETTER",
    "LETTERS",
    "MARKS",
    "ONE_LANGUAGE",
    "UNSPACED",
    "UNSPACED_RANGES",
    "WIDE_ENDING",
    "WORD",
    "ends_sentence",
    "find_sentences",
    "find_words",
    "is_date_or_number_word",
    "is_sentence_end",
    "is_unspaced_character",
    "month_forms",
    "month_numbers",
    "month_words",
    "number_words",
    "weekday_forms",
    "weekday_numbers",
    "weekday_words",
]
