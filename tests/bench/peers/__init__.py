"""Other people's matchers on the bench's own files, each set up as a competent user of it would."""
