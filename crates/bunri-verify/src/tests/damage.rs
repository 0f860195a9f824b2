//! Damage done by somebody who can also rewrite the manifest: every kind is found, under its own name.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use bunri_catalogue::Store;

use super::fixture::Fixture;

fn take(rows: &RecordBatch, order: impl IntoIterator<Item = u32>) -> RecordBatch {
    take_record_batch(rows, &UInt32Array::from_iter_values(order)).unwrap()
}

fn with_column(rows: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let mut columns = rows.columns().to_vec();
    columns[rows.schema().index_of(name).unwrap()] = column;
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}

fn count(rows: &RecordBatch) -> u32 {
    rows.num_rows().try_into().unwrap()
}

fn usage(rows: &RecordBatch, change: impl Fn(usize, i128) -> i128) -> RecordBatch {
    let old = rows
        .column_by_name("usage_kwh")
        .unwrap()
        .as_primitive::<arrow_array::types::Decimal128Type>();
    let new = Decimal128Array::from_iter_values(
        old.values()
            .iter()
            .enumerate()
            .map(|(at, &v)| change(at, v)),
    );
    with_column(
        rows,
        "usage_kwh",
        Arc::new(new.with_precision_and_scale(12, 1).unwrap()),
    )
}

const RETAIL_BYTES: &str =
    "C6 file_not_canonical retail meter_reading meter_reading/part-00001.parquet";

#[test]
fn a_changed_cell() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "meter_reading", |rows| {
        usage(&rows, |at, v| v + i128::from(at == 500))
    });
    assert_eq!(
        fixture.findings(),
        [
            "C3 region_differs retail meter_reading",
            "C3 value_changed retail meter_reading usage_kwh",
            RETAIL_BYTES,
        ]
    );
}

#[test]
fn two_rows_values_swapped() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "meter_reading", |rows| {
        usage(&rows, |at, v| match at {
            500 => v + 1,
            504 => v - 1,
            _ => v,
        })
    });
    let changed = "C3 value_changed transmission meter_reading usage_kwh";
    let sums = "C3 region_differs transmission meter_reading";
    // Rows 500 and 504 are of the same month of two neighbours, of whom the first has switched away.
    assert_eq!(fixture.findings(), [sums, sums, changed, changed]);
}

#[test]
fn a_lost_row_and_a_doubled_one() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "meter_reading", |rows| {
        take(&rows, (0..300).chain(301..701).chain(700..count(&rows)))
    });
    assert_eq!(
        fixture.findings(),
        [
            "C3 region_differs retail meter_reading",
            "C3 row_doubled retail meter_reading",
            "C3 row_missing retail meter_reading",
            RETAIL_BYTES,
        ]
    );
}

#[test]
fn another_customers_row() {
    let fixture = Fixture::ordinary();
    let theirs = fixture.read(Store::Transmission, "contract");
    fixture.tamper(Store::Retail, "contract", |rows| {
        // Contract 294 is of a point that the ledger does not know.
        let number = theirs
            .column(0)
            .as_primitive::<arrow_array::types::Int64Type>();
        let at = number
            .values()
            .iter()
            .position(|&number| number == 294)
            .unwrap();
        let before = rows
            .column(0)
            .as_primitive::<arrow_array::types::Int64Type>();
        let place = before
            .values()
            .iter()
            .position(|&number| number > 294)
            .unwrap();
        let end = rows.num_rows();
        let pieces = [
            rows.slice(0, place),
            theirs.slice(at, 1),
            rows.slice(place, end - place),
        ];
        concat_batches(&rows.schema(), &pieces).unwrap()
    });
    assert_eq!(
        fixture.findings(),
        [
            "C4 row_not_granted retail contract",
            "C5 record_combined retail contract",
            "C5 value_leaked retail contract supply_point_id",
            "C6 file_not_canonical retail contract contract/part-00000.parquet",
        ]
    );
}

#[test]
fn a_row_that_staging_does_not_have() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "account", |rows| {
        with_column(
            &rows,
            "account_id",
            Arc::new(Int64Array::from(vec![1, 2, 7])),
        )
    });
    assert_eq!(
        fixture.findings(),
        [
            "C3 region_differs transmission account",
            "C3 row_missing transmission account",
            "C4 row_without_partner transmission account",
        ]
    );
}

#[test]
fn a_withheld_cell_filled_in() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "supply_point", |rows| {
        let amounts = rows.column_by_name("amount").unwrap();
        let filled = amounts
            .as_primitive::<arrow_array::types::Int64Type>()
            .iter()
            .map(|v| Some(v.unwrap_or(7)));
        let filled: Int64Array = filled.collect();
        assert!(
            amounts.null_count() > 20,
            "the sample withholds amounts in kVA"
        );
        with_column(&rows, "amount", Arc::new(filled))
    });
    let findings = fixture.findings();
    assert_eq!(
        findings[0],
        "C4 cell_not_granted retail supply_point amount"
    );
    assert!(
        findings[20].starts_with("C4 cell_not_granted retail supply_point ×"),
        "{findings:?}"
    );
    assert_eq!(
        findings.len(),
        22,
        "20 by name, the rest in one line, and the bytes"
    );
}

#[test]
fn a_billing_column_in_the_transmission_store() {
    let fixture = Fixture::ordinary();
    let memo = |rows: &RecordBatch| -> ArrayRef {
        Arc::new(StringArray::from(vec!["pays late"; rows.num_rows()]))
    };
    fixture.tamper(Store::Transmission, "supply_point", |rows| {
        let mut fields: Vec<_> = rows.schema().fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("sales_memo", DataType::Utf8, true)));
        let columns = rows
            .columns()
            .iter()
            .cloned()
            .chain([memo(&rows)])
            .collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    });
    assert_eq!(
        fixture.findings(),
        [
            "C2 column_not_granted transmission supply_point sales_memo",
            "C4 column_not_granted transmission supply_point sales_memo ×300",
            "C6 schema_differs transmission supply_point supply_point/part-00000.parquet",
        ]
    );
}

#[test]
fn rows_in_another_order() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "contract", |rows| {
        take(&rows, (0..count(&rows)).rev())
    });
    assert_eq!(
        fixture.findings(),
        [
            "C2 row_order retail contract contract/part-00000.parquet ×257",
            "C6 file_not_canonical retail contract contract/part-00000.parquet",
        ]
    );
}

#[test]
fn a_multiset_that_lost_one_of_two_equal_rows() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Transmission, "contract_history", |rows| {
        take(&rows, 1..count(&rows))
    });
    fixture.tamper(Store::Quarantine, "contract_history", |rows| {
        take(&rows, (0..1).chain(0..count(&rows)))
    });
    assert_eq!(
        fixture.findings(),
        [
            "C3 region_differs quarantine contract_history",
            "C3 row_doubled quarantine contract_history",
            "C3 region_differs transmission contract_history",
            "C3 row_missing transmission contract_history",
        ]
    );
}

#[test]
fn a_personal_key_is_never_named() {
    let fixture = Fixture::ordinary();
    fixture.tamper(Store::Retail, "consumer", |rows| {
        take(&rows, 1..count(&rows))
    });
    let report = fixture.verify(2);
    assert!(report.broken());
    let text = String::from_utf8(report.to_bytes().unwrap()).unwrap();
    assert!(text.contains("\"row\": \"staging row 1\""), "{text}");
    assert!(!text.contains("090-"));
}

#[test]
fn files_added_removed_renamed_and_changed() {
    let fixture = Fixture::ordinary();
    let retail = fixture.store(Store::Retail);
    std::fs::write(retail.join("notes.txt"), "x").unwrap();
    std::fs::rename(retail.join("contract"), retail.join("contracts")).unwrap();
    std::fs::create_dir(retail.join("empty")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", retail.join("consumer/link")).unwrap();
    std::fs::write(retail.join("B3SUMS"), "").unwrap();
    let findings = fixture.findings();
    for expected in [
        "C1 file_missing retail contract/part-00000.parquet",
        "C1 file_unlisted retail contracts/part-00000.parquet",
        "C1 file_unlisted retail notes.txt",
        "C1 folder_unlisted retail contracts",
        "C1 folder_unlisted retail empty",
        "C1 link retail consumer/link",
        "C1 sums_differ retail B3SUMS",
        "C4 table_not_granted retail contracts contracts/part-00000.parquet ×258",
    ] {
        assert!(
            findings.iter().any(|line| line == expected),
            "{expected}\n{findings:#?}"
        );
    }
}

/// File names of a mainframe's time need not be UTF-8.
#[test]
fn a_file_whose_name_is_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::ordinary();
    let name = std::ffi::OsStr::from_bytes(b"\x8c\xda\x8bq.csv");
    std::fs::write(fixture.store(Store::Retail).join(name), "x").unwrap();
    assert_eq!(fixture.findings().len(), 1);
    assert!(fixture.findings()[0].starts_with("C1 file_unlisted retail"));
}

/// Whatever bytes stand in a file, verification ends with a report.
#[test]
fn a_damaged_file_is_a_finding() {
    let fixture = Fixture::ordinary();
    let file = fixture
        .store(Store::Transmission)
        .join("meter_reading/part-00001.parquet");
    let whole = std::fs::read(&file).unwrap();
    let mut cases: Vec<Vec<u8>> = vec![
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        b"PAR1PAR1".to_vec(),
    ];
    for place in (4..whole.len()).step_by(whole.len() / 12) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        cases.push(damaged);
    }
    for case in cases {
        std::fs::write(&file, &case).unwrap();
        let findings = fixture.findings();
        let changed = "C1 file_changed transmission meter_reading/part-00001.parquet";
        assert!(findings.iter().any(|line| line == changed), "{findings:?}");
    }
}

#[test]
fn a_store_that_is_not_there() {
    let fixture = Fixture::ordinary();
    std::fs::remove_dir_all(fixture.store(Store::Retail)).unwrap();
    let report = fixture.verify(2);
    assert!(report.broken());
    assert_eq!(report.findings[0].rule, bunri_report::Rule::StoreMissing);
}
