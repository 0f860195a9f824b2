//! What an editor knows of a catalogue and a job: the schemas say what the parser says.

use crate::rig::{Rig, binary, repository};

#[test]
fn the_schemas_for_editors_know_the_keys_and_words_that_bunri_knows() {
    let rig = Rig::empty();
    rig.python(
        "editor.py",
        [repository().as_os_str(), binary().as_os_str()],
    )
    .must(0)
    .prints("0 complaints");
}
