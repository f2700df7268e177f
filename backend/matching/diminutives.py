"""Pet forms that a language makes by rule, so that no table need list them: Juanito, Сашенька, Carlinhos, Mingming.

A rule only gives candidates; the caller keeps those that are known names, which is what keeps Benito from Ben.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

SHORTEST_STEM = 3
# Endings and what stood there before: Juanito, Rosita, Luquitas, Dieguito; Carlinhos, Aninha, Joãozinho.
_ROMANCE = re.compile(r"^(\w{2,}?)(?:c|z)?(?:it|in?h|ill|ic|uc|ot)(os?|as?|ito|ita)$")
_BEFORE_A_SOFT_VOWEL = (("qu", "c"), ("gu", "g"), ("c", "z"))
# Olenka, Ivanko, Verochka, Tanyusha, Petryk, Vovchyk, Katenka, Mashunya.
_SLAVIC = re.compile(
    r"^(\w{2,}?)(?:[eo]nk[ao]|[eio]chka|echko|iko|y?ushka|y?usha|y?usya|usik|y?unya|ch[iy]k|[iy]k|k[oa])$"
)
_WHAT_A_SLAVIC_NAME_ENDS_IN = ("", "a", "ya", "ia", "iya", "iy", "y", "o", "ey", "il", "ha")
_XIAO = re.compile(r"^(?:xiao|hsiao)(\w{2,5})$")


@lru_cache(maxsize=65536)
def plain_names(form: str) -> tuple[str, ...]:
    """What a Latin form may be a pet form of, by rule; candidates, of which few are names."""
    return tuple(name for name in dict.fromkeys(_candidates(form)) if len(name) >= SHORTEST_STEM and name != form)


def _candidates(form: str) -> Iterator[str]:
    half = len(form) // 2
    if len(form) >= 2 * SHORTEST_STEM and form[:half] == form[half:]:
        yield form[:half]
    romance = _ROMANCE.match(form)
    if romance is not None and len(romance[1]) >= SHORTEST_STEM:
        stem, ending = romance[1], romance[2]
        for written in _stems(stem):
            # Juan-ito, Ros-ita, Luqu-itas, Carl-inhos, Jorg-ito, Guadalup-ita.
            yield from (written, written + ending, written + ending[:1], written + "e", f"{written}{ending[:1]}s")
    slavic = _SLAVIC.match(form)
    if slavic is not None and len(slavic[1]) >= SHORTEST_STEM:
        yield from (slavic[1] + ending for ending in _WHAT_A_SLAVIC_NAME_ENDS_IN)


def _stems(stem: str) -> Iterator[str]:
    yield stem
    for soft, hard in _BEFORE_A_SOFT_VOWEL:
        if stem.endswith(soft):
            yield stem.removesuffix(soft) + hard


def called_by_the_last_syllable(first: str, second: str) -> bool:
    """Whether one is 小明 or 明明 and the other a name that ends alike, 志明; folded words as they were written."""
    one, other = _core(first), _core(second)
    return (one is not None and second.endswith(one)) or (other is not None and first.endswith(other))


@lru_cache(maxsize=65536)
def _core(word: str) -> str | None:
    """What is left of a Chinese pet form: 明 of 小明, 阿明 and 明明, `ming` of Xiaoming; None if it is none.

    In Latin letters it is none if it is short: too many names end so.
    """
    if not word.isascii():
        two = len(word) == 2  # noqa: PLR2004 - a prefix or the same character twice
        is_pet_form = two and (word[0] in "小阿大老" or word[0] == word[1])
        return word[1] if is_pet_form and not word[1].isascii() else None
    matched = _XIAO.match(word)
    half = len(word) // 2
    core = matched[1] if matched is not None else word[:half] if word[:half] == word[half:] else ""
    return core if len(core) > SHORTEST_STEM else None
