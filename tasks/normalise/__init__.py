"""Normalise: the dates and figures that a text states, with values; and the text with these values in it.

In     the cleaned text of one document, and its date of publication
Out    date and figure mentions (contract, section 4), `text_normalised`
"""

from tasks.normalise.figures import find_figures

__all__ = ["find_figures"]
