"""The queries, mutations and subscriptions of the API, one noun a file: they translate, and the services decide."""
