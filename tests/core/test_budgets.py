"""For how long a vendor is left alone after it has refused."""

import pytest

from stockcast_lib.core.budgets import rest_seconds
from stockcast_lib.core.errors import (
    BadVendorKey,
    NotInPlan,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (Throttled("It asks to wait."), 60),
        (Throttled("It asks to wait.", retry_after=600), 600),
        (Throttled("The month's symbols are used up.", retry_after=2_592_000), 3600),
        (VendorUnavailable("It is down."), 30),
        (BadVendorKey("It refuses the key."), 300),
        (UnknownTicker("It knows no such ticker.", nearest=[]), None),
        (NotInPlan("Not this ticker."), None),
    ],
)
def test_a_vendor_rests_as_it_asks_and_an_hour_at_most(refusal, seconds):
    assert rest_seconds(refusal.report()) == seconds


def test_a_refusal_after_which_it_may_be_asked_at_once_is_no_reason_to_rest():
    assert rest_seconds(Throttled("This run may ask no more.", retry_after=0).report()) is None
