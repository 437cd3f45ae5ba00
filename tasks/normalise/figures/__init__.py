"""Figures: money, shares, measures, counts, ages and multiples that a text states.

In     a text, and the dates found in it                 from tasks.normalise.table, or any caller
Out    `FigureMention` records, in reading order         to   tasks.normalise.table

Every number of the text (tasks.normalise.numbers) becomes a candidate with its sign, its unit, or as an age (read).
Then, stage by stage, each a list of candidates into a list: neighbours share units (join), what is compared takes its
unit (ellipsis), neighbours become ranges (join), bare numbers get the noun they count, names and dates go (counts, by
the guards), what is left out is taken from the figure before (ellipsis). The words around give bound, change and basis
(record). Values stay as written: 1,000 km2 for a hall is flagged, not mended (sanity).

Limits  English only. Spans of days to years are dates, not figures. Scores of games are left out.
"""

from tasks.normalise.figures.find import find_figures

__all__ = ["find_figures"]
