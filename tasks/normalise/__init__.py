"""Normalise: the dates and figures that a text states, with values; and the text with these values in it.

In     the cleaned text of one document, and its date of publication
Out    date and figure mentions (contract, section 4), `text_normalised`
"""

from tasks.normalise.dates import find_dates
from tasks.normalise.figures import find_figures
from tasks.normalise.table import resolve_batch, scan_batch

__all__ = ["find_dates", "find_figures", "resolve_batch", "scan_batch"]
