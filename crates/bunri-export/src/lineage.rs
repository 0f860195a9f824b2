//! A finished run as OpenLineage events: what extract and split read and wrote, by table and by column.

use bunri_catalogue::{Catalogue, Store};
use bunri_manifest::{Blake3Hex, StagedTable, StagingManifest, StoreManifest, TOOL};
use serde::Serialize;

use crate::facets::{DatasetFacets, Facet, InputFacets, Names, OutputFacets};
use crate::id::uuid;
use crate::place::Place;
use crate::{EventTime, ExportError, PRODUCER};

const RUN_EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const RUN_FACET: &str = "urn:bunri:openlineage-facets:1#/$defs/BunriRunFacet";

/// A manifest, and the digest of the text that it was read from.
#[derive(Debug, Clone)]
pub struct ReadManifest<M> {
    /// What it says.
    pub manifest: M,
    /// The digest of its bytes.
    pub blake3: Blake3Hex,
}

/// What events are made of.
#[derive(Debug, Clone, Copy)]
pub struct RunInputs<'a> {
    /// The classification.
    pub catalogue: &'a Catalogue,
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
    /// What was extracted.
    pub staging: &'a ReadManifest<StagingManifest>,
    /// What was split, in the order of [`Store::ALL`].
    pub stores: &'a [ReadManifest<StoreManifest>; 3],
    /// When, as somebody says.
    pub time: EventTime,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunEvent<'a> {
    event_type: &'static str,
    event_time: EventTime,
    run: Run<'a>,
    job: JobName,
    inputs: Vec<InputDataset>,
    outputs: Vec<OutputDataset>,
    producer: &'static str,
    #[serde(rename = "schemaURL")]
    schema: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    run_id: String,
    facets: RunFacets<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct RunFacets<'a> {
    bunri_run: Facet<RunFacts<'a>>,
}

/// What the run was made of, by digest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunFacts<'a> {
    label: &'a str,
    kind: &'a str,
    tool: &'static str,
    catalogue: &'a str,
    catalogue_version: &'a str,
    catalogue_blake3: &'a str,
    source_kind: &'a str,
    source_blake3: &'a str,
    staging_manifest_blake3: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    store_manifests: Vec<StoreFact<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct StoreFact<'a> {
    store: &'static str,
    blake3: &'a str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct JobName {
    namespace: String,
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct InputDataset {
    namespace: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<DatasetFacets>,
    #[serde(rename = "inputFacets", skip_serializing_if = "Option::is_none")]
    input_facets: Option<InputFacets>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct OutputDataset {
    namespace: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<DatasetFacets>,
    #[serde(rename = "outputFacets", skip_serializing_if = "Option::is_none")]
    output_facets: Option<OutputFacets>,
}

/// The events of a run, one JSON object a line: extract begins, extract is complete, split begins, split is complete.
///
/// # Errors
/// When the manifests are not those of a run of this job with this catalogue.
pub fn lineage(inputs: &RunInputs<'_>) -> Result<String, ExportError> {
    let staged = staged_tables(inputs)?;
    for (store, read) in Store::ALL.into_iter().zip(inputs.stores) {
        is_of_this_run(inputs, store, &read.manifest)?;
    }
    let stages = [extract(inputs, &staged), split(inputs, &staged)];
    let mut lines = String::new();
    for complete in stages {
        for event in [complete.begun(), complete] {
            lines.push_str(&serde_json::to_string(&event)?);
            lines.push('\n');
        }
    }
    Ok(lines)
}

/// The staged tables, in the order of the catalogue, which is that of their ids.
fn staged_tables<'a>(inputs: &RunInputs<'a>) -> Result<Vec<&'a StagedTable>, ExportError> {
    let manifest = &inputs.staging.manifest;
    differs(
        "staging",
        "shape",
        manifest.shape.as_str(),
        &inputs.catalogue.shape_digest,
    )?;
    let place = Place::Staging;
    let named = manifest.tables.iter().map(|table| {
        let columns = table.totals.iter().map(|total| total.column.as_str());
        (table.id.as_str(), columns.collect())
    });
    same_tables(inputs.catalogue, place, named.collect())?;
    Ok(manifest.tables.iter().collect())
}

fn is_of_this_run(
    inputs: &RunInputs<'_>,
    store: Store,
    manifest: &StoreManifest,
) -> Result<(), ExportError> {
    let place = store.word();
    differs(place, "store", &manifest.store, place)?;
    differs(place, "label", &manifest.label, inputs.label)?;
    differs(place, "kind", &manifest.kind, inputs.kind)?;
    let digest = manifest.catalogue.blake3.as_str();
    differs(place, "catalogue", digest, &inputs.catalogue.digest)?;
    let named = manifest.tables.iter().map(|table| {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        (table.id.as_str(), columns.collect())
    });
    same_tables(inputs.catalogue, Place::Store(store), named.collect())
}

fn differs(
    place: &'static str,
    what: &'static str,
    found: &str,
    expected: &str,
) -> Result<(), ExportError> {
    if found == expected {
        return Ok(());
    }
    Err(ExportError::OtherRun {
        place,
        what,
        found: found.to_owned(),
        expected: expected.to_owned(),
    })
}

/// Lineage is told of the columns that are there: a manifest and the catalogue name the same.
fn same_tables(
    catalogue: &Catalogue,
    place: Place,
    found: Vec<(&str, Vec<&str>)>,
) -> Result<(), ExportError> {
    let held: Vec<_> = catalogue
        .tables
        .iter()
        .map(|table| (table.id.as_str(), place.columns(table)))
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let other = |table: &str| ExportError::OtherTables {
        place: place.word(),
        table: table.to_owned(),
    };
    for ((id, columns), (found, named)) in held.iter().zip(&found) {
        let expected = columns.iter().map(|held| held.name.as_str());
        if id != found || !expected.eq(named.iter().copied()) {
            return Err(other(id));
        }
    }
    let more = held.get(found.len()).map(|(id, _)| *id);
    match more.or_else(|| found.get(held.len()).map(|(id, _)| *id)) {
        Some(id) => Err(other(id)),
        None => Ok(()),
    }
}

fn extract<'a>(inputs: &RunInputs<'a>, staged: &[&StagedTable]) -> RunEvent<'a> {
    let catalogue = inputs.catalogue;
    let names = Names(catalogue);
    let read = staged.iter().enumerate().map(|(at, table)| InputDataset {
        namespace: names.source(),
        name: catalogue.tables[at].name.clone(),
        facets: Some(DatasetFacets::of_source(catalogue, at)),
        input_facets: Some(InputFacets::of_source(table.source_rows)),
    });
    let written = staged.iter().enumerate().map(|(at, table)| OutputDataset {
        namespace: names.place(Place::Staging),
        name: table.id.clone(),
        facets: Some(DatasetFacets::of_extracted(catalogue, at)),
        output_facets: Some(OutputFacets::of_staging(
            &table.files,
            table.rejects.as_ref(),
        )),
    });
    let id = uuid("run", &["extract", inputs.staging.blake3.as_str()]);
    complete(
        inputs,
        "extract",
        id,
        Vec::new(),
        (read.collect(), written.collect()),
    )
}

fn split<'a>(inputs: &RunInputs<'a>, staged: &[&StagedTable]) -> RunEvent<'a> {
    let catalogue = inputs.catalogue;
    let names = Names(catalogue);
    let read = staged.iter().enumerate().map(|(at, table)| InputDataset {
        namespace: names.place(Place::Staging),
        name: table.id.clone(),
        facets: Some(DatasetFacets::of_staging(catalogue, at)),
        input_facets: Some(InputFacets::of_files(&table.files)),
    });
    let mut written = Vec::new();
    let mut digests = vec!["split", inputs.staging.blake3.as_str()];
    let mut facts = Vec::new();
    for (store, read) in Store::ALL.into_iter().zip(inputs.stores) {
        digests.push(read.blake3.as_str());
        facts.push(StoreFact {
            store: store.word(),
            blake3: read.blake3.as_str(),
        });
        for (at, table) in catalogue.tables.iter().enumerate() {
            let mut entries = read.manifest.tables.iter();
            let Some(entry) = entries.find(|entry| entry.id == table.id) else {
                continue;
            };
            written.push(OutputDataset {
                namespace: names.place(Place::Store(store)),
                name: entry.id.clone(),
                facets: Some(DatasetFacets::of_store(catalogue, at, store)),
                output_facets: Some(OutputFacets::of_store(&entry.files)),
            });
        }
    }
    let id = uuid("run", &digests);
    complete(inputs, "split", id, facts, (read.collect(), written))
}

fn complete<'a>(
    inputs: &RunInputs<'a>,
    stage: &'static str,
    run_id: String,
    store_manifests: Vec<StoreFact<'a>>,
    (read, written): (Vec<InputDataset>, Vec<OutputDataset>),
) -> RunEvent<'a> {
    let RunInputs {
        catalogue,
        label,
        kind,
        staging,
        stores: _,
        time,
    } = *inputs;
    let facts = RunFacts {
        label,
        kind,
        tool: TOOL,
        catalogue: &catalogue.name,
        catalogue_version: &catalogue.version,
        catalogue_blake3: &catalogue.digest,
        source_kind: &staging.manifest.source.kind,
        source_blake3: staging.manifest.source.blake3.as_str(),
        staging_manifest_blake3: staging.blake3.as_str(),
        store_manifests,
    };
    RunEvent {
        event_type: "COMPLETE",
        event_time: time,
        run: Run {
            run_id,
            facets: RunFacets {
                bunri_run: Facet::new(RUN_FACET, facts),
            },
        },
        job: JobName {
            namespace: Names(catalogue).job(),
            name: stage,
        },
        inputs: read,
        outputs: written,
        producer: PRODUCER,
        schema: RUN_EVENT,
    }
}

impl RunEvent<'_> {
    /// The event that goes before: the same tables, of which nothing is known yet.
    fn begun(&self) -> Self {
        let mut begun = self.clone();
        begun.event_type = "START";
        begun.run.facets.bunri_run.content.store_manifests.clear();
        for input in &mut begun.inputs {
            (input.facets, input.input_facets) = (None, None);
        }
        for output in &mut begun.outputs {
            (output.facets, output.output_facets) = (None, None);
        }
        begun
    }
}
