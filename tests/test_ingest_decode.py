"""Decoding: marks, declarations, strict UTF-8, guesses with a floor."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ingest.decode import decode, decode_as, guess, recoded
from tasks.ingest.records import Refused

# fmt: off
PROSE = {
    "zh": "市政府星期二宣布，旧港口的渡轮服务将于下月恢复。由于桥梁维修工程，这条航线停运将近两年。",
    "zh-hant": "市政府星期二宣布，舊港口的渡輪服務將於下月恢復。由於橋樑維修工程，這條航線停運將近兩年。",
    "ja": "市は火曜日、旧港の渡し船を来月から再開すると発表した。この航路は休止していた。",
    "ko": "시는 화요일 옛 항구의 나룻배 운항을 다음 달 재개한다고 발표했다. 요금은 그대로다.",
    "ru": "Городские власти объявили во вторник, что паром в старой гавани снова пойдёт.",
    "pl": "Władze miasta ogłosiły we wtorek, że przeprawa promowa zostanie wznowiona. Ceny się nie zmienią.",
    "cs": "Radnice v úterý oznámila, že přívoz ve starém přístavu bude obnoven. Cena jízdenky zůstane stejná.",
    "hu": "A város kedden közölte, hogy a régi kikötő kompja újraindul, a jegyek ára nem változik, őszig sem.",
    "de": "Die Stadt kündigte am Dienstag an, dass die Fähre im alten Hafen wieder fährt. Die Brücke bleibt gesperrt.",
    "fr": "La mairie a annoncé mardi que le bac du vieux port reprendra. Le prix restera inchangé après l’été.",
    "es": "El ayuntamiento anunció el martes que el transbordador volverá a funcionar, según el señor Ibáñez.",
    "pt": "A câmara anunciou na terça-feira que a travessia voltará a funcionar. Os preços não mudarão até o verão.",
    "sv": "Staden meddelade på tisdagen att färjan i den gamla hamnen går igen nästa månad. Även priset blir detsamma.",
    "tr": "Belediye salı günü eski limandaki feribot seferlerinin yeniden başlayacağını açıkladı.",
    "lv": "Pilsēta otrdien paziņoja, ka prāmis vecajā ostā nākamajā mēnesī atsāks darbu, un biļešu cenas nemainīsies.",
    "el": "Ο δήμος ανακοίνωσε την Τρίτη ότι το πορθμείο του παλιού λιμανιού θα λειτουργήσει ξανά τον επόμενο μήνα.",
    "ar": "أعلنت البلدية يوم الثلاثاء أن العبارة في الميناء القديم ستعود إلى العمل في الشهر المقبل. ولن يتغير السعر.",
    "he": "העירייה הודיעה ביום שלישי כי המעבורת בנמל הישן תשוב לפעול בחודש הבא. מחיר הכרטיס לא ישתנה.",
    "th": "เทศบาลประกาศเมื่อวันอังคารว่าเรือข้ามฟากที่ท่าเรือเก่าจะกลับมาให้บริการในเดือนหน้า เส้นทางนี้ปิดมาเกือบสองปี",
    "en": "The ferry – closed for “almost two years” – will run again. The café owner’s résumé of the works was short.",
}
ENCODINGS = [
    ("zh", "gb18030"), ("zh", "gbk"), ("zh-hant", "big5"), ("ja", "shift_jis"), ("ja", "euc_jp"), ("ja", "iso2022_jp"),
    ("ko", "euc_kr"), ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "iso8859_5"), ("pl", "cp1250"), ("pl", "iso8859_2"),
    ("cs", "cp1250"), ("hu", "cp1250"), ("de", "cp1252"), ("fr", "cp1252"), ("fr", "mac_roman"), ("es", "cp1252"),
    ("pt", "cp1252"), ("sv", "cp1252"), ("tr", "cp1254"), ("lv", "cp1257"), ("el", "cp1253"), ("ar", "cp1256"),
    ("he", "cp1255"), ("th", "cp874"), ("en", "cp1252"), ("en", "utf-16"), ("zh", "utf-16-be"), ("en", "utf-32"),
]  # fmt: skip


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize(("language", "encoding"), ENCODINGS, ids=lambda value: value)
def test_real_looking_text_is_read_in_its_encoding(language, encoding, times):
    raw = ((PROSE[language] + "\n") * times).encode(encoding, "replace")
    if encoding == "utf-16-be" and language == "zh":  # two bytes a character, few of them zero: nothing tells
        raw = b"\xfe\xff" + raw

    text, found = decode(raw)

    assert text == raw.decode(encoding).removeprefix("\ufeff")
    assert raw.decode(found) == text


def test_a_foreign_word_far_into_a_long_text_is_found():
    raw = b"plain words in a row\n" * 9_000 + (PROSE["de"] * 3).encode("cp1252")

    assert decode(raw)[1] == "cp1252"


def test_a_page_is_read_as_it_declares_unless_it_is_utf8():
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset={}"></head><body>{}</body></html>'

    assert decode(head.format("gb2312", PROSE["zh"]).encode("gb18030"), is_html=True)[1] == "gb18030"
    assert decode(head.format("windows-1251", PROSE["ru"]).encode("cp1251"), is_html=True)[1] == "cp1251"
    assert decode(head.format("iso-8859-1", PROSE["de"]).encode(), is_html=True)[1] == "utf-8"
    assert decode(head.format("utf-16", PROSE["de"]).encode("cp1252"), is_html=True)[1] == "cp1252"
    xml = f'<?xml version="1.0" encoding="ISO-8859-2"?><html><body>{PROSE["pl"]}</body></html>'
    assert decode(xml.encode("iso8859_2"), is_html=True)[1] == "iso8859-2"


@pytest.mark.parametrize(
    "raw", ["Größe, Käse, Öl ".encode() * 9 + b"\xff\xfa.", b"\xff\xfeodd"]
)
def test_what_is_not_likely_enough_is_undecodable(raw):
    with pytest.raises(Refused) as refused:
        decode(raw)

    assert refused.value.reason == "undecodable"


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=200, max_size=2_000))
def test_noise_is_refused(raw):
    """Bytes drawn at random are hardly ever text in any encoding."""
    try:
        text, encoding = decode(raw)
    except Refused as refused:
        assert refused.reason in ("binary", "undecodable")
    else:
        assert raw.decode(encoding) == text


def test_rows_are_decoded_one_by_one():
    assert decode_as("größer".encode(), "cp1252") == ("größer", "utf-8")
    assert decode_as("größer".encode("cp1252"), "cp1252") == ("größer", "cp1252")
    assert decode_as("größer".encode(), "utf-16") == ("größer", "utf-16")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_a_stream_of_rows_can_be_parted_at_newlines(encoding):
    text = (PROSE["de"] + "\n") * 4_000

    stream, found = recoded(io.BytesIO(text.encode(encoding)))
    lines = stream.read().split(b"\n")

    assert found == encoding.removesuffix("-sig")
    assert {decode_as(line, found)[0] for line in lines if line} == {PROSE["de"]}


def test_a_guess_needs_something_to_go_by():
    with pytest.raises(Refused):
        guess(b"only ascii")
