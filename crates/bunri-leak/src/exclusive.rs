//! The values that occur only in cells withheld from a store.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.
//!
//! *Granted* is what the ledger vouches for. A copy that retail made itself (`all_retail`) does not silence the search, and an
//! original of which retail gets a keyed hash is searched for whatever else holds it.

use crate::LeakError;
use crate::grants::{Access, Grants};
use crate::hashing::filter_key;
use crate::lexicon::{Candidate, Lexicon};
use crate::partitions::{PARTITIONS, Record, partition};
use crate::records::{Scratch, Sorter};
use crate::values::{Entry, Part, ValueSet, ValueSetBuilder};
use crate::vocabulary::Vocabulary;

/// Values that are searched for in the strict form are few, about so many.
const STRICT: u64 = 1 << 16;

/// What is searched for in one store.
pub(crate) struct ExclusiveValues<'a> {
    pub(crate) lexicon: &'a Lexicon,
    /// Loose, strict.
    pub(crate) sets: [ValueSet; 2],
    pub(crate) totals: Totals,
}

/// What of the withheld is searched for in one store, and what is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Cells: found anywhere, as whole cells only, too short, of another type.
    pub(crate) withheld: [u64; 4],
    /// Different values.
    pub(crate) searched: u64,
    /// Different values that are granted too.
    pub(crate) granted_too: u64,
}

impl<'a> ExclusiveValues<'a> {
    /// What is searched for in retail and in transmission; whichever thread is free takes the next partition.
    pub(crate) fn of(
        vocabulary: Vocabulary<'a>,
        scratch: &Scratch,
        threads: usize,
    ) -> Result<[Self; 2], LeakError> {
        let (lexicon, withheld) = (vocabulary.lexicon, vocabulary.withheld.0);
        // What else the vocabulary remembers is of no use any more, and is as large as a filter.
        let records = vocabulary.into_records()?;
        let builder = |store| StoreBuilder::new(store, records.records, scratch);
        let (retail, transmission) = (builder(0)?, builder(1)?);
        let build = |space: &mut Vec<Record>, partition| {
            records.read(partition, space)?;
            Ok::<_, LeakError>((retail.part(space)?, transmission.part(space)?))
        };
        let built = bunri_work::run_with(threads, PARTITIONS, Vec::new, build)?;
        drop(records);
        let (in_retail, in_transmission) = built.into_iter().unzip();
        let [of_retail, of_transmission] = withheld;
        Ok([
            retail.finish(lexicon, in_retail, of_retail, scratch)?,
            transmission.finish(lexicon, in_transmission, of_transmission, scratch)?,
        ])
    }

    /// Looks up what the filter let through.
    pub(crate) fn confirm(&self, candidate: &Candidate) -> Result<Option<Entry>, LeakError> {
        let entry = self.sets[candidate.kind as usize].find(candidate.hash)?;
        Ok(entry.filter(|entry| candidate.whole || !entry.whole_only))
    }
}

/// A spelling of a value, and how one store stands to it over all its cells.
struct Spelling<'r> {
    /// The first of its records.
    record: &'r Record,
    /// The first column that it is withheld in; of an original, the first that has a hash in retail.
    source: Option<u16>,
    granted: bool,
    unvouched: bool,
    original: bool,
}

impl<'r> Spelling<'r> {
    /// How the store of this number stands to all records of a spelling.
    fn of(store: usize, records: &'r [Record]) -> Self {
        let first = |access| {
            let records = records.iter();
            let same = records.filter(|it| Grants(it.grants).access(store) == access);
            same.map(|record| record.source).min()
        };
        let original = first(Access::Original);
        Self {
            record: &records[0],
            source: original.or_else(|| first(Access::Withheld)),
            granted: first(Access::Granted).is_some(),
            unvouched: first(Access::Unvouched).is_some(),
            original: original.is_some(),
        }
    }

    /// Whether the store may know it.
    fn is_explained(&self) -> bool {
        self.granted && !self.original
    }
}

/// One store's values, while they are gathered.
struct StoreBuilder {
    store: usize,
    loose: ValueSetBuilder,
    /// A spelling that is searched for in the strict form belongs to another partition than its value does.
    strict: Sorter<Entry>,
}

impl StoreBuilder {
    fn new(store: usize, records: u64, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            store,
            loose: ValueSetBuilder::new(records, scratch)?,
            strict: Sorter::new(scratch),
        })
    }

    /// Of the records of a partition, the values that are searched for in the loose form; the others are pushed.
    fn part(&self, records: &[Record]) -> Result<(Part, Totals), LeakError> {
        let (mut loose, mut totals) = (Vec::new(), Totals::default());
        let mut spellings: Vec<Spelling<'_>> = Vec::new();
        for records in records.chunk_by(|a, b| a.loose == b.loose) {
            spellings.clear();
            let by_spelling = records.chunk_by(|a, b| a.strict == b.strict);
            spellings.extend(by_spelling.map(|records| Spelling::of(self.store, records)));
            let is_granted = spellings.iter().any(Spelling::is_explained);
            // A copy may be spelled otherwise than what it was copied from.
            let is_copied = !is_granted && spellings.iter().any(|spelling| spelling.unvouched);
            spellings.retain(|spelling| spelling.source.is_some());
            let withheld = spellings.len();
            spellings.retain(|spelling| !spelling.is_explained());
            totals.granted_too += (withheld - spellings.len()) as u64;
            totals.searched += spellings.len() as u64;
            if spellings.is_empty() {
                continue;
            }
            // Of a value that is granted in another spelling, each spelling is searched for by itself.
            let together = if is_granted { 1 } else { spellings.len() };
            for spellings in spellings.chunks(together) {
                let record = spellings[0].record;
                let (hash, prefix) = if is_granted {
                    (record.strict, record.strict_prefix)
                } else {
                    (record.loose, record.loose_prefix)
                };
                let sources = spellings.iter().filter_map(|spelling| spelling.source);
                let entry = Entry {
                    hash,
                    whole_only: !record.anywhere,
                    source: sources.min().unwrap_or(0),
                    copied: is_copied || spellings.iter().any(|spelling| spelling.unvouched),
                    prefix,
                    spellings: spellings.iter().map(|it| it.record.strict).collect(),
                };
                if is_granted {
                    self.strict.push(&entry)?;
                } else {
                    loose.push(entry);
                }
            }
        }
        Ok((self.loose.part(&loose)?, totals))
    }

    /// Of all partitions, in order.
    fn finish<'a>(
        self,
        lexicon: &'a Lexicon,
        built: Vec<(Part, Totals)>,
        withheld: [u64; 4],
        scratch: &Scratch,
    ) -> Result<ExclusiveValues<'a>, LeakError> {
        let mut totals = Totals {
            withheld,
            ..Totals::default()
        };
        let mut parts = Vec::with_capacity(PARTITIONS);
        for (part, more) in built {
            parts.push(part);
            totals.searched += more.searched;
            totals.granted_too += more.granted_too;
        }
        let sets = [self.loose.finish(parts), of_strict(&self.strict, scratch)?];
        Ok(ExclusiveValues {
            lexicon,
            sets,
            totals,
        })
    }
}

fn of_strict(entries: &Sorter<Entry>, scratch: &Scratch) -> Result<ValueSet, LeakError> {
    let set = ValueSetBuilder::new(STRICT, scratch)?;
    let (mut parts, mut own) = (Vec::with_capacity(PARTITIONS), Vec::<Entry>::new());
    for entry in entries.sorted()? {
        let entry = entry?;
        while parts.len() < partition(filter_key(entry.hash)) {
            parts.push(set.part(&std::mem::take(&mut own))?);
        }
        // Truncated, one spelling can stand under two loose forms; one entry is enough.
        if own.last().is_none_or(|last| last.hash != entry.hash) {
            own.push(entry);
        }
    }
    while parts.len() < PARTITIONS {
        parts.push(set.part(&std::mem::take(&mut own))?);
    }
    Ok(set.finish(parts))
}
