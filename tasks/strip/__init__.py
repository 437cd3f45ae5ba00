"""Strip: one raw text -> its body, the fields found around it, and every span that was cut.

In     raw_text; hints: the input's fields, what the page states, the url, the lines that repeat on the site
Out    tasks.model.Stripped; for tables `strip_batch`, one row a document

The rooms, in the order in which a text passes through them (tasks/strip/clean.py):
    fields    date lines, by-lines, sources, counters and furniture at head and foot
    captions  lines with a photo credit
    titles    headline and section line, copies of the headline, headlines glued into the body
    tail      other articles below the body
    repair    mojibake and crumbs inside lines
    removals  cuts -> text, and back
    chosen    the value of each field, of what is given, stated and found

How it works and how well: docs/strip.md.
"""

from tasks.strip.by_hand import apply_overrides
from tasks.strip.clean import strip_text
from tasks.strip.table import INPUTS, strip_batch

__all__ = ["INPUTS", "apply_overrides", "strip_batch", "strip_text"]
