//! The files of a store's table before their rows are compared: columns, rows, order, by each file's own account.

use arrow_schema::SchemaRef;
use bunri_columnar::{KeyRanges, Observer, part_name};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::CompareError;
use crate::files::StoreFiles;
use crate::mapping::map_file;
use crate::order::Order;
use crate::reader::{FileRows, Part, ReadableFile};

/// The files of a table.
pub(crate) struct Parts {
    parts: Vec<Part>,
    /// With those that cannot be read.
    pub(crate) files: u64,
}

impl Parts {
    /// Opens every file of a table: columns and rows.
    pub(crate) fn open(layout: &Layout<'_>, files: &StoreFiles, findings: &mut Findings) -> Self {
        let mut opened = Self {
            parts: Vec::new(),
            files: 0,
        };
        for name in files.parts(&layout.table.id) {
            opened.files += 1;
            let about = About {
                store: layout.store.word(),
                table: Some(&layout.table.id),
            };
            let Some(file) = ReadableFile::open(files, &name) else {
                findings.add(Claim::C2, Rule::Unreadable, about, Place::file(&name));
                continue;
            };
            check_rows(files, &name, file.rows(), about, findings);
            let mapping = map_file(layout, file.schema(), about, findings);
            let names = file.schema().fields().iter();
            opened.parts.push(Part {
                names: names.map(|field| field.name().clone()).collect(),
                name,
                mapping,
                file,
            });
        }
        opened
    }

    /// Whether rows come in the store's order, each in the part that it belongs to.
    pub(crate) fn are_in_order(
        &self,
        layout: &Layout<'_>,
        ranges: &KeyRanges,
        observer: &dyn Observer,
        findings: &mut Findings,
    ) -> Result<bool, CompareError> {
        let mut order = Order::new(layout, ranges)?;
        for part in &self.parts {
            order.part(part, observer, findings)?;
        }
        Ok(order.kept)
    }

    /// Whether these are the files of a table of so many parts, and no others.
    pub(crate) fn are_of(&self, table: &str, ranges: &KeyRanges) -> bool {
        let names = (0..ranges.parts()).map(|part| format!("{table}/{}", part_name(part)));
        self.parts.iter().map(|part| part.name.clone()).eq(names)
    }

    /// Whether each of them is a function of its rows: then it says of itself what is so.
    pub(crate) fn are_clean(&self, files: &StoreFiles) -> bool {
        self.parts
            .iter()
            .all(|part| files.admitted.is_clean(&part.name))
    }

    pub(crate) fn read(self, schema: &SchemaRef) -> FileRows {
        FileRows::new(self.parts, schema)
    }

    /// In the order of their names.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = Part> {
        self.parts.into_iter()
    }
}

/// One file's columns and rows, for a check without staging. Gives its rows.
pub fn check_columns(
    layout: &Layout<'_>,
    files: &StoreFiles,
    name: &str,
    findings: &mut Findings,
) -> u64 {
    let about = About {
        store: layout.store.word(),
        table: Some(&layout.table.id),
    };
    let Some(file) = ReadableFile::open(files, name) else {
        findings.add(Claim::C2, Rule::Unreadable, about, Place::file(name));
        return 0;
    };
    check_rows(files, name, file.rows(), about, findings);
    map_file(layout, file.schema(), about, findings);
    u64::try_from(file.rows()).unwrap_or(0)
}

fn check_rows(
    files: &StoreFiles,
    name: &str,
    rows: i64,
    about: About<'_>,
    findings: &mut Findings,
) {
    let listed = files.manifest.iter().flat_map(|manifest| manifest.files());
    let entry = listed.into_iter().find(|file| file.path.as_str() == name);
    if entry.is_some_and(|entry| i64::try_from(entry.rows) != Ok(rows)) {
        findings.add(Claim::C2, Rule::ManifestRows, about, Place::file(name));
    }
}
