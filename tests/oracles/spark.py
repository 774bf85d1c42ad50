"""Spark as a Databricks SQL warehouse has it: ANSI mode, session time zone UTC."""

import logging
import os

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # On Databricks `'a''b'` is two literals side by side.
    "spark.sql.legacy.consecutiveStringLiterals.enabled": "true",
    # One row on one machine: no shuffles, no web page, no compiled stages.
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
}


def start() -> SparkSession:
    """Starts Spark in this process's own JVM, which sees UTC too."""
    os.environ["TZ"] = "UTC"
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    java = "-Duser.timezone=UTC -Duser.language=en -Duser.country=US"
    builder = SparkSession.builder.master("local[1]").config("spark.driver.extraJavaOptions", java)
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for logger in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(logger).disabled = True
    return session


FAILURES = (PySparkException, Py4JJavaError)
"""What a statement may fail with: the second are faults of Spark's own."""


def failure(error: PySparkException | Py4JJavaError) -> dict[str, str]:
    """The error class with its subclass, and the SQLSTATE; empty for an error that Spark gives no name."""
    if isinstance(error, Py4JJavaError):
        return {"error": "", "sql_state": ""}
    name, state = error.getCondition() or "", error.getSqlState() or ""
    return {"error": "" if name.startswith("_LEGACY") else name, "sql_state": state}
