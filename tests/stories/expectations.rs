//! What a good run is (`[expect]`, docs/job.md): inside it ends with 0, outside with 7 and the line that says so; and a table that was
//! lost is never a quiet ending, whatever the job says (K9).

use crate::rig::{Ended, Rig};
use crate::small::{POINT, run, small};

/// One own point with one reading.
fn quiet() -> Rig {
    small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]])
}

/// `[expect]` behind the job.
fn expecting(rig: &Rig, expect: &str) {
    let job = rig.read("job.toml");
    let job = job.split("[expect]").next().unwrap();
    rig.write("job.toml", format!("{job}[expect]\n{expect}"));
}

/// The block that a run printed.
fn offered(ended: &Ended) -> String {
    let (_, block) = ended
        .out
        .split_once("\n[expect]\n")
        .unwrap_or_else(|| panic!("{ended}"));
    block.split("\nretail store").next().unwrap().to_owned()
}

#[test]
fn what_a_run_offers_accepts_the_next_one() {
    let rig = quiet();
    let offered = offered(&run(&rig).must(1));
    expecting(&rig, &offered);
    let ended = run(&rig).must(0).prints("as the job expects");
    assert!(
        !ended.out.contains("[expect.own]"),
        "nothing is offered; {ended}"
    );
    assert_eq!(
        rig.json("custody/evidence/report.json")["verdict"],
        "as_expected"
    );
}

#[test]
fn of_the_sample_it_accepts_all_but_what_a_person_must_answer_for() {
    let rig = Rig::with_sample(1000);
    let offered = offered(&run(&rig).must(1));
    expecting(&rig, &offered);
    run(&rig).must(3).says("`basis` is empty");
    expecting(
        &rig,
        &offered.replace("basis = \"\"", "basis = \"namesakes\""),
    );
    run(&rig).must(0);
    rig.holds_no_value(&run(&rig).must(0));
}

#[test]
fn outside_the_screen_says_which_line_expected_what() {
    let rig = quiet();
    let offered = offered(&run(&rig).must(1));
    expecting(
        &rig,
        &offered.replace(
            "meter_reading = { at_least = 1",
            "meter_reading = { at_least = 2",
        ),
    );
    let line = rig
        .read("job.toml")
        .lines()
        .position(|line| line.contains("at_least = 2"))
        .unwrap()
        + 1;
    run(&rig).must(3).says("cannot be met");
    rig.edit("job.toml", "at_least = 2, at_most = 1", "at_least = 2");
    run(&rig)
        .must(7)
        .prints("own.meter_reading: expected at least 2, seen 1 of 1 rows")
        .prints(&format!("(line {line} of the job)"));
    let report = rig.json("custody/evidence/report.json");
    assert_eq!(report["verdict"], "outside");
    let unmet: Vec<_> = report["expectations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["met"] == false)
        .collect();
    assert_eq!(
        (unmet.len(), &unmet[0]["line"]),
        (1, &serde_json::json!(line))
    );
}

#[test]
fn what_no_line_accepts_is_outside() {
    let rig = quiet();
    rig.sql("INSERT INTO meter_reading VALUES ('9000000000000000000001', '2026-02-01', 'H38.02.28', 1, '2026-03-02 09:00:00')");
    expecting(&rig, "claims = [\"C1\"]\n");
    run(&rig)
        .must(7)
        .prints("rejected.tables.meter_reading: expected at most 0, seen 1 of 2 rows (50.0 %)")
        .prints("notes.");
}

#[test]
fn a_claim_that_was_not_proved_is_outside_if_it_was_expected() {
    let rig = Rig::with_sample(60);
    let offered = offered(&run(&rig).must(1));
    let proved = offered.replace("\"C6\"", "\"C6\", \"C7\"");
    expecting(
        &rig,
        &proved.replace("basis = \"\"", "basis = \"namesakes\""),
    );
    run(&rig)
        .must(7)
        .prints("claims.C7: expected held, seen not checked");
    rig.bunri(["prove", "job.toml", "--pairs", "2"]);
    run(&rig).must(0);
}

#[test]
fn a_broken_claim_is_10_whatever_is_expected() {
    let rig = quiet();
    let offered = offered(&run(&rig).must(1));
    expecting(&rig, &offered);
    rig.write("retail/notes.txt", "somebody else's");
    run(&rig).must(10).prints("do not hand over");
}

#[test]
fn words_that_no_report_says_are_refused_with_their_line() {
    let rig = quiet();
    expecting(
        &rig,
        "claims = [\"C1\", \"C8\", \"C10\"]\nnotes = { empty_tabel = { meter_reading = 0 } }\n",
    );
    run(&rig)
        .must(3)
        .says("`C8` cannot be met: the job has no `[evidence]`")
        .says("unknown claim `C10`")
        .says("did you mean `empty_table`?");
}

/// K9: the audit column of a table holds another program's form of a moment.
#[test]
fn a_table_that_was_rejected_whole_is_no_quiet_ending() {
    let rig = quiet();
    rig.sql("UPDATE meter_reading SET updated_at = '2026/02/02 09:00:00'");
    let ended = run(&rig)
        .must(7)
        .prints("rejected.tables.meter_reading: expected at most 5 %, seen 1 of 1 rows (100.0 %)")
        .prints("meter_reading.updated_at, not_a_timestamp: 1 of 1 rows (100.0 %)");
    for line in ended.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    rig.bunri(["run", "job.toml", "--log", "json"])
        .must(7)
        .says("\"verdict\":\"outside\"");
    // A bound on all tables does not accept it; a line for this very table does.
    expecting(
        &rig,
        &offered(&ended).replace(
            "[expect.rejected.tables]\nmeter_reading = 1",
            "[expect.rejected]\nall = 1",
        ),
    );
    run(&rig).must(7).prints("(of any job)");
    expecting(&rig, &offered(&ended));
    run(&rig).must(0);
}
