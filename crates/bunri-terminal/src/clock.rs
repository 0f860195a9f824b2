//! The time, for logs and the journal, and for the windows of emergencies. Nothing else in the workspace asks for it: no other output
//! depends on it.

use jiff::Timestamp;

/// The moment in UTC, to the millisecond, as RFC 3339 writes it.
pub fn now() -> String {
    // Always three digits, so that times as texts ascend too.
    format!("{:.3}", Timestamp::now())
}

/// The moment, for windows; what a clock is worth, docs/emergency.md says.
#[must_use]
pub fn moment() -> Timestamp {
    Timestamp::now()
}

/// Whole seconds from one moment to another, as [`now`] wrote them; [`None`] where one is none, or the later comes first.
pub fn seconds_between(from: &str, to: &str) -> Option<u64> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let seconds = moment(to)?.duration_since(moment(from)?).as_secs();
    u64::try_from(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_counted_and_nonsense_is_not() {
        let begun = "2026-04-01T00:00:00.250Z";
        assert_eq!(seconds_between(begun, "2026-04-01T00:01:01.300Z"), Some(61));
        assert_eq!(seconds_between(begun, "2026-03-31T00:00:00Z"), None);
        assert_eq!(seconds_between(begun, "yesterday"), None);
        assert_eq!(seconds_between(&now(), &now()), Some(0));
    }
}
