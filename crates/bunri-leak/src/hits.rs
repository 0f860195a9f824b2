//! Where something was found, and what the threads find in one store: it waits in sorters whose order is that of the
//! places, so that neither secret, threads nor memory leave a trace. Few things get here, so one lock for each is enough.

use std::sync::{Mutex, PoisonError};

use bunri_columnar::ByteSorter;
use bunri_report::Rule;
use bunri_spelling::tokens::Coat;

use crate::LeakError;
use crate::exclusive::Confirmed;
use crate::fields::{Field, record};
use crate::hashing::Name;
use crate::inputs::Scratch;

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
}

record! {
    /// A place, and what is said of it where something is found.
    Location {
        position: Position,
        /// Whether the cell is what the source's granted cell says.
        explained: bool,
        /// The row's name.
        label: String,
    }
}

record! {
    /// A value that only withheld cells hold. It sorts by place.
    Hit {
        position: Position,
        /// Where the value begins in the form in which it was found.
        from: u64,
        /// The column that it is withheld in.
        source: u16,
        coat: Coat,
        loose: bool,
        label: String,
    }
}

record! {
    /// A granted column and what is found in it.
    #[derive(Copy, PartialOrd, Ord)]
    Pair {
        /// The first site of the table.
        site: u32,
        column: u16,
        withheld: Withheld,
    }
}

/// What is found in a granted cell: the number of the column that withholds it, or a retailer's code or name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Withheld {
    Column(u16),
    Retailer,
}

impl Field for Withheld {
    fn put(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Column(source) => (false, *source),
            Self::Retailer => (true, 0),
        }
        .put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (retailer, source) = Field::take(bytes)?;
        Some(if retailer {
            Self::Retailer
        } else {
            Self::Column(source)
        })
    }
}

record! {
    /// A cell that a person is to review. It sorts by pair, by value, by place.
    ReviewedCell {
        pair: Pair,
        /// Of the value.
        name: Name,
        /// Whether a cell that nobody vouches for holds it too.
        copied: bool,
        position: Position,
        label: String,
    }
}

/// A digest as it is sorted: its length, and itself filled up.
pub(crate) type DigestKey = [u8; 33];

pub(crate) fn digest_key(digest: &[u8]) -> DigestKey {
    let mut key = [0; size_of::<DigestKey>()];
    let known = digest.len().min(key.len() - 1);
    key[0] = known as u8;
    key[1..=known].copy_from_slice(&digest[..known]);
    key
}

record! {
    /// What may be a digest of a value.
    FoundDigest {
        key: DigestKey,
        location: Location,
    }
}

/// What is found in one store.
pub(crate) struct Found<'a> {
    sites: &'a [Site],
    hits: Mutex<ByteSorter>,
    reviewed: Mutex<ByteSorter>,
    digests: Mutex<ByteSorter>,
}

impl<'a> Found<'a> {
    pub(crate) fn new(sites: &'a [Site], scratch: &Scratch) -> Self {
        let sorter = || Mutex::new(scratch.sorter());
        Self {
            sites,
            hits: sorter(),
            reviewed: sorter(),
            digests: sorter(),
        }
    }

    /// A hit in a cell that is, bit for bit, what the source's granted cell of the same row says is contamination: the
    /// classification should be reconsidered. Every other hit is certain.
    pub(crate) fn value(
        &self,
        confirmed: &Confirmed,
        coat: Coat,
        location: &Location,
    ) -> Result<(), LeakError> {
        let Confirmed {
            name,
            from,
            source,
            loose,
            copied,
        } = *confirmed;
        if location.explained {
            return self.review(Withheld::Column(source), (name, copied), location);
        }
        let hit = Hit {
            position: location.position,
            from: from as u64,
            source,
            coat,
            loose,
            label: location.label.clone(),
        };
        push(&self.hits, &hit)
    }

    /// A retailer of this name in a granted text.
    pub(crate) fn retailer(&self, name: Name, location: &Location) -> Result<(), LeakError> {
        self.review(Withheld::Retailer, (name, false), location)
    }

    fn review(
        &self,
        withheld: Withheld,
        (name, copied): (Name, bool),
        location: &Location,
    ) -> Result<(), LeakError> {
        let position = location.position;
        let cell = ReviewedCell {
            pair: Pair {
                site: Site::of(self.sites, position.site)?.first,
                column: position.column,
                withheld,
            },
            name,
            copied,
            position,
            label: location.label.clone(),
        };
        push(&self.reviewed, &cell)
    }

    pub(crate) fn digest(&self, digest: &[u8], location: Location) -> Result<(), LeakError> {
        let key = digest_key(digest);
        push(&self.digests, &FoundDigest { key, location })
    }

    /// What may be digests, once; what is found after that is not among it.
    pub(crate) fn take_digests(&self, scratch: &Scratch) -> ByteSorter {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut digests, scratch.sorter())
    }

    /// The hits, and the cells that are to be reviewed.
    pub(crate) fn into_sorters(self) -> [ByteSorter; 2] {
        [self.hits, self.reviewed]
            .map(|sorter| sorter.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

fn push(sorter: &Mutex<ByteSorter>, record: &impl Field) -> Result<(), LeakError> {
    let mut sorter = sorter.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(sorter.push(&record.bytes())?)
}
