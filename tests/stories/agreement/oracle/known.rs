//! docs/rules.md, section 4: when a row was written, and in whose time.

use super::super::world::{CodeDay, Early, KnownAt, Rule, Table, Value, Who};
use super::Verdict;
use super::days::{days, until_cutover};
use super::rules::Rows;
use super::through::EveryDay;

/// An owner key, with the days of the own row that it comes from.
type OwnerKey = (Option<Vec<Value>>, Option<(i64, i64)>);

/// What one owner key says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Stands,
    /// It stands too, by the grace alone.
    Graced,
    /// So many days before the own days; [`None`]: there are none.
    Early(Option<i64>),
    Unknown(&'static str),
    After,
}

impl Rows<'_> {
    /// The verdict of a row that is own by its rule.
    pub(super) fn written(&self, table: &Table, row: &[Value], known_at: &KnownAt) -> Verdict {
        let columns = known_at.columns.iter();
        let Some(known) = columns
            .filter_map(|&column| table.asked(column, row).day())
            .max()
        else {
            return Verdict::undecided("known_at_missing");
        };
        if row[known_at.columns[0]] == Value::Null {
            self.see("latest_of: a NULL beside a day");
        }
        let last = self.last_day(table, row, &table.rule);
        let asked = parent_asked(row, &table.rule);
        let (keys, any) = match (&table.ledger_key, asked) {
            (Some(_), _) => {
                let key = self.key(table, row);
                let key = match &table.through {
                    None => key,
                    Some(through) => {
                        let wanderer = self.wanderer(through, key.as_deref());
                        let now = wanderer.point_on(known);
                        let point = wanderer.point_on(last);
                        if now != point {
                            self.see("written when the key was elsewhere");
                        }
                        point
                    }
                };
                (vec![(key, None)], false)
            }
            (None, Some(rule)) => (
                self.keys_of_parents(row, rule),
                matches!(rule, Rule::Parent { any: true, .. }),
            ),
            (None, None) => (vec![(None, None)], false),
        };
        let held = |days: &Option<(i64, i64)>| {
            days.is_some_and(|(first, last)| (first..=last).contains(&known))
        };
        if keys.iter().any(|(_, days)| held(days)) {
            self.see("written on a day of an own parent");
            return Verdict::of(Who::Own);
        }
        let said: Vec<Says> = keys
            .iter()
            .map(|(key, _)| self.says(table, key.as_deref(), (known, last), known_at.grace))
            .collect();
        let verdict = together(&said, any, known_at.early.unwrap_or(Early::Undecided));
        let word = match (&table.ledger_key, any) {
            (Some(_), _) => "its own key",
            (None, true) => "any of the keys",
            (None, false) => "all of the keys",
        };
        for one in &said {
            self.see(&format!("written, by {word}: {}", one.word()));
        }
        if said.contains(&Says::Graced) {
            self.see(&format!("grace of {}", kind(&table.rule)));
        }
        if said.iter().any(|one| matches!(one, Says::Early(_))) && !said.contains(&Says::Stands) {
            self.see(&format!(
                "early, {}: {:?}",
                early_word(known_at.early),
                verdict.who
            ));
        }
        match verdict.reason {
            "" | "written_early" => verdict,
            _ if table.ledger_key.is_some() => verdict,
            _ => Verdict::undecided("known_at_undecided"),
        }
    }

    /// What a key says; [`None`] is one of which nothing is known.
    fn says(
        &self,
        table: &Table,
        key: Option<&[Value]>,
        (known, last): (i64, i64),
        grace: i64,
    ) -> Says {
        let Some(key) = key else {
            return Says::Unknown("not_in_ledger");
        };
        let timeline = self.timeline_of(table, key);
        if timeline.on(known).reason == "not_in_ledger" {
            return Says::Unknown("not_in_ledger");
        }
        let supplied = timeline.on(known);
        if supplied.who == Who::Own {
            return Says::Stands;
        }
        if known > last && known <= last + grace {
            return Says::Graced;
        }
        if known <= last {
            return if timeline.on(last).who == Who::Own {
                Says::Early(Some(timeline.first_of_segment(last) - known))
            } else {
                Says::Early(None)
            };
        }
        match supplied.who {
            Who::Own | Who::Other => Says::After,
            Who::Undecided | Who::Public => Says::Unknown(supplied.reason),
        }
    }

    /// The last day that a row speaks of, of one that is own; the cutover where its days cannot be told.
    pub(super) fn last_day(&self, table: &Table, row: &[Value], rule: &Rule) -> i64 {
        let told = self.told_last(table, row, rule);
        told.unwrap_or(self.world.limits.cutover)
    }

    fn told_last(&self, table: &Table, row: &[Value], rule: &Rule) -> Option<i64> {
        let cutover = self.world.limits.cutover;
        match rule {
            Rule::Ledger(time) => days(self.world, table, row, time)
                .ok()
                .map(|(first, last)| until_cutover(first, last, cutover)),
            Rule::Code { at, .. } => match at {
                CodeDay::Column(column) => table.asked(*column, row).day(),
                CodeDay::Cutover | CodeDay::Never => Some(cutover),
            },
            Rule::Parent { .. } => {
                let (parent, parents) = self.parents(row, rule);
                let own = parents.iter().filter_map(|&at| {
                    let decided = self.decided[parent][at]?;
                    (decided.verdict.who == Who::Own).then_some(decided.last)
                });
                own.max()
            }
            Rule::Cases {
                column,
                trim,
                cases,
            } => {
                let case = super::case(&row[*column], *trim, cases)?;
                self.told_last(table, row, case)
            }
            Rule::All(rules) => {
                let told = rules.iter().map(|rule| self.told_last(table, row, rule));
                told.flatten().min()
            }
            Rule::Any(rules) => {
                let own = rules
                    .iter()
                    .filter(|rule| self.rule(table, row, rule).who == Who::Own);
                own.filter_map(|rule| self.told_last(table, row, rule))
                    .max()
            }
            Rule::AllRetail => Some(cutover),
            Rule::AllTransmission | Rule::Reference => None,
        }
    }

    /// The owner keys of the parents by this rule; [`None`] among them for one of which nothing is known.
    fn keys_of_parents(&self, row: &[Value], rule: &Rule) -> Vec<OwnerKey> {
        let (table, parents) = self.parents(row, rule);
        if parents.is_empty() {
            return vec![(None, None)];
        }
        parents
            .iter()
            .flat_map(|&at| self.owner_keys(table, at))
            .collect()
    }

    /// The owner keys of a parent row.
    fn owner_keys(&self, position: usize, at: usize) -> Vec<OwnerKey> {
        let table = &self.world.tables[position];
        let row = &table.rows[at];
        if row.contains(&Value::Misfit) {
            return vec![(None, None)];
        }
        if table.ledger_key.is_some() {
            let ruled_own = self.decided[position][at]
                .is_some_and(|decided| decided.verdict.who == Who::Own && !decided.by_person);
            let days = self.own_days(table, row, &table.rule).filter(|_| ruled_own);
            return vec![(self.key(table, row), days)];
        }
        match parent_asked(row, &table.rule) {
            Some(rule) => self.keys_of_parents(row, rule),
            None => vec![(None, None)],
        }
    }

    /// The days that the ledger rules of an own row asked for, all of them together.
    fn own_days(&self, table: &Table, row: &[Value], rule: &Rule) -> Option<(i64, i64)> {
        match rule {
            Rule::Ledger(time) => {
                let (first, last) = days(self.world, table, row, time).ok()?;
                let last = until_cutover(first, last, self.world.limits.cutover);
                Some((first, last))
            }
            Rule::Cases {
                column,
                trim,
                cases,
            } => self.own_days(table, row, super::case(&row[*column], *trim, cases)?),
            Rule::All(rules) => {
                let told: Vec<(i64, i64)> = rules
                    .iter()
                    .filter_map(|rule| self.own_days(table, row, rule))
                    .collect();
                let first = told.iter().map(|days| days.0).max()?;
                let last = told.iter().map(|days| days.1).min()?;
                (first <= last).then_some((first, last))
            }
            _ => None,
        }
    }
}

/// The first parent rule in the order written of those that were asked: under `cases` only the chosen rule is.
fn parent_asked<'r>(row: &[Value], rule: &'r Rule) -> Option<&'r Rule> {
    match rule {
        Rule::Parent { .. } => Some(rule),
        Rule::All(rules) | Rule::Any(rules) => {
            rules.iter().find_map(|rule| parent_asked(row, rule))
        }
        Rule::Cases {
            column,
            trim,
            cases,
        } => parent_asked(row, super::case(&row[*column], *trim, cases)?),
        Rule::Ledger(_)
        | Rule::Code { .. }
        | Rule::AllTransmission
        | Rule::AllRetail
        | Rule::Reference => None,
    }
}

fn together(said: &[Says], any: bool, early: Early) -> Verdict {
    let unknown = said.iter().find_map(|one| match one {
        Says::Unknown(reason) => Some(Verdict::undecided(reason)),
        _ => None,
    });
    // By how many days; no number of days is more than any.
    let earlies: Vec<i64> = said
        .iter()
        .filter_map(|one| match one {
            Says::Early(days) => Some(days.unwrap_or(i64::MAX)),
            _ => None,
        })
        .collect();
    if any {
        if said.contains(&Says::Stands) || said.contains(&Says::Graced) {
            return Verdict::of(Who::Own);
        }
        let least = earlies.iter().min();
        return least
            .map(|&days| early_verdict(days, early))
            .or(unknown)
            .unwrap_or(Verdict::of(Who::Other));
    }
    if said.contains(&Says::After) {
        return Verdict::of(Who::Other);
    }
    let earliest = earlies.iter().max();
    unknown
        .or(earliest.map(|&days| early_verdict(days, early)))
        .unwrap_or(Verdict::of(Who::Own))
}

fn early_verdict(by: i64, early: Early) -> Verdict {
    match early {
        Early::Own => Verdict::of(Who::Own),
        Early::Days(most) if by <= most => Verdict::of(Who::Own),
        Early::Days(_) | Early::Undecided => Verdict::undecided("written_early"),
    }
}

impl Says {
    fn word(self) -> &'static str {
        match self {
            Says::Stands => "stands",
            Says::Graced => "stands by the grace",
            Says::Early(Some(_)) => "early",
            Says::Early(None) => "early for ever",
            Says::Unknown(_) => "unknown",
            Says::After => "after",
        }
    }
}

fn kind(rule: &Rule) -> &'static str {
    match rule {
        Rule::Ledger(_) => "a ledger rule",
        Rule::Code { .. } => "a column rule",
        Rule::Parent { .. } => "a parent rule",
        Rule::Cases { .. } => "cases",
        Rule::All(_) => "all",
        Rule::Any(_) => "any",
        Rule::AllTransmission | Rule::AllRetail | Rule::Reference => "a constant",
    }
}

fn early_word(early: Option<Early>) -> &'static str {
    match early {
        None => "not said",
        Some(Early::Own) => "own",
        Some(Early::Undecided) => "undecided",
        Some(Early::Days(_)) => "days",
    }
}
