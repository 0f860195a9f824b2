//! Each way to damage a store has its own finding and exit code 10. The damage is done with pyarrow and the store is
//! resealed: every digest in its manifest and its sums is right again, so that only the content can tell.

mod before;
mod content;
mod files;
pub(crate) mod mutants;
mod residue;
mod strangers;

use crate::rig::Rig;

#[test]
fn an_untouched_store_is_believed() {
    Rig::split()
        .bunri(["verify", "job.toml"])
        .must(1)
        .never_says("BROKEN");
}

/// A run over a store that was damaged afterwards repairs nothing and hands nothing over.
#[test]
fn a_damaged_store_is_found_by_running_again() {
    let rig = Rig::split();
    rig.write("retail/notes.txt", "somebody else's");
    rig.bunri(["run", "job.toml"])
        .must(10)
        .prints("file_unlisted");
    assert!(rig.path("retail/notes.txt").exists());
}
