"""One module per publisher: each knows its publisher's layout, and nobody else does."""
