import re

import pytest

from backend.services.secrets import as_written, case_code, case_secret, keyed_hash, new_token, same

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_tokens_are_256_random_bits_that_never_repeat() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_hash_depends_on_key_purpose_and_text_and_shows_none_of_them() -> None:
    one = keyed_hash(KEY, "session", "token")
    others = {
        keyed_hash(OTHER_KEY, "session", "token"),
        keyed_hash(KEY, "invite", "token"),
        keyed_hash(KEY, "session", ""),
    }
    assert one not in others
    assert len(others) == 3
    assert re.fullmatch(r"[0-9a-f]{64}", one)
    assert keyed_hash(KEY, "session", "token") == one


def test_purpose_and_text_cannot_be_shifted_into_each_other() -> None:
    assert keyed_hash(KEY, "case", "code1") != keyed_hash(KEY, "casecode", "1")


def test_half_a_character_from_a_client_is_hashed_like_any_text() -> None:
    assert keyed_hash(KEY, "invite", "\ud83d") != keyed_hash(KEY, "invite", "\ude00")


def test_a_case_code_can_be_read_out_and_its_secret_cannot_be_told_from_it() -> None:
    code, secret = case_code(KEY, "seed"), case_secret(KEY, "seed")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", secret)
    assert not secret.startswith(code)
    assert (case_code(KEY, "seed"), case_secret(KEY, "seed")) == (code, secret)
    assert case_code(OTHER_KEY, "seed") != code


@pytest.mark.parametrize(
    "typed", ["7KQM-2XHD-901T", "7kqm-2xhd-90lt", "7KQM 2XHD 9OIT", "7kqm2xhd9oit", " 7KQM-2XHD-901T "]
)
def test_a_code_is_the_same_however_somebody_types_it(typed: str) -> None:
    assert as_written(typed) == as_written("7KQM-2XHD-901T")


def test_comparing_takes_whatever_a_stranger_sends() -> None:
    assert same("a", "a")
    assert not same("a", "b")
    assert not same("é", "e")
    assert not same("", "a")
