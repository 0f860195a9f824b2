//! The time of an event. No manifest has one, since a clock must not reach a store; so a person, or the job's journal, says it.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::ExportError;

/// A moment that somebody named, written in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTime(Timestamp);

impl FromStr for EventTime {
    type Err = ExportError;

    fn from_str(text: &str) -> Result<Self, ExportError> {
        let moment = text.parse().map_err(|source| ExportError::Time {
            text: text.to_owned(),
            source,
        })?;
        Ok(Self(moment))
    }
}

impl Serialize for EventTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::EventTime;

    #[test]
    fn a_moment_is_written_in_utc_whatever_clock_it_was_read_from() {
        let written =
            |text: &str| serde_json::to_string(&text.parse::<EventTime>().unwrap()).unwrap();
        for (read, utc) in [
            ("2026-04-01T02:30:00+09:00", "\"2026-03-31T17:30:00Z\""),
            ("2026-03-31T17:30:00Z", "\"2026-03-31T17:30:00Z\""),
            (
                "2026-04-01T02:30:00.250+09:00",
                "\"2026-03-31T17:30:00.25Z\"",
            ),
        ] {
            assert_eq!(written(read), utc);
        }
    }

    #[test]
    fn what_names_no_moment_is_refused() {
        for none in [
            "",
            "now",
            "2026-04-01",
            "2026-04-01T02:30:00",
            "2026-13-01T00:00:00Z",
        ] {
            let refused = none.parse::<EventTime>().unwrap_err().to_string();
            assert!(refused.contains("RFC 3339"), "{refused}");
        }
    }
}
