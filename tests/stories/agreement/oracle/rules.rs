//! docs/rules.md, sections 2 and 3: whose a row is, and what the next supplier knew.

use super::super::world::{CodeDay, Rule, Table, Value, Who, World};
use super::Verdict;
use super::lookup::Lookup;
use super::timeline::{FOREVER, Timeline, code, is_open};

/// Decides rows of one world, a table after its parents.
pub(super) struct Rows<'w> {
    pub(super) world: &'w World,
    pub(super) lookup: Lookup<'w>,
    /// Final verdicts of the tables decided so far; [`None`] for a rejected row.
    pub(super) decided: Vec<Vec<Option<Verdict>>>,
}

impl<'w> Rows<'w> {
    /// The row's verdict after `known_at`.
    pub(super) fn last_word(&self, table: &Table, row: &[Value]) -> Verdict {
        let base = self.rule(table, row, &table.rule);
        let Some((column, grace)) = table.known_at else {
            return base;
        };
        let Some(known) = row[column].day() else {
            return Verdict::undecided("known_at_missing");
        };
        if table.ledger_key.is_some() {
            let timeline = self.timeline(table, row);
            let on_that_day = timeline.map(|timeline| timeline.on(known));
            let supplied = on_that_day.unwrap_or(Verdict::undecided("not_in_ledger"));
            if supplied.who == Who::Undecided {
                return supplied;
            }
        }
        match self.supplier_on(table, row, known) {
            Who::Own => base,
            Who::Other if base.who == Who::Own && self.within_grace(table, row, known, grace) => {
                base
            }
            Who::Other => Verdict::of(Who::Other),
            _ => Verdict::undecided("known_at_undecided"),
        }
    }

    fn rule(&self, table: &Table, row: &[Value], rule: &Rule) -> Verdict {
        match rule {
            Rule::During {
                from,
                until,
                inclusive,
            } => {
                let inclusive = inclusive.unwrap_or(self.world.ledger.inclusive);
                self.during(table, row, row[*from].day(), row[*until].day(), inclusive)
            }
            Rule::At(column) => self.at(table, row, row[*column].day()),
            Rule::AtCutover => self.at(table, row, Some(self.world.limits.cutover)),
            Rule::AtSlot { date, slot } => match row[*slot] {
                Value::Int(1..=48) => self.at(table, row, row[*date].day()),
                _ => Verdict::undecided("slot_invalid"),
            },
            Rule::Code { column, trim, at } => self.code(row, *column, *trim, *at),
            Rule::Parent { any, .. } => self.inherited(row, rule, *any),
            Rule::All(rules) => self.all(table, row, rules),
            Rule::AllTransmission => Verdict::of(Who::Other),
            Rule::AllRetail => Verdict::of(Who::Own),
            Rule::Reference => Verdict::of(Who::Public),
        }
    }

    /// The row's ledger key, unless a NULL is in it.
    fn key(&self, table: &Table, row: &[Value]) -> Option<Vec<Value>> {
        let key: Vec<Value> = table
            .ledger_key
            .as_ref()?
            .iter()
            .map(|&column| row[column].clone())
            .collect();
        (!key.contains(&Value::Null)).then_some(key)
    }

    fn timeline(&self, table: &Table, row: &[Value]) -> Option<Timeline<'w>> {
        self.key(table, row).map(|key| self.timeline_of(&key))
    }

    fn timeline_of(&self, key: &[Value]) -> Timeline<'w> {
        let ledger = &self.world.ledger;
        Timeline::of(
            self.world,
            &self.lookup.rows(ledger.table, &ledger.key, key),
        )
    }

    fn at(&self, table: &Table, row: &[Value], day: Option<i64>) -> Verdict {
        let Some(day) = day else {
            return Verdict::undecided("date_missing");
        };
        match self.timeline(table, row) {
            None => Verdict::undecided("not_in_ledger"),
            Some(timeline) => timeline.on(day),
        }
    }

    fn during(
        &self,
        table: &Table,
        row: &[Value],
        from: Option<i64>,
        until: Option<i64>,
        inclusive: bool,
    ) -> Verdict {
        let last = match until {
            _ if is_open(self.world, until) => Some(FOREVER),
            Some(until) if inclusive => Some(until),
            Some(until) => Some(until - 1),
            None => None,
        };
        let (Some(from), Some(last)) = (from, last) else {
            return Verdict::undecided("date_missing");
        };
        if last < from {
            return Verdict::undecided("period_reversed");
        }
        match self.timeline(table, row) {
            None => Verdict::undecided("not_in_ledger"),
            Some(timeline) => timeline
                .during(from, last)
                .unwrap_or(Verdict::undecided("period_spans_change")),
        }
    }

    fn code(&self, row: &[Value], column: usize, trim: bool, at: CodeDay) -> Verdict {
        let day = match at {
            CodeDay::Never => None,
            CodeDay::Cutover => Some(self.world.limits.cutover),
            CodeDay::Column(column) => match row[column].day() {
                None => return Verdict::undecided("date_missing"),
                day => day,
            },
        };
        code(self.world, &row[column], trim, day)
    }

    fn all(&self, table: &Table, row: &[Value], rules: &[Rule]) -> Verdict {
        let verdicts: Vec<Verdict> = rules
            .iter()
            .map(|rule| self.rule(table, row, rule))
            .collect();
        if verdicts.iter().any(|verdict| verdict.who == Who::Other) {
            return Verdict::of(Who::Other);
        }
        let undecided = verdicts
            .into_iter()
            .find(|verdict| verdict.who == Who::Undecided);
        undecided.unwrap_or(Verdict::of(Who::Own))
    }

    /// The parent table and its rows that a parent rule refers to, rejected ones too.
    fn parents(&self, row: &[Value], rule: &Rule) -> (usize, Vec<usize>) {
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
            .filter_map(|&at| Some(self.decided[table][at]?.who))
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

    fn supplier_on(&self, table: &Table, row: &[Value], day: i64) -> Who {
        if table.ledger_key.is_some() {
            return self
                .timeline(table, row)
                .map_or(Who::Undecided, |timeline| timeline.on(day).who);
        }
        let Some(rule @ Rule::Parent { any, .. }) = first_parent_rule(table) else {
            return Who::Undecided;
        };
        let (parent, parents) = self.parents(row, rule);
        let whose: Vec<Who> = parents
            .iter()
            .flat_map(|&at| {
                self.owner_keys(
                    &self.world.tables[parent],
                    &self.world.tables[parent].rows[at],
                )
            })
            .map(|key| key.map_or(Who::Undecided, |key| self.timeline_of(&key).on(day).who))
            .collect();
        let (some, all) = (
            |who| whose.contains(&who),
            |who| whose.iter().all(|one| *one == who),
        );
        match any {
            _ if whose.is_empty() => Who::Undecided,
            false if some(Who::Other) => Who::Other,
            false if some(Who::Undecided) => Who::Undecided,
            false => Who::Own,
            true if some(Who::Own) => Who::Own,
            true if all(Who::Other) => Who::Other,
            true => Who::Undecided,
        }
    }

    /// The owner keys of a row; [`None`] among them for one that is missing or holds a NULL.
    fn owner_keys(&self, table: &Table, row: &[Value]) -> Vec<Option<Vec<Value>>> {
        if row.contains(&Value::Misfit) {
            return vec![None];
        }
        if table.ledger_key.is_some() {
            return vec![self.key(table, row)];
        }
        let Some(rule) = first_parent_rule(table) else {
            return vec![None];
        };
        let (parent, parents) = self.parents(row, rule);
        if parents.is_empty() {
            return vec![None];
        }
        let parent = &self.world.tables[parent];
        parents
            .iter()
            .flat_map(|&at| self.owner_keys(parent, &parent.rows[at]))
            .collect()
    }

    fn within_grace(&self, table: &Table, row: &[Value], known: i64, grace: i64) -> bool {
        let during: Vec<usize> = table
            .rule
            .direct()
            .iter()
            .filter_map(|rule| match rule {
                Rule::During { from, .. } => Some(*from),
                _ => None,
            })
            .collect();
        let ([from], Some(timeline)) = (during.as_slice(), self.timeline(table, row)) else {
            return false;
        };
        // The base is own, so the period has a first day, and one own segment covers it.
        let end = row[*from]
            .day()
            .map_or(FOREVER, |day| timeline.end_of_segment(day));
        end <= known && known < end + grace
    }
}

fn first_parent_rule(table: &Table) -> Option<&Rule> {
    table
        .rule
        .direct()
        .iter()
        .find(|rule| matches!(rule, Rule::Parent { .. }))
}
