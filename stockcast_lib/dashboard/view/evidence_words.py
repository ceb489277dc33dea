"""How a forecast was made as HTML. Every value is escaped: results come out of notebooks."""

from collections.abc import Sequence
from html import escape

from stockcast_lib.dashboard.model.evidence_facts import Facts, Parameter

_NONE_SET = "<p>None was set: all are at their defaults.</p>"


def facts_html(groups: Sequence[Facts], parameters: Sequence[Parameter]) -> str:
    """Each group in a card of its own, and the parameters in the last."""
    cards = [*map(_card, groups), _parameters(parameters)]
    return f'<div class="stockcast-facts">{"".join(cards)}</div>' if groups else ""


def _parameters(parameters: Sequence[Parameter]) -> str:
    """Those that were set, and behind a fold those at their defaults."""
    chosen = [each for each in parameters if each.is_set]
    others = [each for each in parameters if not each.is_set]
    if not parameters:
        return ""
    told = _table(chosen, ("Parameter", "Value", "Default")) if chosen else _NONE_SET
    rest = (
        f"<details><summary>{_many(len(others))}</summary>"
        f"{_table(others, ('Parameter', 'Default'))}</details>"
        if others
        else ""
    )
    return (
        '<section class="stockcast-card" aria-label="Parameters"><h3>Parameters</h3>'
        f"{told}{rest}</section>"
    )


def _many(count: int) -> str:
    return "1 parameter at its default" if count == 1 else f"{count} parameters at their defaults"


def _card(facts: Facts) -> str:
    lines = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.lines
    )
    heading = escape(facts.heading)
    return (
        f'<section class="stockcast-card" aria-label="{heading}"><h3>{heading}</h3>'
        f"<dl>{lines}</dl></section>"
    )


def _table(parameters: Sequence[Parameter], heads: tuple[str, ...]) -> str:
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(each.name)}</code></th>'
        + "".join(f"<td><code>{escape(value)}</code></td>" for value in _values(each))
        + "</tr>"
        for each in parameters
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _values(parameter: Parameter) -> tuple[str, ...]:
    return (parameter.value, parameter.default) if parameter.is_set else (parameter.default,)
