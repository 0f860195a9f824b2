//! The words of a decision (docs/rules.md, section 6).

use bunri_catalogue::Ownership;

macro_rules! reasons {
    ($($name:ident $word:literal $doc:literal)*) => {
        /// Why a row is undecided.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Reason { $(#[doc = $doc] $name,)* }

        impl Reason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &[Reason] = &[$(Reason::$name,)*];

            /// The word in the quarantine's `bunri_reason`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Reason::$name => $word,)* }
            }
        }
    };
}

reasons! {
    LedgerRejected "ledger_rejected" "A ledger row of this key did not fit its types."
    LedgerStatusUnknown "ledger_status_unknown" "Nobody can say whether a ledger row of this key counts."
    NotInLedger "not_in_ledger" "The ledger does not know the key."
    LedgerDateMissing "ledger_date_missing" "A ledger row touches the day and has no first or last day."
    LedgerReversed "ledger_reversed" "A ledger row touches the day and ends before it begins."
    LedgerOverlap "ledger_overlap" "Two ledger rows touch the day."
    LedgerGap "ledger_gap" "No ledger row touches the day."
    RetailerUnknown "retailer_unknown" "The code is NULL or in no list."
    OwnWhenUnlisted "own_when_unlisted" "What else must hold for own has a value that no list names."
    KeyRejected "key_rejected" "A row that says where the row's key was did not fit its types."
    KeyAmbiguous "key_ambiguous" "Nobody can say at which supply point the row's key was on the day."
    KeyMissing "key_missing" "The row's key was at no supply point on the day."
    DateMissing "date_missing" "The row does not say which day it speaks of."
    SlotInvalid "slot_invalid" "The half-hour slot is not 1 to 48."
    MonthInvalid "month_invalid" "The month is none."
    PeriodReversed "period_reversed" "The row's period ends before it begins."
    PeriodSpansChange "period_spans_change" "The row's period contains days of more than one fate."
    CaseMissing "case_missing" "The column that says of which type the row is is NULL."
    CaseUnlisted "case_unlisted" "The row's type has no rule."
    ParentMissing "parent_missing" "The row has no parent."
    ParentRejected "parent_rejected" "A parent row did not fit its types."
    ParentUndecided "parent_undecided" "A parent is undecided."
    ParentsDisagree "parents_disagree" "One parent is own, another is other."
    KnownAtMissing "known_at_missing" "Nobody can say when the row was written."
    KnownAtUndecided "known_at_undecided" "Nobody can say who supplied the parents' points when the row was written."
    WrittenEarly "written_early" "The row was written before the incumbent's supply began."
}

/// In the quarantine beside cells of `retail_only` whose row is another's.
const RETAIL_ONLY_OF_OTHER: &str = "retail_only_of_other";

/// In the quarantine beside cells of `hold` whose row is decided.
pub const HOLD: &str = "hold";

/// Whose a row (or a day) is; undecided always with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The incumbent's customer.
    Own,
    /// Somebody else's or nobody's.
    Other,
    /// A person decides.
    Undecided(Reason),
    /// A public code table.
    Reference,
}

impl Verdict {
    /// Without the reason.
    #[must_use]
    pub fn ownership(self) -> Ownership {
        match self {
            Verdict::Own => Ownership::Own,
            Verdict::Other => Ownership::Other,
            Verdict::Undecided(_) => Ownership::Undecided,
            Verdict::Reference => Ownership::Reference,
        }
    }

    /// Why a row stands in the quarantine; `holds_text`: whether a cell of it whose class is `hold` is not NULL.
    #[must_use]
    pub fn waits_for(self, holds_text: impl Fn() -> bool) -> &'static str {
        match self {
            Verdict::Undecided(reason) => reason.word(),
            Verdict::Own | Verdict::Other | Verdict::Reference if holds_text() => HOLD,
            Verdict::Own | Verdict::Other | Verdict::Reference => RETAIL_ONLY_OF_OTHER,
        }
    }
}

/// Which ownerships occur among several parents, or several suppliers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnershipSet(pub u8);

impl OwnershipSet {
    /// A rejected row: nobody knows whose it would have been.
    pub const REJECTED: Self = Self(8);

    /// Of one row.
    #[must_use]
    pub fn of(ownership: Ownership) -> Self {
        match ownership {
            Ownership::Own => Self(1),
            Ownership::Other => Self(2),
            // A parent in a public code table says nothing about a customer.
            Ownership::Undecided | Ownership::Reference => Self(4),
        }
    }

    /// Both together.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this ownership occurs.
    #[must_use]
    pub fn has(self, ownership: Ownership) -> bool {
        self.0 & Self::of(ownership).0 != 0
    }

    /// Whether a rejected row is among them.
    #[must_use]
    pub fn has_rejected(self) -> bool {
        self.0 & Self::REJECTED.0 != 0
    }
}

#[cfg(test)]
mod tests;
