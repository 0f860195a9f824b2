//! A store and its manifest alone, as a stranger receives them: C1, the structural half of C6, with a catalogue C2, and
//! with the attestation and keys C8.
//! Everything that needs the staging is attested by others and not checked here, and the report says so.

use std::path::Path;

use bunri_catalogue::{Catalogue, Store};
use bunri_compare::{
    Costs, RawBytes, StoreFiles, Work, check_columns, check_entry, check_store, look,
};
use bunri_manifest::TOOL;
use bunri_records::{Attestation, attested};
use bunri_redecide::Layout;
use bunri_report::{
    About, Checked, Claim, Findings, Judged, Place, Report, Rule, Verdict,
    claims::{self, Scope},
};
use bunri_residue::{Permissions, schemas_of_manifest};

use crate::VerifyError;
use crate::judged;
use crate::verify::catalogue_report;

const NEEDS_STAGING: &str = "needs the staging, which stays in transmission custody";
const NEEDS_KEYS: &str = "no attestation and no key were given (`--attestation`, `--key`)";
const NEEDS_CATALOGUE: &str = "no catalogue was given";
const NEEDS_MANIFEST: &str = "the manifest cannot be read, so nobody knows which store this is";

/// Checks a store without its staging.
///
/// # Errors
/// When the folder cannot be read.
pub fn verify_store_alone(
    dir: &Path,
    catalogue: Option<&Catalogue>,
    attestation: Option<&Attestation<'_>>,
    threads: usize,
) -> Result<Report, VerifyError> {
    let mut findings = Findings::default();
    let costs = Costs::default();
    let mut files =
        costs.of_all_threads(Work::Files, || look(dir, "store", threads, &mut findings))?;
    let schemas = files.manifest.as_ref().map(schemas_of_manifest);
    let schemas = schemas.unwrap_or_default();
    let raw = RawBytes {
        store: store_of(&files).map_or("store", Store::word),
        schemas: &schemas,
        permissions: Permissions::Receivers,
        threads,
        costs: &costs,
    };
    let (admitted, audited) = raw.audit(&files, &mut findings)?;
    files.admitted = admitted;
    let mut scope = Scope {
        alone: true,
        ..Scope::default()
    };
    scope.looked.push((
        Claim::C1,
        Checked {
            files: files.digests.len() as u64,
            ..Checked::default()
        },
    ));
    for claim in [Claim::C3, Claim::C4, Claim::C5, Claim::C7] {
        scope.not_checked.push((claim, NEEDS_STAGING.into()));
    }
    match attestation {
        Some(attestation) => attested(dir, attestation, raw.store, &mut scope, &mut findings),
        None => scope.not_checked.push((Claim::C8, NEEDS_KEYS.into())),
    }
    match &files.manifest {
        Some(_) => scope.looked.push((Claim::C6, audited)),
        None => scope.not_checked.push((Claim::C6, NEEDS_MANIFEST.into())),
    }
    match (catalogue, store_of(&files)) {
        (None, _) => scope.not_checked.push((Claim::C2, NEEDS_CATALOGUE.into())),
        (Some(_), None) => scope.not_checked.push((Claim::C2, NEEDS_MANIFEST.into())),
        (Some(catalogue), Some(store)) => {
            let checked = costs.of(Work::Shape, || {
                shape(catalogue, store, &files, &mut findings)
            });
            scope.looked.push((Claim::C2, checked));
        }
    }
    let manifest = files.manifest.as_ref();
    let claims = claims::report(&scope, &findings);
    let findings = findings.into_report();
    Ok(Report {
        format: Report::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        label: manifest
            .map(|manifest| manifest.label.clone())
            .unwrap_or_default(),
        kind: manifest
            .map(|manifest| manifest.kind.clone())
            .unwrap_or_default(),
        catalogue: catalogue.map(catalogue_report),
        judged: Judged {
            source: None,
            staging_manifest: None,
            decisions: None,
            cutover: None,
            stores: vec![judged::store(raw.store, &files)],
        },
        verdict: Verdict::of(&claims, &[], false),
        claims,
        findings,
        expectations: Vec::new(),
        tables: Vec::new(),
        regions: Vec::new(),
        references: Vec::new(),
        controls: Vec::new(),
        notes: Vec::new(),
        costs: costs.by_claim(),
    })
}

fn store_of(files: &StoreFiles) -> Option<Store> {
    let word = &files.manifest.as_ref()?.store;
    Store::ALL.into_iter().find(|store| store.word() == word)
}

fn shape(
    catalogue: &Catalogue,
    store: Store,
    files: &StoreFiles,
    findings: &mut Findings,
) -> Checked {
    check_store(catalogue, store, files, None, findings);
    let mut checked = Checked::default();
    for layout in Layout::all(catalogue, store) {
        let id = &layout.table.id;
        let parts = files.parts(id);
        // How many parts there are is in the job, which a stranger does not have.
        check_entry(&layout, files, parts.len(), findings);
        if parts.is_empty() {
            let about = About {
                store: store.word(),
                table: Some(id),
            };
            findings.add(Claim::C2, Rule::TableMissing, about, Place::default());
        }
        checked.tables += 1;
        for part in parts {
            checked.files += 1;
            let rows = check_columns(&layout, files, &part, findings);
            checked.rows = checked.rows.saturating_add(rows);
        }
    }
    checked
}
