"""The cells that both sides fill alike: age, looks, clothing, phones, places, times - each with its noise."""

from datetime import UTC, date, datetime, timedelta, timezone
from math import exp, inf
from random import Random

from tests.bench.people.cultures import Culture
from tests.bench.people.families import BODY_SITES, COLOURS, Child
from tests.bench.people.land import Point, Town
from tests.bench.people.mistakes import slip
from tests.bench.people.noise import Noise

LOCAL = timezone(timedelta(hours=-5))
FIRST_HOUR = datetime(2026, 8, 28, 11, tzinfo=UTC)
_LANGUAGES = {"en": "English", "es": "Spanish", "vi": "Vietnamese", "ar": "Arabic", "zh": "Chinese", "ru": "Russian",
              "uk": "Ukrainian"}  # fmt: skip
_SEX_WORDS = {"F": ("F", "female", "girl"), "M": ("M", "male", "boy")}
_CLOTHES_LAST_DAYS = 2.5
_OTHER_SIDE = {"left": "right", "right": "left"}


def sex_cell(random: Random, noise: Noise, sex: str, style: int) -> str:
    if random.random() < noise.missing / 3:
        return ""
    if random.random() < noise.wrong_sex:
        sex = "M" if sex == "F" else "F"
    return _SEX_WORDS[sex][style]


def birth_date_cell(random: Random, noise: Noise, born: date) -> str:
    if random.random() < noise.wrong_birth_date:
        if random.random() < 0.5 and born.day <= 12:
            born = date(born.year, born.day, born.month)
        elif random.random() < 0.5:
            born = date(born.year + random.choice((-1, 1)), born.month, min(born.day, 28))
        else:
            born += timedelta(days=random.choice((-10, -2, -1, 1, 2, 3, 10)))
    if random.random() < 0.06:
        return f"{born:%Y-%m}"
    return born.isoformat()


def guessed_age(random: Random, noise: Noise, years: float) -> dict[str, str]:
    """A volunteer's guess: a band such as 4 to 6, narrower for the small."""
    guess = max(0.0, years + random.gauss(0, noise.guess_error_years * (0.35 + years / 15)))
    half = 0.5 if guess < 2 else 1.0 if random.random() < 0.7 else 1.5
    low, high = max(0, round(guess - half)), max(1, round(guess + half))
    return {"age_min": str(low), "age_max": str(high)}


def looks(random: Random, noise: Noise, culture: Culture, child: Child, *, measured: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    if random.random() > noise.missing:
        found["hair"] = random.choice(culture.hair) if random.random() < noise.wrong_look else child.hair
    if random.random() > noise.missing * 1.3:
        found["eyes"] = random.choice(culture.eyes) if random.random() < noise.wrong_look else child.eyes
    if random.random() > (0.35 if measured else 0.5) + noise.missing:
        error = random.gauss(0, noise.height_error_cm * (0.5 if measured else 1.0))
        found["height_cm"] = str(round(max(45.0, child.height_cm + error)))
    marks = [mark for mark in child.marks if random.random() > 0.15 + noise.missing]
    if random.random() < noise.wrong_look / 4:
        marks.append(("mole" if measured else "scar", random.choice(BODY_SITES)))
    if marks:
        found["marks"] = "; ".join(_mark(random, noise, kind, site) for kind, site in marks)
    return found


def _mark(random: Random, noise: Noise, kind: str, site: str) -> str:
    first, _, rest = site.partition(" ")
    if first in _OTHER_SIDE and random.random() < noise.wrong_look:
        site = f"{_OTHER_SIDE[first]} {rest}"
    if random.random() < noise.missing / 3:
        return kind
    return f"{kind}: {site}"


def clothing_cell(random: Random, noise: Noise, child: Child, days: float) -> str:
    """What it wears after so many days; the family's memory is of day 0."""
    items = []
    kept = exp(-days / _CLOTHES_LAST_DAYS)
    for colour, kind in child.clothing:
        if random.random() < 0.15 + noise.missing:
            continue
        worn = colour if random.random() < kept else random.choice(COLOURS)
        if random.random() < noise.wrong_look:
            worn = random.choice(COLOURS)
        items.append(f"{worn} {kind}" if random.random() < 0.9 else kind)
    return "; ".join(items)


def languages_cell(random: Random, noise: Noise, culture: Culture, years: float) -> str:
    if years < 1.5 or random.random() < noise.missing:
        return ""
    spoken = [culture.language]
    if culture.language != "en" and random.random() < min(0.7, years / 16):
        spoken.append("en")
    if random.random() < 0.1:
        spoken = [_LANGUAGES[language] for language in spoken]
    return "; ".join(spoken)


def phone_cell(random: Random, noise: Noise, phone: str) -> str:
    if random.random() < noise.wrong_phone:
        at = 6 + int(random.random() * 4)
        phone = phone[:at] + str(int(random.random() * 10)) + phone[at + 1 :]
    area, middle, last = phone[:3], phone[3:6], phone[6:]
    return random.choice((f"+1 {area} {middle} {last}", f"({area}) {middle}-{last}", f"{area}-{middle}-{last}", phone))


def place_cells(
    random: Random, noise: Noise, prefix: str, point: Point, town: Town, words: tuple[str, ...]
) -> dict[str, str]:
    """A place as a point, in words, as both, or not at all. `words` are used beside the town's name."""
    drawn = random.random()
    if drawn < noise.no_place:
        return {}
    text = town.name if random.random() < 0.6 else town.name.split(",")[0]
    if random.random() < 0.3:
        text = random.choice(words).format(town=text)
    if random.random() < noise.slip:
        text = slip(text, random)
    if drawn < noise.no_place + noise.place_in_words:
        return {f"{prefix}_place": text}
    found = {f"{prefix}_lat": f"{point[0]:.4f}", f"{prefix}_lon": f"{point[1]:.4f}"}
    if random.random() < 0.5:
        found[f"{prefix}_place"] = text
    return found


def moment_cell(random: Random, blur_hours: float, hours: float, latest: float = inf) -> str:
    """A time, given in hours since the first; `blur_hours` is the standard deviation of the memory of it."""
    error = random.gauss(0, blur_hours) if blur_hours else 0.0
    exact = FIRST_HOUR + timedelta(hours=max(0.0, min(hours + error, latest)))
    if blur_hours and random.random() < 0.5:
        exact = exact.replace(minute=0)
    return exact.astimezone(LOCAL).isoformat(timespec="minutes")
