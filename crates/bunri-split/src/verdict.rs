//! A verdict as a number, so that it can be a Polars column: own, other, reference, or undecided with the
//! reason. The words and their order of precedence stand in docs/rules.md.

use bunri_catalogue::Ownership;

pub(crate) const OWN: i64 = 0;
pub(crate) const OTHER: i64 = 1;
pub(crate) const REFERENCE: i64 = 2;
/// No verdict of a row that is there: what a rejected row is to its children. Nobody knows whose it would have been.
pub(crate) const REJECTED_ROW: i64 = 3;
/// Every verdict from here on is undecided.
pub(crate) const UNDECIDED: i64 = 16;

/// Why a person must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Reason {
    LedgerRejected,
    NotInLedger,
    LedgerDateMissing,
    LedgerReversed,
    LedgerOverlap,
    LedgerGap,
    RetailerUnknown,
    SupplyKindMissing,
    DateMissing,
    SlotInvalid,
    PeriodReversed,
    PeriodSpansChange,
    ParentMissing,
    ParentRejected,
    ParentUndecided,
    ParentsDisagree,
    KnownAtMissing,
    KnownAtUndecided,
}

const WORDS: [&str; 18] = [
    "ledger_rejected",
    "not_in_ledger",
    "ledger_date_missing",
    "ledger_reversed",
    "ledger_overlap",
    "ledger_gap",
    "retailer_unknown",
    "supply_kind_missing",
    "date_missing",
    "slot_invalid",
    "period_reversed",
    "period_spans_change",
    "parent_missing",
    "parent_rejected",
    "parent_undecided",
    "parents_disagree",
    "known_at_missing",
    "known_at_undecided",
];

/// The reason of a row that is in quarantine without being undecided.
pub(crate) const RETAIL_ONLY_OF_OTHER: &str = "retail_only_of_other";

impl Reason {
    /// The verdict "undecided, for this reason".
    pub(crate) fn verdict(self) -> i64 {
        UNDECIDED + i64::from(self as u8)
    }
}

/// Whose the row is.
pub(crate) fn ownership(verdict: i64) -> Ownership {
    match verdict {
        OWN => Ownership::Own,
        OTHER => Ownership::Other,
        REFERENCE => Ownership::Reference,
        _ => Ownership::Undecided,
    }
}

/// The word for the quarantine's reason column.
pub(crate) fn reason_word(verdict: i64) -> &'static str {
    let position = usize::try_from(verdict - UNDECIDED).ok();
    position
        .and_then(|position| WORDS.get(position))
        .copied()
        .unwrap_or(RETAIL_ONLY_OF_OTHER)
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
        assert_eq!(
            reason_word(Reason::KnownAtUndecided.verdict()),
            "known_at_undecided"
        );
        assert_eq!(reason_word(OTHER), RETAIL_ONLY_OF_OTHER);
    }
}
