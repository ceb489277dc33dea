"""Closes adjusted for splits and dividends, by one rule for every vendor.

The rule is that of the Center for Research in Security Prices (CRSP), which Tiingo and WIKI state
as theirs too: what was paid out on an ex-date is reinvested at that day's close, so that the
adjusted closes grow as a holder's wealth did.
"""

import numpy as np
import pandas as pd

# Vendors round their own columns.
AGREES_WITHIN = 1e-4


def adjusted_closes(close: pd.Series, dividend: pd.Series, split: pd.Series) -> pd.Series:
    """Closes that allow for all later splits and dividends; the last one is as it was paid.

    Args:
        close: as paid, over ascending sessions.
        dividend: cash a share, on its ex-date; else 0.
        split: new shares for one old, on the date; else 1.
    """
    paid = close.to_numpy(dtype=float)
    before = paid / (paid + dividend.to_numpy(dtype=float)) / split.to_numpy(dtype=float)
    # What happens on a session changes the sessions before it.
    later = np.append(np.cumprod(before[:0:-1])[::-1], 1.0)
    return pd.Series(paid * later, index=close.index, name="adjusted_close")


def disagreements(
    ours: pd.Series, theirs: pd.Series, *, within: float = AGREES_WITHIN
) -> list[pd.Timestamp]:
    """The sessions at which two adjusted series grow differently, relatively by more than so much.

    Only growth is compared: vendors adjust up to different last sessions, which is a factor.
    """
    growth = (ours / ours.shift()) / (theirs / theirs.shift())
    return list(growth.index[(growth - 1).abs() > within])
