"""A port's calls, kept in order."""


class Kept:
    """Every metrics port: keeps what it is told, each call with its arguments."""

    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *arguments: self.told.append((name, *arguments))
