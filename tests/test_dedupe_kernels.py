"""Each compiled kernel of tasks/dedupe against a plain Python twin of the same name."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedupe import candidates, compare, compiled, find, rarity, shingles, stories, words
from tasks.dedupe.vocabulary import DATE_AND_NUMBER_WORDS, TURNS

FAST = settings(max_examples=150, deadline=None)
ALPHABET = "aBzé’'.,:!?\n -–0123456789½新闻กЖß\u0301\u00ad\U0001d400\U00020000"
TEXTS = st.lists(st.text(alphabet=ALPHABET, max_size=60), max_size=5)
WORDS = [
    "rose",
    "Oslo",
    "12",
    "4.75",
    "the",
    "of",
    "Maren",
    "May",
    "said",
    "350",
    "not",
    "harbour",
    "hardour",
    "sieben",
]
STORIES = st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=2, max_size=4)


def test_kernels_compile_where_nothing_can_be_written(monkeypatch):
    """The compiled code then lives in memory only."""
    asked = []

    def njit(_, *, nogil, cache=False):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda kernel: kernel

    monkeypatch.setattr(compiled, "njit", njit)

    assert compiled.compiled("i8(i8)")(abs) is abs
    assert asked == [True, False]


# ------------------------------------------------------------------ words


def kind_and_fold(c):
    """What a character is, and what it counts as."""
    unspaced = any(first <= ord(c) <= last for first, last in words.UNSPACED) or 0x20000 <= ord(c) <= 0x3FFFF
    if c in words.HAN_NUMERALS:
        return words.NUMERAL, ord(c)
    if c in words.HAN_TURNS:
        return words.TURN, ord(c)
    if unspaced:
        return words.CHARACTER, ord(c)
    if ord(c) > 0xFFFF:
        return (words.LETTER if ord(c) < 0x1F000 else words.BREAK), ord(c)
    return words._kind_and_fold(ord(c))


PIECES = {words.CHARACTER: words.CHARACTER, words.TURN: words.CHARACTER, words.NUMERAL: words.NUMERAL}


def split_words(text):
    """(folded word, marks, first code point, code point behind it) of each word."""
    found, folded, begin, written, opens, line, head, tail = [], "", 0, "", True, 0, None, 0
    script, before, cut = words.LETTER, 0, False
    for k, c, kind, fold in [
        *((k, c, *kind_and_fold(c)) for k, c in enumerate(text)),
        (len(text), " ", words.BREAK, 32),
    ]:
        if kind == words.NOTHING:
            continue
        after = text[k + 1 : k + 2]
        if kind == words.BREAK and written[-1:].isdecimal() and c in ",." and after.isascii() and after.isdigit():
            folded += c.replace(",", "")
            continue
        script_here = PIECES.get(kind, words.LETTER)
        if folded and (kind == words.BREAK or script_here != script or cut):
            found.append([folded, mark_of(folded, written, opens, script), begin, k])
            short_capital = is_capital(written) and sum(1 if ord(c) < 256 else 2 for c in folded) <= 3
            opens = c == "." and not (short_capital and script == words.LETTER)
            folded = written = ""
            cut = False
        if kind == words.BREAK:
            before = 0
            if c == "\n" or k == len(text):
                head, tail = (line if head is None else head, len(found)) if len(found) - line > 15 else (head, tail)
                line = len(found)
            opens = opens or c in "\n!?:。"
            written = ""
            continue
        begin, script = (begin, script) if folded else (k, script_here)
        folded += chr(fold) if ord(c) < 65536 or kind in PIECES else c
        written += c
        cut = kind in (words.CHARACTER, words.TURN) and ends_piece(before, ord(c))
        before = ord(c) if kind in PIECES else 0
    if head is not None:
        for number, word in enumerate(found):
            word[1] |= words.MARK_EDGE if number < head or number >= tail else 0
    return found


def ends_piece(before, code):
    mixed = (before * 0x165667B19E3779F9 + code) * 0x9E3779B97F4A7C15 % 2**64
    return (mixed >> 40) % (words.PIECE_IDEOGRAPHS if code >= words.IDEOGRAPHS else words.PIECE_LETTERS) == 0


def is_capital(written):
    return words._kind_and_fold(ord(written[0]))[0] == words.CAPITAL and ord(written[0]) < 65536


def fold_word(word):
    return "".join(
        chr(words._kind_and_fold(ord(c))[1]) for c in word if words._kind_and_fold(ord(c))[0] != words.NOTHING
    )


DATE_WORDS, TURN_WORDS = ({fold_word(word) for word in listed} for listed in (DATE_AND_NUMBER_WORDS, TURNS))


def mark_of(folded, written, opens, script):
    mark = words.MARK_OPENS if opens else 0
    if script != words.LETTER:
        turns = any(c in words.HAN_TURNS for c in written)
        mark |= words.MARK_FIGURE if script == words.NUMERAL else words.MARK_TURN if turns else 0
        return mark | words.MARK_CHARACTER
    mark |= words.MARK_CAPITAL if is_capital(written) else 0
    if all(words._kind_and_fold(ord(c))[0] == words.DIGIT for c in written) and written:
        digits = folded.replace(".", "")
        telling = digits.lstrip("0") if "." in folded else digits.lstrip("0").rstrip("0")
        if "." not in folded and (int(digits) < 32 or 1900 <= int(digits) < 2100):
            telling = ""
        return mark | words.MARK_FIGURE | words.MARK_DIGITS * min(3, len(telling))
    mark |= words.MARK_FIGURE if folded in DATE_WORDS else 0
    return mark | (words.MARK_TURN if folded in TURN_WORDS else 0)


@FAST
@given(TEXTS)
def test_words_are_split_and_marked_as_the_plain_twin_does(texts):
    found, places = words.locate_words(texts)

    plain = [split_words(text) for text in texts]
    assert found.lengths.tolist() == [len(each) for each in plain]
    assert found.marks.tolist() == [word[1] for each in plain for word in each]
    spans = [
        [len(text[:begin].encode()), len(text[:end].encode())]
        for text, each in zip(texts, plain, strict=True)
        for _, _, begin, end in each
    ]
    assert places.tolist() == spans
    by_word = defaultdict(set)
    for word, number in zip((word[0] for each in plain for word in each), found.hashes.tolist(), strict=True):
        by_word[word].add(number)
    assert all(len(numbers) == 1 for numbers in by_word.values())
    assert len({next(iter(numbers)) for numbers in by_word.values()}) == len(by_word)


def useful_capitals(marks):
    capitals = sum(bool(mark & words.MARK_CAPITAL) for mark in marks)
    return capitals if capitals <= len(marks) / 2 else 0


@FAST
@given(TEXTS)
def test_capitals_are_counted_where_they_say_something(texts):
    found, capitals = words.read_words(texts), np.zeros(len(texts), np.int64)
    find.useful_capitals(found.marks, found.ends, np.arange(len(texts)), capitals)

    parts = [found.marks[s:e].tolist() for s, e in pairwise(found.ends)]
    assert capitals.tolist() == [useful_capitals(part) for part in parts]


@FAST
@given(TEXTS)
def test_texts_read_in_chunks_or_at_once_have_the_same_words(texts):
    whole, parts = words.read_words(texts), [words.read_words([text]) for text in texts]

    assert whole.hashes.tolist() == [h for part in parts for h in part.hashes.tolist()]
    assert whole.digests.tolist() == [part.digests[0] for part in parts]


@pytest.mark.parametrize("word", ["Monday", "mai", "dienstag", "três", "सोमवार", "الاثنين"])
def test_weekdays_months_and_numbers_count_as_figures_in_any_language(word):
    marks = words.read_words([f"x {word} y"]).marks.tolist()

    assert [bool(mark & words.MARK_FIGURE) for mark in marks] == [False, True, False]


@pytest.mark.parametrize("text", ["The minister denied it", "Er hat es nicht gesagt", "部长否认"])
def test_words_that_deny_are_marked(text):
    assert sum(mark & words.MARK_TURN > 0 for mark in words.read_words([text]).marks.tolist()) == 1


def test_the_same_wording_has_the_same_pieces_wherever_it_stands():
    """But for the first and the last one."""
    wording = "渡轮已经卖给南方的一家博物馆价格没有公布据说并不高镇上的人都很高兴"
    alone, inside = (words.read_words([text]) for text in (wording, f"今天上午{wording}记者报道"))

    assert set(alone.hashes[1:-1].tolist()) <= set(inside.hashes.tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12,500 tonnes", "12500 tonnes"),
        ("Don’t go", "dont GO"),
        ("São Tomé—news", "sao tome news"),
        ("internationalisation", "Inter\u00adnationalisation"),
        ("٤٥ and 45", "45 and ٤٥"),
    ],
)
def test_spellings_that_count_as_the_same(one, other):
    found = words.read_words([one, other])

    assert found.digests[0] == found.digests[1]


@pytest.mark.parametrize(
    ("one", "other"), [("28.5", "285"), ("3 5", "35"), ("新闻", "闻新"), ("abcdefgh", "abcdefg h")]
)
def test_spellings_that_do_not(one, other):
    found = words.read_words([one, other])

    assert found.digests[0] != found.digests[1]


# ------------------------------------------------------------------ shingles, candidates


def shingle_hash(four):
    """As `keep_shingles` mixes four word hashes."""
    factors = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
    mixed = sum(word * factor for word, factor in zip(four, factors, strict=True)) % 2**64
    return (mixed ^ (mixed >> 32)) * factors[0] % 2**64


def keep_shingles(found, texts, limit):
    """(hash, text number) of the shingles kept."""
    kept = set()
    for number, text in enumerate(texts):
        hashes = found.hashes[found.ends[text] : found.ends[text + 1]].tolist()
        most = limit if len(hashes) >= shingles.SHORT_TEXT else 2**32 - 1
        fours = zip(hashes, hashes[1:], hashes[2:], hashes[3:], strict=False)
        kept |= {(h, number) for h in map(shingle_hash, fours) if h % 2**32 <= most}
    return kept


@FAST
@given(STORIES, st.integers(1, 4))
def test_shingles_are_kept_as_the_plain_twin_does(texts, rate):
    found = words.read_words([*texts, " ".join(str(k) for k in range(100))])
    chosen = np.arange(len(texts) + 1)
    keys, bits, kept = shingles.sample_shingles(found, chosen, rate)

    mask = (1 << bits) - 1
    plain = {(h & ~mask) | number for h, number in keep_shingles(found, chosen, 2**32 // rate - 1)}
    assert keys.tolist() == sorted(plain)
    assert kept.tolist() == [sum(key & mask == number for key in plain) for number in chosen]


@FAST
@given(STORIES, st.integers(1, 40))
def test_candidates_found_in_parts_are_those_found_at_once(texts, most_keys):
    """However few shingles fit in memory at a time."""
    found = words.read_words(texts + [text + " said Maren" for text in texts])
    chosen = np.argsort(-found.lengths, kind="stable")

    at_once, in_parts = candidates.candidate_pairs(found, chosen), candidates.candidate_pairs(found, chosen, most_keys)
    assert [side.tolist() for side in at_once] == [side.tolist() for side in in_parts]


def test_a_rate_below_one_is_refused():
    with pytest.raises(ValueError, match="rate must be 1 or more"):
        shingles.sample_shingles(words.read_words(["a"]), np.arange(1), 0)


def write_links(keys, bits, how):
    """All links of sorted keys."""
    postings = defaultdict(list)
    for key in keys:
        postings[key >> bits].append(key & ((1 << bits) - 1))
    links = Counter()
    for texts in postings.values():
        if len(texts) <= candidates.LONG_POSTING:
            links.update((a << 32) | b for k, a in enumerate(texts) for b in texts[k + 1 :])
        else:
            links.update((texts[0] << 32) | b for b in texts[1:] if how == candidates.WITH_FIRST)
            links.update((1 << 63) | (a << 32) | b for a, b in pairwise(texts))
    return links


@FAST
@given(st.sets(st.integers(0, 6 * 32 - 1)), st.sampled_from([candidates.WITH_NEXT, candidates.WITH_FIRST]))
def test_links_are_those_of_the_plain_twin(numbers, how):
    keys = np.array(sorted(numbers), np.uint64)
    links = candidates.links_of(keys, 5, how)

    assert Counter(links.tolist()) == write_links(sorted(numbers), 5, how)


def drop_weak(links, kept):
    """The pairs whose links are enough, in order."""
    strong = []
    for link, shared in sorted(Counter(links).items()):
        left, right = (link >> 32) & 0x7FFFFFFF, link & 0xFFFFFFFF
        share = candidates.LEAST_SHARE_NEXT if link >> 63 else candidates.LEAST_SHARE
        if shared >= candidates.LEAST_SHARED and shared >= share * min(kept[left], kept[right]):
            strong.append((left << 32) | right)
    return strong


@FAST
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(3, 5), st.booleans()), max_size=60),
    st.lists(st.integers(0, 40), min_size=6, max_size=6),
)
def test_pairs_are_kept_as_the_plain_twin_does(pairs, kept):
    numbers = sorted((left << 32) | right | (is_next << 63) for left, right, is_next in pairs)
    links = np.array(numbers, np.uint64)

    count = candidates.drop_weak(links, np.array(kept))

    assert links[:count].tolist() == drop_weak(numbers, kept)


# ------------------------------------------------------------------ compare


def rank(held):
    return next(power for power in range(32) if 2**power >= held)


def align_pairs(a, b, a_marks, b_marks, letters, held, common, max_rare):
    """The counts of one pair, by the same steps, on plain lists.

    Args:
        letters: (letters of a's words, letters of b's).
        held: how many texts hold each word.
        common: the shingles that many texts hold.
        max_rare: texts that may hold a rare word.
    """
    frame, slots = [], []
    places, used, count = defaultdict(list), set(), Counter()
    for j in range(len(b) - 1):
        places[b[j], b[j + 1]].append(j)
    i, block, runs = 0, None, []
    while i <= len(a):
        best, skip = None, 1
        for j in places.get((a[i], a[i + 1]), [])[: compare.MOST_PLACES] if i + 1 < len(a) else []:
            length = 2
            while i + length < len(a) and j + length < len(b) and a[i + length] == b[j + length]:
                length += 1
            joins, bonus, open_words = False, 0, set()
            if block:
                gap_i, gap_j = i - block["i"] - 1, j - block["j"] - 1
                joins = gap_j >= 0 and max(gap_i, gap_j) <= compare.LONGEST_GAP and abs(gap_i - gap_j) <= 2 + gap_i // 4
                bonus = compare.JOINING_BONUS - abs(gap_i - gap_j) if joins else 0
                open_words = set(range(block["from_j"], block["j"] + 1))
            taken = next((t for t in range(length) if j + t not in used | open_words), length)
            score = length + bonus - (length if taken else 0)
            skip = max(skip, min(taken, length - 1)) if taken else skip
            if (joins or length >= compare.LEAST_START) and score > (best[0] if best else 0):
                best = (score, j, length, joins)
        if block and (i >= len(a) or (best and not best[3]) or i - block["i"] - 1 > compare.LONGEST_GAP):
            close(block, count, used, runs, slots)
            block = None
        if not best:
            i += skip
            continue
        _, j, length, _ = best
        if block is None:
            block = {"from_i": i, "from_j": j, "equal": 0, "facts": Counter(), "slots": []}
        else:
            gap_a, gap_b = range(block["i"] + 1, i), range(block["j"] + 1, j)
            block["equal"] += sum(a[x] == b[y] for x, y in zip(gap_a, gap_b, strict=False))
            weigh_gap(a, b, a_marks, b_marks, gap_a, gap_b, block["facts"])
            weigh_words(a, b, a_marks, b_marks, letters, gap_a, gap_b, block)
        for k in range(i, i + length):
            block["facts"]["figures_agree"] += bool(a_marks[k] & words.MARK_FIGURE)
            block["facts"]["names_agree"] += a_marks[k] & 7 == words.MARK_CAPITAL
            block["facts"]["lead_equal"] += k < compare.LEAD
            if not a_marks[k] & words.MARK_FIGURE:
                frame += [rank(held[a[k]])]
        block["equal"] += length
        i += length
        block["i"], block["j"] = i - 1, j + length - 1
    most = max((power for power in range(32) if 2**power <= max_rare), default=0)
    quartile = next((r for r in range(32) if 4 * sum(x <= r for x in frame) >= len(frame)), 0) if frame else 0
    most = max(most, quartile - compare.FRAME_RANKS)
    count["words_differ"] = sum(x <= most for x in slots)
    count["rare_equal"] = sum(x <= most for x in frame)
    turned_a = sum(bool(a_marks[x] & words.MARK_TURN) for x in range(len(a)))
    turned_b = sum(bool(b_marks[x] & words.MARK_TURN) for x in range(len(b)) if x not in used)
    inside = sum(bool(a_marks[x] & words.MARK_TURN) for _, span, start in runs for x in range(start, start + span))
    count["turns_outside"] = abs(turned_a - inside - turned_b)
    count["ordered"] = in_order([run[:2] for run in runs])
    for _, span, start in runs:
        kept = list(map(shingle_hash, zip(*(a[start + n : start + span - 3 + n] for n in range(4)), strict=True)))
        if max(len(a), len(b)) >= shingles.SHORT_TEXT:
            kept = [h for h in kept if h % 2**32 <= 2**32 // shingles.SAMPLE_RATE - 1]
        count["sampled"] += len(kept)
        count["common"] += sum(h >> shingles.COMMON_BITS in common for h in kept)
    return count


def in_order(blocks):
    """Words of the heaviest row of blocks (start in the longer text, words) whose starts rise."""
    weights = []
    for k, (start, span) in enumerate(blocks):
        weights.append(span + max((w for w, (s, _) in zip(weights, blocks[:k], strict=True) if s < start), default=0))
    return max(weights, default=0)


def close(block, count, used, runs, slots):
    span = block["i"] - block["from_i"] + 1
    if block["equal"] < compare.LEAST_BLOCK or 3 * block["equal"] < span:
        return
    runs.append((block["from_j"], span, block["from_i"]))
    slots += block["slots"]
    if span > count["longest"]:
        count.update(longest=span - count["longest"])
        count["first_block"], count["first_block_longer"] = block["from_i"], block["from_j"]
    new = set(range(block["from_j"], block["j"] + 1)) - used
    used |= new
    count["covered"] += span
    count["matched"] += block["equal"]
    count["blocks"] += 1
    count["covered_longer"] += len(new)
    count["lead"] += len(range(block["from_i"], min(compare.LEAD, block["i"] + 1)))
    count["lead_longer"] += sum(k < compare.LEAD for k in new)
    count.update(block["facts"])


def is_misread(one, other):
    return (one ^ other).bit_count() <= compare.MAX_MISREAD and (one | other).bit_count() >= compare.MIN_LETTERS


def weigh_words(a, b, a_marks, b_marks, letters, gap_a, gap_b, block):
    """What rare words were replaced, as the ranks of the more common of the two; and denials."""
    mine, its = letters

    def others(one, marks, own, gap, other, facing, other_letters, other_marks):
        return [
            x for x in gap
            if not any(
                one[x] == other[y]
                or marks[x] & other_marks[y] & words.MARK_FIGURE
                or (not (marks[x] | other_marks[y]) & words.MARK_CHARACTER and is_misread(own[x], other_letters[y]))
                for y in facing
            )
        ]  # fmt: skip

    def turns(marks, own, gap, other_marks, other_letters, facing):
        return sum(
            all((own[x] ^ other_letters[y]).bit_count() > 2 or other_marks[y] & words.MARK_TURN for y in facing)
            for x in gap
            if marks[x] & words.MARK_TURN
        )

    for x, y in zip(
        others(a, a_marks, mine, gap_a, b, gap_b, its, b_marks),
        others(b, b_marks, its, gap_b, a, gap_a, mine, a_marks),
        strict=False,
    ):
        if not a_marks[x] & words.MARK_EDGE:
            block["slots"].append(max(rank(HELD[a[x]]), rank(HELD[b[y]])))
    there, here = turns(a_marks, mine, gap_a, b_marks, its, gap_b), turns(b_marks, its, gap_b, a_marks, mine, gap_a)
    block["facts"]["turns_differ"] += abs(there - here)


HELD: Counter[int] = Counter()  # how many texts hold each word, of the corpus at hand


def weigh_gap(a, b, a_marks, b_marks, gap_a, gap_b, facts):
    for x in gap_a:
        figure, name = a_marks[x] & words.MARK_FIGURE, a_marks[x] & 6 == words.MARK_CAPITAL
        equal = any(b[y] == a[x] for y in gap_b)
        if figure:
            facing = any(b_marks[y] & words.MARK_FIGURE for y in gap_b)
            facts["figures_agree" if equal else "figures_differ" if facing else "figures_lost"] += 1
            facts["figures_differ_edge"] += bool(not equal and facing and a_marks[x] & words.MARK_EDGE)
        elif name:
            facing = any(b_marks[y] & words.MARK_CAPITAL for y in gap_b)
            facts["names_agree"] += equal
            facts["names_differ"] += facing and not equal


@FAST
@given(STORIES, st.randoms(use_true_random=False))
def test_pairs_are_compared_as_the_plain_twin_does(texts, rng):
    """Also where one text is an edited copy of the other."""
    edited = [" ".join(word if rng.random() < 0.7 else rng.choice(WORDS) for word in t.split()) for t in texts]
    found = words.read_words(texts + edited)
    order = np.argsort(found.lengths, kind="stable")
    shorter, longer = order[:-1], order[1:]
    parts = [slice(*ends) for ends in pairwise(found.ends.tolist())]
    HELD.clear()
    HELD.update(word for part in parts for word in set(found.hashes[part].tolist()))
    many = Counter(
        h >> shingles.COMMON_BITS
        for part in parts
        for h in {
            shingle_hash(four) for four in zip(*(found.hashes[part].tolist()[n:] for n in range(4)), strict=False)
        }
    )
    common = {h for h, n_texts in many.items() if n_texts >= 3}
    table = shingles.common_table(np.array([h << shingles.COMMON_BITS for h in sorted(common)], np.uint64))
    corpus = compare.Corpus(rarity.count_texts_of_words(found, np.arange(len(parts))), table)
    counts = compare.compare_pairs(found, shorter, longer, corpus)

    sides = [(found.hashes[part].tolist(), found.marks[part].tolist(), found.letters[part].tolist()) for part in parts]
    for row, one, other in zip(counts, shorter, longer, strict=True):
        (a, a_marks, mine), (b, b_marks, its) = sides[one], sides[other]
        plain = align_pairs(a, b, a_marks, b_marks, (mine, its), HELD, common, corpus.rarity.max_rare)
        assert dict(zip(compare.COUNTS, row.tolist(), strict=True)) == {name: plain[name] for name in compare.COUNTS}


def test_words_are_counted_in_how_many_texts_they_stand():
    found = words.read_words(["rain rain wind", "rain sun", "sun", ""])
    rare = rarity.count_texts_of_words(found, np.arange(4))

    known = words.read_words(["rain wind sun fog"]).hashes
    assert [int(rare.ranks[rarity.find_word(word, rare.hashes)]) for word in known] == [1, 0, 1, 0]


# ------------------------------------------------------------------ stories


@FAST
@given(STORIES)
def test_features_are_those_of_the_plain_twin(texts):
    """Holders, and what two texts share."""
    found = words.read_words(texts)
    features = stories.rare_features(found, np.arange(len(texts)))

    plain = [collect_features(found, k) for k in range(len(texts))]
    got = [set(features.hashes[features.ends[k] : features.ends[k + 1]].tolist()) for k in range(len(texts))]
    assert got == plain
    held = Counter(h for each in plain for h in each)
    rarity = [int(100 * np.log2(stories.LEAST_CORPUS / held[h])) for h in features.hashes.tolist()]
    assert all(weight <= most for weight, most in zip(features.weights.tolist(), rarity, strict=True))
    left, right = np.zeros(len(texts) - 1, np.int64), np.arange(1, len(texts))
    shared = np.zeros((len(left), 4), np.int64)
    stories.share_features(features.hashes, features.weights, features.is_figure, features.ends, left, right, shared)
    assert (shared[:, 0] + shared[:, 2]).tolist() == [len(plain[0] & other) for other in plain[1:]]


def collect_features(found, text):
    """The hashes of a text's telling figures and names."""
    part = slice(found.ends[text], found.ends[text + 1])
    hashes, marks = found.hashes[part], found.marks[part]
    capitals = np.count_nonzero(marks & words.MARK_CAPITAL)
    figures = (marks & (3 * words.MARK_DIGITS)) > 0
    names = (marks & 15) == words.MARK_CAPITAL
    return set(hashes[figures | (names & (2 * capitals <= len(marks)))].tolist())
