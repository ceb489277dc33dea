"""Runs notebooks: one clean kernel a run, its limits kept, its outcome told truly."""
