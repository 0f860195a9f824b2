//! A catalogue as written: words understood, names not yet looked up. What could not be read is [`None`] (its
//! mistake is in the log), so that reading goes on and every other mistake is found in the same run.

use crate::model::{
    Category, Class, Compare, Day, Early, IgnoredObject, IncumbentCode, Match, Ownership, RowRule,
    UntilIs, ValueType, ViewOf,
};
use crate::problem::{Name, Spot, Spotted};
use crate::reading::ValueForm;

/// `catalogue.toml`.
#[derive(Debug, Default)]
pub(crate) struct CatalogueDraft {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) incumbent: Option<Vec<Spotted<IncumbentCode>>>,
    pub(crate) vacant: Option<Vec<Name>>,
    pub(crate) retailers: Option<RetailersDraft>,
    /// `[ledger]`, then `[ledgers.NAME]`; [`None`] of one that cannot be read.
    pub(crate) ledgers: Vec<Option<LedgerDraft>>,
    pub(crate) opened: Vec<OpenedDraft>,
    pub(crate) ignored: Vec<Spotted<IgnoredObject>>,
    /// What of them can be read.
    pub(crate) references: Vec<Spotted<ReferenceDraft>>,
}

/// A table that `[release]` opens.
#[derive(Debug)]
pub(crate) struct OpenedDraft {
    pub(crate) table: Name,
    pub(crate) has_basis: bool,
}

/// An entry of `[[references]]`.
#[derive(Debug)]
pub(crate) struct ReferenceDraft {
    pub(crate) table: Name,
    pub(crate) columns: Vec<Name>,
    pub(crate) to: Name,
    pub(crate) references: Vec<Name>,
    pub(crate) basis: Option<String>,
}

#[derive(Debug)]
pub(crate) struct RetailersDraft {
    pub(crate) table: Option<Name>,
    pub(crate) column: Option<Name>,
    /// The outer [`None`]: it is there and cannot be read.
    pub(crate) name: Option<Option<Name>>,
}

#[derive(Debug)]
pub(crate) struct LedgerDraft {
    /// [`None`]: `[ledger]`.
    pub(crate) name: Option<Name>,
    pub(crate) tables: Option<Vec<Name>>,
    pub(crate) key: Option<Vec<Name>>,
    pub(crate) retailer: Option<Name>,
    pub(crate) from: Option<Name>,
    pub(crate) end: Option<EndDraft>,
    pub(crate) compare: Option<Compare>,
    /// Outer [`None`]: not readable.
    pub(crate) counts: Option<Option<CountsDraft>>,
    /// [`None`]: not readable.
    pub(crate) own_when: Option<Vec<OwnWhenDraft>>,
    /// The bases of the exceptions. Outer [`None`]: not readable.
    pub(crate) overlap_same_verdict: Option<Option<String>>,
    pub(crate) gap_other: Option<Option<String>>,
}

/// Where the last day of a ledger row comes from.
#[derive(Debug)]
pub(crate) enum EndDraft {
    Until {
        column: Name,
        until_is: UntilIs,
        /// Days, and [`None`] for `"NULL"`.
        open: Vec<Option<Day>>,
    },
    Next,
}

#[derive(Debug)]
pub(crate) struct CountsDraft {
    pub(crate) column: Name,
    pub(crate) counting: Vec<Name>,
    pub(crate) never: Vec<Name>,
    pub(crate) compare: Option<Spotted<Compare>>,
}

#[derive(Debug)]
pub(crate) struct OwnWhenDraft {
    pub(crate) column: Name,
    pub(crate) own: Vec<Name>,
    /// [`None`]: the listed retailers.
    pub(crate) other: Option<Vec<Name>>,
    pub(crate) compare: Option<Spotted<Compare>>,
}

/// `tables/*.toml`.
#[derive(Debug)]
pub(crate) struct TableDraft {
    /// The whole file.
    pub(crate) spot: Spot,
    pub(crate) name: Option<Name>,
    pub(crate) id: Option<Name>,
    /// Outer [`None`]: not readable.
    pub(crate) view_of: Option<Option<ViewOf>>,
    /// An empty list is `"none"`.
    pub(crate) key: Option<Vec<Name>>,
    pub(crate) columns: Vec<ColumnDraft>,
    pub(crate) rows: Option<Spotted<RowsDraft>>,
    pub(crate) known_at: Option<Spotted<KnownAtDraft>>,
    /// Whether `known_at` is written at all, readable or not, misspelt or not.
    pub(crate) known_at_written: bool,
    /// The name of the ledger that its rows ask. Outer [`None`]: not readable.
    pub(crate) ledger: Option<Option<Name>>,
    /// Outer [`None`]: none written. Inner [`None`]: not readable.
    pub(crate) ledger_key: Option<Option<Spotted<LedgerKeyDraft>>>,
    pub(crate) cells: Vec<Option<CellsDraft>>,
    pub(crate) when: Vec<Option<WhenDraft>>,
    pub(crate) basis: Option<String>,
    pub(crate) note: Option<String>,
}

#[derive(Debug)]
pub(crate) enum LedgerKeyDraft {
    Columns(Vec<Name>),
    Through(Box<ThroughDraft>),
}

/// `ledger_key = { through = …, … }`.
#[derive(Debug)]
pub(crate) struct ThroughDraft {
    pub(crate) table: Name,
    pub(crate) key: Vec<Name>,
    pub(crate) references: Spotted<Vec<Name>>,
    pub(crate) from: Name,
    pub(crate) until: Name,
    pub(crate) until_is: UntilIs,
    /// Days, and [`None`] for `"NULL"`.
    pub(crate) open: Vec<Option<Day>>,
}

#[derive(Debug)]
pub(crate) struct ColumnDraft {
    pub(crate) name: Name,
    pub(crate) class: Option<ClassDraft>,
    /// [`None`]: declared, and not readable.
    pub(crate) value_type: Option<ValueType>,
    pub(crate) reading: ValueForm,
    pub(crate) category: Option<Category>,
    pub(crate) rekey: Option<Name>,
    /// Outer [`None`]: none written. Inner [`None`]: not readable.
    pub(crate) rows: Option<Option<Spotted<RowsDraft>>>,
    pub(crate) basis: Option<String>,
    pub(crate) note: Option<String>,
}

#[derive(Debug)]
pub(crate) enum ClassDraft {
    Fixed(Class),
    ByValue {
        by: Name,
        compare: Option<Spotted<Compare>>,
        cases: Vec<(Name, Class)>,
        otherwise: Class,
    },
}

#[derive(Debug)]
pub(crate) enum RowsDraft {
    Ledger(TimeDraft),
    Column {
        column: Name,
        compare: Compare,
        at: Option<DayDraft>,
        has_basis: bool,
    },
    Parent {
        table: Name,
        key: Vec<Name>,
        references: Spotted<Vec<Name>>,
        matching: Match,
        has_basis: bool,
    },
    Cases {
        by: Name,
        compare: Option<Spotted<Compare>>,
        cases: Vec<(Name, Spotted<RowsDraft>)>,
    },
    All(Vec<Spotted<RowsDraft>>),
    Any(Vec<Spotted<RowsDraft>>),
    /// `every_row` says why; a word alone does not.
    Constant {
        rule: RowRule,
        has_basis: bool,
    },
}

impl Spotted<RowsDraft> {
    /// The rules that ask something by themselves, in the order written.
    pub(crate) fn leaves(&self) -> Vec<&Self> {
        match &self.value {
            RowsDraft::All(rules) | RowsDraft::Any(rules) => {
                rules.iter().flat_map(Self::leaves).collect()
            }
            RowsDraft::Cases { cases, .. } => {
                cases.iter().flat_map(|(_, rule)| rule.leaves()).collect()
            }
            RowsDraft::Ledger(_)
            | RowsDraft::Column { .. }
            | RowsDraft::Parent { .. }
            | RowsDraft::Constant { .. } => vec![self],
        }
    }
}

#[derive(Debug)]
pub(crate) enum TimeDraft {
    During {
        from: Name,
        until: Name,
        until_is: Option<UntilIs>,
    },
    Month(Name),
    At(DayDraft),
    Slot {
        date: Name,
        slot: Name,
    },
}

/// A day: of a column, or of the cutover.
#[derive(Debug)]
pub(crate) enum DayDraft {
    Column(Name),
    Cutover(Spot),
}

#[derive(Debug)]
pub(crate) enum KnownAtDraft {
    Column {
        columns: Vec<Name>,
        grace: Option<Spotted<u32>>,
        early: Option<Early>,
        has_basis: bool,
    },
    None {
        basis: String,
    },
}

/// `[[cells]]`.
#[derive(Debug)]
pub(crate) struct CellsDraft {
    pub(crate) columns: Spotted<Vec<Name>>,
    pub(crate) rule: CellsRuleDraft,
}

#[derive(Debug)]
pub(crate) enum CellsRuleDraft {
    Rows(Spotted<RowsDraft>),
    /// Column *k*, from 1, speaks of the day `from` + *k* − 1.
    Days {
        from: Name,
    },
}

#[derive(Debug)]
pub(crate) struct WhenDraft {
    pub(crate) spot: Spot,
    /// The parent table whose column it reads.
    pub(crate) parent: Option<Name>,
    pub(crate) column: Name,
    pub(crate) condition: ConditionDraft,
    pub(crate) rows: Vec<Spotted<Ownership>>,
    pub(crate) change: Vec<Spotted<(Class, Class)>>,
    /// [`None`]: every column.
    pub(crate) columns: Option<Vec<Name>>,
    pub(crate) basis: String,
}

#[derive(Debug)]
pub(crate) enum ConditionDraft {
    In {
        values: Vec<Name>,
        compare: Option<Spotted<Compare>>,
    },
    NotIn {
        values: Vec<Name>,
        compare: Option<Spotted<Compare>>,
    },
    Within {
        at_least: Option<BoundDraft>,
        below: Option<BoundDraft>,
    },
}

/// A bound as written: a number, a day or `"cutover"`.
pub(crate) type BoundDraft = Name;

impl TableDraft {
    /// Every rule that is written in this file: the row rule, those of columns, those of `[[cells]]`.
    pub(crate) fn rules(&self) -> Vec<&Spotted<RowsDraft>> {
        let columns = self.columns.iter();
        let of_columns = columns.filter_map(|column| column.rows.as_ref()?.as_ref());
        let groups = self.cells.iter().flatten();
        let of_groups = groups.filter_map(|group| match &group.rule {
            CellsRuleDraft::Rows(rule) => Some(rule),
            CellsRuleDraft::Days { .. } => None,
        });
        self.rows
            .iter()
            .chain(of_columns)
            .chain(of_groups)
            .collect()
    }

    /// Where `ledger_key` stands, or the file.
    pub(crate) fn ledger_key_spot(&self) -> Spot {
        let key = self.ledger_key.as_ref().and_then(Option::as_ref);
        key.map_or(self.spot, |key| key.spot)
    }

    /// How messages call the table.
    pub(crate) fn label(&self) -> &str {
        let name = self.id.as_ref().or(self.name.as_ref());
        name.map_or("this table", |name| name.value.as_str())
    }
}
