"""How a stored history goes on with a vendor's newer rows, and when it must not."""

import numpy as np
import pandas as pd

from stockcast_lib.core.price_checks import ADJUSTED_CLOSE

# Rows fetched again with each refresh, to see whether the vendor still says the same of them.
OVERLAP = 10
_SAME_WITHIN = 1e-6
# Volumes are corrected for days; nothing here depends on them.
_MUST_AGREE = ("open", "high", "low", "close", "dividend", "split")


def overlap_start(stored: pd.DataFrame) -> pd.Timestamp:
    """The first session to ask a vendor for again."""
    return pd.Timestamp(stored.index[-OVERLAP:][0])


def continues(stored: pd.DataFrame, newer: pd.DataFrame) -> bool:
    """Whether newer rows only add to a stored history.

    They do not if they differ where both have rows (a restatement), or bring a split or a
    dividend, after which vendors restate what came before.
    """
    both = stored.index[stored.index >= newer.index[0]]
    if len(both) == 0 or not both.isin(newer.index).all():
        return False
    again = newer.loc[both, list(_MUST_AGREE)].to_numpy(dtype=float)
    before = stored.loc[both, list(_MUST_AGREE)].to_numpy(dtype=float)
    added = newer.loc[newer.index > stored.index[-1]]
    quiet = (added["dividend"] == 0).all() and (added["split"] == 1).all()
    unknown = newer.index[newer.index <= stored.index[-1]].difference(both)
    return bool(np.allclose(again, before, rtol=_SAME_WITHIN, atol=0) and quiet and unknown.empty)


def joined_parts(stored: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """Both without their adjusted closes, which follow anew; the newer rows where both have one."""
    kept = stored.loc[stored.index < newer.index[0]]
    joined: pd.DataFrame = pd.concat([kept, newer])
    return joined.drop(columns=ADJUSTED_CLOSE)
