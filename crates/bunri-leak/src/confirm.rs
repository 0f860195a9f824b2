//! From what the filter let through to findings: looked up in the sorted files, then put in the order of the places, so
//! that neither secret, threads nor memory leave a trace.

use bunri_columnar::ByteSorter;
use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::LeakError;
use crate::combine::Combined;
use crate::exclusive::Exclusive;
use crate::hashing::Kind;
use crate::review::Review;
use crate::set::Entry;
use crate::spot::{Hit, NO_COLUMN, Site, Spot, Waiting};
use crate::vocabulary::Source;

/// Looks candidates up; what is really there goes to `hits`.
pub(crate) fn confirm(
    candidates: ByteSorter,
    exclusive: &Exclusive,
    hits: &mut ByteSorter,
) -> Result<(), LeakError> {
    let [loose, strict] = &exclusive.sets;
    let mut readers = [loose.entries.read()?, strict.entries.read()?];
    let mut sorted = candidates.finish()?;
    while let Some(record) = sorted.next()? {
        let waiting = Waiting::read(record).ok_or(LeakError::Index)?;
        let candidate = waiting.candidate;
        let Some(fact) = readers[candidate.kind as usize].find(&candidate.name)? else {
            continue;
        };
        let entry = Entry::read(fact).ok_or(LeakError::Index)?;
        if !entry.anywhere && !candidate.whole {
            continue;
        }
        let loose = candidate.kind == Kind::Loose && !entry.spellings.contains(&candidate.strict);
        let hit = Hit {
            spot: Spot::read(waiting.spot).ok_or(LeakError::Index)?,
            from: candidate.from as u64,
            source: entry.source,
            coat: waiting.coat,
            loose,
            copied: entry.copied,
            name: candidate.name,
        };
        hits.push(&hit.write())?;
    }
    Ok(())
}

/// Writes the findings of one store, but for those that a person is to review.
pub(crate) fn report(
    hits: ByteSorter,
    store: &str,
    (sites, sources): (&[Site], &[Source]),
    review: &mut Review,
    findings: &mut Findings,
) -> Result<(), LeakError> {
    let mut sorted = hits.finish()?;
    let mut last: Option<[u8; Hit::TOLD]> = None;
    while let Some(record) = sorted.next()? {
        let told = record.first_chunk().ok_or(LeakError::Index)?;
        let hit = Hit::read(record).ok_or(LeakError::Index)?;
        if hit.spot.explained {
            review.hit(&hit, sites)?;
            continue;
        }
        // The overlap of two blocks, or one token in two alphabets.
        if last.replace(*told) == Some(*told) {
            continue;
        }
        let site = usize::try_from(hit.spot.site)
            .ok()
            .and_then(|site| sites.get(site));
        let site = site.ok_or(LeakError::Index)?;
        let about = About {
            store,
            table: site.table.as_deref(),
        };
        let rule = rule(&hit, site);
        findings.add(Claim::C5, rule, about, place(&hit, site, sources, rule));
    }
    Ok(())
}

/// Writes that nobody knows what a file holds: not having found anything in it is worth nothing.
pub(crate) fn not_searched(store: &str, sites: &[Site], site: u32, findings: &mut Findings) {
    let site = usize::try_from(site).ok().and_then(|site| sites.get(site));
    let about = About {
        store,
        table: site.and_then(|site| site.table.as_deref()),
    };
    let place = Place {
        file: site.and_then(|site| site.file.clone()),
        detail: Some("it cannot be read as a table".to_owned()),
        ..Place::default()
    };
    findings.add(Claim::C5, Rule::FileNotSearched, about, place);
}

/// Writes that a record stands in a row.
pub(crate) fn combined(
    found: &Combined,
    store: &str,
    table: &str,
    sites: &[Site],
    findings: &mut Findings,
) {
    let site = usize::try_from(found.spot.site)
        .ok()
        .and_then(|site| sites.get(site));
    let about = About {
        store,
        table: site.and_then(|site| site.table.as_deref()),
    };
    let place = Place {
        column: None,
        row: Some(found.spot.label.clone()),
        file: site.and_then(|site| site.file.clone()),
        detail: Some(format!("{table}, {} columns of one record", found.columns)),
    };
    findings.add(Claim::C5, Rule::RecordCombined, about, place);
}

fn rule(hit: &Hit, site: &Site) -> Rule {
    match site.rule {
        Some(rule) => rule,
        None if hit.coat.is_digest() => Rule::ValueHashed,
        None if !hit.coat.word().is_empty() => Rule::ValueEncoded,
        None if hit.loose => Rule::ValueLeakedLoose,
        None => Rule::ValueLeaked,
    }
}

fn place(hit: &Hit, site: &Site, sources: &[Source], rule: Rule) -> Place {
    let column = |position: u16| site.columns.get(usize::from(position)).cloned();
    let source = sources.get(usize::from(hit.source));
    let mut detail = source.map_or_else(String::new, |source| {
        format!("{}.{}", source.table, source.column)
    });
    if !hit.coat.word().is_empty() {
        detail = format!("{detail}, {}", hit.coat.word());
    }
    if hit.loose && rule != Rule::ValueLeakedLoose && !hit.coat.is_digest() {
        detail.push_str(", loose");
    }
    let label = &hit.spot.label;
    let cell = hit.spot.column != NO_COLUMN;
    if !cell && !label.is_empty() {
        detail = format!("{detail}, in {label}");
    }
    Place {
        column: (cell).then(|| column(hit.spot.column)).flatten(),
        row: (cell && !label.is_empty()).then(|| label.clone()),
        file: site.file.clone(),
        detail: Some(detail),
    }
}
