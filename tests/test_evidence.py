"""Evidence: the best source wins, what lost is kept, and what only says the same in other words is no conflict."""

import json

import pytest

from tasks.evidence import Choice, choose, contradicts_input, lost_of


def test_the_input_wins_over_structured_data_over_markup_over_the_text():
    candidates = [("text", "D"), ("html", "C"), ("structured", "B"), ("metadata", "A")]

    for source, value in reversed(candidates):
        assert choose("publisher", candidates)[:2] == (value, source)
        candidates = candidates[:-1]


def test_a_source_without_a_value_is_passed_over():
    assert choose("byline", [("metadata", []), ("text", ["Ines Calder"])])[:2] == (["Ines Calder"], "text")
    assert choose("title", [("metadata", None), ("html", "")]) == Choice(None, None)


def test_what_lost_is_kept_by_field_best_first():
    title = choose("title", [("first_line", "The mill burns"), ("html", "Fire at the mill"), ("metadata", "Old mill")])

    kept = json.loads(lost_of({"title": title, "byline": choose("byline", [])}))

    assert kept == {
        "title": [
            {"source": "html", "value": "Fire at the mill"},
            {"source": "first_line", "value": "The mill burns"},
        ]
    }


@pytest.mark.parametrize(
    ("field", "left", "right"),
    [
        ("title", "Ferry back in service", "Ferry Back In Service | Harbour News"),
        ("publisher", "The Harbour News", "harbour news"),
        ("byline", ["Ines Calder", "Rolf Timmen"], ["ROLF TIMMEN", "Ines Calder"]),
        ("published", "2020-05-04T09:30:00", "2020-05-04"),
    ],
)
def test_the_same_in_other_words_loses_nothing(field, left, right):
    assert choose(field, [("metadata", left), ("text", right)]).lost == ()


def test_a_word_of_the_title_is_another_title():
    assert choose("title", [("metadata", "Ferry back in service after the storm"), ("html", "Ferry")]).lost


def test_only_the_input_can_be_contradicted():
    assert contradicts_input(choose("publisher", [("metadata", "A"), ("text", "B")]))
    assert not contradicts_input(choose("publisher", [("structured", "A"), ("text", "B")]))
    assert not contradicts_input(choose("publisher", [("metadata", "A"), ("text", "the a")]))


def test_an_unknown_source_is_refused():
    with pytest.raises(KeyError):
        choose("title", [("hearsay", "The mill burns")])
