//! Decisions beside the rows that they speak of: what they decide, and which of them decide nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use bunri_decisions::{Decisions, read_decisions};
use bunri_parse::load;

use bunri_types::Value;

use super::*;
use crate::Reason;

struct Keyed(&'static str, i64);

impl Row for Keyed {
    fn value(&self, column: usize) -> Value<'_> {
        match column {
            0 => Value::Int(self.1),
            _ => Value::Text(self.0),
        }
    }

    fn is_end_stamp(&self, _column: usize) -> bool {
        false
    }
}

const UNDECIDED: Verdict = Verdict::Undecided(Reason::LedgerGap);

/// The key is the text, then the number.
const KEY: [usize; 2] = [1, 0];

/// Decisions on consumers, whose key is a number, as a file says them from its second line on.
fn decided(lines: &[&str]) -> (Decisions, usize) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let catalogue = load(&repository.join("samples/catalogues/valid/every_rule")).unwrap();
    let table = catalogue
        .tables
        .iter()
        .position(|table| table.id == "consumer");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions.csv");
    let mut text = "table,key,ownership,basis,approver,date\n".to_owned();
    for line in lines {
        text.push_str(&format!("consumer,{line},on paper,governance,2026-05-12\n"));
    }
    std::fs::write(&file, text).unwrap();
    (read_decisions(&file, &catalogue).unwrap(), table.unwrap())
}

#[test]
fn keys_are_compared_part_by_part_in_key_order_and_by_value() {
    let key = [KeyPart::Text("b".to_owned()), KeyPart::Int(-2)];
    let at = |text, number| order(&key, &KEY, &Keyed(text, number));
    assert_eq!(at("b", -2), Ordering::Equal);
    assert_eq!(at("b", -10), Ordering::Greater);
    assert_eq!(at("b", 1), Ordering::Less);
    assert_eq!(at("a", 9), Ordering::Greater);
    assert_eq!(at("ba", -9), Ordering::Less);
}

#[test]
fn without_decisions_the_rules_stand() {
    let mut none = LastWords::new(&[], &KEY, false);
    for ruled in [Verdict::Own, Verdict::Other, UNDECIDED] {
        assert_eq!(none.last_word(&Keyed("a", 1), ruled), ruled);
    }
    none.finish();
    assert_eq!((none.applied, none.unused), ([0, 0], Vec::new()));
}

#[test]
fn only_an_undecided_row_is_decided_and_only_by_its_own_key() {
    let (decisions, table) = decided(&[
        "12,other", "11,own", "9,own", "8,other", "6,own", "5,other", "3,own", "2,own",
    ]);
    let mut words = LastWords::new(decisions.of(table), &[0], false);
    let mut say = |number, ruled| words.last_word(&Keyed("", number), ruled);
    assert_eq!(say(1, UNDECIDED), UNDECIDED, "nobody spoke of it");
    assert_eq!(say(2, UNDECIDED), Verdict::Own);
    assert_eq!(say(5, UNDECIDED), Verdict::Other, "3 is not staged");
    assert_eq!(say(6, Verdict::Other), Verdict::Other);
    assert_eq!(say(7, UNDECIDED), UNDECIDED);
    assert_eq!(say(8, Verdict::Own), Verdict::Own);
    assert_eq!(say(9, UNDECIDED), Verdict::Own);
    words.finish();
    assert_eq!(words.applied, [2, 1], "own, other");
    let unused = words.unused.iter().map(|unused| (unused.line, unused.why));
    assert_eq!(
        unused.collect::<Vec<_>>(),
        [
            (8, WhyUnused::NotStaged),
            (6, WhyUnused::NotUndecided),
            (5, WhyUnused::NotUndecided),
            (3, WhyUnused::NotStaged),
            (2, WhyUnused::NotStaged),
        ],
        "each by its line in the file"
    );
}

#[test]
fn of_the_retailers_own_records_own_may_be_said_although_the_rules_say_other() {
    let (decisions, table) = decided(&["1,own", "2,other", "3,own", "4,own"]);
    let mut words = LastWords::new(decisions.of(table), &[0], true);
    let mut say = |number, ruled| words.last_word(&Keyed("", number), ruled);
    assert_eq!(say(1, Verdict::Other), Verdict::Own);
    assert_eq!(say(2, Verdict::Other), Verdict::Other, "nothing is decided");
    assert_eq!(say(3, Verdict::Own), Verdict::Own, "nothing is decided");
    assert_eq!(say(4, UNDECIDED), Verdict::Own);
    words.finish();
    assert_eq!(words.applied, [2, 0], "own, other");
    let unused: Vec<_> = words.unused.iter().map(|unused| unused.why).collect();
    assert_eq!(unused, [WhyUnused::NotUndecided; 2]);
}
