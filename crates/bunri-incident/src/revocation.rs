//! What follows from the findings, as a list that a person signs off: nothing is revoked here.

use std::collections::{BTreeMap, BTreeSet};

use bunri_security::Outcome;

/// What is proposed of a kind of thing.
fn proposed(rule: &str) -> Option<(&'static str, &'static str)> {
    Some(match rule {
        "live_after_transfer" => ("account", "lock"),
        "shared_account" => ("account", "replace by personal accounts"),
        "old_password" => ("account", "renew the password"),
        "used_from_two_companies" | "terminal_of_other_company" => {
            ("account", "ask who used it, and lock until answered")
        }
        "terminal_in_wrong_room" | "terminal_without_room" => ("terminal", "lock and bring back"),
        "emergency_without_end" => ("grant", "revoke"),
        "emergency_too_long" | "emergency_outside_declaration" => {
            ("grant", "end with the declaration")
        }
        "emergency_without_declaration" => ("grant", "revoke"),
        "emergency_too_wide" => ("grant", "limit to what was declared"),
        "emergency_never_reviewed" => ("grant", "review"),
        "standing_right_of_other_company" => ("grant", "revoke"),
        _ => return None,
    })
}

/// The list as CSV: one line for each account, right or terminal, with every reason, and empty columns for whoever decides.
#[must_use]
pub fn revocations(outcome: &Outcome) -> String {
    let mut lines = BTreeMap::<(&str, &str), (BTreeSet<&str>, BTreeSet<&str>)>::new();
    for finding in &outcome.findings {
        let Some((kind, proposal)) = proposed(&finding.rule) else {
            continue;
        };
        if let Some(name) = finding.of.get(kind) {
            let (proposals, rules) = lines.entry((kind, name)).or_default();
            proposals.insert(proposal);
            rules.insert(&finding.rule);
        }
    }
    let mut text =
        String::from("kind,name,proposal,because,judged_on,approved,approver,approved_on,note\n");
    for ((kind, name), (proposals, rules)) in lines {
        let joined = |words: BTreeSet<&str>| words.into_iter().collect::<Vec<_>>().join("; ");
        let cells = [
            kind.to_owned(),
            name.to_owned(),
            joined(proposals),
            joined(rules),
            outcome.judged_on.clone(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str(",,,,\n");
    }
    text
}

/// A cell that no spreadsheet takes for a formula, and none for two.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bunri_security::Command;
    use bunri_security::rules::RULES;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        assert_eq!(quoted("a\",b"), "\"a\"\",b\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }

    #[test]
    fn every_rule_about_accounts_has_a_proposal_or_names_nobody() {
        let without = RULES
            .iter()
            .filter(|rule| rule.command == Command::Accounts && proposed(rule.name).is_none());
        assert_eq!(
            without.map(|rule| rule.name).collect::<Vec<_>>(),
            ["names_nobody"]
        );
    }
}
