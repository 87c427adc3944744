"""What ``tongban clock`` says, in both languages: it runs without Django and so without gettext."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

_TEXTS: dict[str, tuple[str, str]] = {
    # faults: what is wrong, then what to do
    "not_a_date": ("“%(text)s”不是日期。", "“%(text)s” is not a date."),
    "write_date": ("写成2020-01-16这样。", "Write it like 2020-01-16."),
    "not_a_number": ("“%(text)s”不是可用的天数。", "“%(text)s” is not a usable number of days."),
    "write_number": ("写0到%(most)s的整数。", "Write a whole number from 0 to %(most)s."),
    "pause_form": ("“%(text)s”不是一段暂停。", "“%(text)s” is not a pause."),
    "write_pause": (
        "写成 开始:结束:事由，例如2020-02-10:2020-02-14:expert_review；还没有结束的写 开始::事由。",
        "Write START:END:GROUND, such as 2020-02-10:2020-02-14:expert_review; START::GROUND while it is open.",
    ),
    "unknown_ground": (
        "“%(text)s”不在《行政许可法》第四十五条列明的事由之内。",
        "“%(text)s” is not one of the grounds of the Administrative Licensing Law, art. 45.",
    ),
    "write_ground": ("写其中一个：%(grounds)s。", "Write one of: %(grounds)s."),
    "pause_backwards": (
        "暂停在%(end)s结束，早于开始的%(start)s。",
        "The pause ends on %(end)s, before it starts on %(start)s.",
    ),
    "swap": ("先写送达通知之日，再写收到结果之日。", "Give the day of the notice first, then the day of the result."),
    "pause_early": (
        "暂停从%(start)s开始，早于起算日%(from)s。",
        "The pause starts on %(start)s, before the clock does on %(from)s.",
    ),
    "pause_after": (
        "受理以后才能暂停；核对两个日期。",
        "A pause is only possible after acceptance; check the two dates.",
    ),
    "before": ("%(date)s早于%(what)s的%(other)s。", "%(date)s is before %(what)s %(other)s."),
    "check_dates": ("核对这两个日期。", "Check the two dates."),
    "missing": ("这个时钟要有这一项。", "This clock needs it."),
    "give_date": ("补上日期，例如%(option)s 2020-01-20。", "Add the date, such as %(option)s 2020-01-20."),
    "give_limit": ("补上期限，例如%(option)s 20。", "Add the limit, such as %(option)s 20."),
    "bad_calendar": ("文件%(file)s不能用作日历。", "The file %(file)s is no usable calendar."),
    "try_calendar": (
        "用tongban calendar load %(file)s --dry-run查看每一行的问题。",
        "`tongban calendar load %(file)s --dry-run` names each row and its remedy.",
    ),
    "invented": (
        "文件%(file)s里有标“演示”的虚构日期。",
        "The file %(file)s holds days labelled 演示, which are invented.",
    ),
    "published_only": (
        "用公布的放假通知；演示时先设TONGBAN_MODE=demo。",
        "Use the published notice; for a demonstration set TONGBAN_MODE=demo.",
    ),
    "too_far": ("算出的日期超出公元9999年。", "The dates run past the year 9999."),
    "shorter": ("用短一些的期限。", "Use a shorter limit."),
    "fault": ("参数%(name)s：%(problem)s%(remedy)s", "%(name)s: %(problem)s %(remedy)s"),
    # the table
    "title": ("%(clock)s时钟：%(limit)s，%(start)s起算", "%(clock)s clock: %(limit)s from the day of %(start)s"),
    "completeness": ("收件审查", "Completeness"),
    "statutory": ("法定办结", "Statutory"),
    "promised": ("承诺办结", "Promised"),
    "review": ("部门审查", "Review"),
    "certificate": ("发证", "Certificate"),
    "receipt": ("收到材料之日", "receipt"),
    "acceptance": ("受理之日", "acceptance"),
    "decision": ("作出决定之日", "the decision"),
    "due": ("到期日", "Due"),
    "unknown_due": ("暂停结束前不能确定", "not known until the pause ends"),
    "provisional": ("暂定：%(last)s以后的放假安排尚未公布", "provisional: no calendar is published after %(last)s"),
    "counted": ("已用", "Counted"),
    "paused": ("暂停", "Paused"),
    "left": ("剩余", "Left"),
    "state": ("状态", "State"),
    "extended": ("其中延期", "of these, extension"),
    "as_of": ("截至", "As of"),
    "running": ("计时中", "running"),
    "state_paused": ("暂停中", "paused"),
    "overdue": ("已超期", "overdue"),
    "met": ("按期办结", "met"),
    "days_working": ("%(n)s个工作日", "%(n)s working days"),
    "days_calendar": ("%(n)s日", "%(n)s calendar days"),
    "days_working_one": ("%(n)s个工作日", "%(n)s working day"),
    "days_calendar_one": ("%(n)s日", "%(n)s calendar day"),
    "date": ("日期", "Date"),
    "count": ("计数", "Count"),
    "why": ("原因", "Why"),
    "rule": ("依据", "Rule"),
    "ordinal": ("第%(n)s日", "day %(n)s"),
    "ordinals": ("第%(a)s至%(b)s日", "days %(a)s to %(b)s"),
    "not_counted": ("不计%(n)s天", "not counted: %(n)s"),
    "here_due": ("到期", "due"),
}


def say(language: Language, key: str, **params: object) -> str:
    """The text of ``key`` in ``language`` with ``params`` filled in."""
    text = _TEXTS[key][0 if language == "zh" else 1]
    return text % params if params else text
