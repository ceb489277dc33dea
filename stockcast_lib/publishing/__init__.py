"""From an analyst's notebook to a published revision: rehearsals, trials, the gate, promotions."""
