"""Fit the weights of the strip's structural features, and write the two tables that hold them.

    python bench/strip_fit.py --shared ../shared              # write all; --what tails topic
    python bench/strip_fit.py --shared ../shared --folds      # what was fitted and what was set aside, by fold

Tails: gold bodies of the development pages with generated tails (seeds `SEEDS` of the tail maker beside the project),
bare bodies, bodies that break off in a paragraph of their own, and round-ups; single cut teasers are left out, since
the topic decides them. Topic: paragraphs below their own body and below others. The line model is fitted by
bench/strip_line_fit.py. Both are logistic regressions with an L2 penalty,
fitted by L-BFGS from zero: the same input gives the same weights, which are rounded to hundredths. Rare features
(`LEAST_SEEN`) are left out.

Set aside: sites are put into three folds by a hash of their name; each is
judged by weights fitted on the other two. The tables come from all sites.
The seeds 1 to 9 of the tail maker are never used here.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tasks.strip.draft import Draft  # noqa: E402
from tasks.strip.fields import take_foot, take_head, take_prefix  # noqa: E402
from tasks.strip.signs import describe, long_words  # noqa: E402
from tasks.strip.tail import find_tail  # noqa: E402
from tasks.strip.topic import topic_features  # noqa: E402
from tasks.text import split_lines  # noqa: E402

SEEDS = (11, 12, 13, 14, 15, 16)
FOLDS = 3
SALTS = ("", "again")  # of the two hashes
LEAST_SEEN = 40
TAIL_PENALTY = 3.0
# Paragraphs of so many words below so much of a body; donors among so many of the nearest; the same story shares more.
TOPIC_WORDS, TOPIC_PARTS, NEAREST, SAME_STORY = (18, 130), (0.4, 0.7, 0.9), 8, 0.3
TOPIC_PENALTY, TOPIC_WRONG = 1.0, 0.04
SHORTEST_BROKEN = 18  # words of a last paragraph that breaks off
# Decided by what they speak of (tasks/strip/topic.py), not by these weights.
NOT_FITTED = ("cut_teaser",)
HEADER = (
    "# Weights of the features of tasks/strip/{room}.py, in hundredths; positive: {means}.\n"
    "# Made by bench/strip_fit.py; do not edit.\n"
)

Weights = tuple[dict[str, float], float]


@dataclass
class Document:
    """Lines with the names of their features, their labels and their part of the loss."""

    style: str
    site: str
    texts: list[str]
    names: list[Sequence[str]]
    labels: list[bool]
    parts: list[float]


def fold_of(site: str, salt: str = "") -> int:
    """The fold of a site, the same on every machine."""
    return int(hashlib.md5((salt + site).encode()).hexdigest(), 16) % FOLDS


# ------------------------------------------------------------------ regression


def fit(documents: Iterable[Document], penalty: float, bias: float = 0.0, least_seen: int = LEAST_SEEN) -> Weights:
    """Weights of the features, and of every line, rounded to hundredths."""
    documents = [document for document in documents if document.style not in NOT_FITTED]
    seen = Counter(name for document in documents for names in document.names for name in names)
    columns = {name: i for i, name in enumerate(sorted(n for n, count in seen.items() if count >= least_seen))}
    bounds, indices, signs, parts = [0], [], [], []
    for document in documents:
        for names, label, part in zip(document.names, document.labels, document.parts, strict=True):
            indices += [columns[name] for name in names if name in columns]
            bounds.append(len(indices))
            signs.append(1.0 if label else -1.0)
            parts.append(part)
    matrix = sparse.csr_matrix((np.ones(len(indices)), indices, bounds), shape=(len(signs), len(columns)))
    sign, part = np.array(signs), np.array(parts)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margin = -sign * (matrix @ x[:-1] + x[-1])
        slope = -part * sign / (1 + np.exp(-margin))
        value = (part * np.logaddexp(0, margin)).sum() + penalty / 2 * (x[:-1] @ x[:-1])
        return value, np.append(matrix.T @ slope + penalty * x[:-1], slope.sum())

    found = minimize(loss, np.zeros(len(columns) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    weights = {name: round(100 * float(found[i])) / 100 for name, i in columns.items()}
    return {name: weight for name, weight in weights.items() if weight}, round(100 * (float(found[-1]) + bias)) / 100


def write_table(name: str, weights: Weights, room: str, means: str, extra: str = "") -> None:
    """Write tasks/rules/<name>.toml."""
    of_name, line = weights
    rows = "".join(f'"{key}" = {round(100 * value)}\n' for key, value in sorted(of_name.items()))
    text = HEADER.format(room=room, means=means) + f"line = {round(100 * line)}\n{extra}\n[weights]\n{rows}"
    (PROJECT / "tasks" / "rules" / f"{name}.toml").write_text(text, encoding="utf-8")


# ------------------------------------------------------------------ tails


def tail_documents(shared: Path, seeds: Sequence[int], styles: Sequence[str] | None = None) -> Iterator[Document]:
    """Bodies with and without tails; of the tails only `styles`, if given."""
    common, tailmaker, strip_pages = _bench(shared)
    pages = common.read_jsonl(common.data_file(shared / "data" / "strip", "pages"), None)
    articles = tailmaker.load_articles(pages, strip_pages.site_of)
    sites = {article.title: article.site for article in articles}
    near = tailmaker.similarities(articles)
    for seed in seeds:
        cases = [*tailmaker.clean_cases(articles, seed), *tailmaker.roundup_cases(articles, seed, 120)]
        for part, mode in enumerate(("random", "similar")):
            pools = tailmaker.donors_for(articles, near, mode == "similar")
            cases += tailmaker.tail_cases(articles, pools, seed, mode, part)
        for case in cases:
            if not case.tail or styles is None or case.style in styles:
                yield _tail_document(case, sites.get(case.title, case.raw_text[:80]))
        chance = random.Random(seed)
        for case in tailmaker.clean_cases(articles, seed):
            if (body := _broken_off(case.body, chance)) is not None:
                site = sites.get(case.title, case.raw_text[:80])
                names = [sign.names for sign in describe(body)]
                yield Document("broken off", site, body, names, [False] * len(body), [1.0] * len(body))


def _broken_off(body: Sequence[str], chance: random.Random) -> list[str] | None:
    """The body up to somewhere in one of its later paragraphs, as a paywall breaks it off."""
    lines = [line.text for text in body for line in split_lines(text)]
    long = [i for i in range(max(2, len(lines) // 2), len(lines)) if lines[i].count(" ") > SHORTEST_BROKEN]
    if not long:
        return None
    at = chance.choice(long)
    words = lines[at].split(" ")
    length = chance.randint(SHORTEST_BROKEN, len(words) - 1)
    return [*lines[:at], " ".join(words[:length]).rstrip(",.;:") + chance.choice(("", "", "...", "…", " […]"))]


def _bench(shared: Path) -> tuple[Any, Any, Any]:
    """The modules of the scorers beside the project."""
    sys.path.insert(0, str(shared / "bench"))
    import common
    import strip_pages
    import tailmaker

    return common, tailmaker, strip_pages


def _tail_document(case: Any, site: str) -> Document:
    draft = Draft.of(case.raw_text)
    take_prefix(draft)
    take_head(draft)
    take_foot(draft)
    first_of_tail = len(draft.lines) - sum(len(split_lines(line)) for line in case.tail)
    texts = [line.text for _, line in draft.standing()]
    labels = [index >= first_of_tail for index, _ in draft.standing()]
    return Document(case.style, site, texts, [sign.names for sign in describe(texts)], labels, [1.0] * len(texts))


def tail_f1(documents: Iterable[Document], weights: Weights) -> dict[str, float]:
    """Line F1 by style, over the signed styles, and the share of clean bodies and round-ups that were cut."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        tail = find_tail(document.texts, weights)
        start = len(document.texts) if tail is None or tail.rule is None else tail.start
        body = document.labels.count(False)
        row = Counter(n=1, tail=len(document.labels) - body, hit=len(document.labels) - max(start, body))
        row["wrong"], row["cut"] = max(0, body - start), int(start < body)
        sums[document.style] += row
        if any(document.labels):
            sums["all"] += row
            if document.style not in ("foreign_paragraphs", "cut_teaser"):
                sums["signed"] += row
    figures = {
        style: 2 * row["hit"] / (row["hit"] + row["wrong"] + row["tail"]) for style, row in sums.items() if row["tail"]
    }
    return figures | {
        f"{style} cut": sums[style]["cut"] / sums[style]["n"]
        for style in ("clean", "broken off", "roundup")
        if sums[style]
    }


# ------------------------------------------------------------------ topic


def topic_examples(shared: Path, seed: int = 11) -> Iterator[tuple[str, dict[str, float], bool]]:
    """(site, features, whether foreign) of paragraphs that break off below a body, or below the first part of one.

    A body's first part stands above what comes next in itself, above one of the `NEAREST` other articles by their
    words, and above any other; of these, from the beginning or from the middle. No generated tail is used.
    """
    common, _, strip_pages = _bench(shared)
    pages = common.read_jsonl(common.data_file(shared / "data" / "strip", "pages"), None)
    bodies = [[line.text for line in split_lines(page["body"])] for page in pages]
    sites = [strip_pages.site_of(page["url"]) for page in pages]
    chance = random.Random(seed)
    near = _nearest(bodies, sites)
    for n, body in enumerate(bodies):
        if len(body) < 3:
            continue
        others = [m for m in range(len(bodies)) if sites[m] != sites[n]]
        for part in TOPIC_PARTS:
            end = max(2, int(part * len(body)))
            length = chance.randint(*TOPIC_WORDS)
            donors = [(n, end, False)]
            for m in (chance.choice(near[n]), chance.choice(others)):
                donors.append((m, chance.choice((0, len(bodies[m]) // 2)), True))
            for m, start, foreign in donors:
                words = " ".join(bodies[m][start:]).split()
                if len(words) > length and (features := topic_features([*body[:end], " ".join(words[:length])], end)):
                    yield sites[n], features, foreign


def _nearest(bodies: Sequence[Sequence[str]], sites: Sequence[str]) -> list[list[int]]:
    """For each body the `NEAREST` of other sites by the longer words they share; what shares most is the same story."""
    words = [long_words(" ".join(body)) for body in bodies]
    found = []
    for n, own in enumerate(words):
        shares = [
            (len(own & other) / max(1, len(own | other)), m) for m, other in enumerate(words) if sites[m] != sites[n]
        ]
        found.append([m for share, m in sorted(shares, reverse=True) if share < SAME_STORY][:NEAREST])
    return found


def fit_topic(examples: Sequence[tuple[str, dict[str, float], bool]]) -> Weights:
    """Weights of the numbers of tasks/strip/topic.py; `TOPIC_WRONG` of the own paragraphs come out above 0."""
    names = sorted(examples[0][1])
    matrix = np.array([[features[name] for name in names] for _, features, _ in examples])
    sign = np.array([1.0 if foreign else -1.0 for _, _, foreign in examples])

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        margin = -sign * (matrix @ x[:-1] + x[-1])
        slope = -sign / (1 + np.exp(-margin))
        value = np.logaddexp(0, margin).sum() + TOPIC_PENALTY / 2 * (x[:-1] @ x[:-1])
        return value, np.append(matrix.T @ slope + TOPIC_PENALTY * x[:-1], slope.sum())

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x.round(2)
    line = -float(np.quantile((matrix @ found[:-1])[sign < 0], 1 - TOPIC_WRONG))
    return dict(zip(names, map(float, found[:-1]), strict=True)), round(line, 2)


def judge_topic(examples: Sequence[tuple[str, dict[str, float], bool]]) -> None:
    """Print the share of foreign and of own paragraphs above 0, fitted and set aside, by fold."""
    for fold in range(FOLDS):
        weights, line = fit_topic([e for e in examples if fold_of(e[0]) != fold])
        for name, inside in (("fitted", False), ("set aside", True)):
            above: dict[bool, list[bool]] = {True: [], False: []}
            for site, features, foreign in examples:
                if (fold_of(site) == fold) == inside:
                    above[foreign].append(line + sum(weights[key] * value for key, value in features.items()) > 0)
            shares = {
                f"{key} above 0": round(sum(above[k]) / len(above[k]), 3)
                for key, k in (("foreign", True), ("own", False))
            }
            print(f"topic, fold {fold}, {name}:", shares)


# ------------------------------------------------------------------ main


def judge_tails(tails: Sequence[Document]) -> None:
    """Print the figures of each fold, fitted and set aside."""
    for fold in range(FOLDS):
        weights = fit((d for d in tails if fold_of(d.site) != fold), TAIL_PENALTY)
        for name, inside in (("fitted", False), ("set aside", True)):
            figures = tail_f1([d for d in tails if (fold_of(d.site) == fold) == inside], weights)
            print(f"tails, fold {fold}, {name}:", {key: round(value, 4) for key, value in sorted(figures.items())})


def main() -> None:
    """Fit and write the tables; print the folds' figures if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with bench/ and data/strip/")
    parser.add_argument("--what", nargs="+", choices=("tails", "topic"), default=("tails", "topic"))
    parser.add_argument("--folds", action="store_true", help="only print the figures of the folds; write nothing")
    args = parser.parse_args()

    if "tails" in args.what:
        tails = list(tail_documents(args.shared, SEEDS))
        if args.folds:
            judge_tails(tails)
        else:
            write_table("strip_weights", fit(tails, TAIL_PENALTY), "signs", "a line of an off-topic tail")
    if "topic" in args.what:
        examples = list(topic_examples(args.shared))
        if args.folds:
            judge_topic(examples)
        else:
            write_table("strip_topic_weights", fit_topic(examples), "topic", "another article's paragraph")


if __name__ == "__main__":
    main()
