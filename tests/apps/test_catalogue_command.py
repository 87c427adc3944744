"""``tongban catalogue`` as an operator uses it."""

from __future__ import annotations

import argparse
import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from tongban.accounts.services import ensure_organisations
from tongban.catalogue import queries
from tongban.commands import catalogue

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parents[1] / "data"
FAULTY = DATA / "items_with_faults.csv"
ITEMS = Path(str(resources.files("tongban.catalogue").joinpath("data/items")))


def tongban(*words):
    parser = argparse.ArgumentParser()
    catalogue.add_arguments(parser)
    return catalogue.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def sample(tmp_path):
    """A bundle of one's own: a bundled item under another key."""
    ensure_organisations()
    text = (ITEMS / "invest_record.yaml").read_text(encoding="utf-8")
    path = tmp_path / "our_record.yaml"
    path.write_text(text.replace("key: invest_record\n", "key: our_record\n", 1), encoding="utf-8")
    return path


def test_import_reports_rows_and_is_quiet_the_second_time(capsys):
    assert tongban("--lang", "en", "import", FAULTY) == 0
    out = capsys.readouterr().out
    assert "16 rows: 16 new, 0 changed, 0 as before; 9 warnings." in out
    assert "row 5 task_code" in out
    assert tongban("--lang", "en", "import", FAULTY) == 0
    assert "0 changes" in capsys.readouterr().out


def test_the_trial_run_prints_the_same_report_as_json(capsys):
    assert tongban("import", FAULTY, "--dry-run", "--json") == 0
    trial = json.loads(capsys.readouterr().out)
    assert queries.items_list().total == 0
    assert tongban("import", FAULTY, "--json") == 0
    real = json.loads(capsys.readouterr().out)
    assert {**trial, "dry_run": False} == real
    assert set(real["warnings"][0]) == {"row", "item", "field", "message", "rule", "remedy"}


def test_a_refused_import_says_so_and_fails(capsys):
    assert tongban("--lang", "en", "import", DATA / "items_duplicate_code.csv") == 2
    out = capsys.readouterr().out
    assert "error row 4 task_code" in out
    assert "Nothing was written." in out
    assert tongban("import", DATA / "no_such_file.csv", "--json") == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["field"] == "(file)"


def test_check_of_files_names_item_field_and_rule(capsys, sample):
    assert tongban("--lang", "en", "check", ITEMS / "build_permit.yaml") == 0
    sample.write_text(
        sample.read_text(encoding="utf-8").replace("instant: true", "instant: false", 1), encoding="utf-8"
    )
    assert tongban("--lang", "en", "check", sample) == 1
    assert "our_record/1 instant" in capsys.readouterr().out
    sample.write_text("versions: [", encoding="utf-8")
    assert tongban("--lang", "en", "check", sample) == 2
    assert "YAML" in capsys.readouterr().out


def test_check_of_the_database(capsys):
    tongban("import", FAULTY)
    capsys.readouterr()
    assert tongban("check", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["level"] for each in found} == {"warning"}


def test_a_bundle_is_drafted_published_listed_and_exported(capsys, sample, tmp_path):
    assert tongban("import", sample) == 0
    assert queries.versions("our_record")[0].status == "draft"
    assert tongban("publish", "our_record", 1) == 0
    assert queries.item("our_record").appliable
    capsys.readouterr()
    assert tongban("list", "备案", "--appliable", "--json") == 0
    assert [item["key"] for item in json.loads(capsys.readouterr().out)] == ["our_record"]
    again = tmp_path / "export" / "our_record.yaml"
    again.parent.mkdir()
    assert tongban("export", "our_record", "-o", again) == 0
    capsys.readouterr()
    assert tongban("--lang", "en", "import", again) == 0
    assert "0 changes" in capsys.readouterr().out


def test_a_file_under_another_name_is_refused(sample, tmp_path, capsys):
    other = tmp_path / "other.yaml"
    shutil.copy(sample, other)
    assert tongban("--lang", "en", "import", other) == 2
    assert "our_record.yaml" in capsys.readouterr().out


def test_unknown_items_are_named(capsys):
    assert tongban("--lang", "en", "export", "nothing") == 2
    assert "does not exist" in capsys.readouterr().err
    local = "511A0002000000-511602000000-000-X-1-00"
    tongban("import", DATA / "items_local_scheme.csv")
    assert tongban("--lang", "en", "export", local) == 2
    assert "only listed" in capsys.readouterr().err
    assert tongban("--lang", "en", "publish", local, 1) == 2
    assert "has no version 1" in capsys.readouterr().err


def test_publishing_what_does_not_agree_lists_every_fault(capsys, sample):
    text = sample.read_text(encoding="utf-8")
    sample.write_text(text.replace("instant: true", "instant: false", 1), encoding="utf-8")
    assert tongban("import", sample) == 0
    assert tongban("--lang", "en", "publish", "our_record", 1) == 2
    err = capsys.readouterr().err
    assert "cannot be published" in err
    assert "error instant" in err


def test_bundled_loads_the_items_of_the_program(capsys):
    assert tongban("--lang", "en", "bundled") == 0
    assert tongban("--lang", "en", "bundled") == 0
    assert "0 changes" in capsys.readouterr().out
    assert tongban("list") == 0
    assert "build_permit" in capsys.readouterr().out
