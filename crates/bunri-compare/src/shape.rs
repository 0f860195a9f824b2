//! C2: a store's tables, columns, order and types are exactly what the catalogue grants, in the manifest and in the
//! files themselves ([`crate::mapping`]).

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{REASON_COLUMN, part_name, type_word};
use bunri_manifest::{ColumnEntry, StoreManifest, TOOL, TableEntry};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::files::StoreFiles;
use crate::reader::rows_in_footer;

/// What the manifest must say of the run.
pub struct Facts<'a> {
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
}

/// The manifest's facts, and tables that nobody granted.
pub fn check_store(
    catalogue: &Catalogue,
    store: Store,
    files: &StoreFiles,
    facts: Option<&Facts<'_>>,
    findings: &mut Findings,
) {
    let about = About {
        store: store.word(),
        table: None,
    };
    let granted = |id: &str| {
        catalogue
            .table(id)
            .is_some_and(|table| Layout::new(table, store).is_some())
    };
    if let Some(manifest) = &files.manifest {
        check_facts(catalogue, store, manifest, facts, findings);
        for table in manifest.tables.iter().filter(|table| !granted(&table.id)) {
            let about = About {
                table: Some(&table.id),
                ..about
            };
            findings.add(Claim::C2, Rule::TableNotGranted, about, Place::default());
        }
    }
    for id in files.tables().into_iter().filter(|id| !granted(id)) {
        let about = About {
            table: Some(id),
            ..about
        };
        for part in files.parts(id) {
            let rows = rows_in_footer(files, &part);
            findings.add_many(
                Claim::C4,
                Rule::TableNotGranted,
                about,
                Place::file(&part),
                rows.max(1),
            );
        }
    }
}

fn check_facts(
    catalogue: &Catalogue,
    store: Store,
    manifest: &StoreManifest,
    facts: Option<&Facts<'_>>,
    findings: &mut Findings,
) {
    let about = About {
        store: store.word(),
        table: None,
    };
    let mut differs = |fact: &str, same: bool| {
        if !same {
            findings.add(Claim::C2, Rule::ManifestDiffers, about, Place::detail(fact));
        }
    };
    differs("store", manifest.store == store.word());
    differs("catalogue name", manifest.catalogue.name == catalogue.name);
    differs(
        "catalogue version",
        manifest.catalogue.version == catalogue.version,
    );
    differs(
        "catalogue digest",
        manifest.catalogue.blake3.as_str() == catalogue.digest,
    );
    if let Some(facts) = facts {
        differs("label", manifest.label == facts.label);
        differs("kind", manifest.kind == facts.kind);
        // The job's lock holds a run to one version; another name here was written by somebody else.
        differs("tool", manifest.tool == TOOL);
    }
}

/// A table's entry in the manifest: name, key, columns, types, and the paths of its parts.
pub fn check_entry(layout: &Layout<'_>, files: &StoreFiles, parts: usize, findings: &mut Findings) {
    let about = About {
        store: layout.store.word(),
        table: Some(&layout.table.id),
    };
    let Some(manifest) = &files.manifest else {
        return;
    };
    let Some(entry) = manifest
        .tables
        .iter()
        .find(|entry| entry.id == layout.table.id)
    else {
        return findings.add(Claim::C2, Rule::TableMissing, about, Place::default());
    };
    let mut differs = |fact: &str, same: bool| {
        if !same {
            findings.add(Claim::C2, Rule::ManifestDiffers, about, Place::detail(fact));
        }
    };
    let names: Vec<&str> = layout
        .table
        .key
        .iter()
        .map(|&column| name(layout, column))
        .collect();
    differs("name", entry.name == layout.table.name);
    differs("key", entry.key == names);
    differs("columns", entry.columns == columns(layout));
    differs("files", paths(entry) == expected_paths(layout, parts));
}

fn name<'a>(layout: &Layout<'a>, column: usize) -> &'a str {
    &layout.table.columns[column].name
}

fn columns(layout: &Layout<'_>) -> Vec<ColumnEntry> {
    let entry = |(position, &column): (usize, &usize)| ColumnEntry {
        name: name(layout, column).to_owned(),
        value_type: type_word(layout.value_type(position)),
    };
    let reason = || ColumnEntry {
        name: REASON_COLUMN.to_owned(),
        value_type: "text".to_owned(),
    };
    let with_reason = layout.store == Store::Quarantine;
    layout
        .columns
        .iter()
        .enumerate()
        .map(entry)
        .chain(with_reason.then(reason))
        .collect()
}

fn paths(entry: &TableEntry) -> Vec<String> {
    entry
        .files
        .iter()
        .map(|file| file.path.to_string())
        .collect()
}

fn expected_paths(layout: &Layout<'_>, parts: usize) -> Vec<String> {
    (0..parts)
        .map(|part| format!("{}/{}", layout.table.id, part_name(part)))
        .collect()
}
