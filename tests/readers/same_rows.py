"""Checks that two Delta tables have the same rows, as independent readers see them.

    python same_rows.py PAIRS.json

PAIRS.json is a list of `{"name": …, "changed": FOLDER, "copy": FOLDER}`: a table whose rows were changed, and a
plain table with the rows that the engine itself reads of it. The answer on stdout is a list of `{"name", READER: …}`
in the same order, where a reader's verdict is `equal`, `refused: REASON` or `unequal: …`.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import log_state
from compare import refusal_reason, row_verdict
from readers import start_reading


def main(arguments: list[str]) -> int:
    """Compares the pairs of a file; gives the exit code."""
    with open(arguments[0], encoding="utf-8") as file:
        pairs = json.load(file)
    with ThreadPoolExecutor() as pool:
        tables = [(pair[side], None) for pair in pairs for side in ("changed", "copy")]
        readings = {reader: future.result() for reader, future in start_reading(pool, tables).items()}
    print(json.dumps([{"name": pair["name"]} | verdicts(pair, readings) for pair in pairs], indent=1))
    return 0


def verdicts(pair: dict, readings: dict) -> dict[str, str]:
    """What each reader sees."""
    found = {}
    for reader, tables in readings.items():
        changed, copy = tables[(pair["changed"], None)], tables[(pair["copy"], None)]
        verdict = row_verdict(reader, changed, copy, log_state.read(pair["changed"]))
        if changed.error and (reason := refusal_reason(reader, changed.error, log_state.read(pair["changed"]))):
            found[reader] = f"refused: {reason}"
        elif verdict["verdict"] == "equal":
            found[reader] = "equal"
        else:
            found[reader] = f"unequal: {verdict['verdict']}: {verdict['message']}"
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
