//! Every row of the domain's tables ends where the domain says: asserted on the stores with pyarrow and DuckDB,
//! not with our own code. The planted cells are asserted one by one; the rest of the rows by rules in SQL.

use serde_json::{Value, json};

use crate::rig::Rig;

fn told(points: u32, script: &str) {
    let rig = Rig::with_sample(points);
    rig.bunri(["run", "job.toml"]).must(1);
    rig.python(script, ["."]).must(0);
}

#[test]
fn every_planted_cell_of_the_smallest_sample_is_where_it_belongs() {
    told(60, "planted.py");
}

#[test]
fn every_planted_cell_of_a_larger_sample_is_where_it_belongs() {
    told(2000, "planted.py");
}

#[test]
fn what_the_domain_says_of_whole_tables_holds_in_the_smallest_sample() {
    told(60, "truths.py");
}

#[test]
fn what_the_domain_says_of_whole_tables_holds_in_a_larger_sample() {
    told(2000, "truths.py");
}

/// Cut into parts by key, the stores hold the same rows; a part without rows is there too.
#[test]
fn every_planted_cell_is_where_it_belongs_in_stores_of_several_parts() {
    let rig = Rig::with_sample(2000);
    let bounds = "[\"9000010004\", \"90000100100\", \"91\"]";
    let ranges = format!(
        "[ranges]\nsupply_point = {bounds}\nmeter_reading_monthly = {bounds}\nconsumer = [\"1200\"]\n"
    );
    rig.edit("job.toml", "[limits]", &format!("{ranges}[limits]"));
    rig.bunri(["run", "job.toml"]).must(1);
    assert!(
        rig.path("retail/meter_reading_monthly/part-00003.parquet")
            .exists()
    );
    rig.python("planted.py", ["."]).must(0);
    rig.python("truths.py", ["."]).must(0);
}

/// A check that nothing can fail proves nothing: one moved reading must be seen by both.
#[test]
fn a_reading_that_reached_the_old_supplier_is_seen() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let stray = rig.planted(
        "kyushu-2020",
        "meter_reading_monthly",
        "usage_kwh",
        "absent",
    );
    let mut row = stray["key"].clone();
    row["usage_kwh"] = stray["staged"].clone();
    row["period_until"] = "2026-01-31".into();
    rig.tamper("retail", "meter_reading_monthly", [json!(["add", row])]);
    rig.python("planted.py", ["."])
        .must(1)
        .prints("kyushu-2020 meter_reading_monthly.usage_kwh");
    rig.python("truths.py", ["."])
        .must(1)
        .prints("FAILS: no reading of a day that the ledger gives to another");
}

/// Nor does the list of whom to win back prove anything, if the customer who is about to leave could be told by a day, by a
/// row that is missing, or by a number that is written another way and nobody saw it.
#[test]
fn a_customer_to_win_back_is_seen() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let leaving = |table, column, retail| rig.planted("leaving-later", table, column, retail);
    let contract = leaving("wheeling_contract", "contract_until", "null");
    let staged = |entry: &Value, column: &str| {
        let mut row = entry["key"].clone();
        row[column] = entry["staged"].clone();
        row
    };
    let next = leaving("consumer", "consumer_name", "absent");
    let phone = leaving("consumer", "contact_phone", "absent");
    let spelt: String = phone["staged"].as_str().unwrap().replace([' ', '-'], "・");
    let memo = &rig.planted("own", "retail_contract", "sales_memo", "present")["key"];
    let dropped = |table, column| json!(["drop", leaving(table, column, "present")["key"]]);
    for (table, edit, truth) in [
        (
            "wheeling_contract",
            json!(["set", contract["key"], "contract_until", contract["staged"]]),
            "no day to come beside a customer who leaves: wheeling_contract",
        ),
        (
            "wheeling_contract",
            json!(["drop", contract["key"]]),
            "retail has all that began with those who leave: wheeling_contract",
        ),
        (
            "consumer",
            dropped("consumer", "consumer_name"),
            "retail has the name of those who leave",
        ),
        (
            "supply_point",
            dropped("supply_point", "service_address"),
            "no point of today's customers is lost",
        ),
        (
            "consumer",
            json!(["add", staged(&next, "consumer_name")]),
            "no record of a stranger in retail",
        ),
        (
            "retail_contract",
            json!(["set", memo, "sales_memo", spelt]),
            "no name and no phone of a stranger in any cell of retail",
        ),
    ] {
        let path = rig.path(&format!("retail/{table}/part-00000.parquet"));
        let good = std::fs::read(&path).unwrap();
        rig.tamper("retail", table, [edit]);
        rig.python("truths.py", ["."])
            .must(1)
            .prints(&format!("FAILS: {truth}"));
        std::fs::write(&path, good).unwrap();
    }
    rig.python("truths.py", ["."]).must(0);
}

/// Cells of another time, what does not count, scans of another kind of owner: each truth about them can fail, both ways.
#[test]
fn what_an_own_row_says_of_another_time_is_seen() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let (point, sheet) = ("supply_point", "meter_reading_daily");
    let of = |trap, table, column, retail| rig.planted(trap, table, column, retail);
    let of_switch = |column, retail| of("daily-sheet-of-switch", sheet, column, retail);
    let set = |entry: Value| json!(["set", entry["key"], entry["column"], entry["staged"]]);
    let emptied = |entry: Value| json!(["set", entry["key"], entry["column"], null]);
    let dropped = |entry: Value| json!(["drop", entry["key"]]);
    let added = |entry: Value, others: &[(&str, &str)]| {
        let mut row = entry["key"].clone();
        row[entry["column"].as_str().unwrap()] = entry["staged"].clone();
        for (column, value) in others {
            row[*column] = (*value).into();
        }
        json!(["add", row])
    };
    for (table, edit, truth) in [
        (
            sheet,
            set(of_switch("d15", "null")),
            "every day of a sheet in retail was the incumbent's",
        ),
        (
            sheet,
            emptied(of_switch("d14", "present")),
            "no own day of a sheet is lost",
        ),
        (
            sheet,
            set(of_switch("month_kwh", "null")),
            "a sheet's total is retail's",
        ),
        (
            point,
            set(of("peak-of-another", point, "peak_kw", "null")),
            "no peak_kw of another supplier's time is in retail",
        ),
        (
            point,
            emptied(of("peak", point, "peak_month", "present")),
            "peak_month of today's own points is retail's",
        ),
        (
            point,
            set(of("previous-holder", point, "previous_holder", "null")),
            "no previous_holder of another supplier's time is in retail",
        ),
        (
            "document",
            added(of("document", "document", "document_title", "absent"), &[]),
            "a scan is in retail where its name-holder or its request is",
        ),
        (
            "supply_period",
            added(
                of(
                    "cancelled-request",
                    "supply_period",
                    "retailer_code",
                    "absent",
                ),
                &[("valid_from", "2025-10-01"), ("cancelled_flag", "1")],
            ),
            "nobody's cancelled application is in retail",
        ),
        (
            "supply_period_old",
            dropped(of(
                "left-and-came-back",
                "supply_period_old",
                "retailer_code",
                "present",
            )),
            "retail has every own row of supply_period_old",
        ),
        (
            "supply_interruption",
            added(
                of(
                    "stop-over-switch",
                    "supply_interruption",
                    "reason",
                    "absent",
                ),
                &[("resumed_at", "2026-01-15 02:00:00")],
            ),
            "retail has only own rows of supply_interruption",
        ),
    ] {
        seen(&rig, "retail", table, edit, truth);
    }
    rig.python("truths.py", ["."]).must(0);
}

/// A store damaged so makes this truth fail; then it is as it was.
#[track_caller]
fn seen(rig: &Rig, store: &str, table: &str, edit: Value, truth: &str) {
    let path = rig.path(&format!("{store}/{table}/part-00000.parquet"));
    let good = std::fs::read(&path).unwrap();
    rig.tamper(store, table, [edit]);
    rig.python("truths.py", ["."])
        .must(1)
        .prints(&format!("FAILS: {truth}"));
    std::fs::write(&path, good).unwrap();
}

/// What a value of the source means: days of eras, no end, nothing, another clock, a stamp at the end, nobody's number.
#[test]
fn a_value_that_is_taken_for_another_is_seen() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let key = |trap, table, column, retail| rig.planted(trap, table, column, retail)["key"].clone();
    let days = |column, retail| key("document-days", "document", column, retail);
    let half_hour = |retail| rig.planted("half-hour-until-switch", SHEET, "max_kw", retail);
    let (ours, theirs) = (half_hour("present"), half_hour("null"));
    let stop = key("stop-not-resumed", STOP, "resumed_at", "present");
    let morning = key("stop-of-first-morning", STOP, "reason", "present");
    let nobody = key("owner-nobody", "document", "document_title", "absent");
    let letter = rig.planted("document", "document", "owner_id", "null");
    let note = key("note-of-both", "document", "document_title", "present");
    for (store, table, edit, truth) in [
        (
            "retail",
            "document",
            json!([
                "set",
                days("received_on", "present"),
                "received_on",
                "2031-04-30"
            ]),
            "the day on which a scan came is the day of its era",
        ),
        (
            "retail",
            "document",
            json!(["set", days("expires_on", "present"), "expires_on", null]),
            "a scan without an end of validity has none",
        ),
        (
            "retail",
            "document",
            json!([
                "set",
                days("expires_on", "null"),
                "expires_on",
                "9999-12-31"
            ]),
            "a scan without an end of validity has none",
        ),
        (
            "retail",
            "document",
            json!(["add", nobody]),
            "a scan that is nobody's waits",
        ),
        (
            "retail",
            "document",
            json!(["set", letter["key"], "owner_id", letter["staged"]]),
            "no number in retail counts what others asked for",
        ),
        (
            "custody/quarantine",
            "document",
            json!(["drop", note]),
            "what clerks of both companies wrote waits",
        ),
        (
            "retail",
            SHEET,
            json!(["set", theirs["key"], "max_kw", theirs["staged"]]),
            "no max_kw of another supplier's half hour is in retail",
        ),
        (
            "retail",
            SHEET,
            json!(["set", ours["key"], "max_kw", null]),
            "max_kw of a sheet is retail's if the half hour was the incumbent's",
        ),
        (
            "retail",
            STOP,
            json!(["set", stop, "resumed_at", null]),
            "a stop that goes on has no end yet",
        ),
        (
            "retail",
            STOP,
            json!(["drop", morning]),
            "retail has every own row of supply_interruption",
        ),
    ] {
        seen(&rig, store, table, edit, truth);
    }
    rig.python("truths.py", ["."]).must(0);
}

/// Readings that name their meter: what hung elsewhere by then, what is lost, what nobody can tell.
#[test]
fn a_reading_that_goes_where_its_meter_went_is_seen() {
    let rig = Rig::with_sample(60);
    rig.bunri(["run", "job.toml"]).must(1);
    let of = |trap, retail| rig.planted(trap, SPOT, "meter_indication", retail)["key"].clone();
    let end = |trap, retail| rig.planted(trap, HUNG, "removed_on", retail);
    let (ours, theirs) = (
        end("meter-moved-away", "present"),
        end("meter-removed-later", "null"),
    );
    let foreign = "no reading out of turn is in retail of a day on which its meter hung at another";
    let lost = "no reading out of turn of the incumbent's customer is lost";
    let other = "retail has no other reading out of turn";
    for (store, table, edit, truth) in [
        (
            "retail",
            SPOT,
            json!(["add", of("meter-came", "absent")]),
            foreign,
        ),
        (
            "retail",
            SPOT,
            json!(["add", of("meter-at-two-points", "absent")]),
            foreign,
        ),
        (
            "retail",
            SPOT,
            json!(["add", of("meter-in-store", "absent")]),
            other,
        ),
        (
            "retail",
            SPOT,
            json!(["add", of("meter-installation-rejected", "absent")]),
            other,
        ),
        (
            "retail",
            SPOT,
            json!(["add", of("meter-overwritten", "absent")]),
            other,
        ),
        (
            "retail",
            SPOT,
            json!(["drop", of("meter-moved-away-corrected", "present")]),
            lost,
        ),
        (
            "retail",
            SPOT,
            json!(["drop", of("meter-final-reading", "present")]),
            lost,
        ),
        (
            "custody/quarantine",
            SPOT,
            json!(["drop", of("meter-in-store", "absent")]),
            "a reading out of turn waits for a person",
        ),
        (
            "retail",
            HUNG,
            json!(["drop", ours["key"]]),
            "retail has every own row of meter_installation",
        ),
        (
            "retail",
            HUNG,
            json!(["set", ours["key"], "removed_on", null]),
            "the day on which an own customer's meter was taken off is in retail",
        ),
        (
            "retail",
            HUNG,
            json!(["set", theirs["key"], "removed_on", theirs["staged"]]),
            "no day on which another supplier's meter was taken off",
        ),
    ] {
        seen(&rig, store, table, edit, truth);
    }
    rig.python("truths.py", ["."]).must(0);
}

const SPOT: &str = "meter_reading_spot";
const HUNG: &str = "meter_installation";
const SHEET: &str = "meter_reading_daily";
const STOP: &str = "supply_interruption";
