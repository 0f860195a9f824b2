//! Ledger keys through another table (docs/rules.md, section 1): at which supply point a key was on every day, and what the ledger
//! says of it there.

use bunri_catalogue::{KeyThrough, Table};
use bunri_types::ValueType;

use super::Script;
use super::ledger::{runs, stretches};
use super::rules::numbered;
use super::select::{Select, Steps};
use super::text::{case, name};

/// What a table asks by its ledger key.
pub(super) struct Asked {
    /// The table of segments.
    pub(super) segments: String,
    /// Its columns that hold the key.
    pub(super) keys: Vec<String>,
    /// The verdict of a key that it does not hold.
    pub(super) missing: &'static str,
}

impl Script<'_> {
    /// What the rows of a table ask by their ledger key.
    pub(super) fn asked_segments(&self, table: &Table) -> Asked {
        match &table.through {
            None => Asked {
                segments: format!("{}.segments", self.ledger_schema()),
                keys: self.points(),
                missing: "not_in_ledger",
            },
            Some(through) => Asked {
                segments: self.numbered_through("segments", through),
                keys: keys(through),
                missing: "key_missing",
            },
        }
    }

    /// `ledger.<noun>_1`, … of a key through another table.
    fn numbered_through(&self, noun: &str, through: &KeyThrough) -> String {
        let mut all = self.catalogue.keys_through().into_iter();
        let number = all.position(|other| other == through).unwrap_or_default();
        format!("ledger.{noun}_{}", number + 1)
    }

    /// The join to the supply point that the key of a row `t` belonged to on the last day that it speaks of, and the columns
    /// that hold it; the row's own key where it has one.
    pub(super) fn point_of_last_day(
        &self,
        table: &Table,
        after_t: &str,
    ) -> (Vec<String>, Vec<String>) {
        let own = table.ledger_key.iter().flatten();
        let own = own.map(|&column| format!("t.{}", name(&table.columns[column].name)));
        let own: Vec<String> = own.collect();
        let Some(through) = &table.through else {
            return (Vec::new(), own);
        };
        let mut on: Vec<String> = keys(through)
            .iter()
            .zip(&own)
            .map(|(key, own)| format!("{AT_POINT}.{key} = {own}"))
            .collect();
        on.push(format!(
            "{AT_POINT}.first_day < {after_t} AND {after_t} <= {AT_POINT}.next_day"
        ));
        let join = format!(
            "LEFT JOIN {} AS {AT_POINT}\n  ON {}",
            self.numbered_through("points", through),
            on.join(" AND ")
        );
        let points = self.points().into_iter();
        let points = points.map(|point| format!("{AT_POINT}.{point}")).collect();
        (vec![join], points)
    }

    /// `ledger.points_1` and `ledger.segments_1` of every key through another table.
    pub(super) fn keys_through(&mut self) {
        for through in self.catalogue.keys_through() {
            let table = &self.catalogue.tables[through.table];
            self.asked = table.ledger;
            self.gap();
            self.say(&format!(
                "Keys through {}: the supply point of every day. A day with two of them, or with none, has none.",
                table.id
            ));
            let mut steps = Steps::default();
            self.assigned(through, &mut steps);
            self.pieces(through, &mut steps);
            let points = self.numbered_through("points", through);
            let what = [keys(through), self.points()].concat();
            let query = Select {
                what: [what, vec!["first_day".to_owned(), "next_day".to_owned()]].concat(),
                from: "said".to_owned(),
                filter: Some("points = 1 AND rows_untold = 0".to_owned()),
                ..Select::default()
            };
            self.statement(&format!("CREATE TABLE {points} AS\n{steps}{query}"));
            self.say("What is said of such a key on every day: what the ledger says of its supply point.");
            let segments = self.numbered_through("segments", through);
            let query = self.segments_through(through, &mut steps);
            self.statement(&format!("CREATE TABLE {segments} AS\n{steps}{query}"));
        }
    }

    /// Step `assigned`: the rows of the other table with their days, NULL where they cannot be told.
    fn assigned(&self, through: &KeyThrough, steps: &mut Steps) {
        let table = &self.catalogue.tables[through.table];
        let column = |column: usize| name(&table.columns[column].name);
        let is_timestamp = |column: usize| table.columns[column].value_type == ValueType::Timestamp;
        let key = self.catalogue.point_key(through.table).unwrap_or_default();
        let mut what: Vec<String> = through
            .references
            .iter()
            .zip(keys(through))
            .map(|(&reference, key)| format!("{} AS {key}", column(reference)))
            .collect();
        let whole: Vec<String> = key
            .iter()
            .map(|&key| format!("{} IS NOT NULL", column(key)))
            .collect();
        let whole = whole.join(" AND ");
        what.extend(
            key.iter()
                .zip(self.points())
                .map(|(&key, point)| match self.points().len() {
                    1 => format!("{} AS {point}", column(key)),
                    _ => format!("CASE WHEN {whole} THEN {} END AS {point}", column(key)),
                }),
        );
        let from = match is_timestamp(through.from) {
            true => format!("CAST({} AS DATE)", column(through.from)),
            false => column(through.from),
        };
        let next = self.day_after_of(
            &column(through.until),
            through.until_is,
            is_timestamp(through.until),
            (&through.open, through.null_is_open),
        );
        what.extend([format!("{from} AS from_day"), format!("{next} AS end_day")]);
        let there: Vec<String> = through
            .references
            .iter()
            .map(|&reference| format!("{} IS NOT NULL", column(reference)))
            .collect();
        let rows = Select {
            what,
            from: format!("staging.{}", name(&table.id)),
            filter: Some(there.join(" AND ")),
            ..Select::default()
        };
        steps.add(
            "assigned",
            "The rows that have a key; end_day is the day after the last.",
            rows,
        );
        let days = "CASE WHEN from_day < end_day THEN";
        let told = Select {
            what: [
                keys(through),
                self.points(),
                vec![
                    format!("{days} from_day END AS first_day"),
                    format!("{days} end_day END AS next_day"),
                ],
            ]
            .concat(),
            from: "assigned".to_owned(),
            ..Select::default()
        };
        steps.add(
            "told",
            "Days that cannot be told are NULL: such a row could hold any.",
            told,
        );
    }

    /// Steps `turns`, `stretches` and `said`: what holds from one day on which an answer may change to the next.
    fn pieces(&self, through: &KeyThrough, steps: &mut Steps) {
        let key = keys(through).join(", ");
        let same = |one: &str, other: &str, columns: &[String]| {
            let same: Vec<String> = columns
                .iter()
                .map(|column| format!("{one}.{column} = {other}.{column}"))
                .collect();
            same.join(" AND ")
        };
        let qualified: Vec<String> = keys(through).iter().map(|key| format!("a.{key}")).collect();
        let turns = [
            format!("SELECT {key}, DATE '-infinity' AS first_day FROM told"),
            format!("SELECT {key}, first_day FROM told WHERE first_day IS NOT NULL"),
            format!("SELECT {key}, next_day FROM told WHERE next_day < DATE 'infinity'"),
            format!(
                "SELECT {}, s.first_day FROM told AS a JOIN {}.segments AS s ON {}",
                qualified.join(", "),
                self.ledger_schema(),
                same("a", "s", &self.points())
            ),
        ];
        steps.add(
            "turns",
            "The days on which an answer may change.",
            turns.join("\nUNION "),
        );
        stretches(&key, steps);
        let points = self.points();
        let point = match points.as_slice() {
            [one] => format!("a.{one}"),
            several => {
                let parts: Vec<String> = several.iter().map(|part| format!("a.{part}")).collect();
                format!(
                    "CASE WHEN {} IS NOT NULL THEN ROW({}) END",
                    parts[0],
                    parts.join(", ")
                )
            }
        };
        let here = "a.first_day <= t.first_day AND t.first_day < a.next_day";
        let no_point = format!("count(*) FILTER (WHERE {here} AND a.{} IS NULL)", points[0]);
        let mut what: Vec<String> = keys(through).iter().map(|key| format!("t.{key}")).collect();
        let group = what.join(", ");
        what.extend(["t.first_day".to_owned(), "t.next_day".to_owned()]);
        what.push(format!(
            "count(DISTINCT {point}) FILTER (WHERE {here}) + CASE WHEN {no_point} > 0 THEN 1 ELSE 0 END AS points"
        ));
        what.push("count(*) FILTER (WHERE a.first_day IS NULL) AS rows_untold".to_owned());
        what.extend(
            points
                .iter()
                .map(|point| format!("min(a.{point}) FILTER (WHERE {here}) AS {point}")),
        );
        let said = Select {
            what,
            from: "stretches AS t".to_owned(),
            joins: vec![format!(
                "JOIN told AS a ON {}",
                same("a", "t", &keys(through))
            )],
            tail: vec![format!("GROUP BY {group}, t.first_day, t.next_day")],
            ..Select::default()
        };
        steps.add("said", "The supply points of every stretch.", said);
    }

    /// Steps `answers`, `changes` and `runs`, and the segments.
    fn segments_through(&self, through: &KeyThrough, steps: &mut Steps) -> String {
        let key = keys(through).join(", ");
        let same: Vec<String> = self
            .points()
            .iter()
            .map(|point| format!("s.{point} = d.{point}"))
            .collect();
        let arms = [
            ("d.rows_untold > 0 OR d.points > 1", "'key_ambiguous'"),
            ("d.points = 0", "'key_missing'"),
        ]
        .map(|(when, then)| (when.to_owned(), then.to_owned()));
        let mut what: Vec<String> = keys(through).iter().map(|key| format!("d.{key}")).collect();
        what.extend(["d.first_day".to_owned(), "d.next_day".to_owned()]);
        what.push(format!(
            "{} AS verdict",
            case(&arms, "coalesce(s.verdict, 'not_in_ledger')")
        ));
        let answers = Select {
            what,
            from: "said AS d".to_owned(),
            joins: vec![format!(
                "LEFT JOIN {}.segments AS s\n  ON {} AND s.first_day <= d.first_day AND d.first_day < s.next_day",
                self.ledger_schema(),
                same.join(" AND ")
            )],
            ..Select::default()
        };
        steps.add("answers", "What is said of every stretch.", answers);
        runs(&key, steps);
        let table = &self.catalogue.tables[through.table];
        let columns: Vec<String> = through
            .references
            .iter()
            .map(|&column| name(&table.columns[column].name))
            .collect();
        let there: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} IS NOT NULL"))
            .collect();
        let named: Vec<String> = columns
            .iter()
            .zip(keys(through))
            .map(|(column, key)| format!("{column} AS {key}"))
            .collect();
        steps.add(
            "rejected",
            "The keys of rejected rows.",
            format!(
                "SELECT DISTINCT {}\nFROM rejects.{}\nWHERE {}",
                named.join(", "),
                name(&table.id),
                there.join(" AND ")
            ),
        );
        let is_rejected: Vec<String> = keys(through)
            .iter()
            .map(|key| format!("rejected.{key} = runs.{key}"))
            .collect();
        format!(
            "SELECT {key}, min(first_day) AS first_day, max(next_day) AS next_day, verdict\nFROM runs\n\
             WHERE NOT EXISTS (SELECT 1 FROM rejected WHERE {})\nGROUP BY {key}, run, verdict\nUNION ALL\n\
             SELECT {key}, DATE '-infinity', DATE 'infinity', 'key_rejected' FROM rejected",
            is_rejected.join(" AND ")
        )
    }
}

/// The supply point that a key belonged to on the last day that a row speaks of.
const AT_POINT: &str = "at_point";

fn keys(through: &KeyThrough) -> Vec<String> {
    match through.references.len() {
        1 => vec!["key".to_owned()],
        several => numbered("key", several),
    }
}
