"""Message templates: their places are checked, and a short message has none that could hold personal data."""

from __future__ import annotations

import pytest

from tongban.core.errors import Invalid
from tongban.core.messages import Channel, read_templates

MAIL = {"zh": {"subject": "{item}", "text": "{item}"}, "en": {"subject": "{item}", "text": "{item}"}}


def kind(**parts):
    return {"kinds": {"sample": {"name": {"zh": "示例", "en": "Sample"}, "fields": ["item", "case_number"], **parts}}}


def sms(text, **more):
    return {"code": "T1", "zh": {"text": text}, "en": {"text": text}, **more}


def test_a_text_is_filled_by_name_alone():
    template = read_templates(kind(mail=MAIL, sms=sms("办件{case_number}")))["sample"]
    values = {"item": "{case_number} {0.__class__}", "case_number": "1"}
    assert template.channels == (Channel.MAIL, Channel.SMS)
    assert template.say(Channel.MAIL, "zh", values).text == "{case_number} {0.__class__}", "values are never templates"
    assert template.say(Channel.SMS, "xx", values).text == "办件1", "Chinese where a language has no text"
    with pytest.raises(Invalid) as caught:
        template.say(Channel.MAIL, "zh", {"item": "a"})
    assert [error.field for error in caught.value.errors] == ["case_number"]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({}, "sample"),
        ({"mail": {"zh": MAIL["zh"]}}, "sample.mail.en"),
        ({"mail": {**MAIL, "en": {"text": "x"}}}, "sample.mail.en.subject"),
        ({"sms": sms("{item}")}, "sample.sms.zh"),
        ({"sms": sms("{case_number.real}")}, "sample.sms.zh"),
        ({"sms": sms("{case_number")}, "sample.sms.zh"),
        ({"sms": sms("{nobody}")}, "sample.sms.en"),
        ({"sms": sms("x", code="")}, "sample.sms.code"),
    ],
)
def test_every_fault_is_named_with_its_place(parts, place):
    with pytest.raises(Invalid) as caught:
        read_templates(kind(**parts))
    assert place in {error.field for error in caught.value.errors}
