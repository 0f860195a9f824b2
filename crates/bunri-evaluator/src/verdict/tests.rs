//! The words, and the page that lists them.

use super::*;

#[test]
fn the_reasons_are_those_of_the_rules() {
    let rules = include_str!("../../../../docs/rules.md");
    let (_, list) = rules.split_once("## 6. Reasons").unwrap_or_default();
    let list = list.split("\n## ").next().unwrap_or_default();
    let mut words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
    words.extend([RETAIL_ONLY_OF_OTHER, HOLD]);
    assert!(words.iter().all(|word| list.contains(&format!("`{word}`"))));
    assert_eq!(list.matches('`').count() / 2, words.len());
}
