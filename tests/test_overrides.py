"""A person's word is remembered: what the file says holds in every run, and a wrong line never stops one."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.config import Config
from flows.lifecycle import curate_data
from flows.override import list_decisions, read_review, write_decisions
from flows.request import Request
from tasks import publish
from tasks.errors import ConfigError
from tasks.overrides import read_overrides

WALL = "The town will raise wall number {n} by 2 metres this year, the council said on Monday, and pay for the stones."
DIVERS = "Divers who worked in bay {n} found cracks after the storms of last winter, when many stones had moved away."
NOUNS = [
    *("harbour", "market", "bridge", "council", "orchard", "tram", "school", "library", "kiln", "theatre"),
    *("meadow", "quarry", "lantern", "violin", "bakery", "glacier", "museum", "ferry", "cattle", "tunnel"),
    *(
        "choir",
        "pottery",
        "canal",
        "tower",
        "garden",
        "engine",
        "valley",
        "mirror",
        "candle",
        "saddle",
        "anchor",
        "cellar",
    ),
]
ID = "doc_0123456789abcdef"


@pytest.fixture
def data_set(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for n in range(12):
        body = [WALL.format(n=n), DIVERS.format(n=n), f"Bay {n} stays shut until the end of May."]
        text = "\n\n".join([f"Report {n * 7919}", *body])
        (raw / f"{n}.txt").write_text(text, encoding="utf-8")
    (raw / "short.txt").write_text("Too short to be kept by the limit.", encoding="utf-8")
    return Config(raw=raw, curated=tmp_path / "curated", workers=1)


def run(config, **words):
    return curate_data(config, Request(**words))


def decide(config, *rows):
    (config.curated / "overrides.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def ids_of(config):
    documents = publish.open_dataset(config.curated).documents
    return dict(zip(documents.source_path, documents.document_id, strict=True))


def test_each_decision_holds_and_an_incremental_run_equals_a_full_one(data_set, tmp_path):
    run(data_set)
    ids = ids_of(data_set)
    rows = [
        {"what": "cut", "document_id": ids["1.txt"], "words": DIVERS.format(n=1), "why": "of another report"},
        {"what": "field", "document_id": ids["2.txt"], "field": "title", "value": "Bay shut", "who": "ada"},
        {"what": "field", "document_id": ids["2.txt"], "field": "byline", "value": ["Ada Quill"]},
        {"what": "reject", "document_id": ids["3.txt"], "why": "a test page"},
        {"what": "accept", "document_id": ids["short.txt"]},
        {"what": "keep", "document_id": ids["4.txt"], "words": "words that are gone"},
    ]
    decide(data_set, *rows)
    outcome = run(data_set, accept=frozenset({"shrink"}))
    found = publish.open_dataset(data_set.curated)
    articles = found.articles.set_index("source_path")
    other = Config(raw=data_set.raw, curated=tmp_path / "other", workers=1)
    other.curated.mkdir()
    decide(other, *rows)
    run(other, full=True)

    assert "Divers" not in articles.loc["1.txt", "text"]
    assert "override" in set(found.removals.rule)
    assert articles.loc["2.txt", "title"] == "Bay shut" and list(articles.loc["2.txt", "byline"]) == ["Ada Quill"]
    assert "3.txt" not in articles.index and "short.txt" in articles.index
    assert any("line 6" in warning for warning in outcome.warnings)
    assert publish.verify(data_set.curated) == []
    for name in ("articles", "documents", "removals", "dates", "figures", "relations", "duplicates"):
        assert found.table(name).equals(publish.open_dataset(other.curated).table(name)), name


def test_a_text_that_is_cut_short_by_hand_is_rejected_and_can_be_kept_again(data_set):
    run(data_set)
    name = ids_of(data_set)["5.txt"]
    whole = [WALL.format(n=5), DIVERS.format(n=5)]
    cuts = [{"what": "cut", "document_id": name, "words": words} for words in whole]
    decide(data_set, *cuts)
    run(data_set, accept=frozenset({"shrink"}))
    short = publish.open_dataset(data_set.curated).documents.set_index("source_path").loc["5.txt"]
    decide(data_set, *cuts, {"what": "undo", "line": 1}, {"what": "undo", "line": 2})
    run(data_set)
    again = publish.open_dataset(data_set.curated).documents.set_index("source_path").loc["5.txt"]

    assert (short.status, short.reason) == ("rejected", "too_short")
    assert again.status != "rejected"


@pytest.mark.parametrize(
    "line, said",
    [
        ("{", "line 1"),
        ("[]", "JSON object"),
        ('{"what": "cut", "document_id": "doc_1"}', "16 hex"),
        (json.dumps({"what": "cut", "document_id": ID}), "words must"),
        (json.dumps({"what": "undo", "line": 9}), "holds no decision"),
        (json.dumps({"what": "field", "document_id": ID, "field": "text", "value": "x"}), "field must"),
    ],
)
def test_a_wrong_line_is_a_warning_and_the_rest_counts(line, said):
    found = read_overrides(line + "\n" + json.dumps({"what": "reject", "document_id": ID}))

    assert len(found.warnings) == 1 and said in found.warnings[0]
    assert [d.what for d in found.by_document[ID]] == ["reject"]


def test_the_earlier_of_two_lines_holds_until_it_is_undone():
    rows = [{"what": "accept", "document_id": ID}, {"what": "reject", "document_id": ID}]
    undone = [*rows, {"what": "undo", "line": 1}]

    first, second = (read_overrides("\n".join(map(json.dumps, lines))) for lines in (rows, undone))

    assert [d.what for d in first.by_document[ID]] == ["accept"] and "contradicts line 1" in first.warnings[0]
    assert [d.what for d in second.by_document[ID]] == ["reject"] and second.warnings == ()


def test_two_hundred_decisions_end_in_the_same_tables_by_an_incremental_and_a_full_run(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for n in range(50):
        draw = random.Random(n)
        body = [f"The {' '.join(draw.sample(NOUNS, 12))} of the {draw.choice(NOUNS)}." for _ in range(5)]
        text = "\n\n".join([f"Report {n * 7919}", *body, f"Bay {n} stays shut until the end of May."])
        (raw / f"{n}.txt").write_text(text, encoding="utf-8")
    config = Config(raw=raw, curated=tmp_path / "curated", workers=1)
    run(config)
    rows, ids = [], ids_of(config)
    for n in range(50):
        name = ids[f"{n}.txt"]
        rows += [
            {"what": "cut", "document_id": name, "words": f"Bay {n} stays shut until the end of May."},
            {"what": "field", "document_id": name, "field": "title", "value": f"Wall {n}"},
            {"what": "field", "document_id": name, "field": "byline", "value": ["Ada Quill"]},
            {"what": ("canonical", "reject")[n % 5 == 0], "document_id": name},
        ]
    written = write_decisions(config, rows)
    run(config, accept=frozenset({"shrink", "cuts", "length", "rejected"}))
    other = Config(raw=raw, curated=tmp_path / "other", workers=1)
    other.curated.mkdir()
    (other.curated / "overrides.jsonl").write_bytes((config.curated / "overrides.jsonl").read_bytes())
    run(other, full=True)

    found = publish.open_dataset(config.curated)
    assert len(written.lines) == 200
    assert len(found.articles) == 40 and set(found.articles.title) == {f"Wall {n}" for n in range(50) if n % 5}
    assert found.manifest["overrides"] == {"canonical": 40, "cut": 50, "field": 100, "reject": 10, "documents": 50}
    for name in ("articles", "documents", "removals", "dates", "figures", "relations", "duplicates"):
        assert found.table(name).equals(publish.open_dataset(other.curated).table(name)), name


def test_people_choose_the_canonical_copy(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, day in (("early", "2024-05-01"), ("late", "2024-05-03")):
        row = {"title": "Wall", "text": f"{WALL} {DIVERS}", "published": day, "url": f"https://{name}.example/wall"}
        (raw / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    config = Config(raw=raw, curated=tmp_path / "curated", workers=1)
    run(config)
    first = set(publish.open_dataset(config.curated).articles.source_path)
    write_decisions(config, [{"what": "canonical", "document_id": "late.jsonl", "who": "ada"}])
    run(config, accept=frozenset({"shrink"}))

    assert first == {"early.jsonl"}
    assert set(publish.open_dataset(config.curated).articles.source_path) == {"late.jsonl"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"what": "cut", "document_id": "1.txt", "words": "of no such place"}], "do not stand in the document"),
        ([{"what": "cut", "document_id": "1.txt", "words": "the"}], "times in the document; give an occurrence"),
        ([{"what": "cut", "document_id": "1.txt", "words": "Divers who worked", "role": "advice"}], "no role 'advice'"),
        ([{"what": "shrug", "document_id": "1.txt"}], "what must be one of keep, cut"),
        ([{"what": "reject", "document_id": "none.txt"}], "none.txt: no such document"),
        ([{"what": "undo", "line": 7}], "line 7 holds no decision"),
        (
            [{"what": "accept", "document_id": "1.txt"}, {"what": "reject", "document_id": "1.txt"}],
            "contradicts line 1",
        ),
        (
            [
                {"what": "cut", "document_id": "1.txt", "words": "Divers who worked"},
                {"what": "keep", "document_id": "1.txt", "words": "who worked in bay"},
            ],
            "overlaps the span of line 1",
        ),
    ],
)
def test_what_cannot_hold_is_refused_when_it_is_written(data_set, rows, said):
    run(data_set)

    with pytest.raises(ConfigError, match=said):
        write_decisions(data_set, rows)

    assert not (data_set.curated / "overrides.jsonl").exists()


def test_a_review_is_imported_and_a_decision_taken_back(data_set, tmp_path):
    run(data_set)
    review = tmp_path / "review.csv"
    review.write_text(
        "what,document_id,field,value,why\nfield,2.txt,byline,Ada Quill; Bo Reed,signed\nreject,3.txt,,,\n"
    )
    write_decisions(data_set, read_review(review))
    write_decisions(data_set, [{"what": "undo", "line": 2}])
    (held,) = (d for rows in list_decisions(data_set).by_document.values() for d in rows)

    assert (held.what, held.value, held.why) == ("field", ("Ada Quill", "Bo Reed"), "signed")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("what,colour\nreject,red\n", "found colour"),
        ("document_id\n1.txt\n", "found no what"),
        ("what,line\nundo,two\n", "line must be a number"),
        ("what,line\nundo\n", "fewer cells"),
        ("what\n", "no row"),
    ],
)
def test_a_review_that_cannot_be_read_is_refused(tmp_path, content, said):
    (tmp_path / "review.csv").write_text(content)

    with pytest.raises(ConfigError, match=said):
        read_review(tmp_path / "review.csv")


def test_the_digest_heeds_what_is_decided_and_not_where_it_stands():
    row = json.dumps({"what": "reject", "document_id": ID})

    assert read_overrides(row).digest == read_overrides(f"\n\n{row}").digest != read_overrides("").digest


def test_the_value_that_gave_way_keeps_its_source(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    row = {"title": "Wall", "text": f"{WALL} {DIVERS}", "byline": "Bo Reed"}
    (raw / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    config = Config(raw=raw, curated=tmp_path / "curated", workers=1)
    run(config)
    name = ids_of(config)["a.jsonl"]
    write_decisions(config, [{"what": "field", "document_id": name, "field": "byline", "value": ["Ada Quill"]}])
    run(config)

    (evidence,) = publish.open_dataset(config.curated).documents.evidence
    assert json.loads(evidence)["byline"] == [{"value": ["Bo Reed"], "source": "metadata"}]


# ------------------------------------------------------------------ pairs and dates


@pytest.fixture
def copies(tmp_path):
    """Two copies of one report, a third that is near them, and two reports with nothing in common."""
    raw = tmp_path / "raw"
    raw.mkdir()
    body = [WALL.format(n=1), DIVERS.format(n=1), "The mayor said that the works would start after the summer."]
    texts = {"a": body, "b": body, "c": [*body, "A reader wrote in to say that the old wall was built by hand."]}
    for name in ("x", "y"):
        draw = random.Random(name)
        texts[name] = [f"The {' '.join(draw.sample(NOUNS, 12))} of the {draw.choice(NOUNS)}." for _ in range(5)]
    for name, paragraphs in texts.items():
        (raw / f"{name}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    return Config(raw=raw, curated=tmp_path / "curated", workers=1)


def clusters_of(config):
    documents = publish.open_dataset(config.curated).documents
    groups: dict[str, set[str]] = {}
    for path, cluster in zip(documents.source_path, documents.cluster_id, strict=True):
        groups.setdefault(cluster, set()).add(path.removesuffix(".txt"))
    return sorted("".join(sorted(group)) for group in groups.values())


PERMISSIVE = frozenset({"shrink", "cluster", "duplicates", "cuts"})


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([], ["abc", "x", "y"]),
        ([("same", "x", "y")], ["abc", "xy"]),
        ([("same", "x", "a")], ["abcx", "y"]),
        ([("different", "a", "b")], ["ac", "b", "x", "y"]),
        ([("different", "a", "c")], ["ab", "c", "x", "y"]),
        ([("different", "a", "b"), ("same", "b", "c")], ["a", "bc", "x", "y"]),
        ([("different", "a", "b"), ("different", "b", "c"), ("different", "a", "c")], ["a", "b", "c", "x", "y"]),
        ([("same", "x", "y"), ("same", "y", "a"), ("different", "x", "b")], ["axy", "bc"]),
        ([("different", "a", "x")], ["abc", "x", "y"]),
    ],
)
def test_pairs_are_joined_and_parted_as_people_say(copies, pairs, wanted):
    run(copies)
    if pairs:
        names = [(what, f"{a}.txt", f"{b}.txt") for what, a, b in pairs]
        rows = [{"what": what, "document_id": a, "other_id": b, "why": "seen"} for what, a, b in names]
        write_decisions(copies, rows)
        run(copies, accept=PERMISSIVE)
    found = publish.open_dataset(copies.curated)
    relations = {frozenset((r.left_id, r.right_id)): r for r in found.relations.itertuples()}
    ids = {name.removesuffix(".txt"): one for name, one in ids_of(copies).items()}

    assert clusters_of(copies) == wanted
    for what, a, b in pairs:
        relation = relations.get(frozenset((ids[a], ids[b])))
        if what == "different":
            assert relation is None or relation.relation == "same_story"
        else:
            assert relation.relation == "near" and json.loads(relation.evidence)["rule"] == "override"
            assert json.loads(relation.evidence)["why"] == "seen"
    assert publish.verify(copies.curated) == []


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("same", "a", "b"), ("different", "b", "a")], "contradicts line 1"),
        ([("same", "a", "b"), ("same", "b", "c"), ("different", "c", "a")], "contradicts what earlier lines say"),
        ([("different", "a", "c"), ("same", "a", "b"), ("same", "b", "c")], "contradicts what earlier lines say"),
        ([("same", "a", "a")], "wants two documents"),
        ([("reject", "a", "b")], "about one document"),
        ([("same", "a", "nowhere")], "no such document"),
    ],
)
def test_pairs_that_cannot_hold_are_refused(copies, pairs, said):
    run(copies)
    rows = [{"what": what, "document_id": f"{a}.txt", "other_id": f"{b}.txt"} for what, a, b in pairs]

    with pytest.raises(ConfigError, match=said):
        write_decisions(copies, rows)


def test_a_decided_date_wins_and_what_gave_way_is_kept(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    row = {"title": "Wall", "text": f"{WALL} {DIVERS} It rained yesterday.", "published": "2024-05-06"}
    (raw / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    config = Config(raw=raw, curated=tmp_path / "curated", workers=1)
    run(config)
    date = {"what": "field", "field": "published_date", "value": "2023-04-02", "document_id": "a.jsonl"}
    write_decisions(config, [date])
    run(config)
    found = publish.open_dataset(config.curated)
    (article,) = found.table("articles").to_pylist()

    assert (article["published_local"], article["published_source"]) == ("2023-04-02", "override")
    assert json.loads(found.documents.evidence[0])["published_date"] == [{"value": "2024-05-06", "source": "metadata"}]
    assert [mention["value"] for mention in article["dates"] if mention["surface"] == "yesterday"] == ["2023-04-01"]
    assert publish.verify(config.curated) == []


@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", "06/05/2024", "2024-05-06 09:30", ""])
def test_a_date_that_is_none_is_refused(data_set, value):
    run(data_set)

    with pytest.raises(ConfigError, match="published_date must be"):
        rows = [{"what": "field", "field": "published_date", "value": value, "document_id": "1.txt"}]
        write_decisions(data_set, rows)


def test_every_kind_of_decision_at_once_ends_in_the_same_tables(copies, tmp_path):
    run(copies)
    rows = [
        {"what": "different", "document_id": "a.txt", "other_id": "b.txt"},
        {"what": "same", "document_id": "x.txt", "other_id": "y.txt"},
        {"what": "canonical", "document_id": "x.txt"},
        {"what": "field", "document_id": "x.txt", "field": "published_date", "value": "2023-04-02T09:30+02:00"},
        {"what": "field", "document_id": "y.txt", "field": "title", "value": "A list of things"},
        {"what": "cut", "document_id": "c.txt", "words": "A reader wrote in to say"},
    ]
    write_decisions(copies, rows)
    run(copies, accept=PERMISSIVE)
    other = Config(raw=copies.raw, curated=tmp_path / "other", workers=1)
    other.curated.mkdir()
    (other.curated / "overrides.jsonl").write_bytes((copies.curated / "overrides.jsonl").read_bytes())
    run(other, full=True)

    found, full = publish.open_dataset(copies.curated), publish.open_dataset(other.curated)
    assert found.manifest["overrides"]["different"] == 1 and found.manifest["overrides"]["documents"] == 5
    for name in ("articles", "documents", "removals", "dates", "figures", "relations", "duplicates"):
        assert found.table(name).equals(full.table(name)), name


def test_many_people_write_at_once_and_nothing_is_lost(data_set):
    run(data_set)
    with ThreadPoolExecutor(6) as pool:
        for n in range(12):
            pool.submit(write_decisions, data_set, [{"what": "reject", "document_id": f"{n}.txt", "who": str(n)}])

    decided = list_decisions(data_set)
    assert len(decided.held) == 12 and decided.warnings == ()


def test_a_hundred_thousand_lines_are_read_in_seconds_and_each_wrong_one_is_named():
    rows = [{"what": "reject", "document_id": f"doc_{n:016x}"} for n in range(50_000)]
    rows += [{"what": ("same", "different")[n % 2], "document_id": f"doc_{n:016x}", "other_id": f"doc_{n + 1:016x}"}
             for n in range(49_999)]  # fmt: skip
    text = "\n".join(map(json.dumps, rows)) + "\n{\n"

    before = time.process_time()
    found = read_overrides(text)

    assert len(found.held) == 99_999 and found.warnings[0].startswith("overrides.jsonl: line 100000: ")
    assert time.process_time() - before < 20
