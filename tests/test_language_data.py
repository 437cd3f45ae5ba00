"""Language facts: they hold against their sources, and stand nowhere else."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import regex

from tasks.language import _profiles
from tasks.language_data import (
    MARKS,
    ends_sentence,
    find_sentences,
    find_words,
    is_date_or_number_word,
    is_unspaced_character,
    month_forms,
    month_numbers,
    month_words,
    number_words,
    weekday_forms,
    weekday_numbers,
    weekday_words,
)
from tasks.language_data.calendar_names import TOLD_LANGUAGES

ROOT = Path(__file__).parent.parent
SCRIPTS = "Han Hiragana Katakana Bopomofo Yi Thai Lao Khmer Myanmar Tai_Le New_Tai_Lue Tai_Tham Tai_Viet".split()  # noqa: SIM905
CODES = [*range(0x10000), *range(0x20000, 0x3FFFF)]


# ------------------------------------------------------------------ calendar and numbers


def test_the_names_are_those_that_cldr_has():
    made = subprocess.run([sys.executable, "bench/cldr_names.py", "--check"], cwd=ROOT, check=False)

    assert made.returncode == 0, "run python bench/cldr_names.py"


@pytest.mark.parametrize(
    "language, month, number, weekday, day",
    [
        ("en", "sept", 9, "monday", 1),
        ("de", "jänner", 1, "sonntag", 7),
        ("fr", "août", 8, "mercredi", 3),
        ("ru", "мая", 5, "пятница", 5),
        ("hi", "जनवरी", 1, "सोमवार", 1),
        ("zh", "十二月", 12, "星期二", 2),
    ],
)
def test_names_are_known_by_language_and_number(language, month, number, weekday, day):
    assert month_numbers(language)[month] == number
    assert weekday_numbers(language)[weekday] == day
    assert month in month_forms(language)[number - 1]
    assert weekday in weekday_forms(language)[day - 1]


def test_all_languages_are_those_that_are_told_apart():
    assert {"nb" if code == "no" else code.partition("-")[0] for code in _profiles()[0]} == set(TOLD_LANGUAGES)


def test_a_language_without_names_has_empty_sets():
    assert month_forms("xx") == (frozenset(),) * 12
    assert month_words("xx") == frozenset()


def test_words_of_all_languages_are_full_names_in_lower_case():
    words = month_words() | weekday_words()

    assert {"january", "januar", "janvier", "lunes", "понедельник", "الأحد"} <= words
    assert not {"mar", "die", "jan", "mit", "are", "out"} & words
    assert all(word == word.lower() and len(word) >= 3 for word in words)


def test_number_words_count_in_their_language_and_long_ones_in_all():
    assert {"un", "sept"} & number_words("fr") == {"sept"}
    assert {"on", "yedi"} <= number_words("tr")
    assert "on" not in number_words()
    assert number_words("xx") == frozenset()
    assert all(is_date_or_number_word(word) for word in ("seven", "sieben", "семь", "lunes", "٣", "½", "2021"))
    assert not any(is_date_or_number_word(word) for word in ("rain", "on", "mar", "", "a1"))


# ------------------------------------------------------------------ sentences


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("“It rained.” He left (at noon.) Then?", ["“It rained.”", "He left (at noon.)", "Then?"]),
        ("It cost 3.5 million. J. R. Orr paid.", ["It cost 3.5 million.", "J. R. Orr paid."]),
        ("U.S. troops left. Dr. Lee stayed.", ["U.S. troops left.", "Dr. Lee stayed."]),
        ("He left at 5 p.m. on Monday.", ["He left at 5 p.m. on Monday."]),
        ("下雨了。他走了！“好。”她说。", ["下雨了。", "他走了！", "“好。”", "她说。"]),
        ("बारिश हुई। वह गया।", ["बारिश हुई।", "वह गया।"]),
        ("Rain rose\nRivers fell", ["Rain rose", "Rivers fell"]),
        ("", []),
        (" \n ", []),
        ("Wait… what?! No", ["Wait…", "what?!", "No"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, wanted):
    spans = find_sentences(text)

    assert [text[start:end] for start, end in spans] == wanted


@pytest.mark.parametrize("text", ["Rain fell", "Rain fell,", "Photo: Lee", "A 3.5", ""])
def test_a_text_without_a_mark_ends_no_sentence(text):
    assert not ends_sentence(text)


# ------------------------------------------------------------------ scripts and words


def test_unspaced_characters_are_the_letters_and_marks_of_their_scripts():
    script = regex.compile("[" + "".join(rf"\p{{Script={name}}}" for name in SCRIPTS) + "]")
    letters = {chr(code) for code in CODES if unicodedata.category(chr(code))[0] in "LM" and script.match(chr(code))}
    ours = {chr(code) for code in CODES if is_unspaced_character(chr(code))}

    assert letters - ours == set()
    assert {unicodedata.category(c) for c in ours - letters} <= {"Cn", "Nl", "Lm", "Lo", "Mn"}  # e.g. the long vowel ー


def test_combining_marks_are_all_there_and_nothing_that_separates_words():
    inside = re.compile(f"[{MARKS}]")
    marks = {chr(code) for code in range(0x10000) if unicodedata.category(chr(code))[0] == "M"}

    assert [hex(ord(c)) for c in marks if not inside.match(c)] == []
    found = {chr(code) for code in range(0x10000) if inside.match(chr(code))}
    assert {unicodedata.category(c)[0] for c in found} <= {"M", "L", "C"}


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("Don't ask, l’eau est là", ["Don't", "ask", "l’eau", "est", "là"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("水手123 abc", ["水", "手", "123", "abc"]),
        ("한국 사람", ["한국", "사람"]),
        ("well-known e-mail_box", ["well", "known", "e", "mail", "box"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("", []),
    ],
)
def test_words_of_any_script(text, wanted):
    assert find_words(text) == wanted


# ------------------------------------------------------------------ nowhere else

# What to look for in code; names of the calendar in tables, too
MONTHS = re.compile(r"\bfebruary\b.{1,40}\bmarch\b.{1,40}\bapril\b", re.I | re.S)
WEEKDAYS = re.compile(r"\btuesday\b.{1,40}\bwednesday\b.{1,40}\bthursday\b", re.I | re.S)
SENTENCE_END = re.compile(r"\[\^?[^\]\n]{0,12}\.[^\]\n\w]{0,4}!\?|\[[^\]\n]{0,6}!\?\.|\[[.;]{1,2}!\?")
RANGE = re.compile(r"u(?:3400|4e00|3040|3041|0e00|0e01)-|0x(?:3400|4E00|0E01|3041)\b", re.I)
WORD = re.compile(
    r"re\.compile\(\s*r?f?\"(?:\\w\+|\[\^\\W(?:\\d)?_?\]\+|\[\^\\W_\]\+(?:\(\?:\[’'\]\[\^\\W_\]\+\)\*)?)\""
)
PATTERNS = {
    "months": (MONTHS, ("*.py", "*.toml", "*.csv")),
    "weekdays": (WEEKDAYS, ("*.py", "*.toml", "*.csv")),
    "sentence ends": (SENTENCE_END, ("*.py",)),
    "unspaced scripts": (RANGE, ("*.py",)),
    "words": (WORD, ("*.py",)),
}
HOME = ("tasks/language_data/", "tasks/rules/language_")
# Where facts of its own still stand: packages and files that have to move. The lists may only become shorter.
TO_MOVE = {
    "months": ("tasks/dedupe/", "tasks/rules/dates_", "tasks/rules/figures_", "tasks/rules/names.toml"),
    "weekdays": ("tasks/dedupe/", "tasks/rules/dates_", "tasks/rules/names.toml", "tasks/rules/ingest_names.toml"),
    "sentence ends": ("tasks/strip/", "tasks/normalise/", "tasks/ingest/", "tasks/furniture.py", "tasks/names.py"),
    "unspaced scripts": ("tasks/strip/", "tasks/dedupe/", "tasks/datelines/", "tasks/ingest/", "tasks/furniture.py"),
    "words": ("tasks/strip/", "tasks/ingest/", "tasks/normalise/"),
}
# Where a definition of its own is meant to stay: a line's identity counts no marks; signatures of takedowns are kept in
# a file, so that their words may never change
MEANT = ("tasks/text.py", "tasks/takedowns.py")


@pytest.mark.parametrize("fact", PATTERNS)
def test_a_fact_of_language_stands_in_its_home_only(fact):
    pattern, kinds = PATTERNS[fact]
    paths = {path.relative_to(ROOT).as_posix(): path for kind in kinds for path in (ROOT / "tasks").rglob(kind)}
    found = {name for name, path in paths.items() if pattern.search(path.read_text(encoding="utf-8"))}

    assert [name for name in sorted(found) if not name.startswith(HOME + MEANT + TO_MOVE[fact])] == [], (
        "use tasks.language_data"
    )


def test_the_patterns_find_what_they_look_for():
    home = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tasks/language_data").glob("*.py")}

    assert MONTHS.search(home["cldr_names.py"]) and WEEKDAYS.search(home["cldr_names.py"])
    assert RANGE.search(home["scripts.py"])
    assert all(SENTENCE_END.search(text) for text in ("[.!?]\\s", "[.!?。！？…][”]", "[.;!?]"))
    assert all(WORD.search(f're.compile(r"{text}")') for text in ("\\w+", "[^\\W_]+", "[^\\W\\d_]+"))
