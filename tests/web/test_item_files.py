"""Opening the forms on paper from the portal."""

from __future__ import annotations

import datetime as dt
from urllib.parse import unquote

import pytest

from tests.core.item_sample import item
from tongban.accounts.services import ensure_organisations
from tongban.catalogue import queries, services
from tongban.catalogue.models import Item, ItemFile
from tongban.core.actors import SYSTEM
from tongban.core.items import ItemVersionSpec
from tongban.outbox.worker import Worker
from tongban.records import queries as records

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
SINCE = dt.date(2020, 1, 1)


def stored(number=1, since=SINCE):
    version = ItemVersionSpec(number=number, effective_from=since, item=item())
    return services.save_draft(item_key="sample", version=version, source=Item.LOCAL, actor=SYSTEM, now=NOW)


@pytest.fixture
def version_id():
    ensure_organisations()
    found = stored()
    services.publish(version_id=found, actor=SYSTEM, now=NOW)
    Worker().run_due()
    return found


@pytest.mark.parametrize(("kind", "name"), [("blank", "空白表格"), ("sample", "示例样表")])
def test_anybody_opens_a_form_in_place(client, version_id, kind, name):
    response = client.get(f"/items/sample/1/{kind}.pdf")
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert content == records.read_file(queries.item_files(version_id)[kind].file_id)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(content))
    assert response["Content-Disposition"].startswith("inline")
    assert name in unquote(response["Content-Disposition"])
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "immutable" in response["Cache-Control"]
    assert client.post(f"/items/sample/1/{kind}.pdf").status_code == 405


@pytest.mark.parametrize(
    "address", ["sample/2/blank.pdf", "nothing/1/blank.pdf", "sample/1/other.pdf", f"sample/{10**30}/blank.pdf"]
)
def test_what_is_not_there_is_said_to_be_missing(client, version_id, address):
    assert client.get(f"/items/{address}").status_code == 404


def test_a_draft_shows_nothing(client, version_id):
    stored(2, dt.date(2026, 1, 1))
    Worker().run_due()
    assert client.get("/items/sample/2/blank.pdf").status_code == 404


def test_a_file_that_is_not_the_one_published_is_not_handed_out(client, version_id):
    blank = ItemFile.objects.get(version_id=version_id, kind="blank")
    ItemFile.objects.filter(version_id=version_id, kind="sample").update(file_id=blank.file_id)
    assert client.get("/items/sample/1/sample.pdf").status_code == 409
    assert client.get("/items/sample/1/blank.pdf").status_code == 200


def test_the_guide_leads_to_both(client, version_id):
    page = client.get("/items/sample/").content.decode()
    assert "/items/sample/1/blank.pdf" in page
    assert "/items/sample/1/sample.pdf" in page


def test_the_guide_promises_no_form_that_is_not_made_yet(client):
    ensure_organisations()
    services.publish(version_id=stored(), actor=SYSTEM, now=NOW)
    assert "blank.pdf" not in client.get("/items/sample/").content.decode()
