"""Every setting of the product, read once by the composition roots, from the environment or (secrets) from files."""

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from backend.settings.kinds import (
    DataKeys,
    Environment,
    GeocoderService,
    Key,
    LogFormat,
    LogLevel,
    Names,
    Networks,
    Origins,
    Rate,
    SmtpSecurity,
)

PREFIX = "REUNIFY_"
FILE_SUFFIX = "_FILE"


class SettingsError(Exception):
    """A setting that cannot be used: one line, naming the variable."""


def in_production(settings: dict[str, Any]) -> bool:
    """`true` in production."""
    return settings.get("environment") is Environment.PRODUCTION


def in_development(settings: dict[str, Any]) -> bool:
    """`true` in development."""
    return not in_production(settings)


def usual_log_format(settings: dict[str, Any]) -> LogFormat:
    """`json` in production, `console` in development."""
    return LogFormat.JSON if in_production(settings) else LogFormat.CONSOLE


class SecretFiles(PydanticBaseSettingsSource):
    """A secret `REUNIFY_X` may stand in a file that `REUNIFY_X_FILE` names, as compose and systemd hand them out."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = variable_of(field_name)
        path = file_of(field_name) if is_secret(field) else None
        if path is None:
            return None, field_name, False
        if os.environ.get(variable):
            raise SettingsError(f"{variable} and {variable}{FILE_SUFFIX} are both set: set one of them.")
        try:
            return path.read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"{variable}{FILE_SUFFIX}: cannot read {path}: {reason}.") from error

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """What an operator may set; every field is the environment variable of its name with `REUNIFY_` before it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    environment: Environment = Field(
        Environment.DEVELOPMENT, description="`development`, or `production` with everything closed that can be."
    )
    data_folder: Path = Field(Path("data"), description="Where the embedded database and the keys are kept.")
    host: str = Field("127.0.0.1", description="The address to listen on; `0.0.0.0` for phones on the same network.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#]+$",
        description="The address in links, as people reach it; default: host and port.",
    )
    trusted_proxies: Networks = Field(
        (),
        description="Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, "
        "with commas between; empty: nobody's.",
    )
    cors_origins: Origins = Field(
        (), description="Other sites whose pages may use the API, such as `https://app.example.org`; empty: none."
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="`debug`, `info`, `warning` or `error`.")
    log_format: LogFormat = Field(
        default_factory=usual_log_format, description="`console` for eyes, `json` for machines."
    )

    mongodb_uri: SecretStr | None = Field(
        None, description="A MongoDB replica set; unset, an embedded database is started under the data folder."
    )
    database_name: str = Field("reunify", pattern=r"^[A-Za-z0-9_-]{1,60}$", description="The database's name.")
    database_cache: str = Field(
        "512M",
        pattern=r"^[1-9][0-9]{0,5}[MG]$",
        description="Memory for the embedded database's cache; 6 KB a record keeps all in memory.",
    )
    database_port: int = Field(
        0, ge=0, le=65535, description="The embedded database's port on the loopback interface; 0 takes a free one."
    )

    worker: bool = Field(default=True, description="Whether `serve` does the worker's work too.")
    worker_concurrency: int = Field(4, ge=1, le=64, description="Batches of events handled at the same time.")
    worker_lease_seconds: PositiveFloat = Field(
        60.0,
        description="How long a worker may hold an event before another takes it over; "
        "not less than MongoDB's limit for a transaction (60 seconds).",
    )

    trusted_documents_only: bool = Field(
        default_factory=in_production, description="Whether only the documents in `graphql/operations/` may run."
    )
    introspection: bool = Field(default_factory=in_development, description="Whether the schema can be asked for.")
    graphiql: bool = Field(default_factory=in_development, description="Whether GraphiQL is served at `/graphql`.")
    graphql_body_bytes: PositiveInt = Field(1_000_000, description="The longest GraphQL request.")
    graphql_tokens: PositiveInt = Field(1_000, description="The most tokens in a GraphQL document.")
    graphql_depth: PositiveInt = Field(15, description="The deepest nesting of fields.")
    graphql_aliases: PositiveInt = Field(30, description="The most aliases in a GraphQL document.")
    graphql_cost: PositiveInt = Field(25_000, description="The highest cost: about the values in the largest answer.")
    graphql_seconds: PositiveFloat = Field(10.0, description="The longest that one GraphQL request may take.")

    rate_limits: bool = Field(
        default=True, description="Whether attempts are counted and limited; each process counts for itself."
    )
    rate_requests: Rate = Field(
        "1200 per minute", description="Requests of one account, and of all strangers at one address."
    )
    rate_filings: Rate = Field(
        "60 per minute; 600 per hour", description="Reports filed by one account, and by all strangers at one address."
    )
    rate_look_ups: Rate = Field(
        "60 per minute; 600 per hour",
        description="Places looked for by name by one account, and by all strangers at one address.",
    )
    rate_uploads: Rate = Field("120 per minute; 2000 per hour", description="Photos sent by one account.")
    rate_sign_ins: Rate = Field(
        "240 per minute; 2400 per hour", description="Sign-ins and accepted invites at one address, right or wrong."
    )
    rate_guesses: Rate = Field(
        "60 per minute; 200 per hour", description="Wrong case secrets and invites at one address; then it must wait."
    )
    rate_guesses_at_case: Rate = Field(
        "5 per minute; 10 per hour", description="Wrong secrets for one case code at one address."
    )
    rate_guesses_of_case: Rate = Field(
        "30 per hour",
        description="Wrong secrets for one case code from everywhere; then who was wrong about it must wait.",
    )
    filing_work_bits: int = Field(
        16,
        ge=0,
        le=32,
        description="Work asked of a stranger's phone for each report: it tries 2 to this power numbers on average; "
        "0: none.",
    )
    connections_of_address: PositiveInt = Field(200, description="WebSockets open from one address without a sign-in.")
    connections_of_account: PositiveInt = Field(20, description="WebSockets open for one account.")

    pin_lock_minutes: int = Field(
        10, ge=1, le=1440, description="After how many minutes unused a volunteer's phone asks for its PIN."
    )

    photo_bytes: PositiveInt = Field(12_000_000, description="The largest photo file.")
    photo_megapixels: PositiveFloat = Field(40.0, description="The largest photo, in millions of pixels.")

    geocoder_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+(/[^?#@\s]*)?$",
        description="A service that finds addresses, such as `https://nominatim.example.org`; unset: only towns and "
        "sites are found, and nothing that is typed leaves this server.",
    )
    geocoder_service: GeocoderService = Field(
        GeocoderService.NOMINATIM, description="What is at that address: `nominatim`, `photon` or `pelias`."
    )
    geocoder_key: SecretStr | None = Field(None, description="The key that a geocoder of the kind `pelias` asks for.")
    geocoder_allow_private: bool = Field(
        default=False,
        description="Whether the geocoder may be at a private address, and without https (closed networks, tests).",
    )
    geocoder_pause_seconds: NonNegativeFloat = Field(
        1.0, description="The time between two questions to the geocoder; public ones ask for a second."
    )
    geocoder_seconds: PositiveFloat = Field(
        5.0, le=9, description="The longest that anybody waits for the geocoder; then towns and sites must do."
    )

    tiles_url: str | None = Field(
        None,
        pattern=r"^https?://[^/{}?#@\s;,]+/[^\s]*$",
        description="Pictures of the ground for the desk's map, such as `https://tiles.example.org/{z}/{x}/{y}.png`; "
        "unset: borders and towns of this server's own, and no other host is asked.",
    )
    tiles_attribution: str = Field("", description="Whose those pictures are, to be shown beside them.")

    push_allowed_hosts: Names = Field(
        (), description="Push services that may be called, with commas between; empty: the browsers' own."
    )
    push_allow_private: bool = Field(
        default=False, description="Whether push services at private addresses may be called (closed networks, tests)."
    )
    webhook_allow_private: bool = Field(
        default=False, description="Whether webhooks at private addresses may be called (closed networks, tests)."
    )
    smtp_host: str | None = Field(None, description="The mail server for alerts by e-mail; unset, none are sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: usually 587 for `starttls`, 465 for `tls`.")
    smtp_security: SmtpSecurity = Field(SmtpSecurity.STARTTLS, description="`starttls`, `tls` or `none`.")
    smtp_user: str | None = Field(None, description="The name to sign in to the mail server with; unset, no sign-in.")
    smtp_password: SecretStr | None = Field(None, description="The password that goes with it.")
    mail_from: str = Field(
        "reunify@example.org", pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$", description="The sender's address of e-mails."
    )
    vapid_contact: str = Field(
        "mailto:reunify@example.org",
        pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+)$",
        description="Where a push service's operator reaches you: `mailto:` or `https://`.",
    )
    vapid_private_key: SecretStr | None = Field(None, description="P-256 key for Web Push; default: made and kept.")
    vapid_former_keys: SecretStr | None = Field(
        None, description="Keys for Web Push before this one, with commas between: devices that have them are served."
    )
    token_pepper: Key | None = Field(
        None, description="Secret in the hashes of tokens and codes; default: made and kept."
    )
    cursor_key: Key | None = Field(None, description="Secret that signs page cursors; default: made and kept.")
    photo_key: Key | None = Field(None, description="Secret that signs photo links; default: made and kept.")
    audit_key: Key | None = Field(None, description="Secret that seals the audit log; default: made and kept.")
    data_keys: DataKeys | None = Field(
        None,
        description="Secrets that encrypt what is kept of people: the present one, then older ones, with spaces "
        "between; default: made and kept.",
    )

    @field_validator("data_folder")
    @classmethod
    def absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @property
    def address(self) -> str:
        """Where people reach this server, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- pydantic passes it by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- pydantic passes it by name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of the table of settings, for the documentation and the command line's help."""

    name: str
    default: str
    description: str


def setting_rows() -> Iterator[SettingRow]:
    for name, field in Settings.model_fields.items():
        or_file = f" Or the file that `{variable_of(name)}{FILE_SUFFIX}` names." if is_secret(field) else ""
        yield SettingRow(variable_of(name), shown_default(field), f"{field.description}{or_file}")


def shown_default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return (field.default_factory.__doc__ or "").rstrip(".")
    if field.default in (None, ()):
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def read_settings(**chosen: object) -> Settings:
    """The settings, with those chosen on the command line (not None) before the environment's. Raises SettingsError."""
    refuse_unknown_variables()
    values: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        problems = [problem for problem in error.errors() if problem["type"] != "default_factory_not_called"]
        raise SettingsError("; ".join(explained(problem) for problem in problems)) from None


def explained(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    field = Settings.model_fields.get(name)
    given = "" if field is None or is_secret(field) else f" (it is '{problem['input']}')"
    return f"{variable_of(name)}: {problem['msg']}{given}"


def refuse_unknown_variables() -> None:
    """A misspelt variable would otherwise be as if it were not set."""
    known = {variable_of(name) for name in Settings.model_fields}
    known |= {variable_of(name) + FILE_SUFFIX for name, field in Settings.model_fields.items() if is_secret(field)}
    for variable in sorted(os.environ):
        if variable.startswith(PREFIX) and variable not in known:
            nearest = difflib.get_close_matches(variable, known, n=1)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            raise SettingsError(f"{variable} is no setting of Reunify.{hint}")


def file_of(name: str) -> Path | None:
    """The file that a secret setting stands in, if it is given so."""
    path = os.environ.get(variable_of(name) + FILE_SUFFIX)
    return Path(path) if path else None


def variable_of(name: str) -> str:
    return PREFIX + name.upper()


def is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)
