//! Every catalogue in `valid/` loads, and so does the one that is shipped.

use bunri_parse::load;

use crate::samples::{entries, folder};

#[test]
fn every_valid_catalogue_loads() {
    let folders = entries(&folder("valid"));
    assert!(folders.len() >= 3);
    for folder in folders {
        if let Err(problems) = load(&folder) {
            panic!("{}\n{problems}", folder.display());
        }
    }
}

#[test]
fn the_shipped_catalogue_is_fit_for_a_cutover() {
    let shipped = folder("../../schemas/denryoku");
    match load(&shipped) {
        Ok(catalogue) => assert_eq!(catalogue.without_basis(), Vec::<String>::new()),
        Err(problems) => panic!("{problems}"),
    }
}
