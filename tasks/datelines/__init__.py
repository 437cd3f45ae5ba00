"""Date lines: the places where a page, a field or an address states when a text was published.

In     one line of text, the head of a text, a metadata value, or a URL
Out    `tasks.model.DateLine` (and, for a line, where in it the statement stands), or None

Words   tasks/rules/dates_lines.toml, with examples that run as tests
Limits  Months and labels of about 15 languages; "3 hours ago" states no date; two-digit years only behind a label.
"""

from tasks.datelines.fields import find_date_prefix, moment_in_utc, read_metadata_date, read_path_date, read_url_date
from tasks.datelines.lines import DateLineMatch, find_date_line, is_change

__all__ = [
    "DateLineMatch",
    "find_date_line",
    "find_date_prefix",
    "is_change",
    "moment_in_utc",
    "read_metadata_date",
    "read_path_date",
    "read_url_date",
]
