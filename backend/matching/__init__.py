"""Record linkage: profiles, keys, comparisons, evidence, probability. Pure, but for reading its shipped data."""
