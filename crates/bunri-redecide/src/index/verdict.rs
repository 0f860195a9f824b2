//! A verdict as one byte of a fact. The numbers live as long as a temporary file does: whoever adds a reason changes nothing
//! that is kept.

use bunri_evaluator::{Reason, Verdict};

const OWN: u8 = 253;
const OTHER: u8 = 254;
const REFERENCE: u8 = 255;

/// Undecided is the number of its reason.
pub(super) fn code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Own => OWN,
        Verdict::Other => OTHER,
        Verdict::Reference => REFERENCE,
        Verdict::Undecided(reason) => reason as u8,
    }
}

/// The verdict of a byte; [`None`] if it is nobody's.
pub(super) fn of_code(code: u8) -> Option<Verdict> {
    match code {
        OWN => Some(Verdict::Own),
        OTHER => Some(Verdict::Other),
        REFERENCE => Some(Verdict::Reference),
        reason => Reason::ALL
            .get(usize::from(reason))
            .map(|&reason| Verdict::Undecided(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_survives_its_byte() {
        let undecided = Reason::ALL.iter().map(|&reason| Verdict::Undecided(reason));
        for verdict in undecided.chain([Verdict::Own, Verdict::Other, Verdict::Reference]) {
            assert_eq!(of_code(code(verdict)), Some(verdict));
        }
        assert_eq!(of_code(200), None);
    }
}
