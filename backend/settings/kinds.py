"""What a setting may be: kinds of values, and how each is read from a text."""

import re
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

SHORTEST_KEY = 32
Key = Annotated[SecretStr, Field(min_length=SHORTEST_KEY)]
Names = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(lambda names: split(names) if isinstance(names, str) else names)
]


def split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def networks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        ip_network(name)
    return names


def origins(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not re.fullmatch(r"https?://[^/?#*@\s]+", name):
            raise ValueError(f"'{name}' is no origin, such as https://app.example.org")
    return names


def data_keys_in(text: str) -> str:
    if not text.split() or any(len(key) < SHORTEST_KEY for key in text.split()):
        raise ValueError(f"each of the data keys has at least {SHORTEST_KEY} characters")
    return text


def secret_data_keys(secret: SecretStr) -> SecretStr:
    data_keys_in(secret.get_secret_value())
    return secret


def rate_in_words(text: str) -> str:
    parse_many(text)
    return text


Rate = Annotated[str, AfterValidator(rate_in_words)]
DataKeys = Annotated[SecretStr, AfterValidator(secret_data_keys)]
Networks = Annotated[Names, AfterValidator(networks)]
Origins = Annotated[Names, AfterValidator(origins)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class GeocoderService(StrEnum):
    NOMINATIM = "nominatim"
    PHOTON = "photon"
    PELIAS = "pelias"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class SmtpSecurity(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
