"""`cluster_texts`: which texts come out as one, and what the edges say."""

import json
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe import cluster_texts

STORIES = Path(__file__).with_name("corpus") / "stories.jsonl"
PAIRS = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]

STORY = (
    "The harbour board of Eastmere voted on Tuesday to close the old swing bridge for eleven months. Engineers "
    "found cracks in two of the four bearings last spring, and repairs are put at 4.75 million pounds. Ferries "
    "will run every twelve minutes while the work lasts, the board said. Shopkeepers on the north quay asked for "
    "lower rents. Councillor Dara Whitlock, who chairs the board, said a decision on rents would follow in March. "
    "Some 6,840 people cross the bridge on a working day, most of them on foot."
)
OTHER = (
    "Growers in the Lower Tamsin valley expect the smallest cherry harvest for nine years after frost in late "
    "April. Most orchards lost between a third and a half of their blossom, a survey of 212 farms showed. Prices "
    "at the cooperative have risen to 5.20 a kilogram. Insurance covers hail but not frost, and the growers want "
    "that changed."
)


def labels(*texts):
    """The labels as a plain list."""
    return cluster_texts(list(texts)).labels.tolist()


def test_unrelated_texts_stay_apart():
    assert labels(STORY, OTHER) == [0, 1]


def test_case_punctuation_and_blanks_make_no_difference():
    """Such copies are `exact`."""
    found = cluster_texts([STORY, STORY.upper().replace(",", "").replace(" ", "\n ")])

    assert found.labels.tolist() == [0, 0]
    assert [edge[:4] for edge in found.edges] == [(0, 1, "exact", 1.0)]


def test_a_shortened_copy_is_contained():
    """The evidence says which text contains which."""
    found = cluster_texts([STORY[: STORY.index("Shopkeepers")], STORY + " " + OTHER])

    ((left, right, relation, score, evidence),) = found.edges
    assert (left, right, relation, score) == (0, 1, "contains", 1.0)
    assert json.loads(evidence)["contained"] == 0
    assert json.loads(evidence)["container"] == 1


def test_a_reworded_copy_is_near():
    reworded = STORY.replace("voted on", "decided on").replace("Ferries", "Boats").replace("asked for", "demanded")

    ((_, _, relation, score, _),) = cluster_texts([STORY, reworded]).edges
    assert relation == "near"
    assert score >= 0.95


def relations(*texts):
    """(left, right, relation) of the edges."""
    return [edge[:3] for edge in cluster_texts(list(texts)).edges]


def made_up(seed, n_words=160):
    """A long text of its own words, like no other."""
    rng = random.Random(seed)
    return " ".join(
        f"{rng.choice('bdfgklmnprst')}{rng.choice('aeiou')}{rng.randint(100, 999)}x" for _ in range(n_words)
    )


def test_the_evidence_points_at_the_words():
    """Spans are code points of the left and the right text; figures are as written."""
    left, right = f"Café news. {STORY}", STORY.replace("4.75", "4.95")
    ((_, _, _, _, evidence),) = cluster_texts([left, right]).edges

    found = json.loads(evidence)
    begin, end, begin_right, end_right = found["spans"][0]
    assert left[begin:end] == STORY[:-1]
    assert right[begin_right:end_right] == right[:-1]
    assert found["differing"] == [["4.75", "4.95"]]
    assert "6,840" in found["agreeing"]


def test_one_form_with_other_figures_is_a_template():
    """Merging such reports would lose all but one."""
    form = (
        "Onion prices at the {day} market closed at {a} a sack, after {b} the day before. Traders sold {c} sacks, "
        "against {d} in the week before, and {e} were left over. Carrots fetched {f} and leeks {g} a box."
    )
    rng = random.Random(5)
    reports = [
        form.format(day=day, **{letter: f"{rng.uniform(2, 900):.2f}" for letter in "abcdefg"})
        for day in ("Monday", "Tuesday", "Thursday", "Friday")
    ]

    assert labels(*reports) == [0, 1, 2, 3]
    assert relations(*reports) == []


def test_a_corrected_figure_makes_no_template():
    assert labels(STORY, STORY.replace("6,840", "6,480")) == [0, 0]


def test_site_lines_with_dates_make_no_template():
    """Two crawls of one page differ in their counters and days."""
    crawls = [
        f"Published {d} May 2019 | Updated {h} hours ago\n\n{STORY}\n\n{n} comments, {n + 7} shares"
        for d, h, n in ((3, 4, 12), (9, 17, 205))
    ]

    assert labels(*crawls) == [0, 0]


def test_scattered_letters_are_damage():
    rng = random.Random(3)
    damaged = "".join(rng.choice("etoi.") if rng.random() < 0.05 and c.isalpha() else c for c in STORY)

    assert labels(STORY, damaged) == [0, 0]


def test_background_of_another_story_merges_nothing():
    follow_up = made_up(1) + " " + " ".join(STORY.split()[40:70])

    assert labels(STORY, follow_up) == [0, 1]


def test_two_containers_are_not_joined_by_what_they_both_contain():
    """The excerpt joins the one it fills best; its relation to the other is told all the same."""
    first, second = f"{STORY} {made_up(1)}", f"{STORY} {made_up(2, 200)}"

    assert labels(first, second, STORY) == [0, 1, 0]
    assert relations(first, second, STORY) == [(0, 2, "contains"), (1, 2, "contains")]


def test_a_digest_of_unrelated_texts_merges_none_of_them():
    """Though it contains them all."""
    texts = [STORY, OTHER, made_up(3, 70)]

    assert labels(*texts, "\n\n".join(texts)) == [0, 1, 2, 3]
    assert [relation for *_, relation in relations(*texts, "\n\n".join(texts))] == ["contains"] * 3


def test_copies_of_a_digest_are_one_cluster():
    digest = f"{STORY}\n\n{OTHER}"

    assert labels(STORY, digest, OTHER, digest.replace("Most orchards", "Many orchards")) == [0, 1, 2, 1]


def test_a_chain_of_versions_does_not_tie_its_ends():
    """Each version shares four fifths with the next, the last nothing with the first."""
    words = made_up(4, 600).split()
    versions = [" ".join(words[start : start + 200]) for start in range(0, 401, 40)]

    found = labels(*versions)
    assert found[0] != found[-1]
    assert any(one == other for one, other in pairwise(found))


def test_a_boilerplate_sentence_merges_nothing():
    notice = "The figures in this report come from sources believed to be sound, but nobody warrants that they are."
    texts = [f"{made_up(seed, 80)} {notice}" for seed in range(60)]

    assert labels(*texts) == list(range(60))


def test_many_copies_are_one_cluster():
    """Also with a round-up among them that holds the story and another one."""
    rng = random.Random(8)
    copies = [f"Site line {k}\n\n" + STORY.replace("Ferries", rng.choice(["Boats", "Ships"])) for k in range(40)]

    found = labels(*copies, f"{STORY}\n\n{OTHER}", OTHER)
    assert len(set(found[:40])) == 1
    assert found[41] != found[0]


# ------------------------------------------------------------------ unspaced scripts


def hanzi(seed, length):
    """Characters of a made-up Chinese text, with a full stop now and then."""
    rng = random.Random(seed)
    return "".join(chr(0x4E00 + rng.randint(0, 1200)) + ("。" if rng.random() < 0.04 else "") for _ in range(length))


def test_planted_copies_of_chinese_texts_are_found():
    """Edited, cut, put inside another text; unrelated ones stay alone."""
    texts, origin = [], []
    for seed in range(40):
        original, rng = hanzi(seed, 300), random.Random(seed)
        edited = "".join(chr(0x4E00 + rng.randint(0, 1200)) if rng.random() < 0.08 else c for c in original)
        kinds = [
            original,
            edited,
            original[:120],
            f"{hanzi(1000 + seed, 90)}\n{original}",
            original.replace("。", "，"),
        ]
        texts += [*kinds, hanzi(5000 + seed, 300)]
        origin += [seed] * 5 + [1000 + seed]

    found = labels(*texts)
    assert [found[i] == found[j] for i in range(240) for j in range(i)] == [
        origin[i] == origin[j] for i in range(240) for j in range(i)
    ]


def test_a_chinese_sentence_changed_in_one_word_is_near():
    text = "市议会周二决定关闭旧桥进行维修，工程将持续十一个月。工程师去年春天在轴承上发现裂缝，费用约四百七十五万元。"

    assert relations(text, text.replace("周二", "周三")) == [(0, 1, "near")]


# ------------------------------------------------------------------ one story


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
@pytest.mark.parametrize("dated", [True, False])
def test_stories_told_twice_are_linked_and_others_are_not(pair, dated):
    """Positives, and negatives on one topic; with dates and without."""
    published = [date.fromisoformat(pair[side]["published"]) for side in "ab"] if dated else None
    found = cluster_texts([pair["a"]["text"], pair["b"]["text"]], published=published)

    assert found.labels.tolist() == [0, 1]
    assert [edge[2] for edge in found.edges] == (["same_story"] if pair["label"] == "same_story" else [])


def test_the_corpus_holds_twenty_pairs_and_more():
    kinds = [pair["label"] for pair in PAIRS]
    assert kinds.count("same_story") >= 10
    assert len(kinds) - kinds.count("same_story") >= 10


def test_months_apart_is_another_story():
    pair = next(pair for pair in PAIRS if pair["label"] == "same_story")
    texts = [pair["a"]["text"], pair["b"]["text"]]

    assert cluster_texts(texts, published=[date(2024, 2, 6), date(2024, 9, 7)]).edges == []


def test_stories_are_linked_between_clusters_by_one_copy_each():
    pair = next(pair for pair in PAIRS if pair["label"] == "same_story")
    texts = [pair["a"]["text"], pair["b"]["text"], pair["a"]["text"].lower(), pair["b"]["text"].upper()]
    found = cluster_texts(texts)

    assert found.labels.tolist() == [0, 1, 0, 1]
    assert sorted(edge[2] for edge in found.edges) == ["exact", "exact", "same_story"]


def test_an_event_told_by_many_texts_hangs_together():
    """Not every pair is linked, but each text with some other of the event, and with no other text."""
    event = "in Kestrel Sound near Ostrel the tanker Aldora lost 3,150 tonnes, said Captain Ines Mallory to Vigo Brandt"
    texts = [f"{made_up(seed, 60)} {event} {made_up(seed + 500, 60)}" for seed in range(25)]
    told = cluster_texts(texts + [made_up(seed) for seed in range(2000, 2030)]).edges

    assert {relation for _, _, relation, *_ in told} == {"same_story"}
    assert {text for left, right, *_ in told for text in (left, right)} == set(range(25))
    assert len(told) < 25 * 24 / 2


# ------------------------------------------------------------------ odd input, order


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one"], ["one", "one", "two"], ["1 2 3", "1 2 3 4"], [None]])
def test_odd_input_has_an_answer(texts):
    assert len(cluster_texts(texts).labels) == len(texts)


def test_texts_without_words_are_the_same_only_where_they_are_equal():
    assert labels("", "...", "", "!!", "...") == [0, 1, 0, 3, 1]


def test_half_characters_do_no_harm():
    broken = STORY[:60] + "\ud800" + STORY[60:]

    assert relations(broken, STORY) == [(0, 1, "exact")]


def test_ten_thousand_identical_texts_are_one_cluster():
    found = cluster_texts([STORY] * 10_000)

    assert set(found.labels.tolist()) == {0}
    assert len(found.edges) == 9_999


def test_a_text_of_ten_megabytes_is_compared_like_any_other():
    long = made_up(9, 1_300_000)
    assert len(long) > 9_000_000

    assert labels(long, " ".join(long.split()[5000:5200]), STORY) == [0, 0, 2]


def test_texts_that_repeat_themselves_take_no_longer():
    """Words of the longer text are used up once; a text said twice is not covered by the text said once."""
    once, more = made_up(10, 20_000), made_up(11, 30_000)

    assert labels(f"{once} {once}", f"{once} {more}") == [0, 1]
    assert labels("again " * 400_000, "again " * 200_000, STORY)[2] == 2


def test_texts_of_digits_only_are_compared_by_all_their_figures():
    rng = random.Random(2)
    rows = [" ".join(str(rng.randint(0, 10**6)) for _ in range(40)) for _ in range(50)]

    assert labels(*rows, rows[7]) == [*range(50), 7]


def test_arrow_arrays_and_lists_give_the_same():
    texts = [STORY, None, STORY.upper(), OTHER]

    for array in (pa.array(texts), pa.array(["x", *texts])[1:], pa.chunked_array([texts[:1], texts[1:]])):
        found = cluster_texts(array)
        assert found.labels.tolist() == cluster_texts(texts).labels.tolist()
        assert found.edges == cluster_texts(texts).edges


PARTS = [STORY, STORY.lower(), STORY[:330], STORY.replace("eleven", "ten"), f"{STORY} {OTHER}", OTHER, OTHER[:220], ""]


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(PARTS))))
def test_the_order_of_the_texts_does_not_matter(permutation):
    texts, order = PARTS, np.array(permutation)

    plain, shuffled = cluster_texts(texts).labels, cluster_texts([texts[k] for k in order]).labels
    assert ((plain[order][:, None] == plain[order][None, :]) == (shuffled[:, None] == shuffled[None, :])).all()
