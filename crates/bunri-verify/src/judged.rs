//! What a report speaks of, by digest, and whether a report that is already there speaks of what lies here now. Whoever finds
//! a report beside stores must not take it for one about them.

use bunri_catalogue::Store;
use bunri_columnar::CustodyLayout;
use bunri_compare::StoreFiles;
use bunri_manifest::{Blake3Hex, MANIFEST, StagingManifest, TOOL, hash_file};
use bunri_report::{Judged, JudgedPart, JudgedStore};
use bunri_types::day_text;
use serde::Deserialize;

use crate::VerifyError;
use crate::evidence::REPORT;
use crate::inputs::{VerifyInputs, root};

/// What is verified, before any store was looked at.
pub(crate) fn judged(
    inputs: &VerifyInputs<'_>,
    staging: &StagingManifest,
) -> Result<Judged, VerifyError> {
    let path = CustodyLayout::new(inputs.custody).staging_manifest();
    let manifest = hash_file(&path).map_err(VerifyError::io("read", &path))?;
    Ok(Judged {
        source: Some(staging.source.clone()),
        staging_manifest: Some(manifest.blake3),
        decisions: decisions(inputs),
        cutover: Some(day_text(inputs.cutover)),
        stores: Vec::new(),
    })
}

/// A store that was looked at.
pub(crate) fn store(word: &str, files: &StoreFiles) -> JudgedStore {
    JudgedStore {
        store: word.to_owned(),
        manifest: files.digests.get(MANIFEST).map(|own| own.blake3.clone()),
    }
}

fn decisions(inputs: &VerifyInputs<'_>) -> Option<Blake3Hex> {
    let digest = inputs.decisions.digest()?;
    Blake3Hex::try_from(digest.to_owned()).ok()
}

/// The report of an earlier verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EarlierReport {
    /// There is none.
    Absent,
    /// It speaks of what lies here now.
    OfTheSame,
    /// It speaks of something else: these differ.
    OfOther(Vec<JudgedPart>),
    /// It is no report of this format, so nobody knows what it speaks of.
    Unreadable,
}

/// As much of a report as says what it speaks of.
#[derive(Deserialize)]
struct Bound {
    tool: String,
    catalogue: Option<BoundCatalogue>,
    judged: Judged,
}

#[derive(Deserialize)]
struct BoundCatalogue {
    blake3: String,
}

/// Whether the report in custody speaks of the stores that lie beside it now. Looks at manifests, not at the files that
/// they list: those are held against them by the verification itself.
#[must_use]
pub fn earlier_report(inputs: &VerifyInputs<'_>) -> EarlierReport {
    let path = CustodyLayout::new(inputs.custody).evidence().join(REPORT);
    if bunri_manifest::is_absent(&path) {
        return EarlierReport::Absent;
    }
    let text = std::fs::read(&path).ok();
    let bound = text.and_then(|text| serde_json::from_slice::<Bound>(&text).ok());
    let Some(bound) = bound else {
        return EarlierReport::Unreadable;
    };
    let other = differences(inputs, &bound);
    if other.is_empty() {
        EarlierReport::OfTheSame
    } else {
        EarlierReport::OfOther(other)
    }
}

fn differences(inputs: &VerifyInputs<'_>, bound: &Bound) -> Vec<JudgedPart> {
    let manifest = |root: &std::path::Path| {
        let digests = hash_file(&root.join(MANIFEST)).ok();
        digests.map(|digests| digests.blake3)
    };
    let Judged {
        // The manifest of staging names it.
        source: _,
        staging_manifest,
        decisions: decided,
        cutover,
        stores,
    } = &bound.judged;
    let catalogue = bound.catalogue.as_ref().map(|it| it.blake3.as_str());
    let mut same = vec![
        (JudgedPart::Tool, bound.tool == TOOL),
        (
            JudgedPart::Catalogue,
            catalogue == Some(inputs.catalogue.digest.as_str()),
        ),
        (JudgedPart::Decisions, *decided == decisions(inputs)),
        (
            JudgedPart::Cutover,
            *cutover == Some(day_text(inputs.cutover)),
        ),
        (
            JudgedPart::Staging,
            *staging_manifest == manifest(&CustodyLayout::new(inputs.custody).staging()),
        ),
    ];
    for store in Store::ALL {
        let spoken_of = stores.iter().find(|it| it.store == store.word());
        let spoken_of = spoken_of.and_then(|it| it.manifest.clone());
        let part = match store {
            Store::Retail => JudgedPart::Retail,
            Store::Transmission => JudgedPart::Transmission,
            Store::Quarantine => JudgedPart::Quarantine,
        };
        same.push((part, spoken_of == manifest(&root(inputs, store))));
    }
    let differ = same.into_iter().filter(|(_, same)| !same);
    differ.map(|(what, _)| what).collect()
}
