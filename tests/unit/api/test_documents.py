"""Which documents run, and by which name they are known."""

from pathlib import Path

import pytest

from backend.api.documents import DocumentStore, OperationsInvalidError, document_store
from backend.api.limits import Limits
from backend.api.parameters import Parameters, hash_of
from backend.api.refusal import RefusedError
from tests.support.small_api import small_schema

SOURCE = "query Token { token }\n"


def store_of(folder: Path | None, *, any_document: bool, limits: Limits | None = None) -> DocumentStore:
    return document_store(schema=small_schema(), limits=limits or Limits(), folder=folder, any_document=any_document)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Token.graphql").write_text(SOURCE)
    return tmp_path


def code_for(store: DocumentStore, source: str | None, document_hash: str | None = None) -> str:
    with pytest.raises(RefusedError) as caught:
        store.find(Parameters(source, document_hash=document_hash))
    return str(caught.value.errors[0]["extensions"]["code"])


@pytest.mark.parametrize("any_document", [True, False])
def test_a_trusted_document_runs_by_its_hash_its_text_or_both(folder: Path, any_document: bool) -> None:  # noqa: FBT001  # a case of the test
    store = store_of(folder, any_document=any_document)
    by_hash = store.find(Parameters(None, document_hash=hash_of(SOURCE)))
    assert by_hash.source == SOURCE
    assert store.find(Parameters(SOURCE)) is by_hash
    assert store.find(Parameters(SOURCE, document_hash=hash_of(SOURCE))) is by_hash


def test_an_untrusted_document_does_not_run_where_only_trusted_ones_may(folder: Path) -> None:
    store = store_of(folder, any_document=False)
    assert code_for(store, "{ token }") == "PERSISTED_QUERY_NOT_IN_LIST"
    assert code_for(store, "{ token }", hash_of("{ token }")) == "PERSISTED_QUERY_NOT_IN_LIST"
    assert code_for(store, None, hash_of("{ token }")) == "PERSISTED_QUERY_NOT_FOUND"
    # Not even its mistakes are looked for: nothing is parsed.
    assert code_for(store, "{") == "PERSISTED_QUERY_NOT_IN_LIST"


def test_a_hash_that_is_not_the_texts_is_refused(folder: Path) -> None:
    for any_document in (True, False):
        store = store_of(folder, any_document=any_document)
        assert code_for(store, "{ child { name } }", hash_of(SOURCE)) == "PERSISTED_QUERY_HASH_MISMATCH"


def test_in_development_a_document_sent_once_with_its_text_is_known_by_its_hash(folder: Path) -> None:
    store = store_of(folder, any_document=True)
    assert code_for(store, None, hash_of("{ token }")) == "PERSISTED_QUERY_NOT_FOUND"
    document = store.find(Parameters("{ token }", document_hash=hash_of("{ token }")))
    assert store.find(Parameters(None, document_hash=hash_of("{ token }"))) is document


def test_a_document_is_prepared_once_and_the_least_used_leaves_first() -> None:
    store = store_of(None, any_document=True, limits=Limits(cached_documents=2))
    first = store.find(Parameters("{ token }"))
    second = store.find(Parameters("{ hidden }"))
    assert store.find(Parameters("{ token }")) is first
    store.find(Parameters("{ broken }"))
    assert store.find(Parameters("{ token }")) is first
    assert store.find(Parameters("{ hidden }")) is not second


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("query Old {\n  gone\n}", r"Stale\.graphql, line 2 cannot run: Cannot query field 'gone' on type 'Query'"),
        ("query Old {", r"Stale\.graphql, line 1 cannot run: Syntax Error"),
        ("query Costly { children(first: 1000000) { name } }", "may return about"),
        ("{ token }", "exactly one operation, with a name"),
        ("query A { token } query B { token }", "exactly one operation, with a name"),
    ],
)
def test_a_stale_operation_stops_the_start_with_one_line(folder: Path, source: str, words: str) -> None:
    (folder / "Stale.graphql").write_text(source)
    with pytest.raises(OperationsInvalidError, match=words) as caught:
        store_of(folder, any_document=False)
    assert "\n" not in str(caught.value)


def test_a_missing_or_garbled_folder_stops_the_start(folder: Path) -> None:
    with pytest.raises(OperationsInvalidError, match="does not exist"):
        store_of(folder / "nowhere", any_document=False)
    (folder / "Garbled.graphql").write_bytes(b"query \xff { token }")
    with pytest.raises(OperationsInvalidError, match="not valid UTF-8"):
        store_of(folder, any_document=False)
