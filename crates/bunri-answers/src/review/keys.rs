//! What each key means.

use bunri_catalogue::{Category, Class};

/// The letter of a class.
pub(super) fn of_class(class: Class) -> char {
    match class {
        Class::AnyRetailer => 'a',
        Class::OwnCustomer => 'o',
        Class::TransmissionOnly => 't',
        Class::RetailOnly => 'r',
        Class::Hold => 'h',
        Class::Reference => 'f',
        Class::Discard => 'd',
    }
}

pub(super) fn class(letter: char) -> Option<Class> {
    Class::ALL
        .into_iter()
        .find(|class| of_class(*class) == letter)
}

/// The letter of a category, where one is asked for.
pub(super) fn of_category(category: Category) -> char {
    match category {
        Category::Personal => 'p',
        Category::FreeText => 'f',
        Category::GridOperation => 'g',
        Category::Security => 's',
        Category::Derived => 'd',
        Category::Audit => 'a',
    }
}

pub(super) fn category(letter: char) -> Option<Category> {
    let mut all = Category::ALL.into_iter();
    all.find(|category| of_category(*category) == letter)
}

/// Every key, on lines of their own.
pub(super) fn help() -> Vec<String> {
    let mut lines = vec!["Enter  takes what is suggested, or the reason given before".to_owned()];
    for class in Class::ALL {
        let (letter, word, term) = (of_class(class), class.word(), class.term());
        lines.push(format!("{letter}      {word} ({term})"));
    }
    for (key, what) in [
        ("w", "write a reason, or a value of TOML"),
        (
            "T",
            "one answer for all open columns of this table, listed first",
        ),
        ("N", "… for all open columns of this name, in all tables"),
        ("G", "… for all with this suggestion and its reason"),
        ("b", "another basis for a class from now on"),
        ("c", "the category of the next answer"),
        ("s, S", "skip this question, or the rest of this file"),
        ("u", "take the last answer back"),
        ("q", "leave; what is answered stands in the catalogue"),
    ] {
        lines.push(format!("{key:<6} {what}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_and_category_has_a_letter_of_its_own() {
        for one in Class::ALL {
            assert_eq!(class(of_class(one)), Some(one));
            assert!(!"wTNGbcsSuq?".contains(of_class(one)));
        }
        for one in Category::ALL {
            assert_eq!(category(of_category(one)), Some(one));
        }
    }
}
