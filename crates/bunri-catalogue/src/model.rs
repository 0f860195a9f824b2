//! What a checked catalogue says. A value of these types comes only from [`crate::load`], so whoever holds
//! one holds a valid one: names resolve, keys exist, classes are of the closed vocabulary.
//!
//! Columns are referred to by their position in [`Table::columns`] (store order), tables by their position in
//! [`Catalogue::tables`] (sorted by id). Days are counted from 1970-01-01, proleptic Gregorian, Japan time.

use std::collections::BTreeSet;

/// Days since 1970-01-01, in Japan time.
pub type Day = i32;

/// What a column is, in the regulator's terms (design section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 他社小売からも閲覧できるもの: any retailer may see it, one point at a time.
    AnyRetailer,
    /// 自社顧客のみ閲覧可能: a retailer sees it of its own customers.
    OwnCustomer,
    /// 託送システムのみ: never leaves the transmission operator.
    TransmissionOnly,
    /// 小売専用: the retailer's own business, never in the transmission store.
    RetailOnly,
    /// 公開コード表: a public code table.
    Reference,
    /// 移行しない: counted and not migrated.
    Discard,
}

/// Whose customer a row speaks of, at the time it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ownership {
    /// The incumbent retailer's customer.
    Own,
    /// Somebody else's, or nobody's (vacant, supplied by the operator itself).
    Other,
    /// Not decidable from the ledger: a person decides.
    Undecided,
    /// A row of a public code table: nobody's customer.
    Reference,
}

/// Where a cell can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Store {
    /// The incumbent retailer's store, on its own root.
    Retail,
    /// The transmission operator's store.
    Transmission,
    /// In transmission custody until a person decides.
    Quarantine,
}

/// A declared column type (design section 6). A value that does not fit exactly is rejected with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// UTF-8 text; the empty text is not NULL.
    Text,
    /// 64-bit signed integer.
    Int,
    /// Fixed-point number: 1 ≤ precision ≤ 38, scale ≤ precision.
    Decimal {
        /// Total digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Calendar day, read in the given form.
    Date(DateForm),
    /// Microseconds, Japan local unless the text carries a zone.
    Timestamp,
    /// True or false.
    Bool,
    /// Raw bytes.
    Bytes,
}

/// How the source writes a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// `2026-04-01` (`date`)
    Iso,
    /// `20260401` (`date(YYYYMMDD)`), as text or as a number
    Compact,
    /// `2026/04/01` (`date(YYYY/MM/DD)`)
    Slashed,
}

/// How codes are compared. Never silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Byte for byte.
    Exact,
    /// Without Unicode white space at either end.
    Trim,
}

/// Whether an end date belongs to its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntilIs {
    /// The end is the last day.
    Inclusive,
    /// The end is the first day after.
    Exclusive,
}

/// What kind of datum a column holds, beyond its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// A person can be told from it.
    Personal,
    /// Text that people typed: anything may be in it.
    FreeText,
    /// The state of the grid.
    GridOperation,
    /// Accounts, grants, terminals, logs.
    Security,
    /// Computed from other columns.
    Derived,
    /// Who touched the row and when.
    Audit,
}

/// The class of a column: fixed, or by the value of another column of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClassRule {
    /// The same in every row.
    Fixed(Class),
    /// Depends on another column (契約高 by its unit).
    ByValue {
        /// The column that decides (text or int).
        column: usize,
        /// How its value is compared with the cases.
        compare: Compare,
        /// Value and class, in the order written. Int columns: the decimal text of the number.
        cases: Vec<(String, Class)>,
        /// The class of NULL and of every unseen value.
        otherwise: Class,
    },
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name in the source and in every store.
    pub name: String,
    /// What the regulator calls it.
    pub class: ClassRule,
    /// Its declared type.
    pub value_type: ValueType,
    /// Beyond the class.
    pub category: Option<Category>,
    /// The domain of keyed hashes that retail gets instead of the values (docs/rules.md, section 4).
    pub rekey: Option<String>,
    /// Law, guideline or decision, with approver and date.
    pub basis: Option<String>,
    /// For the reader.
    pub note: Option<String>,
}

/// Where the day of a ledger rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerTime {
    /// A value that describes a period: every day counts.
    During {
        /// First day (date or timestamp column).
        from: usize,
        /// End (date or timestamp column); the ledger's open ends mean the same here.
        until: usize,
        /// Whether the end belongs to the period (default: as in the ledger).
        until_is: UntilIs,
    },
    /// A fact of one day (date or timestamp column).
    At {
        /// The column.
        column: usize,
    },
    /// A fact of the day of the cutover.
    AtCutover,
    /// A half-hour slot: 1 to 48; slot 48 ends at 24:00 and belongs to its own day.
    AtSlot {
        /// The day (date column).
        date: usize,
        /// The slot (int column).
        slot: usize,
    },
}

/// How several parents are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// All must agree.
    All,
    /// One own parent is enough (needs a basis).
    Any,
}

/// Whose a row is (design section 4; semantics in docs/rules.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowRule {
    /// By the supply-period ledger.
    Ledger(LedgerTime),
    /// By a retailer code in the row itself.
    Column {
        /// The code (text column).
        column: usize,
        /// How it is compared.
        compare: Compare,
        /// The day for codes with a validity; [`None`] when no incumbent code has one.
        at: Option<CodeDay>,
    },
    /// As the parent row.
    Parent {
        /// The parent table.
        table: usize,
        /// Columns of this table.
        key: Vec<usize>,
        /// Columns of the parent, same number and types.
        references: Vec<usize>,
        /// Several parents.
        matching: Match,
    },
    /// Every rule must say own.
    All(Vec<RowRule>),
    /// Every row is `other`.
    AllTransmission,
    /// Every row is `own`.
    AllRetail,
    /// A public code table.
    Reference,
}

/// The day at which a retailer code is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDay {
    /// A date or timestamp column of the row.
    Column(usize),
    /// The day of the cutover.
    Cutover,
}

/// When a row was written, so that the next supplier's knowledge stays out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownAt {
    /// A date or timestamp column.
    Column {
        /// The column.
        column: usize,
        /// Days after an own end in which a measured value of the own period may still be written.
        grace_days: u32,
    },
    /// No such column, and a person said why that is acceptable.
    None {
        /// Why.
        basis: String,
    },
    /// The row rule asks for none (all_transmission, all_retail, reference).
    NotNeeded,
}

/// A condition on one column. NULL always meets it: a `when` only ever makes a class stricter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Text or int column, one of these values (int: decimal text).
    In {
        /// The values.
        values: Vec<String>,
        /// How they are compared.
        compare: Compare,
    },
    /// Int or decimal column: value ≥ unscaled × 10^-scale, at the column's own scale.
    AtLeast {
        /// In units of the column's scale (0 for int).
        unscaled: i128,
    },
    /// Int or decimal column: value < the bound.
    Below {
        /// In units of the column's scale (0 for int).
        unscaled: i128,
    },
}

/// `[[when]]`: rows that meet a condition have stricter classes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct When {
    /// The column that the condition reads.
    pub column: usize,
    /// The condition.
    pub condition: Condition,
    /// The rows it speaks of, by ownership (never `Reference`).
    pub rows: BTreeSet<Ownership>,
    /// From class, to class; at most one entry a from-class.
    pub change: Vec<(Class, Class)>,
    /// Why.
    pub basis: String,
}

/// One table of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Folder name: `[a-z0-9_]+`.
    pub id: String,
    /// Its name in the source, any Unicode.
    pub name: String,
    /// Key columns in key order; empty means `key = "none"`: a multiset.
    pub key: Vec<usize>,
    /// Every column, in store order.
    pub columns: Vec<Column>,
    /// Whose a row is.
    pub rows: RowRule,
    /// When it was written.
    pub known_at: KnownAt,
    /// The columns that hold the ledger's key, if the table has them.
    pub ledger_key: Option<Vec<usize>>,
    /// Classes that depend on the row, applied in order.
    pub when: Vec<When>,
    /// `any_retailer` cells of other rows go to retail (`[release] any_retailer_on_other_rows`).
    pub any_retailer_on_other_rows: bool,
    /// Law, guideline or decision that the columns without one of their own rest on.
    pub basis: Option<String>,
    /// For the reader.
    pub note: Option<String>,
}

/// A retailer code of the incumbent, with its validity (mergers).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncumbentCode {
    /// The code as the retailer list writes it.
    pub code: String,
    /// First day, if bounded.
    pub from: Option<Day>,
    /// Last day (inclusive), if bounded.
    pub until: Option<Day>,
}

/// The list of known retailers in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retailers {
    /// The table.
    pub table: usize,
    /// The text column with the code; compared as the asking rule says.
    pub column: usize,
}

/// `not_own_when`: the operator itself supplies (island, last resort).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotOwnWhen {
    /// The text column.
    pub column: usize,
    /// The values.
    pub values: Vec<String>,
    /// How they are compared.
    pub compare: Compare,
}

/// The supply-period ledger: who supplied which point from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// The table.
    pub table: usize,
    /// The key of a supply point (text or int columns), a leading part of the table's key or any columns.
    pub key: Vec<usize>,
    /// The retailer code (text).
    pub retailer: usize,
    /// First day (date).
    pub from: usize,
    /// End (date).
    pub until: usize,
    /// Whether the end belongs to the period. Mandatory.
    pub until_is: UntilIs,
    /// How codes are compared.
    pub compare: Compare,
    /// Days that mean "no end yet".
    pub open: BTreeSet<Day>,
    /// Whether a NULL end means "no end yet".
    pub null_is_open: bool,
    /// The operator itself supplies.
    pub not_own_when: Option<NotOwnWhen>,
}

/// `[[ignored]]`: a table, view or virtual table of the source that nobody migrates or reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredObject {
    /// Its name in the source, any Unicode.
    pub object: String,
    /// Why.
    pub basis: String,
}

/// The reviewed classification of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Catalogue {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The incumbent's codes.
    pub incumbent: Vec<IncumbentCode>,
    /// Declared vacancy codes: `other`.
    pub vacant: BTreeSet<String>,
    /// The known retailers.
    pub retailers: Retailers,
    /// The ledger.
    pub ledger: Ledger,
    /// Every table, sorted by id.
    pub tables: Vec<Table>,
    /// What the source has and extraction must not touch, in the order written.
    pub ignored: Vec<IgnoredObject>,
    /// BLAKE3 over every catalogue file (see [`crate::digest_files`]), 64 hex digits.
    pub digest: String,
    /// BLAKE3 over names, columns, types and keys only: what extraction depends on, 64 hex digits.
    pub shape_digest: String,
}

impl Catalogue {
    /// The table with this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// Positions of all tables so that parents come before their children; ties by id.
    #[must_use]
    pub fn parents_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        order.sort_by_key(|&position| (self.depth(position), position));
        order
    }

    /// How many parents stand above this table at most. Cycles are refused by the check, so this ends.
    #[must_use]
    pub fn depth(&self, table: usize) -> usize {
        self.tables[table]
            .rows
            .parents()
            .into_iter()
            .map(|parent| 1 + self.depth(parent))
            .max()
            .unwrap_or(0)
    }
}

impl RowRule {
    /// The rules that it consists of: those of an `all`, else itself.
    #[must_use]
    pub fn direct(&self) -> &[RowRule] {
        match self {
            RowRule::All(rules) => rules,
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::Parent { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => std::slice::from_ref(self),
        }
    }

    /// The parent tables that this rule reads.
    #[must_use]
    pub fn parents(&self) -> Vec<usize> {
        match self {
            RowRule::Parent { table, .. } => vec![*table],
            RowRule::All(rules) => rules.iter().flat_map(RowRule::parents).collect(),
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => Vec::new(),
        }
    }
}

impl ClassRule {
    /// Every class the column can have before any `when`.
    #[must_use]
    pub fn possible(&self) -> BTreeSet<Class> {
        match self {
            ClassRule::Fixed(class) => BTreeSet::from([*class]),
            ClassRule::ByValue {
                cases, otherwise, ..
            } => cases
                .iter()
                .map(|(_, class)| *class)
                .chain([*otherwise])
                .collect(),
        }
    }
}

impl Class {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Class::AnyRetailer => "any_retailer",
            Class::OwnCustomer => "own_customer",
            Class::TransmissionOnly => "transmission_only",
            Class::RetailOnly => "retail_only",
            Class::Reference => "reference",
            Class::Discard => "discard",
        }
    }

    /// Every class.
    pub const ALL: [Class; 6] = [
        Class::AnyRetailer,
        Class::OwnCustomer,
        Class::TransmissionOnly,
        Class::RetailOnly,
        Class::Reference,
        Class::Discard,
    ];
}

impl Ownership {
    /// The word of the reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Ownership::Own => "own",
            Ownership::Other => "other",
            Ownership::Undecided => "undecided",
            Ownership::Reference => "reference",
        }
    }

    /// Every ownership.
    pub const ALL: [Ownership; 4] = [
        Ownership::Own,
        Ownership::Other,
        Ownership::Undecided,
        Ownership::Reference,
    ];
}

impl Store {
    /// The word of the reports and the folder name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Store::Retail => "retail",
            Store::Transmission => "transmission",
            Store::Quarantine => "quarantine",
        }
    }

    /// Every store.
    pub const ALL: [Store; 3] = [Store::Retail, Store::Transmission, Store::Quarantine];
}
