"""One shape for every log line of this process: ours, Temporal's and every library's.

Workflows log through `workflow.logger` into the standard root handler, which alone knows structlog:
structlog inside the workflow sandbox either fails to import or repeats its lines on replay.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import structlog

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

_DISCREET: Mapping[str, int] = {
    # These write whole addresses at info level, and a webhook's address can be a secret.
    **dict.fromkeys(("httpx2", "httpcore2", "httpcore", "aiosmtplib"), logging.WARNING),
    # These write the collector's address whenever it does not answer, which `atoz.tracing` says without it.
    **dict.fromkeys(("urllib3", "opentelemetry.exporter"), logging.CRITICAL),
}

_Event = MutableMapping[str, Any]


class _OurHandler(logging.StreamHandler[TextIO]):
    """Marks the handler as ours, so that configuring again replaces it and nobody else's."""


def configure_logging(
    format: LogFormat = "auto",  # noqa: A002 - the setting's own name
    level: LogLevel = "info",
    stream: TextIO | None = None,
) -> None:
    """Send everything from `level` up to `stream` (stderr), in UTC, as JSON lines or for the eye.

    `auto` is JSON unless the stream is a terminal. May be called again; the last call counts.
    """
    target = stream if stream is not None else sys.stderr
    console = format == "console" or (format == "auto" and target.isatty())
    handler = _OurHandler(target)
    handler.setFormatter(_formatter(console=console, colors=target.isatty()))
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _OurHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name, least in _DISCREET.items():
        logging.getLogger(name).setLevel(least)
    _configure_structlog()


def _configure_structlog() -> None:
    """Loggers from structlog.get_logger() end in the same root handler."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _formatter(*, console: bool, colors: bool) -> logging.Formatter:
    ending: list[structlog.typing.Processor]
    if console:
        ending = [structlog.dev.ConsoleRenderer(colors=colors)]
    else:
        ending = [
            structlog.processors.ExceptionRenderer(_without_words),
            structlog.processors.JSONRenderer(),
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            _without_echo,
            _first_line,
            _whose,
        ],
        processors=[
            _instant,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *ending,
        ],
    )


def _without_echo(_logger: object, _method: str, event: _Event) -> Mapping[str, Any]:
    """Another handler that formatted the record first leaves its results on it as if extra."""
    event.pop("message", None)
    event.pop("asctime", None)
    return event


def _first_line(_logger: object, _method: str, event: _Event) -> Mapping[str, Any]:
    """Below it asyncio shows the task that failed, with the words of what it failed with."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _whose(_logger: object, _method: str, event: _Event) -> Mapping[str, Any]:
    """Of what the SDK says about a workflow or an activity: its workflow's id and its run."""
    workflow, activity = event.pop("temporal_workflow", None), event.pop("temporal_activity", None)
    if workflow is not None:
        event.setdefault("workflow_id", workflow["workflow_id"])
        event.setdefault("run_id", workflow["run_id"])
    if activity is not None:
        event.setdefault("workflow_id", activity["workflow_id"])
        event.setdefault("run_id", activity["workflow_run_id"])
        event.setdefault("activity", activity["activity_type"])
    return event


def _instant(_logger: object, _method: str, event: _Event) -> Mapping[str, Any]:
    """The instant of the record itself, in UTC: `2026-09-08T09:00:00.123Z`."""
    created = datetime.fromtimestamp(event["_record"].created, UTC)
    event["at"] = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


def _without_words(exc_info: structlog.typing.ExcInfo) -> str:
    """Of an exception what kind it was and where it came from, the last one last.

    Its words may be a buyer's, and JSON lines are kept and copied where no key seals them. The words of
    what an activity failed with stand, sealed, in the claim's history; a console shows them.
    """
    told: list[str] = []
    for fault in reversed(list(_chain(exc_info[1]))):
        told += [*traceback.format_tb(fault.__traceback__), _kind(fault)]
    return "\n".join(line.rstrip("\n") for line in told)


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it came from, each once."""
    seen = set[int]()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        unsaid = None if fault.__suppress_context__ else fault.__context__
        fault = fault.__cause__ or unsaid


def _kind(fault: BaseException) -> str:
    """`ValueError`; of a group the kinds in it, too."""
    name = type(fault).__qualname__
    inner = fault.exceptions if isinstance(fault, BaseExceptionGroup) else ()
    return f"{name} ({', '.join(map(_kind, inner))})" if inner else name
