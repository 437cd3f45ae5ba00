"""The words that columns of the contract may hold: what a removal, a status, a reason, a source may be called.

A module of its own, without Arrow, so that calls that only read rules start at once.
"""

STATUSES = ("article", "duplicate", "rejected")
REASONS = (
    "empty",
    "binary",
    "undecodable",
    "too_large",
    "unreadable",
    "malformed",
    "not_an_article",
    "too_short",
    "failed",
    "summary_only",
    "superseded",
    "taken_down",
)
OVERRIDDEN = "overridden"  # flag of a document about which people decided
TITLE_ORIGINS = ("metadata", "structured", "html", "first_line", "path", "recovered", "cluster", "override")
DATE_SOURCES = ("metadata", "structured", "header", "footer", "html", "url", "path", "cluster", "override")
ROLES = (
    "title",
    "title_repeat",
    "date_line",
    "byline",
    "source_line",
    "caption",
    "site_header",
    "share_bar",
    "read_more",
    "newsletter",
    "related_tail",
    "comments",
    "legal_footer",
    "notice",
    "author_note",
    "advert",
    "end_mark",
    "whitespace",
    "repair",
)
