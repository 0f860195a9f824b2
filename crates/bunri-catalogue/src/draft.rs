//! A catalogue as written: words understood, names not yet looked up. What could not be read is [`None`] (its
//! mistake is in the log), so that reading goes on and every other mistake is found in the same run.

use crate::model::{
    Category, Class, Compare, Day, IgnoredObject, IncumbentCode, Match, Ownership, RowRule,
    UntilIs, ValueType,
};
use crate::problem::{Name, Spot, Spotted};

/// `catalogue.toml`.
#[derive(Debug, Default)]
pub(crate) struct CatalogueDraft {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) incumbent: Option<Vec<Spotted<IncumbentCode>>>,
    pub(crate) vacant: Option<Vec<Name>>,
    pub(crate) retailers: Option<RetailersDraft>,
    pub(crate) ledger: Option<LedgerDraft>,
    pub(crate) opened: Vec<Name>,
    pub(crate) ignored: Vec<Spotted<IgnoredObject>>,
}

#[derive(Debug)]
pub(crate) struct RetailersDraft {
    pub(crate) table: Option<Name>,
    pub(crate) column: Option<Name>,
}

#[derive(Debug)]
pub(crate) struct LedgerDraft {
    pub(crate) table: Option<Name>,
    pub(crate) key: Option<Vec<Name>>,
    pub(crate) retailer: Option<Name>,
    pub(crate) from: Option<Name>,
    pub(crate) until: Option<Name>,
    pub(crate) until_is: Option<UntilIs>,
    pub(crate) compare: Option<Compare>,
    /// Days, and [`None`] for `"NULL"`.
    pub(crate) open: Option<Vec<Option<Day>>>,
    /// Outer [`None`]: not written. Inner [`None`]: not readable.
    pub(crate) not_own_when: Option<Option<NotOwnDraft>>,
}

#[derive(Debug)]
pub(crate) struct NotOwnDraft {
    pub(crate) column: Name,
    pub(crate) values: Vec<Name>,
    pub(crate) compare: Compare,
}

/// `tables/*.toml`.
#[derive(Debug)]
pub(crate) struct TableDraft {
    /// The whole file.
    pub(crate) spot: Spot,
    pub(crate) name: Option<Name>,
    pub(crate) id: Option<Name>,
    /// An empty list is `"none"`.
    pub(crate) key: Option<Vec<Name>>,
    pub(crate) columns: Vec<ColumnDraft>,
    pub(crate) rows: Option<Spotted<RowsDraft>>,
    pub(crate) known_at: Option<Spotted<KnownAtDraft>>,
    /// Whether `known_at` is written at all, readable or not, misspelt or not.
    pub(crate) known_at_written: bool,
    pub(crate) ledger_key: Option<Spotted<Vec<Name>>>,
    pub(crate) when: Vec<Option<WhenDraft>>,
    pub(crate) basis: Option<String>,
    pub(crate) note: Option<String>,
}

#[derive(Debug)]
pub(crate) struct ColumnDraft {
    pub(crate) name: Name,
    pub(crate) class: Option<ClassDraft>,
    /// [`None`]: declared, and not readable.
    pub(crate) value_type: Option<ValueType>,
    pub(crate) category: Option<Category>,
    pub(crate) rekey: Option<Name>,
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
    },
    Parent {
        table: Name,
        key: Vec<Name>,
        references: Spotted<Vec<Name>>,
        matching: Match,
    },
    All(Vec<Spotted<RowsDraft>>),
    Constant(RowRule),
}

#[derive(Debug)]
pub(crate) enum TimeDraft {
    During {
        from: Name,
        until: Name,
        until_is: Option<UntilIs>,
    },
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
        column: Name,
        grace: Option<Spotted<u32>>,
    },
    None {
        basis: String,
    },
}

#[derive(Debug)]
pub(crate) struct WhenDraft {
    pub(crate) spot: Spot,
    pub(crate) column: Name,
    pub(crate) condition: ConditionDraft,
    pub(crate) rows: Vec<Spotted<Ownership>>,
    pub(crate) change: Vec<Spotted<(Class, Class)>>,
    pub(crate) basis: String,
}

#[derive(Debug)]
pub(crate) enum ConditionDraft {
    In {
        values: Vec<Name>,
        compare: Option<Spotted<Compare>>,
    },
    AtLeast(Name),
    Below(Name),
}

impl TableDraft {
    /// How messages call the table.
    pub(crate) fn label(&self) -> &str {
        let name = self.id.as_ref().or(self.name.as_ref());
        name.map_or("this table", |name| name.value.as_str())
    }
}
