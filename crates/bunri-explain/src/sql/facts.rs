//! What a table says of its rows beside whose they are (docs/rules.md, sections 3 and 4): for its own `known_at`, and for its
//! children.

use super::Script;
use bunri_catalogue::{CodeDay, LedgerTime, RowRule, Table};

/// No day.
pub(super) const NO_DAY: &str = "CAST(NULL AS DATE)";

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// The day after *T*, the last day that the row speaks of; NULL where it has none.
    AfterT,
    /// Whether the row has not begun by the cutover.
    ToCome,
    /// The first of the days that its ledger rule asked for; NULL where it has none.
    FirstDay,
    /// The day after the last of them.
    NextDay,
}

impl Fact {
    pub(super) const ALL: [Self; 4] = [Self::AfterT, Self::ToCome, Self::FirstDay, Self::NextDay];

    /// The name of its column, without the mark.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::AfterT => "after_t",
            Self::ToCome => "to_come",
            Self::FirstDay => "first_day",
            Self::NextDay => "next_day",
        }
    }

    /// What it is where a rule says nothing.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::AfterT | Self::FirstDay | Self::NextDay => NO_DAY,
            Self::ToCome => "false",
        }
    }
}

/// An expression for every fact, in the order of [`Fact::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowFacts([String; 4]);

impl RowFacts {
    /// Nothing, but for the last day.
    pub(super) fn last_only(after_t: &str) -> Self {
        Self::each(|fact| match fact {
            Fact::AfterT => after_t.to_owned(),
            Fact::ToCome | Fact::FirstDay | Fact::NextDay => fact.nothing().to_owned(),
        })
    }

    pub(super) fn each(of: impl Fn(Fact) -> String) -> Self {
        Self(Fact::ALL.map(of))
    }

    pub(super) fn get(&self, fact: Fact) -> &str {
        &self.0[fact as usize]
    }
}

impl Script<'_> {
    /// The facts that somebody asks of this table.
    pub(super) fn facts_asked(&self, table: &Table) -> Vec<Fact> {
        let is_asked = |fact: &Fact| match fact {
            Fact::AfterT => self.is_asked_t(table),
            Fact::ToCome => self.may_be_to_come(table) && self.has_children(table),
            Fact::FirstDay | Fact::NextDay => self.gives_days(table) && self.has_owners(table),
        };
        Fact::ALL.into_iter().filter(is_asked).collect()
    }

    fn has_children(&self, table: &Table) -> bool {
        let mut rules = self.catalogue.tables.iter().flat_map(Table::parent_rules);
        rules.any(|(_, rule)| self.catalogue.tables[rule.table].id == table.id)
    }

    /// Whether a row of this table may not have begun by the cutover.
    pub(super) fn may_be_to_come(&self, table: &Table) -> bool {
        let mut leaves = table.rows.leaves().into_iter();
        leaves.any(|leaf| match leaf {
            RowRule::Ledger(time) => *time != LedgerTime::AtCutover,
            RowRule::Column { at, .. } => matches!(at, Some(CodeDay::Column(_))),
            RowRule::Parent { table, .. } => self.may_be_to_come(&self.catalogue.tables[*table]),
            RowRule::Cases { .. }
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => false,
        })
    }
}
