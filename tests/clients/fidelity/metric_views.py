"""Random definitions of metric views."""

import json
from collections.abc import Callable
from random import Random

from fidelity.hostile import CATALOG, COLUMNS, literal, quoted


def definition(rng: Random, text: Callable[[], str], relation: str, column: str) -> str:
    """YAML over a column of a relation, whose name has a mark for the catalog."""

    def written(value: str, indent: str = "") -> str:
        return rng.choice(scalars(value, indent + "  "))

    def chance() -> bool:
        return rng.random() < 0.5

    query = f"SELECT {quoted(column)}, {literal(text())} AS `a word` FROM {relation} AS t"
    joined, field, measure = rng.sample(COLUMNS, 3)
    own = f"source.{quoted(column)}"
    lines = ["version: '1.1'", f"source: {written(rng.choice((relation, query)))}"]
    if chance():
        lines.append(f"comment: {json.dumps(text(), ensure_ascii=False)}  # not of `s`.`t`")
    if chance():
        count = f"(SELECT CAST(count(*) AS STRING) FROM {relation})"
        lines.append(f"filter: {written(f'{literal(text())} <> {count}')}")
    if chance():
        lines += [
            "joins:",
            f"- name: {written(joined, '  ')}",
            f"  source: {written(relation, '  ')}",
            f"  on: {written(f'{own} IS NOT NULL AND {quoted(joined, column)} IS NULL', '  ')}",
        ]
    lines += [
        rng.choice(("dimensions:", "fields:")),
        f"- name: {written(field, '  ')}",
        f"  expr: {written(f'{own} IS NULL', '  ')}",
        f"  comment: {json.dumps(text(), ensure_ascii=False)}",
        "measures:",
        f"- {{name: {json.dumps(measure, ensure_ascii=False)}, expr: count(1), display_name: 'a b'}}",
    ]
    return "\n".join(["", *lines, ""])


def scalars(value: str, indent: str) -> list[str]:
    """The ways to write a text in YAML that a clone need not change."""
    ways = [json.dumps(value, ensure_ascii=False)]
    if "\n" not in value and "\r" not in value and value == value.strip():
        ways += [f"|-\n{indent}{value}", f">-\n{indent}{value}"]
        # The name of a catalog may have a quote.
        if "'" not in value and CATALOG not in value:
            ways.append(f"'{value}'")
        if value.startswith(("SELECT", "source.")) and ": " not in value and " #" not in value:
            ways.append(value)
    return ways
