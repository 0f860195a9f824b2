//! Each way to damage a store has its own finding and exit code 10. The damage is done with pyarrow and the store is
//! resealed: every digest in its manifest and its sums is right again, so that only the content can tell.

mod before;
mod content;
mod files;
mod strangers;

use crate::rig::Rig;

#[test]
fn an_untouched_store_is_believed() {
    Rig::split()
        .bunri(["verify", "job.toml"])
        .must(1)
        .never_says("BROKEN");
}
