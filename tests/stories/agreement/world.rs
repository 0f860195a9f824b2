//! One case: a small legacy system and its catalogue, in words of this test's own, so that reading the catalogue is
//! tried too. Tables stand after their parents; days are numbers from 1970-01-01.

/// A cell as the source means it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Null,
    Int(i64),
    /// In tenths.
    Tenths(i64),
    Day(i64),
    /// Microseconds, Japan local.
    Moment(i64),
    Text(String),
    /// Something that does not fit the declared type: its row is rejected.
    Misfit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Tenths,
    Iso,
    Compact,
    Slashed,
    Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    AnyRetailer,
    OwnCustomer,
    TransmissionOnly,
    RetailOnly,
    Hold,
    Reference,
    Discard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Own,
    Other,
    Undecided,
    /// A row of a public code table.
    Public,
}

#[derive(Debug, Clone)]
pub(super) enum Classes {
    Fixed(Class),
    By {
        column: usize,
        trim: bool,
        cases: Vec<(String, Class)>,
        otherwise: Class,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) class: Classes,
    /// Retail gets a hash; there is one name for all.
    pub(super) rekeyed: bool,
    pub(super) reading: Reading,
}

/// How the source writes a column's values, beyond their kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Some NULLs are words that mean nothing.
    pub(super) nothing: bool,
    /// "No end yet" is a word of its own.
    pub(super) open: bool,
    /// Moments without a zone are of Greenwich.
    pub(super) utc: bool,
    /// A moment is the end of its interval.
    pub(super) end: bool,
    /// Texts that are numbers are numbers.
    pub(super) numbers: bool,
}

/// The day that stands for "no end yet".
pub(super) const NO_END: i64 = 2_932_896;

#[derive(Debug, Clone, Copy)]
pub(super) enum CodeDay {
    Column(usize),
    Cutover,
    Never,
}

/// The days that a row speaks of.
#[derive(Debug, Clone)]
pub(super) enum Time {
    /// `until_is` as written; the ledger's where it is not, in the ledger's own tables.
    During {
        from: usize,
        until: usize,
        inclusive: Option<bool>,
    },
    At {
        column: usize,
        /// Days after it: of the columns of `days`.
        after: i64,
    },
    AtCutover,
    AtSlot {
        date: usize,
        slot: usize,
    },
    Month(usize),
}

#[derive(Debug, Clone)]
pub(super) enum Rule {
    Ledger(Time),
    Code {
        column: usize,
        trim: bool,
        at: CodeDay,
    },
    Parent {
        table: usize,
        key: Vec<usize>,
        references: Vec<usize>,
        any: bool,
    },
    Cases {
        column: usize,
        trim: bool,
        cases: Vec<(String, Rule)>,
    },
    All(Vec<Rule>),
    Any(Vec<Rule>),
    AllTransmission,
    AllRetail,
    Reference,
}

/// What holds of a row that was written before the incumbent's days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Early {
    Own,
    Undecided,
    Days(i64),
}

#[derive(Debug, Clone)]
pub(super) struct KnownAt {
    /// One, or `latest_of` several.
    pub(super) columns: Vec<usize>,
    pub(super) grace: i64,
    /// As written: without it a person decides.
    pub(super) early: Option<Early>,
}

/// Cells of another time than their row's.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// In the order written.
    pub(super) columns: Vec<usize>,
    pub(super) rule: CellRule,
}

#[derive(Debug, Clone)]
pub(super) enum CellRule {
    /// `rows` of the one column.
    OfColumn(Rule),
    /// `[[cells]]` with `rows`.
    Rows(Rule),
    /// `[[cells]]` with `days`: each column speaks of the day after that of the one before.
    Days { from: usize },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    /// In the column's own units: tenths, or whole numbers.
    Number(i64),
    Day(i64),
    Cutover,
}

#[derive(Debug, Clone)]
pub(super) enum Test {
    In {
        values: Vec<String>,
        trim: bool,
    },
    NotIn {
        values: Vec<String>,
        trim: bool,
    },
    Within {
        at_least: Option<Bound>,
        below: Option<Bound>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct When {
    /// The parent rule whose rows are asked; else the row itself.
    pub(super) parent: Option<Rule>,
    pub(super) column: usize,
    pub(super) test: Test,
    pub(super) rows: Vec<Who>,
    pub(super) change: Vec<(Class, Class)>,
    /// The columns of which it speaks, if not all.
    pub(super) columns: Option<Vec<usize>>,
}

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// Empty: a multiset.
    pub(super) key: Vec<usize>,
    pub(super) columns: Vec<Column>,
    pub(super) rule: Rule,
    pub(super) known_at: Option<KnownAt>,
    pub(super) ledger_key: Option<Vec<usize>>,
    /// Whether the file says `ledger_key`, or the names say it.
    pub(super) ledger_key_written: bool,
    /// Where the ledger key is found through another table, of which `ledger_key` is the key then.
    pub(super) through: Option<Through>,
    /// Whether it asks the second ledger.
    pub(super) second: bool,
    pub(super) cells: Vec<Cells>,
    pub(super) whens: Vec<When>,
    pub(super) opened: bool,
    /// Whether the source has an index on the key.
    pub(super) indexed: bool,
    pub(super) rows: Vec<Vec<Value>>,
}

/// A ledger key through another table.
#[derive(Debug, Clone)]
pub(super) struct Through {
    pub(super) table: usize,
    pub(super) references: Vec<usize>,
    pub(super) from: usize,
    pub(super) until: usize,
    pub(super) inclusive: bool,
    /// Ends that are none yet, and whether NULL is.
    pub(super) open: Vec<i64>,
    pub(super) null_is_open: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Incumbent {
    pub(super) code: String,
    pub(super) from: Option<i64>,
    pub(super) until: Option<i64>,
}

/// Values of a column of codes.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) values: Vec<String>,
    /// Whether `"NULL"` is listed.
    pub(super) null: bool,
}

/// Which ledger rows count.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) counting: List,
    pub(super) never: List,
    pub(super) trim: bool,
}

#[derive(Debug, Clone)]
pub(super) struct OwnWhen {
    pub(super) own: List,
    /// [`None`]: the listed retailers.
    pub(super) other: Option<List>,
    pub(super) trim: bool,
}

#[derive(Debug, Clone)]
pub(super) enum End {
    Until {
        inclusive: bool,
        open: Vec<i64>,
        null_is_open: bool,
    },
    /// A list of switches.
    Next,
}

/// One table of the ledger. The columns of all have the same names, wherever they stand.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) table: usize,
    pub(super) key: Vec<usize>,
    pub(super) retailer: usize,
    pub(super) from: usize,
    pub(super) until: usize,
    pub(super) counts: usize,
    /// One for each entry of `own_when`.
    pub(super) own_when: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) parts: Vec<Part>,
    pub(super) end: End,
    pub(super) trim: bool,
    pub(super) counts: Option<Counts>,
    pub(super) own_when: Vec<OwnWhen>,
    /// Whether several rows that say the same are believed, and days without a row are another's.
    pub(super) same_verdict: bool,
    pub(super) gap_is_other: bool,
    /// Whether some column has a word for "no end yet": its day is an open end then, listed or not.
    pub(super) open_by_types: bool,
}

/// What the job says beside the catalogue.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) cutover: i64,
    pub(super) threads: usize,
    pub(super) memory: u64,
    /// Table and bounds of its parts.
    pub(super) ranges: Vec<(usize, Vec<String>)>,
}

/// A line of the file of decisions: the last word on the row of a key, if there is one.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) table: usize,
    pub(super) key: Vec<Value>,
    pub(super) own: bool,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) incumbent: Vec<Incumbent>,
    pub(super) vacant: Vec<String>,
    /// Table and column.
    pub(super) retailers: (usize, usize),
    pub(super) ledger: Ledger,
    /// `[ledgers.fit]`.
    pub(super) second: Option<Ledger>,
    pub(super) tables: Vec<Table>,
    pub(super) limits: Limits,
    /// In the order of the file.
    pub(super) decisions: Vec<Decision>,
    /// Beside those of rules.
    pub(super) references: Vec<Reference>,
}

/// Rows of a table refer to rows of another, or of the same.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) table: usize,
    pub(super) columns: Vec<usize>,
    pub(super) to: usize,
    pub(super) references: Vec<usize>,
    /// As a foreign key of the source; else the catalogue says so.
    pub(super) declared: bool,
}

impl World {
    /// Both ledgers.
    pub(super) fn ledgers(&self) -> impl Iterator<Item = &Ledger> {
        std::iter::once(&self.ledger).chain(&self.second)
    }

    /// The ledger that a table asks.
    pub(super) fn ledger_of(&self, table: &Table) -> &Ledger {
        match &self.second {
            Some(second) if table.second => second,
            _ => &self.ledger,
        }
    }
}

impl Value {
    /// The day that a rule sees; a moment's is the floor.
    pub(super) fn day(&self) -> Option<i64> {
        match self {
            Value::Day(day) => Some(*day),
            Value::Moment(micros) => Some(micros.div_euclid(86_400_000_000)),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A code as text: an int by its decimal text.
    pub(super) fn code(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl Kind {
    pub(super) fn is_day(self) -> bool {
        matches!(
            self,
            Kind::Iso | Kind::Compact | Kind::Slashed | Kind::Moment
        )
    }

    /// Whether a child's column of this kind may refer to a parent's column of that kind.
    pub(super) fn refers_to(self, other: Kind) -> bool {
        let date = |kind: Kind| kind.is_day() && kind != Kind::Moment;
        self == other || (date(self) && date(other))
    }
}

impl Table {
    /// A row's own key.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().map(|&column| row[column].clone()).collect()
    }

    /// A value as its day is asked: the end of an interval is a moment after it.
    pub(super) fn asked(&self, column: usize, row: &[Value]) -> Value {
        match &row[column] {
            Value::Moment(micros) if self.columns[column].reading.end => Value::Moment(micros - 1),
            value => value.clone(),
        }
    }

    pub(super) fn column(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .unwrap()
    }

    /// The positions of the rows that staging holds.
    pub(super) fn staged(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows.len()).filter(|&row| !self.rows[row].contains(&Value::Misfit))
    }
}

impl Ledger {
    /// Whether an end means "no end yet".
    pub(super) fn is_open(&self, until: Option<i64>) -> bool {
        match (&self.end, until) {
            (End::Until { .. }, Some(NO_END)) if self.open_by_types => true,
            (End::Until { open, .. }, Some(until)) => open.contains(&until),
            (End::Until { null_is_open, .. }, None) => *null_is_open,
            (End::Next, _) => false,
        }
    }
}

impl Table {
    /// The rules that ask something: those of the row rule, then those of the cells.
    pub(super) fn leaves(&self) -> Vec<&Rule> {
        let of_cells = self.cells.iter().filter_map(|cells| match &cells.rule {
            CellRule::OfColumn(rule) | CellRule::Rows(rule) => Some(rule),
            CellRule::Days { .. } => None,
        });
        let rules = std::iter::once(&self.rule).chain(of_cells);
        rules.flat_map(Rule::leaves).collect()
    }
}

impl Rule {
    /// The rules that it consists of in the end.
    pub(super) fn leaves(&self) -> Vec<&Rule> {
        match self {
            Rule::All(rules) | Rule::Any(rules) => rules.iter().flat_map(Rule::leaves).collect(),
            Rule::Cases { cases, .. } => cases.iter().flat_map(|(_, rule)| rule.leaves()).collect(),
            one => vec![one],
        }
    }

    /// The same, to be changed.
    pub(super) fn leaves_mut(&mut self) -> Vec<&mut Rule> {
        match self {
            Rule::All(rules) | Rule::Any(rules) => {
                rules.iter_mut().flat_map(Rule::leaves_mut).collect()
            }
            Rule::Cases { cases, .. } => {
                let rules = cases.iter_mut().map(|(_, rule)| rule);
                rules.flat_map(Rule::leaves_mut).collect()
            }
            one => vec![one],
        }
    }

    pub(super) fn is_constant(&self) -> bool {
        matches!(
            self,
            Rule::AllTransmission | Rule::AllRetail | Rule::Reference
        )
    }

    /// The ownerships that rows can have.
    pub(super) fn possible(&self) -> &'static [Who] {
        match self {
            Rule::Reference => &[Who::Public],
            Rule::AllTransmission => &[Who::Other],
            Rule::AllRetail => &[Who::Own],
            _ => &[Who::Own, Who::Other, Who::Undecided],
        }
    }
}
