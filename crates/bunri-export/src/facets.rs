//! What events say of tables: the facets of OpenLineage that a run can fill from the catalogue and its manifests, and two of our own
//! (`schemas/openlineage-facets.schema.json`). Counts of rows and bytes only; no figure over a column's values.

use std::collections::BTreeMap;

use bunri_catalogue::{Catalogue, Ownership, RowRule, Store, possible_ownerships};
use bunri_manifest::FileEntry;
use bunri_types::{DateForm, ValueForm, ValueType};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::PRODUCER;
use crate::deciding::{Columns, of_cells, of_rows};
use crate::place::{HeldColumn, Place, physical_type};

/// A facet with its producer and its schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Facet<T> {
    #[serde(rename = "_producer")]
    producer: &'static str,
    #[serde(rename = "_schemaURL")]
    schema: &'static str,
    #[serde(flatten)]
    pub(crate) content: T,
}

impl<T> Facet<T> {
    pub(crate) fn new(schema: &'static str, content: T) -> Self {
        Self {
            producer: PRODUCER,
            schema,
            content,
        }
    }
}

const SCHEMA: &str =
    "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
const COLUMN_LINEAGE: &str = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const INPUT_METRICS: &str = "https://openlineage.io/spec/facets/1-0-3/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet";
const OUTPUT_STATISTICS: &str = "https://openlineage.io/spec/facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet";
const CLASSIFICATION: &str =
    "urn:bunri:openlineage-facets:1#/$defs/BunriClassificationDatasetFacet";
const REJECTED: &str = "urn:bunri:openlineage-facets:1#/$defs/BunriRejectedOutputDatasetFacet";

/// What is said of a table as such.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct DatasetFacets {
    schema: Facet<Fields>,
    #[serde(rename = "columnLineage", skip_serializing_if = "Option::is_none")]
    column_lineage: Option<Facet<ColumnLineage>>,
    bunri_classification: Facet<Classification>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Fields {
    fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Field {
    name: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    value_type: Option<String>,
    ordinal_position: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Classification {
    columns: Vec<ClassifiedColumn>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClassifiedColumn {
    name: String,
    class: &'static str,
    classes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    may_be_withheld: bool,
    rekeyed: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ColumnLineage {
    fields: BTreeMap<String, InputFields>,
    dataset: Vec<InputField>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct InputFields {
    #[serde(rename = "inputFields")]
    input_fields: Vec<InputField>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct InputField {
    namespace: String,
    name: String,
    field: String,
    transformations: Vec<Transformation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Transformation {
    #[serde(rename = "type")]
    kind: &'static str,
    subtype: &'static str,
    description: &'static str,
    masking: bool,
}

/// The value itself.
const SAME: Transformation = Transformation {
    kind: "DIRECT",
    subtype: "IDENTITY",
    description: "the value as it stands there",
    masking: false,
};
/// The value as it was declared to be read.
const READ: Transformation = Transformation {
    kind: "DIRECT",
    subtype: "TRANSFORMATION",
    description: "the value, read as the catalogue declares its type",
    masking: false,
};
/// The value where it is granted.
const WITHHELD: Transformation = Transformation {
    kind: "DIRECT",
    subtype: "TRANSFORMATION",
    description: "the value, or NULL where its class is withheld from this store",
    masking: true,
};
/// Something else that stands for the value.
const HASHED: Transformation = Transformation {
    kind: "DIRECT",
    subtype: "TRANSFORMATION",
    description: "a keyed hash of the value",
    masking: true,
};
/// What decides a cell.
const CELL: Transformation = Transformation {
    kind: "INDIRECT",
    subtype: "CONDITIONAL",
    description: "decides the class of this cell",
    masking: false,
};
/// What decides which rows are there.
const ROWS: Transformation = Transformation {
    kind: "INDIRECT",
    subtype: "FILTER",
    description: "decides whether a row is here: whose it is, or a condition on it",
    masking: false,
};
/// What decides a row that is there in any case.
const OWNERS: Transformation = Transformation {
    kind: "INDIRECT",
    subtype: "CONDITIONAL",
    description: "decides whose a row is, and so which of its cells are here",
    masking: false,
};

/// The names of datasets: where a run's tables lie is a machine's matter, so places are named and not paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a>(pub(crate) &'a Catalogue);

impl Names<'_> {
    /// The namespace of the jobs.
    pub(crate) fn job(self) -> String {
        format!("bunri://{}", self.0.name)
    }

    /// The namespace of the legacy system's tables.
    pub(crate) fn source(self) -> String {
        format!("bunri://{}/source", self.0.name)
    }

    /// The namespace of a place's tables.
    pub(crate) fn place(self, place: Place) -> String {
        format!("bunri://{}/{}", self.0.name, place.word())
    }

    fn staged(self, (table, column): (usize, usize), transformation: Transformation) -> InputField {
        let table = &self.0.tables[table];
        InputField {
            namespace: self.place(Place::Staging),
            name: table.id.clone(),
            field: table.columns[column].name.clone(),
            transformations: vec![transformation],
        }
    }
}

impl DatasetFacets {
    /// Of a table in the legacy system. What types it has there, no manifest says.
    pub(crate) fn of_source(catalogue: &Catalogue, table: usize) -> Self {
        let columns = Place::Staging.columns(&catalogue.tables[table]);
        let mut facets = Self::plain(catalogue, table, &columns);
        for field in &mut facets.schema.content.fields {
            field.value_type = None;
        }
        facets
    }

    /// Of a table in staging, as split reads it.
    pub(crate) fn of_staging(catalogue: &Catalogue, table: usize) -> Self {
        let columns = Place::Staging.columns(&catalogue.tables[table]);
        Self::plain(catalogue, table, &columns)
    }

    /// Of a table in staging, as extract wrote it.
    pub(crate) fn of_extracted(catalogue: &Catalogue, table: usize) -> Self {
        let written = &catalogue.tables[table];
        let namespace = Names(catalogue).source();
        let from = |column: &bunri_catalogue::Column| InputFields {
            input_fields: vec![InputField {
                namespace: namespace.clone(),
                name: written.name.clone(),
                field: column.name.clone(),
                transformations: vec![reading(column.value_type, &column.reading)],
            }],
        };
        let columns = written.columns.iter();
        let lineage = ColumnLineage {
            fields: columns
                .map(|column| (column.name.clone(), from(column)))
                .collect(),
            dataset: Vec::new(),
        };
        Self {
            column_lineage: Some(Facet::new(COLUMN_LINEAGE, lineage)),
            ..Self::of_staging(catalogue, table)
        }
    }

    /// Of a table in a store, as split wrote it.
    pub(crate) fn of_store(catalogue: &Catalogue, table: usize, store: Store) -> Self {
        let columns = Place::Store(store).columns(&catalogue.tables[table]);
        let fields = columns.iter().map(|held| {
            let input_fields = from_staging(catalogue, table, held);
            (held.name.clone(), InputFields { input_fields })
        });
        let lineage = ColumnLineage {
            fields: fields.collect(),
            dataset: deciding(catalogue, table, store),
        };
        Self {
            column_lineage: Some(Facet::new(COLUMN_LINEAGE, lineage)),
            ..Self::plain(catalogue, table, &columns)
        }
    }

    fn plain(catalogue: &Catalogue, table: usize, columns: &[HeldColumn]) -> Self {
        let fields = columns.iter().enumerate().map(|(place, held)| Field {
            name: held.name.clone(),
            value_type: Some(physical_type(held.value_type)),
            ordinal_position: place + 1,
        });
        let table = &catalogue.tables[table];
        let classified = columns.iter().filter_map(|held| {
            let written = &table.columns[held.column?];
            Some(ClassifiedColumn {
                name: held.name.clone(),
                class: held.class?.word(),
                classes: held.classes.iter().map(|class| class.word()).collect(),
                category: written.category.map(bunri_catalogue::Category::word),
                may_be_withheld: held.may_be_withheld,
                rekeyed: held.rekey.is_some(),
            })
        });
        let classification = Classification {
            columns: classified.collect(),
        };
        Self {
            schema: Facet::new(
                SCHEMA,
                Fields {
                    fields: fields.collect(),
                },
            ),
            column_lineage: None,
            bunri_classification: Facet::new(CLASSIFICATION, classification),
        }
    }
}

/// Whether a value of the source stands in staging as it is, or is read.
fn reading(value_type: ValueType, form: &ValueForm) -> Transformation {
    let is_same = match value_type {
        ValueType::Text | ValueType::Int | ValueType::Bytes => true,
        ValueType::Decimal { .. } | ValueType::Real => true,
        ValueType::Date(form) => form == DateForm::Iso,
        // A clock is taken away, a number becomes a word of truth.
        ValueType::Timestamp | ValueType::Bool => false,
    };
    if is_same && *form == ValueForm::default() {
        SAME
    } else {
        READ
    }
}

/// Where a column of a store comes from, and what decides its cells.
fn from_staging(catalogue: &Catalogue, table: usize, held: &HeldColumn) -> Vec<InputField> {
    let names = Names(catalogue);
    let Some(column) = held.column else {
        // The reason why a person must decide is made of everything that decides.
        let all = of_rows(catalogue, table).into_iter();
        return all.map(|it| names.staged(it, OWNERS)).collect();
    };
    let direct = match (&held.rekey, held.may_be_withheld) {
        (Some(_), _) => HASHED,
        (None, true) => WITHHELD,
        (None, false) => SAME,
    };
    let mut fields = vec![names.staged((table, column), direct)];
    if held.may_be_withheld {
        for input in of_cells(catalogue, table, column) {
            if input == (table, column) {
                fields[0].transformations.push(CELL);
            } else {
                fields.push(names.staged(input, CELL));
            }
        }
    }
    fields
}

/// What decides which rows of a table are in a store, or which of their cells.
fn deciding(catalogue: &Catalogue, at: usize, store: Store) -> Vec<InputField> {
    let table = &catalogue.tables[at];
    let place = Place::Store(store);
    let ownerships = possible_ownerships(table);
    // Whether a row waits in the quarantine depends on its cells, too.
    let some_are_not_here = store == Store::Quarantine
        || ownerships
            .iter()
            .any(|&ownership| !place.has_rows_of(table, ownership));
    let transformation = if some_are_not_here { ROWS } else { OWNERS };
    let mut columns: Columns = match table.rows {
        RowRule::AllTransmission | RowRule::AllRetail | RowRule::Reference => Columns::new(),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_) => of_rows(catalogue, at),
    };
    if ownerships != [Ownership::Reference] {
        // A condition that withholds a key withholds the row; where there is no key, one on any column may.
        let is_key = |column: &usize| table.key.is_empty() || table.key.contains(column);
        let withholding = (0..table.columns.len())
            .filter(is_key)
            .filter(|&column| place.may_withhold(table, column));
        columns.extend(withholding.flat_map(|column| of_cells(catalogue, at, column)));
    }
    let names = Names(catalogue);
    let columns = columns.into_iter();
    columns
        .map(|column| names.staged(column, transformation))
        .collect()
}

/// What an event says of the rows that were read: how many, and in how many files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct InputFacets {
    #[serde(rename = "dataQualityMetrics")]
    metrics: Facet<InputMetrics>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct InputMetrics {
    row_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_count: Option<usize>,
    /// The facet asks for it. What is counted and summed of a column's values stays in custody.
    column_metrics: Map<String, Value>,
}

impl InputFacets {
    /// Rows of a table in the legacy system.
    pub(crate) fn of_source(row_count: u64) -> Self {
        Self::new(row_count, None)
    }

    /// Rows of these files.
    pub(crate) fn of_files(files: &[FileEntry]) -> Self {
        Self::new(rows(files), Some(files))
    }

    fn new(row_count: u64, files: Option<&[FileEntry]>) -> Self {
        let metrics = InputMetrics {
            row_count,
            bytes: files.map(bytes),
            file_count: files.map(<[FileEntry]>::len),
            column_metrics: Map::new(),
        };
        Self {
            metrics: Facet::new(INPUT_METRICS, metrics),
        }
    }
}

/// What an event says of the rows that were written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OutputFacets {
    #[serde(rename = "outputStatistics")]
    statistics: Facet<OutputStatistics>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bunri_rejected: Option<Facet<Rejected>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputStatistics {
    row_count: u64,
    size: u64,
    file_count: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    row_count: u64,
}

impl OutputFacets {
    /// Of a table in staging: what was rejected is missing there.
    pub(crate) fn of_staging(files: &[FileEntry], rejects: Option<&FileEntry>) -> Self {
        let rejected = Rejected {
            row_count: rejects.map_or(0, |file| file.rows),
        };
        Self {
            bunri_rejected: Some(Facet::new(REJECTED, rejected)),
            ..Self::of_store(files)
        }
    }

    /// Of a table in a store.
    pub(crate) fn of_store(files: &[FileEntry]) -> Self {
        let statistics = OutputStatistics {
            row_count: rows(files),
            size: bytes(files),
            file_count: files.len(),
        };
        Self {
            statistics: Facet::new(OUTPUT_STATISTICS, statistics),
            bunri_rejected: None,
        }
    }
}

/// A manifest may say anything: a sum beyond 64 bits is the largest number.
fn rows(files: &[FileEntry]) -> u64 {
    files
        .iter()
        .fold(0, |sum, file| sum.saturating_add(file.rows))
}

fn bytes(files: &[FileEntry]) -> u64 {
    files
        .iter()
        .fold(0, |sum, file| sum.saturating_add(file.bytes))
}
