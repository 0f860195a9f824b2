//! The last that is still allowed: `valid/minimal` with one change that stands just inside a rule. Its neighbours
//! just outside are in `invalid/`.

use std::fs;

use bunri_catalogue::{Bound, Catalogue, Condition};
use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::minimal;

/// `valid/minimal` with one table file written anew.
fn with_table(file: &str, text: &str) -> Result<Catalogue, Problems> {
    let folder = minimal();
    fs::write(folder.path().join("tables").join(file), text).unwrap();
    load(folder.path())
}

/// `valid/minimal` with its readings edited.
fn with_readings(edit: impl Fn(String) -> String) -> Result<Catalogue, Problems> {
    let folder = minimal();
    let text = fs::read_to_string(folder.path().join("tables/meter_reading.toml")).unwrap();
    with_table("meter_reading.toml", &edit(text))
}

fn accepted(catalogue: Result<Catalogue, Problems>) -> Catalogue {
    catalogue.unwrap_or_else(|problems| panic!("{problems}"))
}

const CONDITION: &str = "[[when]]
if = { column = \"usage_kwh\", at_least = \"500\" }
rows = [\"own\"]
change = { own_customer = \"transmission_only\" }
basis = \"sample\"

";

#[test]
fn six_conditions_are_not_yet_too_many() {
    let catalogue = accepted(with_readings(|text| {
        text.replacen("[columns]", &format!("{}[columns]", CONDITION.repeat(6)), 1)
    }));
    assert_eq!(catalogue.table("meter_reading").unwrap().when.len(), 6);
}

/// A note of a reading, whose period begins on a day that the source writes in another form.
const NOTE: &str = "table = \"reading_note\"
key = \"none\"
rows = { all = [{ by = \"ledger\", at = \"written_on\" }, { by = \"parent\", table = \"meter_reading\", \
key = [\"supply_point_id\", \"period\"], references = [\"supply_point_id\", \"period_from\"], match = \"all\" }] }
known_at = { column = \"written_on\" }

[columns]
supply_point_id = \"own_customer\"
period = \"own_customer\"
written_on = \"own_customer\"

[types]
period = \"date(YYYYMMDD)\"
written_on = \"date(YYYY/MM/DD)\"
";

#[test]
fn a_child_may_write_its_dates_in_another_form_than_its_parent() {
    accepted(with_table("reading_note.toml", NOTE));
}

#[test]
fn parents_come_before_their_children_also_when_a_parent_rule_is_one_of_several() {
    let second = NOTE
        .replace("reading_note", "a_note_of_a_note")
        .replace("\"meter_reading\"", "\"reading_note\"")
        .replace("\"period_from\"", "\"period\"");
    let folder = minimal();
    fs::write(folder.path().join("tables/reading_note.toml"), NOTE).unwrap();
    fs::write(folder.path().join("tables/second.toml"), second).unwrap();
    let catalogue = accepted(load(folder.path()));
    let order = catalogue.parents_first();
    let named: Vec<&str> = order
        .iter()
        .map(|&at| catalogue.tables[at].id.as_str())
        .collect();
    assert_eq!(
        named,
        [
            "code_retailer",
            "meter_reading",
            "supply_period",
            "reading_note",
            "a_note_of_a_note"
        ],
        "a name that sorts first does not come first"
    );
    let depths: Vec<usize> = order.iter().map(|&at| catalogue.depth(at)).collect();
    assert_eq!(depths, [0, 0, 0, 1, 2]);
}

/// `valid/minimal` with other incumbent codes.
fn with_incumbent(codes: &str) -> Result<Catalogue, Problems> {
    let folder = minimal();
    let file = folder.path().join("catalogue.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("{ code = \"99010\" }", codes, 1)).unwrap();
    load(folder.path())
}

#[test]
fn a_code_may_pass_from_one_period_to_the_next_day() {
    let passed =
        "{ code = \"99010\", until = \"2020-03-31\" }, { code = \"99010\", from = 2020-04-01 }";
    assert_eq!(accepted(with_incumbent(passed)).incumbent.len(), 2);
}

#[test]
fn a_code_may_be_valid_for_one_day() {
    let one = "{ code = \"99010\", from = \"2020-04-01\", until = \"2020-04-01\" }";
    let catalogue = accepted(with_incumbent(one));
    assert_eq!(catalogue.incumbent[0].from, catalogue.incumbent[0].until);
}

#[test]
fn a_bound_may_have_eighteen_digits_on_either_side_of_zero() {
    let catalogue = accepted(with_readings(|text| {
        let condition = CONDITION.replace("\"500\"", "\"-99999999999999999.9\"");
        text.replacen("[columns]", &format!("{condition}[columns]"), 1)
            .replace("decimal(12,1)", "decimal(18,1)")
    }));
    let when = &catalogue.table("meter_reading").unwrap().when[0];
    let at_least = Some(Bound::Unscaled(-999_999_999_999_999_999));
    let below = None;
    assert_eq!(when.condition, Condition::Within { at_least, below });
}

#[test]
fn a_bound_may_be_a_whole_number_without_quotes() {
    let catalogue = accepted(with_readings(|text| {
        let condition = CONDITION.replace("at_least = \"500\"", "below = -3");
        text.replacen("[columns]", &format!("{condition}[columns]"), 1)
    }));
    let when = &catalogue.table("meter_reading").unwrap().when[0];
    let (at_least, below) = (None, Some(Bound::Unscaled(-30)));
    assert_eq!(when.condition, Condition::Within { at_least, below });
}

#[test]
fn a_class_without_a_basis_is_named_unless_it_is_of_a_public_code() {
    let catalogue = accepted(with_readings(|text| {
        text.replace(
            "usage_kwh = \"own_customer\"",
            "usage_kwh = { class = \"own_customer\", basis = \"guideline\" }",
        )
    }));
    let unfounded = catalogue.without_basis();
    let readings = unfounded
        .iter()
        .filter(|name| name.starts_with("meter_reading."));
    assert_eq!(readings.count(), 4, "{unfounded:?}");
    assert!(
        unfounded
            .iter()
            .all(|name| name != "meter_reading.usage_kwh")
    );
    assert!(
        unfounded
            .iter()
            .all(|name| !name.starts_with("code_retailer."))
    );
}
