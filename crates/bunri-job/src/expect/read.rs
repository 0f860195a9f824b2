//! Reads `[expect]`, with every mistake at once. Names of tables are looked up later, when the catalogue is at hand.

use std::collections::{BTreeMap, BTreeSet};

use bunri_text::{Item, Log, Section, Spot, position, readable};
use toml::de::DeValue;

use super::{AcceptedReview, Amount, Expect, OwnRows, RowLimits, Said};

const AMOUNT: &str = "a number of rows, or a share such as \"0.5 %\"";

/// What stands in `[expect]`, read by somebody who knows the file's text.
struct Reader<'t> {
    text: &'t str,
}

/// [`None`] after a mistake; `Some(None)` where the job expects nothing.
pub(crate) fn expect(value: Option<Item<'_>>, text: &str, log: &mut Log) -> Option<Option<Expect>> {
    let Some(value) = value else {
        return Some(None);
    };
    Reader { text }.expect(&value, log).map(Some)
}

impl Reader<'_> {
    fn said<T>(&self, value: T, spot: Spot) -> Said<T> {
        let place = spot.offset.map(|offset| position(self.text, offset));
        Said { value, place }
    }

    fn expect(&self, value: &Item<'_>, log: &mut Log) -> Option<Expect> {
        let mut section = Section::open(value, "`[expect]`", log)?;
        let claims = section
            .require("claims")
            .and_then(|value| self.claims(&value, log));
        let rejected = self.limits(section.take("rejected"), "`rejected`", log);
        let undecided = self.limits(section.take("undecided"), "`undecided`", log);
        let own = self.own(section.take("own"), log);
        let review = self.review(section.take("review"), log);
        let notes = self.notes(section.take("notes"), log);
        section.close(log);
        Some(Expect {
            place: self.said((), value.spot).place,
            claims: claims?,
            rejected: rejected?,
            undecided: undecided?,
            own: own?,
            review: review?,
            notes: notes?,
        })
    }

    fn claims(&self, value: &Item<'_>, log: &mut Log) -> Option<Vec<Said<String>>> {
        let claims = value.some_texts(log)?;
        let said = claims.into_iter().map(|it| self.said(it.value, it.spot));
        Some(said.collect())
    }

    fn limits(&self, value: Option<Item<'_>>, what: &str, log: &mut Log) -> Option<RowLimits> {
        let Some(value) = value else {
            return Some(RowLimits::default());
        };
        let mut section = Section::open(&value, what, log)?;
        let all = readable(section.take("all"), |value| self.amount(value, log));
        let tables = match section.take("tables") {
            None => Some(BTreeMap::new()),
            Some(value) => self.by_table(&value, log),
        };
        section.close(log);
        let (all, tables) = (all?, tables?);
        if let Some(all) = &all {
            let more = |(id, limit): &(&String, &Said<Amount>)| {
                limit.value.exceeds(all.value).then(|| (*id).clone())
            };
            // A share of one table may well be more than that of all.
            let rows = matches!(all.value, Amount::Rows(_));
            for id in tables.iter().filter_map(|it| more(&it)).filter(|_| rows) {
                let message = format!(
                    "`{id}` may have more rows than all tables together: {} of {}",
                    tables[&id].value, all.value
                );
                log.refuse(value.spot, message);
            }
        }
        Some(RowLimits { all, tables })
    }

    fn by_table(&self, value: &Item<'_>, log: &mut Log) -> Option<BTreeMap<String, Said<Amount>>> {
        let entries = Section::open(value, value.label(), log)?.take_all();
        let mut amounts = BTreeMap::new();
        for entry in &entries {
            if let Some(amount) = self.amount(&entry.value, log) {
                let amount = self.said(amount.value, entry.spot);
                amounts.insert(entry.key.to_owned(), amount);
            }
        }
        (amounts.len() == entries.len()).then_some(amounts)
    }

    fn amount(&self, value: &Item<'_>, log: &mut Log) -> Option<Said<Amount>> {
        let amount = match value.raw {
            DeValue::Integer(_) => value
                .integer(0..=i64::MAX, log)
                .and_then(|rows| rows.try_into().ok())
                .map(Amount::Rows),
            DeValue::String(text) => {
                let share = Amount::share(text);
                if share.is_none() {
                    let message = format!(
                        "{} must be {AMOUNT}, of at most 100 % and four decimals",
                        value.label()
                    );
                    log.refuse(value.spot, message);
                }
                share
            }
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                value.refuse_kind(AMOUNT, log);
                None
            }
        };
        amount.map(|amount| self.said(amount, value.spot))
    }

    fn own(
        &self,
        value: Option<Item<'_>>,
        log: &mut Log,
    ) -> Option<BTreeMap<String, Said<OwnRows>>> {
        let Some(value) = value else {
            return Some(BTreeMap::new());
        };
        let entries = Section::open(&value, "`own`", log)?.take_all();
        let mut own = BTreeMap::new();
        for entry in &entries {
            if let Some(rows) = self.own_rows(&entry.value, log) {
                own.insert(entry.key.to_owned(), self.said(rows, entry.spot));
            }
        }
        (own.len() == entries.len()).then_some(own)
    }

    fn own_rows(&self, value: &Item<'_>, log: &mut Log) -> Option<OwnRows> {
        let mut section = Section::open(value, value.label(), log)?;
        let mut bound = |key, log: &mut Log| {
            readable(section.take(key), |value| {
                self.amount(value, log).map(|it| it.value)
            })
        };
        let at_least = bound("at_least", log);
        let at_most = bound("at_most", log);
        let misspelt = ["at_least", "at_most"]
            .iter()
            .any(|key| section.misspells(key));
        section.close(log);
        let (at_least, at_most) = (at_least?, at_most?);
        match (at_least, at_most) {
            (None, None) => {
                if !misspelt {
                    let message =
                        format!("{} says neither `at_least` nor `at_most`", value.label());
                    log.refuse(value.spot, message);
                }
                return None;
            }
            (Some(least), Some(most)) if least.exceeds(most) => {
                let message = format!(
                    "{} cannot be met: at least {least} and at most {most}",
                    value.label()
                );
                log.refuse(value.spot, message);
                return None;
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        Some(OwnRows { at_least, at_most })
    }

    fn review(&self, value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<Said<AcceptedReview>>> {
        let Some(value) = value else {
            return Some(Vec::new());
        };
        let items = value.list(log)?;
        let mut accepted: Vec<Said<AcceptedReview>> = Vec::new();
        let mut seen = BTreeSet::new();
        for item in &items {
            let Some(one) = accepted_review(item, log) else {
                continue;
            };
            let key = (&one.rule, &one.table, &one.column, &one.withheld);
            if !seen.insert(format!("{key:?}")) {
                let message = "the same findings are accepted twice in `[[expect.review]]`";
                log.refuse(item.spot, message);
            }
            accepted.push(self.said(one, item.spot));
        }
        (accepted.len() == items.len()).then_some(accepted)
    }

    fn notes(
        &self,
        value: Option<Item<'_>>,
        log: &mut Log,
    ) -> Option<BTreeMap<(String, String), Said<Amount>>> {
        let Some(value) = value else {
            return Some(BTreeMap::new());
        };
        let rules = Section::open(&value, "`[expect.notes]`", log)?.take_all();
        let mut notes = BTreeMap::new();
        let mut good = true;
        for rule in &rules {
            if let Some(bound_elsewhere) =
                BOUND_ELSEWHERE.iter().find(|(word, _)| *word == rule.key)
            {
                let (word, key) = bound_elsewhere;
                let message = format!("`{word}` are bounded in `[expect.{key}]`, and only there");
                log.refuse(rule.spot, message);
                continue;
            }
            match self.by_table(&rule.value, log) {
                Some(tables) => notes.extend(
                    tables
                        .into_iter()
                        .map(|(table, most)| ((rule.key.to_owned(), table), most)),
                ),
                None => good = false,
            }
        }
        good.then_some(notes)
    }
}

/// Notes that have a key of their own: two bounds could contradict each other.
const BOUND_ELSEWHERE: [(&str, &str); 2] = [
    ("rejected_rows", "rejected"),
    ("undecided_rows", "undecided"),
];

fn accepted_review(item: &Item<'_>, log: &mut Log) -> Option<AcceptedReview> {
    let mut section = Section::open(item, "`[[expect.review]]`", log)?;
    let mut text = |key, log: &mut Log| {
        let value = section.require(key)?;
        value.filled_text(log).map(|text| text.value)
    };
    let rule = text("rule", log);
    let table = text("table", log);
    let basis = text("basis", log);
    let mut optional = |key, log: &mut Log| {
        readable(section.take(key), |value| {
            value.filled_text(log).map(|text| text.value)
        })
    };
    let column = optional("column", log);
    let withheld = optional("withheld", log);
    let at_most = section
        .require("at_most")
        .and_then(|value| value.integer(1..=i64::MAX, log));
    section.close(log);
    Some(AcceptedReview {
        rule: rule?,
        table: table?,
        column: column?,
        withheld: withheld?,
        at_most: at_most?.try_into().ok()?,
        basis: basis?,
    })
}
