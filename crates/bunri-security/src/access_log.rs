//! `[access_log]` of the incident file, read: where the log is, how its lines are cut, and what its words mean.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_text::{Item, Log, Section, readable};

use crate::file::{AccessLog, Action, Dispatch, LogPlace, SearchBy, Times};
use crate::read_table::{columns_if_said, encoding, one_line, paths, table_file};
use crate::tables::ACCESS_LOG;

/// What is held where the file does not say how much may be: about 3 GB of points.
const MOST_HELD: usize = 50_000_000;

pub(crate) fn access_log(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<AccessLog> {
    let mut section = Section::open(value, "`[access_log]`", log)?;
    let place = place(&mut section, base, log);
    let times = times(&mut section, log);
    let actions = words(&mut section, "actions", &Action::WORDS, true, log);
    let searches = words(&mut section, "searches", &SearchBy::WORDS, false, log);
    let dispatch = readable(section.take("dispatch"), |value| dispatch(value, log));
    let batch_roles = names(&mut section, "batch_roles", log);
    let most_held = readable(section.take("most_held"), |value| {
        value.integer(1..=i64::from(u32::MAX), log)
    });
    section.close(log);
    Some(AccessLog {
        place: place?,
        times: times?,
        actions: actions?,
        searches: searches?,
        dispatch: dispatch?,
        batch_roles: batch_roles?,
        most_held: most_held?.map_or(MOST_HELD, |most| usize::try_from(most).unwrap_or(MOST_HELD)),
    })
}

fn place(section: &mut Section<'_>, base: &Path, log: &mut Log) -> Option<LogPlace> {
    let Some(files) = section.take("lines") else {
        return table_file(section, &ACCESS_LOG, base, log).map(LogPlace::Table);
    };
    let paths = paths(&files, base, log);
    let encoding = encoding(section, log);
    let pattern = section
        .require("pattern")
        .and_then(|value| one_line(&value, log));
    let keys = readable(section.take("columns"), |value| {
        columns_if_said(value, &ACCESS_LOG, log)
    });
    Some(LogPlace::Lines {
        paths: paths?,
        encoding: encoding?,
        pattern: pattern?,
        keys: keys?.unwrap_or_else(|| vec![None; ACCESS_LOG.fields.len()]),
    })
}

fn times(section: &mut Section<'_>, log: &mut Log) -> Option<Times> {
    /// The words; of the last a day is missing.
    const WORDS: [(&str, Option<Times>); 4] = [
        ("year_first", Some(Times::YearFirst)),
        ("epoch_seconds", Some(Times::EpochSeconds)),
        ("epoch_milliseconds", Some(Times::EpochMilliseconds)),
        ("syslog", None),
    ];
    let spot = section.spot();
    let word = readable(section.take("times"), |value| {
        value.word("form of times", &WORDS, log)
    })?;
    let from = readable(section.take("times_from"), |value| value.day(log))?;
    match (word.map(|word| word.value), from) {
        (None, None) => Some(Times::YearFirst),
        (Some(Some(times)), None) => Some(times),
        (Some(None), Some(from)) => Some(Times::Syslog { from: from.value }),
        (Some(None), None) => {
            log.refuse(
                spot,
                "such times name no year: `times_from` is a day before which no line of the log is, and a year after which none is",
            );
            None
        }
        (None | Some(Some(_)), Some(from)) => {
            log.refuse(from.spot, "`times_from` belongs to `times = \"syslog\"`");
            None
        }
    }
}

fn dispatch(value: &Item<'_>, log: &mut Log) -> Option<Dispatch> {
    let mut section = Section::open(value, "`dispatch`", log)?;
    let mut some = |key| {
        let texts = section.require(key).and_then(|value| value.some_texts(log));
        texts.map(|texts| texts.into_iter().map(|text| text.value).collect())
    };
    let (systems, rooms) = (some("systems"), some("rooms"));
    section.close(log);
    Some(Dispatch {
        systems: systems?,
        rooms: rooms?,
    })
}

fn names(section: &mut Section<'_>, key: &'static str, log: &mut Log) -> Option<Vec<String>> {
    let texts = readable(section.take(key), |value| value.some_texts(log))?;
    let texts = texts.unwrap_or_default();
    Some(texts.into_iter().map(|text| text.value).collect())
}

/// The log's own words by what they mean; each means one thing.
fn words<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    meanings: &[(&'static str, T)],
    needed: bool,
    log: &mut Log,
) -> Option<BTreeMap<String, T>> {
    let value = match needed {
        true => Some(section.require(key)?),
        false => section.take(key),
    };
    let mut found = BTreeMap::new();
    let Some(value) = value else {
        return Some(found);
    };
    let mut section = Section::open(&value, &format!("the words of `{key}`"), log)?;
    let mut good = true;
    for (word, meaning) in meanings {
        let Some(value) = section.take(word) else {
            continue;
        };
        let Some(texts) = value.some_texts(log) else {
            good = false;
            continue;
        };
        for text in texts {
            if found.insert(text.value.clone(), *meaning).is_some() {
                log.refuse(text.spot, format!("`{}` means two {key}", text.value));
                good = false;
            }
        }
    }
    section.close(log);
    good.then_some(found)
}
