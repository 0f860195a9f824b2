//! What a catalogue is pinned by: a digest over its files, and one over the part that extraction depends on.

use std::fmt::Write as _;

use bunri_types::{DateForm, EraYears, Moment, Stamp, ValueType};

use crate::model::{Column, Table};

/// BLAKE3 over the files of a catalogue: for each, in the order of relative paths, the length of the path, the
/// path, the length of the content, the content (lengths as 64-bit little-endian). 64 hex digits.
#[must_use]
pub fn digest_files(files: &[(String, Vec<u8>)]) -> String {
    let mut sorted: Vec<&(String, Vec<u8>)> = files.iter().collect();
    sorted.sort();
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in sorted {
        framed(&mut hasher, path.as_bytes());
        framed(&mut hasher, bytes);
    }
    hasher.finalize().to_hex().to_string()
}

fn framed(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// BLAKE3 over names, columns, types with their readings, and keys: a changed class or row rule leaves it as it is, so that
/// nothing has to be extracted again. 64 hex digits.
pub(crate) fn digest_shape(tables: &[Table]) -> String {
    let mut text = String::from("bunri shape 1\n");
    for table in tables {
        text.push_str(&table_shape(table));
    }
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// What extraction depends on of one table, as a text: its names, its columns, their types with their readings, and its key.
#[must_use]
pub fn table_shape(table: &Table) -> String {
    let mut text = String::new();
    named(&mut text, "table", &table.id);
    named(&mut text, "name", &table.name);
    for &key in &table.key {
        named(&mut text, "key", &table.columns[key].name);
    }
    for column in &table.columns {
        named(&mut text, "column", &column.name);
        named(&mut text, "type", &shape(column));
    }
    text
}

/// What extraction depends on of a column, as a text: its type, and how values are read where that is said. A stamp is left
/// out, because only rules ask for it.
fn shape(column: &Column) -> String {
    let (value_type, reading) = (column.value_type, &column.reading);
    let mut text = value_type.word();
    if let ValueType::Date(DateForm::Era {
        years: EraYears::Continued,
        ..
    }) = value_type
    {
        text.push_str(" continued");
    }
    if reading.takes_integers {
        text.push_str("(any)");
    }
    let moment = Moment {
        stamp: Stamp::Begin,
        ..reading.moment
    };
    if moment != Moment::default() {
        let form = moment.form.word();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            " {form} {} {}",
            moment.clock_seconds, moment.truncates
        );
    }
    let truth = reading.truth.iter();
    let lists = [("nothing", &reading.nothing), ("open", &reading.open)]
        .into_iter()
        .chain(truth.flat_map(|words| [("true", &words.yes), ("false", &words.no)]));
    for (what, values) in lists {
        for value in values {
            let _ = write!(text, " {what} {}:{value}", value.len());
        }
    }
    text
}

/// One line; the length in front lets no name imitate another line.
fn named(text: &mut String, what: &str, name: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{what} {}:{name}", name.len());
}
