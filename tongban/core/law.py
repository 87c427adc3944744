"""Citations of law: one value that prints in both languages and never as loose text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = "零一二三四五六七八九"

#: Short key → (Chinese title, English title).
LAWS: dict[str, tuple[str, str]] = {
    "licensing": ("行政许可法", "Administrative Licensing Law"),
    "civil_code": ("民法典", "Civil Code"),
    "business_environment": ("优化营商环境条例", "Regulations on Optimising the Business Environment"),
    "online_services": ("国务院关于在线政务服务的若干规定", "State Council Provisions on Online Government Services"),
    "pipl": ("个人信息保护法", "Personal Information Protection Law"),
    "holiday_notice": ("国务院办公厅放假通知", "State Council holiday notice"),
    "reconsideration": ("行政复议法", "Administrative Reconsideration Law"),
    "litigation": ("行政诉讼法", "Administrative Litigation Law"),
    "investment_filing": (
        "企业投资项目核准和备案管理条例",
        "Regulations on Approval and Filing of Investment Projects",
    ),
}

#: Clauses of standards, which have numbers of their own and no articles.
STANDARDS: dict[str, tuple[str, str]] = {
    "mlps_identity": (
        "《网络安全等级保护基本要求》（GB/T 22239-2019）8.1.4.1",
        "Baseline for classified protection of cybersecurity (GB/T 22239-2019), 8.1.4.1",
    ),
    "mlps_separation": (
        "《网络安全等级保护基本要求》（GB/T 22239-2019）8.1.4.2",
        "Baseline for classified protection of cybersecurity (GB/T 22239-2019), 8.1.4.2",
    ),
}
_TITLES = LAWS | STANDARDS


def chinese_number(value: int) -> str:
    """``value`` (0 to 9999) in Chinese numerals as statutes write them: 32 → 三十二, 110 → 一百一十."""
    if value < 10:
        return _DIGITS[value]
    out, zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return out[1:] if out.startswith("一十") else out


#: Numerals as statutes write them → value; no law cited here has more articles.
_NUMBERS = {chinese_number(value): value for value in range(1, 1500)}


@dataclass(frozen=True)
class Citation:
    """An article of a law or document. ``law`` is a key of :data:`LAWS` or :data:`STANDARDS`, or a written title."""

    law: str
    article: int = 0
    paragraph: int = 0
    item: int = 0

    @property
    def zh(self) -> str:
        """Chinese form, for example 《行政许可法》第三十二条第一款第四项."""
        title = _TITLES.get(self.law, (self.law, self.law))[0]
        text = f"《{title}》" if not title.startswith("《") else title
        for number, unit in ((self.article, "条"), (self.paragraph, "款"), (self.item, "项")):
            if number:
                text += f"第{chinese_number(number)}{unit}"
        return text

    @property
    def en(self) -> str:
        """English form, for example Administrative Licensing Law, art. 32(1)(4)."""
        title = _TITLES.get(self.law, (self.law, self.law))[1]
        if not self.article:
            return title
        return f"{title}, art. {self.article}" + "".join(f"({n})" for n in (self.paragraph, self.item) if n)


_WRITTEN = re.compile(
    r"《?([^《》]+?)》?第([零一二三四五六七八九十百千]+)条(?:第([一二三四五六七八九十]+)款)?(?:第([一二三四五六七八九十]+)项)?"
)


def read_citation(text: str) -> Citation | None:
    """The citation that ``text`` writes out in Chinese, if it is of a law in :data:`LAWS` and of nothing more."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    key = next((key for key, (title, _en) in LAWS.items() if found[1].removeprefix("中华人民共和国") == title), None)
    numbers = [_NUMBERS.get(part, 0) if part else 0 for part in found.groups()[1:]]
    return Citation(key, *numbers) if key is not None and numbers[0] else None
