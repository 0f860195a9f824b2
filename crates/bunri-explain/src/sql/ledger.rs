//! The timelines of the supply points (docs/rules.md, section 1), as segments: who supplied from when to when.

use bunri_catalogue::Ledger;
use bunri_types::Day;

use super::Script;
use super::codes::{UNKNOWN, verdicts};
use super::select::{Select, Steps};
use super::text::{case, day, name};

impl Script<'_> {
    /// `ledger.retailers`, and `ledger.segments` of every ledger.
    pub(super) fn timelines(&mut self) {
        self.heading("The ledger: who supplied which point from when to when");
        self.retailers();
        for (position, ledger) in self.catalogue.ledgers.iter().enumerate() {
            self.asked = position;
            if let Some(name) = &ledger.name {
                self.heading(&format!("The ledger {name}"));
                let schema = self.ledger_schema();
                self.statement(&format!("CREATE SCHEMA {schema}"));
            }
            self.segments_of_ledger();
        }
    }

    /// The ledger that what is being written asks.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.catalogue.ledgers[self.asked]
    }

    /// The schema of its timelines: `ledger`, or `ledger_<name>`.
    pub(super) fn ledger_schema(&self) -> String {
        match &self.ledger().name {
            None => "ledger".to_owned(),
            Some(name) => format!("ledger_{name}"),
        }
    }

    fn segments_of_ledger(&mut self) {
        self.gap();
        self.say("A segment is a longest run of days with one verdict, from first_day until the day before next_day.");
        let mut steps = Steps::default();
        self.periods(&mut steps);
        self.spoiled(&mut steps);
        self.touches(&mut steps);
        self.touched(&mut steps);
        self.answers(&mut steps);
        let segments = self.segments();
        let schema = self.ledger_schema();
        self.statement(&format!(
            "CREATE TABLE {schema}.segments AS\n{steps}{segments}"
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

    /// The columns of `ledger.segments` that hold a point: `point`, or `point_1`, `point_2`, …
    pub(super) fn points(&self) -> Vec<String> {
        let parts = self.ledger().tables.first();
        match parts.map_or(0, |part| part.key.len()) {
            1 => vec!["point".to_owned()],
            several => (1..=several).map(|at| format!("point_{at}")).collect(),
        }
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
    fn touched(&self, steps: &mut Steps) {
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
        stretches(&points, steps);
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
        let entries = self.own_when_names();
        what.extend(
            entries
                .iter()
                .map(|entry| format!("min(t.{entry}) AS {entry}")),
        );
        if self.ledger().overlap_same_verdict.is_some() {
            let said = self.row_verdict("t.code", "s.first_day", "t.");
            what.extend(["own", "other"].map(|whose| {
                format!("count(*) FILTER (WHERE {said} = '{whose}') AS rows_{whose}")
            }));
        }
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

    /// Steps `answers`, `changes` and `runs`.
    fn answers(&self, steps: &mut Steps) {
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
        runs(&points, steps);
    }

    fn day_verdict(&self) -> String {
        let ledger = self.ledger();
        let mut arms = vec![
            ("rows_date_missing > 0", "'ledger_date_missing'"),
            ("rows_reversed > 0", "'ledger_reversed'"),
        ];
        if ledger.overlap_same_verdict.is_some() {
            arms.extend([
                ("rows_touching > 1 AND rows_own = rows_touching", "'own'"),
                (
                    "rows_touching > 1 AND rows_other = rows_touching",
                    "'other'",
                ),
            ]);
        }
        let gap = match &ledger.gap_other {
            Some(_) => "'other'",
            None => "'ledger_gap'",
        };
        arms.extend([
            ("rows_touching > 1", "'ledger_overlap'"),
            ("rows_touching = 0", gap),
        ]);
        let arms: Vec<(String, String)> = arms
            .into_iter()
            .map(|(when, then)| (when.to_owned(), then.to_owned()))
            .collect();
        let codes = self.row_arms("code", "first_day", "");
        case(&[arms, codes].concat(), UNKNOWN)
    }

    /// What one ledger row says of a day.
    fn row_verdict(&self, code: &str, day: &str, alias: &str) -> String {
        case(&self.row_arms(code, day, alias), UNKNOWN)
    }

    fn row_arms(&self, code: &str, day: &str, alias: &str) -> Vec<(String, String)> {
        let entries = self.own_when_names();
        let entries: Vec<String> = entries
            .iter()
            .map(|entry| format!("{alias}{entry}"))
            .collect();
        let compare = self.ledger().compare;
        verdicts(
            self.catalogue,
            code,
            compare,
            Some(day),
            &own_when(&entries),
        )
    }

    fn segments(&self) -> String {
        let points = self.points().join(", ");
        let is_in = |step: &str| {
            let same: Vec<String> = self
                .points()
                .iter()
                .map(|point| format!("{step}.{point} = runs.{point}"))
                .collect();
            format!("EXISTS (SELECT 1 FROM {step} WHERE {})", same.join(" AND "))
        };
        let always = |step: &str, reason: &str| {
            format!("SELECT {points}, DATE '-infinity', DATE 'infinity', '{reason}' FROM {step}")
        };
        let mut spoiled = format!("NOT {}", is_in("rejected"));
        let mut parts = vec![
            "-- A rejected row could have said anything: every day of its point is undecided."
                .to_owned(),
            always("rejected", "ledger_rejected"),
        ];
        if self.ledger().counts.is_some() {
            spoiled.push_str(&format!("\n  AND NOT {}", is_in("status_unknown")));
            parts.extend([
                "UNION ALL".to_owned(),
                always("status_unknown", "ledger_status_unknown"),
            ]);
        }
        format!(
            "SELECT {points}, min(first_day) AS first_day, max(next_day) AS next_day, verdict\n\
             FROM runs\n\
             WHERE {spoiled}\n\
             GROUP BY {points}, run, verdict\n\
             UNION ALL\n{}",
            parts.join("\n")
        )
    }
}

/// Step `stretches`, after `turns`, of what these columns name.
pub(super) fn stretches(columns: &str, steps: &mut Steps) {
    let stretches = Select {
        what: vec![
            columns.to_owned(),
            "first_day".to_owned(),
            format!(
                "coalesce(lead(first_day) OVER (PARTITION BY {columns} ORDER BY first_day), DATE 'infinity') AS next_day"
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
}

/// Steps `changes` and `runs`, after `answers`, of what these columns name.
pub(super) fn runs(columns: &str, steps: &mut Steps) {
    let over = format!("OVER (PARTITION BY {columns} ORDER BY first_day)");
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

/// What a code of the incumbent means: own, if every entry of `own_when` says so.
fn own_when(entries: &[String]) -> String {
    match entries {
        [] => "'own'".to_owned(),
        [one] => one.clone(),
        several => {
            let any = |word: &str| {
                let test = format!("'{word}' IN ({})", several.join(", "));
                (test, format!("'{word}'"))
            };
            case(&[any("other"), any("own_when_unlisted")], "'own'")
        }
    }
}
