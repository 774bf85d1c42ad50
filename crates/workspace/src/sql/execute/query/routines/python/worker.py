"""Runs one Python function: reads what it is, then answers batches of rows, one JSON text a line."""

import ast
import base64
import datetime
import decimal
import json
import math
import os
import sys
import textwrap
import traceback

EPOCH = datetime.datetime(1970, 1, 1)
INTEGERS = {"byte": 8, "short": 16, "integer": 32, "long": 64}


class Row(tuple):
    """A struct: its values by position, by name and as attributes."""

    def __new__(cls, names, values):
        row = super().__new__(cls, values)
        row.__names__ = names
        return row

    def __getitem__(self, key):
        return super().__getitem__(self.__names__.index(key) if isinstance(key, str) else key)

    def __getattr__(self, name):
        if name.startswith("__") or name not in self.__names__:
            raise AttributeError(name)
        return self[name]

    def asDict(self):
        return dict(zip(self.__names__, self))


def given(kind, value):
    """A value of a batch as the function gets it."""
    if value is None:
        return None
    if isinstance(kind, dict):
        if kind["type"] == "array":
            return [given(kind["elementType"], item) for item in value]
        if kind["type"] == "map":
            return {given(kind["keyType"], key): given(kind["valueType"], item) for key, item in value}
        fields = kind["fields"]
        names = [field["name"] for field in fields]
        return Row(names, [given(field["type"], item) for field, item in zip(fields, value)])
    if kind in ("float", "double"):
        return float(value)
    if kind.startswith("decimal"):
        return decimal.Decimal(value)
    if kind == "binary":
        return base64.b64decode(value)
    if kind == "date":
        return EPOCH.date() + datetime.timedelta(days=value)
    if kind.startswith("timestamp"):
        return EPOCH + datetime.timedelta(microseconds=value)
    return value


def require(value, kind, *types):
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise TypeError(f"the function returned a {type(value).__name__}, which is no {kind.upper()}")
    return value


def taken(kind, value):
    """What the function returned as a value of its type."""
    if value is None:
        return None
    if isinstance(kind, dict):
        return taken_container(kind, value)
    if kind in INTEGERS:
        bound = 1 << (INTEGERS[kind] - 1)
        if not -bound <= require(value, kind, int) < bound:
            raise OverflowError(f"{value} does not fit into {kind.upper()}")
        return value
    if kind in ("float", "double"):
        number = float(require(value, kind, float, int))
        return number if math.isfinite(number) else str(number)
    if kind.startswith("decimal"):
        return taken_decimal(kind, require(value, kind, decimal.Decimal, int))
    if kind == "boolean":
        return require(value, kind, bool)
    if kind == "binary":
        return base64.b64encode(require(value, kind, bytes, bytearray)).decode()
    if kind == "date":
        if isinstance(require(value, kind, datetime.date), datetime.datetime):
            raise TypeError("the function returned a datetime, which is no DATE")
        return (value - EPOCH.date()).days
    if kind.startswith("timestamp"):
        value = require(value, kind, datetime.datetime)
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    return require(value, kind, str)


def taken_container(kind, value):
    if kind["type"] == "array":
        return [taken(kind["elementType"], item) for item in require(value, "array", list, tuple)]
    if kind["type"] == "map":
        items = require(value, "map", dict).items()
        return [[taken(kind["keyType"], key), taken(kind["valueType"], item)] for key, item in items]
    fields = kind["fields"]
    if isinstance(value, dict):
        value = [value.get(field["name"]) for field in fields]
    if len(require(value, "struct", list, tuple)) != len(fields):
        raise TypeError(f"the function returned {len(value)} fields, its type has {len(fields)}")
    return [taken(field["type"], item) for field, item in zip(fields, value)]


def taken_decimal(kind, value):
    """The digits without the point."""
    precision, scale = map(int, kind[len("decimal(") : -1].split(","))
    with decimal.localcontext(decimal.Context(prec=200, rounding=decimal.ROUND_HALF_UP)):
        digits = int((decimal.Decimal(value) * 10**scale).to_integral_value())
    if abs(digits) >= 10**precision:
        raise OverflowError(f"{value} does not fit into {kind.upper()}")
    return str(digits)


def function_of(definition):
    """The function that a body is, or the one in it that is named as its handler."""
    source = textwrap.dedent(definition["body"]).strip("\n")
    namespace = {"__name__": "__udf__"}
    if definition["handler"] is not None:
        exec(compile(source, "<udfbody>", "exec"), namespace)
        return namespace[definition["handler"]]
    names = [parameter["name"] for parameter in definition["parameters"]]
    tree = ast.parse(f"def main({', '.join(names)}): pass", "<udfbody>")
    tree.body[0].body = ast.parse(source.strip(), "<udfbody>").body
    exec(compile(tree, "<udfbody>", "exec"), namespace)
    return namespace["main"]


def failure(error):
    """The error as Python writes it, and the part of its stack that is the user's."""
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<udfbody>"]
    stack = "".join(f'  File "<udfbody>", line {frame.lineno}, in {frame.name}\n' for frame in frames)
    return {"error": text, "stack": stack.rstrip()}


def answers(definition, batches):
    try:
        call = function_of(definition)
    except Exception as error:
        for _ in batches:
            yield failure(error)
        return
    kinds = [parameter["type"] for parameter in definition["parameters"]]
    for batch in batches:
        try:
            rows = [[given(kind, value) for kind, value in zip(kinds, row)] for row in json.loads(batch)]
            yield {"values": [taken(definition["returns"], call(*row)) for row in rows]}
        except Exception as error:
            yield failure(error)


def main():
    # What the function prints must not be taken for an answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lines = open(0, encoding="utf-8", newline="\n", closefd=False)
    definition = json.loads(lines.readline())
    sys.stdin = open(os.devnull, encoding="utf-8")
    for answer in answers(definition, lines):
        out.write(json.dumps(answer, allow_nan=False) + "\n")
        out.flush()


main()
