//! What a line can say.

/// What a line can say, of what the rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// When.
    Time,
    /// The number that the system gave the line: whole, ascending by one.
    Sequence,
    /// Who, by account.
    Account,
    /// On which terminal.
    Terminal,
    /// On which screen, or in which program.
    Screen,
    /// What was done.
    Action,
    /// By what points were looked for.
    Search,
    /// Of which supply point.
    Point,
    /// Which columns were shown or written.
    Columns,
    /// How many records were shown; a line without it is one.
    Rows,
}

impl Field {
    /// How many there are.
    pub const COUNT: usize = 10;
    /// All, by their places.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Time,
        Self::Sequence,
        Self::Account,
        Self::Terminal,
        Self::Screen,
        Self::Action,
        Self::Search,
        Self::Point,
        Self::Columns,
        Self::Rows,
    ];

    /// As it is written in files and messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Time => "at",
            Self::Sequence => "sequence",
            Self::Account => "account",
            Self::Terminal => "terminal",
            Self::Screen => "screen",
            Self::Action => "action",
            Self::Search => "search",
            Self::Point => "point",
            Self::Columns => "columns",
            Self::Rows => "rows",
        }
    }

    /// The field of that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }
}

/// Names by which a log has its fields: of columns, or of keys of pairs.
pub type FieldNames = Vec<(Field, String)>;
