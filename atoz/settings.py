"""Our settings, `ATOZ_*` in the environment over an optional TOML file: read once, by who composes.

It exists so that a worker with bad settings does not start, and says in one go everything that is
bad and what to write instead. Temporal's own settings are Temporal's (atoz.connect).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    ModelWrapValidatorHandler,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from atoz.claims.base import Span
from atoz.errors import BadInput
from atoz.logging import LogFormat, LogLevel
from atoz.mail.plain import Address, domain_of, one_plain_line
from atoz.mail.smtp import DEFAULT_PORTS, Security, SmtpAccount
from atoz.settings_board import BoardSettings
from atoz.settings_deployment import DeploymentSettings
from atoz.settings_mailbox import MailboxSettings
from atoz.settings_outside import OutsideSettings
from atoz.settings_reading import (
    SHORTEST_SECRET,
    Fault,
    FileSource,
    addresses,
    checked,
    is_private,
    lower,
    senders,
    unknown_variables,
)
from atoz.vault.ring import FILE as RING_FILE
from atoz.vault.ring import Unsealed

_BESIDE_THE_CODE = Path(__file__).resolve().parent.parent / "playbooks"
_NOWHERE = "atoz.invalid"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(MailboxSettings, BoardSettings, DeploymentSettings, OutsideSettings):
    """Every setting with its default; a field's description says what to write.

    Raises BadInput naming every bad setting. Secrets, and addresses that may be secret, show in no
    repr.
    """

    model_config = SettingsConfigDict(
        env_prefix="ATOZ_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    state: Path = Field(Path("var"), description="a folder, like ./var")
    playbooks: Path = Field(_BESIDE_THE_CODE, description="the folder of the playbooks")
    orders: Path | None = Field(None, description="the order book's folder of JSON or CSV files")
    outbox: Path | None = Field(None, description="a folder for mail while there is no SMTP")
    store_url: str | None = Field(
        None, repr=False, description="a folder, or an object store like s3://bucket/folder"
    )
    encryption: Annotated[Literal["on", "off"], BeforeValidator(lower)] = Field(
        "on", description="on, or off for development: then everything lies readable"
    )
    keys_file: Path | None = Field(None, description="the file of the key ring")
    unsealed: Annotated[Unsealed | None, BeforeValidator(lower)] = Field(
        None, description="refuse or accept: what comes from the server and was not sealed"
    )
    task_queue: str = Field("atoz", min_length=1, max_length=200, description="a name, like atoz")

    fonts: Path | None = Field(
        None, description="a folder with fonts for scripts that evidence.pdf lacks"
    )
    seller_name: Annotated[str, AfterValidator(one_plain_line)] = Field(
        "", max_length=100, description="the name under messages: plain words on one line"
    )
    sender: Annotated[dict[str, Address], NoDecode, BeforeValidator(senders)] = Field(
        {}, description="one address, or one per marketplace: US=a@shop.example, DE=b@shop.example"
    )
    message_id_domain: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",
        description="a domain of your own, like shop.example",
    )

    smtp_host: str | None = Field(None, description="a mail server, like smtp.shop.example")
    smtp_port: int | None = Field(None, ge=1, le=65535, description="a port from 1 to 65535")
    smtp_security: Annotated[Security, BeforeValidator(lower)] = Field(
        "starttls", description="starttls, tls or none"
    )
    smtp_username: str | None = Field(None, description="the account's name")
    smtp_password: SecretStr | None = Field(None, description="the account's password")
    smtp_password_file: Path | None = Field(None, description="a readable file with the password")
    smtp_timeout: Span = Field(
        default="30s", validate_default=True, description="a span from 1s to 10m, like 30s"
    )

    late_sends_per_minute: int = Field(
        30, ge=1, le=6_000, description="messages of one worker after an outage, from 1 to 6000"
    )

    appeal_channel: Annotated[Literal["operator", "email", "webhook"], BeforeValidator(lower)] = (
        Field("operator", description="operator, email or webhook")
    )
    appeal_email: Address | None = Field(None, description="the address that takes appeals")
    appeal_webhook_url: HttpUrl | None = Field(None, repr=False, description="an https address")
    appeal_webhook_secret: SecretStr | None = Field(None, description="the secret shared with it")
    two_person_approval: bool = Field(
        False, description="true or false: whether who wrote a text may not approve it"
    )

    notice_emails: Annotated[tuple[Address, ...], NoDecode, BeforeValidator(addresses)] = Field(
        (), description="addresses, separated by commas"
    )
    notice_webhook_url: HttpUrl | None = Field(None, repr=False, description="an https address")
    notice_webhook_secret: SecretStr | None = Field(None, description="the secret shared with it")

    log_format: Annotated[LogFormat, BeforeValidator(lower)] = Field(
        "auto", description="auto, json or console"
    )
    log_level: Annotated[LogLevel, BeforeValidator(lower)] = Field(
        "info", description="debug, info, warning or error"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the code passes beats the environment, which beats the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FileSource(settings_cls)

    @model_validator(mode="wrap")
    @classmethod
    def _name_every_fault(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return checked(cls, data, handler, unknown_variables(cls), cls.conflicts)

    def conflicts(self) -> Iterator[Fault]:
        """Settings that are fine alone and do not fit together."""
        yield from self._smtp_conflicts()
        yield from self.mailbox_conflicts()
        yield from self.board_conflicts()
        yield from self._store_conflicts()
        if self.appeal_channel == "email" and not self.appeal_email:
            yield "appeal_email", "is missing; ATOZ_APPEAL_CHANNEL is email"
        if self.appeal_channel == "webhook" and not self.appeal_webhook_url:
            yield "appeal_webhook_url", "is missing; ATOZ_APPEAL_CHANNEL is webhook"
        yield from self._webhook_conflicts("appeal")
        yield from self._webhook_conflicts("notice")

    def _webhook_conflicts(self, what: str) -> Iterator[Fault]:
        url, secret = (getattr(self, f"{what}_webhook_{part}") for part in ("url", "secret"))
        if url and not is_private(url):
            yield f"{what}_webhook_url", "write an https address; http on this machine only"
        if url and not secret:
            yield f"{what}_webhook_secret", f"is missing; {what}s are posted signed"
        if secret and len(secret.get_secret_value()) < SHORTEST_SECRET:
            yield f"{what}_webhook_secret", f"write a secret of at least {SHORTEST_SECRET} signs"

    def _store_conflicts(self) -> Iterator[Fault]:
        """An address is told in errors, so it holds no secret."""
        if self.store_url and "://" in self.store_url:
            where = self.store_url.partition("://")[2]
            if "@" in where.partition("/")[0] or "?" in where or "#" in where:
                advice = (
                    "write it without a password; credentials have variables of the cloud's own"
                )
                yield "store_url", advice

    def _smtp_conflicts(self) -> Iterator[Fault]:
        if not 1 <= self.smtp_timeout.total_seconds() <= 600:
            yield "smtp_timeout", "write a span from 1s to 10m, like 30s"
        if self.smtp_host and not self.sender:
            yield "sender", "is missing; write the address that mail comes from"
        if self.smtp_password and self.smtp_password_file:
            yield "smtp_password_file", "stands beside ATOZ_SMTP_PASSWORD; write only one of them"
        password = self.smtp_password or self.smtp_password_file
        if bool(self.smtp_username) != bool(password):
            name = "smtp_password" if self.smtp_username else "smtp_username"
            yield name, "is missing; write both a username and a password, or none"
        if self.smtp_password_file and not self.smtp_password_file.is_file():
            yield "smtp_password_file", "write the path of a readable file with the password"
        if self.smtp_security == "none" and password and self.smtp_host not in _LOOPBACK:
            yield "smtp_security", "none sends the password readable to all; write starttls or tls"

    @property
    def store(self) -> str:
        """The object store's URL or folder."""
        return self.store_url or str(self.state / "store")

    @property
    def ring_file(self) -> Path:
        """The key ring."""
        return self.keys_file or self.state / RING_FILE

    @property
    def outbox_folder(self) -> Path:
        """Where mail lies while there is no SMTP."""
        return self.outbox or self.state / "outbox"

    @property
    def access_folder(self) -> Path:
        """Where users, tokens, links and sessions of the board are kept."""
        return self.state / "access"

    @property
    def id_domain(self) -> str:
        """The domain of our Message-IDs: as set, else the first sender's."""
        own = next((domain_of(address) for address in self.sender.values()), _NOWHERE)
        return self.message_id_domain or own

    def sender_for(self, marketplace: str) -> str:
        """The address that messages of this marketplace come from; for `*` any of ours will do.

        Raises BadInput where none is set; without SMTP nothing leaves, and a made-up one does.
        """
        found = self.sender.get(marketplace.upper()) or self.sender.get("*")
        if not found and marketplace == "*":
            found = next(iter(self.sender.values()), None)
        if found or not self.smtp_host:
            return found or f"seller@{self.id_domain}"
        raise BadInput(f"ATOZ_SENDER has no address for {marketplace}: add {marketplace}=…")

    def smtp_account(self) -> SmtpAccount | None:
        """How mail goes out, or None: then it goes into the outbox folder.

        Raises BadInput when the password's file can no longer be read.
        """
        if not self.smtp_host:
            return None
        return SmtpAccount(
            host=self.smtp_host,
            port=self.smtp_port or DEFAULT_PORTS[self.smtp_security],
            security=self.smtp_security,
            username=self.smtp_username,
            password=self._password(),
            timeout=self.smtp_timeout,
        )

    def _password(self) -> SecretStr | None:
        if self.smtp_password_file is None:
            return self.smtp_password
        try:
            return SecretStr(self.smtp_password_file.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as fault:
            raise BadInput("ATOZ_SMTP_PASSWORD_FILE cannot be read as text") from fault
