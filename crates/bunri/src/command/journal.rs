//! `journal.jsonl`: what was begun and what was finished and when, one line each, for the person who comes in the morning, and for
//! `bunri plan`, which tells what a stage took. Nothing is decided by it: stages find their own finished work.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bunri_columnar::{ColumnarError, CustodyLayout};
use bunri_report::MeasuredStage;
use serde_json::{Value, json};

use crate::clock;

/// The stages that are timed, in their order.
const STAGES: [&str; 3] = ["extract", "split", "verify"];

/// Appends a line and makes it durable.
pub(crate) fn note(custody: &Path, stage: &str, state: &str) -> Result<(), ColumnarError> {
    let path = CustodyLayout::new(custody).journal();
    let line = json!({"time": clock::now(), "stage": stage, "state": state});
    let line = format!("{line}\n");
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| {
            file.write_all(line.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .map_err(ColumnarError::io("write", &path))
}

/// What each stage took the last time that it came from its beginning to its end in one go and did more than find everything done
/// before; what the journal does not tell is not there.
pub(crate) fn measured(custody: &Path) -> Vec<MeasuredStage> {
    let text = std::fs::read_to_string(CustodyLayout::new(custody).journal()).unwrap_or_default();
    let lines: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let stages = STAGES.iter().filter_map(|stage| {
        let of_stage: Vec<&Value> = lines
            .iter()
            .filter(|line| line["stage"] == *stage)
            .collect();
        let took = |pair: &[&Value]| match pair {
            [begun, ended] if begun["state"] == "begun" && ended["state"] != "begun" => {
                clock::seconds_between(begun["time"].as_str()?, ended["time"].as_str()?)
            }
            _ => None,
        };
        let mut seconds = of_stage.windows(2).filter_map(took).rev();
        let last = seconds.next()?;
        // A run that found everything done before took no time, and says nothing of what it would take.
        let seconds = if last > 0 {
            last
        } else {
            seconds.find(|seconds| *seconds > 0).unwrap_or(last)
        };
        Some(MeasuredStage {
            stage: (*stage).to_owned(),
            seconds,
        })
    });
    stages.collect()
}

/// When the last split that ended did, as [`clock::now`] wrote it.
pub(crate) fn split_ended(custody: &Path) -> Option<String> {
    let text = std::fs::read_to_string(CustodyLayout::new(custody).journal()).ok()?;
    let lines = text.lines().rev();
    let mut lines = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ended = lines.find(|line| line["stage"] == "split" && line["state"] == "done")?;
    Some(ended["time"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(lines: &[(&str, &str, &str)]) -> Vec<(String, u64)> {
        let folder = tempfile::tempdir().unwrap();
        let lines = lines.iter().map(|(time, stage, state)| {
            format!(
                "{}\n",
                json!({"time": format!("2026-04-01T00:{time}Z"), "stage": stage, "state": state})
            )
        });
        let text: String = lines.collect();
        std::fs::write(CustodyLayout::new(folder.path()).journal(), text).unwrap();
        let measured = measured(folder.path()).into_iter();
        measured.map(|it| (it.stage, it.seconds)).collect()
    }

    #[test]
    fn the_last_whole_stage_that_took_time_counts() {
        let lines = [
            ("00:00", "extract", "begun"),
            ("00:40", "extract", "done"),
            ("00:40", "split", "begun"),
            ("00:50", "split", "begun"),
            ("01:05", "split", "done"),
            ("02:00", "extract", "begun"),
            ("02:00", "extract", "done"),
            ("02:01", "verify", "begun"),
        ];
        let took = [("extract".to_owned(), 40), ("split".to_owned(), 15)];
        assert_eq!(told(&lines), took);
        assert_eq!(told(&[]), []);
        let at_once = [("00:00", "verify", "begun"), ("00:00", "verify", "broken")];
        assert_eq!(told(&at_once), [("verify".to_owned(), 0)]);
    }

    #[test]
    fn a_journal_without_times_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = CustodyLayout::new(folder.path()).journal();
        std::fs::write(
            path,
            "{\"stage\":\"split\",\"state\":\"begun\"}\nnonsense\n",
        )
        .unwrap();
        assert_eq!(measured(folder.path()), []);
    }
}
