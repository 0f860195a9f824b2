//! The files of a store's table before their rows are compared: columns, rows, order, by each file's own account.

use arrow_schema::SchemaRef;
use bunri_columnar::{KeyRanges, Observer};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};

use super::files::StoreFiles;
use super::mapping::map_file;
use super::order::Order;
use super::reader::{FileRows, FooterFacts, Part, footer};
use crate::VerifyError;

/// The files of a table, and whether their rows come in the store's order.
pub(crate) struct Parts {
    parts: Vec<Part>,
    pub(crate) in_order: bool,
    pub(crate) files: u64,
}

impl Parts {
    /// Opens every file of a table once: columns, rows, order, and the part that each row belongs to.
    pub(crate) fn examine(
        layout: &Layout<'_>,
        files: &StoreFiles,
        ranges: &KeyRanges,
        observer: &dyn Observer,
        findings: &mut Findings,
    ) -> Result<Self, VerifyError> {
        let mut examined = Self {
            parts: Vec::new(),
            in_order: true,
            files: 0,
        };
        let mut order = Order::new(layout, ranges)?;
        for name in files.parts(&layout.table.id) {
            examined.files += 1;
            let about = About {
                store: layout.store.word(),
                table: Some(&layout.table.id),
            };
            let Some(FooterFacts {
                schema,
                rows,
                batch_rows,
            }) = footer(files, &name)
            else {
                findings.add(Claim::C2, Rule::Unreadable, about, Place::file(&name));
                continue;
            };
            check_rows(files, &name, rows, about, findings);
            let mapping = map_file(layout, &schema, about, findings);
            let names = schema
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect();
            let part = Part {
                path: files.path_of(&name),
                name,
                mapping,
                batch_rows,
                names,
            };
            order.part(&part, observer, findings)?;
            examined.parts.push(part);
        }
        examined.in_order = order.kept;
        Ok(examined)
    }

    pub(crate) fn read(self, schema: &SchemaRef) -> FileRows {
        FileRows::new(self.parts, schema)
    }
}

/// One file's columns and rows, for a check without staging. Gives its rows.
pub(crate) fn check_columns(
    layout: &Layout<'_>,
    files: &StoreFiles,
    name: &str,
    findings: &mut Findings,
) -> u64 {
    let about = About {
        store: layout.store.word(),
        table: Some(&layout.table.id),
    };
    let Some(facts) = footer(files, name) else {
        findings.add(Claim::C2, Rule::Unreadable, about, Place::file(name));
        return 0;
    };
    check_rows(files, name, facts.rows, about, findings);
    map_file(layout, &facts.schema, about, findings);
    u64::try_from(facts.rows).unwrap_or(0)
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
