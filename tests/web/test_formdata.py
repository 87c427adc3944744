"""Names of inputs and nested data, there and back."""

from __future__ import annotations

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.items import Choice, FieldKind, FormField
from tongban.web.formdata import element_id, file_name, flatten, parse

FIELDS = (
    FormField("name", "名称"),
    FormField("goods", "商品", FieldKind.CHOICES, choices=(Choice("a", "甲"), Choice("b", "乙"))),
    FormField("manager", "负责人", FieldKind.PERSON),
    FormField("photo", "照片", FieldKind.FILE),
    FormField(
        "rows",
        "表",
        FieldKind.TABLE,
        max_rows=3,
        columns=(FormField("what", "什么"), FormField("where", "哪里", FieldKind.ADDRESS)),
    ),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def posted(values: dict[str, list[str]]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, texts in values.items():
        found.setlist(name, texts)
    return found


@given(
    name=TEXT,
    goods=st.lists(TEXT.filter(bool), max_size=3),
    person=st.fixed_dictionaries({"name": TEXT, "id_kind": TEXT, "id_number": TEXT, "phone": TEXT}),
    rows=st.lists(
        st.fixed_dictionaries({"what": TEXT, "where": st.fixed_dictionaries({"region": TEXT, "detail": TEXT})}),
        max_size=4,
    ),
)
def test_what_was_typed_comes_back_unchanged(name, goods, person, rows):
    data = {"name": name, "goods": goods, "manager": person, "rows": rows}
    flat = flatten(FIELDS, data)
    assert all(path.count(".") <= 3 for path in flat)
    kept = [row for row in rows if any([row["what"], *row["where"].values()])]
    again = parse(FIELDS, posted({path: texts for path, texts in flat.items() if texts}))
    assert again["name"] == name
    assert again["goods"] == goods
    assert again["manager"] == person
    assert [row for row in again["rows"] if any([row["what"], *row["where"].values()])] == kept


def test_rows_keep_their_order_and_lose_their_gaps():
    data = parse(FIELDS, posted({"rows.7.what": ["后"], "rows.2.what": ["前"], "rows.x.what": ["不算"]}))
    assert [row["what"] for row in data["rows"]] == ["前", "后"]


def test_absurd_row_numbers_are_not_rows():
    names = {f"rows.{number}.what": ["行"] for number in (0, 31, 10**9)}
    assert parse(FIELDS, posted(names))["rows"] == []
    assert len(parse(FIELDS, posted({f"rows.{number}.what": ["行"] for number in range(1, 31)}))["rows"]) == 6


def test_files_are_not_taken_from_the_text_of_a_form():
    assert "photo" not in parse(FIELDS, posted({"photo": ["/etc/passwd"]}))
    assert "photo" not in flatten(FIELDS, {"photo": ["key"]})


def test_the_path_of_an_error_names_the_id_of_its_input():
    assert element_id("rows.2.unit_price") == "f-rows-2-unit-price"


def test_a_file_keeps_the_name_that_its_owner_gave_it() -> None:
    assert file_name("现场照片 𠮷'%22&.jpg") == "现场照片 𠮷'\"&.jpg"
    assert file_name("100%25%2F%E5.pdf") == "100%25%2F%E5.pdf", "browsers encode nothing else"
