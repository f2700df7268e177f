"""Mistakes of hand, ear and eye in a name."""

from random import Random

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    sign: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _KEYS for at, sign in enumerate(row)
}  # fmt: skip
_HEARD = {
    "en": (("ph", "f"), ("ck", "k"), ("ie", "y"), ("y", "ie"), ("ll", "l"), ("nn", "n"), ("tt", "t"), ("ai", "ay"),
           ("c", "k"), ("s", "z"), ("ea", "ee"), ("sh", "ch"), ("ou", "u"), ("ei", "ie"), ("j", "g"), ("gh", "")),
    "es": (("z", "s"), ("s", "z"), ("b", "v"), ("v", "b"), ("ll", "y"), ("y", "ll"), ("j", "h"), ("h", ""), ("qu", "k"),
           ("c", "s"), ("g", "j"), ("x", "j"), ("ñ", "ny"), ("que", "ke"), ("gu", "w"), ("nez", "nes")),
    "vi": (("ng", "n"), ("tr", "ch"), ("ph", "f"), ("nh", "n"), ("x", "s"), ("gi", "z"), ("d", "z"), ("qu", "kw"),
           ("th", "t"), ("kh", "k"), ("uy", "wi"), ("ươ", "uo"), ("oa", "wa")),
    "ar": (("kh", "h"), ("q", "k"), ("ee", "i"), ("ou", "oo"), ("gh", "g"), ("aa", "a"), ("ss", "s"), ("th", "t"),
           ("dh", "d"), ("sh", "ch"), ("h", ""), ("ia", "iya"), ("u", "o"), ("e", "i")),
    "zh": (("zh", "j"), ("x", "sh"), ("q", "ch"), ("c", "ts"), ("ng", "n"), ("ui", "wei"), ("ao", "ow"), ("iu", "yo"),
           ("z", "dz"), ("ian", "yen")),
    "ru": (("kh", "h"), ("zh", "j"), ("iy", "y"), ("ts", "z"), ("v", "f"), ("ya", "ia"), ("yu", "u"), ("o", "a"),
           ("shch", "sh"), ("ey", "ei"), ("ks", "x")),
}  # fmt: skip
_HEARD["uk"] = _HEARD["ru"]
_LOOKS = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("l", "1"), ("o", "0"), ("e", "c"), ("a", "o"), ("u", "v"), ("n", "h"),
          ("i", "l"), ("g", "q"), ("h", "b"), ("t", "f"), ("ll", "U"))  # fmt: skip
_SHORTEST = 3


def slip(name: str, random: Random) -> str:
    """One mistake of typing: a letter left out, doubled, swapped with the next, or its neighbour hit."""
    if len(name) < _SHORTEST:
        return name
    at = 1 + int(random.random() * (len(name) - 1))
    before, sign, after = name[:at], name[at], name[at + 1 :]
    kind = random.random()
    if kind < 0.3:
        return before + after
    if kind < 0.5:
        return before + sign + sign + after
    if kind < 0.75 and after:
        return before + after[0] + sign + after[1:]
    return before + (random.choice(_NEIGHBOURS.get(sign, "") or sign)) + after


def misheard(name: str, language: str, random: Random) -> str:
    """One sound, or sometimes two, written another way."""
    for _ in range(2 if random.random() < 0.25 else 1):
        name = _one_of(name, _HEARD[language], random)
    return name


def misread(name: str, random: Random) -> str:
    """One letter taken for another of its shape."""
    return _one_of(name, _LOOKS, random)


def _one_of(name: str, changes: tuple[tuple[str, str], ...], random: Random) -> str:
    small = name.lower()
    possible = [change for change in changes if change[0] in small]
    if not possible:
        return name
    old, new = random.choice(possible)
    at = small.rindex(old)
    changed = name[:at] + new + name[at + len(old) :]
    if not changed:
        return name
    return changed[0].upper() + changed[1:] if name[0].isupper() else changed
