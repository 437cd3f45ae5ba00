"""What is taken down stays out, and so do its copies; what is only alike stays in."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tasks.errors import ConfigError
from tasks.takedowns import (
    FEWEST,
    MOST,
    Takedown,
    format_takedown,
    hash_runs,
    match_batch,
    read_takedowns,
    reject_taken_down,
    sign,
)

STORY = (
    "The keeper of the north light was found asleep on the gallery on Tuesday night, and three coal boats ran on the "
    "sandbar within the same hour. Nobody was hurt. The harbour office has sent a second man to the tower and will "
    "hear the keeper next week; until then the crew of the pilot cutter light the lamp, and complain about the stairs."
)
SHORTER = STORY.partition(" Nobody was hurt.")[0] + STORY.partition(" Nobody was hurt.")[2]
REPORT = "Wheat closed at {} on the island exchange on {}, {} pence more than before, in trade of {} sacks. Oats at {}."


def taken(texts, *signed):
    """Which of the signed texts each text is found to be a copy of."""
    return match_batch(pa.table({"text": texts}), signatures=[sign(text) for text in signed])["taken"].to_pylist()


def test_copies_are_known_again_and_others_are_not():
    copies = [STORY, STORY.upper(), SHORTER, f"From our archive. {STORY} Read on.", STORY.replace("coal", "timber")]
    others = [STORY[: len(STORY) // 2], "The lamp on the pier burns again.", "", None]

    assert taken(copies, "An unrelated text about nothing in particular, " * 3, STORY) == [1] * len(copies)
    assert taken(others, STORY) == [None] * len(others)


def test_two_reports_of_one_form_are_not_copies():
    monday, tuesday = REPORT.format(41, "Monday", 2, 900, 18), REPORT.format(43, "Tuesday", 3, 1100, 19)

    assert taken([tuesday], monday) == [None]


def test_scripts_without_blanks_are_known_again():
    story = "北灯塔的看守人星期二晚上被发现在回廊上睡着了,一小时之内有三艘运煤船搁浅在沙洲上。没有人受伤。"

    assert taken([f"本报讯 {story}", "港务局下周将听取看守人的说明,在此之前由领航船的船员点灯。"], story) == [0, None]


def test_a_signature_keeps_no_word_and_stays_small():
    assert len(sign(STORY * 50 + " ".join(map(str, range(5000))))) == MOST
    assert len(hash_runs(STORY)) >= FEWEST
    assert all(len(mark) == 16 for mark in sign(STORY))
    assert sign("One two three four five.") == ()


def documents(**columns):
    """Two documents, with some of their columns as given."""
    given = {
        "document_id": ["doc_" + "a" * 16, "doc_" + "b" * 16],
        "url": ["https://a.example/1#top", None],
        "raw_sha256": ["1" * 64, "2" * 64],
        "source_path": ["a.txt", "many.jsonl"],
        "source_row": [None, 7],
        "reason": [None, "empty"],
        "detail": [None, "no bytes"],
    }
    return pa.table({**given, **columns})


@pytest.mark.parametrize(
    "entry, wanted",
    [
        (Takedown(document_id="doc_" + "a" * 16, reason="x"), ["taken_down", "empty"]),
        (Takedown(document_id="art_" + "a" * 16, reason="x"), ["taken_down", "empty"]),
        (Takedown(url="https://a.example/1", reason="x"), ["taken_down", "empty"]),
        (Takedown(raw_sha256="2" * 64, reason="x"), [None, "taken_down"]),
        (Takedown(path="a.txt", reason="x"), ["taken_down", "empty"]),
        (Takedown(path="many.jsonl#7", reason="x"), [None, "taken_down"]),
        (Takedown(path="many.jsonl#8", reason="x"), [None, "empty"]),
        (Takedown(url="https://a.example/2", reason="x"), [None, "empty"]),
    ],
)
def test_a_document_is_known_by_any_of_its_names(entry, wanted):
    assert reject_taken_down(documents(), [entry])["reason"].to_pylist() == wanted


def test_the_reason_is_told_and_a_copy_is_called_one():
    entries = [Takedown(path="a.txt", reason="wrong person", since="2024-05-06"), Takedown(url="u", reason="order")]
    copies = pa.table({"taken": pa.array([None, 1], pa.int32())})

    found = reject_taken_down(documents(), entries, copies)

    assert found["detail"].to_pylist() == [
        "taken down since 2024-05-06: wrong person",
        "a copy of a text that is taken down: order",
    ]


def test_no_entries_change_nothing():
    assert reject_taken_down(documents(), []) is not None
    assert reject_taken_down(documents(), []).equals(documents())


def test_an_entry_is_read_as_it_was_written():
    entry = Takedown(url="https://a.example/“1”", reason='say "no"\n', since="2024-05-06", signature=sign(STORY))

    text = "# kept by the desk\n" + format_takedown(entry) + format_takedown(Takedown(path="b.txt", reason="z"))

    assert read_takedowns(text) == (entry, Takedown(path="b.txt", reason="z"))
    assert read_takedowns('[[takedown]]\npath = "a"\nreason = "b"\nsince = 2024-05-06\n')[0].since == "2024-05-06"
    assert read_takedowns("") == ()


@pytest.mark.parametrize(
    "text, words",
    [
        ("[[takedown]", r"takedowns\.toml"),
        ('[[takedown]]\nreason = "x"', "entry 1: wants a reason and one of"),
        ('[[takedown]]\nurl = "x"', "wants a reason"),
        ('[[takedown]]\nlink = "x"', "unknown key link"),
        ('[[takedown]]\nurl = "x"\nreason = "y"\nsignature = ["z"]', "16 hex digits"),
    ],
)
def test_a_wrong_list_is_refused_with_the_entry(text, words):
    with pytest.raises(ConfigError, match=words):
        read_takedowns(text)
