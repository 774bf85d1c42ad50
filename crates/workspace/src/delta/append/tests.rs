use std::sync::Arc;

use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::logical_expr::{Expr, col, lit};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{DataFrame, SessionContext};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::*;
use crate::delta::schema::{DataType, StructField, StructType};
use crate::delta::test_tables::engine;
use crate::delta::{
    CHANGE, FILE, MetadataChange, Modification, ModifyMetrics, ModifyRequest, PartitionConditions, Pin, ROW,
    Replace, RowChange, alter, create_table, history,
};

mod concurrency;
mod properties;

struct Table {
    _folder: TempDir,
    runtime: Runtime,
    engine: DeltaEngine,
    location: TableLocation,
}

fn table(partition: &[&str], properties: &[(&str, &str)]) -> (Table, NewTable) {
    let folder = tempfile::tempdir().unwrap();
    let location = TableLocation::new(folder.path().join("50% of it")).unwrap();
    let (runtime, engine) = engine();
    let nested = StructType::try_new([StructField::nullable("x", DataType::STRING)]).unwrap();
    let fields = [
        StructField::not_null("id", DataType::LONG),
        StructField::nullable("kind", DataType::STRING),
        StructField::nullable("price", DataType::decimal(10, 2).unwrap()),
        StructField::nullable("at", DataType::TIMESTAMP),
        StructField::nullable("s", nested),
    ];
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let new = NewTable {
        schema: StructType::try_new(fields).unwrap(),
        partition_columns: partition.iter().map(|name| (*name).to_owned()).collect(),
        cluster_columns: Vec::new(),
        properties: properties.iter().map(owned).collect(),
        constraints: Vec::new(),
        description: None,
        replace: Replace::Never,
        managed: true,
        user: "admin@clxs.local".to_owned(),
    };
    (Table { _folder: folder, runtime, engine, location }, new)
}

const ROWS: &str = "SELECT column1 AS id, column2 AS kind, arrow_cast(column3, 'Decimal128(10, 2)') AS price, \
     arrow_cast(column4, 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, named_struct('x', column2) AS s FROM VALUES ";

impl Table {
    async fn rows(values: &str) -> SendableRecordBatchStream {
        let frame = SessionContext::new().sql(&format!("{ROWS}{values}")).await.unwrap();
        frame.execute_stream().await.unwrap()
    }

    fn write(&self, mode: WriteMode, values: &str, checks: Vec<Check>) -> Result<WriteMetrics, DeltaError> {
        self.write_to(self.snapshot(), mode, values, checks)
    }

    /// Writes rows that were computed for a version, which need not be the newest.
    fn write_to(
        &self,
        table: Snapshot,
        mode: WriteMode,
        values: &str,
        checks: Vec<Check>,
    ) -> Result<WriteMetrics, DeltaError> {
        let request = WriteRequest {
            mode,
            checks,
            reads: false,
            identities: Vec::new(),
            user: "admin@clxs.local".to_owned(),
        };
        self.runtime.block_on(async { append(table, Self::rows(values).await, &request).await })
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::open(&self.engine, &self.location, Pin::Latest).unwrap()
    }

    fn frame(&self) -> DataFrame {
        SessionContext::new().read_table(self.snapshot().into_table_provider().unwrap()).unwrap()
    }

    fn shown(&self) -> String {
        let batches = self.runtime.block_on(async {
            self.frame().sort(vec![col("id").sort(true, true)]).unwrap().collect().await.unwrap()
        });
        pretty_format_batches(&batches).unwrap().to_string()
    }

    fn check(&self, name: &str, predicate: Expr) -> Check {
        let frame = self.frame();
        let predicate = SessionContext::new().create_physical_expr(predicate, frame.schema());
        Check {
            name: name.to_owned(),
            expression: "id > 0".to_owned(),
            predicate: predicate.unwrap(),
            hidden: Vec::new(),
        }
    }
}

const TWO: &str = "(1, 'a/b c', 1.50, '2024-02-03T04:05:06.123456Z'), (2, NULL, NULL, NULL)";

#[test]
fn rows_written_are_read_again() {
    for properties in
        [&[][..], &[("delta.columnMapping.mode", "name")], &[("delta.columnMapping.mode", "id")]]
    {
        for partition in [&[][..], &["kind"], &["kind", "at"]] {
            let (table, new) = table(partition, properties);
            create_table(&table.engine, &table.location, &new).unwrap();
            let metrics = table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
            assert_eq!((metrics.version, metrics.num_output_rows), (1, 2));
            assert_eq!(metrics.num_files, if partition.is_empty() { 1 } else { 2 });
            insta::allow_duplicates! {
                insta::assert_snapshot!(table.shown());
            }
        }
    }
}

#[test]
fn files_carry_statistics_and_partition_values() {
    let (table, new) = table(&["kind"], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    let mut files = table.snapshot().files().unwrap();
    files.sort_by(|a, b| a.partition_values.cmp(&b.partition_values));
    assert!(files[1].path.starts_with("kind=a%252Fb%20c/part-"), "{}", files[1].path);
    assert!(files[0].path.starts_with("kind=__HIVE_DEFAULT_PARTITION__/part-"));
    let shown: Vec<_> = files.into_iter().map(|file| (file.partition_values, file.stats)).collect();
    insta::assert_debug_snapshot!(shown);
}

#[test]
fn overwrite_leaves_the_new_rows_only() {
    let (table, new) = table(&[], &[("delta.enableInCommitTimestamps", "true")]);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    table.write(WriteMode::Overwrite, "(9, 'z', 1.0, NULL)", Vec::new()).unwrap();
    assert_eq!(table.snapshot().files().unwrap().len(), 1);
    let commits = history(&table.location, None).unwrap();
    assert_eq!(commits[0].operation_parameters["mode"], "Overwrite");
    assert!(commits[0].timestamp > commits[1].timestamp);
    assert_eq!(table.runtime.block_on(table.frame().count()).unwrap(), 1);
}

#[test]
fn append_only_tables_are_not_overwritten() {
    let (table, new) = table(&[], &[("delta.appendOnly", "true")]);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    let error = table.write(WriteMode::Overwrite, TWO, Vec::new()).unwrap_err();
    assert_eq!(error.class().0, "DELTA_CANNOT_MODIFY_APPEND_ONLY");
}

#[test]
fn constraints_are_kept() {
    let (table, new) = table(&[], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    let missing = table.write(WriteMode::Append, "(NULL, 'a', 1.0, NULL)", Vec::new()).unwrap_err();
    assert!(matches!(missing, DeltaError::NotNullViolated { column } if column == "id"));

    let add =
        MetadataChange::AddCheck { name: "positive".to_owned(), expression: "id > 0".to_owned(), met_at: 0 };
    alter(&table.engine, &table.location, &add, "admin@clxs.local").unwrap();
    let unchecked = table.write(WriteMode::Append, TWO, Vec::new()).unwrap_err();
    assert!(matches!(unchecked, DeltaError::InvalidRows { .. }));
    let check = table.check("positive", col("id").gt(lit(0)));
    let violated = table.write(WriteMode::Append, "(-1, 'a', 1.0, NULL)", vec![check.clone()]).unwrap_err();
    insta::assert_snapshot!(violated, @"CHECK constraint positive (id > 0) violated by row with values: id = -1");
    table.write(WriteMode::Append, TWO, vec![check]).unwrap();
    assert_eq!(table.snapshot().version(), 2);
}

#[test]
fn ctas_is_one_commit() {
    let (table, new) = table(&[], &[("delta.enableDeletionVectors", "true")]);
    let metrics = table.runtime.block_on(async {
        create_table_as(&table.engine, &table.location, &new, Table::rows(TWO).await, &[]).await.unwrap()
    });
    assert_eq!((metrics.version, metrics.num_output_rows), (0, 2));
    let commits = history(&table.location, None).unwrap();
    assert_eq!(commits[0].operation.as_deref(), Some("CREATE TABLE AS SELECT"));
    assert_eq!(table.runtime.block_on(table.frame().count()).unwrap(), 2);
}

impl Table {
    fn delete(&self, predicate: Option<Expr>) -> Result<ModifyMetrics, DeltaError> {
        self.delete_of(self.snapshot(), predicate)
    }

    fn delete_of(&self, table: Snapshot, predicate: Option<Expr>) -> Result<ModifyMetrics, DeltaError> {
        self.delete_in(table, predicate, PartitionConditions::new())
    }

    fn delete_in(
        &self,
        table: Snapshot,
        predicate: Option<Expr>,
        partitions: PartitionConditions,
    ) -> Result<ModifyMetrics, DeltaError> {
        let request = ModifyRequest {
            operation: "DELETE",
            parameters: Vec::new(),
            checks: Vec::new(),
            repeated_deletes: false,
            identities: Vec::new(),
            user: "admin@clxs.local".to_owned(),
        };
        let mut modification = Modification::new(table, request)?.with_partitions(partitions);
        let Some(predicate) = predicate else {
            modification.take_all()?;
            return self.runtime.block_on(modification.commit());
        };
        self.runtime.block_on(async {
            let rows =
                SessionContext::new().read_table(modification.rows()?).unwrap().filter(predicate).unwrap();
            let change = lit(RowChange::Delete.code()).alias(CHANGE);
            let positions = rows.select([col(FILE), col(ROW), change]).unwrap();
            modification.take(positions.execute_stream().await.unwrap()).await?.commit().await
        })
    }

    fn count(&self) -> usize {
        self.runtime.block_on(self.frame().count()).unwrap()
    }
}

#[test]
fn rows_are_deleted_by_vectors_or_by_new_files() {
    for with_vectors in ["true", "false"] {
        let (table, new) = table(&[], &[("delta.enableDeletionVectors", with_vectors)]);
        create_table(&table.engine, &table.location, &new).unwrap();
        let many: Vec<_> = (0..100).map(|id| format!("({id}, 'k', 1.0, NULL)")).collect();
        table.write(WriteMode::Append, &many.join(", "), Vec::new()).unwrap();
        table.write(WriteMode::Append, "(1, 'x', 1.0, NULL)", Vec::new()).unwrap();
        for (id, deleted, files) in [(1, 2, 1), (2, 1, 0), (1, 0, 0)] {
            let metrics = table.delete(Some(col("id").eq(lit(id)))).unwrap();
            let by_vector = u64::from(with_vectors == "true" && deleted > 0);
            let rewritten = u64::from(with_vectors == "false" && deleted > 0);
            assert_eq!(metrics.num_deleted(), deleted);
            assert_eq!(metrics.num_deletion_vectors_added, by_vector);
            assert_eq!((metrics.num_removed_files, metrics.num_added_files), (files + rewritten, rewritten));
        }
        assert_eq!(table.count(), 98);
        let few = table.frame().filter(col("id").lt(lit(4))).unwrap();
        assert_eq!(table.runtime.block_on(few.count()).unwrap(), 2);
        let commits = history(&table.location, Some(1)).unwrap();
        assert_eq!(commits[0].operation.as_deref(), Some("DELETE"));
        assert_eq!(table.delete(None).unwrap().num_deleted(), 98);
        assert_eq!((table.count(), table.snapshot().files().unwrap().len()), (0, 0));
    }
}

#[test]
fn checkpoints_come_with_every_tenth_version() {
    for properties in [&[][..], &[("delta.feature.v2Checkpoint", "supported")]] {
        let (table, new) = table(&["kind"], properties);
        create_table(&table.engine, &table.location, &new).unwrap();
        for _ in 0..11 {
            table.write(WriteMode::Append, "(1, 'x', 1.0, NULL)", Vec::new()).unwrap();
        }
        let names: Vec<_> = fs_err::read_dir(table.location.path().join("_delta_log"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(names.iter().any(|name| name.starts_with("00000000000000000010.checkpoint")), "{names:?}");
        fs_err::remove_file(table.location.path().join("_delta_log/00000000000000000003.json")).unwrap();
        assert_eq!(table.count(), 11);
    }
}

#[test]
fn concurrent_appends_all_count() {
    let (table, new) = table(&[], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    let table = Arc::new(table);
    let writers: Vec<_> = (0..30)
        .map(|_| {
            let table = Arc::clone(&table);
            std::thread::spawn(move || table.write(WriteMode::Append, TWO, Vec::new()).unwrap())
        })
        .collect();
    for writer in writers {
        assert!(writer.join().unwrap().version > 0);
    }
    assert_eq!(table.snapshot().version(), 30);
    assert_eq!(table.runtime.block_on(table.frame().count()).unwrap(), 60);
}
