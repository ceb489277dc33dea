"""When a server's garbage is looked for."""

import gc


def keep_out_of_collections() -> None:
    """Leave all that is there by now out of every later collection.

    It stays for as long as the process does. Counted in, it would let a quarter as much garbage
    pile up, call by call, before the collector looked at it all.
    """
    gc.collect()
    gc.freeze()
