//! Classes of cells by the rules of a sample catalogue, and the shape of every store against the other implementation.

use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Class, Ownership, Store, Table};
use bunri_evaluator::{
    cells::{CellRules, Decided, possible_classes},
    days::Row,
    grants::{columns_of, ownerships},
};
use bunri_parse::load;
use bunri_types::Value;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// A row of `supply_point` in the catalogue `every_rule`, by column name; what is not named is NULL.
struct Point<'a>(&'a Catalogue, &'a [(&'a str, Value<'static>)]);

impl Row for Point<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        let name = &self.0.table("supply_point").unwrap().columns[column].name;
        self.1
            .iter()
            .find(|(other, _)| other == name)
            .map_or(Value::Null, |(_, value)| *value)
    }

    fn is_end_stamp(&self, _column: usize) -> bool {
        false
    }
}

fn class(column: &str, ownership: Ownership, cells: &[(&str, Value<'static>)]) -> Decided {
    let catalogue = load(&repository("samples/catalogues/valid/every_rule")).unwrap();
    let table = catalogue.table("supply_point").unwrap();
    let position = table
        .columns
        .iter()
        .position(|other| other.name == column)
        .unwrap();
    let cells: Vec<(&str, Value<'static>)> = cells.to_vec();
    CellRules::new(table, 0).class(position, ownership, false, 0, &Point(&catalogue, &cells))
}

const LARGE: Value<'static> = Value::Decimal {
    scale: 1,
    unscaled: 5000,
};
const SMALL: Value<'static> = Value::Decimal {
    scale: 1,
    unscaled: 4999,
};

#[test]
fn from_500_kilowatt_a_point_is_not_in_the_switching_system() {
    let method = ("supply_method", Value::Text("S1"));
    let address = |ownership, power| {
        class(
            "service_address",
            ownership,
            &[("contract_power_kw", power), method],
        )
        .class
    };
    assert_eq!(address(Ownership::Other, SMALL), Class::AnyRetailer);
    assert_eq!(address(Ownership::Other, LARGE), Class::TransmissionOnly);
    assert_eq!(
        address(Ownership::Undecided, LARGE),
        Class::TransmissionOnly
    );
    assert_eq!(
        address(Ownership::Own, LARGE),
        Class::AnyRetailer,
        "the condition speaks of other rows"
    );
    assert_eq!(
        address(Ownership::Other, Value::Null),
        Class::TransmissionOnly,
        "NULL always meets it"
    );
}

#[test]
fn a_listed_value_is_compared_as_declared() {
    let address = |method| {
        let cells = [
            ("contract_power_kw", SMALL),
            ("supply_method", Value::Text(method)),
        ];
        class("service_address", Ownership::Other, &cells).class
    };
    assert_eq!(address(" S6\u{3000}"), Class::TransmissionOnly);
    assert_eq!(address("S66"), Class::AnyRetailer);
}

#[test]
fn a_bound_from_below() {
    let poles = |number| class("poles", Ownership::Own, &[("poles", number)]).class;
    assert_eq!(poles(Value::Int(0)), Class::OwnCustomer);
    assert_eq!(poles(Value::Int(-1)), Class::TransmissionOnly);
}

#[test]
fn the_class_of_an_amount_is_by_its_unit() {
    let poles = ("poles", Value::Int(0));
    let amount = |unit| class("contract_amount", Ownership::Own, &[("unit", unit), poles]);
    assert_eq!(
        amount(Value::Int(1)),
        Decided {
            class: Class::AnyRetailer,
            unseen: false
        }
    );
    assert_eq!(
        amount(Value::Int(2)),
        Decided {
            class: Class::OwnCustomer,
            unseen: false
        }
    );
    assert_eq!(
        amount(Value::Int(3)),
        Decided {
            class: Class::TransmissionOnly,
            unseen: true
        }
    );
    assert_eq!(
        amount(Value::Null),
        Decided {
            class: Class::TransmissionOnly,
            unseen: false
        }
    );
}

#[test]
fn both_implementations_give_every_store_the_same_columns() {
    let mut tables = 0;
    for path in [
        "samples/catalogues/valid/every_rule",
        "samples/catalogues/valid/kanji",
        "samples/catalogues/valid/quarantined_key",
        "schemas/denryoku",
    ] {
        for table in &load(&repository(path)).unwrap().tables {
            assert_eq!(
                ownerships(table),
                bunri_catalogue::possible_ownerships(table)
            );
            for store in Store::ALL {
                let other = bunri_catalogue::store_columns(table, store);
                assert_eq!(
                    columns_of(table, store),
                    other,
                    "{path} {} {store:?}",
                    table.id
                );
            }
            tables += 1;
        }
    }
    assert!(tables > 20);
}

fn point_rules<T>(ask: impl FnOnce(&Table, CellRules<'_>) -> T) -> T {
    let catalogue = load(&repository("samples/catalogues/valid/every_rule")).unwrap();
    let table = catalogue.table("supply_point").unwrap();
    ask(table, CellRules::new(table, 0))
}

#[test]
fn a_column_has_more_than_one_class_only_where_a_row_can_change_it() {
    let possible = |name: &str, ownership| {
        point_rules(|table, _| {
            let column = table.columns.iter().position(|column| column.name == name);
            possible_classes(table, column.unwrap(), ownership)
        })
    };
    assert_eq!(
        possible("grid_flow", Ownership::Other),
        [Class::TransmissionOnly].into(),
        "no condition speaks of it"
    );
    assert!(possible("service_address", Ownership::Other).len() > 1);
    assert_eq!(
        possible("service_address", Ownership::Own),
        [Class::AnyRetailer].into(),
        "the condition on own rows changes another class"
    );
    assert!(possible("poles", Ownership::Own).len() > 1);
    assert!(possible("contract_amount", Ownership::Own).len() > 1);
}

#[test]
fn a_condition_is_met_by_the_rows_it_speaks_of() {
    let large = [("contract_power_kw", LARGE)];
    let small = [("contract_power_kw", SMALL)];
    let met = |ownership, cells: &[(&str, Value<'static>)]| {
        let catalogue = load(&repository("samples/catalogues/valid/every_rule")).unwrap();
        point_rules(|_, rules| rules.meets(0, ownership, 0, &Point(&catalogue, cells)))
    };
    assert!(met(Ownership::Other, &large));
    assert!(!met(Ownership::Other, &small));
    assert!(!met(Ownership::Own, &large), "it speaks of other rows");
    assert!(met(Ownership::Undecided, &[]), "NULL meets it");
}
