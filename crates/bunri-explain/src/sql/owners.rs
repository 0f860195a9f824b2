//! Owner keys (docs/rules.md, section 4): whose timelines are asked for a row that has no ledger key of its own.

use std::collections::BTreeSet;

use bunri_catalogue::{Compare, KnownAt, Match, RowRule, Table};
use bunri_types::ValueType;

use super::Script;
use super::combine::is_case;
use super::facts::{Fact, NO_DAY};
use super::rules::counted;
use super::select::Select;
use super::text::{case, name};

/// The condition that every row meets.
pub(super) const ALWAYS: &str = "true";

/// A parent rule whose parents are asked for their owner keys, if the row is of its case.
pub(super) struct OwnerRule<'a> {
    pub(super) parent: usize,
    pub(super) key: &'a [usize],
    pub(super) references: &'a [usize],
    pub(super) matching: Match,
    cases: Vec<(usize, Compare, &'a str)>,
}

/// The parent rules of a table, in the order written: of a row counts the first that is asked of it.
pub(super) fn owner_rules(table: &Table) -> Vec<OwnerRule<'_>> {
    let mut rules = Vec::new();
    collect(&table.rows, &[], &mut rules);
    // Behind a rule that is asked of every row no other is ever the first.
    let first = rules.iter().position(|rule| rule.cases.is_empty());
    if let Some(first) = first {
        rules.truncate(first + 1);
    }
    rules
}

fn collect<'a>(
    rule: &'a RowRule,
    within: &[(usize, Compare, &'a str)],
    rules: &mut Vec<OwnerRule<'a>>,
) {
    match rule {
        RowRule::Parent {
            table,
            key,
            references,
            matching,
        } => rules.push(OwnerRule {
            parent: *table,
            key,
            references,
            matching: *matching,
            cases: within.to_vec(),
        }),
        RowRule::All(parts) | RowRule::Any(parts) => {
            parts.iter().for_each(|part| collect(part, within, rules));
        }
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            for (value, rule) in cases {
                let mut within = within.to_vec();
                within.push((*column, *compare, value));
                collect(rule, &within, rules);
            }
        }
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => {}
    }
}

impl OwnerRule<'_> {
    /// Whether the rule is asked of the row `alias`.
    pub(super) fn is_asked(&self, table: &Table, alias: &str) -> String {
        let cases: Vec<String> = self
            .cases
            .iter()
            .map(|&(column, compare, value)| is_case(table, alias, column, compare, value))
            .collect();
        if cases.is_empty() {
            ALWAYS.to_owned()
        } else {
            cases.join(" AND ")
        }
    }
}

impl Script<'_> {
    /// The columns of an owner key: `bunri_point`, or `bunri_point_1`, …
    pub(super) fn owner_points(&self) -> Vec<String> {
        self.points().iter().map(|point| self.own(point)).collect()
    }

    /// Whether `parent` is a parent of what holds `keys`.
    pub(super) fn is_parent(&self, rule: &OwnerRule<'_>, parent: &str, keys: &[String]) -> String {
        let table = &self.catalogue.tables[rule.parent];
        let same: Vec<String> = rule
            .references
            .iter()
            .zip(keys)
            .map(|(&column, key)| format!("{parent}.{} = {key}", name(&table.columns[column].name)))
            .collect();
        same.join(" AND ")
    }

    /// Whether rows of this table look for owner keys above them, for themselves or for their children.
    fn looks_above(&self, table: &Table) -> bool {
        let is_asked = matches!(table.known_at, KnownAt::Column { .. });
        table.ledger_key.is_none() && (is_asked || !self.asked_by(table).is_empty())
    }

    /// The columns by which others look for the owner keys of this table's rows; none where nobody does.
    fn asked_by(&self, table: &Table) -> BTreeSet<usize> {
        let is_this = |rule: &OwnerRule<'_>| self.catalogue.tables[rule.parent].id == table.id;
        let tables = self.catalogue.tables.iter();
        let rules = tables.flat_map(|child| {
            let mut rules = owner_rules(child);
            rules.retain(is_this);
            // Asked last: only children of this table are followed down.
            if !rules.is_empty() && !self.looks_above(child) {
                rules.clear();
            }
            rules
        });
        rules
            .flat_map(|rule| rule.references.iter().copied())
            .collect()
    }

    /// Whether the owner keys of this table's rows come with days.
    pub(super) fn gives_days(&self, table: &Table) -> bool {
        // Of a key through another table nobody asks (the catalogue's check).
        if table.ledger_key.is_some() {
            return has_days(&table.rows);
        }
        let mut rules = owner_rules(table).into_iter();
        rules.any(|rule| self.gives_days(&self.catalogue.tables[rule.parent]))
    }

    /// Whether somebody asks for the owner keys of this table's rows.
    pub(super) fn has_owners(&self, table: &Table) -> bool {
        !self.asked_by(table).is_empty()
    }

    /// The owner keys of the parents that count.
    pub(super) fn counted_owners(&self, rule: &OwnerRule<'_>) -> String {
        let table = &self.catalogue.tables[rule.parent];
        let owners = format!("owners.{}", name(&table.id));
        if !self.may_be_to_come(table) {
            return owners;
        }
        let columns = rule.references.iter();
        let columns: Vec<String> = columns
            .map(|&column| name(&table.columns[column].name))
            .collect();
        let to_come = self.own(Fact::ToCome.noun());
        counted(&owners, &to_come, &columns.join(", "))
    }

    /// The columns of `owners.<table>` beside the keys: the days of an own row that a key comes from, and whether the row has
    /// not begun; each with its value of a rejected row.
    fn owner_facts(&self, table: &Table) -> Vec<(Fact, &'static str)> {
        let mut facts = Vec::new();
        if self.gives_days(table) {
            facts.extend([(Fact::FirstDay, "NULL"), (Fact::NextDay, "NULL")]);
        }
        if self.may_be_to_come(table) {
            facts.push((Fact::ToCome, "false"));
        }
        facts
    }

    /// The view `owners.<table>`, if somebody asks for it.
    pub(super) fn owners(&mut self, table: &Table) {
        let referred: Vec<String> = self
            .asked_by(table)
            .into_iter()
            .map(|column| name(&table.columns[column].name))
            .collect();
        if referred.is_empty() {
            return;
        }
        let points = self.owner_points();
        let (joins, keys, days) = self.owner_keys(table);
        let mut what: Vec<String> = referred
            .iter()
            .map(|column| format!("t.{column}"))
            .collect();
        what.extend(
            keys.iter()
                .zip(&points)
                .map(|(key, point)| format!("{key} AS {point}")),
        );
        what.extend(days);
        let id = name(&table.id);
        let facts = self.owner_facts(table);
        if facts.iter().any(|(fact, _)| *fact == Fact::ToCome) {
            what.push(format!("t.{}", self.own(Fact::ToCome.noun())));
        }
        let staged = Select {
            what,
            from: format!("decided.{id} AS t"),
            joins,
            ..Select::default()
        };
        let mut unknown: Vec<&str> = points.iter().map(|_| "NULL").collect();
        unknown.extend(facts.iter().map(|(_, rejected)| rejected));
        self.say("The owner keys of its rows; of a rejected row nobody knows whose it is, whatever can be read of it.");
        self.statement(&format!(
            "CREATE VIEW owners.{id} AS\n{staged}\nUNION ALL\nSELECT {}, {} FROM rejects.{id}",
            referred.join(", "),
            unknown.join(", ")
        ));
    }

    /// The joins to where the owner key of a row `t` is, its columns, and its days where it has some.
    fn owner_keys(&self, table: &Table) -> (Vec<String>, Vec<String>, Vec<String>) {
        let days = [Fact::FirstDay, Fact::NextDay].map(|fact| self.own(fact.noun()));
        if let Some(key) = &table.ledger_key {
            let column = |&column: &usize| format!("t.{}", name(&table.columns[column].name));
            let heard = self.may_be_decided(table);
            let by_rules = self.own(if heard { "ruled" } else { "verdict" });
            let own =
                |day: String| format!("CASE WHEN t.{by_rules} = 'own' THEN t.{day} END AS {day}");
            let days = self.gives_days(table).then(|| days.map(own).to_vec());
            return (
                Vec::new(),
                key.iter().map(column).collect(),
                days.unwrap_or_default(),
            );
        }
        let rules = owner_rules(table);
        let alias = |at: usize| match rules.len() {
            1 => "parent".to_owned(),
            _ => format!("parent_{}", at + 1),
        };
        let mut joins = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let keys: Vec<String> = rule
                .key
                .iter()
                .map(|&column| format!("t.{}", name(&table.columns[column].name)))
                .collect();
            let mut on = self.is_parent(rule, &alias(at), &keys);
            let asked = rule.is_asked(table, "t");
            if asked != ALWAYS {
                on.push_str(&format!(" AND {asked}"));
            }
            let owners = self.counted_owners(rule);
            joins.push(format!("LEFT JOIN {owners} AS {}\n  ON {on}", alias(at)));
        }
        let with_days = |at: usize| self.gives_days(&self.catalogue.tables[rules[at].parent]);
        let day = |day: String| {
            // The first that is asked counts, also where it has no days.
            let value = |at: usize| match with_days(at) {
                true => format!("{}.{day}", alias(at)),
                false => NO_DAY.to_owned(),
            };
            let arms: Vec<(String, String)> = rules
                .iter()
                .enumerate()
                .map(|(at, rule)| (rule.is_asked(table, "t"), value(at)))
                .collect();
            match arms.as_slice() {
                [(asked, value)] if asked == ALWAYS => format!("{value} AS {day}"),
                _ => format!("{} AS {day}", case(&arms, NO_DAY)),
            }
        };
        let days = self.gives_days(table).then(|| days.map(day).to_vec());
        let key = |(point, kind): (&String, String)| {
            let arms: Vec<(String, String)> = rules
                .iter()
                .enumerate()
                .map(|(at, rule)| (rule.is_asked(table, "t"), format!("{}.{point}", alias(at))))
                .collect();
            match arms.as_slice() {
                [(asked, key)] if asked == ALWAYS => key.clone(),
                _ => case(&arms, &format!("CAST(NULL AS {kind})")),
            }
        };
        let points = self.owner_points();
        let keys = points.iter().zip(self.point_types()).map(key).collect();
        (joins, keys, days.unwrap_or_default())
    }

    /// The types of a point's columns: text or int.
    fn point_types(&self) -> Vec<String> {
        let ledger = self.ledger();
        let parts = ledger.tables.first().into_iter();
        let columns = parts.flat_map(|part| {
            let columns = &self.catalogue.tables[part.table].columns;
            part.key.iter().map(move |&key| columns[key].value_type)
        });
        columns
            .map(|value_type| match value_type {
                ValueType::Int => "BIGINT".to_owned(),
                ValueType::Text
                | ValueType::Decimal { .. }
                | ValueType::Real
                | ValueType::Date(_)
                | ValueType::Timestamp
                | ValueType::Bool
                | ValueType::Bytes => "VARCHAR".to_owned(),
            })
            .collect()
    }
}

/// Whether a rule may ask the ledger for days that an own row speaks of.
fn has_days(rule: &RowRule) -> bool {
    match rule {
        RowRule::Ledger(_) => true,
        RowRule::All(rules) => rules.iter().any(has_days),
        RowRule::Cases { cases, .. } => cases.iter().any(|(_, rule)| has_days(rule)),
        RowRule::Any(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => false,
    }
}
