"""Names called in a note: the longest known name, never a guess, never part of an address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tongban.core.mentions import Person, called, labels

PEOPLE = [
    Person("1", "王芳", "窗口"),
    Person("2", "王芳芳", "审查岗"),
    Person("3", "李强", "窗口"),
    Person("4", "李强", "决定岗"),
]
plain = st.text(alphabet="王芳李强看图，。 ab12\n", max_size=30)


def test_the_longest_name_counts_and_one_call_is_one_person() -> None:
    assert called("请@王芳芳看", PEOPLE).ids == {"2"}
    assert called("请@王芳看，再请＠王芳 看", PEOPLE).ids == {"1"}


def test_a_shared_name_needs_a_choice_or_its_post() -> None:
    assert called("@李强看", PEOPLE).shared == ("李强",)
    assert called("@李强看", PEOPLE, ["4"]) == called("@李强（决定岗）看", PEOPLE)
    assert called("@李强（决定岗）看", PEOPLE).ids == {"4"}


def test_an_address_calls_nobody_and_an_unknown_name_is_told() -> None:
    assert called("写信到 wang@example.com，或 100% @ 现场", PEOPLE).unknown == ()
    assert called("请@赵六看看。@赵六看看！", PEOPLE).unknown == ("赵六看看",)


@given(plain, st.sets(st.sampled_from("1234")))
def test_a_text_without_a_call_calls_whom_was_chosen(text: str, chosen: set[str]) -> None:
    found = called(text, PEOPLE, chosen)
    assert (found.ids, found.unknown, found.shared) == (chosen, (), ())


@given(st.text(alphabet="看图，。 \n", max_size=10), st.sampled_from(PEOPLE), plain)
def test_whoever_is_called_by_label_is_found_wherever_it_stands(before: str, person: Person, after: str) -> None:
    text = f"{before}@{labels(PEOPLE)[person.id]} {after}"
    assert called(text, PEOPLE).ids == {person.id}


@given(st.text(max_size=40), st.sets(st.sampled_from("1234")))
def test_nobody_outside_the_list_is_ever_called(text: str, chosen: set[str]) -> None:
    assert chosen <= called(text, PEOPLE, chosen).ids <= {item.id for item in PEOPLE}
