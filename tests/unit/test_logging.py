"""Every line has one shape and an instant in UTC, whoever wrote it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from atoz.logging import LogFormat, LogLevel, configure_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leaves structlog as it was found; the tests' own log is looked after for every test."""
    yield
    structlog.reset_defaults()


def lines(format: LogFormat = "json", level: LogLevel = "info") -> io.StringIO:  # noqa: A002 - the setting's own name
    """Where the configured log goes."""
    stream = io.StringIO()
    configure_logging(format, level, stream)
    return stream


def test_standard_and_structured_loggers_write_the_same_shape() -> None:
    """Extra values become keys; the instant is the record's own, in UTC."""
    stream = lines()
    logging.getLogger("a").info("seen %s", "it", extra={"order_id": "111-0000102-0000102"})
    structlog.stdlib.get_logger("b").warning("heard", order_id="111-0000102-0000102")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first.pop("at").endswith("Z")
    assert len(second.pop("at")) == len("2026-09-08T09:00:00.123Z")
    order = {"order_id": "111-0000102-0000102"}
    assert first == {"event": "seen it", "level": "info", "logger": "a", **order}
    assert second == {"event": "heard", "level": "warning", "logger": "b", **order}


def test_a_line_of_the_sdk_bears_its_claim() -> None:
    """Whatever the SDK knows of a workflow or an activity becomes the keys that our own lines have."""
    stream = lines()
    run = {"workflow_id": "claim-111-0000102-0000102", "attempt": 1, "task_queue": "atoz"}
    log = logging.getLogger("temporalio")
    log.info("a", extra={"temporal_workflow": {**run, "run_id": "r"}})
    activity = {**run, "workflow_run_id": "r", "activity_type": "send_message"}
    log.info("b", extra={"temporal_activity": activity, "step": "deescalate"})
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    own = {"workflow_id": run["workflow_id"], "run_id": "r"}
    assert own.items() <= first.items()
    assert {**own, "activity": "send_message", "step": "deescalate"}.items() <= second.items()
    assert not {"temporal_workflow", "temporal_activity", "attempt"} & {*first, *second}


def test_configuring_again_doubles_nothing() -> None:
    """The last call counts; handlers of others stay."""
    lines()
    stream = lines()
    logging.getLogger("a").info("once")
    assert stream.getvalue().count("once") == 1


def test_the_level_holds_for_all() -> None:
    """Debug lines of a library do not flood the log."""
    stream = lines(level="warning")
    logging.getLogger("a").info("quiet")
    structlog.stdlib.get_logger("b").info("quiet")
    logging.getLogger("a").warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def test_addresses_that_can_be_secret_are_not_logged() -> None:
    """The HTTP client writes whole addresses at info level."""
    stream = lines()
    logging.getLogger("httpx2").info("HTTP Request: POST https://hooks.example/secret")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /v1/traces?key=secret")
    said = "Failed to export: HTTPSConnectionPool: /v1/traces?key=secret"
    logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").error(said)
    assert stream.getvalue() == ""


def failed(words: str) -> ExceptionGroup[Exception]:
    """What was raised from something that was raised."""
    group = ExceptionGroup(words, [KeyError(words), OSError(words)])
    try:
        int(words)
    except ValueError as fault:
        group.__cause__ = fault
    return group


def test_an_exception_is_part_of_its_line_without_its_words() -> None:
    """Where it came from and what kind, cause and group included: what it quotes may be a buyer's."""
    stream, words = lines(), "I live in Obsidian Lane"
    logging.getLogger("temporalio.activity").warning("failed", exc_info=failed(words))
    assert words not in stream.getvalue()
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)["exception"].splitlines()
    assert [each for each in told if not each.startswith(" ")] == [
        "ValueError",
        "ExceptionGroup (KeyError, OSError)",
    ]
    assert "test_logging.py" in told[0]


def test_a_chain_that_bites_its_tail_ends() -> None:
    """Somebody raised an exception from itself."""
    stream, fault = lines(), ValueError("x")
    fault.__cause__ = KeyError("y")
    fault.__cause__.__cause__ = fault
    logging.getLogger("a").error("failed", exc_info=fault)
    assert json.loads(stream.getvalue())["exception"] == "KeyError\nValueError"


def test_a_task_that_nobody_waited_for_is_told_without_its_words() -> None:
    """The event loop shows the task below its line."""
    stream = lines()
    logging.getLogger("asyncio").error(
        "never retrieved\nfuture: <Task exception=ValueError('Lane')>"
    )
    assert json.loads(stream.getvalue())["event"] == "never retrieved"


def test_a_console_shows_the_words() -> None:
    """Whoever sits before it asked, and nothing of it is kept."""
    stream = lines("console")
    logging.getLogger("a").error("failed", exc_info=ValueError("broken"))
    assert "ValueError: broken" in stream.getvalue()


def test_a_console_line_is_for_the_eye() -> None:
    """No JSON, no colours where there is no terminal; auto is JSON there."""
    stream = lines("console")
    logging.getLogger("a").info("hello", extra={"order_id": "111"})
    text = stream.getvalue()
    assert "hello" in text
    assert "order_id=111" in text
    assert "\x1b" not in text
    stream = lines("auto")
    logging.getLogger("a").info("hello")
    assert json.loads(stream.getvalue())["event"] == "hello"
