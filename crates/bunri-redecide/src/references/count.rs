//! The files of all tables side by side: what every reference finds in every store, and why not.

use bunri_catalogue::{Catalogue, Ownership, Store};

use super::presence::{Stores, bit};
use super::rule::ReferenceRule;
use super::taker::{ReferenceFiles, Referred, RowCounts, Standing};
use crate::RedecideError;

/// Keys between two looks at whether somebody asked to stop.
const KEYS_AT_ONCE: u64 = 1 << 16;

/// What became of the row that a reference does not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The source has none either.
    Absent,
    /// It was rejected at extraction, or a rejected row could be it.
    Rejected,
    /// It is not granted to the store: its table, its key or the columns referred to do not go there.
    Withheld,
    /// It is the incumbent's, so it does not wait in the quarantine.
    Own,
    /// It is another customer's.
    Other,
    /// It waits for a person.
    Undecided,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 6] = [
        Cause::Absent,
        Cause::Rejected,
        Cause::Withheld,
        Cause::Own,
        Cause::Other,
        Cause::Undecided,
    ];
}

/// One reference in one store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreReferences {
    /// Rows of the store that refer to anything.
    pub rows: u64,
    /// Of these, rows that find nothing there, by [`Cause`].
    pub dangling: [u64; Cause::ALL.len()],
}

/// One reference in every store that has the columns which refer.
pub type ReferenceCounts = Vec<(Store, StoreReferences)>;

impl ReferenceFiles {
    /// Of every reference, in the order of `rules`, what it finds. Asks now and then whether to stop.
    ///
    /// # Errors
    /// When a file of these cannot be read, or is not there because its table was not decided; or to stop.
    pub fn count(
        &self,
        catalogue: &Catalogue,
        rules: &[ReferenceRule],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<ReferenceCounts>, RedecideError> {
        let one = |(number, rule): (usize, &ReferenceRule)| {
            let (referring, possible) = self.referring.get(&number).ok_or(RedecideError::Index)?;
            let at = (rule.to, rule.references.clone());
            let referred = self.referred.get(&at).ok_or(RedecideError::Index)?;
            let side = Referral {
                referred,
                findable: referred.possible & comparable(catalogue, rule),
            };
            let mut counts = [StoreReferences::default(); Store::ALL.len()];
            let mut keys = referring.read()?;
            let mut others = referred.staged.read()?;
            let mut read = 0;
            while let Some((key, fact)) = keys.next()? {
                if read % KEYS_AT_ONCE == 0 && stop() {
                    return Err(RedecideError::Interrupted);
                }
                read += 1;
                let rows = RowCounts::read(fact)?;
                let standing = others.find(key)?;
                let standing = standing
                    .map(|fact| Standing::read(fact.bytes))
                    .transpose()?;
                side.add(key, rows, standing, &mut counts);
            }
            let here = Store::ALL.into_iter().zip(counts);
            Ok(here
                .filter(|(store, _)| possible & bit(*store) != 0)
                .collect())
        };
        rules.iter().enumerate().map(one).collect()
    }
}

/// The stores in which both sides hold what can be compared: in retail a hash finds nothing among originals, or among the hashes
/// of another name.
fn comparable(catalogue: &Catalogue, rule: &ReferenceRule) -> Stores {
    let rekey = |table: usize, column: usize| &catalogue.tables[table].columns[column].rekey;
    let mut pairs = rule.columns.iter().zip(&rule.references);
    let same = pairs.all(|(&own, &other)| rekey(rule.table, own) == rekey(rule.to, other));
    let everywhere = Store::ALL
        .into_iter()
        .fold(0, |set, store| set | bit(store));
    if same {
        everywhere
    } else {
        everywhere & !bit(Store::Retail)
    }
}

/// The other side of one reference.
struct Referral<'a> {
    referred: &'a Referred,
    /// The stores in which it can be found at all.
    findable: Stores,
}

impl Referral<'_> {
    fn add(
        &self,
        key: &[u8],
        rows: [u64; Store::ALL.len()],
        standing: Option<Standing>,
        counts: &mut [StoreReferences; Store::ALL.len()],
    ) {
        for store in Store::ALL {
            let (rows, count) = (rows[store as usize], &mut counts[store as usize]);
            count.rows += rows;
            if rows > 0
                && let Some(cause) = self.cause(key, standing, store)
            {
                count.dangling[cause as usize] += rows;
            }
        }
    }

    /// [`None`] where the row stands there. Of several rows of one key the first cause in the order written here counts.
    fn cause(&self, key: &[u8], standing: Option<Standing>, store: Store) -> Option<Cause> {
        let Some(standing) = standing else {
            return Some(if self.referred.rejected.may_have(key) {
                Cause::Rejected
            } else {
                Cause::Absent
            });
        };
        if self.findable & bit(store) == 0 {
            return Some(Cause::Withheld);
        }
        if standing.stores & bit(store) != 0 {
            return None;
        }
        let explains = match store {
            Store::Retail => &[
                (Ownership::Undecided, Cause::Undecided),
                (Ownership::Other, Cause::Other),
            ][..],
            // Rows of both and of nobody stand there, if what they are called by may.
            Store::Transmission => &[],
            Store::Quarantine => &[
                (Ownership::Own, Cause::Own),
                (Ownership::Other, Cause::Other),
            ],
        };
        let cause = explains
            .iter()
            .find(|(ownership, _)| standing.has(*ownership));
        Some(cause.map_or(Cause::Withheld, |(_, cause)| *cause))
    }
}
