"""What everybody sees without signing in: finding, guides, looking a case up, verifying a licence."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import Walk, begin, own_folders, publish, spec  # noqa: F401 - the third is a fixture
from tests.web.page_help import Page
from tests.web.public_help import ITEM, Browser, hall, seen, upload, yesterday
from tongban.core.specs import plain
from tongban.documents import queries as documents
from tongban.licences import queries as licences
from tongban.records import queries as records
from tongban.web.dates import day
from tongban.web.public.views.progress import MOST

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk() -> Walk:
    return begin(hall(), yesterday(), premises="own")


@pytest.fixture
def licensed(walk: Walk) -> Walk:
    return walk.accept().reviews().grant().certificate()


def test_the_first_page_asks_one_question_and_invents_nothing() -> None:
    hall()
    page = Browser().open("/")
    assert page.all("input", name="q")
    assert page.all("form", action="/progress/")
    assert page.all("a", href=f"/items/{ITEM}/")
    assert "应急" not in page.words()


def test_an_empty_catalogue_says_so() -> None:
    assert "还没有能网上申请的事项" in Browser().open("/").words()
    assert "没有找到" in Browser().open("/items/").words()


def test_items_are_found_narrowed_and_paged(django_assert_max_num_queries) -> None:
    hall()
    for number in range(24):
        publish(spec(name=f"示例{number:02d}号登记", keywords=["登记簿"], themes=["医疗卫生"]), key=f"extra{number}")
    with django_assert_max_num_queries(12):
        page = Browser().open("/items/?q=登记簿")
    assert page.all("a", href="?q=%E7%99%BB%E8%AE%B0%E7%B0%BF&page=2")
    assert "第2页，共2页" in Browser().open("/items/?q=登记簿&page=2").words()
    with django_assert_max_num_queries(12):
        assert "24项" in Browser().open("/items/?theme=医疗卫生").words()
    assert "没有找到" in Browser().open("/items/?q=没有这样的事项&theme=无").words()
    for odd in ("?page=-1", "?page=99999999999", "?q=" + "长" * 500, "?q='; drop table", "?theme=<b>", "?only=x"):
        Browser().open(f"/items/{odd}")


def test_the_guide_is_tailored_with_and_without_scripts() -> None:
    hall()
    page = Browser().open(f"/items/{ITEM}/")
    assert "可能还要的2份" in page.words()
    assert page.all("button", type="submit")
    page = Browser().open(f"/items/{ITEM}/?variant=new&q.premises=rented&q.sublet=yes")
    assert "共4份" in page.words()
    assert "出租人同意转租的证明" in page.words()
    assert page.all("input", name="q.sublet", value="yes")
    piece = Browser().client.get(
        f"/items/{ITEM}/?variant=new&q.premises=own", headers={"HX-Request": "true", "HX-Target": "tailored"}
    )
    assert "<html" not in piece.content.decode()
    assert "租赁合同" not in piece.content.decode()
    assert 'hx-swap-oob="innerHTML"' in piece.content.decode(), "the button that applies takes the answers along"
    given = "variant=new&q.premises=own"
    assert piece.headers["HX-Replace-Url"] == f"/items/{ITEM}/?{given}", "reload and Back keep the answers"
    brought = Page(piece.content.decode())
    for address in (f"/items/{ITEM}/apply/?{given}", f"/items/{ITEM}/print/?{given}"):
        assert all(link["hx-swap-oob"] == "true" for link in brought.all("a", href=address))
        assert brought.all("a", href=address)
    assert brought.all("div", id="flow-now")
    nonsense = Browser().open(f"/items/{ITEM}/?variant=none&q.premises=none&q.other=1")
    assert "一定要的有2份" in nonsense.words()


def test_the_guide_shows_limits_law_and_what_is_not_verified() -> None:
    hall()
    publish(
        spec(
            unverified=["承诺时限待核实"],
            faq=[{"question": "几天？", "answer": "十天。"}],
            contact={"consult_phone": "022-00000001", "complaint_phone": "022-00000002"},
        ),
        key="open",
    )
    page = Browser().open("/items/open/")
    for words in ("法定20个工作日", "《示例条例》第五条", "承诺时限待核实", "几天？", "022-00000001", "同时办理"):
        assert words in page.words()
    assert page.all("a", href="tel:022-00000002")
    printed = Browser().open("/items/open/print/")
    assert printed.all("img", src="/items/open/qr.svg")
    assert "承诺时限待核实" in printed.words()
    assert Browser().client.get("/items/open/qr.svg").headers["Content-Type"] == "image/svg+xml"
    for address in ("/items/none/", "/items/none/print/", "/items/none/qr.svg", "/items/open/?version=9"):
        Browser().open(address, 404)


def test_a_reader_of_english_gets_codes_and_citations_in_english() -> None:
    hall()
    reader = Browser()
    reader.client.cookies["language"] = "en"
    words = reader.open(f"/items/{ITEM}/").words()
    for english in ("Administrative licence", "exist in Chinese only", "Administrative Licensing Law, art. 42"):
        assert english in words
    assert "检测：" not in words, "grounds of special procedures are translated"
    assert "exist in Chinese only" not in Browser().open(f"/items/{ITEM}/").words()


def test_the_guide_tells_the_limit_of_the_readers_own_class() -> None:
    factories.world(timezone.now())
    guide = "/items/pollutant_permit/"
    assert "需要现场核查：45个工作日" in Browser().open(guide).words()
    answers = {"waste_water": "nil", "waste_gas": "nil", "solid_waste": "nil", "sewage_plant": "ordinary"}
    asked = {f"q.{key}": value for key, value in answers.items()} | {"variant": "renewal"}
    chosen = Browser().open(f"{guide}?{urlencode({**asked, 'q.management': 'simplified'})}").words()
    assert "您的情形：承诺20个工作日内办结，法定20个工作日" in chosen
    assert "法定时限：20个工作日" in chosen
    assert "简化管理：" not in chosen, "the limits of other classes are left out"


def test_what_is_held_already_is_marked_for_whoever_signed_in(licensed: Walk) -> None:
    held = {"key": "held", "name": "示例经营许可证", "licence_type": "sample", "basis": "示例条例第九条"}
    publish(spec(materials=[*plain(spec())["materials"], held]), key="next")
    assert "已有，不用交" not in Browser().open("/items/next/").words()
    reader = Browser(licensed.applicant.id)
    assert "已有，不用交" in reader.open("/items/next/").words()
    base = reader.goes("/items/next/apply/", {"variant": "new", "q.premises": "own"})
    address = f"{base}materials/held/"
    assert "已有，不用交" in reader.open(address).words()
    reader.goes(f"{address}licence/", {"licence": ""})
    page = reader.open(address)
    assert page.all("input", type="file"), "uploading stays possible"
    licence_id = licensed.portal().licence.id
    reader.goes(f"{address}licence/", {"licence": licence_id})
    assert not reader.open(address).all("input", type="file")
    assert seen(reader.send(f"{address}licence/", {"licence": "0"}), 404)


def test_progress_needs_number_and_code_and_shows_no_personal_data(walk: Walk) -> None:
    visitor = Browser()
    wide = {"number": walk.number.replace("-", "—"), "code": "".join(chr(ord(char) + 0xFEE0) for char in walk.code)}
    assert Browser().goes("/progress/", wide) == f"/progress/{walk.number}/"
    page = visitor.open(f"/progress/?number={walk.number}&code={walk.code}")
    assert page.all("input", name="code", value=walk.code)
    assert visitor.client.get(f"/progress/{walk.number}/").status_code == 302, "the code is asked for first"
    where = visitor.goes("/progress/", {"number": f" {walk.number} ", "code": walk.code.lower()})
    page = visitor.open(where)
    view = walk.portal()
    assert day(view.clocks["completeness"].due) in page.words()
    ledger = visitor.open(f"/progress/{walk.number}/clock/")
    assert day(view.clocks["completeness"].due) in ledger.words()
    for shown in (page, ledger):
        assert view.applicant_name not in shown.words()
    assert Browser().client.get(f"/progress/{walk.number}/clock/").status_code == 302


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer_and_are_counted(walk: Walk) -> None:
    wrong = [{"number": walk.number, "code": "222222"}, {"number": "120116-20200101-000001", "code": walk.code}]
    first, second = (Browser().refused("/progress/", data) for data in wrong)
    said = [one.words().replace(walk.number, "").replace("120116-20200101-000001", "") for one in (first, second)]
    assert said[0] == said[1]
    assert first.all("a", href="#id_number")
    Browser().refused("/progress/", {"number": "", "code": ""})
    for _ in range(MOST):
        Browser().send("/progress/", wrong[0])
    Browser().refused("/progress/", {"number": walk.number, "code": walk.code}, 429)


def test_a_licence_is_verified_by_code_identifier_and_file(licensed: Walk) -> None:
    licence = licences.get(licensed.portal().licence.id)
    pages = [Browser().open(f"/verify/{licence.token}"), Browser().open(f"/verify/?identifier={licence.identifier}")]
    with records.open_file(licence.file_id) as handle:
        pdf = handle.read()
    pages.append(seen(Browser().send("/verify/", {"file": upload("证.pdf", pdf)})))
    for page, verdict in zip(pages, ("登记有效", "登记有效", "真实有效"), strict=True):
        assert verdict in page.words()
        assert licence.number in page.words()
    notice = next(item for item in documents.for_owner(f"case:{licensed.number}") if item.kind == "decision_grant")
    with records.open_file(notice.file_id) as handle:
        page = seen(Browser().send("/verify/", {"file": upload("决定.pdf", handle.read())})).words()
    assert "本机关签名的文书，不是证照" in page
    assert "假" not in page
    altered = seen(Browser().send("/verify/", {"file": upload("证.pdf", pdf + b"\n% changed")}))
    assert "被改动过" in altered.words()
    assert licence.number in altered.words(), "what is really registered"
    for nothing in (b"", b"not a pdf", factories.png()):
        page = Browser().refused("/verify/", {"file": upload("x.pdf", nothing)})
        assert "文件是空的" in page.words() if not nothing else "不是PDF文件" in page.words()
    assert "没有登记" in seen(Browser().send("/verify/", {"file": upload("x.pdf", b"%PDF-1.7\nnothing")})).words()
    assert "没有登记" in Browser().open("/verify/unknown").words()
    Browser().open("/verify/%00", 404)
    assert "不是证照标识的写法" in Browser().open("/verify/?identifier=1.2.3", 422).words()
    flipped = licence.identifier[:-1] + ("A" if licence.identifier[-1] != "A" else "B")
    wide = licence.identifier.translate({ord(char): chr(ord(char) + 0xFEE0) for char in "0123456789ABC"})
    assert "登记有效" in Browser().open(f"/verify/?identifier={wide.replace('.', '。')}").words()
    assert "校验码对不上" in Browser().open(f"/verify/?identifier={flipped}", 422).words()
    assert Browser().refused("/verify/").all("a", href="#id_file")


def test_a_broken_signature_is_not_called_a_foreign_one(licensed: Walk) -> None:
    licence = licences.get(licensed.portal().licence.id)
    with records.open_file(licence.file_id) as handle:
        pdf = handle.read()
    place = pdf.index(b"stream") + 20
    changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
    page = seen(Browser().send("/verify/", {"file": upload("证.pdf", changed)}))
    assert "被改动过" in page.words()
    assert "签名人不是本机关" not in page.words()


def test_every_public_page_speaks_english_too(licensed: Walk) -> None:
    licence = licences.get(licensed.portal().licence.id)
    visitor = Browser(licensed.applicant.id)
    visitor.client.cookies["language"] = "en"
    number = licensed.number
    for address in (
        *("/", "/items/", f"/items/{ITEM}/", f"/items/{ITEM}/print/", "/progress/", "/verify/"),
        *(f"/verify/{licence.token}", "/about/privacy/", "/about/accessibility/", "/cases/", f"/cases/{number}/"),
        *(f"/cases/{number}/clock/", f"/cases/{number}/receipt/", "/licences/", f"/licences/{licence.id}/"),
    ):
        page = visitor.open(address)
        assert page.all("html", lang="en")
        assert "Skip to main content" in page.words()


def test_statements_name_purposes_kinds_times_and_rights() -> None:
    words = Browser().open("/about/privacy/").words()
    for asked in ("《个人信息保护法》第十七条", "为什么处理", "处理哪些信息", "保存多久", "您的权利", "8小时"):
        assert asked in words
    assert "WCAG 2.2" in Browser().open("/about/accessibility/").words()
