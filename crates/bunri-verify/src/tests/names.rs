//! How a finding names its row: by its key, or by its number where the key is a person's value or there is none. And
//! the same beyond the first batch, where counting begins again in every loop that forgets what it has read.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::take::take_record_batch;
use bunri_catalogue::Store;
use bunri_report::{Claim, Finding};

use super::fixture::Fixture;
use super::ordinary::ordinary;

fn without(rows: &RecordBatch, lost: usize) -> RecordBatch {
    let kept = (0..rows.num_rows()).filter(|&row| row != lost);
    let kept = UInt32Array::from_iter_values(kept.map(|row| row.try_into().unwrap()));
    take_record_batch(rows, &kept).unwrap()
}

fn with_text(rows: &RecordBatch, name: &str, row: usize, text: &str) -> RecordBatch {
    let old = rows.column_by_name(name).unwrap().as_string::<i32>();
    let new = old.iter().enumerate();
    let new: StringArray = new
        .map(|(at, value)| if at == row { Some(text) } else { value })
        .collect();
    let mut columns = rows.columns().to_vec();
    columns[rows.schema().index_of(name).unwrap()] = Arc::new(new);
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}

/// `C3 row_missing contract_history staging row 3`, of what names a row.
fn rows_named(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let (table, row) = (finding.table.as_ref()?, finding.row.as_ref()?);
        Some(format!(
            "{:?} {} {table} {row}",
            finding.claim, finding.rule
        ))
    };
    findings.iter().filter_map(line).collect()
}

#[test]
fn a_row_is_named_by_its_key() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "supply_point", |rows| {
        with_text(&without(&rows, 9), "service_address", 3, "elsewhere")
    });
    assert_eq!(
        rows_named(&fixture.verify(1).findings),
        [
            format!("C3 row_missing supply_point supply_point_id=90{:020}", 9),
            format!("C3 value_changed supply_point supply_point_id=90{:020}", 3),
        ]
    );
}

#[test]
fn a_row_whose_key_is_a_person_is_named_by_its_number() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "consumer", |rows| {
        with_text(&without(&rows, 9), "name", 3, "somebody else")
    });
    assert_eq!(
        rows_named(&fixture.verify(1).findings),
        [
            "C3 row_missing consumer staging row 10",
            "C3 value_changed consumer store row 4",
        ]
    );
}

#[test]
fn a_row_between_two_staged_ones_has_no_partner() {
    let fixture = Fixture::ordinary();
    let invented = format!("90{:020}x", 8);
    fixture.tamper(Store::Transmission, "supply_point", |rows| {
        with_text(&rows, "supply_point_id", 9, &invented)
    });
    assert_eq!(
        rows_named(&fixture.verify(1).findings),
        [
            format!("C3 row_missing supply_point supply_point_id=90{:020}", 9),
            format!("C4 row_without_partner supply_point supply_point_id={invented}"),
        ]
    );
}

#[test]
fn after_twenty_rows_of_a_kind_only_their_number_is_told() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "supply_point", |rows| {
        rows.slice(0, rows.num_rows() - 50)
    });
    let findings = fixture.verify(1).findings;
    let named = rows_named(&findings);
    assert_eq!(named.len(), 20);
    assert!(named[19].ends_with(&format!("supply_point_id=90{:020}", 269)));
    let missing = findings
        .iter()
        .filter(|finding| finding.rule == bunri_report::Rule::RowMissing);
    assert_eq!(missing.map(|finding| finding.count).sum::<u64>(), 50);
}

#[test]
fn a_column_too_many_that_holds_nothing_is_a_wrong_shape_and_no_leak() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "contract", |rows| {
        let empty: ArrayRef = Arc::new(StringArray::new_null(rows.num_rows()));
        let mut fields: Vec<_> = rows.schema().fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("spare", DataType::Utf8, true)));
        let columns = rows.columns().iter().cloned().chain([empty]).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    });
    assert_eq!(
        fixture.findings(),
        [
            "C2 column_not_granted retail contract spare",
            "C6 file_not_canonical retail contract contract/part-00000.parquet",
            "C6 schema_differs retail contract contract/part-00000.parquet",
        ]
    );
}

/// So many points that readings and history, which has no key, are longer than a batch.
fn long() -> Fixture {
    let fixture = Fixture::new(&ordinary(5_600), &[]);
    fixture.split();
    fixture
}

#[test]
fn beyond_the_first_batch_rows_are_counted_on() {
    let fixture = long();
    let faultless = fixture.verify(1);
    assert_eq!(faultless.findings, []);
    let in_manifest = |store| {
        fixture
            .manifest(store)
            .files()
            .map(|file| file.rows)
            .sum::<u64>()
    };
    let stored: u64 = Store::ALL.into_iter().map(in_manifest).sum();
    let looked = faultless.claim(Claim::C4).unwrap().checked.rows;
    assert_eq!(looked, stored);

    fixture.tamper(Store::Transmission, "contract_history", |rows| {
        without(&rows, 16_601)
    });
    fixture.tamper(Store::Transmission, "meter_reading", |rows| {
        assert!(rows.num_rows() > 22_000);
        without(&without(&rows, 20_000), 16_384)
    });
    let reading = |row: usize| {
        let day = bunri_types::day_text(super::ordinary::CUTOVER - 220 + 30 * (row as i32 % 4));
        format!(
            "C3 row_missing meter_reading supply_point_id=90{:020} period_from={day}",
            row / 4
        )
    };
    assert_eq!(
        rows_named(&fixture.verify(2).findings),
        [
            "C3 row_missing contract_history staging row 16602".to_owned(),
            reading(16_384),
            reading(20_000),
        ]
    );
}

#[test]
fn a_row_changed_beyond_the_first_batch_is_counted_on_too() {
    let fixture = long();
    fixture.tamper(Store::Transmission, "contract_history", |rows| {
        with_text(&rows, "what", 16_700, "bribed")
    });
    let numbers = fixture.read(Store::Transmission, "contract_history");
    let numbers: &Int64Array = numbers.column(0).as_primitive::<Int64Type>();
    assert!(numbers.len() > 16_700);
    let named = rows_named(&fixture.verify(2).findings);
    assert_eq!(
        named,
        [
            "C3 row_missing contract_history staging row 16701",
            "C4 row_without_partner contract_history store row 16701",
        ]
    );
}
