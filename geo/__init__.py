"""Places: cells, distances and blurring. Knows nothing of the backend."""
