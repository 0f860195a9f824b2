//! The class of a cell where it depends on the row (docs/rules.md, section 4): by another column, and by `[[when]]`.

use super::super::decimal;
use super::Script;
use super::codes::is_one_of;
use super::select::{Select, Steps};
use super::text::{case, literal, literals, name};
use bunri_catalogue::{Class, ClassRule, Compare, Condition, Ownership, Table, ValueType, When};
use bunri_catalogue::{possible_classes, possible_ownerships};

impl Script<'_> {
    /// The query `owned` (rows with verdict and ownership), and over it a column for each class that depends on the row.
    pub(super) fn classified(&self, table: &Table, owned: Select, steps: &mut Steps) -> Select {
        let everything = || "*".to_owned();
        let classes = self.class_columns(table);
        if classes.is_empty() {
            return owned;
        }
        steps.add("owned", "Whose the row is.", owned);
        let mut from = "owned".to_owned();
        if !table.when.is_empty() {
            let met = table.when.iter().enumerate().map(|(at, when)| {
                format!(
                    "{} AS {}",
                    self.met(table, when),
                    self.own(&format!("when_{}", at + 1))
                )
            });
            let what = std::iter::once(everything()).chain(met).collect();
            let query = Select {
                what,
                from,
                ..Select::default()
            };
            steps.add(
                "met",
                "Which conditions the row meets; NULL meets every one.",
                query,
            );
            from = "met".to_owned();
        }
        let what = std::iter::once(everything()).chain(classes).collect();
        Select {
            what,
            from,
            ..Select::default()
        }
    }

    fn class_columns(&self, table: &Table) -> Vec<String> {
        let mut columns: Vec<String> = Class::ALL
            .into_iter()
            .filter(|&class| changes(table, class) && has_fixed(table, class))
            .map(|class| {
                format!(
                    "{} AS {}",
                    self.becomes(table, class, 0),
                    self.class_name(class)
                )
            })
            .collect();
        for (position, column) in table.columns.iter().enumerate() {
            if matches!(column.class, ClassRule::ByValue { .. }) {
                let by_value = self.by_value(table, &column.class);
                columns.push(format!("{by_value} AS {}", self.class_of(table, position)));
            }
        }
        columns
    }

    fn class_name(&self, class: Class) -> String {
        self.own(class.word())
    }

    fn class_of(&self, table: &Table, column: usize) -> String {
        name(&self.own(&format!("class_of_{}", table.columns[column].name)))
    }

    /// The name of the class of a column's cells, where it depends on the row.
    fn class_column(&self, table: &Table, column: usize) -> Option<String> {
        match table.columns[column].class {
            ClassRule::Fixed(class) => changes(table, class).then(|| self.class_name(class)),
            ClassRule::ByValue { .. } => Some(self.class_of(table, column)),
        }
    }

    /// What a class counts as after the conditions from number `first` on.
    fn becomes(&self, table: &Table, class: Class, first: usize) -> String {
        let next = table
            .when
            .iter()
            .enumerate()
            .skip(first)
            .find_map(|(at, when)| {
                let to = when.change.iter().find(|(from, _)| *from == class)?.1;
                Some((at, to))
            });
        let Some((at, to)) = next else {
            return format!("'{}'", class.word());
        };
        let met = self.own(&format!("when_{}", at + 1));
        let (yes, no) = (
            self.becomes(table, to, at + 1),
            self.becomes(table, class, at + 1),
        );
        format!("CASE WHEN {met} THEN {yes} ELSE {no} END")
    }

    fn by_value(&self, table: &Table, rule: &ClassRule) -> String {
        let ClassRule::ByValue {
            column,
            compare,
            cases,
            otherwise,
        } = rule
        else {
            return String::new();
        };
        let (by, value_type) = (
            name(&table.columns[*column].name),
            table.columns[*column].value_type,
        );
        let arms: Vec<(String, String)> = cases
            .iter()
            .map(|(value, class)| {
                let is = one_of(&by, value_type, *compare, std::slice::from_ref(value));
                (is, self.becomes(table, *class, 0))
            })
            .collect();
        case(&arms, &self.becomes(table, *otherwise, 0))
    }

    /// Whether a row of the condition's ownerships meets it.
    fn met(&self, table: &Table, when: &When) -> String {
        let column = &table.columns[when.column];
        let scale = column.value_type.scale();
        let name = name(&column.name);
        let test = match &when.condition {
            Condition::In { values, compare } => one_of(&name, column.value_type, *compare, values),
            Condition::AtLeast { unscaled } => format!("{name} >= {}", decimal(*unscaled, scale)),
            Condition::Below { unscaled } => format!("{name} < {}", decimal(*unscaled, scale)),
        };
        let test = format!("({name} IS NULL OR {test})");
        if when.rows.len() == possible_ownerships(table).len() {
            return test;
        }
        let words: Vec<&str> = when.rows.iter().map(|row| row.word()).collect();
        let ownership = self.own("ownership");
        match words.as_slice() {
            [one] => format!("{ownership} = {} AND {test}", literal(one)),
            _ => format!("{ownership} IN ({}) AND {test}", literals(words)),
        }
    }

    /// When a cell of a row of this ownership has one of the classes that `wanted` accepts.
    pub(super) fn has_class(
        &self,
        table: &Table,
        column: usize,
        ownership: Ownership,
        wanted: impl Fn(Class) -> bool,
    ) -> Fate {
        let possible = possible_classes(table, column, ownership);
        let (good, all): (Vec<Class>, usize) = (
            possible
                .iter()
                .copied()
                .filter(|&class| wanted(class))
                .collect(),
            possible.len(),
        );
        match (self.class_column(table, column), good.as_slice()) {
            (Some(_) | None, []) => Fate::Never,
            (Some(_) | None, good) if good.len() == all => Fate::Always,
            // One class is always or never wanted, so several are possible and there is a column.
            (None, [_, ..]) => Fate::Never,
            (Some(name), [one]) => Fate::Where(format!("{name} = {}", literal(one.word()))),
            (Some(name), several) => {
                let words = literals(several.iter().map(|class| class.word()));
                Fate::Where(format!("{name} IN ({words})"))
            }
        }
    }
}

/// Whether something holds of the rows of one ownership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Always,
    Never,
    /// Where this condition holds.
    Where(String),
}

fn one_of(column: &str, value_type: ValueType, compare: Compare, values: &[String]) -> String {
    if value_type != ValueType::Int {
        return is_one_of(column, compare, values.iter().map(String::as_str));
    }
    // The cases of an int column are decimal texts, checked when the catalogue was read.
    match values {
        [one] => format!("{column} = {one}"),
        _ => format!("{column} IN ({})", values.join(", ")),
    }
}

fn changes(table: &Table, class: Class) -> bool {
    table
        .when
        .iter()
        .any(|when| when.change.iter().any(|(from, _)| *from == class))
}

fn has_fixed(table: &Table, class: Class) -> bool {
    table
        .columns
        .iter()
        .any(|column| column.class == ClassRule::Fixed(class))
}
