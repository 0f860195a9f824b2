//! The class of a cell where it depends on the row (docs/rules.md, section 5): by another column, by a rule of its own, and
//! by `[[when]]`.

use bunri_catalogue::{
    Bound, Class, ClassRule, Column, Condition, Ownership, ParentRule, Subject, Table, When,
    class_of_another_time, possible_classes, possible_ownerships,
};
use bunri_types::ValueType;

use super::super::decimal;
use super::Script;
use super::codes::one_of;
use super::rules::day_of_moment;
use super::select::{Select, Steps};
use super::text::{case, day, literal, literals, name};

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
        let varying = || (0..table.columns.len()).filter(|&column| varies(table, column));
        let mut columns = Vec::new();
        for class in Class::ALL {
            // They share one expression, so any of them speaks for all.
            let shared = varying().find(|&column| shared_class(table, column) == Some(class));
            columns.extend(shared.map(|column| {
                let becomes = self.becomes(table, column, class, 0);
                format!("{becomes} AS {}", self.class_name(class))
            }));
        }
        for column in varying().filter(|&column| shared_class(table, column).is_none()) {
            let class = self.class_expression(table, column);
            columns.push(format!("{class} AS {}", self.class_of(table, column)));
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
        varies(table, column).then(|| match shared_class(table, column) {
            Some(class) => self.class_name(class),
            None => self.class_of(table, column),
        })
    }

    /// What a class of a column counts as after the conditions from number `first` on.
    fn becomes(&self, table: &Table, column: usize, class: Class, first: usize) -> String {
        let mut later = table.when.iter().enumerate().skip(first);
        let next = later.find_map(|(at, when)| {
            let to = when.changed(column, class);
            (to != class).then_some((at, to))
        });
        let Some((at, to)) = next else {
            return format!("'{}'", class.word());
        };
        let met = self.own(&format!("when_{}", at + 1));
        let (yes, no) = (
            self.becomes(table, column, to, at + 1),
            self.becomes(table, column, class, at + 1),
        );
        format!("CASE WHEN {met} THEN {yes} ELSE {no} END")
    }

    /// The class of a column that has one of its own: by value, by its group of cells, then by the conditions.
    fn class_expression(&self, table: &Table, column: usize) -> String {
        let class = |class: Class| self.in_its_time(table, column, class);
        match &table.columns[column].class {
            ClassRule::Fixed(fixed) => class(*fixed),
            ClassRule::ByValue {
                column: by,
                compare,
                cases,
                otherwise,
            } => {
                let by = &table.columns[*by];
                let arms: Vec<(String, String)> = cases
                    .iter()
                    .map(|(value, of_value)| {
                        let values = std::slice::from_ref(value);
                        let is = one_of(&name(&by.name), by.value_type, *compare, values);
                        (is, class(*of_value))
                    })
                    .collect();
                case(&arms, &class(*otherwise))
            }
        }
    }

    /// What a class counts as, if the cell's own days are the incumbent's and if they are not; then the conditions.
    fn in_its_time(&self, table: &Table, column: usize, class: Class) -> String {
        let becomes = |class: Class| self.becomes(table, column, class, 0);
        let another = class_of_another_time(class);
        match group(table, column) {
            Some(group) if another != class => {
                let (ownership, cells) = (self.own("ownership"), self.cells_name(table, group));
                let withheld = format!("{ownership} = 'own' AND {cells} <> 'own'");
                case(&[(withheld, becomes(another))], &becomes(class))
            }
            Some(_) | None => becomes(class),
        }
    }

    /// Whether a row of the condition's ownerships meets it.
    fn met(&self, table: &Table, when: &When) -> String {
        let test = match when.subject {
            Subject::Row { column } => {
                let column = &table.columns[column];
                self.test(&name(&column.name), column, &when.condition)
            }
            Subject::Parents { leaf, column } => {
                let rule = table.parent_rule(leaf);
                let test = rule.map(|rule| self.parents_meet(table, rule, column, when));
                test.unwrap_or_default()
            }
        };
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

    /// Whether one of the parents that count for a row of `owned` meets the condition, or there is none. What a rejected one would
    /// say is NULL.
    fn parents_meet(
        &self,
        table: &Table,
        rule: ParentRule<'_>,
        column: usize,
        when: &When,
    ) -> String {
        let parent = &self.catalogue.tables[rule.table];
        let pairs = rule.references.iter().zip(rule.key);
        let (referred, same): (Vec<String>, Vec<String>) = pairs
            .map(|(&of_parent, &of_row)| {
                let of_parent = name(&parent.columns[of_parent].name);
                let of_row = name(&table.columns[of_row].name);
                let same = format!("p.{of_parent} = owned.{of_row}");
                (of_parent, same)
            })
            .unzip();
        let referred = referred.join(", ");
        let column = &parent.columns[column];
        let asked = self.own("asked");
        let staged = format!("{} AS {asked}", name(&column.name));
        let from = self.counted_rows(parent, &referred, (&staged, "NULL"));
        let test = self.test(&format!("p.{asked}"), column, &when.condition);
        format!(
            "coalesce((SELECT bool_or({test}) FROM {from} AS p\n WHERE {}), true)",
            same.join(" AND ")
        )
    }

    /// Whether a value meets the condition; NULL does.
    fn test(&self, name: &str, column: &Column, condition: &Condition) -> String {
        let is_one_of =
            |values: &[String], compare| one_of(name, column.value_type, compare, values);
        let test = match condition {
            Condition::In { values, compare } => is_one_of(values, *compare),
            Condition::NotIn { values, compare } => {
                format!("NOT ({})", is_one_of(values, *compare))
            }
            Condition::Within { at_least, below } => {
                let value = match column.value_type {
                    ValueType::Timestamp => day_of_moment(name, column),
                    ValueType::Text
                    | ValueType::Int
                    | ValueType::Decimal { .. }
                    | ValueType::Real
                    | ValueType::Date(_)
                    | ValueType::Bool
                    | ValueType::Bytes => name.to_owned(),
                };
                let scale = column.value_type.scale();
                let side = |sign: &str, bound: &Option<Bound>| {
                    let bound = self.bound((*bound)?, scale);
                    Some(format!("{value} {sign} {bound}"))
                };
                let sides: Vec<String> = [side(">=", at_least), side("<", below)]
                    .into_iter()
                    .flatten()
                    .collect();
                sides.join(" AND ")
            }
        };
        format!("({name} IS NULL OR {test})")
    }

    fn bound(&self, bound: Bound, scale: u8) -> String {
        match bound {
            Bound::Unscaled(unscaled) => decimal(unscaled, scale),
            Bound::Day(bound) => day(bound),
            Bound::Cutover => day(self.inputs.cutover),
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

/// Whether a column's class depends on the row, beyond the row's ownership.
fn varies(table: &Table, column: usize) -> bool {
    possible_ownerships(table)
        .iter()
        .any(|&ownership| possible_classes(table, column, ownership).len() > 1)
}

/// The fixed class of a column of which no rule or condition speaks alone: all columns like it count as the same.
fn shared_class(table: &Table, column: usize) -> Option<Class> {
    let alone = group(table, column).is_some()
        || table.when.iter().any(|when| {
            let columns = when.columns.as_ref();
            columns.is_some_and(|columns| columns.contains(&column))
        });
    match table.columns[column].class {
        ClassRule::Fixed(class) if !alone => Some(class),
        ClassRule::Fixed(_) | ClassRule::ByValue { .. } => None,
    }
}

/// The group of cells of another time to which a column belongs.
fn group(table: &Table, column: usize) -> Option<usize> {
    let mut groups = table.cells.iter();
    groups.position(|group| group.columns.contains(&column))
}
