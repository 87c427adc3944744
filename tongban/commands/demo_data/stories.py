"""The demo's cases: each shows a status, a colour or a kind of lateness. Dates are working days before today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tongban.cases import services
from tongban.commands.demo_data import serving
from tongban.commands.demo_data.applications import Application, load
from tongban.commands.demo_data.hall import Days, Story, fill, submit
from tongban.commands.demo_data.people import SHOWN_APPLICANTS


@dataclass
class Hall:
    """What the stories draw on: working days and the accounts of applicants by name."""

    days: Days
    account: Callable[[Application], str]
    used: dict[str, int]
    known: dict[str, str] = field(default_factory=dict)  # account by applicant's name

    def next_application(self, item_key: str, variant: str = "", named: str = "") -> Application:
        """The next example of an item, in turn; ``variant`` and ``named`` narrow the choice."""
        fitting = [
            item
            for item in load(item_key)
            if (not variant or item.variant == variant) and (not named or item.name == named)
        ]
        place = self.used.get(item_key + variant + named, 0)
        self.used[item_key + variant + named] = place + 1
        return fitting[place % len(fitting)]

    def begin(self, item_key: str, ago: int, hour: int = 9, variant: str = "", named: str = "") -> Story:
        """An application handed in ``ago`` working days before today."""
        application = self.next_application(item_key, variant, named)
        return submit(application, item_key, self.account(application), self.days.ago(ago, hour, 36))

    def accepted(self, item_key: str, received: int, taken: int, variant: str = "", named: str = "") -> Story:
        """The same, accepted ``taken`` working days before today."""
        return self.begin(item_key, received, variant=variant, named=named).step(self.days.ago(taken)).check().accept()


SHOWN = "津滨澄岳环保科技有限公司"


def main_story(hall: Hall) -> None:
    """The shown enterprise: corrected, tested, two departments done, health under review."""
    days = hall.days
    application = hall.next_application("disinfect_producer", "new", SHOWN)
    mistyped = replace(application, form={**application.form, "warehouse_area": "31.8"})
    story = submit(mistyped, "disinfect_producer", hall.account(application), days.ago(16, 9, 36))
    story.step(days.ago(14, 14)).check()
    story.annotate_field("warehouse_area", "与平面图上标的318平方米不一致。", "按平面图核对后改正。")
    story.annotate(
        "workshop_plan", "人流经配料间进灌装间，与物流共用通道。", "标出单独的人流通道，或写明分时使用的办法。"
    )
    story.annotate("workshop_plan", "检验室没有标面积和仪器位置。", "补标；微生物检验与理化检验分开。", 848, 690)
    story.ask_correction().step(days.ago(11, 20)).correct(application, "warehouse_area")
    story.step(days.ago(10)).judge().check().accept()
    story.step(days.ago(8, 9)).special("testing", 5, "车间空气与生产用水需要送检。", "滨海新区（示例）疾控检测中心")
    story.step(days.ago(4, 15)).result("空气、用水检测结果合格。")
    story.review("market", "经营范围与登记一致，同意。")
    story.step(days.ago(2, 11)).review("ecology", "排污登记编号已核对，同意。")
    story.step(days.ago(1, 16)).inspect().note("@林越 现场核查照片已存入材料，请看车间入口那几张。")


def waiting_at_the_window(hall: Hall) -> None:
    """Received, not accepted yet: fresh, half checked, on the last day, corrected, corrected again."""
    days = hall.days
    story = hall.begin("disinfect_producer", 3, variant="new").step(days.ago(0, 9))
    story.annotate("site_plan", "厂区平面图没有标出污染源距离。", "补标与最近污染源的距离，精确到米。")
    hall.begin("hotel_special", 0, variant="new")
    hall.begin("outdoor_ad", 5, variant="new")
    hall.begin("blasting_person", 1, 15)
    hall.begin("build_permit", 2, variant="new")
    application = hall.next_application("pesticide_change")
    story = submit(application, "pesticide_change", hall.account(application), days.ago(7, 11))
    _ask(story.step(days.ago(5)), "head_id", "身份证只扫描了正面。", "正反两面扫描成一个文件上传。")
    story.step(days.ago(2, 19)).correct(application)
    application = hall.next_application("hotel_special", "new")
    story = submit(application, "hotel_special", hall.account(application), days.ago(4, 10))
    _ask(
        story.step(days.ago(2)), "floor_plan", "客房平面图没有标出入口和监控位置。", "补标出入口、监控探头和疏散通道。"
    )
    hall.begin("seal_special", 0, 10)
    hall.begin("invest_record", 0, 11)


def _ask(story: Story, material: str, wrong: str, remedy: str) -> None:
    story.check()
    story.annotate(material, wrong, remedy).ask_correction()


def silent(hall: Hall) -> None:
    """Nobody looked for five working days: the sweep records the deemed acceptance."""
    story = hall.begin("builder_quali_add", 7)
    services.deem_accepted(number=story.number, now=hall.days.ago(1, 8))


def under_review(hall: Hall) -> None:
    """Accepted: normal, due soon, promised late, statutory late, review late, paused, extended, asked."""
    days = hall.days
    hall.accepted("blasting_person", 4, 3, "new")
    hall.accepted("hotel_special", 10, 8, "new").step(days.ago(6)).review("market_review", "登记信息一致，同意。")
    hall.accepted("build_permit", 4, 4, "new").step(days.ago(2)).review_all(but=("quality_safety",))
    story = hall.accepted("outdoor_ad", 13, 11, "new").step(days.ago(7)).review_all(but=("planning_view",))
    story.step(days.ago(2, 10)).consult("ecology", "设置点位临近居民楼，夜间亮度是否有投诉记录？")
    hall.accepted("bank_security_plan", 24, 22).step(days.ago(12)).review_all(but=("security",))
    story = hall.accepted("invest_approve", 9, 7, "new").step(days.ago(5))
    story.special("expert_review", 15, "项目申请书需要委托评估。", "滨海新区（示例）工程咨询中心")
    story = hall.accepted("disinfect_producer", 21, 19, "new").step(days.ago(4))
    story.extend("需要与上级疾控机构核对检测方法，不能在二十日内作出决定。")
    story = hall.accepted("pollutant_permit", 12, 10, "new").step(days.ago(3))
    story.ask("请说明1号排放口在线监测设备的验收日期和验收单位。")
    hall.accepted("civil_explosive_move", 2, 2).review_all()
    hall.accepted("disinfect_producer", 8, 7, "new").step(days.ago(3)).inspect().review_all()


def decided(hall: Hall) -> None:
    """Granted, certificate due, certificate late, made, refused."""
    days = hall.days
    hall.accepted("firework_transport", 2, 2, "trip").review_all().step(days.ago(1)).grant()
    story = hall.accepted("hotel_special", 22, 20, "new").step(days.ago(15)).inspect().review_all()
    story.step(days.ago(12)).grant()
    story = hall.accepted("pesticide_change", 5, 4).step(days.ago(3)).review_all().step(days.ago(2)).grant()
    story.step(days.ago(1)).certificate()
    story = hall.accepted("outdoor_ad", 16, 14, "new").step(days.ago(9)).review_all(but=("road_safety",))
    story.review("road_safety", "牌面侵入道路净空，夜间亮度超限，存在安全隐患。", "object")
    story.step(days.ago(7)).refuse(
        "牌面下缘距路面4.2米，低于设置规范的净空要求。\n夜间平均亮度超过规范限值。",
        "《城市市容和环境卫生管理条例》第十一条",
        "降低牌面尺寸、加装调光后可以重新申请。",
    )
    serving.on_paper(story.step(days.ago(5, 15)), "decision_refuse")


def addresses(hall: Hall) -> None:
    """The shown applicants agree to be served electronically: the enterprise by e-mail, the person in the inbox."""
    at = hall.days.ago(75)
    for (_role, name, kind), means in zip(SHOWN_APPLICANTS, ("mail", "inapp"), strict=False):
        serving.confirmed(hall.account(Application(name, kind, "", {}, {})), means, at)


def two_languages(hall: Hall) -> None:
    """The approval bureau issues acceptance notices and decisions to grant in Chinese and English."""
    serving.two_languages(hall.days.ago(80))


def closed_otherwise(hall: Hall) -> None:
    """Not required, acceptance refused, withdrawn, terminated."""
    days = hall.days
    story = hall.begin("civil_explosive_buy", 6).step(days.ago(5))
    services.refuse_acceptance(
        number=story.number,
        actor=story._intake(),
        reason="购买单位所在地不在本区，应当向其所在地县级公安机关申请。",
        competent_body="购买单位所在地县级公安机关",
        now=story.at,
    )
    story = hall.begin("outdoor_ad", 9, variant="new").step(days.ago(8))
    services.not_required(
        number=story.number,
        actor=story._intake(),
        reason="招牌面积未达到大型户外广告设施标准，按门头招牌管理，不需要取得许可。",
        next_step="请到所在街道办理门头招牌登记。",
        now=story.at,
    )
    story = hall.accepted("build_permit", 12, 11, "new").step(days.ago(10))
    services.withdraw(number=story.number, actor=story.applicant, reason="施工单位变更，重新招标。", now=story.at)
    story = hall.accepted("invest_approve", 15, 13, "new").step(days.ago(6))
    services.terminate(
        number=story.number,
        actor=story._decider(),
        ground="object_gone",
        reason="项目用地已由政府收回，申请的对象不再存在。",
        basis="收回国有建设用地使用权决定书（示例）",
        now=story.at,
    )


def completed(hall: Hall) -> None:
    """Delivered: licences in the folders, instant filings, a renewal under way on one of them."""
    days = hall.days
    for item_key, variant, received, done in (
        ("disinfect_producer", "new", 60, 48),
        ("hotel_special", "new", 55, 45),
        ("build_permit", "new", 40, 35),
        ("pollutant_permit", "new", 70, 52),
        ("blasting_person", "new", 33, 25),
        ("outdoor_ad", "new", 30, 22),
    ):
        story = hall.accepted(item_key, received, received - 2, variant).step(days.ago(done + 4))
        story.inspect().review_all().step(days.ago(done + 3)).grant()
        story.step(days.ago(done + 1)).certificate().step(days.ago(done)).deliver()
    for ago in (3, 12, 20):
        story = hall.begin("invest_record", ago, 9).step(days.ago(ago, 11)).check().file()
        story.certificate().deliver()
    for item_key in ("precursor3_move", "precursor3_buy"):
        story = hall.begin(item_key, 1, 9).step(days.ago(1, 14)).check().file()
        story.certificate().deliver("window", "经办人本人")


def drafts(hall: Hall) -> None:
    """Begun and not handed in, by the shown enterprise."""
    application = hall.next_application("pollutant_permit", "new")
    fill(application, "pollutant_permit", hall.account(application), hall.days.ago(1, 17))


STORIES = (
    two_languages,
    addresses,
    completed,
    main_story,
    waiting_at_the_window,
    silent,
    under_review,
    decided,
    closed_otherwise,
    drafts,
)
