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
}

#[derive(Debug, Clone, Copy)]
pub(super) enum CodeDay {
    Column(usize),
    Cutover,
    Never,
}

#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// `until_is` as written; the ledger's where it is not.
    During {
        from: usize,
        until: usize,
        inclusive: Option<bool>,
    },
    At(usize),
    AtCutover,
    AtSlot {
        date: usize,
        slot: usize,
    },
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
    All(Vec<Rule>),
    AllTransmission,
    AllRetail,
    Reference,
}

#[derive(Debug, Clone)]
pub(super) enum Test {
    In {
        values: Vec<String>,
        trim: bool,
    },
    /// In the column's own units: tenths, or whole numbers.
    AtLeast(i64),
    Below(i64),
}

#[derive(Debug, Clone)]
pub(super) struct When {
    pub(super) column: usize,
    pub(super) test: Test,
    pub(super) rows: Vec<Who>,
    pub(super) change: Vec<(Class, Class)>,
}

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// Empty: a multiset.
    pub(super) key: Vec<usize>,
    pub(super) columns: Vec<Column>,
    pub(super) rule: Rule,
    /// The column and the days of grace.
    pub(super) known_at: Option<(usize, i64)>,
    pub(super) ledger_key: Option<Vec<usize>>,
    /// Whether the file says `ledger_key`, or the names say it.
    pub(super) ledger_key_written: bool,
    pub(super) whens: Vec<When>,
    pub(super) opened: bool,
    /// Whether the source has an index on the key.
    pub(super) indexed: bool,
    pub(super) rows: Vec<Vec<Value>>,
}

#[derive(Debug, Clone)]
pub(super) struct Incumbent {
    pub(super) code: String,
    pub(super) from: Option<i64>,
    pub(super) until: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct NotOwn {
    pub(super) column: usize,
    pub(super) values: Vec<String>,
    pub(super) trim: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) table: usize,
    pub(super) key: Vec<usize>,
    pub(super) retailer: usize,
    pub(super) from: usize,
    pub(super) until: usize,
    pub(super) inclusive: bool,
    pub(super) trim: bool,
    pub(super) open: Vec<i64>,
    pub(super) null_is_open: bool,
    pub(super) not_own: Option<NotOwn>,
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
    pub(super) tables: Vec<Table>,
    pub(super) limits: Limits,
    /// In the order of the file.
    pub(super) decisions: Vec<Decision>,
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

impl Rule {
    /// This rule, or the direct rules of an `all`.
    pub(super) fn direct(&self) -> &[Rule] {
        match self {
            Rule::All(rules) => rules,
            one => std::slice::from_ref(one),
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
