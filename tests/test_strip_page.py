"""Whole pages as text: what goes in one piece, and furniture in other languages than English."""

import pytest

from tasks.strip import strip_text
from tasks.strip.removals import rebuild
from tasks.strip.table import judged

PROSE = (
    "The harbour office said on {day} that the quay would stay closed, since the crane had not been repaired and the "
    "company that built it no longer answers letters about number {n}."
)
BODY = [PROSE.format(day=day, n=n) for n, day in enumerate(("Monday", "Tuesday", "Friday", "Sunday"))]
HEADLINE = "Quay stays closed while the crane waits"
LINKS = [f"Ward {n}" for n in range(30)]
BARS = {
    "de": ["Zum Hauptinhalt springen", "Suchen", "Jetzt registrieren", "Artikel teilen", "Link kopieren", "Mehr laden"],
    "fr": ["Aller au menu", "Rechercher", "Je m'abonne", "Partager l'article", "Copier le lien", "Voir tout"],
    "es": ["Saltar al contenido", "Inicia sesión", "Copiar enlace", "Mostrar más", "Volver arriba", "Quiénes somos"],
    "pl": ["Przejdź do treści", "Szukaj", "Zaloguj się", "Udostępnij", "Skopiuj link", "Czytaj dalej"],
    "ru": ["Перейти к содержанию", "Главная", "Войти", "Поделиться", "Показать ещё", "Обратная связь"],
    "tr": ["İçeriğe geç", "Ana Sayfa", "Giriş Yap", "Haberi Paylaş", "Devamını oku", "İletişim"],
    "ar": ["القائمة الرئيسية", "تسجيل الدخول", "شارك الخبر", "نسخ الرابط", "اقرأ المزيد", "سياسة الخصوصية"],
    "zh": ["网站首页", "会员登录", "分享到微信", "复制链接", "展开全文", "关于我们"],
    "ja": ["本文へスキップ", "メニュー", "ログイン", "この記事をシェア", "続きを読む", "利用規約"],
    "ko": ["본문 바로가기", "전체메뉴", "로그인", "기사 공유하기", "더보기", "이용약관"],
    "id": ["Lewati ke konten", "Cari", "Masuk", "Bagikan artikel ini", "Selengkapnya", "Tentang Kami"],
}


def whole_page(bar):
    """A page with these lines above and below its article, far from it and beside it."""
    return "\n".join([f"{HEADLINE} - The Courier", *bar, *LINKS, HEADLINE, *BODY, *LINKS, *bar])


@pytest.mark.parametrize("bar", BARS.values(), ids=BARS.keys())
def test_furniture_of_any_language_makes_a_page_and_goes(bar):
    found = strip_text(whole_page(bar))

    assert found.title == HEADLINE
    assert found.text == "\n\n".join(BODY)


@pytest.mark.parametrize("bar", BARS.values(), ids=BARS.keys())
def test_nothing_but_furniture_of_any_language_is_no_article(bar):
    found = judged(strip_text("\n".join(bar * 4)), 20, 40)

    assert found.reason == "not_an_article"


def test_neighbours_that_go_for_one_reason_go_in_one_piece_and_the_rest_under_their_rule():
    raw = whole_page(BARS["ja"])

    found = strip_text(raw)

    pieces = [r for r in found.removals if r.rule == "line_model"]
    assert all(r.detail for r in pieces)
    assert any(r.text == "\n".join(LINKS) for r in pieces)
    assert {r.role for r in found.removals} >= {"share_bar", "read_more", "notice", "site_header", "title"}
    assert rebuild(raw, found.removals) == found.text
