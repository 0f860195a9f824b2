//! What `explain` says of two catalogues stands beside them in `explained.txt`, for people to read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use bunri_explain::explain;
use bunri_parse::load;

#[test]
fn explanations_stand_beside_their_catalogues() {
    for name in ["every_rule", "kanji"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../samples/catalogues/valid")
            .join(name);
        let expected = folder.join("explained.txt");
        let said = explain(&load(&folder).unwrap());
        // as the lists of bunri-catalogue do: written anew when asked, for a person to read the difference
        if std::env::var_os("BUNRI_BLESS").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        let text = fs::read_to_string(&expected).unwrap();
        assert!(
            text == said,
            "{}\nexpected:\n{text}said:\n{said}",
            expected.display()
        );
    }
}
