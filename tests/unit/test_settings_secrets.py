"""No secret of the settings shows anywhere, whichever is added: found by its type, not by a list."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from atoz.errors import BadInput
from atoz.evidence.store import open_objects
from atoz.settings import Settings

MARK = "Wisteria-Secret-0123456789abcdef"
SECRETS = sorted(
    name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)


def test_every_secret_is_of_the_type_that_hides_it() -> None:
    """A new password or secret cannot be a plain text by mistake."""
    named = [
        name for name in Settings.model_fields if name.endswith(("_password", "_secret", "_token"))
    ]
    assert named
    assert sorted(named) == SECRETS


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_shows_in_no_form_of_the_settings(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Printed, logged, dumped as JSON, in a copy."""
    settings = Settings().model_copy(update={name: SecretStr(MARK)})
    logging.getLogger("atoz").error("settings: %s %r", settings, settings, extra={"all": settings})
    shown = [str(settings), repr(settings), settings.model_copy().__repr__(), caplog.text]
    shown.append(json.dumps(settings.model_dump(mode="json", include={name})))
    assert not [text for text in shown if MARK in text]


HIDDEN = sorted(
    {*SECRETS, *(name for name, field in Settings.model_fields.items() if not field.repr)}
)
"""Whatever the settings themselves do not show: addresses and commands may hold a secret."""


@pytest.mark.parametrize("name", HIDDEN)
def test_an_error_about_a_secret_does_not_quote_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside something bad, and in something bad."""
    bad = {True: f"ftp://u:{MARK}@h.example/x?k={MARK}", False: MARK}[name.endswith("url")]
    monkeypatch.setenv(f"ATOZ_{name.upper()}", bad)
    monkeypatch.setenv("ATOZ_SMTP_PORT", "many")
    with pytest.raises(BadInput) as refused:
        Settings()
    told: BaseException | None = refused.value
    assert "ATOZ_SMTP_PORT" in str(told)
    assert MARK not in str(told)


@pytest.mark.parametrize(
    "address", ["ftp://u:{}@h/x", "http://u:{}@h/x", "s3://b/f?k={}", "abc://{}"]
)
def test_a_store_that_cannot_be_opened_is_not_quoted(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On one line, by whichever command meets it first, and with no dump of the library's."""
    monkeypatch.setenv("ATOZ_STORE_URL", address.format(MARK))
    monkeypatch.setenv("ATOZ_STATE", str(tmp_path))
    with pytest.raises(BadInput, match="ATOZ_STORE_URL") as refused:
        open_objects(Settings().store)
    assert MARK not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None or MARK not in str(refused.value.__cause__)
