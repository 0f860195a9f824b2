//! The job file of a story: an ordinary rehearsal, but for what the story says.

use crate::rig::{Rig, repository};

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

/// SQLite keeps a text in a column of integers; a server does not. Such values are taken out of a sample that goes into both.
pub(crate) const MENDED: &str =
    "UPDATE supply_point SET meter_reading_day = NULL WHERE typeof(meter_reading_day) = 'text';
     UPDATE meter SET ct_ratio = NULL WHERE typeof(ct_ratio) = 'text';";

/// Writes a job over this source, in folders of its own below `name`.
pub(crate) fn job(rig: &Rig, name: &str, source: &str) -> String {
    let text = Job {
        custody: format!("{name}/custody"),
        retail: format!("{name}/retail"),
        ..Job::default()
    }
    .text()
    .replace("sqlite = \"legacy.db\"", source);
    let file = format!("{name}.toml");
    rig.write(&file, text);
    file
}
