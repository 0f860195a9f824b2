//! The **incident file**: where each table of the system is, what its columns are called there, and which company is which.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_types::Day;

use crate::moment::Clock;
use crate::rule::RuleTerms;
use crate::tables::TableName;

/// What an incident file says.
#[derive(Debug, Clone)]
pub struct IncidentFile {
    /// Itself.
    pub path: PathBuf,
    /// A line that names what is looked at.
    pub label: String,
    /// The job: its catalogue has the classes and the ledger, its source the ledger's rows.
    pub job: PathBuf,
    /// The day on which accounts, grants and passwords are judged. No clock is asked.
    pub judged_on: Day,
    /// The clock of moments without a zone.
    pub clock: Clock,
    /// Which company is which.
    pub companies: Companies,
    /// The tables that are named; what is not here is not checked.
    pub tables: BTreeMap<TableName, TableFile>,
    /// The access log.
    pub access_log: Option<AccessLog>,
    /// The terms of every rule: its own, or those that the file gives it.
    pub rules: BTreeMap<&'static str, RuleTerms>,
}

impl IncidentFile {
    /// Whether the system has this field.
    #[must_use]
    pub fn has(&self, table: TableName, field: &str) -> bool {
        let place = table.spec().field(field);
        let column = self
            .tables
            .get(&table)
            .zip(place)
            .and_then(|(file, place)| file.columns.get(place));
        column.is_some_and(Option::is_some)
    }
}

/// Whose somebody is, in the regulator's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// 一般送配電事業者: may see everything but what is retail's own.
    Operator,
    /// みなし小売: may see its own customers.
    Retail,
    /// 特定関係事業者 other than that retailer: has no customers in this system, and may see none.
    Affiliate,
    /// A contractor or anybody else: not the operator.
    Contractor,
}

/// Companies by the names or codes that the tables write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Companies(pub BTreeMap<String, Side>);

impl Companies {
    /// Whose a company is; [`None`]: the incident file does not know it.
    #[must_use]
    pub fn side(&self, company: &str) -> Option<Side> {
        self.0.get(company).copied()
    }
}

impl Side {
    /// Every side, as the file spells it.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("operator", Self::Operator),
        ("retail", Self::Retail),
        ("affiliate", Self::Affiliate),
        ("contractor", Self::Contractor),
    ];

    /// As the file spells it.
    #[must_use]
    pub fn word(self) -> &'static str {
        let [operator, retail, affiliate, contractor] = Self::WORDS;
        match self {
            Self::Operator => operator.0,
            Self::Retail => retail.0,
            Self::Affiliate => affiliate.0,
            Self::Contractor => contractor.0,
        }
    }
}

/// Where a table is, and how its columns are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// Where.
    pub place: Place,
    /// In the order of the fields that the table has; [`None`]: the system does not have it.
    pub columns: Vec<Option<ColumnMap>>,
}

/// Where the rows of a table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Delimited files with a line of names, read one after the other.
    Csv {
        /// The files.
        paths: Vec<PathBuf>,
        /// What their bytes write.
        encoding: Encoding,
        /// Between two fields; ASCII.
        delimiter: u8,
    },
    /// A table or view of an SQLite database.
    Sqlite {
        /// The database.
        path: PathBuf,
        /// The table, as the database spells it.
        table: String,
    },
}

/// What bytes write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Code page 932, Windows' Shift_JIS.
    Cp932,
}

/// A column of the system, and how its cells are read. Blanks around a cell are nobody's, so they are taken off first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    /// Its name there.
    pub column: String,
    /// Cells that mean nothing, beside empty ones and NULL.
    pub nothing: Vec<String>,
    /// Ends that mean "no end".
    pub open: Vec<String>,
    /// What means yes.
    pub yes: Vec<String>,
    /// What means no.
    pub no: Vec<String>,
    /// What stands between two names of one cell.
    pub separator: String,
    /// What means "all of them" in the place of names.
    pub every: Vec<String>,
    /// What means an emergency right.
    pub emergency: Vec<String>,
    /// What means a standing right.
    pub standing: Vec<String>,
}

/// The access log and what its words mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLog {
    /// Where its lines are.
    pub place: LogPlace,
    /// How it writes times.
    pub times: Times,
    /// Its words for what was done.
    pub actions: BTreeMap<String, Action>,
    /// Its words for what points were looked for by; none: nobody says.
    pub searches: BTreeMap<String, SearchBy>,
    /// The dispatch system (給電), and where it may be used.
    pub dispatch: Option<Dispatch>,
    /// Roles whose accounts are programs'.
    pub batch_roles: Vec<String>,
    /// Facts of points, days of accounts, and moments of windows that may be held in memory, each.
    pub most_held: usize,
}

/// Where the lines of a log are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// Delimited files or a table: the fields are those of [`crate::tables::ACCESS_LOG`].
    Table(TableFile),
    /// Lines that a pattern cuts.
    Lines {
        /// The files, in the order in which they were written.
        paths: Vec<PathBuf>,
        /// What their bytes write.
        encoding: Encoding,
        /// What stands between the fields; `{at}`, `{account}` … are fields, `{_}` is nobody's, `{pairs}` are keys and values.
        pattern: String,
        /// The keys of `{pairs}`, in the order of the fields.
        keys: Vec<Option<ColumnMap>>,
    },
}

/// How a log writes times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// As the tables do, with the year first.
    YearFirst,
    /// Seconds since 1970-01-01T00:00:00Z.
    EpochSeconds,
    /// Milliseconds since then.
    EpochMilliseconds,
    /// `Apr  1 00:00:00` of RFC 3164.
    Syslog {
        /// No line is older than this day, none a year younger.
        from: Day,
    },
}

/// What a line of the access log says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Signed in.
    Login,
    /// Signed out.
    Logout,
    /// A point's record was shown.
    Read,
    /// Points were looked for; `search` says by what.
    Search,
    /// Something was changed.
    Write,
    /// Rows left the system as a file or a print.
    Export,
    /// Something that shows, changes and takes nothing.
    Other,
}

impl Action {
    /// Every action, as the file spells it.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("login", Self::Login),
        ("logout", Self::Logout),
        ("read", Self::Read),
        ("search", Self::Search),
        ("write", Self::Write),
        ("export", Self::Export),
        ("other", Self::Other),
    ];
}

/// By what points are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchBy {
    /// By what a person is called or called up by: name, kana, telephone.
    Name,
    /// By a number of a point, a contract, a meter; an address.
    Other,
}

impl SearchBy {
    /// Both, as the file spells them.
    pub const WORDS: [(&'static str, Self); 2] = [("name", Self::Name), ("other", Self::Other)];
}

/// The dispatch system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    /// Its names in `system` of `screens`.
    pub systems: Vec<String>,
    /// The rooms in which it may be used.
    pub rooms: Vec<String>,
}
impl TableFile {
    /// The file, or the first of several.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::Csv { paths, .. } => paths.first().map_or(Path::new(""), PathBuf::as_path),
            Place::Sqlite { path, .. } => path,
        }
    }
}
