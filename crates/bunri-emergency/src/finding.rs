//! What a review finds: of declarations, of grants, and of what was done with them.

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewRule {
    /// A declaration that never ends.
    DeclarationWithoutEnd,
    /// A grant that never ends.
    GrantWithoutEnd,
    /// A declaration or a grant of too many days.
    LongerThanLimit,
    /// A grant beyond its declaration: time, table, field or area.
    WiderThanDeclaration,
    /// A whole table.
    AreaEmpty,
    /// It was made, and nobody ever needed it.
    NeverOpened,
    /// It ended, and its keys are still there.
    NotWithdrawn,
    /// A key was released after the end.
    OpenedAfterEnd,
    /// A key was released before the beginning.
    OpenedBeforeBegin,
    /// The register says of a grant something else than was made of it.
    MadeOtherwise,
    /// Something was made of a grant that the register does not have.
    GrantUnknown,
    /// A key of a grant of which the ledger says nothing, or that it is withdrawn.
    KeyUnaccounted,
    /// The statement of a grant is not there, is not signed, or is not the one of the ledger.
    StatementWrong,
    /// The ledger cannot be believed, or lost lines.
    LedgerBroken,
}

impl ReviewRule {
    /// Every rule.
    pub const ALL: [Self; 14] = [
        Self::DeclarationWithoutEnd,
        Self::GrantWithoutEnd,
        Self::LongerThanLimit,
        Self::WiderThanDeclaration,
        Self::AreaEmpty,
        Self::NeverOpened,
        Self::NotWithdrawn,
        Self::OpenedAfterEnd,
        Self::OpenedBeforeBegin,
        Self::MadeOtherwise,
        Self::GrantUnknown,
        Self::KeyUnaccounted,
        Self::StatementWrong,
        Self::LedgerBroken,
    ];

    /// The word that logs and pages use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DeclarationWithoutEnd => "declaration_without_end",
            Self::GrantWithoutEnd => "grant_without_end",
            Self::LongerThanLimit => "longer_than_limit",
            Self::WiderThanDeclaration => "wider_than_declaration",
            Self::AreaEmpty => "area_empty",
            Self::NeverOpened => "never_opened",
            Self::NotWithdrawn => "not_withdrawn",
            Self::OpenedAfterEnd => "opened_after_end",
            Self::OpenedBeforeBegin => "opened_before_begin",
            Self::MadeOtherwise => "made_otherwise",
            Self::GrantUnknown => "grant_unknown",
            Self::KeyUnaccounted => "key_unaccounted",
            Self::StatementWrong => "statement_wrong",
            Self::LedgerBroken => "ledger_broken",
        }
    }

    /// Whether the records themselves cannot be believed; everything else is for a person to judge.
    #[must_use]
    pub fn is_broken_record(self) -> bool {
        match self {
            Self::KeyUnaccounted | Self::StatementWrong | Self::LedgerBroken => true,
            Self::DeclarationWithoutEnd
            | Self::GrantWithoutEnd
            | Self::LongerThanLimit
            | Self::WiderThanDeclaration
            | Self::AreaEmpty
            | Self::NeverOpened
            | Self::NotWithdrawn
            | Self::OpenedAfterEnd
            | Self::OpenedBeforeBegin
            | Self::MadeOtherwise
            | Self::GrantUnknown => false,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFinding {
    /// Which rule.
    pub rule: ReviewRule,
    /// The declaration or the grant; the ledger, if it is about that.
    pub about: String,
    /// What, for people.
    pub message: String,
}

impl ReviewFinding {
    pub(crate) fn new(rule: ReviewRule, about: &str, message: String) -> Self {
        Self {
            rule,
            about: about.to_owned(),
            message,
        }
    }
}
