"""Vocabulary: words whose change changes what a text says, in as many languages as can be had.

In     the names and number words of `tasks.language_data`
Out    words by kind                                              to   tasks.dedupe.words

A weekday, a month, a number word that differs tells two reports of one form apart, as a figure does. A word that
denies turns a report into its opposite, however little else differs.

Limits  `TURNS` covers the languages listed; in Chinese single characters do (tasks.dedupe.words). Words that are
        mostly something else are left out (`nie` is "never" in German and "not" in Polish, and both count).
"""

from __future__ import annotations

from tasks.language_data import month_forms, number_words, weekday_forms
from tasks.language_data.calendar_names import TOLD_LANGUAGES

MIN_LETTERS = 3  # shorter names are other words elsewhere
DATE_AND_NUMBER_WORDS = number_words() | frozenset(
    name.replace("'", "")
    for language in sorted(TOLD_LANGUAGES)
    for names in (*month_forms(language, short=False), *weekday_forms(language, short=False))
    for name in names
    if len(name) >= MIN_LETTERS and " " not in name
)
# Apostrophes vanish when words are read: don't is dont.
TURNS = tuple(
    word
    for words in (
        "not no never neither nor without cannot denies denied deny denying denial rejects rejected refutes refuted",
        "dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt cant couldnt shouldnt untrue false",
        "nicht kein keine keinen keiner nie niemals dementiert dementierte bestreitet bestritt weist zurueck",
        "ne pas jamais aucun aucune dément démenti nie nient",
        "ni nunca jamás niega negó niegan desmiente desmintió sin",
        "não nega negou negam desmente desmentiu sem",
        "non mai nega negato smentisce smentito senza",
        "niet geen nooit ontkent ontkende ontkennen",
        "nie nigdy zaprzecza zaprzeczył inte aldrig förnekar ikke aldri nekter benægter",
        "не нет никогда опроверг опровергла опровергли отрицает отрицают",
        "لا لم لن ليس ليست نفى نفت ينفي تنفي",
        "नहीं नही न इनकार tidak bukan membantah değil asla yalanladı",
    )
    for word in words.split()
)
