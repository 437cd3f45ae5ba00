"""Times that come again are sets, whatever day they could be pinned to."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.normalise import find_dates

WEDNESDAY = date(2024, 5, 8)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The choir meets on Fridays at 9 a.m. in the hall.", [("Fridays at 9 a.m.", "P1W")]),
        ("Every Friday at 9 a.m. the bell rings.", [("Every Friday at 9 a.m.", "P1W")]),
        ("The show airs weekdays at 6 a.m. on Channel 4.", [("6 a.m.", "P1W")]),
        ("Calls are answered from 9 a.m. to 5 p.m. on weekdays.", [("9 a.m. to 5 p.m.", "P1W")]),
        ("The gate is locked at 10 p.m. every night.", [("10 p.m. every night", "P1D")]),
        ("It is open Mondays to Fridays 9 to 5.", [("Mondays", "P1W"), ("Fridays", "P1W")]),
        ("Lessons: Tuesdays and Thursdays at 6 p.m.", [("Tuesdays", "P1W"), ("Thursdays at 6 p.m.", "P1W")]),
        (
            "The museum is open daily from 10 a.m. to 5 p.m., and on Sundays from 11 a.m.",
            [("daily from 10 a.m. to 5 p.m.", "P1D"), ("Sundays from 11 a.m.", "P1W")],
        ),
        (
            "The hall is open from Monday to Friday, 9 a.m. to 5 p.m.",
            [("Monday to Friday, 9 a.m. to 5 p.m.", "P1W")],
        ),
        ("The desk is staffed Monday through Friday.", [("Monday through Friday", "P1W")]),
        (
            "Opening hours: Monday-Friday 9am-5pm, Saturday 10am-2pm.",
            [("Monday-Friday 9am-5pm, Saturday 10am-2pm", "P1W")],
        ),
    ],
)
def test_what_recurs_is_a_set_without_a_day(text, wanted):
    found = [m for m in find_dates(text, WEDNESDAY) if m.status == "resolved"]

    assert [(m.surface, m.value) for m in found] == wanted
    assert {(m.type, m.start_date, m.end_date) for m in found} == {("SET", None, None)}


@pytest.mark.parametrize(
    "text",
    [
        "He will speak on Friday at 9 a.m. in the hall.",
        "The strike lasted from Monday to Friday.",
        "The shop will be open Monday from 9 a.m. to 5 p.m.",
        "The office was open Monday to Friday, then it burned down.",
        "It trains daily. At 9 a.m. the horn blew.",
    ],
)
def test_what_happens_once_keeps_its_day(text):
    assert any(m.type in ("DATE", "TIME") and m.start_date for m in find_dates(text, WEDNESDAY))
