"""The types of the API, one noun a file: what they show is decided in the services."""
