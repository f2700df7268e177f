"""A disaster's children that never were, on both sides, with the truth: the bench's own data ("generator D")."""

from tests.bench.people.write import Written, write_people

__all__ = ["Written", "write_people"]
