"""Messages and the channels that carry them. Knows nothing of the backend, MongoDB or GraphQL."""
