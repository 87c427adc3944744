"""Run the benchmarks on SQLite and PostgreSQL in scratch databases of their own and write docs/benchmarks.md.

``make bench`` calls this. CASES and ROUNDS change how much is measured, HTTP_CASES and HTTP_ROUNDS the same through the
server, LIST_CASES how many cases the lists hold; PARTS names what is measured (``clocks rounds http lists public``).
BENCH_POSTGRES_URL names a server on which a database called ``tongban_bench`` may be thrown away and made (it is left
behind for a look). Run it with nothing else on the machine: the page states the load it found.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
SCRATCH = "tongban_bench"
SERVER = os.environ.get("BENCH_POSTGRES_URL", os.environ.get("TEST_POSTGRES_URL", ""))
CASES, ROUNDS = os.environ.get("CASES", "200"), os.environ.get("ROUNDS", "5")
HTTP_CASES, HTTP_ROUNDS = os.environ.get("HTTP_CASES", "60"), os.environ.get("HTTP_ROUNDS", "3")
LIST_CASES = os.environ.get("LIST_CASES", "100000")
PARTS = os.environ.get("PARTS", "clocks rounds http lists public").split()
BUSY = 0.5  # load per processor above which the figures are not those of a quiet machine


def measure(part: str, url: str, folder: str, cases: str = CASES, rounds: str = ROUNDS) -> dict[str, Any]:
    """One part of ``tongban bench`` as figures."""
    words = ["tongban", "bench", part, "--json", "--cases", cases, "--rounds", rounds]
    env = {**os.environ, "DATABASE_URL": url, "TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": folder}
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def compile_texts(folder: str) -> None:
    """The measured server starts only with its translations, and a fresh clone has none compiled."""
    env = {**os.environ, "TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": folder}
    subprocess.run([sys.executable, "-m", "tongban", "messages"], cwd=ROOT, env=env, check=True)


def fresh_postgres() -> tuple[str, str]:
    """(URL of a new, empty scratch database, version of the server)."""
    parts = urlsplit(SERVER)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f"drop database if exists {SCRATCH}")
        server.execute(f"create database {SCRATCH}")
        row = server.execute("select current_setting('server_version'), current_setting('fsync')").fetchone()
    assert row is not None
    return urlunsplit(parts._replace(path=f"/{SCRATCH}")), f"PostgreSQL {row[0].split()[0]}, fsync {row[1]}"


def processor() -> str:
    """What the processor calls itself."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def table(title: str, figures: dict[str, Any]) -> list[str]:
    """One database's rounds."""
    head = "| workers | | lifecycles/s | step p50 ms | step p95 ms | SQL a lifecycle | share of CPU |"
    lines = [f"## {title}", "", head, "|---|---|---|---|---|---|---|"]
    for workers in (1, 2):
        found = figures[f"workers_{workers}"]
        for key, name in (("floor", "hand-written SQL"), ("services", "our services")):
            lines.append(f"| {workers} | {name} | " + " | ".join(str(value) for value in found[key].values()) + " |")
        lines.append(f"| {workers} | **of the floor** | **{found['of_floor']}** | | | | |")
    return [*lines, ""]


def main() -> int:
    """Measure everything there is to measure here and write the page."""
    load = os.getloadavg()[0]
    cores = os.cpu_count() or 1
    parts: list[str] = []
    with tempfile.TemporaryDirectory(prefix="tongban-bench-") as folder:
        compile_texts(folder)
        if "rounds" in PARTS:
            sqlite_url = f"sqlite:///{folder}/bench.sqlite3"
            parts += table(f"SQLite {sqlite3.sqlite_version}, synchronous=FULL", measure("rounds", sqlite_url, folder))
            if SERVER:
                url, version = fresh_postgres()
                parts += table(version, measure("rounds", url, folder))
        for part, cases, write in (("http", HTTP_CASES, http), ("lists", LIST_CASES, lists), ("public", "1", public)):
            if part in PARTS:
                url, version = fresh_postgres() if SERVER else (f"sqlite:///{folder}/{part}.sqlite3", "SQLite")
                parts += write(version, measure(part, url, folder, cases, HTTP_ROUNDS))
        if "clocks" in PARTS:
            parts += _clocks(measure("clocks", f"sqlite:///{folder}/clocks.sqlite3", folder))
    quiet = "" if load < BUSY * cores else " **The machine was busy with other work: read the ratios, not the rates.**"
    PAGE.write_text("\n".join([*_head(load, cores, quiet), *parts]) + "\n", encoding="utf-8")
    print(f"→ {PAGE.relative_to(ROOT)}")
    return 0


def http(version: str, figures: dict[str, Any]) -> list[str]:
    """The same steps through the screens."""
    lines = [
        f"## Through the screens, {version}",
        "",
        "`tongban bench http`: the production server with two processes on the same processors as the clients; people",
        "signed in through the sign-in page, CSRF tokens and hidden entries read from the forms. A step is the form",
        "sent and the page that follows; opening the form (and previewing its document) is timed apart. Submissions:",
        "the form sent, all at one place, numbers from one counter. One unexpected answer fails the run.",
        "",
        f"Medians of {HTTP_ROUNDS} rounds of {HTTP_CASES} lifecycles by two clients; four times as many submissions.",
        "Aims: 15 lifecycles/s; submissions 200/s with two clients, 150/s with eight.",
        "",
        "| | |",
        "|---|---|",
    ]
    names = {
        "lifecycles_per_s": "lifecycles/s, form sent and page that follows",
        "with_forms_per_s": "lifecycles/s with opening and previewing every form",
        "step_p50_ms": "step p50 ms",
        "step_p95_ms": "step p95 ms",
        "client_cpu_share": "processor share of one client",
    }
    lines += [f"| {names[key]} | {value} |" for key, value in figures["screens"].items()]
    for clients in (2, 8):
        found = figures[f"submitting_{clients}_clients"]
        said = f"{found['submissions_per_s']} (p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms)"
        lines.append(f"| submissions/s, {clients} clients | {said} |")
    return [*lines, ""]


def lists(version: str, figures: dict[str, Any]) -> list[str]:
    """The desk's pages among many cases."""
    hall = figures.pop("in the hall")
    lines = [
        f"## Lists and searches among {hall['cases']:,} cases, {version}",
        "",
        f"`tongban bench lists`: {hall['open']:,} of them open, {hall['reviews']:,} reviews, {hall['applicants']:,}",
        "applicants, five years. Two hundred cases went through the services; the others are copies of their rows with",
        "number, applicant, officer, departments and days changed and without events and documents of their own.",
        "One officer over a kept connection, milliseconds from request to last byte; SQL statements of the page.",
        "Aims: p95 at most 60 ms, at most 12 statements for a list.",
        "",
        "| officer | page | p50 ms | p95 ms | SQL |",
        "|---|---|---|---|---|",
    ]
    for officer, found in figures.items():
        for name, row in found.items():
            page = name.replace("_", " ")
            lines.append(f"| {officer} | {page} | {row['p50_ms']} | {row['p95_ms']} | {row['statements']} |")
    return [*lines, ""]


def public(version: str, figures: dict[str, Any]) -> list[str]:
    """The portal under many visitors."""
    return [
        f"## Public pages, {version}",
        "",
        "`tongban bench public`: home, list of services, search, guide (and its print), decisions, progress,",
        f"verification, privacy, in turn; {figures['users']} visitors, each asking again as soon as it is answered.",
        "Aims: 300 pages/s, p95 at most 100 ms at that rate.",
        "",
        "| pages/s | p50 ms | p95 ms |",
        "|---|---|---|",
        f"| {figures['pages_per_s']} | {figures['p50_ms']} | {figures['p95_ms']} |",
        "",
    ]


def _head(load: float, cores: int, quiet: str) -> list[str]:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = f"{python}, Django {django.get_version()}, psycopg {psycopg.__version__}"
    return [
        "# Benchmarks",
        "",
        "Written by `make bench`; never part of the tests. One lifecycle is eight durable steps: submit (ten form",
        "fields, three attachments' metadata), accept, three parallel reviews, decide, issue (a licence with its",
        "number), close. Ours go through the services that the screens call: lock, permission, guards, all clocks,",
        "digests, hash chain, encryption, four numbered notices and their tasks. The floor is the same workload as",
        "hand-written SQL with none of that. Filling in the draft and making the certificate's file are other requests",
        "and are not timed. Everybody is signed in once for the run. Transaction control is not counted as SQL.",
        "",
        "Aims on PostgreSQL: 0.5 of the floor with one worker, 0.4 with two, at most 40 statements a lifecycle;",
        "1,000,000 deadlines and all clocks of 200,000 cases a second.",
        "",
        f"{processor()}, {cores} processors; load {load:.1f} at the start.{quiet}",
        f"{versions}; {datetime.now(UTC):%Y-%m-%d}.",
        f"{ROUNDS} interleaved rounds of {CASES} lifecycles (the floor takes twice as many), medians; the ratio is the",
        "median of the rounds' ratios.",
        "",
    ]


def _clocks(figures: dict[str, Any]) -> list[str]:
    rows = [
        ("deadlines with one pause, in columns", "deadlines_with_a_pause_per_s"),
        ("cases, six clocks read with one pause, in columns", "all_clocks_of_a_case_per_s"),
        ("deadlines with one pause, one by one", "deadlines_one_by_one_per_s"),
        ("cases read in pages of 50, as lists do", "cases_on_pages_per_s"),
        ("cases read one by one", "cases_one_by_one_per_s"),
    ]
    return [
        "## The legal clock",
        "",
        "One process, no database; medians of seven rounds of random inputs. Dates and pauses go in as objects and",
        "dates come out as objects: all conversion is timed. Columns are handed over 2,000 rows at a time.",
        "",
        "| | a second | a second of processor time |",
        "|---|---|---|",
        *(f"| {words} | {figures[name]['wall']:,} | {figures[name]['processor']:,} |" for words, name in rows),
    ]


if __name__ == "__main__":
    sys.exit(main())
