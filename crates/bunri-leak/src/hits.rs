//! Where something was found, and what the threads find in one store: it waits in sorters whose order is that of the
//! places, so that neither secret, threads nor memory leave a trace.

use bunri_report::Rule;
use bunri_spelling::tokens::Encoding;

use crate::LeakError;
use crate::hashing::{FormKind, Hash};
use crate::lexicon::Candidate;
use crate::records::{Scratch, Sorter, record};
use crate::values::Entry;

/// Something that is searched as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    /// The rule of what is found here, where it is not that of a cell.
    pub(crate) rule: Option<Rule>,
    pub(crate) table: Option<String>,
    /// The first site of this table.
    pub(crate) first: u32,
    /// Not given where the file's own name may hold the value.
    pub(crate) file: Option<String>,
    /// Names of the columns, where cells have one.
    pub(crate) columns: Vec<String>,
}

impl Site {
    pub(crate) fn of(sites: &[Self], number: u32) -> Result<&Self, LeakError> {
        let site = usize::try_from(number).ok();
        site.and_then(|at| sites.get(at)).ok_or(LeakError::Index)
    }

    pub(crate) fn column(&self, position: u16) -> Option<String> {
        self.columns.get(usize::from(position)).cloned()
    }
}

/// The column of what is no cell.
pub(crate) const NO_COLUMN: u16 = u16::MAX;

record! {
    /// A place in a site.
    #[derive(Copy)]
    Position {
        site: u32,
        row: u64,
        /// Position in the site's columns, or [`NO_COLUMN`].
        column: u16,
    }

    /// A place, and what is said of it where something is found.
    Location {
        position: Position,
        /// Whether the cell is what the source's granted cell says.
        explained: bool,
        /// The row's name.
        label: String,
    }

    /// A value that only withheld cells hold. It sorts by place.
    Hit {
        position: Position,
        /// Where the value begins in the form in which it was found.
        from: u64,
        /// The column that it is withheld in.
        source: u16,
        encoding: Encoding,
        loose: bool,
        label: String,
    }

    /// A granted column and what is found in it.
    #[derive(Copy, PartialOrd, Ord)]
    Pair {
        /// The first site of the table.
        site: u32,
        column: u16,
        /// Whether it is a retailer's code or name, which no column withholds.
        retailer: bool,
        /// The column that withholds it.
        source: u16,
    }

    /// A cell that a person is to review. It sorts by pair, by value, by place.
    ReviewCell {
        pair: Pair,
        /// Of the value.
        hash: Hash,
        /// Whether a cell that nobody vouches for holds it too.
        copied: bool,
        position: Position,
        label: String,
    }

    /// What may be a digest of a value.
    DigestCandidate {
        key: DigestKey,
        location: Location,
    }
}

/// A digest filled up with zeros.
pub(crate) type DigestKey = [u8; 32];

pub(crate) fn digest_key(digest: &[u8]) -> DigestKey {
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or(0))
}

/// What is found in one store.
pub(crate) struct HitSink<'a> {
    sites: &'a [Site],
    pub(crate) hits: Sorter<Hit>,
    pub(crate) review_cells: Sorter<ReviewCell>,
    pub(crate) digests: Sorter<DigestCandidate>,
}

impl<'a> HitSink<'a> {
    pub(crate) fn new(sites: &'a [Site], scratch: &Scratch) -> Self {
        Self {
            sites,
            hits: Sorter::new(scratch),
            review_cells: Sorter::new(scratch),
            digests: Sorter::new(scratch),
        }
    }

    /// A hit in a cell that is, bit for bit, what the source's granted cell of the same row says is contamination: the
    /// classification should be reconsidered. Every other hit is certain.
    pub(crate) fn value(
        &self,
        candidate: &Candidate,
        entry: &Entry,
        encoding: Encoding,
        location: &Location,
    ) -> Result<(), LeakError> {
        if location.explained {
            return self.review(entry.hash, Some(entry), location);
        }
        let hit = Hit {
            position: location.position,
            from: candidate.from as u64,
            source: entry.source,
            encoding,
            // In another spelling than any withheld cell has.
            loose: candidate.kind == FormKind::Loose
                && !entry.spellings.contains(&candidate.strict),
            label: location.label.clone(),
        };
        self.hits.push(&hit)
    }

    /// A value in a granted cell; without an entry, a retailer whose name has this hash.
    pub(crate) fn review(
        &self,
        hash: Hash,
        entry: Option<&Entry>,
        location: &Location,
    ) -> Result<(), LeakError> {
        let position = location.position;
        let cell = ReviewCell {
            pair: Pair {
                site: Site::of(self.sites, position.site)?.first,
                column: position.column,
                retailer: entry.is_none(),
                source: entry.map_or(0, |entry| entry.source),
            },
            hash,
            copied: entry.is_some_and(|entry| entry.copied),
            position,
            label: location.label.clone(),
        };
        self.review_cells.push(&cell)
    }
}
