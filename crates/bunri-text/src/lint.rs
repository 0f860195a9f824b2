//! What leads an honest engineer wrong and may still be right: a catalogue may say it where a person gives the reason.
//! docs/catalogue.md lists every code, and where its reason stands.

/// Something that needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lint {
    /// Every row is decided alike, though the ledger or a name in it says whose each one is.
    ConstantRule,
    /// The day of the first writing, where a later one stands beside it.
    FirstWritten,
    /// Free text by its name goes to retail.
    FreeText,
    /// Bytes go to retail.
    BytesShown,
    /// A grace of more than two months.
    LongGrace,
    /// A grace for a final reading in a table that measures nothing.
    GraceWithoutMeasure,
    /// Personal columns for retail, and no word on rows that were written early.
    EarlyUnsaid,
    /// An end of supply after the cutover goes to retail.
    EndShown,
    /// A day on which supply can well end means "no end yet".
    OpenIsADay,
    /// A number that is replaced elsewhere goes to retail as it is.
    PlainBesideRekeyed,
    /// What no case names goes where a named case does not.
    ElseLooser,
    /// Every other row of a table is opened, however large the customer.
    OpenedWithoutSize,
    /// Rows refer to columns that are no key, so that one can find several.
    ReferencesNoKey,
    /// The ledger could say whose a row is, and is not asked.
    LedgerNotAsked,
    /// A column or a table that no company gets.
    GoesToNobody,
}

/// What becomes of a catalogue without the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// No stage takes it.
    Refused,
    /// `bunri check` tells it, and a cutover refuses it.
    Warned,
}

impl Lint {
    /// The word in messages and in docs/catalogue.md.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Lint::ConstantRule => "constant_rule",
            Lint::FirstWritten => "first_written",
            Lint::FreeText => "free_text",
            Lint::BytesShown => "bytes_shown",
            Lint::LongGrace => "long_grace",
            Lint::GraceWithoutMeasure => "grace_without_measure",
            Lint::EarlyUnsaid => "early_unsaid",
            Lint::EndShown => "end_shown",
            Lint::OpenIsADay => "open_is_a_day",
            Lint::PlainBesideRekeyed => "plain_beside_rekeyed",
            Lint::ElseLooser => "else_looser",
            Lint::OpenedWithoutSize => "opened_without_size",
            Lint::ReferencesNoKey => "references_no_key",
            Lint::LedgerNotAsked => "ledger_not_asked",
            Lint::GoesToNobody => "goes_to_nobody",
        }
    }

    /// What could send another's data to retail is refused; what wants a second look is told.
    pub(crate) fn level(self) -> Level {
        match self {
            Lint::ConstantRule
            | Lint::FirstWritten
            | Lint::FreeText
            | Lint::BytesShown
            | Lint::LongGrace
            | Lint::EarlyUnsaid
            | Lint::EndShown
            | Lint::OpenIsADay
            | Lint::PlainBesideRekeyed
            | Lint::ElseLooser
            | Lint::OpenedWithoutSize => Level::Refused,
            Lint::GraceWithoutMeasure
            | Lint::ReferencesNoKey
            | Lint::LedgerNotAsked
            | Lint::GoesToNobody => Level::Warned,
        }
    }
}
