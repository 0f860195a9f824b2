//! C7: what the last `bunri prove` left in `evidence/`, if it speaks of the very catalogue, staging, retail store and
//! version that are verified here. Verification perturbs nothing itself: it must not know the splitter.

use bunri_columnar::CustodyLayout;
use bunri_manifest::{MANIFEST, PROOF, Proof, ProofCause, ProofStatus, hash_file};
use bunri_report::{About, Checked, Claim, Findings, Place, Rule, Scope};

use crate::RecordInputs;

const NOT_RUN: &str = "run `bunri prove`";
const UNREADABLE: &str = "evidence/prove.json is no record of this version that could be believed; run `bunri prove` again";
const STALE: &str = "evidence/prove.json speaks of another catalogue, staging, store or version; run `bunri prove` again";
const NOTHING_SHOWN: &str = "the last `bunri prove` showed nothing; its record says why";

/// Looks for the record and adds what it says.
pub(crate) fn look(inputs: &RecordInputs<'_>, scope: &mut Scope, findings: &mut Findings) {
    match read(inputs) {
        Err(why) => scope.not_checked.push((Claim::C7, why.into())),
        Ok(proof) => {
            scope.looked.push((Claim::C7, checked(&proof)));
            scope.held.push((Claim::C7, held(&proof)));
            broken(&proof, findings);
        }
    }
}

fn read(inputs: &RecordInputs<'_>) -> Result<Proof, &'static str> {
    let layout = CustodyLayout::new(inputs.custody);
    let path = layout.evidence().join(PROOF);
    if bunri_manifest::is_absent(&path) {
        return Err(NOT_RUN);
    }
    let text = bunri_manifest::read_regular(&path).map_err(|_| UNREADABLE)?;
    let proof = Proof::parse(&text).map_err(|_| UNREADABLE)?;
    let staging = hash_file(&layout.staging_manifest()).map_err(|_| STALE)?;
    let retail = hash_file(&inputs.retail.join(MANIFEST)).map_err(|_| STALE)?;
    if !proof.speaks_of(&inputs.catalogue.digest, &staging.blake3, &retail.blake3) {
        return Err(STALE);
    }
    if !proof.is_coherent() {
        return Err(UNREADABLE);
    }
    if proof.status == ProofStatus::NothingShown {
        return Err(NOTHING_SHOWN);
    }
    Ok(proof)
}

/// What was perturbed, over all pairs.
fn checked(proof: &Proof) -> Checked {
    let tables: std::collections::BTreeSet<&str> = proof
        .columns
        .iter()
        .map(|column| column.table.as_str())
        .collect();
    let changed = proof.strategies.iter();
    let (cells, rows) = changed.fold((0_u64, 0_u64), |(cells, rows), strategy| {
        (
            cells.saturating_add(strategy.cells),
            rows.saturating_add(strategy.rows),
        )
    });
    Checked {
        files: 0,
        tables: tables.len() as u64,
        rows,
        cells,
    }
}

fn held(proof: &Proof) -> String {
    let sample = proof.sample.map_or(String::new(), |sample| {
        format!("on a sample of {} supply points, ", sample.points)
    });
    format!(
        "retail's bytes stayed the same when what is withheld was other ({sample}{} pairs, seed {}; evidence, not proof)",
        proof.pairs, proof.seed
    )
}

fn broken(proof: &Proof, findings: &mut Findings) {
    for difference in &proof.differences {
        let mut found = |table, place| {
            let about = About {
                store: "retail",
                table,
            };
            findings.add(Claim::C7, Rule::RetailDepends, about, place);
        };
        if difference.causes.is_empty() {
            found(None, Place::detail("the same staging gave other bytes"));
        }
        for cause in &difference.causes {
            let ProofCause {
                table,
                column,
                strategy,
            } = cause;
            let place = Place {
                column: column.clone(),
                ..Place::detail(strategy)
            };
            found(Some(table.as_str()), place);
        }
    }
}
