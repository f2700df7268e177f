"""`python -m tests.bench.people FOLDER`: writes reports, registrations and the truth into a folder."""

import argparse
import sys
from pathlib import Path

from tests.bench.people.noise import PROFILES
from tests.bench.people.write import write_people


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.people", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--registrations", type=int, default=100_000)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", choices=sorted(PROFILES), default="development")
    parser.add_argument("--scale-km", type=float, default=60.0, help="15 local, 60 regional, 200 for a Katrina")
    chosen = parser.parse_args(arguments)
    written = write_people(
        chosen.folder,
        registrations=chosen.registrations,
        reports=chosen.reports,
        seed=chosen.seed,
        noise=chosen.noise,
        scale_km=chosen.scale_km,
    )
    sys.stdout.write(f"{written.registrations} registrations, {written.reports} reports, {written.pairs} pairs\n")


if __name__ == "__main__":
    main(sys.argv[1:])
