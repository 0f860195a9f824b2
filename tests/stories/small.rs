//! A legacy system small enough to read: a ledger of one supply point, a list of retailers, and one reading, for
//! January 2026, written on 2026-02-02. Its catalogue is `samples/catalogues/valid/minimal`.

use crate::job::Job;
use crate::rig::{Ended, Rig, repository};

/// Point, first day, last day, retailer code; `NULL` without quotes is none.
pub(crate) type Period<'a> = [&'a str; 4];

pub(crate) const POINT: &str = "9000000000000000000001";

const TABLES: &str = "
CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
INSERT INTO code_retailer VALUES ('99010', '甲電力'), ('99020', '乙でんき');
CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT);
CREATE TABLE meter_reading (supply_point_id TEXT, period_from TEXT, period_until TEXT, usage_kwh NUMERIC, updated_at TEXT);
INSERT INTO meter_reading VALUES ('9000000000000000000001', '2026-01-01', '2026-01-31', 123.4, '2026-02-02 09:00:00');
";

/// The small system with this ledger, and a job for it.
pub(crate) fn small(ledger: &[Period<'_>]) -> Rig {
    let rig = Rig::empty();
    rig.write("legacy.db", "");
    rig.sql(TABLES);
    for period in ledger {
        let cells = period.map(|cell| match cell {
            "NULL" => "NULL".to_owned(),
            // A hexadecimal literal is bytes, which are no text.
            cell if cell.starts_with("X'") => cell.to_owned(),
            cell => format!("'{cell}'"),
        });
        rig.sql(&format!(
            "INSERT INTO supply_period VALUES ({})",
            cells.join(", ")
        ));
    }
    let catalogue = repository()
        .join("samples/catalogues/valid/minimal")
        .display()
        .to_string();
    rig.job(&Job {
        catalogue,
        ..Job::default()
    });
    rig
}

/// Where the reading goes: `retail`, `transmission` alone, or the reason why it waits in the quarantine.
pub(crate) fn fate_of_the_reading(ledger: &[Period<'_>]) -> String {
    let rig = small(ledger);
    let extracted = rig.bunri(["extract", "job.toml"]);
    assert!(matches!(extracted.code, Some(0 | 1)), "{extracted}");
    let split = rig.bunri(["split", "job.toml"]);
    assert!(matches!(split.code, Some(0 | 1)), "{split}");
    let verified = rig.bunri(["verify", "job.toml"]);
    assert_eq!(verified.code, Some(1), "{verified}");
    let shown = |store: &str| {
        rig.python("show.py", [".", store, "meter_reading"])
            .must(0)
            .out
    };
    assert!(shown("transmission").contains("usage_kwh=123.4"));
    let (retail, quarantine) = (shown("retail"), shown("quarantine"));
    match (
        retail.contains("usage_kwh=123.4"),
        quarantine.split_once("bunri_reason="),
    ) {
        (true, None) => "retail".to_owned(),
        (false, None) => "transmission".to_owned(),
        (false, Some((_, reason))) => reason.lines().next().unwrap_or_default().to_owned(),
        (true, Some(_)) => panic!("in retail and in the quarantine: {retail}{quarantine}"),
    }
}

/// What `bunri run` says of the small system.
pub(crate) fn run(rig: &Rig) -> Ended {
    rig.bunri(["run", "job.toml"])
}
