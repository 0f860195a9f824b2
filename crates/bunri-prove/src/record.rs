//! What a run came to, as its record: what it speaks of, what was perturbed, and whether that shows anything.

use std::io::Write;
use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_columnar::{CustodyLayout, Staging, create_folder};
use bunri_manifest::{
    Blake3Hex, CatalogueRef, DeclaredFlow, MANIFEST, PROOF, Proof, ProofColumn, ProofSample,
    ProofStatus, ProofStrategy, TOOL, hash_file,
};
use bunri_redecide::RedecideInputs;

use crate::ProveError;
use crate::flows::Flows;
use crate::guards::{Coverage, Missed, of_run};
use crate::inputs::{ProveInputs, ProveOptions};
use crate::pair::Seen;
use crate::strategy::Strategy;
use crate::withheld::Base;

/// The digests of what the record speaks of.
pub(crate) struct Stamps {
    staging: Blake3Hex,
    retail: Blake3Hex,
}

impl Stamps {
    pub(crate) fn read(inputs: &ProveInputs<'_>) -> Result<Self, ProveError> {
        let RedecideInputs {
            catalogue, custody, ..
        } = inputs.redecide;
        let retail = inputs.retail;
        Staging::open(custody, catalogue)?;
        let staging = CustodyLayout::new(custody).staging_manifest();
        let staging = hash_file(&staging).map_err(ProveError::io("read", &staging))?;
        let store = hash_file(&retail.join(MANIFEST)).map_err(|_| ProveError::NoStore {
            path: retail.to_path_buf(),
        })?;
        Ok(Self {
            staging: staging.blake3,
            retail: store.blake3,
        })
    }
}

/// A run that is over.
pub(crate) struct Run<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) base: &'a Base,
    pub(crate) flows: &'a Flows,
    pub(crate) seen: Seen,
}

impl Run<'_> {
    /// The record.
    pub(crate) fn proof(
        mut self,
        stamps: Stamps,
        options: &ProveOptions,
        sample: Option<ProofSample>,
    ) -> Result<Proof, ProveError> {
        let coverage = self.coverage();
        let mut missed = std::mem::take(&mut self.seen.missed);
        missed.extend(of_run(self.base.retail_rows(self.catalogue), &coverage));
        if !self.seen.differences.is_empty() {
            // A run that ended early has left columns alone, and a difference shows something all the same.
            missed.clear();
        }
        let status = match (self.seen.differences.is_empty(), missed.is_empty()) {
            (false, _) => ProofStatus::Broken,
            (true, false) => ProofStatus::NothingShown,
            (true, true) => ProofStatus::Held,
        };
        let catalogue = CatalogueRef {
            name: self.catalogue.name.clone(),
            version: self.catalogue.version.clone(),
            blake3: Blake3Hex::try_from(self.catalogue.digest.clone()).map_err(ProveError::Name)?,
        };
        Ok(Proof {
            format: Proof::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            catalogue,
            staging_manifest: stamps.staging,
            retail_manifest: stamps.retail,
            seed: options.seed,
            pairs: self.seen.pairs,
            redrawn: self.seen.redrawn,
            sample,
            status,
            refusals: missed.into_iter().map(Missed::told).collect(),
            strategies: self.strategies(),
            columns: self.columns(&coverage),
            declared_flows: self.declared_flows(&coverage),
            differences: self.seen.differences,
        })
    }

    /// Table and column of everything withheld, in catalogue order.
    fn withheld(&self) -> Vec<(usize, usize)> {
        let tables = self.base.tables.iter().enumerate();
        tables
            .flat_map(|(position, table)| {
                let columns = table.withheld.iter().enumerate();
                columns
                    .filter(|(_, bits)| bits.count_set_bits() > 0)
                    .map(move |(column, _)| (position, column))
            })
            .collect()
    }

    fn coverage(&self) -> Vec<Coverage> {
        let of = |(position, at): (usize, usize)| {
            let table = &self.catalogue.tables[position];
            let base = &self.base.tables[position];
            let seen = self.seen.tally.columns.get(&(position, at));
            Coverage {
                table: table.id.clone(),
                column: table.columns[at].name.clone(),
                withheld: base.withheld[at].count_set_bits() as u64,
                perturbed: seen.map_or(0, |(cells, _)| *cells),
                read: self.flows.is_read(position, at),
                changeable: !table.key.contains(&at) || base.outside.count_set_bits() > 0,
            }
        };
        self.withheld().into_iter().map(of).collect()
    }

    fn strategies(&self) -> Vec<ProofStrategy> {
        let of = |strategy: Strategy| {
            let changed = self.seen.tally.strategies.get(&strategy);
            let changed = changed.copied().unwrap_or_default();
            ProofStrategy {
                strategy: strategy.word().to_owned(),
                cells: changed.cells,
                rows: changed.rows,
            }
        };
        Strategy::ALL.into_iter().map(of).collect()
    }

    fn columns(&self, coverage: &[Coverage]) -> Vec<ProofColumn> {
        let of = |(at, covered): ((usize, usize), &Coverage)| {
            let strategies = self.seen.tally.columns.get(&at);
            let strategies = strategies.into_iter().flat_map(|(_, used)| used);
            let why = match covered {
                Coverage { perturbed: 1.., .. } => None,
                Coverage {
                    changeable: false, ..
                } => Some("a key of rows that retail has"),
                Coverage { read: true, .. } => {
                    Some("a rule reads it: every draw changed a grant or nothing")
                }
                _ => Some("no draw changed a cell"),
            };
            ProofColumn {
                table: covered.table.clone(),
                column: covered.column.clone(),
                withheld_cells: covered.withheld,
                perturbed_cells: covered.perturbed,
                strategies: strategies.map(|one| one.word().to_owned()).collect(),
                why: why.map(str::to_owned),
            }
        };
        self.withheld().into_iter().zip(coverage).map(of).collect()
    }

    fn declared_flows(&self, coverage: &[Coverage]) -> Vec<DeclaredFlow> {
        let read = self.withheld().into_iter().zip(coverage);
        read.filter(|(_, covered)| covered.read)
            .map(|((position, at), covered)| DeclaredFlow {
                table: covered.table.clone(),
                column: covered.column.clone(),
                read_by: self
                    .flows
                    .read_by(position, at)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                perturbed_cells: covered.perturbed,
            })
            .collect()
    }
}

/// Replaces the record of an earlier run; it is absent or whole, mode 0600.
pub(crate) fn write(custody: &Path, proof: &Proof) -> Result<(), ProveError> {
    let folder = CustodyLayout::new(custody).evidence();
    create_folder(&folder)?;
    let path = folder.join(PROOF);
    let bytes = proof.to_bytes()?;
    let written = || {
        let mut file = tempfile::Builder::new()
            .prefix(".bunri-tmp-")
            .tempfile_in(&folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        std::fs::File::open(&folder)?.sync_all()
    };
    written().map_err(ProveError::io("write", &path))
}
