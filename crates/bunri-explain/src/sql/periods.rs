//! The rows of the ledger (docs/rules.md, section 1): which count, what else must hold for own, and the days they touch.

use std::collections::BTreeSet;

use bunri_catalogue::{Ledger, LedgerEnd, LedgerTable, OtherWhen, Table, UntilIs};
use bunri_types::Day;

use super::Script;
use super::codes::{is_listed, is_retailer};
use super::rules::numbered;
use super::select::{Select, Steps};
use super::text::{case, day, name};

impl Script<'_> {
    /// The columns that hold the answers of `own_when`: `own_when`, or `own_when_1`, `own_when_2`, …
    pub(super) fn own_when_names(&self) -> Vec<String> {
        match self.ledger().own_when.len() {
            1 => vec!["own_when".to_owned()],
            several => numbered("own_when", several),
        }
    }

    /// Step `periods`: the rows of every table of the ledger.
    pub(super) fn periods(&self, steps: &mut Steps) {
        let ledger = self.ledger();
        let tables: Vec<String> = ledger
            .tables
            .iter()
            .map(|part| self.periods_of(part).to_string())
            .collect();
        let says = match ledger.end {
            LedgerEnd::Until { .. } => "The rows of the ledger; end_day is the day after the last.",
            LedgerEnd::Next => "The rows of the ledger, each until the next of its point.",
        };
        steps.add("periods", says, tables.join("\nUNION ALL\n"));
    }

    fn periods_of(&self, part: &LedgerTable) -> Select {
        let ledger = self.ledger();
        let table = &self.catalogue.tables[part.table];
        let column = |column: usize| name(&table.columns[column].name);
        let mut what: Vec<String> = self
            .points()
            .iter()
            .zip(&part.key)
            .map(|(point, &key)| format!("{} AS {point}", column(key)))
            .collect();
        what.push(format!("{} AS code", column(part.retailer)));
        what.extend(own_when(ledger, part, table, &self.own_when_names()));
        what.push(format!("{} AS from_day", column(part.from)));
        if let (LedgerEnd::Until { until_is, .. }, Some(until)) = (&ledger.end, part.until) {
            let until = column(until);
            what.push(format!("{until} AS until_day"));
            let next = self.day_after(&until, *until_is, false);
            what.push(format!("{next} AS end_day"));
        }
        what.extend(counts(ledger, part, table));
        Select {
            what,
            from: format!("staging.{}", name(&table.id)),
            ..Select::default()
        }
    }

    /// The day after an end, or `infinity` for an end that means "no end yet"; NULL where nobody knows.
    pub(super) fn day_after(&self, until: &str, until_is: UntilIs, is_timestamp: bool) -> String {
        let (open, null_is_open) = self.ledger().open_ends();
        self.day_after_of(until, until_is, is_timestamp, (open, null_is_open))
    }

    /// The same with ends of its own that mean "no end yet".
    pub(super) fn day_after_of(
        &self,
        until: &str,
        until_is: UntilIs,
        is_timestamp: bool,
        (open, null_is_open): (&BTreeSet<Day>, bool),
    ) -> String {
        let on_day = if is_timestamp {
            format!("CAST({until} AS DATE)")
        } else {
            until.to_owned()
        };
        let mut ends: Vec<String> = Vec::new();
        if !open.is_empty() {
            let days: Vec<String> = open.iter().map(|&end| day(end)).collect();
            ends.push(match days.as_slice() {
                [one] => format!("{on_day} = {one}"),
                _ => format!("{on_day} IN ({})", days.join(", ")),
            });
        }
        ends.extend(null_is_open.then(|| format!("{until} IS NULL")));
        let next = match (until_is, is_timestamp) {
            (UntilIs::Inclusive, _) => format!("{on_day} + 1"),
            (UntilIs::Exclusive, false) => on_day,
            // The day of the last microsecond, and one.
            (UntilIs::Exclusive, true) => {
                format!("CAST({until} - INTERVAL 1 MICROSECOND AS DATE) + 1")
            }
        };
        let arms: Vec<(String, String)> = ends
            .into_iter()
            .map(|end| (end, "DATE 'infinity'".to_owned()))
            .collect();
        case(&arms, &next)
    }

    /// Steps `rejected` and `status_unknown`: the points of which every day is undecided.
    pub(super) fn spoiled(&self, steps: &mut Steps) {
        let ledger = self.ledger();
        let points = self.points();
        let rejected: Vec<String> = ledger
            .tables
            .iter()
            .map(|part| {
                let table = &self.catalogue.tables[part.table];
                let keys: Vec<String> = points
                    .iter()
                    .zip(&part.key)
                    .map(|(point, &key)| format!("{} AS {point}", name(&table.columns[key].name)))
                    .collect();
                let keys = keys.join(", ");
                format!("SELECT DISTINCT {keys} FROM rejects.{}", name(&table.id))
            })
            .collect();
        steps.add(
            "rejected",
            "The points of rejected rows.",
            rejected.join("\nUNION\n"),
        );
        if ledger.counts.is_some() {
            let points = points.join(", ");
            steps.add(
                "status_unknown",
                "The points of rows of which nobody knows whether they count.",
                format!(
                    "SELECT {points} FROM periods WHERE counts = 'unknown'\n\
                     EXCEPT\n\
                     SELECT {points} FROM rejected"
                ),
            );
        }
    }

    /// Step `touches`.
    pub(super) fn touches(&self, steps: &mut Steps) {
        let ledger = self.ledger();
        let mut what = self.points();
        what.push("code".to_owned());
        what.extend(self.own_when_names());
        what.extend(match ledger.end {
            LedgerEnd::Until { .. } => until(),
            LedgerEnd::Next => self.until_next(),
        });
        let touches = Select {
            what,
            from: "periods".to_owned(),
            filter: ledger.counts.as_ref().map(|_| "counts = 'yes'".to_owned()),
            ..Select::default()
        };
        steps.add(
            "touches",
            "The days that each row touches, from first_day until the day before next_day.",
            touches,
        );
    }

    /// What a row of a list of switches touches.
    fn until_next(&self) -> [String; 4] {
        let next = format!(
            "min(from_day) OVER (PARTITION BY {} ORDER BY from_day\n    \
             RANGE BETWEEN INTERVAL 1 DAY FOLLOWING AND UNBOUNDED FOLLOWING)",
            self.points().join(", ")
        );
        [
            "coalesce(from_day, DATE '-infinity') AS first_day".to_owned(),
            format!(
                "CASE WHEN from_day IS NULL THEN DATE 'infinity'\n     \
                 ELSE coalesce({next}, DATE 'infinity') END AS next_day"
            ),
            "from_day IS NULL AS date_missing".to_owned(),
            "false AS reversed".to_owned(),
        ]
    }
}

/// What a row with an end touches.
fn until() -> [String; 4] {
    [
        "CASE WHEN from_day IS NULL THEN DATE '-infinity'\n     WHEN end_day <= from_day THEN least(from_day, until_day)\n     ELSE from_day END AS first_day",
        "CASE WHEN end_day IS NULL THEN DATE 'infinity'\n     WHEN end_day <= from_day THEN greatest(from_day, until_day) + 1\n     ELSE end_day END AS next_day",
        "from_day IS NULL OR end_day IS NULL AS date_missing",
        "coalesce(end_day <= from_day, false) AS reversed",
    ]
    .map(str::to_owned)
}

/// What each entry of `own_when` says of a row.
fn own_when(ledger: &Ledger, part: &LedgerTable, table: &Table, names: &[String]) -> Vec<String> {
    let columns = part.own_when.iter().map(|&column| &table.columns[column]);
    ledger
        .own_when
        .iter()
        .zip(columns)
        .zip(names)
        .map(|((entry, column), answer)| {
            let (value, value_type) = (name(&column.name), column.value_type);
            let other = match &entry.other {
                OtherWhen::Listed(list) => is_listed(&value, value_type, entry.compare, list),
                OtherWhen::Retailers => is_retailer(&value, entry.compare),
            };
            let own = is_listed(&value, value_type, entry.compare, &entry.own);
            let arms = [(own, "'own'".to_owned()), (other, "'other'".to_owned())];
            format!("{} AS {answer}", case(&arms, "'own_when_unlisted'"))
        })
        .collect()
}

/// Whether a row counts.
fn counts(ledger: &Ledger, part: &LedgerTable, table: &Table) -> Option<String> {
    let (counts, column) = (ledger.counts.as_ref()?, &table.columns[part.counts?]);
    let listed = |list| is_listed(&name(&column.name), column.value_type, counts.compare, list);
    let arms = [
        (listed(&counts.never), "'never'".to_owned()),
        (listed(&counts.counting), "'yes'".to_owned()),
    ];
    Some(format!("{} AS counts", case(&arms, "'unknown'")))
}
