"""The Reunify server: GraphQL API, use cases, storage and worker."""
