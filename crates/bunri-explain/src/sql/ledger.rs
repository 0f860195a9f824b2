//! The timelines of the supply points (docs/rules.md, section 1), as segments: who supplied from when to when.

use super::Script;
use super::codes::{UNKNOWN, is_one_of, verdicts};
use super::select::{Select, Steps};
use super::text::{case, day, name};
use bunri_catalogue::{Day, Ledger, UntilIs};

impl Script<'_> {
    /// `ledger.retailers` and `ledger.segments`.
    pub(super) fn timelines(&mut self) {
        self.heading("The ledger: who supplied which point from when to when");
        self.retailers();
        self.gap();
        self.say("A segment is a longest run of days with one verdict, from first_day until the day before next_day.");
        let mut steps = Steps::default();
        self.touches(&mut steps);
        self.stretches(&mut steps);
        self.runs(&mut steps);
        let segments = self.segments();
        self.statement(&format!(
            "CREATE TABLE ledger.segments AS\n{steps}{segments}"
        ));
    }

    fn retailers(&mut self) {
        let retailers = &self.catalogue.retailers;
        let table = &self.catalogue.tables[retailers.table];
        let column = name(&table.columns[retailers.column].name);
        self.say("Every code that the list of retailers knows.");
        self.statement(&format!(
            "CREATE VIEW ledger.retailers AS\n  SELECT DISTINCT {column} AS code FROM staging.{} WHERE {column} IS NOT NULL",
            name(&table.id)
        ));
    }

    fn ledger_column(&self, column: usize) -> String {
        let ledger = &self.catalogue.ledger;
        name(&self.catalogue.tables[ledger.table].columns[column].name)
    }

    /// The columns of `ledger.segments` that hold a point: `point`, or `point_1`, `point_2`, …
    pub(super) fn points(&self) -> Vec<String> {
        match self.catalogue.ledger.key.len() {
            1 => vec!["point".to_owned()],
            several => (1..=several).map(|at| format!("point_{at}")).collect(),
        }
    }

    /// The day after an end, or `infinity` for an end that means "no end yet"; NULL where nobody knows.
    pub(super) fn day_after(&self, until: &str, until_is: UntilIs) -> String {
        let Ledger {
            open, null_is_open, ..
        } = &self.catalogue.ledger;
        let mut ends: Vec<String> = Vec::new();
        if !open.is_empty() {
            let days: Vec<String> = open.iter().map(|&end| day(end)).collect();
            ends.push(match days.as_slice() {
                [one] => format!("{until} = {one}"),
                _ => format!("{until} IN ({})", days.join(", ")),
            });
        }
        ends.extend(null_is_open.then(|| format!("{until} IS NULL")));
        let next = match until_is {
            UntilIs::Inclusive => format!("{until} + 1"),
            UntilIs::Exclusive => until.to_owned(),
        };
        let arms: Vec<(String, String)> = ends
            .into_iter()
            .map(|end| (end, "DATE 'infinity'".to_owned()))
            .collect();
        case(&arms, &next)
    }

    /// Steps `periods` and `touches`.
    fn touches(&self, steps: &mut Steps) {
        let ledger = &self.catalogue.ledger;
        let points = self.points();
        let mut what: Vec<String> = points
            .iter()
            .zip(&ledger.key)
            .map(|(point, &column)| format!("{} AS {point}", self.ledger_column(column)))
            .collect();
        what.push(format!("{} AS code", self.ledger_column(ledger.retailer)));
        if let Some(not_own) = &ledger.not_own_when {
            what.push(format!("{} AS kind", self.ledger_column(not_own.column)));
        }
        let until = self.ledger_column(ledger.until);
        what.push(format!("{} AS from_day", self.ledger_column(ledger.from)));
        what.push(format!("{until} AS until_day"));
        what.push(format!(
            "{} AS end_day",
            self.day_after(&until, ledger.until_is)
        ));
        let from = format!("staging.{}", name(&self.catalogue.tables[ledger.table].id));
        let periods = Select {
            what,
            from,
            ..Select::default()
        };
        steps.add(
            "periods",
            "The rows of the ledger; end_day is the day after the last.",
            periods,
        );

        let mut what = points;
        what.push("code".to_owned());
        what.extend(ledger.not_own_when.as_ref().map(|_| "kind".to_owned()));
        what.extend([
            "CASE WHEN from_day IS NULL THEN DATE '-infinity'\n     WHEN end_day <= from_day THEN least(from_day, until_day)\n     ELSE from_day END AS first_day".to_owned(),
            "CASE WHEN end_day IS NULL THEN DATE 'infinity'\n     WHEN end_day <= from_day THEN greatest(from_day, until_day) + 1\n     ELSE end_day END AS next_day".to_owned(),
            "from_day IS NULL OR end_day IS NULL AS date_missing".to_owned(),
            "coalesce(end_day <= from_day, false) AS reversed".to_owned(),
        ]);
        let touches = Select {
            what,
            from: "periods".to_owned(),
            ..Select::default()
        };
        steps.add(
            "touches",
            "The days that each row touches, from first_day until the day before next_day.",
            touches,
        );
    }

    /// Days on which an answer may change, although no row begins or ends: a code's validity does.
    fn validities(&self) -> Vec<Day> {
        let codes = self.catalogue.incumbent.iter();
        let mut days: Vec<Day> = codes
            .flat_map(|code| [code.from, code.until.map(|until| until + 1)])
            .flatten()
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Steps `turns`, `stretches` and `touched`.
    fn stretches(&self, steps: &mut Steps) {
        let points = self.points().join(", ");
        let mut turns = vec![
            format!("SELECT {points}, DATE '-infinity' AS first_day FROM touches"),
            format!("SELECT {points}, first_day FROM touches"),
            format!("SELECT {points}, next_day FROM touches WHERE next_day < DATE 'infinity'"),
        ];
        turns.extend(
            self.validities()
                .into_iter()
                .map(|turn| format!("SELECT {points}, {} FROM touches", day(turn))),
        );
        steps.add(
            "turns",
            "The days on which an answer may change.",
            turns.join("\nUNION "),
        );
        let stretches = Select {
            what: vec![
                points.clone(),
                "first_day".to_owned(),
                format!(
                    "coalesce(lead(first_day) OVER (PARTITION BY {points} ORDER BY first_day), DATE 'infinity') AS next_day"
                ),
            ],
            from: "turns".to_owned(),
            ..Select::default()
        };
        steps.add(
            "stretches",
            "From one turn to the next nothing changes.",
            stretches,
        );
        let equal = self
            .points()
            .iter()
            .map(|point| format!("t.{point} = s.{point}"))
            .collect::<Vec<_>>();
        let keys = self
            .points()
            .iter()
            .map(|point| format!("s.{point}"))
            .collect::<Vec<_>>()
            .join(", ");
        let mut what = vec![
            keys.clone(),
            "s.first_day".to_owned(),
            "s.next_day".to_owned(),
            "count(t.first_day) AS rows_touching".to_owned(),
            "count(*) FILTER (WHERE t.date_missing) AS rows_date_missing".to_owned(),
            "count(*) FILTER (WHERE t.reversed) AS rows_reversed".to_owned(),
            "min(t.code) AS code".to_owned(),
        ];
        what.extend(
            self.catalogue
                .ledger
                .not_own_when
                .as_ref()
                .map(|_| "min(t.kind) AS kind".to_owned()),
        );
        let touched = Select {
            what,
            from: "stretches AS s".to_owned(),
            joins: vec![format!(
                "LEFT JOIN touches AS t\n  ON {} AND t.first_day <= s.first_day AND s.first_day < t.next_day",
                equal.join(" AND ")
            )],
            tail: vec![format!("GROUP BY {keys}, s.first_day, s.next_day")],
            ..Select::default()
        };
        steps.add(
            "touched",
            "What touches a stretch. Only where it is one row its code is looked at.",
            touched,
        );
    }

    /// Steps `decided`, `compared` and `runs`.
    fn runs(&self, steps: &mut Steps) {
        let points = self.points().join(", ");
        let decided = Select {
            what: vec![
                points.clone(),
                "first_day".to_owned(),
                "next_day".to_owned(),
                format!("{} AS verdict", self.day_verdict()),
            ],
            from: "touched".to_owned(),
            ..Select::default()
        };
        steps.add(
            "answers",
            "The first line that fits is the verdict of these days.",
            decided,
        );
        let over = format!("OVER (PARTITION BY {points} ORDER BY first_day)");
        let changes = Select {
            what: vec![
                "*".to_owned(),
                format!("CASE WHEN verdict = lag(verdict) {over} THEN 0 ELSE 1 END AS change"),
            ],
            from: "answers".to_owned(),
            ..Select::default()
        };
        steps.add(
            "changes",
            "Where the verdict is another than before.",
            changes,
        );
        let runs = Select {
            what: vec!["*".to_owned(), format!("sum(change) {over} AS run")],
            from: "changes".to_owned(),
            ..Select::default()
        };
        steps.add("runs", "Neighbours with one verdict have one number.", runs);
    }

    fn day_verdict(&self) -> String {
        let ledger = &self.catalogue.ledger;
        let own = ledger.not_own_when.as_ref().map_or_else(
            || "'own'".to_owned(),
            |not_own| {
                let listed = is_one_of(
                    "kind",
                    not_own.compare,
                    not_own.values.iter().map(String::as_str),
                );
                let arms = [
                    (
                        "kind IS NULL".to_owned(),
                        "'supply_kind_missing'".to_owned(),
                    ),
                    (listed, "'other'".to_owned()),
                ];
                case(&arms, "'own'")
            },
        );
        let arms = [
            ("rows_date_missing > 0", "'ledger_date_missing'"),
            ("rows_reversed > 0", "'ledger_reversed'"),
            ("rows_touching > 1", "'ledger_overlap'"),
            ("rows_touching = 0", "'ledger_gap'"),
        ];
        let arms = arms.map(|(when, then)| (when.to_owned(), then.to_owned()));
        let codes = verdicts(
            self.catalogue,
            "code",
            ledger.compare,
            Some("first_day"),
            &own,
        );
        case(&[arms.to_vec(), codes].concat(), UNKNOWN)
    }

    fn segments(&self) -> String {
        let ledger = &self.catalogue.ledger;
        let points = self.points();
        let rejects = format!("rejects.{}", name(&self.catalogue.tables[ledger.table].id));
        let pairs: Vec<(String, String)> = points
            .iter()
            .zip(&ledger.key)
            .map(|(point, &column)| (point.clone(), self.ledger_column(column)))
            .collect();
        let same: Vec<String> = pairs
            .iter()
            .map(|(point, column)| format!("rejected.{column} = runs.{point}"))
            .collect();
        let rejected: Vec<String> = pairs
            .iter()
            .map(|(point, column)| format!("{column} AS {point}"))
            .collect();
        let points = points.join(", ");
        format!(
            "SELECT {points}, min(first_day) AS first_day, max(next_day) AS next_day, verdict\n\
             FROM runs\n\
             WHERE NOT EXISTS (SELECT 1 FROM {rejects} AS rejected WHERE {})\n\
             GROUP BY {points}, run, verdict\n\
             UNION ALL\n\
             -- A rejected row could have said anything: every day of its point is undecided.\n\
             SELECT DISTINCT {}, DATE '-infinity', DATE 'infinity', 'ledger_rejected'\n\
             FROM {rejects}",
            same.join(" AND "),
            rejected.join(", ")
        )
    }
}
