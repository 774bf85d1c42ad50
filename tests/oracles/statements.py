"""Asks two parsers about every statement of statements/*.sql and writes statements/*.jsonl.

`accepted.sql` holds statements of the platform under the title of their page in its SQL manual, one a line;
`refused.sql` holds texts that are none. Spark's parser and sqlglot (dialect databricks) say of each what it
is and which names of three parts are in it. Where Spark does not have a statement, the page is the authority.
"""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp

import kinds
import spark

FOLDER = Path(__file__).parent / "statements"
UNRESOLVED = "Relation|Identifier|Table|View|TableOrView|TableValuedFunction"
NAME = re.compile(rf"(?:Unresolved(?:{UNRESOLVED})|RenameTable) \[([^\]]*)\]")


def main() -> None:
    """Answers both files."""
    logging.getLogger("sqlglot").disabled = True
    session = spark.start()
    session.conf.set("spark.sql.debug.maxToStringFields", "10000")
    parser = session._jsparkSession.sessionState().sqlParser()
    for name in ("accepted", "refused"):
        rows = [row | answers(parser, row["statement"]) for row in read(FOLDER / f"{name}.sql")]
        check(name, rows)
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        (FOLDER / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(source: Path) -> Iterator[dict[str, str]]:
    """The statements, each with the heading it stands under."""
    page = ""
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("-- "):
            page = line.removeprefix("-- ")
        elif line:
            yield {"page": page, "statement": line}


def answers(parser: object, statement: str) -> dict[str, object]:
    """What each parser says."""
    return {"spark": by_spark(parser, statement), "sqlglot": by_sqlglot(statement)}


def by_spark(parser: object, statement: str) -> dict[str, object]:
    """Node, kind and names of Spark's plan, or its error."""
    try:
        plan = parser.parsePlan(statement)
    except spark.FAILURES as error:
        return spark.failure(error)
    names = {tuple(name.split(", ")) for name in NAME.findall(plan.toString())}
    node = plan.getClass().getSimpleName()
    return {"node": node, "kind": kinds.of_spark(node), "names": three_parts(names)}


def by_sqlglot(statement: str) -> dict[str, object]:
    """Kind and names of sqlglot's tree; `command` when it only knows the first word."""
    try:
        trees = sqlglot.parse(statement, dialect="databricks")
    except sqlglot.errors.SqlglotError as error:
        return {"error": type(error).__name__}
    if len(trees) != 1 or trees[0] is None:
        return {"error": f"{len(trees)} statements"}
    tree = trees[0]
    if isinstance(tree, exp.Command):
        return {"command": str(tree.this).upper()}
    kind = kinds.of_sqlglot(tree)
    if kind is None:
        return {"error": f"read as the expression {type(tree).__name__}"}
    names = {tuple(part.name for part in table.parts) for table in tree.find_all(exp.Table)}
    return {"kind": kind, "names": three_parts(names)}


def three_parts(names: set[tuple[str, ...]]) -> list[str]:
    """The names of three parts, as `a.b.c`."""
    return sorted(".".join(name) for name in names if len(name) == 3)


def check(name: str, rows: list[dict]) -> None:
    """What must be refused is refused by Spark."""
    wrong = [row["statement"] for row in rows if name == "refused" and "error" not in row["spark"]]
    if wrong:
        raise SystemExit(f"Spark accepts what is listed as refused: {wrong}")


if __name__ == "__main__":
    main()
