"""Whom an adult who was taken in may be looking for, by what it says of its relatives."""

import pytest

from backend.matching.profile import is_child_of_the_family


@pytest.mark.parametrize(
    "relation", ["son", "my daughter", "hija", "con gái", "nieta", "sobrino", "внук", "sister", "儿子", "طفلة", "kid"]
)
def test_children_and_younger_kin_and_siblings_may_be_sought(relation: str) -> None:
    assert is_child_of_the_family(relation)


@pytest.mark.parametrize(
    "relation", ["mother", "mother of the boy", "tía con quien vive", "mẹ của con", "baby sitter", "cousin", "", None]
)
def test_elders_and_others_are_not_whatever_word_is_beside(relation: str | None) -> None:
    assert not is_child_of_the_family(relation)
