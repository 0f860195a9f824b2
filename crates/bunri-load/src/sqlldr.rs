//! A store as files for Oracle's SQL*Loader: DDL, a control file and delimited data for each table. **Not run by anybody who made this**:
//! there was no Oracle to run it on; the files say so. Written by Oracle's "Database Utilities", chapters on SQL*Loader.
//!
//! Fields end with U+001F and rows with U+001E and a line end, so that nothing has to be enclosed and doubled; a text that holds one of the
//! two characters is refused. Oracle takes the empty text for NULL: such cells are counted and told.

use std::io::Write;
use std::path::Path;

use bunri_columnar::{ColumnarError, Event, Observer, PendingFile, create_folder, write_whole};
use bunri_fingerprint::Cells;
use bunri_types::{Value, ValueType, parse_day, value_text};

use crate::LoadError;
use crate::sealed::{SealedColumn, SealedStore, SealedTable};

const FIELD_END: u8 = 0x1f;
const ROW_END: [u8; 2] = [0x1e, b'\n'];
/// Bytes of a text that is no large object.
const MOST_TEXT: usize = 4_000;
/// Bytes of a binary value that is no large object.
const MOST_RAW: usize = 2_000;
/// Bytes of a name, since Oracle 12.2.
const LONGEST_NAME: usize = 128;
/// The last file; without it the folder is unfinished.
const README: &str = "README.txt";

/// What was written for a loader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoaderFiles {
    /// Tables.
    pub tables: usize,
    /// Rows.
    pub rows: u64,
    /// By table and column: empty texts, which Oracle takes for NULL.
    pub empty_texts: Vec<(String, String, u64)>,
}

/// What was seen of a column's texts.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    longest: usize,
    empty: u64,
}

/// Writes the files into a folder that is empty or not there.
///
/// # Errors
/// When a name or a cell cannot be written so that it comes back, and what the disk says.
pub fn write_sqlldr(
    store: &SealedStore,
    folder: &Path,
    observer: &dyn Observer,
) -> Result<LoaderFiles, LoadError> {
    refuse_names(store)?;
    create_folder(folder)?;
    let taken = std::fs::read_dir(folder).map_err(ColumnarError::io("list", folder))?;
    if taken.count() > 0 {
        return Err(LoadError::Refused(vec![format!(
            "`{}` is not empty",
            folder.display()
        )]));
    }
    observer.event(Event::Stage {
        name: "write",
        rows: store.rows(),
    });
    let mut files = LoaderFiles::default();
    let (mut tables, mut keys) = (heading(store, "--"), heading(store, "--"));
    for table in &store.tables {
        let id = table.id.as_str();
        observer.event(Event::Table { id });
        let seen = data(store, table, &folder.join(format!("{id}.dat")), observer)?;
        refuse_long(table, &seen)?;
        let control = heading(store, "--") + &control(table, &seen);
        write_whole(&folder.join(format!("{id}.ctl")), control.as_bytes())?;
        tables.push_str(&create(table, &seen));
        keys.push_str(&key(table));
        let empty = table
            .columns
            .iter()
            .zip(&seen)
            .filter(|(_, seen)| seen.empty > 0);
        let empty =
            empty.map(|(column, seen)| (table.name.clone(), column.name.clone(), seen.empty));
        files.empty_texts.extend(empty);
        files.tables += 1;
        files.rows = files.rows.saturating_add(table.rows);
        observer.event(Event::TableDone {
            id,
            rows: table.rows,
        });
    }
    write_whole(&folder.join("1_tables.sql"), tables.as_bytes())?;
    write_whole(&folder.join("3_keys.sql"), keys.as_bytes())?;
    write_whole(&folder.join(README), readme(store, &files).as_bytes())?;
    Ok(files)
}

fn refuse_names(store: &SealedStore) -> Result<(), LoadError> {
    let fits = |name: &str| {
        !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(['"', '\0', '\n', '\r'])
    };
    let mut refusals = Vec::new();
    for table in &store.tables {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        for name in columns
            .chain([table.name.as_str()])
            .filter(|name| !fits(name))
        {
            let shown = name.escape_debug();
            refusals.push(format!(
                "table `{}`: `{shown}` is no name in Oracle",
                table.id
            ));
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(LoadError::Refused(refusals))
    }
}

/// Writes the rows; gives what was seen of each column.
fn data(
    store: &SealedStore,
    table: &SealedTable,
    path: &Path,
    observer: &dyn Observer,
) -> Result<Vec<Seen>, LoadError> {
    let mut file = PendingFile::create(path)?;
    let mut seen = vec![Seen::default(); table.columns.len()];
    let columns: Vec<usize> = (0..table.columns.len()).collect();
    let mut batches = store.batches(table, &columns);
    let (mut out, mut number) = (Vec::new(), 0_u64);
    while let Some(batch) = batches.next_batch()? {
        if observer.cancelled() {
            return Err(LoadError::Interrupted);
        }
        let cells: Result<Vec<Cells<'_>>, _> = batch
            .columns()
            .iter()
            .map(|it| Cells::of(it.as_ref()))
            .collect();
        let cells = cells?;
        out.clear();
        for row in 0..batch.num_rows() {
            number += 1;
            for (at, cells) in cells.iter().enumerate() {
                if at > 0 {
                    out.push(FIELD_END);
                }
                field(cells.value(row), &mut seen[at], &mut out).map_err(|why| {
                    LoadError::Cell {
                        table: table.name.clone(),
                        column: table.columns[at].name.clone(),
                        row: number,
                        why,
                    }
                })?;
            }
            out.extend_from_slice(&ROW_END);
        }
        file.write_all(&out)
            .map_err(ColumnarError::io("write", path))?;
        observer.event(Event::Rows {
            rows: batch.num_rows() as u64,
        });
    }
    file.commit()?;
    Ok(seen)
}

/// Appends a field. NULL is nothing between two ends.
fn field(value: Value<'_>, seen: &mut Seen, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let begin = out.len();
    match value {
        Value::Null => return Ok(()),
        Value::Text(text) => {
            if text
                .bytes()
                .any(|byte| [0, FIELD_END, ROW_END[0]].contains(&byte))
            {
                return Err(
                    "holds U+0000, U+001E or U+001F, which end fields and rows of the files",
                );
            }
            seen.empty += u64::from(text.is_empty());
            out.extend_from_slice(text.as_bytes());
        }
        Value::Real(bits) => {
            let number = f64::from_bits(bits);
            if !number.is_finite() {
                return Err("is an infinity, which has no text that every Oracle reads");
            }
            out.extend_from_slice(format!("{number:e}").as_bytes());
        }
        Value::Bool(truth) => out.push(if truth { b'1' } else { b'0' }),
        Value::Date(day) => {
            let text = value_text(Value::Date(day));
            parse_day(&text).ok_or("is a day outside of the years 1 to 9999")?;
            out.extend_from_slice(text.as_bytes());
        }
        Value::Timestamp(_) => {
            let text = value_text(value);
            let day = text.split('T').next().and_then(parse_day);
            day.ok_or("is a moment outside of the years 1 to 9999")?;
            let fraction = if text.contains('.') { "" } else { ".000000" };
            out.extend_from_slice(text.replace('T', " ").as_bytes());
            out.extend_from_slice(fraction.as_bytes());
        }
        Value::Int(_) | Value::Decimal { .. } | Value::Bytes(_) => {
            out.extend_from_slice(value_text(value).as_bytes());
        }
    }
    seen.longest = seen.longest.max(out.len() - begin);
    Ok(())
}

/// Large objects have no place in a key, and bytes beyond `RAW` no text that SQL*Loader turns back.
fn refuse_long(table: &SealedTable, seen: &[Seen]) -> Result<(), LoadError> {
    let mut refusals = Vec::new();
    for (at, (column, seen)) in table.columns.iter().zip(seen).enumerate() {
        let (name, longest) = (&column.name, seen.longest);
        if column.value_type == ValueType::Bytes && longest > 2 * MOST_RAW {
            refusals.push(format!(
                "table `{}`, column `{name}`: bytes longer than {MOST_RAW} are not written for SQL*Loader",
                table.name
            ));
        } else if table.key.contains(&at) && longest > MOST_TEXT {
            refusals.push(format!(
                "table `{}`, column `{name}` of the key: a text longer than {MOST_TEXT} bytes",
                table.name
            ));
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(LoadError::Refused(refusals))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A length with room: the same for stores that are alike.
fn room(seen: &Seen) -> usize {
    seen.longest.max(16).next_power_of_two().min(MOST_TEXT)
}

fn oracle_type(column: &SealedColumn, seen: &Seen) -> String {
    match column.value_type {
        ValueType::Text if seen.longest > MOST_TEXT => "CLOB".to_owned(),
        ValueType::Text => format!("VARCHAR2({} BYTE)", room(seen)),
        ValueType::Int => "NUMBER(19)".to_owned(),
        ValueType::Decimal { precision, scale } => format!("NUMBER({precision},{scale})"),
        ValueType::Real => "BINARY_DOUBLE".to_owned(),
        ValueType::Date(_) => "DATE".to_owned(),
        ValueType::Timestamp => "TIMESTAMP(6)".to_owned(),
        ValueType::Bool => "NUMBER(1)".to_owned(),
        ValueType::Bytes => format!("RAW({MOST_RAW})"),
    }
}

fn create(table: &SealedTable, seen: &[Seen]) -> String {
    let column = |(column, seen): (&SealedColumn, &Seen)| {
        format!("  {} {}", quoted(&column.name), oracle_type(column, seen))
    };
    let columns: Vec<String> = table.columns.iter().zip(seen).map(column).collect();
    format!(
        "CREATE TABLE {} (\n{}\n);\n\n",
        quoted(&table.name),
        columns.join(",\n")
    )
}

fn key(table: &SealedTable) -> String {
    let names = table.key.iter().map(|&at| quoted(&table.columns[at].name));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "ALTER TABLE {} ADD PRIMARY KEY ({});\n",
        quoted(&table.name),
        names.join(", ")
    )
}

/// How a field is read. A delimited field without a length of its own is cut off at 255 bytes.
fn loader_field(column: &SealedColumn, seen: &Seen) -> String {
    let form = match column.value_type {
        ValueType::Text => format!("CHAR({})", seen.longest.max(room(seen))),
        ValueType::Int | ValueType::Bool => "INTEGER EXTERNAL(20)".to_owned(),
        ValueType::Decimal { .. } => "DECIMAL EXTERNAL(41)".to_owned(),
        ValueType::Real => "FLOAT EXTERNAL(32)".to_owned(),
        ValueType::Date(_) => "DATE \"YYYY-MM-DD\"".to_owned(),
        ValueType::Timestamp => "TIMESTAMP \"YYYY-MM-DD HH24:MI:SS.FF6\"".to_owned(),
        ValueType::Bytes => {
            let name = column.name.replace('\\', "\\\\");
            format!("CHAR({}) \"HEXTORAW(:\\\"{name}\\\")\"", 2 * MOST_RAW)
        }
    };
    format!("  {} {form}", quoted(&column.name))
}

fn control(table: &SealedTable, seen: &[Seen]) -> String {
    let fields = table.columns.iter().zip(seen);
    let fields: Vec<String> = fields
        .map(|(column, seen)| loader_field(column, seen))
        .collect();
    let (id, name) = (&table.id, quoted(&table.name));
    format!(
        "OPTIONS (ERRORS=0)\nLOAD DATA\nCHARACTERSET AL32UTF8 LENGTH SEMANTICS BYTE\nINFILE '{id}.dat' \"str X'1E0A'\"\nBADFILE '{id}.bad'\n\
         INSERT\nPRESERVE BLANKS\nINTO TABLE {name}\nFIELDS TERMINATED BY X'1F'\nTRAILING NULLCOLS\n(\n{}\n)\n",
        fields.join(",\n")
    )
}

/// What every file begins with.
fn heading(store: &SealedStore, comment: &str) -> String {
    format!(
        "{comment} Written by bunri for SQL*Loader. NOT RUN: nobody who made bunri has run this on an Oracle database.\n\
         {comment} Store {}, manifest {}\n\n",
        store.store.word(),
        store.digest
    )
}

fn readme(store: &SealedStore, files: &LoaderFiles) -> String {
    let mut text = heading(store, "")
        .replace("\n ", "\n")
        .trim_start()
        .to_owned();
    text.push_str(
        "Try it on an empty schema of a test database first (AL32UTF8), and count and compare what arrived: bunri cannot read it back.\n\n\
         1. sqlplus … @1_tables.sql\n2. for each TABLE.ctl: sqlldr … control=TABLE.ctl (ERRORS=0: the first row that does not fit ends it)\n\
         3. sqlplus … @3_keys.sql\n\n",
    );
    for table in &store.tables {
        text.push_str(&format!(
            "{} rows  {}  {}\n",
            table.rows, table.id, table.name
        ));
    }
    if !files.empty_texts.is_empty() {
        text.push_str("\nOracle takes the empty text for NULL. So changed would be:\n");
        for (table, column, cells) in &files.empty_texts {
            text.push_str(&format!("{cells} cells of {table}.{column}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn written(value: Value<'_>) -> Result<String, &'static str> {
        let (mut seen, mut out) = (Seen::default(), Vec::new());
        field(value, &mut seen, &mut out)?;
        assert_eq!(seen.longest, out.len());
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_in_the_forms_that_the_control_file_names() {
        let list = [
            (Value::Null, ""),
            (Value::Text(" a\n\"b\" "), " a\n\"b\" "),
            (Value::Int(-7), "-7"),
            (
                Value::Decimal {
                    scale: 1,
                    unscaled: -5,
                },
                "-0.5",
            ),
            (Value::Real(1e-300_f64.to_bits()), "1e-300"),
            (Value::Bool(true), "1"),
            (Value::Date(1), "1970-01-02"),
            (Value::Timestamp(-1), "1969-12-31 23:59:59.999999"),
            (
                Value::Timestamp(3_600_000_000),
                "1970-01-01 01:00:00.000000",
            ),
            (Value::Bytes(&[0, 255]), "00ff"),
        ];
        for (value, text) in list {
            assert_eq!(written(value).as_deref(), Ok(text));
        }
        for value in [
            Value::Text("a\u{1f}b"),
            Value::Text("\u{1e}"),
            Value::Text("\0"),
            Value::Real(f64::INFINITY.to_bits()),
            Value::Date(i32::MAX),
            Value::Timestamp(i64::MAX),
        ] {
            assert!(written(value).is_err(), "{value:?}");
        }
    }
}
