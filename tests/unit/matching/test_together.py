from collections.abc import Mapping

from backend.domain.evidence import Comparison, Feature
from backend.domain.person import Names, Sex
from backend.domain.subject import Reporter
from backend.matching.compare import compare
from backend.matching.context import default_context
from backend.matching.profile import profile
from backend.matching.together import joint
from tests.unit.matching.people import person, registration, report

CONTEXT = default_context()


def compared_all(
    names: Mapping[str, tuple[str, int]], taken_in: Mapping[str, tuple[str, int]]
) -> dict[tuple[str, str], Comparison]:
    missed = {
        key: profile(
            report(person(names=Names(full=name), years=years, sex=Sex.MALE), reporter=Reporter("Laila", "mother"))
        )
        for key, (name, years) in names.items()
    }
    found = {
        key: profile(registration(person(names=Names(as_said=name), years=years, sex=Sex.MALE)))
        for key, (name, years) in taken_in.items()
    }
    return {(one, other): compare(missed[one], found[other], CONTEXT) for one in missed for other in found}


BROTHERS = {"R-1": ("محمد الحسن", 7), "R-2": ("أحمد الحسن", 4)}
TAKEN_IN = {"S-1": ("Mohamed", 7), "S-2": ("Ahmed", 4), "S-3": ("Mohamed", 7)}


def test_two_brothers_taken_in_together_support_each_other() -> None:
    alone = compared_all(BROTHERS, TAKEN_IN)
    seen = joint(alone, {"S-1": "G", "S-2": "G", "S-3": None}, CONTEXT)
    assert seen["R-1", "S-1"].bits > alone["R-1", "S-1"].bits
    assert seen["R-2", "S-2"].bits > alone["R-2", "S-2"].bits
    assert seen["R-1", "S-1"].bits > seen["R-1", "S-3"].bits
    assert seen["R-1", "S-1"].evidence[-1].feature is Feature.TOGETHER
    assert seen["R-1", "S-3"] == alone["R-1", "S-3"]


def test_children_taken_in_apart_support_nobody() -> None:
    alone = compared_all(BROTHERS, TAKEN_IN)
    seen = joint(alone, {"S-1": "G", "S-2": "H", "S-3": None}, CONTEXT)
    assert seen["R-1", "S-1"] == alone["R-1", "S-1"]


def test_twins_do_not_steal_each_others_place() -> None:
    twins = {"R-1": ("Quentin Abernathy", 6), "R-2": ("Tobias Abernathy", 6)}
    taken_in = {"S-1": ("Quentin", 6), "S-2": ("Tobias", 6)}
    alone = compared_all(twins, taken_in)
    seen = joint(alone, {"S-1": "G", "S-2": "G"}, CONTEXT)
    assert seen["R-1", "S-1"].probability > 0.5 > seen["R-1", "S-2"].probability
    assert seen["R-2", "S-2"].probability > 0.5 > seen["R-2", "S-1"].probability
    assert seen["R-1", "S-2"].bits < alone["R-1", "S-2"].bits


def test_a_child_reported_alone_is_left_as_it_was() -> None:
    alone = compared_all({"R-1": ("Quentin", 6)}, TAKEN_IN)
    assert joint(alone, {"S-1": "G", "S-2": "G"}, CONTEXT) == alone
