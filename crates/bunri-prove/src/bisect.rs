//! From a pair that gave other retail bytes to its causes: the edits are carried out in ever smaller parts, until none
//! can be left out without the difference going away (delta debugging). Every part is held to the same rule as the
//! pair: it must grant retail what the base does, or it shows nothing.

use bunri_catalogue::Store;
use bunri_manifest::ProofCause;

use crate::ProveError;
use crate::bench::Bench;
use crate::bytes::Differences;
use crate::place::Trees;
use crate::plan::{Edit, Scope};

/// So many causes of one pair are named.
const MOST_CAUSES: usize = 4;

/// The causes of a difference, each a smallest set of edits; most often one.
pub(crate) fn causes(
    bench: &Bench<'_>,
    edits: &[Edit],
    base: &Trees,
    differences: &Differences,
) -> Result<Vec<Vec<ProofCause>>, ProveError> {
    let tables = differences.tables();
    let mut left: Vec<Edit> = edits
        .iter()
        .filter(|edit| edit.scope != Scope::Nothing)
        .copied()
        .collect();
    // A store's table most often changes for what its own table was.
    left.sort_by_key(|edit| !tables.contains(bench.catalogue().tables[edit.table].id.as_str()));
    let search = Search { bench, base };
    let mut found = Vec::new();
    while found.len() < MOST_CAUSES && !left.is_empty() {
        if !found.is_empty() && !search.shows(&left)? {
            break;
        }
        let smallest = search.smallest(left.clone())?;
        left.retain(|edit| !smallest.contains(edit));
        found.push(smallest.iter().map(|edit| named(bench, edit)).collect());
    }
    Ok(found)
}

fn named(bench: &Bench<'_>, edit: &Edit) -> ProofCause {
    let table = &bench.catalogue().tables[edit.table];
    ProofCause {
        table: table.id.clone(),
        column: edit.column.map(|column| table.columns[column].name.clone()),
        strategy: edit.strategy.word().to_owned(),
    }
}

struct Search<'a> {
    bench: &'a Bench<'a>,
    base: &'a Trees,
}

impl Search<'_> {
    /// Whether these edits alone change retail's bytes and none of its grants.
    fn shows(&self, edits: &[Edit]) -> Result<bool, ProveError> {
        let staged = self.bench.stage(edits)?;
        let expected = self.bench.expected(&staged.place)?;
        if !self.bench.changed_grants(&expected).is_empty() {
            return Ok(false);
        }
        let stores = self.bench.split(&staged.place)?;
        let differences = self.bench.differences(self.base, &stores, Store::Retail);
        Ok(!differences.is_empty())
    }

    /// A part of the edits, which show a difference, from which nothing can be left out. Earlier edits are preferred.
    fn smallest(&self, mut edits: Vec<Edit>) -> Result<Vec<Edit>, ProveError> {
        let mut parts = 2;
        while edits.len() > 1 {
            let size = edits.len().div_ceil(parts);
            match self.smaller(&edits, size)? {
                Some((part, true)) => (edits, parts) = (part, 2),
                Some((part, false)) => (edits, parts) = (part, (parts - 1).max(2)),
                None if size == 1 => break,
                None => parts = (parts * 2).min(edits.len()),
            }
        }
        Ok(edits)
    }

    /// One part of this size that shows the difference alone, or else all but one part.
    fn smaller(
        &self,
        edits: &[Edit],
        size: usize,
    ) -> Result<Option<(Vec<Edit>, bool)>, ProveError> {
        for part in edits.chunks(size) {
            if self.shows(part)? {
                return Ok(Some((part.to_vec(), true)));
            }
        }
        // With two parts, all but one is the other.
        let few = edits.len().div_ceil(size) <= 2;
        for at in (0..edits.len()).step_by(size).filter(|_| !few) {
            let mut rest = edits.to_vec();
            rest.drain(at..(at + size).min(edits.len()));
            if self.shows(&rest)? {
                return Ok(Some((rest, false)));
            }
        }
        Ok(None)
    }
}
