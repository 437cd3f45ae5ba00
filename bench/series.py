"""Series: reports of one form with other facts, in five scripts, that no deduplication may merge.

    python -m bench.series [--days 120] [--seed 1]

figures
  merged_pct    reports in a cluster with another one, %: 0 is wanted
  by script     the same for each frame

The frames are our own words. Slots are drawn for every report from short lists, so that in a long series each value
stands in many reports; no report has a digit.
"""

from __future__ import annotations

# ruff: noqa: E501 (lines of the frames)
import argparse
import random
from collections import Counter

# A frame and the values of its slots.
FRAMES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "latin": (
        "The weather office of the coast expects {sky} for {day} with {wind} winds from the {side}. Those who go out to "
        "sea are asked to look at the flags on the quay before they leave. The ferries to {island} will sail as planned, "
        "the harbour master of {town} said. The next report will be read out in the evening as on all other days.",
        {
            "sky": ["rain", "sunshine", "clouds", "fog", "snow", "hail", "thunder", "drizzle"],
            "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            "wind": ["weak", "strong", "gusty", "light", "moderate", "stormy"],
            "side": ["north", "south", "east", "west"],
            "island": ["Holm", "Sandey", "Varn", "Skerry", "Tolna", "Brack"],
            "town": ["Greyhaven", "Altmoor", "Seebach", "Norwick", "Dunlow", "Kester"],
        },
    ),
    "cyrillic": (
        "По данным дежурной службы, на дороге у посёлка {town} в {day} столкнулись {what} и {other}. Никто серьёзно не "
        "пострадал, движение было закрыто на {time}. Водители получили помощь на месте и смогли уехать домой. Полиция "
        "просит всех, кто видел случившееся, позвонить в отделение и рассказать, как это было.",
        {
            "town": ["Берёзово", "Ключи", "Озёрное", "Дубки", "Горное", "Сосновка", "Лугово"],
            "day": ["понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"],
            "what": ["автобус", "трактор", "грузовик", "мотоцикл", "фургон"],
            "other": ["такси", "телега", "самосвал", "велосипед", "прицеп"],
            "time": ["час", "полдня", "утро", "сутки", "вечер"],
        },
    ),
    "arabic": (
        "أعلنت إدارة الميناء أن السفينة القادمة من {town} وصلت صباح {day} وعلى متنها شحنة من {what}. وقال المتحدث باسم "
        "الإدارة إن العمل في الميناء يسير بشكل عادي وإن تفريغ الحمولة سيبدأ بعد انتهاء الفحص. وأضاف أن السفينة ستغادر إلى "
        "{other} عندما يسمح الطقس بذلك، وشكر العاملين على جهودهم في خدمة المدينة وأهلها.",
        {
            "town": ["الواحة", "المرسى", "الصخرة", "النخيل", "الربيع", "الهضبة"],
            "day": ["الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"],
            "what": ["القمح", "السكر", "الخشب", "الحديد", "الملح", "القطن", "الزيت"],
            "other": ["الجزيرة", "الشمال", "المضيق", "الخليج", "الساحل"],
        },
    ),
    "han": (
        "据当地气象部门消息，{town}地区{day}以{sky}天气为主，白天吹{wind}风。有关部门提醒市民出门前留意最新预报，老人和孩子尽量"
        "少去户外活动。农民朋友要看好{crop}，提前做好准备。交通部门表示，各条道路通行正常，渡船按时开出，请旅客放心。",
        {
            "town": ["青山", "白河", "石桥", "柳林", "海门", "红土", "银滩"],
            "day": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
            "sky": ["小雨", "多云", "晴朗", "大雾", "雷阵雨", "阴沉", "小雪"],
            "wind": ["偏南", "偏北", "东南", "西北", "微弱的东"],
            "crop": ["水稻", "小麦", "玉米", "蔬菜", "果树", "棉花"],
        },
    ),
    "thai": (
        "สำนักงานประมงแจ้งว่าเมื่อวัน{day}เรือจากท่า{town}นำ{fish}ขึ้นฝั่งมากกว่าทุกวันที่ผ่านมา ชาวบ้านมารอซื้อกันตั้งแต่เช้ามืดและราคาก็ไม่"
        "แพงอย่างที่คิด เจ้าหน้าที่ขอให้ทุกคนช่วยกันรักษาความสะอาดของตลาด ส่วนเรือที่ออกไปทาง{side}จะกลับเข้าฝั่งในตอนเย็นถ้าคลื่นลมสงบ",
        {
            "day": ["จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์"],
            "town": ["บ้านทราย", "เกาะนก", "ปากน้ำ", "หาดแก้ว", "แหลมหิน", "คลองลึก"],
            "fish": ["ปลาทู", "กุ้งขาว", "ปูม้า", "หมึกกล้วย", "ปลาเก๋า", "หอยแครง"],
            "side": ["ทิศเหนือ", "ทิศใต้", "ทะเลลึก", "เกาะใหญ่", "ปากอ่าว"],
        },
    ),
}


def make_series(days: int, seed: int) -> tuple[list[str], list[str]]:
    """Different reports, `days` of each frame, and the frame of each."""
    texts, frames = [], []
    for name, (frame, slots) in FRAMES.items():
        chance, made = random.Random(f"{name} {seed}"), set()
        while len(made) < days:
            drawn = tuple(chance.choice(values) for values in slots.values())
            # Two reports that agree in all but two slots are not to be told apart from a corrected one.
            if all(sum(one != other for one, other in zip(drawn, known, strict=True)) > 2 for known in made):
                made.add(drawn)
                texts.append(frame.format(**dict(zip(slots, drawn, strict=True))))
                frames.append(name)
            elif chance.random() < 0.0005:
                break  # no more of them can be had
    return texts, frames


def merged_shares(days: int, seed: int) -> dict[str, float]:
    """Share of the reports of each frame that are in a cluster with another one, 0…1."""
    from tasks.dedupe import cluster_texts

    texts, frames = make_series(days, seed)
    labels = cluster_texts(texts).labels.tolist()
    sizes, of_frame = Counter(labels), Counter(frames)
    merged = Counter(frame for frame, label in zip(frames, labels, strict=True) if sizes[label] > 1)
    return {frame: merged[frame] / count for frame, count in of_frame.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    shares = merged_shares(args.days, args.seed)
    for frame, share in shares.items():
        print(f"{frame:10s} {100 * share:.1f} %")
    print(f"series: merged_pct={100 * sum(shares.values()) / len(shares):.2f}")


if __name__ == "__main__":
    main()
