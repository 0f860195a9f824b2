//! What a catalogue is pinned by: a digest over its files, and one over the part that extraction depends on.

use std::fmt::Write as _;

use crate::model::Table;

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

/// BLAKE3 over names, columns, types and keys: a changed class or row rule leaves it as it is, so that
/// nothing has to be extracted again. 64 hex digits.
pub(crate) fn digest_shape(tables: &[Table]) -> String {
    let mut text = String::from("bunri shape 1\n");
    for table in tables {
        named(&mut text, "table", &table.id);
        named(&mut text, "name", &table.name);
        for &key in &table.key {
            named(&mut text, "key", &table.columns[key].name);
        }
        for column in &table.columns {
            named(&mut text, "column", &column.name);
            named(&mut text, "type", &column.value_type.word());
        }
    }
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// One line; the length in front lets no name imitate another line.
fn named(text: &mut String, what: &str, name: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{what} {}:{name}", name.len());
}
