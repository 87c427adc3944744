"""The ledger's reasons in both languages.

The English text is the source string (screens may pass it to gettext, the catalogue of ``tongban.calendars`` holds
the same Chinese); the Chinese stands here too because ``tongban clock`` speaks it without Django.
"""

from __future__ import annotations

from collections.abc import Mapping

from tongban.core.errors import gettext_noop

START = {
    "receipt": gettext_noop("Day of receipt: not counted"),
    "acceptance": gettext_noop("Day of acceptance: not counted"),
    "decision": gettext_noop("Day of the decision: not counted"),
    "correction": gettext_noop("Day the correction was received: not counted"),
}
WORKING = gettext_noop("Counted: working day")
MAKEUP = gettext_noop("Counted: make-up working day")
CALENDAR = gettext_noop("Counted: calendar day")
AGAIN = gettext_noop("Counted again: the notified time is over")
WILL_WORKING = gettext_noop("Will count: working day")
WILL_MAKEUP = gettext_noop("Will count: make-up working day")
WILL_CALENDAR = gettext_noop("Will count: calendar day")
LATE_WORKING = gettext_noop("Past the due date: working day")
LATE_MAKEUP = gettext_noop("Past the due date: make-up working day")
LATE_CALENDAR = gettext_noop("Past the due date: calendar day")
UNPUBLISHED = gettext_noop("Monday to Friday: taken as a working day, the calendar is not published yet")
UNPUBLISHED_WEEKEND = gettext_noop("Weekend: taken as a day off, the calendar is not published yet")
WEEKEND = gettext_noop("Not counted: weekend")
HOLIDAY = gettext_noop("Not counted: holiday (%(name)s)")
MOVED = gettext_noop("Not counted: the last day is no working day, so the limit ends on the next one")
NEXT_WORKING = gettext_noop("Due here: the day itself was no working day")
STOPPED = gettext_noop("The clock has stopped")
PAUSED = {
    "hearing": gettext_noop("Paused: hearing"),
    "tender": gettext_noop("Paused: tender"),
    "auction": gettext_noop("Paused: auction"),
    "inspection": gettext_noop("Paused: inspection of goods"),
    "testing": gettext_noop("Paused: testing"),
    "quarantine": gettext_noop("Paused: quarantine"),
    "appraisal": gettext_noop("Paused: appraisal"),
    "expert_review": gettext_noop("Paused: expert review"),
}

ZH: dict[str, str] = {
    START["receipt"]: "收到材料当日，不计入",
    START["acceptance"]: "受理当日，不计入",
    START["decision"]: "作出决定当日，不计入",
    START["correction"]: "收到补正材料当日，不计入",
    WORKING: "计入：工作日",
    MAKEUP: "计入：调休上班日",
    CALENDAR: "计入：自然日",
    AGAIN: "恢复计入：告知的时间已满",
    WILL_WORKING: "将计入：工作日",
    WILL_MAKEUP: "将计入：调休上班日",
    WILL_CALENDAR: "将计入：自然日",
    LATE_WORKING: "已超期：工作日",
    LATE_MAKEUP: "已超期：调休上班日",
    LATE_CALENDAR: "已超期：自然日",
    UNPUBLISHED: "暂按工作日计：放假安排尚未公布",
    UNPUBLISHED_WEEKEND: "暂按公休日计：放假安排尚未公布",
    WEEKEND: "不计：公休日",
    HOLIDAY: "不计：%(name)s放假",
    MOVED: "不计：期限届满之日休息，顺延至下一个工作日",
    NEXT_WORKING: "到期：当日休息，顺延至本日",
    STOPPED: "已停止计时",
    PAUSED["hearing"]: "暂停：听证",
    PAUSED["tender"]: "暂停：招标",
    PAUSED["auction"]: "暂停：拍卖",
    PAUSED["inspection"]: "暂停：检验",
    PAUSED["testing"]: "暂停：检测",
    PAUSED["quarantine"]: "暂停：检疫",
    PAUSED["appraisal"]: "暂停：鉴定",
    PAUSED["expert_review"]: "暂停：专家评审",
}

#: English of the holidays' Chinese names as the bundled calendar writes them.
HOLIDAY_EN = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Victory Day",
}


def in_chinese(why: str, params: Mapping[str, str]) -> str:
    """``why`` in Chinese; an unknown text is returned as it is."""
    text = ZH.get(why, why)
    return text % params if params else text


def in_english(why: str, params: Mapping[str, str]) -> str:
    """``why`` in English, holiday names included."""
    if not params:
        return why
    return why % {key: HOLIDAY_EN.get(value, value) for key, value in params.items()}
