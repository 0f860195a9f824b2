//! docs/rules.md, section 3: whose a row is.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::super::world::{CodeDay, Rule, Table, Time, Value, Who, World};
use super::days::{days, until_cutover};
use super::lookup::Lookup;
use super::through::EveryDay;
use super::timeline::{Timeline, code};
use super::{Decided, Verdict, case};

/// Decides rows of one world, a table after its parents.
pub(super) struct Rows<'w> {
    pub(super) world: &'w World,
    pub(super) lookup: Lookup<'w>,
    /// The rows of the tables decided so far; [`None`] for a rejected row.
    pub(super) decided: Vec<Vec<Option<Decided>>>,
    /// How often each notion of the page decided something.
    pub(super) seen: RefCell<BTreeMap<String, u64>>,
}

impl<'w> Rows<'w> {
    pub(super) fn see(&self, notion: &str) {
        *self.seen.borrow_mut().entry(notion.to_owned()).or_default() += 1;
    }

    /// The row's ruled verdict.
    pub(super) fn ruled(&self, table: &Table, row: &[Value]) -> Verdict {
        let base = self.rule(table, row, &table.rule);
        match &table.known_at {
            Some(known_at) if base.who == Who::Own => self.written(table, row, known_at),
            _ => base,
        }
    }

    pub(super) fn rule(&self, table: &Table, row: &[Value], rule: &Rule) -> Verdict {
        let verdict = match rule {
            Rule::Ledger(time) => self.by_ledger(table, row, time),
            Rule::Code { column, trim, at } => self.code(table, row, (*column, *trim), *at),
            Rule::Parent { any, .. } => self.inherited(row, rule, *any),
            Rule::Cases {
                column,
                trim,
                cases,
            } => match case(&row[*column], *trim, cases) {
                Some(rule) => self.rule(table, row, rule),
                None if row[*column] == Value::Null => Verdict::undecided("case_missing"),
                None => Verdict::undecided("case_unlisted"),
            },
            Rule::All(rules) => self.several(table, row, rules, [Who::Other, Who::Own]),
            Rule::Any(rules) => self.several(table, row, rules, [Who::Own, Who::Other]),
            Rule::AllTransmission => Verdict::of(Who::Other),
            Rule::AllRetail => Verdict::of(Who::Own),
            Rule::Reference => Verdict::of(Who::Public),
        };
        self.see(&format!("{}: {:?}", kind(row, rule), verdict.who));
        verdict
    }

    /// The row's ledger key, unless a NULL is in it.
    pub(super) fn key(&self, table: &Table, row: &[Value]) -> Option<Vec<Value>> {
        let key: Vec<Value> = table
            .ledger_key
            .as_ref()?
            .iter()
            .map(|&column| row[column].clone())
            .collect();
        (!key.contains(&Value::Null)).then_some(key)
    }

    /// Of a key of the ledger that this table asks.
    pub(super) fn timeline_of(&self, table: &Table, key: &[Value]) -> Timeline<'w> {
        let mut entries = Vec::new();
        let ledger = self.world.ledger_of(table);
        for part in &ledger.parts {
            let rows = &self.world.tables[part.table].rows;
            for at in self.lookup.rows(part.table, &part.key, key) {
                entries.push((part, rows[at].as_slice()));
            }
        }
        Timeline::of((self.world, ledger), &entries)
    }

    fn by_ledger(&self, table: &Table, row: &[Value], time: &Time) -> Verdict {
        let (first, last) = match days(self.world, table, row, time) {
            Ok(days) => days,
            Err(reason) => return Verdict::undecided(reason),
        };
        let key = self.key(table, row);
        // What comes after the cutover is not yet.
        let cutover = self.world.limits.cutover;
        let timeline: Box<dyn EveryDay + '_> = match (&table.through, key) {
            (Some(through), key) => Box::new(self.wanderer(through, key.as_deref())),
            (None, Some(key)) => Box::new(self.timeline_of(table, &key)),
            (None, None) => return Verdict::undecided("not_in_ledger"),
        };
        let covering = timeline.during(first, until_cutover(first, last, cutover));
        let verdict = covering.unwrap_or(Verdict::undecided("period_spans_change"));
        if table.second {
            self.see(&format!("a second ledger: {:?}", verdict.who));
        }
        if table.through.is_some() {
            self.see(&format!("through another table: {:?}", verdict.who));
        }
        if first > cutover && verdict.who == Who::Own && timeline.first_of_segment(first) > cutover
        {
            self.see("a customer still to come");
            return Verdict::of(Who::Other);
        }
        if let Time::At { column, .. } = time
            && row[*column].day() != table.asked(*column, row).day()
        {
            self.see(&format!(
                "an end stamp of the day before: {:?}",
                verdict.who
            ));
        }
        if last > cutover {
            self.see("days after the cutover");
        }
        verdict
    }

    fn code(
        &self,
        table: &Table,
        row: &[Value],
        (column, trim): (usize, bool),
        at: CodeDay,
    ) -> Verdict {
        let day = match at {
            CodeDay::Never => None,
            CodeDay::Cutover => Some(self.world.limits.cutover),
            CodeDay::Column(column) => match table.asked(column, row).day() {
                None => return Verdict::undecided("date_missing"),
                day => day,
            },
        };
        code(self.world, &row[column], trim, day)
    }

    /// `all` and `any`: one rule that says the first decides; all must say the second.
    fn several(&self, table: &Table, row: &[Value], rules: &[Rule], says: [Who; 2]) -> Verdict {
        let verdicts: Vec<Verdict> = rules
            .iter()
            .map(|rule| self.rule(table, row, rule))
            .collect();
        let [one, all] = says;
        if verdicts.iter().any(|verdict| verdict.who == one) {
            return Verdict::of(one);
        }
        let undecided = verdicts
            .into_iter()
            .find(|verdict| verdict.who == Who::Undecided);
        undecided.unwrap_or(Verdict::of(all))
    }

    /// The parent table and its rows that count for a parent rule, rejected ones too: those that have begun, or all if none has.
    pub(super) fn parents(&self, row: &[Value], rule: &Rule) -> (usize, Vec<usize>) {
        let (table, all) = self.referred(row, rule);
        let parent = &self.world.tables[table];
        let has_begun = |at: &usize| {
            let row = &parent.rows[*at];
            row.contains(&Value::Misfit) || self.has_begun(parent, row, &parent.rule)
        };
        let begun: Vec<usize> = all.iter().copied().filter(has_begun).collect();
        if begun.is_empty() {
            if !all.is_empty() {
                self.see("parents: none has begun");
            }
            return (table, all);
        }
        if begun.len() < all.len() {
            self.see("parents: one has not begun");
        }
        (table, begun)
    }

    /// Whether a row has begun by the cutover.
    fn has_begun(&self, table: &Table, row: &[Value], rule: &Rule) -> bool {
        let cutover = self.world.limits.cutover;
        match rule {
            Rule::Ledger(time) => {
                days(self.world, table, row, time).map_or(true, |(first, _)| first <= cutover)
            }
            Rule::Code { at, .. } => match at {
                CodeDay::Column(column) => {
                    let day = table.asked(*column, row).day();
                    day.is_none_or(|day| day <= cutover)
                }
                CodeDay::Cutover | CodeDay::Never => true,
            },
            Rule::Parent { .. } => {
                let (at, all) = self.referred(row, rule);
                let parent = &self.world.tables[at];
                let begun = |&at: &usize| {
                    let row = &parent.rows[at];
                    row.contains(&Value::Misfit) || self.has_begun(parent, row, &parent.rule)
                };
                all.is_empty() || all.iter().any(begun)
            }
            Rule::Cases {
                column,
                trim,
                cases,
            } => case(&row[*column], *trim, cases)
                .is_none_or(|rule| self.has_begun(table, row, rule)),
            Rule::All(rules) => rules.iter().all(|rule| self.has_begun(table, row, rule)),
            Rule::Any(rules) => rules.iter().any(|rule| self.has_begun(table, row, rule)),
            Rule::AllTransmission | Rule::AllRetail | Rule::Reference => true,
        }
    }

    /// The parent table and all its rows that a parent rule refers to.
    pub(super) fn referred(&self, row: &[Value], rule: &Rule) -> (usize, Vec<usize>) {
        let Rule::Parent {
            table,
            key,
            references,
            ..
        } = rule
        else {
            return (0, Vec::new());
        };
        let values: Vec<Value> = key.iter().map(|&column| row[column].clone()).collect();
        if values.contains(&Value::Null) {
            return (*table, Vec::new());
        }
        (*table, self.lookup.rows(*table, references, &values))
    }

    fn inherited(&self, row: &[Value], rule: &Rule, any: bool) -> Verdict {
        let (table, parents) = self.parents(row, rule);
        let whose: Vec<Who> = parents
            .iter()
            .filter_map(|&at| Some(self.decided[table][at]?.verdict.who))
            .collect();
        let rejected = whose.len() < parents.len();
        let all = |who: Who| whose.iter().all(|one| *one == who);
        match whose.as_slice() {
            [] if !rejected => Verdict::undecided("parent_missing"),
            several if any && several.contains(&Who::Own) => Verdict::of(Who::Own),
            _ if rejected => Verdict::undecided("parent_rejected"),
            _ if all(Who::Own) => Verdict::of(Who::Own),
            _ if all(Who::Other) => Verdict::of(Who::Other),
            several if several.contains(&Who::Undecided) => Verdict::undecided("parent_undecided"),
            _ => Verdict::undecided("parents_disagree"),
        }
    }
}

/// A rule's kind, as it is counted.
fn kind(row: &[Value], rule: &Rule) -> &'static str {
    match rule {
        Rule::Ledger(Time::During {
            until, inclusive, ..
        }) => match (&row[*until], inclusive) {
            (Value::Moment(_), Some(false)) => "during, an exclusive timestamp",
            _ => "during",
        },
        Rule::Ledger(Time::At { after: 0, .. }) => "at",
        Rule::Ledger(Time::At { .. }) => "a later day of days",
        Rule::Ledger(Time::AtCutover) => "at the cutover",
        Rule::Ledger(Time::AtSlot { .. }) => "in a slot",
        Rule::Ledger(Time::Month(column)) => match row[*column] {
            Value::Int(_) => "month, a number",
            Value::Text(_) => "month, a text",
            _ => "month, a day",
        },
        Rule::Code { .. } => "column",
        Rule::Parent { any: false, .. } => "parent, all",
        Rule::Parent { any: true, .. } => "parent, any",
        Rule::Cases { .. } => "cases",
        Rule::All(_) => "all",
        Rule::Any(_) => "any",
        Rule::AllTransmission => "all_transmission",
        Rule::AllRetail => "all_retail",
        Rule::Reference => "reference",
    }
}
