"""How far apart two places are."""

import h3


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Great-circle distance in kilometres between two points, each (latitude, longitude) in WGS 84 degrees.

    On a sphere, so within 0.5 % of the ellipsoid: far finer than anybody's memory of a place, and cheap
    enough to be asked for each pair (0.3 microseconds).
    """
    return float(h3.great_circle_distance(first, second, unit="km"))


def is_point(latitude: float, longitude: float) -> bool:
    """Whether the numbers are a place on Earth; NaN is none."""
    return -90 <= latitude <= 90 and -180 <= longitude <= 180  # noqa: PLR2004 - the degrees there are
