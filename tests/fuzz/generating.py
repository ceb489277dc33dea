"""Properties that are tried for as long as there is time.

`STOCKCAST_FUZZ_SECONDS` is how long; see `make fuzz-protocol`.
"""

import os
import time

from hypothesis import HealthCheck, given, settings

_SECONDS = float(os.environ.get("STOCKCAST_FUZZ_SECONDS", "6"))
_AT_ONCE = 25


def generated(**strategies):
    """As `given`; each call tries so many examples anew, and nothing of an earlier run."""
    return lambda check: settings(
        max_examples=_AT_ONCE, database=None, suppress_health_check=list(HealthCheck)
    )(given(**strategies)(check))


def for_a_share(check, share):
    """Try a property again and again, for a share of the time."""
    deadline = time.monotonic() + _SECONDS * share
    while time.monotonic() < deadline:
        check()
