import json
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from backend.api.limits import Limits
from backend.settings.keys import KeysError, load_keys, renew_vapid_key
from backend.settings.settings import SettingsError, read_settings, setting_rows
from notifications.vapid import read_private_key

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in setting_rows():
        monkeypatch.delenv(row.name, raising=False)


def test_every_setting_is_listed_with_its_variable_and_a_description() -> None:
    rows = {row.name: row for row in setting_rows()}
    assert rows["REUNIFY_PORT"].default == "8000"
    assert rows["REUNIFY_GRAPHIQL"].default == "`true` in development"
    assert "REUNIFY_TOKEN_PEPPER_FILE" in rows["REUNIFY_TOKEN_PEPPER"].description
    assert all(row.description.endswith((".", "`.")) for row in rows.values())


def test_the_environment_is_read_and_the_command_line_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_PORT", "9000")
    monkeypatch.setenv("REUNIFY_PUSH_ALLOWED_HOSTS", "push.example.org, *.example.net")
    assert read_settings(port=None).port == 9000
    assert read_settings(port=9001).port == 9001
    assert read_settings().push_allowed_hosts == ("push.example.org", "*.example.net")


def test_an_empty_variable_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_MONGODB_URI", "")
    assert read_settings().mongodb_uri is None


def test_production_closes_what_development_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    development = read_settings()
    assert (development.trusted_documents_only, development.introspection, development.graphiql) == (False, True, True)
    monkeypatch.setenv("REUNIFY_ENVIRONMENT", "production")
    production = read_settings()
    assert (production.trusted_documents_only, production.introspection, production.graphiql) == (True, False, False)
    monkeypatch.setenv("REUNIFY_INTROSPECTION", "true")
    assert read_settings().introspection


def test_the_limits_of_a_request_are_those_of_the_api_unless_set() -> None:
    settings, limits = read_settings(), Limits()
    assert (settings.graphql_body_bytes, settings.graphql_tokens, settings.graphql_depth) == (
        limits.body_bytes,
        limits.tokens,
        limits.depth,
    )
    assert (settings.graphql_aliases, settings.graphql_cost, settings.graphql_seconds) == (
        limits.aliases,
        limits.cost,
        limits.seconds,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REUNIFY_PORT", "99999"),
        ("REUNIFY_WORKER", "perhaps"),
        ("REUNIFY_DATABASE_CACHE", "a lot"),
        ("REUNIFY_PUBLIC_URL", "reunify.example.org"),
        ("REUNIFY_ENVIRONMENT", "staging"),
        ("REUNIFY_VAPID_CONTACT", "somebody"),
        ("REUNIFY_SMTP_SECURITY", "perhaps"),
        ("REUNIFY_MAIL_FROM", "Reunify <reunify@example.org>"),
        ("REUNIFY_TRUSTED_PROXIES", "10.0.0.1, my-proxy"),
        ("REUNIFY_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("REUNIFY_CORS_ORIGINS", "*"),
        ("REUNIFY_CORS_ORIGINS", "https://app.example.org/"),
        ("REUNIFY_RATE_GUESSES", "a few"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=rf"^{variable}: [^\n]*\(it is '{re.escape(value)}'\)$"):
        read_settings()


def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_PROT", "9000")
    with pytest.raises(SettingsError, match=r"^REUNIFY_PROT is no setting of Reunify\. Did you mean REUNIFY_PORT\?$"):
        read_settings()


def test_a_secret_that_is_too_short_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_TOKEN_PEPPER", "guessable")
    with pytest.raises(SettingsError, match=r"^REUNIFY_TOKEN_PEPPER: ") as refused:
        read_settings()
    assert "guessable" not in str(refused.value)


def test_a_secret_comes_from_the_file_that_its_variable_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "uri"
    file.write_text("mongodb://db.example.org/?replicaSet=rs0\n")
    monkeypatch.setenv("REUNIFY_MONGODB_URI_FILE", str(file))
    settings = read_settings()
    assert settings.mongodb_uri is not None
    assert settings.mongodb_uri.get_secret_value() == "mongodb://db.example.org/?replicaSet=rs0"
    assert "db.example.org" not in repr(settings)


def test_a_secret_file_that_is_not_there_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_PHOTO_KEY_FILE", "/nowhere/key")
    with pytest.raises(SettingsError, match=r"^REUNIFY_PHOTO_KEY_FILE: cannot read /nowhere/key: No such file"):
        read_settings()


def test_a_secret_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_PHOTO_KEY", SECRET)
    monkeypatch.setenv("REUNIFY_PHOTO_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match="are both set"):
        read_settings()


def test_keys_are_made_once_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    warnings: list[str] = []
    settings = read_settings(data_folder=tmp_path / "data")
    first, second = load_keys(settings, warnings.append), load_keys(settings, warnings.append)
    assert first == second
    assert len({first.token_pepper, first.cursor_key, first.photo_key, first.audit_key, *first.data_keys}) == 5
    assert stat.S_IMODE((tmp_path / "data" / "keys.json").stat().st_mode) == 0o600
    assert warnings == []
    assert repr(first) == "Keys()"


def test_the_vapid_key_made_here_is_one_that_the_notifications_can_sign_with(tmp_path: Path) -> None:
    keys = load_keys(read_settings(data_folder=tmp_path), lambda _text: None)
    assert read_private_key(keys.vapid_private_key).curve.name == "secp256r1"


def test_a_key_of_the_environment_goes_before_the_kept_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = load_keys(read_settings(data_folder=tmp_path), lambda _text: None)
    monkeypatch.setenv("REUNIFY_TOKEN_PEPPER", SECRET)
    keys = load_keys(read_settings(data_folder=tmp_path), lambda _text: None)
    assert keys.token_pepper == SECRET.encode()
    assert keys.cursor_key == kept.cursor_key


def test_with_every_key_in_the_environment_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("VAPID_PRIVATE_KEY", "TOKEN_PEPPER", "CURSOR_KEY", "PHOTO_KEY", "AUDIT_KEY", "DATA_KEYS")
    for name in names:
        monkeypatch.setenv(f"REUNIFY_{name}", SECRET)
    load_keys(read_settings(data_folder=tmp_path / "data"), lambda _text: None)
    assert not (tmp_path / "data").exists()


def test_fresh_keys_beside_a_shared_database_are_warned_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REUNIFY_MONGODB_URI", "mongodb://db.example.org/?replicaSet=rs0")
    warnings: list[str] = []
    settings = read_settings(data_folder=tmp_path)
    keys = load_keys(settings, warnings.append)
    assert load_keys(settings, warnings.append) == keys
    assert len(warnings) == 1
    assert "every process on the same MongoDB needs the same ones" in warnings[0]


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"token_pepper": 1})])
def test_damaged_keys_are_refused_and_left_as_they_are(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(KeysError, match=r"keys\.json"):
        load_keys(read_settings(data_folder=tmp_path), lambda _text: None)
    assert (tmp_path / "keys.json").read_text() == content


def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysError, match=r"^Cannot keep the keys in .*/file/data/keys\.json: Not a directory\.$"):
        load_keys(read_settings(data_folder=tmp_path / "file" / "data"), lambda _text: None)


def test_a_renewed_key_for_web_push_keeps_the_ones_before_it_and_all_others(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path)
    keys = [load_keys(settings, warn=lambda _: None)]
    for _ in range(2):
        renew_vapid_key(settings)
        keys.append(load_keys(settings, warn=lambda _: None))
    first, second, third = keys
    assert third.vapid_former_keys == (second.vapid_private_key, first.vapid_private_key)
    assert len({one.vapid_private_key for one in keys}) == 3
    assert replace(third, vapid_private_key=first.vapid_private_key, vapid_former_keys=()) == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_a_key_for_web_push_that_is_a_setting_is_renewed_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNIFY_VAPID_PRIVATE_KEY", "present")
    monkeypatch.setenv("REUNIFY_VAPID_FORMER_KEYS", "former, the one before")
    settings = read_settings(data_folder=tmp_path)
    with pytest.raises(KeysError, match="REUNIFY_VAPID_FORMER_KEYS"):
        renew_vapid_key(settings)
    assert load_keys(settings, warn=lambda _: None).vapid_former_keys == ("former", "the one before")
