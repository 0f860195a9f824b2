//! What a checked catalogue says. A [`Catalogue`] comes only from [`Catalogue::from_drafts`], so whoever
//! holds one holds a valid one: names resolve, keys exist, classes are of the closed vocabulary.
//!
//! Columns are referred to by their position in [`Table::columns`] (store order), tables by their position in
//! [`Catalogue::tables`] (sorted by id). Days are counted from 1970-01-01, proleptic Gregorian, Japan time.

use std::collections::BTreeSet;

use bunri_text::Problem;
use bunri_types::{Day, ValueForm, ValueType};

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
    /// 要判断: text of both companies, in the quarantine until a person has read it.
    Hold,
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

/// How codes are compared. Never silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Byte for byte.
    Exact,
    /// Without Unicode white space at either end.
    Trim,
}

/// Whether an end date belongs to its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// How the source's values are read as that type.
    pub reading: ValueForm,
    /// Beyond the class.
    pub category: Option<Category>,
    /// The domain of keyed hashes that retail gets instead of the values (docs/rules.md, section 5).
    pub rekey: Option<String>,
    /// Law, guideline or decision, with approver and date.
    pub basis: Option<String>,
    /// For the reader.
    pub note: Option<String>,
}

/// The days that a row speaks of (docs/rules.md, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerTime {
    /// A value that describes a period: every day counts.
    During {
        /// First day (date or timestamp column).
        from: usize,
        /// End (date or timestamp column); the ledger's open ends mean the same here.
        until: usize,
        /// Whether the end belongs to the period. An exclusive timestamp ends one microsecond before.
        until_is: UntilIs,
    },
    /// A fact of one day.
    At {
        /// The column (date or timestamp).
        column: usize,
        /// So many days after it: 0, but for the columns of `[[cells]] days`, of which each speaks of a day of its own.
        days_after: u16,
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
    /// A fact of a month.
    Month {
        /// The column: a date or timestamp of the month, an int `YYYYMM`, a text `YYYYMM`, `YYYY-MM` or `YYYY/MM`.
        column: usize,
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
    /// By the row's type: another rule for each value of a column.
    Cases {
        /// The column that decides (text or int).
        column: usize,
        /// How its value is compared with the cases.
        compare: Compare,
        /// Value and rule, in the order written. Int columns: the decimal text of the number. No rule is again `Cases`.
        cases: Vec<(String, RowRule)>,
    },
    /// Every rule must say own.
    All(Vec<RowRule>),
    /// One own rule is enough (needs a basis).
    Any(Vec<RowRule>),
    /// Every row is `other`.
    AllTransmission,
    /// Every row is `own`.
    AllRetail,
    /// A public code table.
    Reference,
}

/// The parts of [`RowRule::Parent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentRule<'a> {
    /// The parent table.
    pub table: usize,
    /// Columns of the child.
    pub key: &'a [usize],
    /// Columns of the parent, same number and types.
    pub references: &'a [usize],
    /// Several parents.
    pub matching: Match,
}

/// The day at which a retailer code is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeDay {
    /// A date or timestamp column of the row.
    Column(usize),
    /// The day of the cutover.
    Cutover,
}

/// When a row was written, so that only what the incumbent knew is own (docs/rules.md, section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownAt {
    /// Date or timestamp columns.
    Column {
        /// The columns, at least one: the latest day of those that are not NULL counts.
        columns: Vec<usize>,
        /// Days after the last day that a row speaks of, in which others may still write it.
        grace_days: u32,
        /// What holds of a row that was written before the incumbent's supply began.
        early: Early,
    },
    /// No such column, and a person said why that is acceptable.
    None {
        /// Why.
        basis: String,
    },
    /// The row rule asks for none (all_transmission, all_retail, reference).
    NotNeeded,
}

/// What holds of a row that was written before the incumbent's supply began: in somebody else's time, about a customer who
/// is the incumbent's now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Early {
    /// It is own.
    Own,
    /// A person decides.
    Undecided,
    /// It is own if it was written at most so many days before; else a person decides.
    Days(u32),
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
    /// Text or int column, none of these values.
    NotIn {
        /// The values.
        values: Vec<String>,
        /// How they are compared.
        compare: Compare,
    },
    /// Int, decimal, date or timestamp column within bounds, of which at least one is there.
    Within {
        /// The value is at least this.
        at_least: Option<Bound>,
        /// The value is less than this.
        below: Option<Bound>,
    },
}

/// A bound of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Of an int or decimal column, in units of the column's scale (0 for int).
    Unscaled(i128),
    /// Of a date or timestamp column; a timestamp is compared by its day.
    Day(Day),
    /// The day of the cutover, of a date or timestamp column.
    Cutover,
}

/// Where the value stands that a condition reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// In the row itself.
    Row {
        /// The column.
        column: usize,
    },
    /// In the row's parents: met if any of them meets it, or if there is none, or a rejected one.
    Parents {
        /// The parent rule, by its number among [`Table::leaves`]; it is asked of every row.
        leaf: usize,
        /// The column of the parent table.
        column: usize,
    },
}

impl Subject {
    /// The column of the row itself that is read.
    #[must_use]
    pub fn of_row(self) -> Option<usize> {
        match self {
            Subject::Row { column } => Some(column),
            Subject::Parents { .. } => None,
        }
    }
}

/// A condition that rows of some table ask of the rows of their parent table.
#[derive(Debug, Clone, Copy)]
pub struct AskedOfParent<'a> {
    /// The column of the parent table.
    pub column: usize,
    /// What is asked of it.
    pub condition: &'a Condition,
    /// The table that asks.
    child: usize,
    /// The number of its `[[when]]`.
    when: usize,
}

/// A condition of a table that its parents answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskingParents {
    /// The number of the `[[when]]`.
    pub when: usize,
    /// The parent rule, by its number among [`Table::leaves`].
    pub leaf: usize,
    /// The place of the condition among [`Catalogue::conditions_on`] the parent table.
    pub place: usize,
}

/// `[[when]]`: rows that meet a condition have stricter classes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct When {
    /// Where the value stands that the condition reads.
    pub subject: Subject,
    /// The condition.
    pub condition: Condition,
    /// The rows it speaks of, by ownership (never `Reference`).
    pub rows: BTreeSet<Ownership>,
    /// From class, to class; at most one entry a from-class.
    pub change: Vec<(Class, Class)>,
    /// The columns whose cells it changes; [`None`]: all of the table.
    pub columns: Option<BTreeSet<usize>>,
    /// Why.
    pub basis: String,
}

impl When {
    /// The class of a cell of this column on a row that meets the condition.
    #[must_use]
    pub fn changed(&self, column: usize, class: Class) -> Class {
        let concerned = self
            .columns
            .as_ref()
            .is_none_or(|columns| columns.contains(&column));
        let change = self.change.iter().find(|(from, _)| *from == class);
        match change {
            Some((_, to)) if concerned => *to,
            Some(_) | None => class,
        }
    }
}

/// Cells of another time than their row's: `rows` of a column, or `[[cells]]` (docs/rules.md, section 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellGroup {
    /// The columns, ascending: no key column, and none that can be `retail_only`. Every column is in at most one group.
    pub columns: Vec<usize>,
    /// Whose they are; asked of own rows only.
    pub rows: RowRule,
}

/// `view_of`: what a view of the source is made of, so that a row that it loses is missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewOf {
    /// The tables that it reads, by their names in the source; they need not be in the catalogue.
    pub tables: Vec<String>,
    /// How many rows it has.
    pub rows: ViewRows,
}

/// How many rows a view has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewRows {
    /// One for each row of these of its tables together.
    OneForEach(Vec<String>),
    /// Another number, and a person said why: it filters, or it groups.
    Reasoned(String),
}

/// A ledger key that stands in another table (docs/rules.md, section 1): a reading names its meter, and the meter belongs to one
/// supply point after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyThrough {
    /// The other table, whose own ledger key is the supply point.
    pub table: usize,
    /// Its columns that hold what [`Table::ledger_key`] holds, same number and types.
    pub references: Vec<usize>,
    /// The first day of one of its rows (date or timestamp column).
    pub from: usize,
    /// The end (date or timestamp column).
    pub until: usize,
    /// Whether the end belongs to the row.
    pub until_is: UntilIs,
    /// Days that mean "no end yet".
    pub open: BTreeSet<Day>,
    /// Whether a NULL end means "no end yet".
    pub null_is_open: bool,
}

/// One table of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Folder name: `[a-z0-9_]+`.
    pub id: String,
    /// Its name in the source, any Unicode.
    pub name: String,
    /// Of a view: what it is made of.
    pub view_of: Option<ViewOf>,
    /// Key columns in key order; empty means `key = "none"`: a multiset.
    pub key: Vec<usize>,
    /// Every column, in store order.
    pub columns: Vec<Column>,
    /// Whose a row is.
    pub rows: RowRule,
    /// When it was written.
    pub known_at: KnownAt,
    /// The ledger that its rows ask, by its place in [`Catalogue::ledgers`].
    pub ledger: usize,
    /// The columns that hold that ledger's key, if the table has them; with [`Table::through`], the key of the other table.
    pub ledger_key: Option<Vec<usize>>,
    /// The other table through which the ledger's key is found.
    pub through: Option<KeyThrough>,
    /// Cells of another time, before `when`.
    pub cells: Vec<CellGroup>,
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
    /// The text column with the name, which is looked for in granted texts.
    pub name: Option<usize>,
}

/// `counts`: which ledger rows count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Rows with one of these values count.
    pub counting: ValueList,
    /// Rows with one of these values are as if they were not there.
    pub never: ValueList,
    /// How they are compared (text columns).
    pub compare: Compare,
}

/// A list of known values of a text or int column (int: decimal text).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueList {
    /// The values.
    pub values: Vec<String>,
    /// Whether `"NULL"` is listed.
    pub null: bool,
}

/// One entry of `own_when`: what else must hold for own, where the retailer's code says own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWhen {
    /// Values that leave it own.
    pub own: ValueList,
    /// Values that make it other.
    pub other: OtherWhen,
    /// How they are compared (text columns).
    pub compare: Compare,
}

/// The values that make a day other although the retailer's code says own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherWhen {
    /// These.
    Listed(ValueList),
    /// The codes of the retailers' list that `own` does not name.
    Retailers,
}

/// Where the last day of a ledger row comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerEnd {
    /// The column `until` of the tables.
    Until {
        /// Whether the end belongs to the period.
        until_is: UntilIs,
        /// Days that mean "no end yet".
        open: BTreeSet<Day>,
        /// Whether a NULL end means "no end yet".
        null_is_open: bool,
    },
    /// The day before the key's next `from`: a list of switches.
    Next,
}

/// One table of the ledger, with its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerTable {
    /// The table.
    pub table: usize,
    /// The key of a supply point (text or int columns), a leading part of the table's key or any columns.
    pub key: Vec<usize>,
    /// The retailer code (text).
    pub retailer: usize,
    /// First day (date).
    pub from: usize,
    /// End (date); [`None`] with [`LedgerEnd::Next`].
    pub until: Option<usize>,
    /// The column of `counts` (text or int), if the ledger has it.
    pub counts: Option<usize>,
    /// The column of each entry of `own_when` (text or int), in its order.
    pub own_when: Vec<usize>,
}

/// The supply-period ledger: who supplied which point from when to when (docs/rules.md, section 1).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// The name of `[ledgers.NAME]`; [`None`] of `[ledger]`.
    pub name: Option<String>,
    /// Its tables, at least one: the rows of all of them together are the ledger's.
    pub tables: Vec<LedgerTable>,
    /// Where the last day of a row comes from.
    pub end: LedgerEnd,
    /// How codes are compared.
    pub compare: Compare,
    /// Which rows count; [`None`]: all.
    pub counts: Option<Counts>,
    /// What else must hold for own.
    pub own_when: Vec<OwnWhen>,
    /// `overlap = "same verdict"`, and why: of several rows that touch a day and say the same, that holds. [`None`]: such days
    /// are undecided.
    pub overlap_same_verdict: Option<String>,
    /// `gap = "other"`, and why: days that no row touches are another's. [`None`]: they are undecided.
    pub gap_other: Option<String>,
}

impl Ledger {
    /// Days that mean "no end yet", and whether NULL does.
    #[must_use]
    pub fn open_ends(&self) -> (&BTreeSet<Day>, bool) {
        static NONE: BTreeSet<Day> = BTreeSet::new();
        match &self.end {
            LedgerEnd::Until {
                open, null_is_open, ..
            } => (open, *null_is_open),
            LedgerEnd::Next => (&NONE, false),
        }
    }
}

/// `[[references]]`: rows of a table refer to rows of another, although no rule asks them and the source does not say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The table that refers.
    pub table: usize,
    /// Its columns.
    pub columns: Vec<usize>,
    /// The table that is referred to; possibly the same.
    pub to: usize,
    /// Its columns, same number and types.
    pub references: Vec<usize>,
    /// Who says so.
    pub basis: Option<String>,
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
    /// The ledgers: `[ledger]`, then those of `[ledgers]` in the order of their names.
    pub ledgers: Vec<Ledger>,
    /// Every table, sorted by id.
    pub tables: Vec<Table>,
    /// What the source has and extraction must not touch, in the order written.
    pub ignored: Vec<IgnoredObject>,
    /// References that are followed in every store, beside those of parent rules and of the source, in the order written.
    pub references: Vec<Reference>,
    /// BLAKE3 over every catalogue file (see [`crate::digest_files`]), 64 hex digits.
    pub digest: String,
    /// BLAKE3 over names, columns, types and keys only: what extraction depends on, 64 hex digits.
    pub shape_digest: String,
    /// What it may say and nobody has given a reason for, in the order of files and lines. A cutover refuses it.
    pub warnings: Vec<Problem>,
}

impl Catalogue {
    /// The columns, as `table.column`, whose class rests on no basis, neither their own nor their table's. A
    /// cutover refuses them.
    #[must_use]
    pub fn without_basis(&self) -> Vec<String> {
        let named = |table: &Table| -> Vec<String> {
            let columns = table.without_basis().into_iter();
            columns
                .map(|column| format!("{}.{column}", table.id))
                .collect()
        };
        self.tables.iter().flat_map(named).collect()
    }

    /// The ledger that the rows of a table ask.
    #[must_use]
    pub fn ledger_of(&self, table: &Table) -> &Ledger {
        &self.ledgers[table.ledger]
    }

    /// The part of a table in the ledger to which it belongs, if it belongs to one.
    #[must_use]
    pub fn ledger_table(&self, table: usize) -> Option<&LedgerTable> {
        self.ledger_tables().find(|part| part.table == table)
    }

    /// The tables of all ledgers.
    pub fn ledger_tables(&self) -> impl Iterator<Item = &LedgerTable> {
        self.ledgers.iter().flat_map(|ledger| &ledger.tables)
    }

    /// The table with this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The lists of columns by which other tables refer to this one, each once, for whole rows or for some of their cells.
    #[must_use]
    pub fn references_to(&self, table: usize) -> BTreeSet<&[usize]> {
        let rules = self.tables.iter().flat_map(Table::parent_rules);
        rules
            .filter(|(_, rule)| rule.table == table)
            .map(|(_, rule)| rule.references)
            .collect()
    }

    /// The conditions that other tables ask of the rows of this one, in the order of the tables. What a parent row says to them is
    /// known by their place in this list.
    #[must_use]
    pub fn conditions_on(&self, parent: usize) -> Vec<AskedOfParent<'_>> {
        let mut asked = Vec::new();
        for (child, table) in self.tables.iter().enumerate() {
            for (when, column, condition) in table.conditions_on(parent) {
                asked.push(AskedOfParent {
                    column,
                    condition,
                    child,
                    when,
                });
            }
        }
        asked
    }

    /// The conditions of a table that its parents answer.
    #[must_use]
    pub fn asking_parents(&self, child: usize) -> Vec<AskingParents> {
        let table = &self.tables[child];
        let mut asking = Vec::new();
        for (when, one) in table.when.iter().enumerate() {
            let Subject::Parents { leaf, .. } = one.subject else {
                continue;
            };
            let place = table.parent_rule(leaf).and_then(|rule| {
                let mut asked = self.conditions_on(rule.table).into_iter();
                asked.position(|asked| (asked.child, asked.when) == (child, when))
            });
            // One without its parent is met by every row: nobody says the contrary.
            asking.extend(place.map(|place| AskingParents { when, leaf, place }));
        }
        asking
    }

    /// Positions of all tables so that parents come before their children; ties by id.
    #[must_use]
    pub fn parents_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        order.sort_by_key(|&position| (self.depth(position), position));
        order
    }

    /// The columns of a table that hold the ledger's key itself; [`None`] where it has none, or has it through another table.
    #[must_use]
    pub fn point_key(&self, table: usize) -> Option<&[usize]> {
        let table = self.tables.get(table)?;
        let key = table.ledger_key.as_deref();
        key.filter(|_| table.through.is_none())
    }

    /// Every way through another table by which some table finds the ledger's key, each once.
    #[must_use]
    pub fn keys_through(&self) -> BTreeSet<&KeyThrough> {
        let tables = self.tables.iter();
        tables.filter_map(|table| table.through.as_ref()).collect()
    }

    /// How many parents stand above this table at most. Cycles are refused by the check, so this ends.
    #[must_use]
    pub fn depth(&self, table: usize) -> usize {
        self.tables[table]
            .parents()
            .into_iter()
            .map(|parent| 1 + self.depth(parent))
            .max()
            .unwrap_or(0)
    }
}

impl Table {
    /// Whether a row may be named by its key where a person reads it: not where the key is a personal value.
    #[must_use]
    pub fn is_named_by_key(&self) -> bool {
        let telling = |key: &usize| {
            matches!(
                self.columns[*key].category,
                Some(Category::Personal | Category::FreeText)
            )
        };
        !self.key.is_empty() && !self.key.iter().any(telling)
    }

    /// The columns whose class rests on nothing: no basis of their own and none of their table. Public codes
    /// need none.
    #[must_use]
    pub fn without_basis(&self) -> Vec<&str> {
        let rests_on_nothing = |column: &&Column| {
            column.basis.is_none() && column.class != ClassRule::Fixed(Class::Reference)
        };
        if self.basis.is_some() {
            return Vec::new();
        }
        self.columns
            .iter()
            .filter(rests_on_nothing)
            .map(|column| column.name.as_str())
            .collect()
    }

    /// The rules that ask something by themselves, in the order written: those of the row rule, then those of every group of
    /// `cells`. Both implementations number what they ask other tables by this order.
    #[must_use]
    pub fn leaves(&self) -> Vec<&RowRule> {
        let mut leaves = Vec::new();
        self.rows.push_leaves(&mut leaves);
        for group in &self.cells {
            group.rows.push_leaves(&mut leaves);
        }
        leaves
    }

    /// Its parent rules, by their numbers among [`Table::leaves`].
    #[must_use]
    pub fn parent_rules(&self) -> Vec<(usize, ParentRule<'_>)> {
        let leaves = self.leaves().into_iter().enumerate();
        leaves
            .filter_map(|(leaf, rule)| Some((leaf, rule.as_parent()?)))
            .collect()
    }

    /// The parent rule with this number among [`Table::leaves`].
    #[must_use]
    pub fn parent_rule(&self, leaf: usize) -> Option<ParentRule<'_>> {
        self.leaves().get(leaf)?.as_parent()
    }

    /// Its ledger rules, by their numbers among [`Table::leaves`].
    #[must_use]
    pub fn ledger_rules(&self) -> Vec<(usize, LedgerTime)> {
        let leaves = self.leaves().into_iter().enumerate();
        leaves
            .filter_map(|(leaf, rule)| Some((leaf, rule.as_ledger()?)))
            .collect()
    }

    /// The conditions that it asks of the rows of a parent table: number of the `[[when]]`, column, condition.
    pub(crate) fn conditions_on(&self, parent: usize) -> Vec<(usize, usize, &Condition)> {
        let is_parent = |leaf| {
            let rule = self.parent_rule(leaf);
            rule.is_some_and(|rule| rule.table == parent)
        };
        let whens = self.when.iter().enumerate();
        whens
            .filter_map(|(number, when)| match when.subject {
                Subject::Parents { leaf, column } if is_parent(leaf) => {
                    Some((number, column, &when.condition))
                }
                Subject::Parents { .. } | Subject::Row { .. } => None,
            })
            .collect()
    }

    /// The parent tables that its rules read, in the order of [`Table::leaves`].
    #[must_use]
    pub fn parents(&self) -> Vec<usize> {
        let rules = self.parent_rules().into_iter();
        rules.map(|(_, rule)| rule.table).collect()
    }
}

impl RowRule {
    /// The rules that it directly consists of; none of a rule that asks something by itself.
    #[must_use]
    pub fn parts(&self) -> Vec<&RowRule> {
        match self {
            RowRule::All(rules) | RowRule::Any(rules) => rules.iter().collect(),
            RowRule::Cases { cases, .. } => cases.iter().map(|(_, rule)| rule).collect(),
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::Parent { .. }
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => Vec::new(),
        }
    }

    /// The rules that ask something by themselves, in the order written.
    #[must_use]
    pub fn leaves(&self) -> Vec<&RowRule> {
        let mut leaves = Vec::new();
        self.push_leaves(&mut leaves);
        leaves
    }

    fn push_leaves<'a>(&'a self, leaves: &mut Vec<&'a RowRule>) {
        let parts = self.parts();
        if parts.is_empty() {
            leaves.push(self);
        }
        for part in parts {
            part.push_leaves(leaves);
        }
    }

    /// A parent rule.
    #[must_use]
    pub fn as_parent(&self) -> Option<ParentRule<'_>> {
        match self {
            RowRule::Parent {
                table,
                key,
                references,
                matching,
            } => Some(ParentRule {
                table: *table,
                key,
                references,
                matching: *matching,
            }),
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::Cases { .. }
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => None,
        }
    }

    /// The days of a ledger rule.
    #[must_use]
    pub fn as_ledger(&self) -> Option<LedgerTime> {
        match self {
            RowRule::Ledger(time) => Some(*time),
            RowRule::Parent { .. }
            | RowRule::Column { .. }
            | RowRule::Cases { .. }
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => None,
        }
    }

    /// Whether every row is decided alike.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(
            self,
            RowRule::AllTransmission | RowRule::AllRetail | RowRule::Reference
        )
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
            Class::Hold => "hold",
            Class::Reference => "reference",
            Class::Discard => "discard",
        }
    }

    /// The regulator's own term.
    #[must_use]
    pub fn term(self) -> &'static str {
        match self {
            Class::AnyRetailer => "他社小売からも閲覧できるもの",
            Class::OwnCustomer => "自社顧客のみ閲覧可能",
            Class::TransmissionOnly => "託送システムのみ",
            Class::RetailOnly => "小売専用",
            Class::Hold => "要判断",
            Class::Reference => "公開コード表",
            Class::Discard => "移行しない",
        }
    }

    /// Every class.
    pub const ALL: [Class; 7] = [
        Class::AnyRetailer,
        Class::OwnCustomer,
        Class::TransmissionOnly,
        Class::RetailOnly,
        Class::Hold,
        Class::Reference,
        Class::Discard,
    ];
}

impl Category {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Category::Personal => "personal",
            Category::FreeText => "free_text",
            Category::GridOperation => "grid_operation",
            Category::Security => "security",
            Category::Derived => "derived",
            Category::Audit => "audit",
        }
    }

    /// Every category.
    pub const ALL: [Category; 6] = [
        Category::Personal,
        Category::FreeText,
        Category::GridOperation,
        Category::Security,
        Category::Derived,
        Category::Audit,
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

impl Compare {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Compare::Exact => "exact",
            Compare::Trim => "trim",
        }
    }

    /// The value as it is compared: trimmed of Unicode white space, or as it is.
    #[must_use]
    pub fn key(self, value: &str) -> &str {
        match self {
            Compare::Exact => value,
            Compare::Trim => value.trim(),
        }
    }
}
