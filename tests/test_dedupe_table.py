"""The tables of the deduplicator: relations, clusters, canonical copies, what is published of them."""

import json
import random
from datetime import date

import pyarrow as pa
import pytest

from tasks import schema
from tasks.dedupe import choose_canonicals, compare_documents, find_duplicates, find_stories, relate_to_canonicals

STORY = (
    "The ferry company Nordvik Line has ordered two electric ships for the crossing to Sandholm, it said on Monday. "
    "Each will carry 148 cars and 900 passengers, and charge for eleven minutes at either end. The yard in Brattfjord "
    "builds both for 96.5 million euros; the first is due in spring. Captain Ragna Solheim expects quieter nights for "
    "the 2,310 people of the island, where the diesel ferries have woken children for forty years."
)
OTHER = (
    "Teachers in Kestrel Bay returned to their classrooms on Wednesday after a strike of nine days. The town raises "
    "pay by 3.75 percent and hires 62 assistants. Parents had set up lessons in the library and in two churches."
)
SECOND = (
    "For Ragna Solheim the news is personal. She has steered the old boats to Sandholm since 1989, and on Monday she "
    "stood beside the director of Nordvik Line as he signed for two ships without a chimney. They cost 96.5 million "
    "euros, come from Brattfjord and take 148 cars. On the island, home to 2,310 people, bells rang at noon."
)


def stories_of(articles: pa.Table) -> pa.Table:
    """The stories among articles that were compared with nothing else."""
    return find_stories(articles, compare_documents(articles))


def table(*texts, **columns):
    """Documents with ids in the order of the texts."""
    ids = [f"doc_{k:016x}" for k in range(len(texts))]
    days = pa.array(columns.get("published_date", [None] * len(texts)), pa.date32())
    return pa.table(
        {
            "document_id": ids,
            "text": pa.array(texts, pa.string()),
            "title": pa.nulls(len(texts), pa.string()),
            "n_chars": [len(text) for text in texts],
            "published_date": days,
            "published_local": pa.array([str(day) if day else None for day in days.to_pylist()], pa.string()),
            "n_flags": columns.get("n_flags", [0] * len(texts)),
            "n_repairs": [0] * len(texts),
        }
    )


def published(documents):
    """(relations, clusters, canonicals) as the flow makes them."""
    compared = compare_documents(documents)
    relations, clusters = find_duplicates(compared)
    canonicals = choose_canonicals(documents, clusters)
    return relate_to_canonicals(compared, relations, canonicals), clusters, canonicals


def canonical_of(documents):
    return [int(one[4:], 16) for one in published(documents)[2]["canonical_id"].to_pylist()]


def test_tables_have_the_schemas_of_the_contract_and_ids_in_order():
    documents = table(STORY, OTHER, STORY.upper(), STORY + " " + OTHER, SECOND)
    relations, clusters, _ = published(documents)
    stories = stories_of(documents)

    assert relations.schema == stories.schema == schema.RELATIONS
    assert clusters.schema == schema.CLUSTERS
    for row in relations.to_pylist() + stories.to_pylist():
        assert row["left_id"] < row["right_id"]
        assert 0 <= row["score"] <= 1
        found = json.loads(row["evidence"])
        assert row["evidence"] == json.dumps(found, sort_keys=True, ensure_ascii=False)
        if row["relation"] == "contains":
            assert {found["contained"], found["container"]} == {row["left_id"], row["right_id"]}
    keys = [(row["left_id"], row["right_id"], row["relation"]) for row in relations.to_pylist()]
    assert keys == sorted(set(keys))


def test_a_cluster_is_called_after_its_smallest_member():
    _, clusters = find_duplicates(compare_documents(table(OTHER, STORY, STORY.lower())))

    assert clusters["cluster_id"].to_pylist() == [
        "clu_0000000000000000",
        "clu_0000000000000001",
        "clu_0000000000000001",
    ]


def test_the_order_of_the_rows_changes_nothing():
    documents = table(STORY, OTHER, STORY.upper(), STORY[:250], STORY.replace("eleven", "ten"), SECOND, OTHER + "!")
    shuffled = documents.take(random.Random(1).sample(range(7), 7))

    assert published(documents) == published(shuffled)
    assert stories_of(documents) == stories_of(shuffled)


def test_no_documents_make_empty_tables():
    relations, clusters, canonicals = published(table())

    assert (relations.num_rows, clusters.num_rows, canonicals.num_rows) == (0, 0, 0)
    assert stories_of(table()).num_rows == 0


@pytest.mark.parametrize(
    ("texts", "days", "n_flags", "wanted"),
    [
        pytest.param([STORY + " It will.", STORY], [9, 3], [0, 0], 1, id="the earliest of those about as full"),
        pytest.param([STORY[:250], STORY], [3, 9], [0, 0], 1, id="not an excerpt, however early"),
        pytest.param([STORY, STORY.lower()], [None, 9], [0, 0], 1, id="dated before undated"),
        pytest.param([STORY, STORY.lower()], [None, None], [2, 1], 1, id="then the cleanest"),
        pytest.param([STORY, STORY.lower()], [None, None], [1, 1], 0, id="then the smallest id"),
    ],
)
def test_the_canonical_copy(texts, days, n_flags, wanted):
    dates = [day and date(2024, 5, day) for day in days]

    assert canonical_of(table(*texts, published_date=dates, n_flags=n_flags)) == [wanted, wanted]


def test_a_later_slightly_longer_reprint_does_not_change_the_canonical_copy():
    dates = [date(2024, 5, 2), date(2024, 5, 4)]
    before = canonical_of(table(STORY, STORY.lower(), published_date=dates))
    after = canonical_of(table(STORY, STORY.lower(), STORY + " Bells rang.", published_date=[*dates, date(2024, 6, 1)]))

    assert before == [0, 0]
    assert after == [0, 0, 0]


def test_every_duplicate_has_a_relation_to_its_canonical_copy():
    """Also where the two were never candidates, and with at most ten other relations a document."""
    rng = random.Random(4)
    copies = [STORY.replace("expects", rng.choice(["awaits", "wants", "hopes for"])) + f" Page {k}." for k in range(60)]
    documents = table(*copies, STORY[:260], STORY[:265], STORY)
    relations, _, canonicals = published(documents)

    pairs = {(row["left_id"], row["right_id"]) for row in relations.to_pylist()}
    others = dict.fromkeys(documents["document_id"].to_pylist(), 0)
    needed = {
        tuple(sorted((row["document_id"], row["canonical_id"])))
        for row in canonicals.to_pylist()
        if row["document_id"] != row["canonical_id"]
    }
    assert needed <= pairs
    for left, right in pairs - needed:
        others[left] += 1
        others[right] += 1
    assert max(others.values()) <= 10


def test_a_copy_of_a_copy_is_exact_also_towards_the_canonical_copy():
    dates = [date(2024, 5, 9), date(2024, 5, 8), date(2024, 5, 7)]
    relations, _, canonicals = published(table(STORY, STORY.upper(), STORY.lower(), published_date=dates))

    canonical = canonicals["canonical_id"].to_pylist()[0]
    kinds = {row["relation"] for row in relations.to_pylist() if canonical in (row["left_id"], row["right_id"])}
    assert kinds == {"exact"}


def test_stories_are_told_between_articles_and_near_days():
    documents = table(STORY, SECOND, OTHER, published_date=[date(2024, 5, 6), date(2024, 5, 7), None])
    (row,) = stories_of(documents).to_pylist()

    assert (row["left_id"][-1], row["right_id"][-1], row["relation"]) == ("0", "1", "same_story")
    found = json.loads(row["evidence"])
    assert found["figures"][:2] == ["148", "96.5"]
    assert "Solheim" in found["names"]
    far = table(STORY, SECOND, published_date=[date(2024, 5, 6), date(2024, 8, 7)])
    assert stories_of(far).num_rows == 0


def test_stories_are_those_of_the_articles_alone_whatever_else_was_compared():
    documents = table(STORY, SECOND, OTHER, SECOND.upper(), f"{STORY} {OTHER}", SECOND.replace("Monday", "Tuesday"))
    articles = documents.slice(0, 3)

    stories = find_stories(articles, compare_documents(documents))

    assert stories.num_rows == 1
    assert stories == stories_of(articles)
