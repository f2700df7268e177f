"""Logs: one line an event, for eyes or for machines, on standard error; ids and kinds only, never personal data."""

import logging
import sys

import structlog

from backend.settings.kinds import LogFormat
from backend.settings.settings import Settings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def set_up_logs(settings: Settings) -> None:
    as_json = settings.log_format is LogFormat.JSON
    renderer = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level.value]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=_LEVELS[settings.log_level.value], format="%(levelname)s %(name)s %(message)s")
    # What people look for stands in the addresses that this library would log.
    logging.getLogger("geopy").disabled = True
    # uvicorn's access log would hold photo links; what happened is in the event log.
    logging.getLogger("uvicorn.access").disabled = True
