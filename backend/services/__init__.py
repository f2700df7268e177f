"""Use cases, one file a noun: who may do and see what."""
