"""The comparer must be able to fail: clones tampered with in many ways, each of which must be reported."""

import io
import json
import math
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pyarrow as pa

import compare
import log_state
import readers
from canonical import digest, texts
from log_state import Action

FOLDERS = [up / "shared/tables/delta" for up in Path(__file__).parents]
TABLES = next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[-1])

Change = Callable[[Action], Action | None]
Tamper = Callable[[Path], None]


class Case(NamedTuple):
    """How a clone is made, and the problem that has to be reported of it."""

    kind: str
    """deep, shallow, or `a as b` to make it as a and declare it as b."""
    table: str
    tamper: Tamper
    problem: str = ""


def actions(change: Change) -> Tamper:
    """Rewrites the actions of every commit; an action changed to None is dropped."""

    def tamper(table: Path) -> None:
        for commit in sorted(table.glob("_delta_log/*.json")):
            changed = [change(json.loads(line)) for line in commit.read_text().splitlines()]
            commit.write_text("".join(json.dumps(action) + "\n" for action in changed if action))

    return tamper


def inside(kind: str, change: Callable[[Action], object]) -> Tamper:
    """Changes the body of every action of one kind in place."""

    def one(action: Action) -> Action:
        if kind in action:
            change(action[kind])
        return action

    return actions(one)


def drop_one_file(table: Path) -> None:
    """Takes the last added file out of the log."""
    last = list(log_state.read(str(table)).files.values())[-1].name
    actions(lambda action: None if action.get("add", {}).get("path") == last else action)(table)


def flip_byte(pattern: str, position: int) -> Tamper:
    """Inverts a byte of the first file that matches."""

    def tamper(table: Path) -> None:
        path = min(table.glob(pattern))
        data = bytearray(path.read_bytes())
        data[position] ^= 0xFF
        path.write_bytes(data)

    return tamper


def change_schema(metadata: Action) -> None:
    """Makes the first column a string."""
    schema = json.loads(metadata["schemaString"])
    schema["fields"][0]["type"] = "binary"
    metadata["schemaString"] = json.dumps(schema)


def new_identity(metadata: Action) -> None:
    """What every clone changes."""
    metadata |= {"id": "0b7e3a52-3d07-4bd5-8b53-000000000001", "name": "clone", "createdTime": 1}


def point_elsewhere(add: Action) -> None:
    """Lets a shallow clone read another folder."""
    add["path"] = add["path"].replace("/tables/", "/tables2/")


def forget_streams(table: Path) -> None:
    """Leaves the txn actions out, and with them the checkpoint that has them too."""
    actions(lambda action: None if "txn" in action else action)(table)
    for path in [*table.glob("_delta_log/*.checkpoint*"), *table.glob("_delta_log/_last_checkpoint")]:
        path.unlink()


def make_absolute(table: Path) -> None:
    """Names the clone's own files by absolute URI."""
    inside("add", lambda add: add.update(path=f"{table.as_uri()}/{add['path']}"))(table)


def keep(table: Path) -> None:
    """Leaves the clone as it is."""


SOUND: dict[str, Case] = {
    "partitions": Case("deep", "dat-basic_partitioned", keep),
    "deletion vector": Case("deep", "table-with-dv-small", keep),
    "checkpoint with sidecars": Case("deep", "v2-checkpoint-json", keep),
    "multi-part checkpoint": Case("deep", "multi-part-checkpoint", keep),
    "escaped paths": Case("deep", "data-reader-escaped-chars", keep),
    "new identity": Case("deep", "dat-basic_append", inside("metaData", new_identity)),
    "shallow": Case("shallow", "dat-basic_partitioned", keep),
    "shallow deletion vector": Case("shallow", "table-with-dv-small", keep),
    "shallow escaped paths": Case("shallow", "data-reader-escaped-chars", keep),
    "refused by deltalake": Case("deep", "type-widening", keep),
    "refused by duckdb": Case("deep", "void-column", keep),
}

TAMPERED: dict[str, Case] = {
    "file dropped": Case(
        "deep", "dat-basic_append", drop_one_file, r"log: file .*: is not live in the clone"
    ),
    "rows dropped": Case("deep", "dat-basic_append", drop_one_file, r"deltalake: unequal: \d rows became"),
    "data byte": Case("deep", "dat-basic_append", flip_byte("*.parquet", 60), r"checksum: data file"),
    "vector byte": Case("deep", "table-with-dv-small", flip_byte("*.bin", -6), r"checksum: .*CRC-32"),
    "partition value": Case(
        "deep",
        "dat-basic_partitioned",
        inside("add", lambda add: add["partitionValues"].update(letter="z")),
        r'partitionValues.letter: "\w*" became "z"',
    ),
    "size": Case(
        "deep",
        "dat-basic_append",
        inside("add", lambda add: add.update(size=1)),
        r"file.* size: \d+ became 1",
    ),
    "statistics": Case(
        "deep",
        "dat-basic_append",
        inside("add", lambda add: add.pop("stats")),
        r"stats: .* became nothing",
    ),
    "deletion vector dropped": Case(
        "deep",
        "table-with-dv-small",
        inside("add", lambda add: add.pop("deletionVector", None)),
        r"deletionVector.cardinality: 2 became nothing",
    ),
    "deleted rows": Case(
        "deep",
        "table-with-dv-small",
        inside("add", lambda add: add.pop("deletionVector", None)),
        r"duckdb: unequal: 8 rows became",
    ),
    "schema": Case("deep", "dat-basic_append", inside("metaData", change_schema), r"schema.fields.0.type"),
    "partition columns": Case(
        "deep",
        "dat-basic_partitioned",
        inside("metaData", lambda metadata: metadata.update(partitionColumns=[])),
        r"metaData.partitionColumns.0",
    ),
    "protocol": Case(
        "deep",
        "table-with-dv-small",
        inside("protocol", lambda protocol: protocol["readerFeatures"].clear()),
        r"protocol.readerFeatures.deletionVectors: true became nothing",
    ),
    "row tracking": Case(
        "deep",
        "table-with-dv-small",
        inside("protocol", lambda protocol: protocol["writerFeatures"].append("rowTracking")),
        r"log: file .*: row tracking without row ids of its own",
    ),
    "property": Case(
        "deep",
        "dat-basic_append",
        inside("metaData", lambda metadata: metadata["configuration"].update({"delta.appendOnly": "true"})),
        r"metaData.configuration.delta.appendOnly: nothing became true",
    ),
    "streaming state": Case(
        "deep",
        "app-txn-checkpoint",
        forget_streams,
        r"txn.* became nothing",
    ),
    "gap in the log": Case(
        "deep",
        "dat-basic_append",
        lambda table: (table / "_delta_log/00000000000000000000.json").unlink(),
        r"clone's log: LogError: .* has no commit 0",
    ),
    "absolute path in a deep clone": Case(
        "deep", "dat-basic_append", make_absolute, r"path: relative became absolute URI"
    ),
    "shallow as a deep clone": Case("shallow as deep", "dat-basic_append", keep, r"is not live in the clone"),
    "copy as a shallow clone": Case(
        "deep as shallow", "dat-basic_append", keep, r"file .*: is live in the clone alone"
    ),
    "shallow clone of elsewhere": Case(
        "shallow",
        "dat-basic_append",
        inside("add", point_elsewhere),
        r"deltalake: fails_on_clone",
    ),
}


def make_shallow(source: Path, clone: Path) -> None:
    """Writes a shallow clone by hand: the source's commits with absolute paths."""
    shutil.copytree(source / "_delta_log", clone / "_delta_log", copy_function=shutil.copyfile)

    def absolute(action: Action) -> Action:
        for body in (action.get("add"), action.get("remove")):
            if body:
                vector = log_state._deletion_vector(body.get("deletionVector"), str(source))
                body["path"] = f"{source.as_uri()}/{body['path']}"
                if vector and vector.location:
                    body["deletionVector"] |= {
                        "storageType": "p",
                        "pathOrInlineDv": Path(vector.location.path).as_uri(),
                    }
        return action

    actions(absolute)(clone)


@unittest.skipUnless(TABLES.is_dir(), "needs the real tables of ../shared/tables")
class Clones(unittest.TestCase):
    """Clones made by hand of real tables, compared in one batch."""

    results: dict[str, compare.Result]

    @classmethod
    def setUpClass(cls) -> None:
        """Makes every clone, tampers with it, and compares all of them."""
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        pairs = [cls.make(folder / name, name, case) for name, case in {**SOUND, **TAMPERED}.items()]
        few = compare.Pair(**{**vars(pairs[0]), "name": "wrong count", "expected_rows": 7})
        cls.results = {result.name: result for result in compare.compare([*pairs, few])}

    @staticmethod
    def make(clone: Path, name: str, case: Case) -> compare.Pair:
        """One clone in the folder `clone`."""
        made, _, declared = case.kind.partition(" as ")
        source = TABLES / case.table / "delta"
        if made == "deep":
            subprocess.run(["cp", "-r", "--no-preserve=mode", source, clone], check=True)
        else:
            make_shallow(source, clone)
        case.tamper(clone)
        return compare.Pair(name, declared or made, str(source), str(clone))

    def test_sound_clones_are_equal(self) -> None:
        """Nothing is reported of a clone that differs only as clones do."""
        for name in SOUND:
            with self.subTest(name):
                self.assertTrue(self.results[name].equal, self.results[name].problems)

    def test_each_tampering_is_reported(self) -> None:
        """Every damage has its line, and makes the pair unequal."""
        for name, case in TAMPERED.items():
            with self.subTest(name):
                self.assertFalse(self.results[name].equal)
                self.assertRegex("\n".join(self.results[name].problems), case.problem)

    def test_wrong_number_of_rows_is_reported(self) -> None:
        """A clone equal to its source still has to have the expected rows."""
        self.assertIn("duckdb: unequal: 6 rows, 7 are expected", self.results["wrong count"].problems)

    def test_known_refusals_are_named(self) -> None:
        """A source that one reader cannot read is checked by the other."""
        verdicts = self.results["refused by deltalake"].readers
        self.assertEqual(verdicts["deltalake"]["verdict"], "reader_refuses")
        self.assertEqual((verdicts["duckdb"]["verdict"], verdicts["duckdb"]["rows"]), ("equal", 2))

    def test_exit_code_is_1_when_anything_is_unequal(self) -> None:
        """The command as a Rust test calls it."""
        source = str(TABLES / "dat-basic_append/delta")
        pair = {"name": "t", "kind": "deep", "source": source, "clone": source, "source_version": 0}
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()) as told:
            pairs, results = Path(folder, "pairs.json"), Path(folder, "results.json")
            pairs.write_text(json.dumps([pair, {**pair, "source_version": 1}]))
            self.assertEqual(compare.main([str(pairs), str(results)]), 1)
            self.assertEqual([result["equal"] for result in json.loads(results.read_text())], [False, True])
        self.assertIn("1 of 2 clones are equal", told.getvalue())


class Readers(unittest.TestCase):
    """Readers that misbehave."""

    def test_a_reader_that_dies_is_restarted_for_the_next_table(self) -> None:
        """One crash costs one table."""
        script = (
            "import sys, os, json\n"
            "for line in sys.stdin:\n"
            "    if 'bad' in line: os.abort()\n"
            "    print(json.dumps({'rows': 1, 'digest': 'd'}), flush=True)\n"
        )

        def start(_: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-c", script],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )

        with patch.object(readers, "_start", start):
            found = readers._read_all("any", [("good", None), ("bad", None), ("good", 1)])
        self.assertEqual([reading.rows for reading in found.values()], [1, None, 1])
        self.assertIn("died (exit code -6)", found["bad", None].error or "")


class Canonical(unittest.TestCase):
    """Canonical texts and digests."""

    def test_order_of_rows_does_not_matter_but_their_number_does(self) -> None:
        """The digest is of a multiset."""
        rows = [pa.RecordBatch.from_pydict({"a": values}) for values in ([1, 2, 2], [2, 1, 2], [1, 1, 2])]
        first, second, third = (digest([batch]) for batch in rows)
        self.assertEqual(first, second)
        self.assertNotEqual(first, third)

    def test_texts_are_canonical(self) -> None:
        """Binary as base64, floats by repr, instants in UTC, maps sorted, nulls at every depth."""
        utc = pa.array([1_700_000_000_123_456, None], pa.timestamp("us", "UTC"))
        self.assertEqual(texts(utc), ['"2023-11-14 22:13:20.123456Z"', "null"])
        self.assertEqual(texts(pa.array([b"\xff", None])), ['"/w=="', "null"])
        self.assertEqual(texts(pa.array([0.1, -0.0, math.nan, None])), ['"0.1"', '"-0.0"', '"nan"', "null"])
        maps = pa.array([[("b", 1), ("a", None)], None, []], pa.map_(pa.string(), pa.int32()))
        self.assertEqual(texts(maps), ['[["a",null],["b",1]]', "null", "[]"])
        nested = pa.array([{"x": [1, None]}, {"x": None}, None], pa.struct([("x", pa.list_(pa.int8()))]))
        self.assertEqual(texts(nested), ['{"x":[1,null]}', '{"x":null}', "null"])
        self.assertEqual(texts(nested[1:]), ['{"x":null}', "null"])


if __name__ == "__main__":
    unittest.main()
