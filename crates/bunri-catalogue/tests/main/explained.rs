//! What `explain` says of two catalogues stands beside them in `explained.txt`, for people to read.

use bunri_catalogue::{explain, load};

use crate::samples::{agrees, folder};

#[test]
fn explanations_stand_beside_their_catalogues() {
    for name in ["every_rule", "kanji"] {
        let folder = folder("valid").join(name);
        let said = explain(&load(&folder).unwrap());
        if let Err(difference) = agrees(&folder.join("explained.txt"), &said) {
            panic!("{difference}");
        }
    }
}
