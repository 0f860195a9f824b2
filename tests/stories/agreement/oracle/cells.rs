//! docs/rules.md, section 5: the class of every cell of a decided row.

use super::super::world::{
    Bound, CellRule, Cells, Class, Classes, Rule, Table, Test, Time, Value, When, Who, World,
};
use super::rules::Rows;
use super::same;

impl Rows<'_> {
    /// The classes of a row's cells, in the order of the columns.
    pub(super) fn classes(&self, table: &Table, row: &[Value], who: Who) -> Vec<Class> {
        (0..row.len())
            .map(|column| self.class(table, column, row, who))
            .collect()
    }

    fn class(&self, table: &Table, column: usize, row: &[Value], who: Who) -> Class {
        let mut class = by_value(&table.columns[column].class, row);
        let group = table
            .cells
            .iter()
            .find(|cells| cells.columns.contains(&column));
        if let Some(cells) = group.filter(|_| who == Who::Own) {
            let own = self.rule(table, row, &rule_of(cells, column)).who == Who::Own;
            self.see(&format!("{}: {own}", word(&cells.rule)));
            if !own {
                if class == Class::Hold {
                    self.see("hold of another time");
                }
                class = withheld(class);
            }
        }
        let whens = table.whens.iter().filter(|when| when.rows.contains(&who));
        for when in whens.filter(|when| self.met(table, row, when)) {
            let changed = changed(when, column, class);
            if changed != class {
                self.see(&format!("when: {}", test_word(when)));
                if when.parent.is_some() {
                    self.see("a condition on parents");
                }
                if changed == Class::Hold {
                    self.see("a condition to hold");
                }
                class = changed;
            }
        }
        class
    }

    /// Of parents: one that meets it, or nobody who could say that none does.
    fn met(&self, table: &Table, row: &[Value], when: &When) -> bool {
        let meets = |value: &Value| meets(self.world, value, &when.test);
        let Some(rule) = &when.parent else {
            return meets(&table.asked(when.column, row));
        };
        let (position, parents) = self.parents(row, rule);
        let parent = &self.world.tables[position];
        if parents.is_empty() {
            self.see("a condition without parents");
            return true;
        }
        let (mut rejected, mut met) = (false, false);
        for at in parents {
            match self.decided[position][at] {
                None => rejected = true,
                Some(_) => met |= meets(&parent.asked(when.column, &parent.rows[at])),
            }
        }
        if rejected {
            self.see("a condition on a rejected parent");
        } else if !met {
            self.see("parents that are clear of a condition");
            let (_, all) = self.referred(row, rule);
            let met = |at: &usize| meets(&parent.asked(when.column, &parent.rows[*at]));
            if all.iter().any(met) {
                self.see("a condition that only a parent to come would meet");
            }
        }
        rejected || met
    }
}

/// The row rule of one column of a group.
fn rule_of(cells: &Cells, column: usize) -> Rule {
    match &cells.rule {
        CellRule::OfColumn(rule) | CellRule::Rows(rule) => rule.clone(),
        CellRule::Days { from } => {
            let before = cells.columns.iter().take_while(|other| **other != column);
            Rule::Ledger(Time::At {
                column: *from,
                after: before.count() as i64,
            })
        }
    }
}

/// The class of a cell that is treated as on an other row.
pub(super) fn withheld(class: Class) -> Class {
    match class {
        Class::OwnCustomer => Class::TransmissionOnly,
        Class::AnyRetailer => Class::TransmissionOnly,
        class => class,
    }
}

/// The class after a condition that is met.
pub(super) fn changed(when: &When, column: usize, class: Class) -> Class {
    let speaks = when
        .columns
        .as_ref()
        .is_none_or(|columns| columns.contains(&column));
    let mut changes = when.change.iter();
    let change = changes.find(|(from, _)| speaks && *from == class);
    change.map_or(class, |(_, to)| *to)
}

fn by_value(class: &Classes, row: &[Value]) -> Class {
    match class {
        Classes::Fixed(class) => *class,
        Classes::By {
            column,
            trim,
            cases,
            otherwise,
        } => super::case(&row[*column], *trim, cases)
            .copied()
            .unwrap_or(*otherwise),
    }
}

fn meets(world: &World, value: &Value, test: &Test) -> bool {
    if *value == Value::Null {
        return true;
    }
    let listed = |values: &[String], trim: bool| {
        let code = value.code().unwrap_or_default();
        values.iter().any(|value| same(value, &code, trim))
    };
    match test {
        Test::In { values, trim } => listed(values, *trim),
        Test::NotIn { values, trim } => !listed(values, *trim),
        Test::Within { at_least, below } => {
            let number = match value {
                Value::Int(number) | Value::Tenths(number) => Some(*number),
                value => value.day(),
            };
            let bound = |bound: Bound| match bound {
                Bound::Number(number) => number,
                Bound::Day(day) => day,
                Bound::Cutover => world.limits.cutover,
            };
            number.is_some_and(|number| {
                at_least.is_none_or(|least| number >= bound(least))
                    && below.is_none_or(|end| number < bound(end))
            })
        }
    }
}

fn word(rule: &CellRule) -> &'static str {
    match rule {
        CellRule::OfColumn(_) => "rows of a column",
        CellRule::Rows(_) => "rows of a group",
        CellRule::Days { .. } => "days of a group",
    }
}

fn test_word(when: &When) -> String {
    let columns = if when.columns.is_some() {
        "some columns"
    } else {
        "all columns"
    };
    let kind = |bound: &Bound| match bound {
        Bound::Number(_) => "a number",
        Bound::Day(_) => "a day",
        Bound::Cutover => "the cutover",
    };
    let test = match &when.test {
        Test::In { .. } => "in".to_owned(),
        Test::NotIn { .. } => "not_in".to_owned(),
        Test::Within { at_least, below } => {
            let least = at_least.as_ref().map_or("nothing", kind);
            format!("from {least} to {}", below.as_ref().map_or("nothing", kind))
        }
    };
    format!("{test}, {columns}")
}
