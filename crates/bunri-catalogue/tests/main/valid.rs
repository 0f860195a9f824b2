//! Every catalogue in `valid/` loads.

use bunri_catalogue::load;

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
