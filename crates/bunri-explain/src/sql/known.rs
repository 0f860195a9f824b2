//! `known_at` (docs/rules.md, section 3): who supplied on the day on which a row was written.

use super::Script;
use super::rules::{Answer, At, numbered, within};
use super::select::{Select, Steps};
use super::text::{case, name};
use bunri_catalogue::{KnownAt, LedgerTime, Match, RowRule, Table};

impl Script<'_> {
    /// The day of writing and the supplier on it; [`None`] where nobody asks. The verdict is the supplier's.
    pub(super) fn supplier(&self, table: &Table, steps: &mut Steps) -> Option<Answer> {
        let KnownAt::Column { column, .. } = table.known_at else {
            return None;
        };
        let at = At {
            table,
            number: None,
        };
        let known = self.own("known");
        let mut answer = Answer {
            asked: vec![format!("{} AS {known}", at.day(column))],
            joins: Vec::new(),
            verdict: "supplier.verdict".to_owned(),
        };
        let parent = table.rows.direct().iter().find_map(parent_rule);
        if table.ledger_key.is_some() {
            answer.joins = self.segment(table, "supplier", &format!("t.{known}"));
        } else if let Some(rule) = parent
            && self.reaches_ledger(rule.parent)
        {
            answer.joins = vec![self.suppliers(table, &rule, steps)];
        } else {
            answer.verdict = "'undecided'".to_owned();
        }
        Some(answer)
    }

    /// Whether the rows of a table, or the parents that its first parent rule names, hold the ledger's key.
    fn reaches_ledger(&self, table: usize) -> bool {
        let table = &self.catalogue.tables[table];
        let above = || table.rows.direct().iter().find_map(parent_rule);
        table.ledger_key.is_some() || above().is_some_and(|rule| self.reaches_ledger(rule.parent))
    }

    /// Step `suppliers`: the answer for every key and day that rows ask with, and the join to it.
    fn suppliers(&self, table: &Table, rule: &ParentRule<'_>, steps: &mut Steps) -> String {
        let known = self.own("known");
        let keys = numbered("key", rule.key.len());
        let columns: Vec<String> = rule
            .key
            .iter()
            .map(|&column| name(&table.columns[column].name))
            .collect();
        let distinct: Vec<String> = columns
            .iter()
            .zip(&keys)
            .map(|(column, key)| format!("{column} AS {key}"))
            .collect();
        let (joins, point) = self.owners(rule);
        let asked: Vec<String> = keys.iter().map(|key| format!("a.{key}")).collect();
        let asked = asked.join(", ");
        let same: Vec<String> = self
            .points()
            .iter()
            .zip(&point)
            .map(|(point, column)| format!("s.{point} = {column}"))
            .collect();
        let segments = format!(
            "LEFT JOIN ledger.segments AS s\n  ON {} AND {}",
            same.join(" AND "),
            within("s", "a.known")
        );
        let query = Select {
            what: vec![
                asked.clone(),
                "a.known".to_owned(),
                format!("{} AS verdict", whose(rule.matching)),
            ],
            from: format!(
                "(SELECT DISTINCT {}, {known} AS known FROM asked) AS a",
                distinct.join(", ")
            ),
            joins: joins.into_iter().chain([segments]).collect(),
            tail: vec![format!("GROUP BY {asked}, a.known")],
            ..Select::default()
        };
        let says = "Who supplied the points of the parents on the day of writing; a parent without a point is undecided.";
        steps.add("suppliers", says, query);
        let mut on: Vec<String> = columns
            .iter()
            .zip(&keys)
            .map(|(column, key)| format!("supplier.{key} = t.{column}"))
            .collect();
        on.push(format!("supplier.known = t.{known}"));
        format!("LEFT JOIN suppliers AS supplier\n  ON {}", on.join(" AND "))
    }

    /// From the parents up to the first table that holds the ledger's key: the joins, and the columns of that key.
    fn owners(&self, rule: &ParentRule<'_>) -> (Vec<String>, Vec<String>) {
        let mut joins = Vec::new();
        let mut below: Vec<String> = numbered("a.key", rule.key.len());
        let mut next = Some(*rule);
        while let Some(rule) = next {
            let table = &self.catalogue.tables[rule.parent];
            let alias = format!("parent_{}", joins.len() + 1);
            let referred =
                |&column: &usize| format!("{alias}.{}", name(&table.columns[column].name));
            // Of a rejected row nobody knows of which point it is, whatever can be read of it.
            let rejected = self.own("unreadable");
            let column = |column: &usize| {
                format!(
                    "CASE WHEN {alias}.{rejected} IS NULL THEN {} END",
                    referred(column)
                )
            };
            let on: Vec<String> = rule
                .references
                .iter()
                .zip(&below)
                .map(|(reference, below)| format!("{} = {below}", referred(reference)))
                .collect();
            // Without any parent there is no answer; a parent without parents of its own counts as undecided.
            let join = if joins.is_empty() {
                "JOIN"
            } else {
                "LEFT JOIN"
            };
            joins.push(format!(
                "{join} (SELECT *, CAST(NULL AS BOOLEAN) AS {rejected} FROM staging.{id}\n  \
                 UNION ALL BY NAME SELECT * FROM rejects.{id}) AS {alias} ON {}",
                on.join(" AND "),
                id = name(&table.id),
            ));
            if let Some(key) = &table.ledger_key {
                return (joins, key.iter().map(column).collect());
            }
            next = table.rows.direct().iter().find_map(parent_rule);
            below = next.iter().flat_map(|rule| rule.key).map(column).collect();
        }
        (joins, Vec::new())
    }

    /// The verdict after `known_at`.
    pub(super) fn last_word(&self, table: &Table, base: &str) -> String {
        let KnownAt::Column { grace_days, .. } = table.known_at else {
            return base.to_owned();
        };
        let (known, supplier, end) = (self.own("known"), self.own("supplier"), self.own("own_end"));
        let arm = |when: String, then: &str| (when, then.to_owned());
        let mut arms = vec![
            arm(format!("{known} IS NULL"), "'known_at_missing'"),
            arm(format!("{supplier} = 'own'"), base),
        ];
        if graced(table).is_some() {
            let within = format!(
                "{supplier} = 'other' AND {base} = 'own'\n  AND {known} >= {end} AND {known} < {end} + {grace_days}"
            );
            arms.push(arm(within, "'own'"));
        }
        arms.push(arm(format!("{supplier} = 'other'"), "'other'"));
        let why = if table.ledger_key.is_some() {
            format!("coalesce({supplier}, 'not_in_ledger')")
        } else {
            "'known_at_undecided'".to_owned()
        };
        case(&arms, &why)
    }
}

/// The number (from 1) of the one `during` rule whose end begins a grace, if there is a grace.
pub(super) fn graced(table: &Table) -> Option<usize> {
    let KnownAt::Column {
        grace_days: 1.., ..
    } = table.known_at
    else {
        return None;
    };
    let mut during = table
        .rows
        .direct()
        .iter()
        .enumerate()
        .filter(|(_, rule)| matches!(rule, RowRule::Ledger(LedgerTime::During { .. })));
    let first = during.next().map(|(at, _)| at + 1);
    first.filter(|_| during.next().is_none())
}

/// How the answers of several points are one.
fn whose(matching: Match) -> String {
    let count = |whose: &str| format!("count(*) FILTER (WHERE s.verdict = '{whose}')");
    let arms = match matching {
        Match::All => [
            (format!("{} > 0", count("other")), "'other'".to_owned()),
            (format!("{} = count(*)", count("own")), "'own'".to_owned()),
        ],
        Match::Any => [
            (format!("{} > 0", count("own")), "'own'".to_owned()),
            (
                format!("{} = count(*)", count("other")),
                "'other'".to_owned(),
            ),
        ],
    };
    case(&arms, "'undecided'")
}

/// A parent rule, taken apart.
#[derive(Clone, Copy)]
struct ParentRule<'a> {
    parent: usize,
    key: &'a [usize],
    references: &'a [usize],
    matching: Match,
}

fn parent_rule(rule: &RowRule) -> Option<ParentRule<'_>> {
    match rule {
        RowRule::Parent {
            table,
            key,
            references,
            matching,
        } => Some(ParentRule {
            parent: *table,
            key,
            references,
            matching: *matching,
        }),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::All(_)
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => None,
    }
}
