"""Results as the Statement Execution API gives them: `type_text` of columns, texts of `JSON_ARRAY`."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f
from pyspark.sql import types as t

NAMES = {
    t.ByteType: "TINYINT",
    t.ShortType: "SMALLINT",
    t.IntegerType: "INT",
    t.LongType: "BIGINT",
    t.NullType: "VOID",
}


def answer(frame: DataFrame) -> dict[str, object]:
    """The types of the columns and the rows; a row of one column is its text."""
    fields = frame.schema.fields
    columns = [f"c{index}" for index in range(len(fields))]
    texts = [_text(f.col(name), field.dataType) for name, field in zip(columns, fields, strict=True)]
    collected = frame.toDF(*columns).select(*texts).collect()
    rows = [row[0] if len(fields) == 1 else list(row) for row in collected]
    return {"type": ", ".join(type_text(field.dataType) for field in fields), "rows": rows}


def type_text(kind: t.DataType) -> str:
    """A type as the platform writes it (facts: `STRUCT<street: STRING, zip: INT>`)."""
    match kind:
        case t.ArrayType():
            return f"ARRAY<{type_text(kind.elementType)}>"
        case t.MapType():
            return f"MAP<{type_text(kind.keyType)}, {type_text(kind.valueType)}>"
        case t.StructType():
            fields = [f"{field.name}: {type_text(field.dataType)}" for field in kind.fields]
            return f"STRUCT<{', '.join(fields)}>"
        case _:
            return NAMES.get(type(kind), kind.simpleString().upper())


def _text(column: Column, kind: t.DataType) -> Column:
    """Containers are JSON texts whose scalars are texts too."""
    if isinstance(kind, t.ArrayType | t.MapType | t.StructType):
        return f.to_json(_texts(column, kind), {"ignoreNullFields": "false"})
    return _scalar(column, kind)


def _texts(column: Column, kind: t.DataType) -> Column:
    """The same container with texts for scalars."""
    match kind:
        case t.ArrayType():
            return f.transform(column, lambda item: _texts(item, kind.elementType))
        case t.MapType():
            keys = f.transform(f.map_keys(column), lambda key: _text(key, kind.keyType))
            values = f.transform(f.map_values(column), lambda value: _texts(value, kind.valueType))
            return f.map_from_arrays(keys, values)
        case t.StructType():
            fields = [_texts(column.getField(field.name), field.dataType) for field in kind.fields]
            named = [value.alias(field.name) for value, field in zip(fields, kind.fields, strict=True)]
            return f.when(column.isNotNull(), f.struct(*named)) if named else column
        case _:
            return _scalar(column, kind)


def _scalar(column: Column, kind: t.DataType) -> Column:
    match kind:
        case t.BinaryType():
            return f.base64(column)
        case t.TimestampType():
            return f.date_format(column, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
        case t.TimestampNTZType():
            return f.date_format(column, "yyyy-MM-dd'T'HH:mm:ss.SSS")
        case _:
            return column.cast("string")
