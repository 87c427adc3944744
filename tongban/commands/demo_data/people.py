"""The demo's people. All invented; names of officers follow no real list."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "tongban-demo-2026"  # noqa: S105 - printed by the demo for everybody


@dataclass(frozen=True)
class Officer:
    """An officer with one post. ``shown`` ones are printed as demo sign-ins."""

    username: str
    name: str
    post: str
    organisation: str
    duties: tuple[str, ...]
    shown: str = ""
    key: str = ""

    @property
    def post_key(self) -> str:
        """The key of the post; items name some of them (the officer authorised for an instant item)."""
        return self.key or f"{self.organisation}.{'-'.join(self.duties)}"


OFFICERS = (
    Officer("zhoulan", "周岚", "综合受理岗", "approval_bureau", ("window",), "窗口受理"),
    Officer("qinyu", "秦屿", "综合受理岗", "approval_bureau", ("window",)),
    Officer("linyue", "林越", "卫生审查岗", "health", ("reviewer", "inspector"), "审查人（卫健）"),
    Officer("liangzhou", "梁舟", "卫生审查岗", "health", ("reviewer", "inspector"), "第二审查人（卫健）"),
    Officer("xufang", "许方", "环境审查岗", "ecology", ("reviewer", "inspector"), "审查人（生态环境）"),
    Officer("mengzhi", "孟知", "环境审查岗", "ecology", ("reviewer", "inspector")),
    Officer("shaoning", "邵宁", "市场准入审查岗", "market", ("reviewer", "inspector"), "审查人（市场监管）"),
    Officer("luqiao", "陆桥", "市场准入审查岗", "market", ("reviewer", "inspector")),
    Officer("fanghe", "方禾", "审批决定岗", "approval_bureau", ("decision_maker",), "决定人"),
    Officer("guhang", "顾航", "审批决定岗", "approval_bureau", ("decision_maker",)),
    Officer("shenlan", "沈澜", "局负责人", "approval_bureau", ("agency_head", "decision_maker"), "机关负责人"),
    Officer("yeting", "叶汀", "制证送达岗", "approval_bureau", ("certificate_clerk",), "制证送达"),
    Officer("jiangcheng", "江澄", "效能监督岗", "approval_bureau", ("supervisor", "operator"), "监督与运行"),
    Officer("suwen", "苏文", "事项管理岗", "approval_bureau", ("catalogue_manager",), "事项管理"),
    Officer("baixi", "白溪", "事项发布岗", "approval_bureau", ("catalogue_manager",), "事项发布"),
    Officer("hemu", "何牧", "治安审查岗", "public_security", ("reviewer", "inspector")),
    Officer("tangyi", "唐一", "治安审查岗", "public_security", ("reviewer", "inspector")),
    Officer("bailu", "白鹭", "公安受理岗", "public_security", ("window",)),
    Officer("chuxing", "楚行", "公安决定岗", "public_security", ("decision_maker", "agency_head")),
    Officer("wenqi", "闻溪", "公安制证岗", "public_security", ("certificate_clerk",)),
    Officer("shiyan", "石言", "生态环境受理岗", "ecology", ("window", "certificate_clerk")),
    Officer("hanzhou", "韩洲", "生态环境决定岗", "ecology", ("decision_maker", "agency_head")),
    Officer("dingyao", "丁遥", "住建审查岗", "construction", ("reviewer", "inspector")),
    Officer("pengshu", "彭树", "住建审查岗", "construction", ("reviewer", "inspector")),
    Officer("yuanjin", "袁津", "城管审查岗", "urban", ("reviewer", "inspector")),
    Officer("zhengqu", "郑渠", "城管审查岗", "urban", ("reviewer", "inspector")),
    Officer("renping", "任坪", "农业审查岗", "agriculture", ("reviewer", "inspector")),
    Officer("qiumai", "邱麦", "农业审查岗", "agriculture", ("reviewer", "inspector")),
    Officer("wuyan", "吴岩", "消防审查岗", "fire", ("reviewer", "inspector")),
    Officer("geshui", "葛水", "消防审查岗", "fire", ("reviewer", "inspector")),
    Officer("weilin", "魏林", "规划审查岗", "planning", ("reviewer", "inspector")),
    Officer("cailu", "蔡路", "规划审查岗", "planning", ("reviewer", "inspector")),
    Officer("duheng", "杜衡", "发改审查岗", "development", ("reviewer", "inspector")),
    Officer("yaoting", "姚汀", "发改审查岗", "development", ("reviewer", "inspector")),
    Officer("jinshi", "金石", "应急审查岗", "emergency", ("reviewer", "inspector")),
    Officer("luoan", "罗安", "应急审查岗", "emergency", ("reviewer", "inspector")),
    Officer("shihua", "史画", "文旅审查岗", "culture", ("reviewer", "inspector")),
    Officer("taoye", "陶野", "文旅审查岗", "culture", ("reviewer", "inspector")),
    Officer("kongdao", "孔道", "交通审查岗", "transport", ("reviewer", "inspector")),
    Officer("baijing", "柏径", "交通审查岗", "transport", ("reviewer", "inspector")),
    Officer("xiezhi", "谢直", "金融监管审查岗", "finance_regulator", ("reviewer", "inspector")),
    Officer("ouyun", "欧匀", "金融监管审查岗", "finance_regulator", ("reviewer", "inspector")),
    Officer("ningchuan", "宁川", "项目审查岗", "approval_bureau", ("reviewer", "inspector")),
    Officer("jiyuan", "纪原", "项目审查岗", "approval_bureau", ("reviewer", "inspector")),
    Officer(
        "duanfei",
        "段飞",
        "易制毒化学品管理岗",
        "public_security",
        ("window", "decision_maker"),
        key="precursor_officer",
    ),
    Officer("pangwang", "庞网", "网络安全岗", "public_security", ("window", "decision_maker"), key="netsec_officer"),
    Officer(
        "linyin", "蔺印", "治安管理岗", "public_security", ("window", "decision_maker"), key="public_order_officer"
    ),
    Officer("mayue", "马越", "区政府负责人", "government", ("government_head",)),
)

#: 三员: who administers the installation, each with one role and no post: (user name, name, role, shown as).
ADMINISTRATORS = (
    ("xitong", "管系统", "system", "系统管理员"),
    ("anquan", "守安全", "security", "安全管理员"),
    ("shenji", "查审计", "audit", "审计管理员"),
)

#: Who signs in as an applicant: (title, name, kind).
SHOWN_APPLICANTS = (
    ("申请人（企业）", "津滨澄岳环保科技有限公司", "enterprise"),
    ("申请人（个人）", "程一鸣", "person"),
)
#: Agents of the shown enterprise; plainly nobody.
AGENT, JUNIOR_AGENT = "甘示例", "窦示例"
SHOWN_AGENTS = (
    ("企业经办人（全部事项）", AGENT, "person"),
    ("企业经办人（两个事项，只填写）", JUNIOR_AGENT, "person"),
)
