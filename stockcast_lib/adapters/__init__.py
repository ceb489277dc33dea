"""The edges: one file a real thing, each behind a port."""
