"""Files that people bring: CSV, NDJSON and PFIF, read into subjects. Pure."""
