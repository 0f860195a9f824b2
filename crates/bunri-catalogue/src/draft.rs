//! A catalogue as written: words understood, names not yet looked up. What could not be read is [`None`] (its
//! mistake is in the log), so that reading goes on and every other mistake is found in the same run.

use bunri_text::{Name, SourceFile, Spot, Spotted};
use bunri_types::{Day, ValueForm, ValueType};

use crate::model::{
    Category, Class, Compare, Early, IgnoredObject, IncumbentCode, Match, Ownership, RowRule,
    UntilIs, ViewOf,
};

/// A catalogue as read: its drafts, and the files that they were read from.
#[derive(Debug)]
pub struct Written<'a> {
    /// `catalogue.toml`.
    pub main: CatalogueDraft,
    /// The tables, in any order.
    pub tables: Vec<TableDraft>,
    /// The paths that messages name, in the order of `files`.
    pub names: &'a [String],
    /// Where every [`Spot`] of the drafts points.
    pub files: &'a [SourceFile],
    /// Their digest ([`digest_files`](crate::digest_files)).
    pub digest: String,
}

/// `catalogue.toml`.
#[derive(Debug, Default)]
pub struct CatalogueDraft {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The incumbent's codes.
    pub incumbent: Option<Vec<Spotted<IncumbentCode>>>,
    /// Codes of vacancy.
    pub vacant: Option<Vec<Name>>,
    /// `[retailers]`.
    pub retailers: Option<RetailersDraft>,
    /// `[ledger]`, then `[ledgers.NAME]`; [`None`] of one that cannot be read.
    pub ledgers: Vec<Option<LedgerDraft>>,
    /// What `[release]` opens.
    pub opened: Vec<OpenedDraft>,
    /// `[[ignored]]`.
    pub ignored: Vec<Spotted<IgnoredObject>>,
    /// What of them can be read.
    pub references: Vec<Spotted<ReferenceDraft>>,
}

/// A table that `[release]` opens.
#[derive(Debug)]
pub struct OpenedDraft {
    /// Its id.
    pub table: Name,
    /// Whether somebody said why.
    pub has_basis: bool,
}

/// An entry of `[[references]]`.
#[derive(Debug)]
pub struct ReferenceDraft {
    /// The id of the table that refers.
    pub table: Name,
    /// Its columns.
    pub columns: Vec<Name>,
    /// The id of the table that is referred to.
    pub to: Name,
    /// Its columns, in the same order.
    pub references: Vec<Name>,
    /// Why.
    pub basis: Option<String>,
}

/// `[retailers]`.
#[derive(Debug)]
pub struct RetailersDraft {
    /// The id of the table that lists them.
    pub table: Option<Name>,
    /// Its column of codes.
    pub column: Option<Name>,
    /// The outer [`None`]: it is there and cannot be read.
    pub name: Option<Option<Name>>,
}

/// `[ledger]`, or one of `[ledgers]`.
#[derive(Debug)]
pub struct LedgerDraft {
    /// [`None`]: `[ledger]`.
    pub name: Option<Name>,
    /// Ids of its tables.
    pub tables: Option<Vec<Name>>,
    /// Columns of its key.
    pub key: Option<Vec<Name>>,
    /// The column of the retailer's code.
    pub retailer: Option<Name>,
    /// The column of the first day.
    pub from: Option<Name>,
    /// The last day.
    pub end: Option<EndDraft>,
    /// How codes are compared.
    pub compare: Option<Compare>,
    /// Outer [`None`]: not readable.
    pub counts: Option<Option<CountsDraft>>,
    /// [`None`]: not readable.
    pub own_when: Option<Vec<OwnWhenDraft>>,
    /// The bases of the exceptions. Outer [`None`]: not readable.
    pub overlap_same_verdict: Option<Option<String>>,
    /// Why days of no row are other. Outer [`None`]: not readable.
    pub gap_other: Option<Option<String>>,
}

/// Where the last day of a ledger row comes from.
#[derive(Debug)]
pub enum EndDraft {
    /// A column says it.
    Until {
        /// The column.
        column: Name,
        /// Whether that day still counts.
        until_is: UntilIs,
        /// Days, and [`None`] for `"NULL"`.
        open: Vec<Option<Day>>,
    },
    /// The day before the next row of the key.
    Next,
}

/// Which rows of a ledger count.
#[derive(Debug)]
pub struct CountsDraft {
    /// The column that says whether a row counts.
    pub column: Name,
    /// Values of rows that do.
    pub counting: Vec<Name>,
    /// Values of rows that never do.
    pub never: Vec<Name>,
    /// How they are compared.
    pub compare: Option<Spotted<Compare>>,
}

/// What else must hold for own.
#[derive(Debug)]
pub struct OwnWhenDraft {
    /// What else must hold is in this column.
    pub column: Name,
    /// Values under which own stays own.
    pub own: Vec<Name>,
    /// [`None`]: the listed retailers.
    pub other: Option<Vec<Name>>,
    /// How they are compared.
    pub compare: Option<Spotted<Compare>>,
}

/// `tables/*.toml`.
#[derive(Debug)]
pub struct TableDraft {
    /// The whole file.
    pub spot: Spot,
    /// Its name in the source.
    pub name: Option<Name>,
    /// Its id.
    pub id: Option<Name>,
    /// Outer [`None`]: not readable.
    pub view_of: Option<Option<ViewOf>>,
    /// An empty list is `"none"`.
    pub key: Option<Vec<Name>>,
    /// In the order written.
    pub columns: Vec<ColumnDraft>,
    /// Whose a row is.
    pub rows: Option<Spotted<RowsDraft>>,
    /// When a row was written.
    pub known_at: Option<Spotted<KnownAtDraft>>,
    /// Whether `known_at` is written at all, readable or not, misspelt or not.
    pub known_at_written: bool,
    /// The name of the ledger that its rows ask. Outer [`None`]: not readable.
    pub ledger: Option<Option<Name>>,
    /// Outer [`None`]: none written. Inner [`None`]: not readable.
    pub ledger_key: Option<Option<Spotted<LedgerKeyDraft>>>,
    /// `[[cells]]`; [`None`] of one that cannot be read.
    pub cells: Vec<Option<CellsDraft>>,
    /// `[[when]]`; [`None`] of one that cannot be read.
    pub when: Vec<Option<WhenDraft>>,
    /// What its classes rest on.
    pub basis: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// `ledger_key`.
#[derive(Debug)]
pub enum LedgerKeyDraft {
    /// Columns of the table itself.
    Columns(Vec<Name>),
    /// Through another table.
    Through(Box<ThroughDraft>),
}

/// `ledger_key = { through = …, … }`.
#[derive(Debug)]
pub struct ThroughDraft {
    /// The id of the table that leads on.
    pub table: Name,
    /// The columns of this table that refer.
    pub key: Vec<Name>,
    /// Columns of that table, in the same order.
    pub references: Spotted<Vec<Name>>,
    /// Its column of the first day.
    pub from: Name,
    /// Its column of the last day.
    pub until: Name,
    /// Whether that day still counts.
    pub until_is: UntilIs,
    /// Days, and [`None`] for `"NULL"`.
    pub open: Vec<Option<Day>>,
}

/// One line of `[columns]`, with its type.
#[derive(Debug)]
pub struct ColumnDraft {
    /// Its name.
    pub name: Name,
    /// Its class.
    pub class: Option<ClassDraft>,
    /// [`None`]: declared, and not readable.
    pub value_type: Option<ValueType>,
    /// How values are read as its type.
    pub reading: ValueForm,
    /// What it holds, if that is said.
    pub category: Option<Category>,
    /// Under which name retail's values are hashed.
    pub rekey: Option<Name>,
    /// Outer [`None`]: none written. Inner [`None`]: not readable.
    pub rows: Option<Option<Spotted<RowsDraft>>>,
    /// What its class rests on.
    pub basis: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// The class of a column.
#[derive(Debug)]
pub enum ClassDraft {
    /// Always the same.
    Fixed(Class),
    /// By the value of another column.
    ByValue {
        /// The column that says which.
        by: Name,
        /// How values are compared.
        compare: Option<Spotted<Compare>>,
        /// What holds for each value.
        cases: Vec<(Name, Class)>,
        /// The class of every other value.
        otherwise: Class,
    },
}

/// A row rule.
#[derive(Debug)]
pub enum RowsDraft {
    /// The ledger says it.
    Ledger(TimeDraft),
    /// The row carries a retailer's code.
    Column {
        /// The column.
        column: Name,
        /// How values are compared.
        compare: Compare,
        /// The day on which the code counts.
        at: Option<DayDraft>,
        /// Whether somebody said why.
        has_basis: bool,
    },
    /// Inherited.
    Parent {
        /// The parent's id.
        table: Name,
        /// The columns that refer.
        key: Vec<Name>,
        /// Columns of the parent, in the same order.
        references: Spotted<Vec<Name>>,
        /// Whether all parents must agree.
        matching: Match,
        /// Whether somebody said why.
        has_basis: bool,
    },
    /// Another rule by the row's type.
    Cases {
        /// The column that says which.
        by: Name,
        /// How values are compared.
        compare: Option<Spotted<Compare>>,
        /// What holds for each value.
        cases: Vec<(Name, Spotted<RowsDraft>)>,
    },
    /// Every rule must say own.
    All(Vec<Spotted<RowsDraft>>),
    /// One rule is enough.
    Any(Vec<Spotted<RowsDraft>>),
    /// `every_row` says why; a word alone does not.
    Constant {
        /// The rule.
        rule: RowRule,
        /// Whether somebody said why.
        has_basis: bool,
    },
}

/// The rules that decide every row alike, by their words.
static CONSTANT_RULES: [(&str, RowRule); 3] = [
    ("all_transmission", RowRule::AllTransmission),
    ("all_retail", RowRule::AllRetail),
    ("reference", RowRule::Reference),
];

/// The rules that decide every row alike, by their words.
#[must_use]
pub fn constant_rules() -> [(&'static str, &'static RowRule); 3] {
    CONSTANT_RULES.each_ref().map(|(word, rule)| (*word, rule))
}

/// The word of a constant rule; of another there is none.
pub(crate) fn constant_word(rule: &RowRule) -> &'static str {
    let mut constants = CONSTANT_RULES.iter();
    let found = constants.find(|(_, constant)| constant == rule);
    found.map_or("", |(word, _)| word)
}

impl RowsDraft {
    /// The rules that ask something by themselves, in the order written.
    pub(crate) fn leaves(rule: &Spotted<Self>) -> Vec<&Spotted<Self>> {
        match &rule.value {
            RowsDraft::All(rules) | RowsDraft::Any(rules) => {
                rules.iter().flat_map(Self::leaves).collect()
            }
            RowsDraft::Cases { cases, .. } => cases
                .iter()
                .flat_map(|(_, rule)| Self::leaves(rule))
                .collect(),
            RowsDraft::Ledger(_)
            | RowsDraft::Column { .. }
            | RowsDraft::Parent { .. }
            | RowsDraft::Constant { .. } => vec![rule],
        }
    }
}

/// The days that a row speaks of.
#[derive(Debug)]
pub enum TimeDraft {
    /// From one day to another.
    During {
        /// The column of the first day.
        from: Name,
        /// The column of the last day.
        until: Name,
        /// Whether that day still counts.
        until_is: Option<UntilIs>,
    },
    /// A month.
    Month(Name),
    /// One day.
    At(DayDraft),
    /// A slot of a day.
    Slot {
        /// The column of the day.
        date: Name,
        /// The column of the slot.
        slot: Name,
    },
}

/// A day: of a column, or of the cutover.
#[derive(Debug)]
pub enum DayDraft {
    /// Of this column.
    Column(Name),
    /// The cutover, and where that is written.
    Cutover(Spot),
}

/// When a row was written.
#[derive(Debug)]
pub enum KnownAtDraft {
    /// Columns say it.
    Column {
        /// The latest day in them counts.
        columns: Vec<Name>,
        /// Days after the end of supply on which own may still be written.
        grace: Option<Spotted<u32>>,
        /// What holds of rows written before supply began.
        early: Option<Early>,
        /// Whether somebody said why.
        has_basis: bool,
    },
    /// Nothing says it.
    None {
        /// Why that is acceptable.
        basis: String,
    },
}

/// `[[cells]]`.
#[derive(Debug)]
pub struct CellsDraft {
    /// The columns of the group.
    pub columns: Spotted<Vec<Name>>,
    /// Whose their cells are.
    pub rule: CellsRuleDraft,
}

/// Whose the cells of a group are.
#[derive(Debug)]
pub enum CellsRuleDraft {
    /// A row rule of their own.
    Rows(Spotted<RowsDraft>),
    /// Column *k*, from 1, speaks of the day `from` + *k* − 1.
    Days {
        /// The column of the first day.
        from: Name,
    },
}

/// `[[when]]`.
#[derive(Debug)]
pub struct WhenDraft {
    /// Where it begins.
    pub spot: Spot,
    /// The parent table whose column it reads.
    pub parent: Option<Name>,
    /// The column.
    pub column: Name,
    /// What is asked of it.
    pub condition: ConditionDraft,
    /// The rows that it may touch.
    pub rows: Vec<Spotted<Ownership>>,
    /// From which class to which.
    pub change: Vec<Spotted<(Class, Class)>>,
    /// [`None`]: every column.
    pub columns: Option<Vec<Name>>,
    /// Why.
    pub basis: String,
}

/// What a condition asks of a value.
#[derive(Debug)]
pub enum ConditionDraft {
    /// It is one of these values.
    In {
        /// The values.
        values: Vec<Name>,
        /// How values are compared.
        compare: Option<Spotted<Compare>>,
    },
    /// It is none of these values.
    NotIn {
        /// The values.
        values: Vec<Name>,
        /// How values are compared.
        compare: Option<Spotted<Compare>>,
    },
    /// It lies within bounds.
    Within {
        /// No less.
        at_least: Option<BoundDraft>,
        /// Less than this.
        below: Option<BoundDraft>,
    },
}

/// A bound as written: a number, a day or `"cutover"`.
pub type BoundDraft = Name;

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
