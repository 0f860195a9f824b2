//! C2, of one file: its columns beside the store's.

use arrow_schema::{DataType, Schema};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};

/// Where a file holds the columns of the store, and which columns it holds beside them.
pub(crate) struct Mapping {
    /// By column of the store: the file's column, if it is there with its type.
    pub(crate) columns: Vec<Option<usize>>,
    /// Columns of the file that are none of the store's.
    pub(crate) extra: Vec<usize>,
}

/// Compares the columns of one file with the store's.
pub(crate) fn map_file(
    layout: &Layout<'_>,
    schema: &Schema,
    about: About<'_>,
    findings: &mut Findings,
) -> Mapping {
    let found: Vec<(&str, &DataType)> = schema
        .fields()
        .iter()
        .map(|field| (field.name().as_str(), field.data_type()))
        .collect();
    let wanted: Vec<(&str, &DataType)> = layout
        .schema
        .fields()
        .iter()
        .map(|field| (field.name().as_str(), field.data_type()))
        .collect();
    let place = |name: &str| Place::column(name);
    let mut mapping = Mapping {
        columns: Vec::new(),
        extra: (0..found.len()).collect(),
    };
    for (name, kind) in &wanted {
        let position = found.iter().position(|(other, _)| other == name);
        let typed = position.filter(|&position| found[position].1 == *kind);
        match (position, typed) {
            (None, _) => findings.add(Claim::C2, Rule::ColumnMissing, about, place(name)),
            (Some(_), None) => findings.add(Claim::C2, Rule::ColumnType, about, place(name)),
            (Some(_), Some(position)) => mapping.extra.retain(|&other| other != position),
        }
        mapping.columns.push(typed);
    }
    for &extra in &mapping.extra {
        let name = found[extra].0;
        // A column of the wrong type was named above.
        if wanted.iter().all(|(wanted, _)| *wanted != name) || mapping_has(&mapping, &found, name) {
            findings.add(Claim::C2, Rule::ColumnNotGranted, about, place(name));
        }
    }
    let in_order = mapping.columns.iter().flatten().is_sorted();
    if !in_order {
        findings.add(Claim::C2, Rule::ColumnOrder, about, Place::default());
    }
    mapping
}

/// Whether a column of this name was found already, so that this one is a second of the name.
fn mapping_has(mapping: &Mapping, found: &[(&str, &DataType)], name: &str) -> bool {
    mapping
        .columns
        .iter()
        .flatten()
        .any(|&position| found[position].0 == name)
}
