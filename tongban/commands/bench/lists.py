"""The desk's lists, searches and case pages in a hall with many cases: how long the server takes, how much it asks.

One officer at a time over a kept connection to the production server: the time is the server's and the way to it.
The statements of the same pages are counted in this process.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client

from tongban.commands.bench import lifecycle, many, server, world
from tongban.commands.bench.browser import Browser, Unexpected
from tongban.commands.bench.screens import percentile

#: Officers whose list is asked for: the counter, a department's reviewer.
OFFICERS = ("window", "review-planning")
WARM_UP, ASKED = 4, 40


def pages() -> dict[str, str]:
    """Name → address of what is measured."""
    number = many.real_numbers()[0]
    return {
        "work_list": "/desk/",
        "work_list_overdue": "/desk/?lane=overdue",
        "all_open_cases": "/desk/cases/",
        "all_open_cases_late": "/desk/cases/?colour=late",
        "closed_cases": "/desk/?lane=closed",
        "closed_cases_deep": "/desk/?lane=closed&page=200",
        "live_counts": "/desk/counts/?lane=mine",
        "search_number": f"/desk/search/?q={many.real_numbers()[1]}",
        "search_part_of_number": "/desk/search/?q=0004321",
        "search_name": "/desk/search/?q=%E6%B5%B7%E6%B2%B3%E4%BC%81%E4%B8%9A00012",
        "search_common_name": "/desk/search/?q=%E6%B5%B7%E6%B2%B3",
        "search_nothing": "/desk/search/?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6",
        "case_page": f"/desk/cases/{number}/",
    }


def run(cases: int) -> dict[str, object]:
    """Fill the database and measure every page for every officer."""
    many.fill(cases)
    wanted = pages()
    out: dict[str, Any] = {"in the hall": many.counts()}
    with server.running() as port:
        for officer in OFFICERS:
            browser = Browser(port)
            browser.sign_in("/desk/sign-in/", f"bench-{officer}", world.PASSWORD)
            asked = _statements(officer, wanted)
            out[officer] = {
                name: {**_times(browser, address), "statements": asked[name]} for name, address in wanted.items()
            }
    return out


def _times(browser: Browser, address: str) -> dict[str, float]:
    taken = []
    for number in range(WARM_UP + ASKED):
        start = time.perf_counter()
        answer = browser.get(address, status=0)
        if answer.status not in (200, 302):
            raise Unexpected(f"{address} answered {answer.status}")
        if number >= WARM_UP:
            taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return {"p50_ms": round(median(taken), 1), "p95_ms": round(percentile(taken, 0.95), 1)}


def _statements(officer: str, wanted: Mapping[str, str]) -> dict[str, int]:
    """How many statements each page costs, once what a process keeps is there."""
    client = Client()
    client.post("/desk/sign-in/", {"handle": f"bench-{officer}", "password": world.PASSWORD})
    found = {}
    for name, address in wanted.items():
        client.get(address)
        counter = lifecycle.Counter()
        with connection.execute_wrapper(counter):
            client.get(address)
        found[name] = counter.count
    return found
