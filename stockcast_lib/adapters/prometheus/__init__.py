"""Prometheus: what is counted as it happens, and what is read when somebody asks."""
