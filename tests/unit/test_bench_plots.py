"""The bench's pictures are drawn from plain figures."""

from pathlib import Path

from PIL import Image

from tests.bench import plots
from tests.bench.metrics import Scored, Truth, measure

TRUTH = (Truth("r1", "s1", {"severity": "mild"}), Truth("r2", None, {"severity": "severe"}))
FIGURES = measure(TRUTH, {"r1": [Scored("s1", 0.9)], "r2": [Scored("s2", 0.3)]}, threshold=0.5)


def test_each_picture_is_written_as_a_png_with_its_curves(tmp_path: Path) -> None:
    plots.recall_curves(tmp_path / "recall.png", {"ours": {1: 0.9, 10: 1.0}, "theirs": {1: 0.5, 10: 0.7}})
    plots.recall_by_slice(tmp_path / "slices.png", {"ours": FIGURES.slices, "theirs": FIGURES.slices})
    plots.reliability_diagram(tmp_path / "reliability.png", {"first pairs": FIGURES.first_pairs})
    plots.latency_by_size(
        tmp_path / "new" / "latency.png", {"ours": [(10_000, 2, 9), (1_000_000, 5, 40)]}, {"limit": 10}
    )
    pictures = sorted(path.name for path in tmp_path.rglob("*.png"))
    assert pictures == ["latency.png", "recall.png", "reliability.png", "slices.png"]
    for path in tmp_path.rglob("*.png"):
        with Image.open(path) as picture:
            colours = picture.convert("RGB").getcolors(maxcolors=1 << 20) or []
            assert picture.width > 800
        assert any(isinstance(colour, tuple) and is_teal(*colour) for _, colour in colours)


def is_teal(red: int, green: int, blue: int) -> bool:
    """The colour of the first curve, a little see-through or not."""
    return red < 60 and 100 < green < 140 and 105 < blue < 145
