use std::io::Read;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::ipc::reader::StreamReader;

use super::*;
use crate::warehouse::{ResultLimits, Rows};

fn texts(rows: usize, text: &str) -> StatementResult {
    let columns = vec![ResultColumn { name: "a".into(), ..ResultColumn::default() }];
    StatementResult { columns, rows: vec![vec![Some(text.to_owned())]; rows].into() }
}

fn numbers(count: i64) -> StatementResult {
    let schema = Arc::new(Schema::new(vec![Field::new("plan name", DataType::Int64, false)]));
    let batch = |start: i64| {
        let end = (start + 8_192).min(count);
        RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Int64Array::from_iter_values(start..end))])
    };
    let batches = (0..count).step_by(8_192).map(|start| batch(start).unwrap()).collect();
    let columns = vec![ResultColumn { name: "id".into(), ..ResultColumn::default() }];
    StatementResult { columns, rows: Rows::Batches(batches) }
}

fn links(format: ResultFormat, lz4: bool) -> Delivery {
    Delivery { disposition: Disposition::Links, format, lz4, ..Delivery::default() }
}

fn bytes(chunk: &Chunk) -> &[u8] {
    let Content::Encoded(bytes) = &chunk.content else { panic!("a linked chunk is encoded") };
    bytes
}

#[test]
fn rows_are_cut_into_chunks_that_follow_each_other() {
    let set = ResultSet::new(texts(45_000, "x"), Delivery::default()).unwrap();
    let places: Vec<_> = set.chunks().iter().map(|chunk| (chunk.row_offset, chunk.row_count)).collect();
    assert_eq!(places, [(0, 20_000), (20_000, 20_000), (40_000, 5_000)]);
}

#[test]
fn row_limit_and_byte_limit_cut_the_result_and_say_so() {
    for (limits, kept) in [
        (ResultLimits { rows: Some(2), bytes: None }, 2),
        (ResultLimits { rows: None, bytes: Some(20) }, 2),
        (ResultLimits { rows: Some(0), bytes: None }, 0),
    ] {
        let delivery = Delivery { limits, ..Delivery::default() };
        let set = ResultSet::new(texts(3, "xxxx"), delivery).unwrap();
        assert_eq!((set.row_count(), set.truncated()), (kept, true), "{limits:?}");
        let arrow = Delivery { limits, ..links(ResultFormat::ArrowStream, false) };
        let set = ResultSet::new(numbers(3), arrow).unwrap();
        assert_eq!((set.row_count(), set.truncated()), (kept, true), "{limits:?}");
    }
    let limits = ResultLimits { rows: Some(10_000), bytes: None };
    let set = ResultSet::new(numbers(20_000), Delivery { limits, ..Delivery::default() }).unwrap();
    assert_eq!(
        (set.row_count(), set.truncated()),
        (10_000, true),
        "the limit is in the second of three batches"
    );
    let limits = ResultLimits { rows: Some(2), bytes: None };
    let set = ResultSet::new(texts(2, "x"), Delivery { limits, ..Delivery::default() }).unwrap();
    assert!(!set.truncated());
}

#[test]
fn result_beyond_the_inline_limit_fails_the_statement_unless_it_is_linked() {
    let text = "x".repeat(1 << 20);
    let error = ResultSet::new(texts(30, &text), Delivery::default()).unwrap_err();
    assert!(error.message.contains("25"), "{error}");
    let set = ResultSet::new(texts(30, &text), links(ResultFormat::JsonArray, false)).unwrap();
    assert_eq!((set.row_count(), set.chunks().len()), (30, 2));
}

#[test]
fn arrow_chunks_end_where_the_platforms_do_and_bear_the_names_of_the_result() {
    let set = ResultSet::new(numbers(130_000), links(ResultFormat::ArrowStream, true)).unwrap();
    let places: Vec<_> = set.chunks().iter().map(|chunk| (chunk.row_offset, chunk.row_count)).collect();
    assert_eq!(places, [(0, 122_880), (122_880, 7_120)]);
    let mut stream = Vec::new();
    lz4_flex::frame::FrameDecoder::new(bytes(&set.chunks()[1])).read_to_end(&mut stream).unwrap();
    assert_eq!(stream.len() as u64, set.chunks()[1].byte_count);
    let reader = StreamReader::try_new(stream.as_slice(), None).unwrap();
    assert_eq!(reader.schema().field(0).name(), "id");
    assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 7_120);
}

#[test]
fn csv_has_names_once_quotes_what_needs_it_and_writes_null() {
    let columns = vec![ResultColumn { name: "a,b".into(), ..ResultColumn::default() }];
    let mut rows = vec![vec![Some("x\"y".to_owned())], vec![None]];
    rows.resize(20_001, vec![Some(String::new())]);
    let set = ResultSet::new(StatementResult { columns, rows: rows.into() }, links(ResultFormat::Csv, false));
    let set = set.unwrap();
    let first = std::str::from_utf8(bytes(&set.chunks()[0])).unwrap();
    assert!(first.starts_with("\"a,b\"\r\n\"x\"\"y\"\r\nnull\r\n\r\n"), "{first:.40}");
    assert_eq!(bytes(&set.chunks()[1]), b"\r\n");
}

#[test]
fn small_hybrid_result_is_attached_and_a_large_one_is_not() {
    let hybrid = || Delivery { disposition: Disposition::Hybrid, ..links(ResultFormat::ArrowStream, false) };
    assert!(ResultSet::new(numbers(10), hybrid()).unwrap().attachment().is_some());
    assert!(ResultSet::new(numbers(130_000), hybrid()).unwrap().attachment().is_none());
}
