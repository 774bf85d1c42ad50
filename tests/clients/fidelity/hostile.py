"""Names and texts that a clone may stumble over."""

from collections.abc import Sequence
from random import Random

# A name of a securable holds neither dots, blanks, slashes nor control characters, and is kept in lower case.
NAMES = (
    "orders",
    "with-hyphen",
    "tick`tick",
    "``",
    "it's",
    'say"so"',
    "back\\slash",
    "semi;colon--",
    "(*comment*)",
    "${name}",
    "{{name}}",
    "$$",
    "100%41",
    "a?b#c&d=e+f",
    "1st",
    "1e5",
    "select",
    "table",
    "from",
    "null",
    "default",
    "information_schema_2",
    "überraschung",
    "漢字",
    "🧪",
    "x" * 255,
    "é" * 255,
)

# Columns of tables without column mapping: no blanks and none of ,;{}()= (Parquet's own rule).
COLUMNS = ("amount", "select", "tick`tick", "it's", "with-hyphen", "Größe", "漢字", "$", "1st", "x" * 255, "a\\b")
# Columns of tables with column mapping.
MAPPED_COLUMNS = ("a b", "a,b;c", "(x)", "{y}=z", "a.b", *COLUMNS)

TEXTS = (
    "plain",
    "it's",
    "''",
    'say "so"',
    "back\\slash \\n \\' \\\\",
    "two\nlines\r\n\tand a tab\n",
    "'; DROP TABLE x; --",
    "/* no comment */ -- neither",
    "${x} {{y}} $1 $$ %s {0} :p ?",
    "`tick`` `",
    "überraschung 漢字 🧪 \u202eback",
    "NULL",
    " blanks around ",
    "SELECT * FROM \ue000.s.t",
    "x" * 900,
)

# Texts that also keys of tags may be: without `. , = > < % & ? \ / : -` and blanks around (facts: docs "Apply tags").
KEYS = ("pii", "it's", 'say "so"', "tick`", "überraschung", "漢字", "two words", "$x", "{y}", "#", "NULL", "k" * 255)

# Files of volumes.
PATHS = ("plain.txt", "a b/50% é`'.txt", "deep/er/#?&=+;.bin", "漢字/🧪", "a b/${x}", "_delta_log/0.json")

# Where the name of the catalog is to be in a text.
CATALOG = "\ue000"


def some(rng: Random, choices: Sequence[str], most: int) -> list[str]:
    """A few different ones, or none."""
    return rng.sample(choices, rng.randint(0, min(most, len(choices))))


def text(rng: Random) -> str:
    """A text of one piece or two."""
    return "".join(rng.sample(TEXTS, rng.choice((1, 1, 2))))


def quoted(*parts: str) -> str:
    """A name as SQL takes it."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)


def literal(value: str) -> str:
    """A text as SQL takes it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def constant(value: str) -> str:
    """A text as an argument of a guard: of those, a clone knows what they say and not how they were written."""
    return literal(value).replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def pairs(values: dict[str, str]) -> str:
    """Keys and values as SQL takes them."""
    return ", ".join(f"{literal(key)} = {literal(value)}" for key, value in values.items())
