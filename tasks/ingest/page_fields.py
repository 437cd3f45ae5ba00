"""What a page says about itself: headline, authors, dates and the other fields, each with the kind of its source.

In     the tree of a page, before an extractor has worked on it
Out    `PageFields`: of each field what the page states, best source first

Sources, best first: `structured` (JSON-LD, microdata, OpenGraph), `meta` (other meta elements), `html` (elements of the
page: headings, by-lines, `<time>`). Which value is published is for the steps that know the text and the input, too.

Limits  Names in plain text are found near the headline only, in elements that are called by-line or author.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.ingest.author_names import person_names
from tasks.ingest.page_dates import seen_changes, seen_dates
from tasks.ingest.page_header import NO_HEADER, Header, read_header, seen_authors
from tasks.ingest.page_titles import choose_title
from tasks.ingest.stated import Stated, clean, key
from tasks.ingest.structured import Node, find_nodes

# Types of schema.org that stand for an article, and for a page
ARTICLES = frozenset(
    (
        "article", "newsarticle", "blogposting", "reportagenewsarticle", "opinionnewsarticle", "analysisnewsarticle",
        "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "satiricalarticle",
        "advertisercontentarticle", "scholarlyarticle", "techarticle", "medicalscholarlyarticle",
        "socialmediaposting", "discussionforumposting", "liveblogposting", "report", "howto", "recipe", "review",
        "medicalwebpage",
    )
)  # fmt: skip
PAGES = frozenset(("webpage", "itempage", "collectionpage", "qapage", "faqpage"))
MAX_NAMES = 10
MAX_SECTION = 60  # characters

Authors = tuple[str, tuple[str, ...]]  # (source, names)

# Names of meta elements, best first, in lower case
META: Mapping[str, tuple[str, ...]] = {
    "title": (
        "og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "citation_title", "headline",
    ),
    "author": (
        "author", "article:author", "og:article:author", "authors", "byl", "parsely-author", "sailthru.author",
        "dc.creator", "dcterms.creator", "dc.creator.aut", "citation_author", "creator", "rbauthors",
        "cxenseparse:author", "shareaholic:article_author_name",
    ),
    "published": (
        "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
        "article:published", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
        "citation_publication_date", "citation_date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime",
        "article.published", "publish-date", "publish_date", "published-date", "publisheddate", "publication_date",
        "pubdate", "article_date_original", "date.released", "displaydate", "date",
    ),
    "modified": (
        "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified",
        "last-modified", "lastmod", "revised",
    ),
    "publisher": (
        "og:site_name", "dc.publisher", "dcterms.publisher", "citation_journal_title", "publisher", "application-name",
    ),
    "section": ("article:section", "parsely-section", "og:article:section", "cxenseparse:section"),
    "standfirst": ("og:description", "description", "twitter:description", "dc.description"),
}  # fmt: skip

# The same in names of a site's own: "w-published-date", "sr-pubdate", "updated"
LIKE: Mapping[str, re.Pattern[str]] = {
    "published": re.compile(r"publish|publication.?(?:date|time)|pub.?date|posted|issue.?date|release.?date|created"),
    "modified": re.compile(r"modif|updat"),
}
NOT_LIKE = re.compile(r"publisher|unpublish|expir|event|valid|til?l|until|end|copyright|birth")

_META = XPath(".//meta[@content]")
_HEADINGS = XPath(".//h1")
_CANONICAL = XPath('string(.//link[@rel="canonical"]/@href)')
_CRUMBS = XPath('.//*[contains(@class, "breadcrumb") or contains(@class, "Breadcrumb") or contains(@id, "breadcrumb")]')
_LINKS = XPath(".//a | .//li | .//span[not(*)]")


@dataclass(frozen=True)
class PageFields:
    """What a page states, best source first; values are plain text, as stated."""

    title: Stated | None = None
    titles: tuple[Stated, ...] = ()  # the candidates
    authors: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (source, names)
    published: tuple[Stated, ...] = ()
    modified: tuple[Stated, ...] = ()
    publisher: str | None = None
    section: str | None = None
    standfirst: str | None = None
    breadcrumbs: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    body: str | None = None  # JSON-LD `articleBody`
    header: Header = NO_HEADER


def read_fields(tree: HtmlElement, host: str = "") -> PageFields:
    """The fields of a page.

    Args:
        tree: as parsed; it is not changed.
        host: of the page's address, where it is known: a headline does not repeat it.
    """
    nodes = find_nodes(tree)
    metas = _metas(tree)
    headings = [text for heading in _HEADINGS(tree) if (text := clean(heading.text_content()))][:20]
    articles = _articles(nodes, headings, clean(tree.findtext(".//title") or ""))
    pages = [node for node in nodes if node.types & PAGES]
    publisher = _publisher(nodes, articles, metas)
    titles = [
        *(Stated("html", text) for text in headings),
        *(Stated("structured", text) for node in articles for text in _texts(node.values.get("headline"))),
        *(Stated("structured" if name.startswith("og:") else "meta", text) for name, text in _stated(metas, "title")),
        *(Stated("meta", text) for text in [clean(tree.findtext(".//title") or "")] if text),
    ]
    crumbs = _breadcrumbs(tree, nodes)
    title = choose_title(titles, publisher or "", host)
    header = read_header(tree, title.value if title else "")
    return PageFields(
        title=title,
        titles=tuple(titles),
        authors=_ranked_authors(
            [*_stated_authors(articles, pages, metas, publisher or "")],
            [*seen_authors(tree, header, publisher or "")],
            key(" ".join(header.texts)),
        ),
        published=(
            *_node_dates(articles, pages, "datePublished"),
            *_meta_dates(metas, "published"),
            *seen_dates(tree, header),
        ),
        modified=(
            *_node_dates(articles, pages, "dateModified"),
            *_meta_dates(metas, "modified"),
            *seen_changes(tree, header),
        ),
        header=header,
        publisher=publisher,
        section=_section(
            [*(t for n in articles for t in _texts(n.values.get("articleSection"))), *_values(metas, "section")]
        ),
        standfirst=_first(
            [*(t for n in articles for t in _texts(n.values.get("description"))), *_values(metas, "standfirst")]
        ),
        breadcrumbs=crumbs,
        language=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        url=_CANONICAL(tree).strip() or next(iter(metas.get("og:url", ())), None),
        body=max((t for n in articles for t in _texts(n.values.get("articleBody"))), key=len, default=None),
    )


# ------------------------------------------------------------------ reading


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    """What the meta elements say, by their name in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    for element in _META(tree):
        text = clean(element.get("content"))
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").lower()
            if name and text:
                found[name].append(text)
    return found


def _stated(metas: Mapping[str, list[str]], field: str) -> Iterator[tuple[str, str]]:
    """(name, text) of the meta elements for a field, best first."""
    for name in META[field]:
        for text in metas.get(name, ()):
            yield name, text


def _values(metas: Mapping[str, list[str]], field: str) -> list[str]:
    return [text for _, text in _stated(metas, field)]


def _first(values: list[str]) -> str | None:
    return next((value for value in values if value and "{{" not in value), None)


def _section(values: list[str]) -> str | None:
    """The first section; of a list of labels in one value the first, nothing where it is a sentence."""
    stated = _first(values)
    if stated is None or stated.count(",") < 2:
        return stated if stated and len(stated) <= MAX_SECTION else None
    return stated.partition(",")[0].strip() or None


def _texts(value: Any) -> list[str]:
    """The strings of a value of structured data: itself, the items of a list, the names of objects."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") or item.get("@value") if isinstance(item, dict) else item for item in items]
    return [text for name in names if isinstance(name, str) and (text := clean(name))]


def _articles(nodes: list[Node], headings: list[str], title: str) -> list[Node]:
    """The nodes that stand for the article of this page, not for another one that it links to."""
    found = [node for node in nodes if node.types & ARTICLES]
    if len(found) < 2:
        return found
    known = {key(text) for text in (*headings, title)}

    def rank(node: Node) -> int:
        headline = [key(text) for text in _texts(node.values.get("headline") or node.values.get("name"))]
        same = any(text and any(text in other for other in known) for text in headline)
        return 0 if same else 1 if not headline else 2

    best = min(map(rank, found))
    return [node for node in found if rank(node) == best]


def _publisher(nodes: list[Node], articles: list[Node], metas: Mapping[str, list[str]]) -> str | None:
    """Who publishes the page: its name, never an address."""
    stated = [text for node in articles for text in _texts(node.values.get("publisher"))]
    stated += _values(metas, "publisher")
    stated += [text for node in nodes if node.types & {"website"} for text in _texts(node.values.get("name"))]
    return next((text for text in stated if "//" not in text and len(text) <= 80 and not text.startswith("@")), None)


def _breadcrumbs(tree: HtmlElement, nodes: list[Node]) -> tuple[str, ...]:
    """The labels of the path to the page, outermost first."""
    for node in nodes:
        if "breadcrumblist" in node.types:
            items = node.values.get("itemListElement")
            labels = []
            for item in items if isinstance(items, list) else [items]:
                inner = item.get("item") if isinstance(item, dict) else None
                labels += _texts(item if isinstance(item, dict) and item.get("name") else inner)
            if labels:
                return tuple(labels[:MAX_NAMES])
    for box in _CRUMBS(tree):
        labels = [text for link in _LINKS(box) if (text := clean(link.text_content())) and len(text) < 200]
        if len(labels) > 1:
            return tuple(dict.fromkeys(labels))[:MAX_NAMES]
    return ()


# ------------------------------------------------------------------ authors


def _stated_authors(
    articles: list[Node], pages: list[Node], metas: Mapping[str, list[str]], publisher: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(source, names) of structured data and meta elements."""
    for node in (*articles, *pages):
        for property_name in ("author", "creator"):
            names = _persons(node.values.get(property_name), publisher)
            if names:
                yield "structured", names
    for label, data in (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")):
        if any(
            re.match(r"(?i)written by|author|verfasst|écrit|escrito|geschrieben", text) for text in metas.get(label, ())
        ):
            names = _unique(person_names(text, publisher) for text in metas.get(data, ()))
            if names:
                yield "meta", names
    for name in META["author"]:
        names = _unique(person_names(text, publisher) for text in metas.get(name, ()))
        if names:
            yield "meta", names


def _ranked_authors(stated: list[Authors], seen: list[Authors], visible: str) -> tuple[Authors, ...]:
    """What is stated comes first, unless the page shows other names only: accounts publish what others wrote."""
    shown = [some for some in stated if any(key(name) in visible for name in some[1])]
    if seen and not shown:
        return (*seen, *stated)
    return (*shown, *(some for some in stated if some not in shown), *seen)


def _persons(value: Any, publisher: str) -> tuple[str, ...]:
    """The persons that a value of structured data names; organisations are none."""
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            types = item.get("@type")
            types = types if isinstance(types, list) else [types]
            if any(isinstance(t, str) and "organization" in t.lower() for t in types):
                continue
            name = item.get("name") or " ".join(
                str(item[part]) for part in ("givenName", "additionalName", "familyName") if item.get(part)
            )
            found += [person_names(text, publisher) for text in _texts(name)]
        elif isinstance(item, str):
            found.append(person_names(item, publisher))
    return _unique(found)


def _unique(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))[:MAX_NAMES]


# ------------------------------------------------------------------ dates


def _node_dates(articles: list[Node], pages: list[Node], name: str) -> Iterator[Stated]:
    for node in (*articles, *pages):
        for text in _texts(node.values.get(name)):
            yield Stated("structured", text)


def _meta_dates(metas: Mapping[str, list[str]], field: str) -> Iterator[Stated]:
    """Dates of the elements in `META`, then of others whose names say the same in words of their own."""
    for name, text in _stated(metas, field):
        yield Stated("structured" if name.startswith(("article:", "og:")) else "meta", text)
    for name, texts in metas.items():
        if name not in META[field] and LIKE[field].search(name) and not NOT_LIKE.search(name):
            yield from (Stated("meta", text) for text in texts)
