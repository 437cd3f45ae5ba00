"""Pages that are no articles: every rule does what its examples say, and articles on the same things stay articles."""

import time

import pytest

from tasks.ingest.pages import count_words, judge_page, page_rules

BODY = (
    "The ferry office moved its desk to the upper deck on Monday, and the queue moved with it. "
    "Passengers who had waited since six were given tea and a printed number.\n"
    "A second desk will open in the autumn, the harbour master said, once the roof has been mended.\n"
    "Nobody is to pay more than before, and the old tickets stay valid until the end of the year.\n"
) * 2
LINKS = "\n".join(f"Harbour council agrees plan number {n}" for n in range(12))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("404 Not Found\nnginx", "page.error.status"),
        ("Tidewater News\nOops! The page you requested could not be found.\nTry the search.", "page.error.words"),
        ("Bad Gateway", "page.error.server"),
        ("抱歉，您访问的页面不存在\n返回首页", "page.error.zh"),
        ("Just a moment...\nEnable JavaScript and cookies to continue", "page.wall.robot"),
        ("We and our 90 partners store cookies.\nAccept all\nReject all\nManage options", "page.wall.cookies"),
        ("Sign in to your account\nE-mail address\nPassword\nForgot your password?", "page.wall.login"),
        ("The bridge will open in March, the council said on Monday.\nKeep reading…", "page.teaser"),
        (f"Tag: ferries\n{LINKS}", "page.index"),
        (f"{LINKS}\nOlder posts", "page.pager"),
    ],
)  # fmt: skip
def test_a_page_that_is_no_article_is_rejected_with_its_rule(text, rule):
    verdict = judge_page(text)

    assert verdict is not None
    assert (verdict.rule, verdict.flag) == (rule, None)


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"Page not found: how a ferry lost its logbook\n{BODY}",
        f"404 Not Found\n{BODY}{BODY}",  # an odd heading over a whole article
        f"We use cookies, the baker says, and she means the ones with raisins.\n{BODY}",
        f"Latest news from the harbour\n{BODY}",
        f"Archives\n{BODY}",
        "Log in the river\nA log in the river blocked the ferry on Monday, and two boats had to wait.",
        "In brief\n" + BODY,
        "",
        "One line",
        "\n".join(f"Q: And what did you do in year {n}?\nA: I mended nets, and I waited." for n in range(9)),
    ],
)
def test_articles_stay_articles(text):
    assert judge_page(text) is None


def test_what_is_unsure_is_kept_and_flagged():
    long_teaser = BODY[:600] + "\nContinue reading"

    assert judge_page(long_teaser).flag == "teaser_suspected"
    assert judge_page(LINKS).flag == "index_page_suspected"


def test_the_title_of_the_markup_counts_as_a_heading():
    assert judge_page("Try our search.", "404 Not Found").rule == "page.error.status"


def test_two_chinese_characters_count_as_a_word():
    assert count_words("旧港口 is open") == 4


@pytest.mark.parametrize(
    "text", [" " * 60_000 + "a", "a" * 60_000, "we " * 2_500, "sorry " * 3_000, "«" * 50_000, "1 " * 6_000]
)
def test_no_rule_takes_long_over_odd_lines(text):
    start = time.process_time()

    for rule in page_rules():
        rule.pattern.match(text)
    judge_page(text)

    assert time.process_time() - start < 2
