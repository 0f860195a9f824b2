//! A verdict as a number, so that it can be a Polars column: own, other, reference, or undecided with the
//! reason. The words and their order of precedence stand in docs/rules.md.

use bunri_catalogue::Ownership;
use polars::prelude::{BooleanChunked, Int64Chunked};

/// Own: the incumbent's customer, on every day that the row speaks of.
pub const OWN: i64 = 0;
/// Other: somebody else's.
pub const OTHER: i64 = 1;
pub(crate) const REFERENCE: i64 = 2;
/// No verdict of a row that is there: what a rejected row is to its children. Nobody knows whose it would have been.
pub(crate) const REJECTED_ROW: i64 = 3;
/// Every verdict from here on is undecided.
pub const UNDECIDED: i64 = 16;

/// Why a person must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Reason {
    LedgerRejected,
    LedgerStatusUnknown,
    NotInLedger,
    LedgerDateMissing,
    LedgerReversed,
    LedgerOverlap,
    LedgerGap,
    RetailerUnknown,
    OwnWhenUnlisted,
    KeyRejected,
    KeyAmbiguous,
    KeyMissing,
    DateMissing,
    SlotInvalid,
    MonthInvalid,
    PeriodReversed,
    PeriodSpansChange,
    CaseMissing,
    CaseUnlisted,
    ParentMissing,
    ParentRejected,
    ParentUndecided,
    ParentsDisagree,
    KnownAtMissing,
    KnownAtUndecided,
    WrittenEarly,
}

const WORDS: [&str; 26] = [
    "ledger_rejected",
    "ledger_status_unknown",
    "not_in_ledger",
    "ledger_date_missing",
    "ledger_reversed",
    "ledger_overlap",
    "ledger_gap",
    "retailer_unknown",
    "own_when_unlisted",
    "key_rejected",
    "key_ambiguous",
    "key_missing",
    "date_missing",
    "slot_invalid",
    "month_invalid",
    "period_reversed",
    "period_spans_change",
    "case_missing",
    "case_unlisted",
    "parent_missing",
    "parent_rejected",
    "parent_undecided",
    "parents_disagree",
    "known_at_missing",
    "known_at_undecided",
    "written_early",
];

/// The reason of a row that is in quarantine without being undecided.
pub(crate) const RETAIL_ONLY_OF_OTHER: &str = "retail_only_of_other";
/// Of a decided row with text in a cell of `hold`.
const HOLD: &str = "hold";

impl Reason {
    /// The verdict "undecided, for this reason".
    pub(crate) fn verdict(self) -> i64 {
        UNDECIDED + i64::from(self as u8)
    }
}

/// Whose the row is.
#[must_use]
#[inline]
pub fn ownership(verdict: i64) -> Ownership {
    match verdict {
        OWN => Ownership::Own,
        OTHER => Ownership::Other,
        REFERENCE => Ownership::Reference,
        _ => Ownership::Undecided,
    }
}

/// The word for the quarantine's reason column.
#[must_use]
#[inline]
pub fn reason_word(verdict: i64) -> &'static str {
    let position = usize::try_from(verdict - UNDECIDED).ok();
    position
        .and_then(|position| WORDS.get(position))
        .copied()
        .unwrap_or(RETAIL_ONLY_OF_OTHER)
}

/// The same of one row; `held`: there is text in a cell of `hold`, which is why a decided row waits.
#[must_use]
#[inline]
pub fn waiting_word(verdict: i64, held: bool) -> &'static str {
    if held && verdict < UNDECIDED {
        HOLD
    } else {
        reason_word(verdict)
    }
}

/// A kind of parents: what one of them is for its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Own,
    Other,
    Undecided,
    Rejected,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Own, Self::Other, Self::Undecided, Self::Rejected];

    /// A verdict of no row of the ledger's is undecided.
    #[inline]
    pub(crate) fn of(verdict: i64) -> Self {
        match verdict {
            OWN => Self::Own,
            OTHER => Self::Other,
            REJECTED_ROW => Self::Rejected,
            _ => Self::Undecided,
        }
    }

    /// Its bit in a set of kinds.
    #[inline]
    pub(crate) fn bit(self) -> i64 {
        1 << self as u8
    }

    /// Whether it is in the sets.
    pub(crate) fn is_among(self, sets: &Int64Chunked) -> BooleanChunked {
        has_bit(sets, self.bit())
    }
}

/// The bit in a set of kinds that says that none of the parents has begun by the cutover.
pub(crate) const TO_COME: i64 = 1 << Kind::ALL.len();

/// Whether a bit is in the sets.
pub(crate) fn has_bit(sets: &Int64Chunked, bit: i64) -> BooleanChunked {
    let has = |set: i64| set & bit != 0;
    sets.iter().map(|set| Some(set.is_some_and(has))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_word() {
        assert_eq!(
            reason_word(Reason::LedgerRejected.verdict()),
            "ledger_rejected"
        );
        assert_eq!(
            reason_word(Reason::PeriodSpansChange.verdict()),
            "period_spans_change"
        );
        assert_eq!(reason_word(Reason::MonthInvalid.verdict()), "month_invalid");
        assert_eq!(reason_word(Reason::WrittenEarly.verdict()), "written_early");
        assert_eq!(reason_word(OTHER), RETAIL_ONLY_OF_OTHER);
        assert_eq!(waiting_word(OTHER, true), HOLD);
        assert_eq!(waiting_word(OWN, true), HOLD);
        let early = Reason::WrittenEarly.verdict();
        assert_eq!(waiting_word(early, true), "written_early");
    }
}
