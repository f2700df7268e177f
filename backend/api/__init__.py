"""HTTP, WebSocket and GraphQL."""
