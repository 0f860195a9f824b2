//! What a scheduler and a terminal see: times, rates that are whole numbers, a last line that says how it ended; manual pages and
//! completions.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rig::{Ended, Rig};
use crate::small::{POINT, small};

fn events(ended: &Ended) -> Vec<Value> {
    let lines = ended.err.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

#[test]
fn every_line_of_the_log_has_its_time_and_the_last_says_how_it_ended() {
    let rig = Rig::with_sample(60);
    let ended = Ended::of(
        rig.command()
            .arg("run")
            .env("BUNRI_LOG", "json")
            .env("BUNRI_JOB", "job.toml")
            .env("BUNRI_LOG_EVERY", "0.000001"),
    )
    .must(1);
    let events = events(&ended);
    let times: Vec<&str> = events
        .iter()
        .map(|event| event["time"].as_str().unwrap())
        .collect();
    assert!(
        times
            .iter()
            .all(|time| time.ends_with('Z') && time.len() >= 20),
        "{times:?}"
    );
    assert!(times.is_sorted());
    let progress: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "progress")
        .collect();
    let stages: BTreeSet<&str> = progress
        .iter()
        .map(|it| it["stage"].as_str().unwrap())
        .collect();
    assert!(
        stages.is_superset(&BTreeSet::from(["extract", "split", "verify"])),
        "{stages:?}"
    );
    for it in progress {
        assert!(
            it["rate"].is_u64() && it["rows"].is_u64() && it["of"].is_u64(),
            "{it}"
        );
        assert!(
            it["seconds_left"].is_u64() || it["seconds_left"].is_null(),
            "{it}"
        );
        assert!(it["table"].is_string(), "{it}");
    }
    let end = events.last().unwrap();
    assert_eq!(end["event"], "end");
    assert_eq!(end["exit"], 1);
    assert_eq!(
        end["verdict"],
        rig.json("custody/evidence/report.json")["verdict"]
    );
    assert_eq!(end["report"], "custody/evidence/report.json");
    assert_eq!(end["claims"]["broken"], 0);
    assert!(end["claims"]["held"].as_u64().unwrap() >= 5);
    assert_eq!(
        end["rows_staged"],
        events.iter().find(|it| it["event"] == "extracted").unwrap()["rows_staged"]
    );
}

#[test]
fn a_failure_ends_the_log_with_its_code() {
    let rig = Rig::empty();
    let ended = rig.bunri(["run", "nothing.toml", "--log", "json"]).must(3);
    let events = events(&ended);
    let end = events.last().unwrap();
    assert_eq!((&end["event"], &end["exit"]), (&"end".into(), &3.into()));
}

#[test]
fn lines_of_progress_are_as_rare_as_was_asked() {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    let often = rig
        .bunri(["run", "job.toml", "--log-every", "0.000001"])
        .must(1);
    let line = often.err.lines().find(|line| line.contains("rows/s"));
    let line = line.unwrap_or_else(|| panic!("{often}"));
    assert!(
        line.starts_with("  extract: ") && line.contains(" of ") && line.contains(" %), "),
        "{line}"
    );
    let never = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    never
        .bunri(["run", "job.toml", "--log-every", "0"])
        .must(1)
        .never_says("rows/s");
    for nonsense in ["-1", "NaN", "soon"] {
        let option = format!("--log-every={nonsense}");
        rig.bunri(["run", "job.toml", &option]).must(2);
    }
}

#[test]
fn a_store_alone_is_verified_wherever_the_scheduler_names_a_job() {
    let rig = Rig::split();
    let ended = Ended::of(
        rig.command()
            .args(["verify", "--store", "retail"])
            .env("BUNRI_JOB", "nothing.toml"),
    );
    ended.must(1).never_says("nothing.toml");
    Ended::of(rig.command().arg("verify").env("BUNRI_JOB", "job.toml")).must(1);
    rig.bunri(["verify"]).must(2).says("nothing was verified");
}

#[test]
fn a_terminal_is_told_in_numbers_whatever_its_size() {
    let rig = Rig::with_sample(60);
    for (columns, bar) in [("80", true), ("200", true), ("40", false), ("0", false)] {
        for folder in ["custody", "retail"] {
            let _ = std::fs::remove_dir_all(rig.path(folder));
        }
        let bunri = crate::rig::binary().display().to_string();
        let ended = rig
            .python("terminal.py", [columns, &bunri, "run", "job.toml"])
            .must(1);
        let screen = &ended.out;
        // Whole numbers, as `283,819 rows/s`; a bar moves the cursor and lines do not.
        assert_eq!(screen.contains("rows/s"), bar, "{columns}: {screen}");
        assert_eq!(screen.contains("\u{1b}[2K"), bar, "{columns}: {screen}");
        let mut rates: Vec<&str> = screen.split("rows/s").collect();
        // What comes after the last one is no rate.
        rates.pop();
        for rate in rates {
            let number = rate.trim_end().rsplit(' ').next().unwrap_or_default();
            assert!(!number.contains('.'), "{number}");
        }
        assert!(screen.contains("extract: "), "{columns}: {screen}");
        let lines = screen
            .lines()
            .filter(|line| line.trim().chars().count() == 1);
        assert!(lines.count() < 3, "one letter a row: {screen}");
        if columns == "80" {
            for line in screen.lines() {
                let line = as_seen(line.trim_end_matches('\r'));
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn what_the_other_commands_print_fits_a_terminal_of_80_columns() {
    let rig = Rig::split();
    let bunri = crate::rig::binary().display().to_string();
    for command in ["plan", "quarantine", "check", "verify"] {
        let ended = rig.python("terminal.py", ["80", &bunri, command, "job.toml"]);
        let ended = ended.must(1);
        for line in ended.out.lines() {
            let line = as_seen(line.trim_end_matches('\r'));
            let columns: usize = line
                .chars()
                .map(|it| if it < '\u{2e80}' { 1 } else { 2 })
                .sum();
            // A path, and what is pasted into a job, is not broken.
            let is_whole = line.split(' ').any(|word| word.len() > 40) || line.contains(" = ");
            assert!(columns <= 80 || is_whole, "{command}: {columns}: {line}");
        }
    }
}

/// Captured from the pane of a terminal multiplexer: no line broken or too wide, every table whole, one sane line of progress at a time.
#[test]
fn what_stands_on_a_screen_of_80_by_24_is_whole() {
    let rig = Rig::with_sample(200);
    let bunri = crate::rig::binary().display().to_string();
    let commands = ["run job.toml", "plan job.toml", "quarantine job.toml"];
    let around = ["80", "24", ".", &bunri];
    let ended = rig
        .python("tmux.py", around.iter().chain(&commands))
        .must(0);
    for command in ["run", "plan", "quarantine"] {
        let told = ended.out.lines().find(|line| line.starts_with(command));
        let told = told.unwrap_or_else(|| panic!("{command}: {ended}"));
        assert!(!told.contains(" 0 of tables"), "{told}");
        // All of them read whole tables, and tell how far they are.
        assert!(!told.contains(" 0 lines of progress"), "{told}");
    }
}

/// A line without what moves the cursor or colours it.
fn as_seen(line: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for letter in line.chars() {
        match letter {
            '\u{1b}' => escaped = true,
            _ if escaped => escaped = !letter.is_ascii_alphabetic(),
            '\r' => text.clear(),
            _ => text.push(letter),
        }
    }
    text
}

#[test]
fn shells_complete_the_commands_and_man_has_a_page_of_each() {
    let rig = Rig::empty();
    for shell in ["bash", "zsh", "fish"] {
        rig.bunri(["completions", shell])
            .must(0)
            .prints("quarantine");
    }
    rig.bunri(["completions", "abacus"]).must(2);
    rig.bunri(["man", "--out", "absent"]).must(5).says("absent");
    std::fs::create_dir(rig.path("man")).unwrap();
    rig.bunri(["man", "--out", "man"]).must(0);
    let page = rig.read("man/bunri-run.1");
    assert!(
        page.contains("again") && rig.read("man/bunri.1").contains("EXIT")
            || page.contains("\\-\\-again")
    );
    let help = rig.bunri(["--help"]).must(0).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names {
        assert!(
            rig.path("man").join(format!("bunri-{name}.1")).is_file(),
            "{name}"
        );
    }
}

#[test]
fn plan_reckons_with_the_times_of_the_journal() {
    let rig = Rig::with_sample(60);
    rig.bunri(["extract", "job.toml"]).must(1);
    let lines = [
        ("extract", "begun", "2026-04-01T00:00:00Z"),
        ("extract", "done", "2026-04-01T00:41:07Z"),
    ];
    let lines = lines.map(|(stage, state, time)| {
        format!(
            "{}\n",
            serde_json::json!({"time": time, "stage": stage, "state": state})
        )
    });
    let journal = rig.read("custody/journal.jsonl");
    rig.write("custody/journal.jsonl", lines.concat() + &journal);
    rig.bunri(["plan", "job.toml"]).must(1);
    let plan = rig.json("custody/plan/plan.json");
    let measured = &plan["cost"]["measured"];
    // The run of the story itself took less than a second, and says nothing.
    assert!(
        measured
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["stage"] == "extract"),
        "{measured}"
    );
}
