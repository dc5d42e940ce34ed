"""Settings are read from the environment and a file, and every fault is told in one go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from atoz.errors import BadInput
from atoz.settings import Settings

Patch = pytest.MonkeyPatch


def read(monkeypatch: Patch, **variables: str) -> Settings:
    """The settings under these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(f"ATOZ_{name}", value)
    return Settings()


def faults(monkeypatch: Patch, **variables: str) -> list[str]:
    """The lines of the one error that these variables give."""
    with pytest.raises(BadInput) as error:
        read(monkeypatch, **variables)
    return str(error.value).splitlines()


def test_without_any_setting_all_stays_on_this_machine() -> None:
    """State in ./var, mail in an outbox below it, appeals by the operator, no address that works."""
    settings = Settings()
    assert settings.state == Path("var")
    assert settings.outbox_folder == Path("var/outbox")
    assert settings.store == "var/store"
    assert settings.smtp_account() is None
    assert settings.appeal_channel == "operator"
    assert settings.sender_for("US") == settings.sender_for("*") == "seller@atoz.invalid"
    assert (settings.playbooks / "templates" / "en").is_dir()


def test_the_environment_beats_the_file(monkeypatch: Patch, tmp_path: Path) -> None:
    """And what the code passes beats both; an empty variable is none."""
    config = tmp_path / "atoz.toml"
    config.write_text('task_queue = "from file"\nseller_name = "Fern Lane"\nstate = "s"\n')
    monkeypatch.setenv("ATOZ_CONFIG", str(config))
    monkeypatch.setenv("ATOZ_TASK_QUEUE", "from environment")
    monkeypatch.setenv("ATOZ_SELLER_NAME", "")
    settings = Settings(state=Path("passed"))
    assert settings.task_queue == "from environment"
    assert settings.seller_name == "Fern Lane"
    assert settings.state == Path("passed")


def test_a_whole_mail_account(monkeypatch: Patch, tmp_path: Path) -> None:
    """The port follows from the security, the password may lie in a file."""
    secret = tmp_path / "password"
    secret.write_text("geheim\n")
    settings = read(
        monkeypatch,
        SMTP_HOST="smtp.fernlane.example",
        SMTP_SECURITY="TLS",
        SMTP_USERNAME="seller",
        SMTP_PASSWORD_FILE=str(secret),
        SMTP_TIMEOUT="90s",
        SENDER="claims@fernlane.example",
    )
    account = settings.smtp_account()
    assert account is not None
    assert (account.host, account.port, account.security) == ("smtp.fernlane.example", 465, "tls")
    assert account.timeout == timedelta(seconds=90)
    assert account.password is not None
    assert account.password.get_secret_value() == "geheim"
    assert settings.id_domain == "fernlane.example"
    assert "geheim" not in repr(account)


def test_a_sender_per_marketplace(monkeypatch: Patch) -> None:
    """A marketplace without one is named when it is needed; notices take any of ours."""
    senders = "US=us@shop.example, de = eu@shop.example"
    settings = read(monkeypatch, SENDER=senders, SMTP_HOST="smtp.shop.example")
    assert settings.sender_for("US") == settings.sender_for("*") == "us@shop.example"
    assert settings.sender_for("DE") == "eu@shop.example"
    with pytest.raises(BadInput, match="ATOZ_SENDER has no address for JP: add JP=…"):
        settings.sender_for("JP")


def test_senders_as_a_table_of_the_file(monkeypatch: Patch, tmp_path: Path) -> None:
    """The same in TOML."""
    config = tmp_path / "atoz.toml"
    config.write_text('[sender]\nUS = "us@shop.example"\nde = "eu@shop.example"\n')
    settings = read(monkeypatch, CONFIG=str(config))
    assert settings.sender == {"US": "us@shop.example", "DE": "eu@shop.example"}


def test_every_bad_setting_is_named_at_once(monkeypatch: Patch) -> None:
    """Wrong values, slips of the pen and settings that do not fit together, in one error."""
    found = faults(
        monkeypatch,
        SMTP_HOST="smtp.shop.example",
        SMTP_PORT="99999",
        SMTP_TIMEOUT="soon",
        SMTP_PASSWORD="geheim",
        SMPT_HOST="typo",
        SENDER="nobody",
        LOG_LEVEL="loud",
        NOTICE_EMAILS="a@shop.example, b",
        NOTICE_WEBHOOK_URL="hooks.example/geheim",
        APPEAL_CHANNEL="webhook",
    )
    assert found == [
        "ATOZ_SMPT_HOST: is no setting; did you mean ATOZ_SMTP_HOST?",
        f"ATOZ_SENDER: write {Settings.model_fields['sender'].description}, not 'nobody'",
        "ATOZ_SMTP_PORT: write a port from 1 to 65535, not '99999'",
        "ATOZ_SMTP_TIMEOUT: write a span from 1s to 10m, like 30s, not 'soon'",
        "ATOZ_NOTICE_EMAILS: write addresses, separated by commas, not 'b'",
        "ATOZ_NOTICE_WEBHOOK_URL: write an https address",
        "ATOZ_LOG_LEVEL: write debug, info, warning or error, not 'loud'",
        "ATOZ_SMTP_USERNAME: is missing; write both a username and a password, or none",
        "ATOZ_APPEAL_WEBHOOK_URL: is missing; ATOZ_APPEAL_CHANNEL is webhook",
    ]


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"SMTP_HOST": "h.example"}, "ATOZ_SENDER: is missing"),
        ({"SMTP_TIMEOUT": "0"}, "ATOZ_SMTP_TIMEOUT: write a span from 1s to 10m"),
        ({"SMTP_USERNAME": "u"}, "ATOZ_SMTP_PASSWORD: is missing"),
        (
            {"SMTP_USERNAME": "u", "SMTP_PASSWORD": "p", "SMTP_SECURITY": "none"},
            "ATOZ_SMTP_SECURITY: none sends the password readable",
        ),
        (
            {"SMTP_USERNAME": "u", "SMTP_PASSWORD_FILE": "nowhere/to/be/found"},
            "ATOZ_SMTP_PASSWORD_FILE: write the path of a readable file",
        ),
        ({"APPEAL_CHANNEL": "email"}, "ATOZ_APPEAL_EMAIL: is missing"),
        (
            {"APPEAL_CHANNEL": "webhook", "APPEAL_WEBHOOK_URL": "https://x.example"},
            "ATOZ_APPEAL_WEBHOOK_SECRET: is missing",
        ),
        (
            {"NOTICE_WEBHOOK_URL": "https://x.example"},
            "ATOZ_NOTICE_WEBHOOK_SECRET: is missing",
        ),
        (
            {"NOTICE_WEBHOOK_URL": "http://x.example", "NOTICE_WEBHOOK_SECRET": "s" * 24},
            "ATOZ_NOTICE_WEBHOOK_URL: write an https address",
        ),
        (
            {"APPEAL_WEBHOOK_URL": "https://x.example", "APPEAL_WEBHOOK_SECRET": "s" * 23},
            "ATOZ_APPEAL_WEBHOOK_SECRET: write a secret of at least 24 signs",
        ),
        ({"CODEC_HOST": "0.0.0.0"}, "ATOZ_CODEC_URL: is missing; beyond this machine"),  # noqa: S104
        ({"CODEC_URL": "http://a.example"}, "ATOZ_CODEC_URL: write an https address"),
        ({"CODEC_ORIGINS": "*"}, "ATOZ_CODEC_ORIGINS: write each origin whole"),
        ({"CODEC_ORIGINS": "https://a.example/x"}, "ATOZ_CODEC_ORIGINS: write each origin whole"),
        ({"CODEC_ORIGINS": "http://a.example"}, "ATOZ_CODEC_ORIGINS: write each origin whole"),
        ({"MESSAGE_ID_DOMAIN": "a b>"}, "ATOZ_MESSAGE_ID_DOMAIN: write a domain of your own"),
        ({"CONFIG": "nowhere.toml"}, "ATOZ_CONFIG: nowhere.toml cannot be read"),
    ],
)
def test_a_fault_says_what_to_write(
    monkeypatch: Patch, variables: dict[str, str], fault: str
) -> None:
    """One line, the setting's own name, the way out."""
    (line,) = faults(monkeypatch, **variables)
    assert line.startswith(fault)


def test_two_passwords_are_one_too_many(monkeypatch: Patch, tmp_path: Path) -> None:
    """Which one counts would be a riddle."""
    (tmp_path / "p").write_text("x")
    both = {"SMTP_PASSWORD": "y", "SMTP_PASSWORD_FILE": str(tmp_path / "p"), "SMTP_USERNAME": "u"}
    (line,) = faults(monkeypatch, **both)
    assert line.startswith("ATOZ_SMTP_PASSWORD_FILE: stands beside ATOZ_SMTP_PASSWORD")


def test_a_password_in_the_clear_is_allowed_on_loopback_only(monkeypatch: Patch) -> None:
    """A relay on the same machine needs no TLS."""
    local = {"SMTP_HOST": "127.0.0.1", "SENDER": "a@shop.example", "SMTP_SECURITY": "none"}
    settings = read(monkeypatch, **local, SMTP_USERNAME="u", SMTP_PASSWORD="p")
    account = settings.smtp_account()
    assert account is not None
    assert account.port == 25


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("stat = 1", "ATOZ_STAT: is no setting; did you mean state?"),
        ("[state", "ATOZ_CONFIG: {} is no TOML"),
        ("smtp_port = 'x'", "ATOZ_SMTP_PORT: write a port from 1 to 65535, not 'x'"),
    ],
)
def test_a_bad_file_is_told_like_the_rest(
    monkeypatch: Patch, tmp_path: Path, text: str, fault: str
) -> None:
    """Unknown keys, no TOML, wrong values."""
    config = tmp_path / "atoz.toml"
    config.write_text(text)
    (line,) = faults(monkeypatch, CONFIG=str(config))
    assert line.startswith(fault.format(config))


def test_no_secret_shows(monkeypatch: Patch) -> None:
    """Neither in a repr nor in an error; a webhook's address can be a secret, too."""
    secrets = {
        "SMTP_USERNAME": "u",
        "SMTP_PASSWORD": "geheim1",
        "NOTICE_WEBHOOK_URL": "https://hooks.example/geheim2",
        "NOTICE_WEBHOOK_SECRET": "geheim3, of at least 24 signs",
        "APPEAL_WEBHOOK_URL": "https://hooks.example/geheim4",
        "APPEAL_WEBHOOK_SECRET": "geheim5, of at least 24 signs",
        "STORE_URL": "s3://geheim6",
    }
    settings = read(monkeypatch, **secrets)
    assert settings.notice_webhook_secret is not None
    assert "geheim" not in f"{settings!r}{settings}"
    assert "geheim" not in "\n".join(faults(monkeypatch, SMTP_PORT="x"))


@pytest.mark.parametrize(
    "name", ["Lamp\nBcc: x@evil.example", "Lamp\u202epohs", "L\u0430mp", "x" * 101, "a\x1b[2J"]
)
def test_a_seller_name_is_one_plain_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It stands under every message: no second line, no hidden sign, no letter that only looks Latin."""
    monkeypatch.setenv("ATOZ_SELLER_NAME", name)
    with pytest.raises(
        BadInput, match="ATOZ_SELLER_NAME: write the name under messages: plain words"
    ):
        Settings()
