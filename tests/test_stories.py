"""One event told twice is found, and other events on the same topic are kept apart (tests/corpus/stories.jsonl)."""

import datetime
import json
from pathlib import Path

import pytest

from tasks.dedupe import cluster_texts

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").exists())
STORIES = ROOT / "tests" / "corpus" / "stories.jsonl"
PAIRS = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def relations() -> dict[frozenset[str], str]:
    """Relations among all the texts at once, by the ids of the two."""
    texts = {side["id"]: side for pair in PAIRS for side in (pair["a"], pair["b"])}
    ids = sorted(texts)
    days = [datetime.date.fromisoformat(texts[i]["published"]) for i in ids]
    clusters = cluster_texts([texts[i]["text"] for i in ids], published=days)
    return {frozenset((ids[left], ids[right])): relation for left, right, relation, *_ in clusters.edges}


@pytest.mark.parametrize("pair", [pytest.param(pair, id=f"{pair['id']}: {pair['why']}") for pair in PAIRS])
def test_a_pair_is_one_story_or_it_is_not(relations, pair):
    found = relations.get(frozenset((pair["a"]["id"], pair["b"]["id"])))

    assert found == ("same_story" if pair["label"] == "same_story" else None)


def test_no_texts_on_other_topics_are_related(relations):
    """Outside the listed pairs, where the topics differ, nothing is related."""
    listed = {frozenset((pair["a"]["id"], pair["b"]["id"])) for pair in PAIRS}

    assert {tuple(sorted(ids)) for ids in relations if ids not in listed} == set()
