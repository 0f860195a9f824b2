//! `known_at` (docs/rules.md, section 4): what stands in a row that is own was written with the incumbent's knowledge, or not.

use super::Script;
use super::facts::Fact;
use super::owners::{ALWAYS, OwnerRule, owner_rules};
use super::rules::{At, numbered, within};
use super::select::{Select, Steps};
use super::text::{case, hang, name};
use bunri_catalogue::{Early, KnownAt, Match, RowRule, Table};

/// Conditions, each with what holds where it is the first to be met.
type Arms = Vec<(String, String)>;

/// How a table asks when its rows were written.
#[derive(Clone, Copy)]
struct Written {
    grace_days: u32,
    early: Early,
}

/// The segments that are asked for one owner key.
const AT_T: &str = "at_t";
const AT_KNOWN: &str = "at_known";

impl Script<'_> {
    /// Whether somebody asks for the last day that rows of this table speak of: the table itself, or its children.
    pub(super) fn is_asked_t(&self, table: &Table) -> bool {
        let is_child = |child: &&Table| {
            let leaves = child.rows.leaves().into_iter();
            let mut rules = leaves.filter_map(RowRule::as_parent);
            rules.any(|rule| self.catalogue.tables[rule.table].id == table.id)
        };
        let mut children = self.catalogue.tables.iter().filter(is_child);
        written(table).is_some() || children.any(|child| self.is_asked_t(child))
    }

    /// The day of writing, if it is asked.
    pub(super) fn known(&self, at: At<'_>) -> Option<String> {
        let KnownAt::Column { columns, .. } = &at.table.known_at else {
            return None;
        };
        let days: Vec<String> = columns.iter().map(|&column| at.day(column)).collect();
        let day = match days.as_slice() {
            [one] => one.clone(),
            several => format!("greatest({})", several.join(", ")),
        };
        Some(format!("{day} AS {}", self.own("known")))
    }

    /// Step `written`, after the step in which the row's rule has spoken; gives the last step's name.
    pub(super) fn written(&self, table: &Table, from: &str, steps: &mut Steps) -> String {
        let Some(asked) = written(table) else {
            return from.to_owned();
        };
        let (joins, arms, otherwise) = if table.ledger_key.is_some() {
            self.by_own_key(table, asked)
        } else {
            self.by_owner_keys(table, asked, from, steps)
        };
        let unasked = format!(
            "t.{} <> 'own' OR t.{} IS NULL",
            self.own("rule"),
            self.own("known")
        );
        let unasked = (unasked, "NULL".to_owned());
        let answer = case(&[vec![unasked], arms].concat(), &otherwise);
        let query = Select {
            what: vec![
                "t.*".to_owned(),
                format!("{answer} AS {}", self.own("known_at")),
            ],
            from: format!("{from} AS t"),
            joins,
            ..Select::default()
        };
        steps.add(
            "written",
            "Written with the incumbent's knowledge? Asked of rows that are own so far.",
            query,
        );
        "written".to_owned()
    }

    /// By the row's own ledger key, of which the timeline itself says why nobody knows.
    fn by_own_key(&self, table: &Table, asked: Written) -> (Vec<String>, Arms, String) {
        let (known, after_t) = (
            format!("t.{}", self.own("known")),
            format!("t.{}", self.own("after_t")),
        );
        let (mut joins, points) = self.point_of_last_day(table, &after_t);
        if asked.asks_t() {
            joins.push(self.join_point(AT_T, &points, &holds_t(&after_t)));
        }
        joins.push(self.join_point(AT_KNOWN, &points, &within(AT_KNOWN, &known)));
        let missing: Vec<String> = points
            .iter()
            .map(|point| format!("{point} IS NULL"))
            .collect();
        let nothing = format!("{} OR {AT_KNOWN}.verdict IS NULL", missing.join(" OR "));
        let mut arms = vec![(nothing, "'not_in_ledger'".to_owned())];
        arms.extend(asked.arms(&known, &after_t));
        (joins, arms, format!("{AT_KNOWN}.verdict"))
    }

    /// The segments of a supply point, which stands in these columns.
    fn join_point(&self, alias: &str, points: &[String], on: &str) -> String {
        let columns = self.points().into_iter().zip(points);
        let same: Vec<String> = columns
            .map(|(column, point)| format!("{alias}.{column} = {point}"))
            .collect();
        format!(
            "LEFT JOIN {}.segments AS {alias}\n  ON {} AND {on}",
            self.ledger_schema(),
            same.join(" AND ")
        )
    }

    /// By the owner keys of the parents: of the first parent rule that was asked of the row.
    fn by_owner_keys(
        &self,
        table: &Table,
        asked: Written,
        from: &str,
        steps: &mut Steps,
    ) -> (Vec<String>, Arms, String) {
        let rules = owner_rules(table);
        let (mut joins, mut arms) = (Vec::new(), Vec::new());
        for (at, rule) in rules.iter().enumerate() {
            let number = (rules.len() > 1).then_some(at + 1);
            let at = At { table, number };
            joins.push(self.answers_of_keys(at, asked, rule, from, steps));
            let answer = format!("coalesce({}.known_at, 'unknown')", at.named("known_at"));
            arms.push((rule.is_asked(table, "t"), answer));
        }
        match arms.as_slice() {
            [(asked, answer)] if asked == ALWAYS => (joins, Vec::new(), answer.clone()),
            _ => (joins, arms, "'unknown'".to_owned()),
        }
    }

    /// Steps `keys` and `known_at`: what the owner keys say to every key, day of writing and *T* that rows ask with; and the
    /// join to it.
    fn answers_of_keys(
        &self,
        at: At<'_>,
        asked: Written,
        rule: &OwnerRule<'_>,
        from: &str,
        steps: &mut Steps,
    ) -> String {
        let (keys_step, step) = (at.named("keys"), at.named("known_at"));
        let keys = numbered("key", rule.key.len());
        let query = self.answer_of_key(at.table, asked, rule, &keys, from);
        steps.add(
            &keys_step,
            "What each owner key of the parents says; of a rejected parent, or of none, nothing is known.",
            query,
        );
        let group = format!("{}, known, after_t", keys.join(", "));
        let query = Select {
            what: vec![
                group.clone(),
                format!("{} AS known_at", together(rule.matching)),
            ],
            from: keys_step,
            tail: vec![format!("GROUP BY {group}")],
            ..Select::default()
        };
        steps.add(&step, "What they say together.", query);
        let mut on: Vec<String> = rule
            .key
            .iter()
            .zip(&keys)
            .map(|(&column, key)| format!("{step}.{key} = {}", at.column(column)))
            .collect();
        on.push(format!("{step}.known = t.{}", self.own("known")));
        on.push(format!("{step}.after_t = t.{}", self.own("after_t")));
        format!("LEFT JOIN {step}\n  ON {}", on.join(" AND "))
    }

    /// What one owner key says: a row for each that a row asks.
    fn answer_of_key(
        &self,
        table: &Table,
        asked: Written,
        rule: &OwnerRule<'_>,
        keys: &[String],
        from: &str,
    ) -> Select {
        let asking: Vec<String> = keys.iter().map(|key| format!("a.{key}")).collect();
        let owners = self.counted_owners(rule);
        let is_parent = self.is_parent(rule, "o", &asking);
        let mut joins = vec![format!("LEFT JOIN {owners} AS o ON {is_parent}")];
        let points: Vec<String> = self
            .owner_points()
            .iter()
            .map(|point| format!("o.{point}"))
            .collect();
        if asked.asks_t() {
            joins.push(self.join_point(AT_T, &points, &holds_t("a.after_t")));
        }
        joins.push(self.join_point(AT_KNOWN, &points, &within(AT_KNOWN, "a.known")));
        let missing: Vec<String> = points
            .iter()
            .map(|point| format!("{point} IS NULL"))
            .collect();
        let nothing = format!("{} OR {AT_KNOWN}.verdict IS NULL", missing.join(" OR "));
        let mut arms = Vec::new();
        if self.gives_days(&self.catalogue.tables[rule.parent]) {
            let [first, next] = [Fact::FirstDay, Fact::NextDay].map(|fact| self.own(fact.noun()));
            let held = format!("o.{first} <= a.known AND a.known < o.{next}");
            arms.push((held, "'held'".to_owned()));
        }
        arms.push((nothing, "'unknown'".to_owned()));
        arms.extend(asked.arms("a.known", "a.after_t"));
        Select {
            what: vec![
                "a.*".to_owned(),
                format!("{} AS known_at", case(&arms, "'unknown'")),
            ],
            from: format!("({}) AS a", hang(&self.asks(table, rule, keys, from), 1)),
            joins,
            ..Select::default()
        }
    }

    /// Every key, day of writing and *T* with which own rows ask.
    fn asks(&self, table: &Table, rule: &OwnerRule<'_>, keys: &[String], from: &str) -> String {
        let (known, after_t) = (self.own("known"), self.own("after_t"));
        let columns: Vec<String> = rule
            .key
            .iter()
            .zip(keys)
            .map(|(&column, key)| format!("t.{} AS {key}", name(&table.columns[column].name)))
            .collect();
        let mut filter = format!("t.{} = 'own' AND t.{known} IS NOT NULL", self.own("rule"));
        let asked = rule.is_asked(table, "t");
        if asked != ALWAYS {
            filter.push_str(&format!(" AND {asked}"));
        }
        format!(
            "SELECT DISTINCT {}, t.{known} AS known, t.{after_t} AS after_t\nFROM {from} AS t\nWHERE {filter}",
            columns.join(", ")
        )
    }

    /// The verdict after `known_at`.
    pub(super) fn last_word(&self, table: &Table) -> String {
        let rule = self.own("rule");
        if written(table).is_none() {
            return rule;
        }
        let (known, known_at) = (self.own("known"), self.own("known_at"));
        let says =
            |word: &str, verdict: &str| (format!("{known_at} = '{word}'"), format!("'{verdict}'"));
        let arms = [
            (format!("{rule} <> 'own'"), rule.clone()),
            (format!("{known} IS NULL"), "'known_at_missing'".to_owned()),
            says("stands", "own"),
            says("early", "written_early"),
            says("after", "other"),
        ];
        let unknown = if table.ledger_key.is_some() {
            known_at
        } else {
            "'known_at_undecided'".to_owned()
        };
        case(&arms, &unknown)
    }
}

impl Written {
    /// Whether the segment of *T* is asked: only there a number of days counts from its first.
    fn asks_t(self) -> bool {
        matches!(self.early, Early::Days(_))
    }

    /// What a key says of which the ledger knows something: `stands`, `early` or `after`; what is left is unknown. Early by few
    /// enough days is as good as not early, whatever other keys say.
    fn arms(self, known: &str, after_t: &str) -> Arms {
        let stands = |when: String| (when, "'stands'".to_owned());
        let mut arms = vec![stands(format!("{AT_KNOWN}.verdict = 'own'"))];
        if self.grace_days > 0 {
            let within = plus(known, '-', self.grace_days);
            arms.push(stands(format!(
                "{known} >= {after_t} AND {within} < {after_t}"
            )));
        }
        let in_time = format!("{known} < {after_t}");
        match self.early {
            Early::Own => arms.push(stands(in_time)),
            Early::Undecided => arms.push((in_time, "'early'".to_owned())),
            Early::Days(days) => {
                let written = plus(known, '+', days);
                let began = format!("{AT_T}.verdict = 'own' AND {written} >= {AT_T}.first_day");
                arms.push(stands(format!("{in_time} AND {began}")));
                arms.push((in_time, "'early'".to_owned()));
            }
        }
        arms.push((
            format!("{AT_KNOWN}.verdict = 'other'"),
            "'after'".to_owned(),
        ));
        arms
    }
}

fn plus(day: &str, sign: char, days: u32) -> String {
    match days {
        0 => day.to_owned(),
        days => format!("{day} {sign} {days}"),
    }
}

/// Whether a segment holds the last day that the row speaks of, which may be without end.
fn holds_t(after_t: &str) -> String {
    format!("{AT_T}.first_day < {after_t} AND {after_t} <= {AT_T}.next_day")
}

fn written(table: &Table) -> Option<Written> {
    match table.known_at {
        KnownAt::Column {
            grace_days, early, ..
        } => Some(Written { grace_days, early }),
        KnownAt::None { .. } | KnownAt::NotNeeded => None,
    }
}

/// How the answers of several owner keys are one.
fn together(matching: Match) -> String {
    let words = match matching {
        Match::All => ["after", "unknown", "early"],
        Match::Any => ["stands", "early", "unknown"],
    };
    let otherwise = match matching {
        Match::All => "'stands'",
        Match::Any => "'after'",
    };
    let some = |word: &str| format!("bool_or(known_at = '{word}')");
    // Written on a day of an own parent: nothing else is asked.
    let mut arms = vec![(some("held"), "'stands'".to_owned())];
    arms.extend(words.map(|word| (some(word), format!("'{word}'"))));
    case(&arms, otherwise)
}
