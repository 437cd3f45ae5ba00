"""Decisions: the rules that say whether two texts are related, in the order in which they are asked.

In     `Evidence` of pairs                       from tasks.dedupe.relate
Out    a relation a pair, and the rule that decided      to   tasks.dedupe.find, table

The first rule that fits decides. Rules that keep a pair apart stand before those that join what they might fit, for a
wrong merge hides an article. Each rule has pairs of texts that it decides (`yes`) and pairs that it leaves alone
(`no`); tests/test_dedupe_decisions.py compares them among texts about other things.

Source of the thresholds: the development pairs beside the project (docs/duplicates.md), two thirds of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.copies import TEXT_SHARE
from tasks.dedupe.relate import CONTAINS, NONE, UNKNOWN, Evidence, kinds_of

MIN_COVERED_SAME_OPENING = 0.56  # where both open alike: an abridged or revised story does
MIN_OPENING = 0.5
MIN_COVERED_HOLDS = 0.5  # of a member against its cluster's centre; it has a relation with another member
# Figures. In a damaged copy words differ as often as figures do; updates of one story change 1 % of the words at the
# median, reports of one form 6 %.
MIN_FIGURES, MIN_FIGURE_SHARE, MIN_FIGURES_OF_CHANGED, MIN_FIGURE_ODDS = 2, 0.02, 0.12, 1.2
# Slots. A replaced word is a slot when it is rare on both sides; one of twenty words of a short report is enough.
MIN_SLOTS, MIN_SLOT_SHARE, MIN_SLOTS_OF_CHANGED, MIN_SLOT_ODDS = 2, 0.03, 0.45, 2.1
MIN_ONE_SLOT_SHARE = 0.05
# In a frame that many texts hold, one slot is enough.
MIN_SLOT_SHARE_SERIES, MIN_SLOT_ODDS_SERIES = 0.015, 4
# Two are enough in a longer one where nothing else differs.
MIN_SLOT_SHARE_FRAME, MIN_SLOT_ODDS_FRAME = 0.005, 10
# One story reported again: the same title, at most a day later, and few slots.
SAME_TITLE, SOON, MAX_UPDATED = 0.85, 1, 0.05
MIN_TURN_SHARE, MIN_COVERED_TURN = 0.01, 0.6  # a denial in a long text is one of many changes
MAX_CHANGED_TURN, MAX_OUTSIDE_TURN = 6, 8  # words: what differs beside a denial is little
MAX_COMMON = 0.7  # of the shared wording stand on many pages
FAR = 3  # days: another report, unless it is the same text again
MIN_COVERED_FAR, MAX_CHANGED_FAR = 0.9, 0.04
MIN_ODDS_FAR = 1  # two slots that differ as often as other words do tell two reports of different days apart
MIN_ORDERED = 0.5  # of an excerpt
MIN_COMMON_SHORT = 0.1  # of the shared wording of two short texts; a corrected text shares its form with one other
LIKE_TITLE, LIKE_START = 0.67, 0.7
MAX_FOREIGN_OPENING = 0.25  # of both openings is in the other text: news over the same background
MIN_COVERED_ALONE = 0.9  # a text that is less covered needs another sign: its opening, its title or its date
MAX_SLOTS_OPENING = 0.03
MAX_COMMON_LINKED = 0.4  # of what two members of a cluster share, if they are of other days and not related
MAX_OPENING_LINKED = 0.6
MIN_COVERED_LINKED = 0.5  # a template against a text to which no relation leads must share so much


@dataclass(frozen=True)
class Side:
    """One text of an example, with its title and day (ISO date) where they matter."""

    text: str
    title: str | None = None
    day: str | None = None


@dataclass(frozen=True)
class Example:
    """Two texts."""

    left: Side
    right: Side


@dataclass(frozen=True)
class Decision:
    """A rule: what it decides (`is_related`), the pairs that it fits, why, and examples."""

    id: str
    is_related: bool
    fits: Callable[[Evidence], np.ndarray]
    why: str
    yes: tuple[Example, ...]
    no: tuple[Example, ...]


def is_update(e: Evidence) -> np.ndarray:
    """Whether two texts are states of one story by their title and dates, few slots aside."""
    return (e.title >= SAME_TITLE) & is_soon(e) & (e.slot_share < MAX_UPDATED)


def is_soon(e: Evidence) -> np.ndarray:
    """Whether two texts are known to be of the same day or the next."""
    return (e.days != UNKNOWN) & (e.days <= SOON)


def is_template(e: Evidence) -> np.ndarray:
    """Whether two texts are one form with other facts."""
    by_figures = (
        (e.figures >= MIN_FIGURES)
        & (e.figures >= MIN_FIGURE_SHARE * e.wording)
        & (e.figures >= MIN_FIGURES_OF_CHANGED * e.changed)
        & (e.figure_odds >= MIN_FIGURE_ODDS)
    )
    many = (e.slots >= MIN_SLOTS) & (e.slot_share >= MIN_SLOT_SHARE)
    by_slots = (
        (many | ((e.slots >= 1) & (e.slot_share >= MIN_ONE_SLOT_SHARE)))
        & (e.slots >= MIN_SLOTS_OF_CHANGED * e.changed)
        & (e.slot_odds >= MIN_SLOT_ODDS)
    )
    in_series = (
        (e.common >= MAX_COMMON)
        & (e.slots >= 1)
        & (e.slot_share >= MIN_SLOT_SHARE_SERIES)
        & (e.slot_odds >= MIN_SLOT_ODDS_SERIES)
    )
    in_frame = (
        (e.common >= MAX_COMMON)
        & (e.slots >= MIN_SLOTS)
        & (e.slot_share >= MIN_SLOT_SHARE_FRAME)
        & (e.slot_odds >= MIN_SLOT_ODDS_FRAME)
    )
    return (by_figures | by_slots | in_series | in_frame) & ~is_update(e)


def is_denial(e: Evidence) -> np.ndarray:
    """Whether one text denies what the other says."""
    turns = e.turns + np.where(e.outside <= MAX_OUTSIDE_TURN, e.turns_outside, 0)
    is_turned = (turns >= 1) & (turns >= MIN_TURN_SHARE * e.wording)
    return is_turned & (e.covered >= MIN_COVERED_TURN) & (e.changed <= MAX_CHANGED_TURN)


def shares_boilerplate(e: Evidence) -> np.ndarray:
    """Whether two texts that open differently share hardly more than what many texts hold."""
    return (e.common >= MAX_COMMON) & (e.opening < MIN_OPENING)


def is_other_day(e: Evidence) -> np.ndarray:
    """Whether two texts lie days apart and are not one text."""
    same = (e.covered >= MIN_COVERED_FAR) & (e.changed <= MAX_CHANGED_FAR * e.wording)
    same &= (e.slots < MIN_SLOTS) | (e.slot_odds < MIN_ODDS_FAR)
    return (e.days >= FAR) & ~same


def begins_unlike(e: Evidence) -> np.ndarray:
    """Whether both titles and both first words are known and unlike."""
    known = (e.title != UNKNOWN) & (e.start != UNKNOWN)
    return known & (e.title < LIKE_TITLE) & (e.start < LIKE_START)


def is_background(e: Evidence) -> np.ndarray:
    """Whether nothing but wording in common says that two texts are one: not opening, title, first words or date."""
    foreign = (e.opening_most <= MAX_FOREIGN_OPENING) & (e.start < LIKE_START)
    unlike = (e.opening < MIN_OPENING) & begins_unlike(e)
    return (foreign | unlike) & (e.covered < MIN_COVERED_ALONE) & ~is_soon(e)


def is_shuffled(e: Evidence) -> np.ndarray:
    """Whether a text holds another one, or both hold what many texts do, in pieces and in another order."""
    return ((kinds_of(e) == CONTAINS) | (e.common >= MAX_COMMON)) & (e.ordered < MIN_ORDERED)


def is_covered(e: Evidence) -> np.ndarray:
    """Whether the wording of the shorter text is in the longer one."""
    return e.covered >= TEXT_SHARE


def opens_alike(e: Evidence) -> np.ndarray:
    """Whether most of the wording is shared and both texts open with the same story."""
    enough = (e.covered >= MIN_COVERED_SAME_OPENING) & (e.opening >= MIN_OPENING)
    return enough & ~begins_unlike(e) & (e.slot_share < MAX_SLOTS_OPENING)


def is_replaced(e: Evidence) -> np.ndarray:
    """Whether words were replaced in a short text of a form that many texts have, and no title says that it is one."""
    return (e.misread == 0) & (e.common >= MIN_COMMON_SHORT) & ~is_update(e)


def is_misread(e: Evidence) -> np.ndarray:
    """Whether two short texts differ in nothing but misread words."""
    return e.misread > 0


_FERRY = (
    "The old ferry has been sold to a museum in the south, which will paint it and let children steer it on Sundays. "
    "The price was not made public, but people at the quay say that it was small. The town had tried for three years "
    "to find a buyer, and two offers fell through when the buyers saw the engine. The boat leaves the quay next week."
)
_MORE = (
    " It ran for sixty years between the islands and carried cows, letters and the doctor. Its last captain says that "
    "it was never on time and never lost a passenger. A choir will sing when it leaves, and the mayor has promised to "
    "wave. The new boat is faster, but nobody has written a song about it so far."
)
_CHECK = (
    "In a check of the cars on the coast road near {} the police looked at {} cars in all on {}, and the fastest of "
    "them went at {} kilometres an hour. The drivers will have to pay a fine and must expect a letter from the court. "
    "The police said that such checks make the roads safer for all, and that they will go on with them."
)
_VILLAGE = (
    "{}, who lived in {} for most of her life, died at home among friends. {} taught {} at the school there and sang "
    "in the choir. The family thanks the nurses and the neighbours for their kindness during the last months, and asks "
    "for gifts to the hospice in place of flowers."
)
_PLEA = "The minister {} that the station will close before the end of the year, when the miners leave."
STANDING_NOTE = (  # the tests have it in some other texts, too
    " This page is written by neighbours for neighbours and belongs to nobody. Letters are welcome and printed when "
    "there is room for them, with the name of the writer, who answers for what the letter says. Notices of births and "
    "weddings cost nothing. What is printed here may be printed elsewhere if the place is named."
)
# The tests have notices of this form about other houses, too.
NOTICE = "The swimming bath on the hill opens again when the painters have left it."
_OLD = (
    " The prize has been given since the war by the three guilds of the coast. Those who win it get a boat of oak "
    "and the right to moor it at the old quay for ever. The jury is made of a fisherman, a judge and a child, who must "
    "agree, and who talk about it on an island without a telephone until they do."
)
_PARTS = (
    "The council met for nine hours and agreed on the budget. ",
    "Schools get a fifth more than they had asked for. ",
    "The theatre on the hill has to wait for its new roof. ",
    "Buses will run until midnight on three of the lines. ",
    "A tax on second homes was put off once again. ",
    "The mayor called it the best of all bad budgets. ",
    "Two members of her own party left before the vote. ",
    "The next meeting is held when the leaves have fallen. ",
)


def _pair(left: str, right: str, titles: tuple[str | None, str | None] = (None, None),
          days: tuple[str | None, str | None] = (None, None)) -> Example:  # fmt: skip
    return Example(Side(left, titles[0], days[0]), Side(right, titles[1], days[1]))


DECISIONS: tuple[Decision, ...] = (
    Decision(
        "apart.template",
        False,
        is_template,
        "one form with other facts: figures, weekdays, number words or rare words differ, and hardly anything else",
        yes=(
            _pair(_CHECK.format("Altmoor", 412, "Monday", 138), _CHECK.format("Seebach", 205, "Friday", 117)),
            _pair(
                _VILLAGE.format("Martha Quill", "Easton", "She", "chemistry"),
                _VILLAGE.format("Edwin Sparrow", "Dover", "He", "football"),
            ),
        ),
        no=(_pair(_FERRY, _FERRY.replace("three", "four")), _pair(_FERRY, _FERRY.replace("museum", "nuseum"))),
    ),
    Decision(
        "apart.denial",
        False,
        is_denial,
        "hardly anything differs, but one of the texts denies what the other one says",
        yes=(_pair(_PLEA.format("said on the phone"), _PLEA.format("never said on the phone")),),
        no=(_pair(_FERRY, _FERRY.replace("was not made", "has not been made")),),
    ),
    Decision(
        "apart.replaced",
        False,
        is_replaced,
        "two short texts of a form that many have; in so few words one that was replaced makes another report",
        yes=(
            _pair(NOTICE, NOTICE.replace("swimming bath", "reading room")),
            _pair(NOTICE, NOTICE.replace("painters", "plumbers")),
        ),
        no=(_pair(NOTICE, NOTICE.replace("swimming", "swiming")), _pair(_FERRY, _FERRY.replace("sold", "given"))),
    ),
    Decision(
        "apart.other_day",
        False,
        is_other_day,
        "days lie between the texts, and they are not the same text again: the next report of a series",
        yes=(
            _pair(
                _FERRY,
                _FERRY.replace("The boat leaves the quay next week.", "It is now on its way by sea and rail."),
                days=("2019-03-01", "2019-03-20"),
            ),
        ),
        no=(
            _pair(_FERRY, _FERRY + _MORE, days=("2019-03-01", "2019-03-20")),
            _pair(_FERRY, _FERRY.replace("people at", "some at"), days=("2019-03-01", None)),
        ),
    ),
    Decision(
        "joined.misread",
        True,
        is_misread,
        "short texts of which many words are misread or mistyped, and nothing else differs",
        yes=(_pair(NOTICE, "Tbe swlmming bath on tbe hi1l opcns again wben the painters bave 1eft it."),),
        no=(
            _pair(NOTICE, NOTICE.replace("swimming bath", "reading room")),
            _pair(NOTICE, NOTICE.replace("painters", "plumbers and joiners")),
        ),
    ),
    Decision(
        "apart.boilerplate",
        False,
        shares_boilerplate,
        "texts that open differently and share what many other texts of the corpus have too: a footer, a standing note",
        yes=(
            _pair(
                "Ducks are back on the pond behind the school, and the children who feed them want a sign."
                + STANDING_NOTE,
                "Bread was short on Sunday because the baker had gone to a wedding in the hills above the town."
                + STANDING_NOTE,
            ),
        ),
        no=(_pair(_FERRY, _FERRY + _MORE),),
    ),
    Decision(
        "apart.shuffled",
        False,
        is_shuffled,
        "the longer text holds the shorter one in pieces and in another order: a collection, no copy; or both are put "
        "together, each in its own order, of pieces that many texts hold",
        yes=(
            _pair(
                "".join(_PARTS),
                "".join(
                    f"{part}{more}. " for part, more in zip(reversed(_PARTS), (_MORE + _MORE).split(". "), strict=False)
                )
                + _OLD,
            ),
        ),
        no=(_pair(_FERRY, _FERRY + _MORE),),
    ),
    Decision(
        "apart.background",
        False,
        is_background,
        "wording in common, but neither opening, title, first words nor date say that it is one story: other news over "
        "the same background",
        yes=(
            _pair(
                "Bookmakers call the weaver from the north the favourite of this year's race for the oak boat." + _OLD,
                "A baker who had never been to sea took the oak boat home last night, to the surprise of all."
                + _OLD
                + _MORE,
            ),
            _pair(
                _OLD.strip()
                + " The names of all winners hang on the wall of the hall by the harbour for everyone to read.",
                "A baker who had never been to sea took the prize home last night, to the surprise of nearly everybody "
                "in the crowded hall by the river." + _OLD + _MORE,
                titles=("How the oak boat came to be", "Baker wins on a stormy night"),
            ),
        ),
        no=(
            _pair(_FERRY, "Picture by our reader. " + _FERRY),
            _pair(_FERRY, _MORE.strip() + " " + _FERRY, titles=("Ferry sold", "Sixty years at sea")),
        ),
    ),
    Decision(
        "joined.covered",
        True,
        is_covered,
        "the wording of the shorter text is in the longer one",
        yes=(
            _pair(_FERRY, _FERRY + _MORE),
            _pair(_FERRY, _FERRY.replace("sold", "so1d").replace("museum", "nuseum")),
            _pair(_FERRY, _FERRY, days=("2019-03-01", "2020-03-01")),
        ),
        no=(_pair(_FERRY, _MORE.strip()),),
    ),
    Decision(
        "joined.opening",
        True,
        opens_alike,
        "most of the wording is shared and both texts open with the same story: abridged, or rewritten below",
        yes=(
            _pair(
                _FERRY[:254]
                + "A school had wanted to keep it as a library, but had no money for the stairs that the law "
                "asks for, and gave up in spring.",
                _FERRY + _MORE,
            ),
        ),
        no=(_pair(_MORE.strip(), _FERRY),),
    ),
)


def decide(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """The relation of each pair (NONE, NEAR or CONTAINS, int8) and the number of the rule that decided (-1: none)."""
    n_pairs = len(evidence.words)
    rules = np.full(n_pairs, -1, np.int8)
    for number, rule in enumerate(DECISIONS):
        rules[(rules < 0) & rule.fits(evidence)] = number
    related = np.isin(rules, [number for number, rule in enumerate(DECISIONS) if rule.is_related])
    return np.where(related, kinds_of(evidence), NONE).astype(np.int8), rules


def rule_name(number: int) -> str | None:
    """The id of a rule, as `decide` numbers them; None for no rule."""
    return DECISIONS[number].id if number >= 0 else None


def keeps_apart(evidence: Evidence) -> np.ndarray:
    """Whether two texts without a relation may not share a cluster, however they are linked; bool a pair."""
    e = evidence
    in_series = (e.common >= MAX_COMMON_LINKED) & (e.covered >= MIN_COVERED_LINKED) & ~is_soon(e)
    in_series &= (e.opening_equal < MAX_OPENING_LINKED) & (decide(e)[0] == NONE)
    return (is_template(e) & (e.covered >= MIN_COVERED_LINKED)) | is_denial(e) | is_replaced(e) | in_series


def holds_against(evidence: Evidence) -> np.ndarray:
    """Whether a member that has no relation with its cluster's centre may stay in the cluster, bool a pair."""
    return (evidence.covered >= MIN_COVERED_HOLDS) & ~keeps_apart(evidence) & ~is_other_day(evidence)
