//! The job file of a story: an ordinary rehearsal, but for what the story says.

use crate::rig::repository;

/// What a story's job says.
pub(crate) struct Job {
    pub(crate) label: String,
    pub(crate) source: String,
    pub(crate) catalogue: String,
    pub(crate) custody: String,
    pub(crate) retail: String,
    pub(crate) memory: String,
    pub(crate) threads: usize,
}

impl Default for Job {
    fn default() -> Self {
        Self {
            label: "story".to_owned(),
            source: "legacy.db".to_owned(),
            catalogue: repository().join("schemas/denryoku").display().to_string(),
            custody: "custody".to_owned(),
            retail: "retail".to_owned(),
            memory: "256MiB".to_owned(),
            threads: 2,
        }
    }
}

impl Job {
    pub(crate) fn text(&self) -> String {
        let Self {
            label,
            source,
            catalogue,
            custody,
            retail,
            memory,
            threads,
        } = self;
        format!(
            "label = {label:?}\nkind = \"rehearsal\"\ncutover = \"2026-04-01\"\n\
             [source]\nsqlite = {source:?}\n\
             [catalogue]\npath = {catalogue:?}\n\
             [output]\ncustody = {custody:?}\nretail = {retail:?}\n\
             [limits]\nmemory = {memory:?}\nthreads = {threads}\n"
        )
    }
}
