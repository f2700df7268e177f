"""What becomes of a name: what the family writes, what the child says and the volunteer hears."""

from dataclasses import dataclass
from random import Random

from tests.bench.people.cultures import Culture
from tests.bench.people.latin import latin, latin_family, without_accents
from tests.bench.people.mistakes import misheard, misread, slip
from tests.bench.people.noise import Noise

_GIVEN_KNOWN = ((1.5, 0.25), (3.0, 0.6), (5.0, 0.92), (99.0, 0.985))
"""Up to an age in years: the share who can say it, or have it on a bracelet or from a neighbour who came along."""
_FAMILY_KNOWN = ((3.0, 0.05), (5.0, 0.22), (7.0, 0.6), (10.0, 0.85), (99.0, 0.96))
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y"})
_SMALL, _OLDEST_WITH_PET_NAME = 6.0, 10.0


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes: in the culture's own script or in Latin letters, by ear or not, and how carelessly."""

    culture: Culture
    noise: Noise
    native: bool
    by_ear: bool
    plain: bool

    def given(self, random: Random, name: str) -> str:
        written = name if self.native else latin(name, self.culture.language, random, self.noise.rare_spelling)
        return self._mistaken(random, written)

    def family(self, random: Random, name: str) -> str:
        if not name:
            return ""
        written = name if self.native else latin_family(name, self.culture.language, random, self.noise.rare_spelling)
        return self._mistaken(random, written)

    def whole(self, random: Random, given: str, family: str) -> str:
        return in_order(random, self.culture, self.given(random, given), self.family(random, family), self.native)

    def _mistaken(self, random: Random, name: str) -> str:
        noise = self.noise
        if self.plain:
            name = without_accents(name) if self.culture.latin_script else name
        if random.random() < noise.slip:
            name = slip(name, random)
        if self.by_ear and (not self.native or self.culture.latin_script) and random.random() < noise.misheard:
            name = misheard(name, self.culture.language, random)
        if random.random() < noise.misread:
            name = misread(name, random)
        return name


def a_hand(random: Random, culture: Culture, noise: Noise, native_share: float, *, by_ear: bool) -> Hand:
    native = culture.latin_script or random.random() < native_share
    return Hand(culture, noise, native, by_ear, plain=random.random() < noise.no_accents)


def in_order(random: Random, culture: Culture, given: str, family: str, native: bool) -> str:  # noqa: FBT001 (a fact of the writing hand)
    """Both parts as the culture orders them; abroad the order is often turned."""
    if not family or not given:
        return given or family
    if culture.language == "zh" and native:
        return family + given
    if culture.language in {"zh", "vi"} and (native or random.random() < 0.5):
        return f"{family} {given}"
    return f"{given} {family}"


def cells(random: Random, hand: Hand, given: str, family: str) -> dict[str, str]:
    """The name in the columns of a list: in one or in two, in odd letters, or in the wrong ones."""
    noise = hand.noise
    if noise.odd_case and random.random() < noise.odd_case:
        turned = str.upper if random.random() < 0.6 else str.lower
        given, family = turned(given), turned(family)
    if family and given and random.random() < noise.swapped:
        given, family = family, given
    if random.random() < noise.whole_name:
        whole = in_order(random, hand.culture, given, family, hand.native)
        return {"full_name": whole} if whole else {}
    found = {}
    if given:
        found["given_name"] = given
    if family:
        found["family_name"] = family
    return found


def pet_name(random: Random, culture: Culture, given: str, rare: float) -> str | None:
    """What the child is called at home, in its own script; None if it is called by its name."""
    first = given.split(" ", maxsplit=1)[0]
    known = culture.pet_names.get(given) or culture.pet_names.get(first)
    if known is not None:
        usual, rarer = known
        return random.choice(rarer if random.random() < rare else usual)
    if culture.language == "vi":
        return random.choice(("bé ", "cu ", "")) + given.rsplit(" ", maxsplit=1)[-1]
    if culture.language == "zh":
        return random.choice((f"小{given[-1]}", given[-1] * 2, f"阿{given[-1]}"))
    if culture.language == "es" and len(first) > 3 and first[-1] in "oa":
        return first[:-1] + ("ito" if first[-1] == "o" else "ita")
    if culture.language == "en" and len(first) > 6:
        return first[:3] if random.random() < 0.5 else first[:4]
    return None


def said(random: Random, hand: Hand, given: str, family: str, years: float, knows: float) -> tuple[str, str]:
    """The given and the family name as they reach the volunteer from a child who speaks like one of `knows` years
    (its own, or those of an older brother or sister beside it).
    """
    noise, culture = hand.noise, hand.culture
    spoken_given = spoken_family = ""
    if random.random() < _share(_GIVEN_KNOWN, knows) * (1 - noise.no_given):
        spoken_given = _short(random, culture, given)
        eager = 1.3 if years < _SMALL else 1.0 if years < _OLDEST_WITH_PET_NAME else 0.5
        if random.random() < noise.pet_name * eager:
            spoken_given = pet_name(random, culture, given, noise.rare_spelling) or spoken_given
        spoken_given = hand.given(random, spoken_given)
    if random.random() < _share(_FAMILY_KNOWN, knows) * (1 - noise.no_surname):
        spoken_family = hand.family(random, one_of_two(random, culture, family, noise.one_surname))
        if random.random() < noise.initial:
            spoken_family = spoken_family[:1]
    return spoken_given, spoken_family


def one_of_two(random: Random, culture: Culture, family: str, share: float) -> str:
    """Without the second of two Spanish family names, or without the father's name in an Arabic one."""
    if " " not in family or culture.language not in {"es", "ar"} or random.random() >= share:
        return family
    if culture.language == "ar":
        return family.rpartition(" ")[2]
    words = family.split(" ")
    first = next(at for at, word in enumerate(words) if word not in _PARTICLES)
    return " ".join(words[: first + 1])


def _short(random: Random, culture: Culture, given: str) -> str:
    """A child seldom says all of a double name."""
    if " " not in given or random.random() < 0.4:
        return given
    if culture.language == "vi":
        return given.rsplit(" ", maxsplit=1)[-1]
    return given.split(" ", maxsplit=1)[0] if culture.language == "es" else given


def _share(steps: tuple[tuple[float, float], ...], years: float) -> float:
    return next(share for below, share in steps if years < below)
