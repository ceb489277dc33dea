"""The addresses of both vendors' APIs, and the control's."""

import asyncio
import json

from tornado.web import Application, RequestHandler

from tests.standins import vendor_answers as answers
from tests.standins.vendor_answers import Answer
from tests.standins.vendor_faults import (
    NASDAQ,
    OF_TIME,
    TIINGO,
    bad_key,
    hourly,
    missing_key,
    spoilt,
)
from tests.standins.vendor_faults import unknown as unknown_ticker
from tests.standins.vendor_world import KEYS, World

_DATABASES = ("WIKI", "EOD")
_DRIP_BYTES, _DRIP_SECONDS = 16, 0.05


class _VendorHandler(RequestHandler):
    """Counts, checks the key and the limit, then answers or does what a fault says."""

    vendor = ""

    def initialize(self, world: World) -> None:
        self.world = world
        self.gone = asyncio.Event()

    def on_connection_close(self) -> None:
        self.gone.set()

    def sent_key(self) -> str | None:
        raise NotImplementedError

    def good_answer(self, *path: str) -> Answer:
        raise NotImplementedError

    def ticker_of(self, *path: str) -> str:
        raise NotImplementedError

    async def get(self, *path: str) -> None:
        ticker = self.ticker_of(*path)
        within_limit = self.world.count(self.vendor, ticker)
        key = self.sent_key()
        fault = self.world.take_fault(self.vendor, ticker)
        if key != KEYS[self.vendor] and not (key is None and self.vendor == NASDAQ):
            await self.give(bad_key(self.vendor) if key else missing_key(self.vendor))
        elif not within_limit:
            await self.give(hourly(self.vendor))
        elif fault is None:
            await self.give(self.good_answer(*path))
        elif fault.kind in OF_TIME:
            await getattr(self, fault.kind)(self.good_answer(*path))
        else:
            await self.give(spoilt(lambda: self.good_answer(*path), fault, self.vendor, ticker))

    async def give(self, answer: Answer) -> None:
        self.set_status(answer.status)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        await self.finish(answer.body)

    async def hang(self, _: Answer) -> None:
        await self.gone.wait()

    async def drip(self, answer: Answer) -> None:
        self.set_header("Content-Type", answer.headers["Content-Type"])
        self.set_header("Content-Length", len(answer.body))
        for begin in range(0, len(answer.body), _DRIP_BYTES):
            if self.gone.is_set():
                return
            self.write(answer.body[begin : begin + _DRIP_BYTES])
            await self.flush()
            await asyncio.sleep(_DRIP_SECONDS)

    async def cut(self, answer: Answer) -> None:
        self.set_header("Content-Type", answer.headers["Content-Type"])
        self.set_header("Content-Length", len(answer.body))
        self.write(answer.body[: len(answer.body) // 2])
        await self.flush()
        self.detach().close()


class _Tiingo(_VendorHandler):
    vendor = TIINGO

    def sent_key(self) -> str | None:
        header = self.request.headers.get("Authorization", "")
        return header.removeprefix("Token ") or self.get_query_argument("token", None)

    def ticker_of(self, *path: str) -> str:
        return path[0].upper()

    def good_answer(self, *path: str) -> Answer:
        ticker = self.ticker_of(*path)
        if ticker not in self.world.market.tickers:
            return unknown_ticker(TIINGO, path[0])
        history = self.world.market.history(ticker)
        start = self.get_query_argument("startDate", None)
        end = self.get_query_argument("endDate", None)
        wanted = history.loc[start:end] if start or end else history.iloc[-1:]
        return answers.tiingo_prices(wanted)


class _TiingoList(RequestHandler):
    def get(self) -> None:
        answer = answers.tiingo_list()
        self.set_header("Content-Type", answer.headers["Content-Type"])
        self.finish(answer.body)


class _Nasdaq(_VendorHandler):
    vendor = NASDAQ

    def sent_key(self) -> str | None:
        return self.request.headers.get("x-api-token") or self.get_query_argument("api_key", None)


class _NasdaqSeries(_Nasdaq):
    def ticker_of(self, *path: str) -> str:
        return path[1]

    def good_answer(self, *path: str) -> Answer:
        database, ticker = path
        if database not in _DATABASES or ticker not in self.world.market.tickers:
            return unknown_ticker(NASDAQ, ticker)
        start = self.get_query_argument("start_date", None)
        end = self.get_query_argument("end_date", None)
        history = self.world.market.history(ticker).loc[start:end]
        return answers.nasdaq_series(history, self.get_query_argument("order", "desc"))


class _NasdaqTable(_Nasdaq):
    def ticker_of(self, *_: str) -> str:
        return self.get_query_argument("ticker", "")

    def good_answer(self, *path: str) -> Answer:
        if path != ("WIKI", "PRICES"):
            return unknown_ticker(NASDAQ, "/".join(path))
        ticker = self.ticker_of()
        # Nobody's rows are an empty table, not an error.
        known = ticker in self.world.market.tickers
        history = self.world.market.history(ticker if known else "AAPL")
        start = self.get_query_argument("date.gte", None)
        wanted = history.loc[start:] if known else history.iloc[:0]
        cursor = self.get_query_argument("qopts.cursor_id", "")
        return answers.nasdaq_table(wanted, ticker, cursor)


class _Control(RequestHandler):
    def initialize(self, world: World) -> None:
        self.world = world

    def get(self) -> None:
        self.finish({"calls": self.world.calls, "as_of": str(self.world.market.as_of)})

    def post(self) -> None:
        for name, value in json.loads(self.request.body).items():
            self.world.change(name, value)
        self.finish({})


def application() -> Application:
    """All addresses of both vendors, and the control."""
    shared = {"world": World()}
    return Application(
        [
            (r"/tiingo/daily/([^/]+)/prices", _Tiingo, shared),
            (r"/docs/tiingo/daily/supported_tickers\.zip", _TiingoList),
            (r"/api/v3/datasets/([^/]+)/([^/]+)/data\.json", _NasdaqSeries, shared),
            (r"/api/v3/datatables/([^/]+)/([^/]+)\.json", _NasdaqTable, shared),
            (r"/control", _Control, shared),
        ],
        compress_response=True,
        log_function=lambda _: None,
    )
