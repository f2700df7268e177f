"""Figures that a test found and that are told at the end of a run: recorded as a property of this name."""

FIGURE = "figure"
