//! The manifest of a store: files with digests, tables with columns. The retail manifest holds facts about
//! granted data only: nothing is counted here that retail does not have.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{Blake3Hex, Digests, MANIFEST, ManifestError, RelativePath, Sha256Hex, TOOL};

/// One file of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Below the store's root.
    pub path: RelativePath,
    /// Length.
    pub bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// BLAKE3 of the content.
    pub blake3: Blake3Hex,
    /// SHA-256 of the content.
    pub sha256: Sha256Hex,
}

impl FileEntry {
    /// An entry from what was hashed.
    #[must_use]
    pub fn new(path: RelativePath, rows: u64, digests: Digests) -> Self {
        let Digests {
            bytes,
            blake3,
            sha256,
        } = digests;
        Self {
            path,
            bytes,
            rows,
            blake3,
            sha256,
        }
    }

    /// Whether a file with these digests is the one that is listed.
    #[must_use]
    pub fn is_of(&self, seen: &Digests) -> bool {
        let Digests {
            bytes,
            blake3,
            sha256,
        } = seen;
        (self.bytes, &self.blake3, &self.sha256) == (*bytes, blake3, sha256)
    }
}

/// A column as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnEntry {
    /// Its name.
    pub name: String,
    /// Its type in the catalogue's words (`text`, `decimal(12,1)`).
    #[serde(rename = "type")]
    pub value_type: String,
}

/// One table of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// The folder.
    pub id: String,
    /// Its name in the source.
    pub name: String,
    /// Key columns; empty for a multiset.
    pub key: Vec<String>,
    /// In store order.
    pub columns: Vec<ColumnEntry>,
    /// The parts, in key order.
    pub files: Vec<FileEntry>,
}

/// Which classification decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub blake3: Blake3Hex,
}

/// The manifest of one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreManifest {
    /// [`StoreManifest::FORMAT`].
    pub format: String,
    /// Tool and version.
    pub tool: String,
    /// `retail`, `transmission` or `quarantine`.
    pub store: String,
    /// The job's label.
    pub label: String,
    /// `rehearsal` or `cutover`.
    pub kind: String,
    /// Which classification decided.
    pub catalogue: CatalogueRef,
    /// Sorted by id.
    pub tables: Vec<TableEntry>,
}

impl StoreManifest {
    /// The format this version writes and reads.
    pub const FORMAT: &str = "bunri.store/1";

    /// What the fields are called, and nothing else in a manifest is, however deep.
    pub const FIELDS: [&str; 19] = [
        "format",
        "tool",
        "store",
        "label",
        "kind",
        "catalogue",
        "tables",
        "name",
        "version",
        "blake3",
        "id",
        "key",
        "columns",
        "files",
        "type",
        "path",
        "bytes",
        "rows",
        "sha256",
    ];

    /// A manifest; tables are put in order.
    #[must_use]
    pub fn new(
        store: &str,
        label: &str,
        kind: &str,
        catalogue: CatalogueRef,
        mut tables: Vec<TableEntry>,
    ) -> Self {
        tables.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            format: Self::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            store: store.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            catalogue,
            tables,
        }
    }

    /// Reads a manifest and refuses doubled names.
    ///
    /// # Errors
    /// [`ManifestError`] when the text is not a manifest of this version.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self =
            serde_json::from_slice(text).map_err(|source| ManifestError::Malformed {
                what: "store",
                source,
            })?;
        if manifest.format != Self::FORMAT {
            return Err(ManifestError::Format {
                found: manifest.format,
                expected: Self::FORMAT,
            });
        }
        let mut seen = BTreeSet::new();
        for table in &manifest.tables {
            plain_id(&table.id)?;
            let columns = table.columns.iter().map(|column| column.name.as_str());
            each_once(columns)?;
            each_once(table.key.iter().map(String::as_str))?;
            for name in std::iter::once(table.id.as_str()).chain(paths(table)) {
                if !seen.insert(name) {
                    return Err(ManifestError::Doubled(name.to_owned()));
                }
            }
        }
        Ok(manifest)
    }

    /// Whether `text`, of which this was parsed, is what bunri writes of it: the same bytes, and the tables in the order of
    /// their ids. A manifest with two tables changed about would else carry a message.
    #[must_use]
    pub fn is_canonical(&self, text: &[u8]) -> bool {
        let sorted = self.tables.is_sorted_by(|a, b| a.id < b.id);
        sorted && self.to_bytes().is_ok_and(|bytes| bytes == text)
    }

    /// Every file, in manifest order.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.tables.iter().flat_map(|table| &table.files)
    }

    /// The manifest's bytes: the same for the same content.
    ///
    /// # Errors
    /// Never in practice: every field is plain data.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ManifestError> {
        crate::store::pretty(self, "store")
    }

    /// The content of `B3SUMS`: data files, then the manifest itself.
    #[must_use]
    pub fn b3sums(&self, manifest: &Digests) -> String {
        let files = self
            .files()
            .map(|file| (file.blake3.as_str(), file.path.as_str()));
        sums(files.chain([(manifest.blake3.as_str(), MANIFEST)]))
    }

    /// The content of `SHA256SUMS`: data files, then the manifest itself.
    #[must_use]
    pub fn sha256sums(&self, manifest: &Digests) -> String {
        let files = self
            .files()
            .map(|file| (file.sha256.as_str(), file.path.as_str()));
        sums(files.chain([(manifest.sha256.as_str(), MANIFEST)]))
    }
}

fn paths(table: &TableEntry) -> impl Iterator<Item = &str> {
    table.files.iter().map(|file| file.path.as_str())
}

/// An id is a folder's name, and it is printed in findings.
pub(crate) fn plain_id(id: &str) -> Result<(), ManifestError> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if id.is_empty() || !id.bytes().all(plain) {
        return Err(ManifestError::TableId);
    }
    Ok(())
}

/// No name twice.
pub(crate) fn each_once<'n>(names: impl Iterator<Item = &'n str>) -> Result<(), ManifestError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ManifestError::Doubled(name.to_owned()));
        }
    }
    Ok(())
}

fn sums<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    lines.fold(String::new(), |mut text, (digest, path)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{digest}  {path}");
        text
    })
}

pub(crate) fn pretty<T: Serialize>(
    value: &T,
    what: &'static str,
) -> Result<Vec<u8>, ManifestError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|source| ManifestError::Malformed { what, source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::StoreManifest;

    const SCHEMA: &str = include_str!("../../../schemas/store-manifest.schema.json");

    fn fields<'s>(schema: &'s serde_json::Value, into: &mut BTreeSet<&'s str>) {
        if let Some(properties) = schema.get("properties").and_then(|it| it.as_object()) {
            into.extend(properties.keys().map(String::as_str));
        }
        let inside = schema
            .as_object()
            .into_iter()
            .flat_map(|object| object.values());
        let listed = schema.as_array().into_iter().flatten();
        inside.chain(listed).for_each(|part| fields(part, into));
    }

    #[test]
    fn the_fields_are_those_of_the_published_schema() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let mut published = BTreeSet::new();
        fields(&schema, &mut published);
        assert_eq!(published, StoreManifest::FIELDS.into());
    }
}
