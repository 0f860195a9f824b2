//! Who may see which class of whose point: the table of the regulator's terms (docs/rules.md), for people in front of a screen.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::{Catalogue, Class, Ownership, Table};
use bunri_security::model::{Screen, ScreenField};
use bunri_security::outcome::Exposed;
use bunri_security::{IncidentFile, SecurityError, Side, TableName};
use bunri_text::{Problem, Problems, did_you_mean, listed};

/// Whose point a screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// A customer of the retailer that looks.
    Own,
    /// Anybody else's.
    Others,
}

/// Whether somebody of this side may see it. Default deny: only what is listed here.
fn may_see(side: Side, class: Class, whose: Whose) -> bool {
    match side {
        // What retail alone may have is not the operator's, either.
        Side::Operator => class != Class::RetailOnly,
        Side::Retail => match class {
            Class::AnyRetailer | Class::Reference => true,
            Class::OwnCustomer | Class::RetailOnly => whose == Whose::Own,
            Class::TransmissionOnly | Class::Hold | Class::Discard => false,
        },
        // No retailer, and no customers here.
        Side::Affiliate => class == Class::Reference,
        // What a contractor may see stands in its contract, which no table holds.
        Side::Contractor => true,
    }
}

/// Whether the classes say anything about people of this side.
pub(crate) fn is_judged(side: Side) -> bool {
    match side {
        Side::Operator | Side::Retail | Side::Affiliate => true,
        Side::Contractor => false,
    }
}

/// An unmasked item of a screen, with what the catalogue says of its column.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) field: &'a ScreenField,
    /// `table.column`.
    pub(crate) column: String,
    classes: BTreeSet<Class>,
    /// Whether conditions on the row's values make the class stricter.
    conditional: bool,
}

/// Every screen's unmasked items of which the dictionary says what they show.
pub(crate) struct Dictionary<'a> {
    by_screen: BTreeMap<&'a str, Vec<Shown<'a>>>,
    own_only: BTreeSet<&'a str>,
}

impl<'a> Dictionary<'a> {
    /// Looks every column up.
    ///
    /// # Errors
    /// Every table and column that the catalogue does not have.
    pub(crate) fn new(
        incidents: &IncidentFile,
        catalogue: &Catalogue,
        screens: &'a [Screen],
        fields: &'a [ScreenField],
    ) -> Result<Self, SecurityError> {
        let path = incidents
            .tables
            .get(&TableName::ScreenFields)
            .map_or(incidents.path.as_path(), |file| file.path());
        let (mut problems, mut by_screen) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        for field in fields {
            let Some((table, column)) = &field.shows else {
                continue;
            };
            match classified(catalogue, table, column) {
                Ok((classes, conditional)) if !field.masked => {
                    let shown = Shown {
                        field,
                        column: format!("{table}.{column}"),
                        classes,
                        conditional,
                    };
                    by_screen
                        .entry(field.screen.as_str())
                        .or_default()
                        .push(shown);
                }
                Ok(_) => {}
                Err((what, hint)) => {
                    let message =
                        format!("screen `{}`, item `{}`: {what}", field.screen, field.field);
                    problems.push(Problem::at(path, None, message).suggesting(hint));
                }
            }
        }
        if !problems.is_empty() {
            return Err(Problems(problems).into());
        }
        let own_only = screens.iter().filter(|screen| screen.own_only);
        Ok(Self {
            by_screen,
            own_only: own_only.map(|screen| screen.screen.as_str()).collect(),
        })
    }

    /// What somebody of this side sees on a screen and may not, item by item.
    pub(crate) fn exposed(&self, screen: &str, side: Side) -> Vec<(&Shown<'a>, Exposed)> {
        let of_others = |class| {
            let hidden = self.own_only.contains(screen) && side == Side::Retail;
            !hidden && !may_see(side, class, Whose::Others)
        };
        let of_own = |class| !may_see(side, class, Whose::Own);
        let exposed = |shown: &Shown<'a>| {
            let class: Vec<&str> = shown.classes.iter().map(|class| class.word()).collect();
            Exposed {
                column: shown.column.clone(),
                class: class.join(" or "),
                of_own: shown.classes.iter().any(|&class| of_own(class)),
                of_others: shown.classes.iter().any(|&class| of_others(class)),
            }
        };
        self.of(screen)
            .map(|shown| (shown, exposed(shown)))
            .filter(|(_, exposed)| exposed.of_own || exposed.of_others)
            .collect()
    }

    /// How many items a screen shows unmasked.
    pub(crate) fn shown(&self, screen: &str) -> usize {
        self.of(screen).count()
    }

    /// How many of them have a class that conditions on the row's values make stricter.
    pub(crate) fn conditional(&self, screen: &str) -> usize {
        self.of(screen).filter(|shown| shown.conditional).count()
    }

    fn of(&self, screen: &str) -> impl Iterator<Item = &Shown<'a>> {
        self.by_screen.get(screen).into_iter().flatten()
    }
}

/// The classes that a column can have, and whether conditions make them stricter; or what is unknown, and what was likely meant.
fn classified(
    catalogue: &Catalogue,
    table: &str,
    column: &str,
) -> Result<(BTreeSet<Class>, bool), (String, Option<String>)> {
    let is = |it: &&Table| it.name == table || it.id == table;
    let Some(found) = catalogue.tables.iter().find(is) else {
        if catalogue
            .ignored
            .iter()
            .any(|ignored| ignored.object == table)
        {
            let what =
                format!("the catalogue ignores `{table}`, so that its columns have no class");
            return Err((what, None));
        }
        let names = catalogue.tables.iter().map(|table| table.name.as_str());
        return Err((
            format!("the catalogue has no table `{table}`"),
            did_you_mean(table, names),
        ));
    };
    let names = || found.columns.iter().map(|column| column.name.as_str());
    let Some(place) = names().position(|name| name == column) else {
        let known: Vec<&str> = names().collect();
        let hint =
            did_you_mean(column, names()).or_else(|| Some(format!("it has {}", listed(&known))));
        return Err((
            format!("the catalogue's table `{table}` has no column `{column}`"),
            hint,
        ));
    };
    let classes = found.columns[place].class.possible();
    let stricter = |class: &Class| {
        let spoken_of = found
            .when
            .iter()
            .filter(|when| when.rows.iter().any(|&rows| rows != Ownership::Reference));
        spoken_of
            .into_iter()
            .any(|when| when.changed(place, *class) != *class)
    };
    let conditional = classes.iter().any(stricter);
    Ok((classes, conditional))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_but_the_operator_sees_what_is_the_operators() {
        for class in Class::ALL {
            for whose in [Whose::Own, Whose::Others] {
                let reference = class == Class::Reference;
                assert_eq!(may_see(Side::Affiliate, class, whose), reference);
                let operators = matches!(
                    class,
                    Class::TransmissionOnly | Class::Hold | Class::Discard
                );
                assert!(!(operators && may_see(Side::Retail, class, whose)));
                assert!(may_see(Side::Operator, class, whose) || class == Class::RetailOnly);
            }
        }
        assert!(may_see(Side::Retail, Class::OwnCustomer, Whose::Own));
        assert!(!may_see(Side::Retail, Class::OwnCustomer, Whose::Others));
        assert!(!may_see(Side::Retail, Class::RetailOnly, Whose::Others));
    }
}
