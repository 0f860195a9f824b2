//! What the parents of a row are together (docs/rules.md, section 3, "Parent"), and which of them a rule asks.

use bunri_catalogue::{Compare, Match, Ownership, RowRule, Table};

use super::codes::{case, code_text};
use super::{Days, OwnershipSet, Reason, Row, Verdict};

/// What the parents of one parent rule are: those that have begun by the cutover, or all if none has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParentFacts {
    /// Their final ownerships.
    pub ownerships: OwnershipSet,
    /// The last day that the own ones speak of: *T* of docs/rules.md, section 4.
    pub last: Option<Days>,
    /// None of them has begun by the cutover.
    pub to_come: bool,
    /// The conditions of `[[when]]` that none of them meets, as bits by their place among
    /// [`bunri_catalogue::Catalogue::conditions_on`]. Without parents, and with a rejected one, every condition is met.
    pub clear: u64,
}

impl ParentFacts {
    /// Of a rejected row: what it would have said to a condition nobody knows either.
    pub const REJECTED: Self = Self {
        ownerships: OwnershipSet::REJECTED,
        last: None,
        to_come: false,
        clear: 0,
    };

    /// Of parents that have both begun, or both not.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            ownerships: self.ownerships.join(other.ownerships),
            last: self.last.max(other.last),
            to_come: self.to_come && other.to_come,
            // One that meets a condition is enough.
            clear: self.clear & other.clear,
        }
    }
}

/// Of the parents of one key, those that are the row's: where one has begun by the cutover, those that have not are none yet.
#[must_use]
pub fn parents_now<T>(begun: Option<T>, to_come: Option<T>) -> Option<T> {
    begun.or(to_come)
}

/// As the parents. No matching parent, and a NULL in the key, are both "missing"; of a rejected parent nobody knows whose
/// it would have been, so that it frees nobody.
pub(crate) fn by_parent(parents: OwnershipSet, matching: Match) -> Verdict {
    let (own, other) = (parents.has(Ownership::Own), parents.has(Ownership::Other));
    if matching == Match::Any && own {
        return Verdict::Own;
    }
    if parents.has_rejected() {
        return Verdict::Undecided(Reason::ParentRejected);
    }
    if parents.has(Ownership::Undecided) {
        return Verdict::Undecided(Reason::ParentUndecided);
    }
    match (own, other) {
        (true, false) => Verdict::Own,
        (false, true) => Verdict::Other,
        (true, true) => Verdict::Undecided(Reason::ParentsDisagree),
        (false, false) => Verdict::Undecided(Reason::ParentMissing),
    }
}

/// The parent rule whose owner keys are asked who wrote a row: the first, in the order written, of those that decide it. Its
/// place among the parent rules of [`bunri_catalogue::Table::leaves`], and how its parents are combined.
#[must_use]
pub fn asked_parent(rule: &RowRule, row: &impl Row) -> Option<(usize, Match)> {
    let (mut place, mut asked) = (0, None);
    each_parent(rule, row, true, &mut |matching, asks| {
        asked = asked.or(asks.then_some((place, matching)));
        place += 1;
    });
    asked
}

/// Of every parent rule of the table, in their order, whether it speaks of the row.
#[must_use]
pub fn parents_asked(table: &Table, row: &impl Row) -> Vec<bool> {
    let mut asked = Vec::new();
    let groups = table.cells.iter().map(|group| &group.rows);
    for rule in std::iter::once(&table.rows).chain(groups) {
        each_parent(rule, row, true, &mut |_, asks| asked.push(asks));
    }
    asked
}

/// Tells of every parent rule, in their order, how its parents are combined, and whether it speaks of the row: under `cases` only
/// those of the chosen rule do.
fn each_parent(rule: &RowRule, row: &impl Row, asks: bool, tell: &mut impl FnMut(Match, bool)) {
    match rule {
        RowRule::Parent { matching, .. } => tell(*matching, asks),
        RowRule::All(rules) | RowRule::Any(rules) => {
            for rule in rules {
                each_parent(rule, row, asks, tell);
            }
        }
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            let chosen = chosen(*column, *compare, cases, row).ok();
            for (place, (_, rule)) in cases.iter().enumerate() {
                each_parent(rule, row, asks && chosen == Some(place), tell);
            }
        }
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => {}
    }
}

/// How many parent rules a rule holds.
pub(crate) fn parents_in(rule: &RowRule) -> usize {
    let leaves = rule.leaves().into_iter();
    leaves.filter(|leaf| leaf.as_parent().is_some()).count()
}

/// The place of the case that fits the row.
pub(crate) fn chosen(
    column: usize,
    compare: Compare,
    cases: &[(String, RowRule)],
    row: &impl Row,
) -> Result<usize, Reason> {
    let value = code_text(row.value(column)).ok_or(Reason::CaseMissing)?;
    case(cases, &value, compare).ok_or(Reason::CaseUnlisted)
}

#[cfg(test)]
mod tests;
