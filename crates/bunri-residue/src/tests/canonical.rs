//! What the canonical writer writes, the audit finds clean: it knows the writer's form to the last bit.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::made::{audit, rows, schema, text, written};

#[track_caller]
fn clean(batches: &[RecordBatch]) {
    let schema = batches[0].schema();
    let verdict = audit(&written(&schema, batches), &schema);
    assert!(verdict.clean(), "{verdict:#?}");
}

#[test]
fn an_empty_file() {
    clean(&[rows(0, |_, _| None)]);
}

#[test]
fn every_type_with_and_without_null() {
    clean(&[rows(1, |_, _| None)]);
    clean(&[rows(1, |_, _| Some(1))]);
    clean(&[rows(9000, |row, column| Some((row * column % 1000) as i64))]);
    clean(&[rows(9000, |row, column| {
        (row % (column + 2) > 0).then_some((row / 7) as i64)
    })]);
    clean(&[rows(20_000, |row, column| {
        (row / 50 % (column + 2) > 0).then_some(-((row / 9 % 40) as i64))
    })]);
}

#[test]
fn several_row_groups() {
    clean(&[rows(140_000, |row, column| {
        (row % 11 != column).then_some((row * 7 % 90_000) as i64)
    })]);
}

#[test]
fn a_column_for_every_letter_and_more_than_a_short_list_holds() {
    let fields: Vec<Field> = (0..40)
        .map(|at| Field::new(format!("欄{at}"), DataType::Utf8, true))
        .collect();
    let cell: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("")]));
    clean(&[RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![cell; 40]).unwrap()]);
}

/// The dictionary is given up in the middle of a page, at the end of one, in steps of every size.
#[test]
fn dictionaries_that_grow_too_large() {
    for length in [1, 12, 16, 60, 124, 125, 300, 1020, 5000, 60_000] {
        for null in [0, 2, 3, 9000] {
            let count = (8_000_000 / length).clamp(30, 70_000);
            clean(&[text(count, length, 1 << 20, null)]);
            clean(&[text(count, length, (1 << 16) / (length + 4), null)]);
        }
    }
}

/// The same of types of fixed size, whose limit is a page of different values of eight bytes; those of four bytes reach it
/// in two pages, and truth values and long decimals have none.
#[test]
fn dictionaries_of_fixed_size_that_grow_too_large() {
    for distinct in [8190, 8191, 8192, 8193, 12_000, 16_383, 16_384, 30_000] {
        for null in [0, 2, 3, 9000] {
            clean(&[rows(70_000, |row, column| {
                let filled = null == 0 || !(row + column).is_multiple_of(null);
                filled.then_some((row * 31 % distinct) as i64)
            })]);
        }
    }
    // Whole steps of NULL, and a limit reached in a later row group only.
    clean(&[rows(140_000, |row, column| {
        let different = if row < 65_536 { 5 } else { 60_000 };
        (row / 8192 % (column + 2) > 0).then_some((row % different) as i64)
    })]);
}

/// Rows of texts of these lengths; of length 0, NULL.
fn lengths(lengths: &[usize]) -> RecordBatch {
    let cell = |(row, &length): (usize, &usize)| {
        (length > 0).then(|| format!("{row:08}{}", "x".repeat(length)))
    };
    let column: ArrayRef = Arc::new(StringArray::from_iter(lengths.iter().enumerate().map(cell)));
    let schema = Schema::new(vec![Field::new("t", DataType::Utf8, true)]);
    RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap()
}

/// More bytes than a page may unpack to, in fewer rows than a page has: what was written could not be verified.
#[test]
fn pages_of_long_cells_end_by_bytes() {
    clean(&[lengths(&[1 << 20; 130])]);
    clean(&[lengths(&[20 << 10; 8192])]);
}

/// Long cells come late, between NULLs and short ones, which a size that is guessed from the first cells does not see.
#[test]
fn long_cells_among_short_ones_end_by_bytes() {
    let mut mixed = vec![300; 9000];
    (8000..8100).for_each(|row| mixed[row] = 1 << 20);
    clean(&[lengths(&mixed)]);
    (0..9000).step_by(3).for_each(|row| mixed[row] = 0);
    (8500..8600).for_each(|row| mixed[row] = 3 << 20);
    clean(&[lengths(&mixed)]);
    clean(&[lengths(&[
        0,
        0,
        (32 << 20) - 8,
        0,
        5,
        9 << 20,
        7 << 20,
        (1 << 23) - 12,
        5,
    ])]);
}

#[test]
fn batches_of_long_cells_leave_no_trace() {
    let mixed: Vec<usize> = (0..9000).map(|row| row % 97 * 200).collect();
    let whole = lengths(&mixed);
    let parts: Vec<_> = (0..90).map(|at| whole.slice(at * 100, 100)).collect();
    let schema = whole.schema();
    assert!(written(&schema, &[whole]) == written(&schema, &parts));
}

/// A mask of NULLs without a NULL is a trace of the batch from which rows were cut.
#[test]
fn masks_without_null_leave_no_trace() {
    let whole = text(60_000, 60, 1 << 20, 0);
    let masked = text(60_000 + 9000, 60, 1 << 20, 9000);
    let parts: Vec<RecordBatch> = (0..7).map(|at| masked.slice(at * 9000 + 1, 8192)).collect();
    for part in &parts {
        assert!(part.column(0).nulls().is_some() && part.column(0).null_count() == 0);
    }
    clean(&parts);
    let copied = parts.iter().map(|part| {
        let cells = part
            .column(0)
            .as_any()
            .downcast_ref::<StringArray>()
            .unwrap();
        let column: ArrayRef = Arc::new(StringArray::from_iter_values(cells.iter().flatten()));
        RecordBatch::try_new(part.schema(), vec![column]).unwrap()
    });
    let schema = whole.schema();
    assert_eq!(
        written(&schema, &parts),
        written(&schema, &copied.collect::<Vec<_>>())
    );
}

#[test]
fn another_schema_is_seen() {
    let file = written(&schema(), &[rows(5, |row, _| Some(row as i64))]);
    let mut fields: Vec<_> = schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    fields[3] = Field::new("c3", DataType::Decimal128(8, 1), true);
    assert_eq!(
        audit(&file, &Schema::new(fields.clone())).residues.words(),
        ["footer_not_canonical"]
    );
    fields[3] = Field::new("c3", DataType::Int64, true);
    assert_eq!(
        audit(&file, &Schema::new(fields)).residues.words(),
        ["schema_differs"]
    );
}
