//! Human decisions (docs/rules.md, section 4): the last word on a row that the rules leave undecided. Rows and
//! decisions both come in key order, so they are read side by side, part by part of the key.

use std::cmp::Ordering;

use bunri_catalogue::{Catalogue, Ownership, Store};
use bunri_decisions::{Decision, KeyPart};

use crate::grants::{columns_of, ownerships};
use crate::{Row, Verdict};

/// A decision that decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    /// Its line in the file.
    pub line: usize,
    /// Why.
    pub why: WhyUnused,
}

/// Why a decision decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUnused {
    /// No staged row has its key.
    NotStaged,
    /// The rules decide the row.
    NotUndecided,
}

/// Whether a person may say of a row of this table that it is own although the rules say other: only of the retailer's own
/// records, from which nothing can come to retail that transmission has, not even through a table that follows this one.
#[must_use]
pub fn may_overrule_other(catalogue: &Catalogue, position: usize) -> bool {
    let table = &catalogue.tables[position];
    let follows = |child: &usize| catalogue.tables[*child].parents().contains(&position);
    let mut followers = (0..catalogue.tables.len()).filter(follows);
    ownerships(table).contains(&Ownership::Undecided)
        && columns_of(table, Store::Transmission).is_empty()
        && !columns_of(table, Store::Retail).is_empty()
        && followers.all(|child| may_overrule_other(catalogue, child))
}

/// The decisions on one table, while its rows go by.
#[derive(Debug)]
pub struct LastWords<'a> {
    /// Those that are still to come, in key order.
    decisions: &'a [Decision],
    key: &'a [usize],
    /// Whether own may be said of a row that the rules call another's ([`may_overrule_other`]).
    overrules_other: bool,
    /// Rows that were decided own, and other.
    pub applied: [u64; 2],
    /// What decided nothing.
    pub unused: Vec<Unused>,
}

impl<'a> LastWords<'a> {
    /// `decisions` on a table whose key columns are `key`; `overrules_other` is [`may_overrule_other`] of it.
    #[must_use]
    pub fn new(decisions: &'a [Decision], key: &'a [usize], overrules_other: bool) -> Self {
        Self {
            decisions,
            key,
            overrules_other,
            applied: [0; 2],
            unused: Vec::new(),
        }
    }

    /// The final verdict of the next row, of which the rules say `ruled`.
    pub fn last_word(&mut self, row: &impl Row, ruled: Verdict) -> Verdict {
        while let [decision, later @ ..] = self.decisions {
            let order = order(&decision.key, self.key, row);
            if order.is_gt() {
                break;
            }
            self.decisions = later;
            if order.is_eq() {
                return self.decide(decision, ruled);
            }
            self.refuse(decision, WhyUnused::NotStaged);
        }
        ruled
    }

    fn decide(&mut self, decision: &Decision, ruled: Verdict) -> Verdict {
        let open = match ruled {
            Verdict::Undecided(_) => true,
            Verdict::Other => self.overrules_other && decision.ownership == Ownership::Own,
            Verdict::Own | Verdict::Reference => false,
        };
        if !open {
            self.refuse(decision, WhyUnused::NotUndecided);
            return ruled;
        }
        match decision.ownership {
            Ownership::Own => {
                self.applied[0] += 1;
                Verdict::Own
            }
            Ownership::Other => {
                self.applied[1] += 1;
                Verdict::Other
            }
            // No line of the file can say so; a word that decides nothing frees nothing.
            Ownership::Undecided | Ownership::Reference => ruled,
        }
    }

    fn refuse(&mut self, decision: &Decision, why: WhyUnused) {
        self.unused.push(Unused {
            line: decision.line,
            why,
        });
    }

    /// After the last row.
    pub fn finish(&mut self) {
        for decision in std::mem::take(&mut self.decisions) {
            self.refuse(decision, WhyUnused::NotStaged);
        }
    }
}

/// Whether the decision's key is before, at or after the row's.
fn order(key: &[KeyPart], columns: &[usize], row: &impl Row) -> Ordering {
    let parts = key.iter().zip(columns);
    let mut orders = parts.map(|(part, &column)| part.order(row.value(column)));
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests;
