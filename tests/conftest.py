"""Small published tables, made by hand: what the tests of gates, publish and report start from."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pyarrow as pa
import pytest

from tasks import publish, report
from tasks.columns import TABLES
from tasks.schema import PUBLISHED, SORTED_BY

collect_ignore = ["crash_driver.py"]  # a script that tests run and kill
Tables = dict[str, pa.Table]
# What a test needs, by how its file's name begins; a file has the first mark that fits. `make quick` runs `unit` alone.
MARKS = {
    "s3": ("test_s3_", "test_storage_doors"),
    "crash": ("test_publish_crashes", "test_run_crashes", "test_publish_lifecycle"),
    "browser": ("test_browse", "test_desk"),
    "pipeline": (
        *("test_flow", "test_cli", "test_steps", "test_histories", "test_corpus.", "test_executors", "test_shortcut"),
        *("test_takedown_command", "test_hostile_files", "test_serve.", "test_scheduled"),
        *("test_own_rules", "test_gates_drift"),
    ),
}


def mark_of(file: str) -> str:
    """The mark of all tests in a file; `unit` is whatever needs none of the others.

    >>> mark_of("test_s3_run.py"), mark_of("test_dates.py")
    ('s3', 'unit')
    """
    return next((mark for mark, starts in MARKS.items() if file.startswith(starts)), "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the mark of its file."""
    for item in items:
        item.add_marker("slow" if "time_grows" in item.name else mark_of(item.path.name))


NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


def digits(name: str) -> str:
    """16 hex digits for a name, as ids have them."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def sha256(text: str) -> str:
    """Hex digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def document(name: str, text: str, **more: Any) -> dict[str, Any]:
    """What a test says about one document: `title`, `tail`, `day`, `copy_of`, `relation`, `rejected`, columns."""
    return {"name": name, "text": text, **more}


def build_tables(documents: list[dict[str, Any]], relations: list[dict[str, Any]] | None = None) -> Tables:
    """The seven published tables for documents as `document` makes them; they meet the contract."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in PUBLISHED}
    clusters = _clusters(documents)
    for one in documents:
        _add(rows, one, clusters)
    for pair in relations or []:
        left, right = sorted(f"doc_{digits(name)}" for name in pair["names"])
        extra = {"relation": pair.get("relation", "same_story"), "score": 0.9, "evidence": pair.get("evidence", "{}")}
        rows["relations"].append({"left_id": left, "right_id": right, **extra})
    return {name: _table(name, rows[name]) for name in PUBLISHED}


def _clusters(documents: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Members of each cluster, by the name of its canonical document."""
    members: dict[str, list[str]] = {}
    for one in documents:
        if not one.get("rejected"):
            members.setdefault(one.get("copy_of") or one["name"], []).append(digits(one["name"]))
    return members


def _add(rows: dict[str, list[dict[str, Any]]], one: dict[str, Any], clusters: dict[str, list[str]]) -> None:
    """Add the rows that one made-up document has in each table."""
    canonical, day = one.get("copy_of") or one["name"], one.get("day")
    members = clusters.get(canonical, [])
    common = {"document_id": f"doc_{digits(one['name'])}", "source_path": f"{one['name']}.txt", "url": one.get("url")}
    cluster = {"cluster_id": f"clu_{min(members)}" if members else None}
    rows["documents"].append({**common, **cluster, **_fate(one, canonical)})
    if one.get("rejected"):
        return
    rows["removals"] += [{"document_id": common["document_id"], **span} for span in _cuts(one)]
    published = {"published_date": day, "published_local": day.isoformat() if day else None}
    if one.get("copy_of"):
        relation = {"canonical_id": f"doc_{digits(canonical)}", "relation": one.get("relation", "near")}
        own = {"title": one.get("title"), "text": one["text"]}
        rows["duplicates"].append({**common, **relation, **published, **own})
        return
    article = {"article_id": f"art_{digits(one['name'])}", "cluster_size": len(members), **_article(one)}
    rows["articles"].append({**common, **cluster, **published, **article})
    for table in ("dates", "figures"):
        owner = {"article_id": article["article_id"], "published_date": day}
        rows[table] += [{**owner, **mention} for mention in article[table]]


def _raw(one: dict[str, Any]) -> str:
    head = f"{one['title']}\n\n" if one.get("title") else ""
    return f"{head}{one['text']}{one.get('tail') or ''}"


def _fate(one: dict[str, Any], canonical: str) -> dict[str, Any]:
    """What the table `documents` says of it."""
    raw, rejected = _raw(one), one.get("rejected")
    return {
        "raw_sha256": sha256(one.get("raw", raw)),
        "n_bytes": len(raw.encode()),
        "encoding": "utf-8",
        "raw_text_sha256": sha256(raw),
        "text_sha256": None if rejected else sha256(one["text"]),
        "status": "rejected" if rejected else "duplicate" if one.get("copy_of") else "article",
        "reason": rejected,
        "detail": f"{rejected}: nothing to read" if rejected else None,
        "canonical_id": None if rejected else f"doc_{digits(canonical)}",
        "language": None if rejected else one.get("language", "en"),
        "flags": one.get("flags", []),
    }


def _cuts(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The removals of its title and its tail."""
    raw, title, tail = _raw(one), one.get("title"), one.get("tail")
    cuts = [(0, len(title) + 2, "title", "title.first_line", "title")] if title else []
    cuts += [(len(raw) - len(tail), len(raw), "related_tail", "tail.label_list", None)] if tail else []
    return [
        {"start": start, "end": end, "role": role, "rule": rule, "score": 0.95, "text": raw[start:end],
         "replacement": None, "kept_as": kept}
        for start, end, role, rule, kept in cuts
    ]  # fmt: skip


def _article(one: dict[str, Any]) -> dict[str, Any]:
    """What an article has beyond its ids, cluster and dates of publication."""
    title, text = one.get("title"), one["text"]
    said = {field.name: one[field.name] for field in TABLES["articles"].fields if field.name in one}
    lists = {field.name: [] for field in TABLES["articles"].fields if pa.types.is_list(field.type)}
    return (
        lists
        | said
        | {
            "title": title,
            "title_origin": "first_line" if title else None,
            "text": text,
            "text_normalised": text,
            "published_precision": "day" if one.get("day") else None,
            "published_source": "header" if one.get("day") else None,
            "language": one.get("language", "en"),
            "language_score": 0.75,
            "n_chars": len(text),
            "n_words": len(text.split()),
            "text_sha256": sha256(text),
        }
    )


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    rows = sorted(rows, key=lambda row: tuple(row[key] for key in SORTED_BY[name]))
    return pa.Table.from_pylist(rows, schema=PUBLISHED[name])


def date_mention(text: str, surface: str, day: date) -> dict[str, Any]:
    """A resolved date mention of `surface` in `text`."""
    start = text.index(surface)
    span = {"start": start, "end": start + len(surface), "surface": surface}
    value = {"type": "DATE", "value": day.isoformat(), "start_date": day, "end_date": day, "grain": "day", "mod": None}
    rest = {"relative": False, "anchor": "none", "status": "resolved", "rule": "date.absolute", "flag": None}
    return {**span, **value, **rest}


def figure_mention(text: str, surface: str, value: float, unit: str) -> dict[str, Any]:
    """A measure mentioned as `surface` in `text`."""
    start = text.index(surface)
    span = {"start": start, "end": start + len(surface), "surface": surface}
    rest = {"kind": "measure", "value": value, "unit": unit, "bound": "=", "rule": "figure.measure"}
    return {**span, **rest}


FERRY = "The island ferry will sail again on 4 May 2024 after repairs to its hull, which took 30 days in dry dock."
FERRY_COPY = "The island ferry will sail again on 4 May 2024 after repairs to its hull, which took thirty days."
BRIDGE = "Engineers found no fault in the old bridge, and the council voted to keep it open to carts and bicycles."
CHOIR = "The choir of the harbour church sang for two hours on Sunday, and the collection went to the lifeboat."


def sample_documents() -> list[dict[str, Any]]:
    """Three articles, a near copy of the first, and a rejected file."""
    ferry = {
        "title": "Ferry returns",
        "day": date(2024, 5, 2),
        "tail": "\n\nSee also\nHarbour fees rise again",
        "dates": [date_mention(FERRY, "4 May 2024", date(2024, 5, 4))],
        "figures": [figure_mention(FERRY, "30 days", 30.0, "d")],
    }
    return [
        document("gazette/ferry", FERRY, **ferry, url="https://gazette.example/ferry"),
        document("courier/ferry", FERRY_COPY, copy_of="gazette/ferry", title="Ferry sails", day=date(2024, 5, 3)),
        document("gazette/bridge", BRIDGE, title="Old bridge stays <open>", flags=["tail_suspected"]),
        document("gazette/choir", CHOIR),
        document("gazette/blank", "", rejected="empty"),
    ]


def sample_relations() -> list[dict[str, Any]]:
    """One near copy and one story told twice."""
    return [
        {"names": ("gazette/ferry", "courier/ferry"), "relation": "near", "evidence": '{"resemblance": 0.8}'},
        {"names": ("gazette/bridge", "gazette/choir"), "relation": "same_story", "evidence": '{"names": ["harbour"]}'},
    ]


@pytest.fixture(scope="session")
def object_server() -> Iterator[str]:
    """The address of an object store on this machine, for as long as the tests run."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(object_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, with the environment that leads to it and a cache folder of its own; gives its address."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    settings = {"ENDPOINT_URL": object_server, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}
    for name, value in {**settings, "CONFIG_FILE": "none", "SHARED_CREDENTIALS_FILE": "none"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    name = f"news-{digits(str(tmp_path))}"
    urlopen(Request(f"{object_server}/{name}", method="PUT")).close()
    return f"s3://{name}"


@pytest.fixture
def published_tables() -> Callable[..., Tables]:
    """A factory of published tables: the sample's, or those of the documents and relations it is given."""

    def make(documents: list[dict[str, Any]] | None = None, relations: list[dict[str, Any]] | None = None) -> Tables:
        if documents is None:
            return build_tables(sample_documents(), sample_relations())
        return build_tables(documents, relations)

    return make


@pytest.fixture
def letters() -> Callable[..., list[dict[str, Any]]]:
    """A factory of plain documents by name, each with a text of its own."""
    return lambda names: [document(name, f"A short text about {name}, and about nothing else.") for name in names]


@pytest.fixture
def publish_tables() -> Callable[..., str | None]:
    """A run's publishing half: gives the new version's name, or None where nothing is new."""

    def run(
        tables: Tables,
        curated: Any,
        name: str = "r1",
        digests: dict[str, str] | None = None,
        with_report: bool = False,
        **more: Any,
    ) -> str | None:
        latest = publish.recover(curated).dataset
        info = publish.RunInfo(name, NOON, digests=digests or {"code": "c"})
        staged = publish.stage(tables, curated, latest=latest, run=info)
        if staged.unchanged:
            staged.discard()
            return None
        page = staged.folder / "report.html"
        page.write_text("<html></html>")
        if with_report:
            names = (latest and latest.version, staged.version)
            diff = report.diff_tables(latest and latest.tables(), tables, names=names)
            report.write_report(tables, page, version=staged.version, created_at=NOON, diff=diff)
        return publish.publish(staged, **more)

    return run
