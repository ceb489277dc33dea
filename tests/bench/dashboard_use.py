"""The dashboard in a real browser: from the click to the chart, suggestions, and many visitors."""

import time

import psutil
from playwright.sync_api import Browser, Page

from tests.bench.figures import Figure, Task, median, percentile
from tests.browser.chromium import running_chromium
from tests.browser.dashboard_page import expect_forecast, open_page
from tests.chain.client import parts
from tests.servers import Stack, unwatched_stack

_SERVER = "dashboard.server"
_FIRST_DAYS = 40
_GONE_SECONDS = 60
_PREHEATED = 2
_MB = 1e6
# From the click to the chart that answers it, in milliseconds.
_CLICK = """([ticker, days]) => new Promise((done, failed) => {
  setTimeout(failed, 20000, new Error("no answer"));
  const typed = (input, text) => {
    input.value = text;
    for (const event of ['input', 'change']) input.dispatchEvent(new Event(event, {bubbles: true}));
  };
  typed(document.querySelector('[role=combobox]'), ticker);
  typed(document.querySelector('.stockcast-days input'), days);
  const began = performance.now();
  const wanted = new RegExp(`^Prices of ${ticker} `);
  document.addEventListener('stockcast-drawn', function drawn({ target }) {
    if (!wanted.test(target.getAttribute('aria-label'))) return;
    document.removeEventListener('stockcast-drawn', drawn);
    done(performance.now() - began);
  });
  document.querySelector('.stockcast-ask').click();
})"""
# From the key to the suggestions that answer it.
_TYPE = """(text) => new Promise((done, failed) => {
  setTimeout(failed, 20000, new Error("no answer"));
  const input = document.querySelector('[role=combobox]');
  const list = document.getElementById(input.getAttribute('aria-controls'));
  input.focus();
  const began = performance.now();
  const seen = new MutationObserver(() => {
    if (list.hidden || !list.querySelector('[role=option]')) return;
    seen.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  });
  seen.observe(list, {childList: true, attributes: true});
  input.value = text;
  input.dispatchEvent(new Event('input', {bubbles: true}));
})"""
_TYPED = ("a", "ap", "app", "micro", "exx", "ibm", "goo", "goog", "msf", "m")


def measure(task: Task) -> list[Figure]:
    """One visitor's waits, then twenty visitors at once."""
    with unwatched_stack(task.folder) as stack, running_chromium() as browser:
        return [*_one_visitor(task, stack, browser), *_many_visitors(task, stack, browser)]


def _one_visitor(task: Task, stack: Stack, browser: Browser) -> list[Figure]:
    assert stack.dashboard is not None
    count = task.times(15, 4)
    page = open_page(browser.new_page(), stack.dashboard)
    pairs = [(ticker, _FIRST_DAYS + n) for n in range(count) for ticker in ("AAPL", "MSFT")]
    page.evaluate(_CLICK, ["IBM", "30"])  # the library is read
    task.tell("new forecasts")
    new = _waits(page, pairs)
    task.tell("repeated forecasts")
    repeated = _waits(page, pairs)
    task.tell("typing")
    typed = [page.evaluate(_TYPE, text) for text in _TYPED * task.times(5, 2)]
    page.context.close()
    return [
        Figure("click to chart, new, p50", median(new), "ms", 1500, samples=new),
        Figure("click to chart, new, p95", percentile(new, 95), "ms", 1500),
        Figure("click to chart, repeated, p50", median(repeated), "ms", 400, samples=repeated),
        Figure("click to chart, repeated, p95", percentile(repeated, 95), "ms", 400),
        Figure("key to suggestions, p95", percentile(typed, 95), "ms", 100, samples=typed),
    ]


def _waits(page: Page, pairs: list[tuple[str, int]]) -> list[float]:
    return [page.evaluate(_CLICK, [ticker, str(days)]) for ticker, days in pairs]


def _many_visitors(task: Task, stack: Stack, browser: Browser) -> list[Figure]:
    count, pages = task.times(20, 5), []
    for number in range(count):
        task.tell(f"visitor {number + 1} of {count}")
        page = browser.new_context().new_page()
        open_page(page, f"{stack.dashboard}?ticker=AAPL&days={_FIRST_DAYS}")
        expect_forecast(page, "AAPL", _FIRST_DAYS)
        pages.append(page)
    sizes = sorted(_size(kernel) for kernel in _kernels(stack))[-count:]
    for page in pages:
        page.context.close()
    left, seconds = _left(stack)
    return [
        Figure(f"memory of the largest of {count} sessions", max(sizes), "MB", 80, samples=sizes),
        Figure("kernels left after the last tab", left, "", 0, peer=f"after {seconds:.0f} s"),
    ]


def _kernels(stack: Stack) -> list[psutil.Process]:
    (server,) = parts(stack, _SERVER)
    return [kernel for fork_server in server.children() for kernel in fork_server.children()]


def _size(kernel: psutil.Process) -> float:
    """Its own memory, and its part of what it shares."""
    return float(kernel.memory_full_info().pss) / _MB


def _left(stack: Stack) -> tuple[int, float]:
    """How many kernels are left of those that had a visitor, and after how long."""
    began = time.monotonic()
    while (left := max(0, len(_kernels(stack)) - _PREHEATED)) > 0:
        if time.monotonic() - began > _GONE_SECONDS:
            break
        time.sleep(0.5)
    return left, time.monotonic() - began
