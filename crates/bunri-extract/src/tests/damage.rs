//! One database for each kind of damage: refused before a row is staged, in SQLite's words and without a value.

use bunri_job::Source;

use super::fixture::{PAGE, Town, catalogue};
use bunri_source::{ObjectKind, OpenSource, RowSink, SourceError, SourceRow, SourceValue};

fn damaged(town: &Town, said: &str) {
    let refused = town.refused();
    assert!(refused.contains("is damaged"), "{refused}");
    assert!(refused.contains(said), "{refused}");
    assert!(!refused.contains("000007"), "{refused}");
}

/// A column of the readings as extraction reads them, without the check of the whole.
fn read_in_key_order(town: &Town, column: usize) -> Vec<String> {
    let catalogue = catalogue();
    let table = catalogue.table("meter_reading").unwrap();
    let source = OpenSource::open(&Source::Sqlite(town.source())).unwrap();
    let session = source.session().unwrap();
    let queries = session.in_key_order(table, ObjectKind::Table, None, 1);
    let query = &queries.unwrap().unwrap()[0];
    let mut values = ColumnValues {
        column,
        values: Vec::new(),
    };
    session.read(table, query, &mut values).unwrap();
    values.values
}

/// The values of one column, as text.
struct ColumnValues {
    column: usize,
    values: Vec<String>,
}

impl RowSink for ColumnValues {
    type Error = SourceError;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, SourceError> {
        self.values.push(match row.value(self.column)? {
            SourceValue::Decimal(digits) => String::from_utf8_lossy(digits).into_owned(),
            SourceValue::Null => String::new(),
            SourceValue::Integer(number) => number.to_string(),
            SourceValue::Real(number) => number.to_string(),
            SourceValue::Text(bytes)
            | SourceValue::Blob(bytes)
            | SourceValue::Untyped(bytes)
            | SourceValue::Undecodable(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        });
        Ok(true)
    }
}

#[test]
fn a_whole_database_is_extracted() {
    assert_eq!(Town::new().extract().unwrap().rows_staged, 2002);
}

#[test]
fn a_stale_index_entry_is_refused() {
    let town = Town::new();
    town.behind_the_index("UPDATE meter_reading SET supply_point_id = '000007x' WHERE rowid = 7");
    damaged(&town, "row 7 missing from index by_key");
}

/// The second line of defence: were the check wrong, the key would still be the table's.
#[test]
fn a_stale_index_entry_gives_no_row_its_key() {
    let town = Town::new();
    town.behind_the_index("UPDATE meter_reading SET supply_point_id = '000007x' WHERE rowid = 7");
    let keys = read_in_key_order(&town, 0);
    assert_eq!((keys.len(), keys[6].as_str()), (1000, "000007x"));
}

#[test]
fn an_index_over_all_columns_gives_no_row_its_values() {
    let town = Town::new();
    town.sql(
        "DROP INDEX by_key; CREATE INDEX by_key ON meter_reading
        (supply_point_id, period_from, period_until, usage_kwh, updated_at)",
    );
    town.behind_the_index("UPDATE meter_reading SET usage_kwh = 7777 WHERE rowid = 7");
    assert_eq!(read_in_key_order(&town, 3)[6], "7777");
}

#[test]
fn a_missing_index_entry_is_refused() {
    let town = Town::new();
    town.behind_the_index(
        "INSERT INTO meter_reading VALUES ('000007', '2026-02-01', '2026-02-28', 1, '2026-03-01 09:00:00')",
    );
    damaged(&town, "row 1001 missing from index by_key");
}

#[test]
fn a_doubled_row_under_a_unique_index_is_refused() {
    let town = Town::new();
    town.sql("DROP INDEX by_key; CREATE INDEX by_key ON meter_reading (supply_point_id, period_from);
        INSERT INTO meter_reading SELECT * FROM meter_reading WHERE rowid = 7;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'CREATE INDEX', 'CREATE UNIQUE INDEX') WHERE name = 'by_key'");
    damaged(&town, "non-unique entry in index by_key");
}

#[test]
fn a_lost_row_is_refused() {
    let town = Town::new();
    town.behind_the_index("DELETE FROM meter_reading WHERE rowid = 7");
    damaged(&town, "wrong # of entries in index by_key");
}

#[test]
fn a_file_that_lost_its_last_page_is_refused() {
    let town = Town::new();
    town.bytes(|bytes| bytes.truncate(bytes.len() - PAGE));
    damaged(&town, "");
}

#[test]
fn a_spoilt_page_header_is_refused() {
    let town = Town::new();
    let page = town.root_page("meter_reading");
    town.bytes(|bytes| bytes[page] = 0xFF);
    damaged(&town, "");
}

/// Rows that nobody reaches any more: the page counts fewer cells than it has.
#[test]
fn a_page_that_lost_cells_is_refused() {
    let town = Town::new();
    let page = town.root_page("supply_period");
    town.bytes(|bytes| bytes[page + 4] -= 1);
    damaged(&town, "Fragmentation of ");
}

#[test]
fn a_damaged_freelist_is_refused() {
    let town = Town::new();
    town.sql("CREATE TABLE gone AS SELECT * FROM meter_reading; DROP TABLE gone");
    town.bytes(|bytes| bytes[39] -= 1);
    damaged(&town, "Freelist: ");
}

/// SQLite wrote the value; only the column's declaration came later.
#[test]
fn a_value_stored_otherwise_than_its_column_prefers_is_read() {
    let town = Town::new();
    town.sql(
        "UPDATE meter_reading SET updated_at = CAST(20260201 AS BLOB) WHERE rowid = 7;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'period_until TEXT', 'period_until NUMERIC')
        WHERE name = 'supply_period'",
    );
    town.sql("CREATE TABLE numbers AS SELECT 1 AS a; DROP TABLE numbers");
    assert_eq!(town.extract().unwrap().rows_rejected, 1);
}
