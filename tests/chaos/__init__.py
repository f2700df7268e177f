"""The long runs: what the product keeps when parts of it are killed, and when many want the same at once."""
