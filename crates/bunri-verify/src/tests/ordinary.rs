//! Rows to stage: a small town, and how text becomes columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use bunri_catalogue::Table;
use bunri_columnar::staging_schema;
use bunri_types::ValueType;

/// 2026-04-01.
pub(super) const CUTOVER: i32 = 20_544;
const OPEN: i32 = 2_932_896;

/// The rows of one table, each cell as text.
pub(super) type Rows = Vec<Vec<Option<String>>>;

macro_rules! row {
    ($($cell:expr),*) => { vec![$(row!(@ $cell)),*] };
    (@ $cell:expr) => { Some($cell.to_string()) };
}

/// The rows of every table for so many supply points; every third point has switched away, every seventh is unknown
/// to the ledger. Numbers stand for days and unscaled decimals.
pub(super) fn ordinary(points: usize) -> BTreeMap<&'static str, Rows> {
    let mut tables: BTreeMap<&'static str, Rows> = BTreeMap::new();
    let mut add = |table, row| tables.entry(table).or_default().push(row);
    for code in ["99010", "99020"] {
        add("code_retailer", row![code, format!("retailer {code}")]);
    }
    for account in 1..4 {
        add("account", row![account, "secret"]);
    }
    for point in 0..points {
        let id = format!("90{point:020}");
        let switched = point % 3 == 0;
        if point % 7 != 6 {
            let until = if switched { CUTOVER - 100 } else { OPEN };
            add("supply_period", row![id, CUTOVER - 1000, until, "99010"]);
            if switched {
                add("supply_period", row![id, CUTOVER - 99, OPEN, "99020"]);
            }
        }
        let unit = ["A", "kW", "kVA"][point % 3];
        add(
            "supply_point",
            row![
                id,
                format!("street {point}"),
                unit,
                point,
                "motor",
                "visit them"
            ],
        );
        for month in 0..4 {
            let from = CUTOVER - 220 + 30 * month;
            let written = i64::from(from + 35) * 86_400_000_000;
            add(
                "meter_reading",
                row![id, from, from + 29, 1000 + point, written],
            );
        }
        let phone = format!("090-{:04}", point / 2);
        add(
            "contract",
            row![points - point, id, phone, CUTOVER - 900, CUTOVER - 101],
        );
        if point % 2 == 0 {
            add("consumer", row![phone, format!("name {point}")]);
        }
        for written in [CUTOVER - 500, CUTOVER - 50, CUTOVER - 50] {
            add("contract_history", row![points - point, written, "amended"]);
        }
    }
    tables
}

fn array(column: &bunri_catalogue::Column, cells: &[&Option<String>]) -> ArrayRef {
    macro_rules! numbers {
        () => {
            cells
                .iter()
                .map(|cell| cell.as_ref().map(|text| text.parse().unwrap()))
        };
    }
    match column.value_type {
        ValueType::Text => Arc::new(StringArray::from_iter(
            cells.iter().map(|cell| cell.as_ref()),
        )),
        ValueType::Int => Arc::new(numbers!().collect::<Int64Array>()),
        ValueType::Date(_) => Arc::new(numbers!().collect::<Date32Array>()),
        ValueType::Timestamp => Arc::new(numbers!().collect::<TimestampMicrosecondArray>()),
        ValueType::Decimal { precision, scale } => Arc::new(
            numbers!()
                .collect::<Decimal128Array>()
                .with_precision_and_scale(precision, scale.cast_signed())
                .unwrap(),
        ),
        other => panic!("no test column is {other:?}"),
    }
}

fn batch(table: &Table, rows: &Rows) -> RecordBatch {
    let column = |at: usize| {
        array(
            &table.columns[at],
            &rows.iter().map(|row| &row[at]).collect::<Vec<_>>(),
        )
    };
    RecordBatch::try_new(
        staging_schema(table),
        (0..table.columns.len()).map(column).collect(),
    )
    .unwrap()
}

/// Rows in staging order: by the values of the key.
pub(super) fn in_key_order(table: &Table, rows: &Rows) -> RecordBatch {
    let unsorted = batch(table, rows);
    let key: Vec<ArrayRef> = table
        .key
        .iter()
        .map(|&column| unsorted.column(column).clone())
        .collect();
    if key.is_empty() {
        return unsorted;
    }
    let encoded = bunri_columnar::key_converter(table, &table.key)
        .unwrap()
        .convert_columns(&key)
        .unwrap();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&row| encoded.row(row));
    batch(
        table,
        &order.into_iter().map(|row| rows[row].clone()).collect(),
    )
}
