//! `job.toml`, read with every mistake at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use bunri_text::{
    Item, Log, Name, Problems, Section, SourceFile, Spot, Spotted, load_toml, position, readable,
};

use crate::control::controls;
use crate::delimited::Delimited;
use crate::delta::{Surroundings, delta};
use crate::evidence::evidence;
use crate::expect::expect;
use crate::job::{Job, JobKind, Places, SecretFile, Source};
use crate::paths::{is_within, path_of};
use crate::pin::pin;
use crate::source::source;

const UNITS: [(&str, u32); 4] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
const DEFAULT_MEMORY: u64 = 2 << 30;
const LEAST_MEMORY: u64 = 64 << 20;
const MOST_THREADS: usize = 64;

/// Reads a job. Paths in it are relative to the job file.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load_job(path: &Path) -> Result<Job, Problems> {
    load_toml(path, read)
}

fn read(mut file: Section<'_>, source_file: &SourceFile, log: &mut Log) -> Option<Job> {
    let base = source_file
        .path
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default();
    let label = file.require("label").and_then(|value| label(&value, log));
    let kind = file
        .require("kind")
        .and_then(|value| value.word("kind of job", &JobKind::WORDS, log));
    let cutover = file.require("cutover").and_then(|value| value.day(log));
    let legacy = file
        .require("source")
        .and_then(|value| source(&value, &base, log));
    let catalogue = file
        .require("catalogue")
        .and_then(|value| catalogue(&value, &base, log));
    let decisions = readable(file.take("decisions"), |value| decisions(value, &base, log));
    let output = file
        .require("output")
        .and_then(|value| output(&value, &base, log));
    let rekey = rekey(file.take("rekey"), &base, log);
    let limits = limits(file.take("limits"), log);
    let ranges = ranges(file.take("ranges"), log);
    let evidence = evidence(file.take("evidence"), log);
    let expect = expect(file.take("expect"), &source_file.text, log);
    let retail = output.as_ref().map(|(_, retail)| retail.value.as_path());
    let controls = controls(
        file.take("control"),
        (&base, retail),
        &source_file.text,
        log,
    );
    let around = Surroundings {
        base: &base,
        text: &source_file.text,
        is_cutover: kind
            .as_ref()
            .is_some_and(|kind| kind.value == JobKind::Cutover),
        // A source that cannot be asked for the rows of some keys would be read whole every time.
        unasked: legacy.as_ref().and_then(|source| match &source.value {
            Source::Sqlite(_) | Source::Postgresql(_) => None,
            Source::Delimited(_) => Some("delimited files are"),
            Source::Odbc(_) => Some("a database behind ODBC is"),
        }),
        output: output
            .as_ref()
            .map(|(custody, retail)| (custody.as_path(), retail.value.as_path())),
    };
    let delta = delta(file.take("delta"), &around, log);
    file.close(log);

    let (kind, (catalogue, pin), decisions) = (kind?, catalogue?, decisions?);
    refuse_unpinned_cutover(&kind, pin.as_ref(), log);
    refuse_unpinned_decisions(&kind, decisions.as_ref(), log);
    let (source, (custody, retail), limits, ranges) = (legacy?, output?, limits?, ranges?);
    let folders = [("custody", &custody), ("retail", &retail.value)];
    refuse_source_in_output(&source, folders, log);
    let rekey = rekey?;
    for one in &rekey {
        refuse_bad_secret(one, &kind, &retail, log);
    }
    if let Some((path, _)) = &decisions {
        refuse_decisions_in_retail(path, &retail, log);
    }
    let pins = (
        pin.as_ref(),
        decisions.as_ref().and_then(|(_, pin)| pin.as_ref()),
    );
    let places = places(source_file, kind.spot, pins, (&ranges, &rekey));
    let (decisions, decisions_pin) = decisions.unzip();
    Some(Job {
        label: label?,
        kind: kind.value,
        cutover: cutover?.value,
        source: source.value,
        catalogue,
        decisions: decisions.map(|path| path.value),
        decisions_blake3: decisions_pin.flatten().map(|pin| pin.value),
        rekey: rekey.into_iter().map(|one| (one.name, one.file)).collect(),
        custody,
        retail: retail.value,
        memory: limits.0,
        threads: limits.1,
        evidence: evidence?,
        expect: expect?,
        delta: delta?,
        controls: controls?,
        places,
        catalogue_blake3: pin.map(|pin| pin.value),
        ranges: ranges
            .into_iter()
            .map(|range| (range.id, range.bounds))
            .collect::<BTreeMap<_, _>>(),
    })
}

/// Where the parts stand that are checked against the catalogue later.
fn places(
    source_file: &SourceFile,
    kind: Spot,
    (pin, decisions): (Option<&Name>, Option<&Name>),
    (ranges, rekey): (&[Range], &[Rekey]),
) -> Places {
    let place = |spot: Spot| {
        spot.offset
            .map(|offset| position(&source_file.text, offset))
    };
    let ranges = ranges
        .iter()
        .filter_map(|range| Some((range.id.clone(), place(range.spot)?)));
    Places {
        file: source_file.path.clone(),
        kind: place(kind),
        pin: pin.and_then(|pin| place(pin.spot)),
        decisions: decisions.and_then(|pin| place(pin.spot)),
        rekey: rekey
            .iter()
            .filter_map(|one| Some((one.name.clone(), place(one.spot)?)))
            .collect(),
        ranges: ranges.collect(),
    }
}

fn label(value: &Item<'_>, log: &mut Log) -> Option<String> {
    let label = value.filled_text(log)?;
    if label.value.chars().any(char::is_control) {
        log.refuse(label.spot, "`label` holds a control character");
        return None;
    }
    Some(label.value)
}

fn catalogue(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<(PathBuf, Option<Name>)> {
    let mut section = Section::open(value, "`[catalogue]`", log)?;
    let path = path_of(&mut section, "path", base, log);
    let pin = readable(section.take("blake3"), |value| pin(value, log));
    section.close(log);
    Some((path?.value, pin?))
}

fn decisions(
    value: &Item<'_>,
    base: &Path,
    log: &mut Log,
) -> Option<(Spotted<PathBuf>, Option<Name>)> {
    let mut section = Section::open(value, "`[decisions]`", log)?;
    let path = path_of(&mut section, "path", base, log);
    let pin = readable(section.take("blake3"), |value| pin(value, log));
    section.close(log);
    Some((path?, pin?))
}

fn output(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<(PathBuf, Spotted<PathBuf>)> {
    let mut section = Section::open(value, "`[output]`", log)?;
    let custody = path_of(&mut section, "custody", base, log);
    let retail = path_of(&mut section, "retail", base, log);
    section.close(log);
    let (custody, retail) = (custody?.value, retail?);
    if is_within(&custody, &retail.value) || is_within(&retail.value, &custody) {
        let message = "`custody` and `retail` lie inside one another: what one company may not see would \
                       stand in the other's folder. Give each its own root";
        log.refuse(retail.spot, message);
        return None;
    }
    Some((custody, retail))
}

fn limits(value: Option<Item<'_>>, log: &mut Log) -> Option<(u64, usize)> {
    let available = available_parallelism().map_or(1, |threads| threads.get().min(MOST_THREADS));
    let Some(value) = value else {
        return Some((DEFAULT_MEMORY, available));
    };
    let mut section = Section::open(&value, "`[limits]`", log)?;
    let memory = section
        .take("memory")
        .map_or(Some(DEFAULT_MEMORY), |value| memory(&value, log));
    let threads = section.take("threads").map_or(Some(available), |value| {
        value
            .integer(1..=MOST_THREADS as i64, log)
            .and_then(|threads| threads.try_into().ok())
    });
    section.close(log);
    Some((memory?, threads?))
}

fn memory(value: &Item<'_>, log: &mut Log) -> Option<u64> {
    let text = value.text(log)?;
    let Some(bytes) = bytes_of(&text.value) else {
        let message =
            "`memory` must be a whole number with `KiB`, `MiB`, `GiB` or `TiB`, such as \"2GiB\"";
        log.refuse(text.spot, message);
        return None;
    };
    if bytes < LEAST_MEMORY {
        log.refuse(text.spot, "`memory` must be at least 64MiB");
        return None;
    }
    Some(bytes)
}

fn bytes_of(text: &str) -> Option<u64> {
    let (number, shift) = UNITS
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)))?;
    let number = number.trim_end_matches(' ');
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(())?;
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The secret of one `rekey`.
struct Rekey {
    name: String,
    file: SecretFile,
    spot: Spot,
}

fn rekey(value: Option<Item<'_>>, base: &Path, log: &mut Log) -> Option<Vec<Rekey>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    let entries = Section::open(&value, "`[rekey]`", log)?.take_all();
    let mut secrets = Vec::new();
    for entry in &entries {
        let what = format!("the secret of `{}`", entry.key);
        let Some(mut section) = Section::open(&entry.value, &what, log) else {
            continue;
        };
        let path = path_of(&mut section, "secret", base, log);
        let check = readable(section.take("check"), |value| pin(value, log));
        section.close(log);
        if let (Some(path), Some(check)) = (path, check) {
            secrets.push(Rekey {
                name: entry.key.to_owned(),
                file: SecretFile {
                    path: path.value,
                    check: check.map(|check| check.value),
                },
                spot: path.spot,
            });
        }
    }
    (secrets.len() == entries.len()).then_some(secrets)
}

/// With the secret, every hash in retail can be turned back by trying.
fn refuse_bad_secret(
    one: &Rekey,
    kind: &Spotted<JobKind>,
    retail: &Spotted<PathBuf>,
    log: &mut Log,
) {
    if is_within(&one.file.path, &retail.value) {
        let message = "the secret lies inside the `retail` folder: keep it in custody";
        log.refuse(one.spot, message);
    }
    if kind.value == JobKind::Cutover && one.file.check.is_none() {
        let message = "a cutover needs `check` beside `secret`: what `bunri check` printed of it in the \
                       rehearsals, so that it is the same";
        log.refuse(one.spot, message);
    }
}

/// The bounds of one table.
struct Range {
    id: String,
    bounds: Vec<String>,
    spot: Spot,
}

fn ranges(value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<Range>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    let entries = Section::open(&value, "`[ranges]`", log)?.take_all();
    let mut ranges = Vec::new();
    for entry in &entries {
        if let Some(bounds) = entry.value.some_texts(log) {
            let bounds = bounds.into_iter().map(|bound| bound.value).collect();
            ranges.push(Range {
                id: entry.key.to_owned(),
                bounds,
                spot: entry.spot,
            });
        }
    }
    (ranges.len() == entries.len()).then_some(ranges)
}

fn refuse_unpinned_cutover(kind: &Spotted<JobKind>, pin: Option<&Name>, log: &mut Log) {
    if kind.value == JobKind::Cutover && pin.is_none() {
        let message = "a cutover needs `blake3` in `[catalogue]`: the digest of the catalogue that was \
                       reviewed, as `bunri check` prints it";
        log.refuse(kind.spot, message);
    }
}

/// The combined legacy system in the retailer's folder would be the leak itself. A folder of files that holds an output, or lies in
/// one, would change while it is read.
fn refuse_source_in_output(
    source: &Spotted<Source>,
    outputs: [(&str, &PathBuf); 2],
    log: &mut Log,
) {
    match &source.value {
        Source::Sqlite(path) => {
            let [_, (_, retail)] = outputs;
            if is_within(path, retail) {
                log.refuse(source.spot, "the source lies inside the `retail` folder");
            }
        }
        Source::Postgresql(_) | Source::Odbc(_) => {}
        Source::Delimited(Delimited { folder, .. }) => {
            for (name, output) in outputs {
                if is_within(folder, output) {
                    let message = format!("the source lies inside the `{name}` folder");
                    log.refuse(source.spot, message);
                } else if is_within(output, folder) {
                    let message = format!("the `{name}` folder lies inside the source");
                    log.refuse(source.spot, message);
                }
            }
        }
    }
}

/// Decisions that nobody pinned could be changed after they were approved.
fn refuse_unpinned_decisions(
    kind: &Spotted<JobKind>,
    decisions: Option<&(Spotted<PathBuf>, Option<Name>)>,
    log: &mut Log,
) {
    if let (JobKind::Cutover, Some((path, None))) = (kind.value, decisions) {
        let message = "a cutover needs `blake3` in `[decisions]`: the digest of the decisions that were \
                       approved, as `bunri check` prints it";
        log.refuse(path.spot, message);
    }
}

/// The file names rows that the retailer may never see.
fn refuse_decisions_in_retail(
    decisions: &Spotted<PathBuf>,
    retail: &Spotted<PathBuf>,
    log: &mut Log,
) {
    if is_within(&decisions.value, &retail.value) {
        log.refuse(
            decisions.spot,
            "the decisions lie inside the `retail` folder: keep them in custody",
        );
    }
}
