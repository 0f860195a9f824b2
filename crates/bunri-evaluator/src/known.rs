//! The next supplier's knowledge (docs/rules.md, section 3): a row of an own period that was written when
//! somebody else supplied is somebody else's, but for the final reading, which is always written afterwards.

use bunri_catalogue::{Match, Ownership};

use super::{Days, FOREVER, OwnershipSet, Reason, Segment, Verdict};

/// When a measured value of an own period may still be written by others.
pub struct Grace<'a> {
    /// Days after the own end; 0 for none.
    pub days: u32,
    /// The own segment that covers the row's period, for rows of a `during` rule.
    pub own_segment: &'a dyn Fn() -> Option<Segment>,
}

/// The final verdict of a row that was written on the day `known`, when `supplier` supplied.
#[must_use]
pub fn known_at(base: Verdict, known: Days, supplier: Verdict, grace: Grace<'_>) -> Verdict {
    match supplier {
        Verdict::Own => base,
        // Why nobody knows who wrote it is what a person has to find out first.
        Verdict::Undecided(reason) => Verdict::Undecided(reason),
        Verdict::Reference => Verdict::Undecided(Reason::KnownAtUndecided),
        Verdict::Other if base == Verdict::Own && within(known, &grace) => Verdict::Own,
        Verdict::Other => Verdict::Other,
    }
}

/// On or after the first day after the own segment, and less than `days` after it. A row written *before* its own
/// segment has no such excuse.
fn within(known: Days, grace: &Grace<'_>) -> bool {
    if grace.days == 0 {
        return false;
    }
    (grace.own_segment)().is_some_and(|segment| {
        let end = segment.last.saturating_add(1);
        segment.last != FOREVER
            && end <= known
            && known < end.saturating_add(Days::from(grace.days))
    })
}

/// Who supplied the points of a row's parents: over all owner keys of all matching parents.
#[must_use]
pub fn supplier_of_parents(suppliers: OwnershipSet, matching: Match) -> Verdict {
    let unknown = Verdict::Undecided(Reason::KnownAtUndecided);
    let has = |ownership| suppliers.has(ownership);
    match matching {
        _ if suppliers.is_empty() => unknown,
        Match::All if has(Ownership::Other) => Verdict::Other,
        Match::All if has(Ownership::Undecided) => unknown,
        Match::All => Verdict::Own,
        Match::Any if has(Ownership::Own) => Verdict::Own,
        Match::Any if has(Ownership::Undecided) => unknown,
        Match::Any => Verdict::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Ownership::{Other, Own, Undecided};

    const SEGMENT: Segment = Segment {
        first: 1,
        last: 9,
        verdict: Verdict::Own,
    };

    const GAP: Verdict = Verdict::Undecided(Reason::LedgerGap);

    fn verdict(base: Verdict, known: Days, supplier: Verdict, days: u32) -> Verdict {
        known_at(
            base,
            known,
            supplier,
            Grace {
                days,
                own_segment: &|| Some(SEGMENT),
            },
        )
    }

    #[test]
    fn written_under_the_own_supplier_the_base_stands() {
        for base in [
            Verdict::Own,
            Verdict::Other,
            Verdict::Undecided(Reason::PeriodSpansChange),
        ] {
            assert_eq!(verdict(base, 5, Verdict::Own, 0), base);
        }
    }

    #[test]
    fn the_final_reading_may_be_written_within_the_grace() {
        let on = |known| verdict(Verdict::Own, known, Verdict::Other, 45);
        assert_eq!(on(10), Verdict::Own, "the first day after the end");
        assert_eq!(on(54), Verdict::Own, "the last day of the grace");
        assert_eq!(on(55), Verdict::Other);
        assert_eq!(
            verdict(Verdict::Own, 10, Verdict::Other, 0),
            Verdict::Other,
            "no grace declared"
        );
    }

    #[test]
    fn written_before_the_own_run_there_is_no_grace() {
        assert_eq!(verdict(Verdict::Own, 0, Verdict::Other, 45), Verdict::Other);
    }

    #[test]
    fn an_own_run_without_an_end_has_no_days_after_it() {
        let own_segment = || {
            Some(Segment {
                last: FOREVER,
                ..SEGMENT
            })
        };
        let grace = Grace {
            days: 45,
            own_segment: &own_segment,
        };
        assert_eq!(
            known_at(Verdict::Own, 0, Verdict::Other, grace),
            Verdict::Other
        );
    }

    #[test]
    fn grace_never_turns_an_undecided_row_own() {
        let base = Verdict::Undecided(Reason::PeriodSpansChange);
        assert_eq!(verdict(base, 10, Verdict::Other, 45), Verdict::Other);
        assert_eq!(
            verdict(Verdict::Own, 10, GAP, 45),
            GAP,
            "with the timeline's own reason"
        );
    }

    #[test]
    fn suppliers_of_several_parents_are_combined() {
        let of = |ownerships: &[Ownership], matching| {
            supplier_of_parents(ownerships.iter().copied().collect(), matching).ownership()
        };
        assert_eq!(of(&[Own, Other], Match::All), Other);
        assert_eq!(of(&[Own, Undecided, Other], Match::All), Other);
        assert_eq!(of(&[Own, Undecided], Match::All), Undecided);
        assert_eq!(of(&[Own, Other, Undecided], Match::Any), Own);
        assert_eq!(of(&[Other], Match::Any), Other);
        assert_eq!(of(&[Other, Undecided], Match::Any), Undecided);
        assert_eq!(of(&[], Match::Any), Undecided);
        assert_eq!(of(&[], Match::All), Undecided);
    }
}
