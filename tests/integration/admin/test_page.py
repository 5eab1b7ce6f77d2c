"""The status page in a real browser, while clients work."""
from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.integration.admin.browser import Browser
from tests.integration.relay.proxy import eventually


@pytest.fixture(params=["light", "dark"])
def browser(request, tmp_path):
    dark = ["--blink-settings=preferredColorScheme=0"] if request.param == "dark" else []
    started = Browser(*dark)
    started.scheme = request.param
    started.start()
    yield started
    started.remove()


@pytest.fixture
def load(other_admin):
    """Two clients that use one name for two statements, until the test ends."""
    ended = threading.Event()

    def work(text: str) -> None:
        with other_admin.connect(application_name="load") as client:
            while not ended.is_set():
                with client.transaction():
                    client.execute(f"SELECT '{text}', %s, pg_sleep(0.002)", [text], prepare=True)
                    ended.wait(0.005)

    workers = [threading.Thread(target=work, args=(text,)) for text in ("one", "other")]
    for worker in workers:
        worker.start()
    yield
    ended.set()
    for worker in workers:
        worker.join()


def tile(browser: Browser, label: str) -> float:
    text = browser.run(f"return document.querySelector('#tiles [data-label=\"{label}\"] b')?.textContent ?? '0'")
    return float(text.replace(",", "").split()[0])


def test_without_any_client(other_admin, browser):
    browser.open(f"http://127.0.0.1:{other_admin.admin_port}/")
    eventually(lambda: browser.run("return document.getElementById('status').textContent") == "upstream reachable",
               "the page has looked")
    assert tile(browser, "sessions") == 0
    assert browser.complaints() == []


def test_live_numbers(other_admin, browser, load, tmp_path):
    browser.open(f"http://127.0.0.1:{other_admin.admin_port}/")
    eventually(lambda: tile(browser, "sessions") == 2, "both clients")
    eventually(lambda: tile(browser, "transactions per second") > 0, "a rate")
    first = tile(browser, "errors avoided")
    eventually(lambda: tile(browser, "errors avoided") > first, "a count that grows")
    assert tile(browser, "of them wrong rows") > 0
    eventually(lambda: "p99 –" not in browser.run("return document.getElementById('latency-legend').textContent"),
               "latencies")
    points = "return document.querySelector('#rates polyline').getAttribute('points').split(' ').length"
    eventually(lambda: browser.run(points) >= 8, "a line")
    rows = browser.run("return document.getElementById('statements').textContent")
    assert "SELECT 'one', $1" in rows and "SELECT 'other', $1" in rows
    browser.screenshot(Path(os.environ.get("PGSIDECAR_SCREENSHOTS", tmp_path)) / f"status-{browser.scheme}.png")
    assert browser.complaints() == []


def test_says_so_when_the_sidecar_has_gone(other_admin, browser):
    browser.open(f"http://127.0.0.1:{other_admin.admin_port}/")
    eventually(lambda: tile(browser, "memory") > 0, "the page has looked")
    other_admin.sidecar.stop()
    eventually(lambda: "no answer" in browser.run("return document.getElementById('status').textContent"), "its end")
