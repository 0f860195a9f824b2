//! The whole reading: staging is what its manifest says, the source is the one it was made of, both sides of every table, and
//! the record.

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_columnar::{ColumnarError, CustodyLayout, Event, Observer, Staging};
use bunri_job::Source;
use bunri_manifest::{Blake3Hex, hash_file, open_regular};
use bunri_report::{Reread, RereadTable};

use crate::RereadError;
use crate::compare::{Ground, Side};
use crate::differ::find;
use crate::held::{Connected, Held, SourcePlace};
use crate::record::{rejects, write};
use crate::rows::Share;
use crate::sqlite::digest;
use crate::sums::SumKey;

/// What is read, and what it is held against.
#[derive(Clone, Copy)]
pub struct RereadInputs<'a> {
    /// Names, types and keys.
    pub catalogue: &'a Catalogue,
    /// Where staging lies, and the record goes.
    pub custody: &'a Path,
    /// The legacy system.
    pub source: &'a Source,
}

/// How.
#[derive(Debug, Clone, Copy)]
pub struct RereadOptions {
    /// Percent of the rows of each table, 1 to 100.
    pub share: u8,
    /// Bytes that sorts may use together, about. Nothing is sorted where nothing differs.
    pub memory: u64,
    /// Worker threads.
    pub threads: usize,
}

/// Reads the source again and compares every row with staging and rejects; writes the record to the custody folder's
/// `evidence/` and returns it.
///
/// # Errors
/// Only when it could not look. A difference is in the record.
pub fn reread(
    inputs: &RereadInputs<'_>,
    options: &RereadOptions,
    observer: &dyn Observer,
) -> Result<Reread, RereadError> {
    let RereadInputs {
        catalogue,
        custody,
        source,
    } = inputs;
    let staging = Staging::open(custody, catalogue)?;
    let manifest = CustodyLayout::new(custody).staging_manifest();
    let staging_manifest = hash_file(&manifest)
        .map_err(ColumnarError::io("read", &manifest))?
        .blake3;
    files_are_listed(&staging, custody, observer)?;
    let mut held = Held::open(source)?;
    let found = held.digest(observer)?;
    let staged = &staging.manifest().source.blake3;
    if found != *staged {
        return Err(RereadError::OtherSource {
            place: source.place(),
            found,
            staged: staged.clone(),
        });
    }
    let temporary = held.keep_temporary_files(custody)?;
    let tables = {
        let ground = Ground {
            catalogue,
            custody,
            staging: &staging,
            place: &held.place(),
            share: Share(options.share),
            observer,
        };
        read_tables(&ground, options, &temporary)?
    };
    held.end(&found, observer)?;
    let record = Reread {
        format: Reread::FORMAT.to_owned(),
        tool: bunri_manifest::TOOL.to_owned(),
        source: found,
        staging_manifest,
        shape: Blake3Hex::try_from(catalogue.shape_digest.clone())
            .map_err(|why| RereadError::Record(why.to_owned()))?,
        share: options.share,
        status: Reread::status_of(&tables),
        tables,
    };
    write(custody, &record)?;
    Ok(record)
}

/// The record speaks of the manifest, so what is read must be what that names.
fn files_are_listed(
    staging: &Staging,
    custody: &Path,
    observer: &dyn Observer,
) -> Result<(), RereadError> {
    for file in staging
        .manifest()
        .tables
        .iter()
        .flat_map(|table| table.all_files())
    {
        let path = file.path.below(custody);
        let mut there = open_regular(&path).map_err(ColumnarError::io("open", &path))?;
        if digest(&mut there, &path, observer)? != file.blake3 {
            let message = "the file is not what the manifest says; run `bunri verify`, which says what lies there, or extract again \
                           into an empty folder"
                .to_owned();
            return Err(ColumnarError::Staging { path, message }.into());
        }
    }
    Ok(())
}

/// One side of one table is a task; the largest are begun first.
fn read_tables(
    ground: &Ground<'_>,
    options: &RereadOptions,
    temporary: &Path,
) -> Result<Vec<RereadTable>, RereadError> {
    let tables = &ground.catalogue.tables;
    let key = SumKey::random()?;
    let rows = |at: usize| {
        let entry = ground.staging.manifest().table(&tables[at].id);
        entry.map_or(0, |entry| entry.source_rows)
    };
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(rows(at)));
    ground.observer.event(Event::Stage {
        name: "reread",
        rows: order.iter().map(|&at| rows(at)).sum(),
    });
    let most = ground.place.most_connections().unwrap_or(usize::MAX);
    let sides = bunri_work::run_with(
        options.threads.min(most),
        order.len() * 2,
        || None,
        |connection: &mut Option<Connected>, task| {
            let table = &tables[order[task / 2]];
            if task % 2 == 0 {
                let connection = connected(connection, ground.place)?;
                ground.of_source(connection, table, &key)
            } else {
                ground.of_staging(table, &key)
            }
        },
    )?;
    let mut connection = None;
    let mut records = Vec::with_capacity(tables.len());
    for (at, sides) in order.iter().zip(sides.chunks(2)) {
        let [source, staged] = sides else { continue };
        let mut record = compared(&tables[*at], source, staged);
        if source.fitting != staged.fitting {
            let connection = connected(&mut connection, ground.place)?;
            let place = (temporary, options.memory);
            find(ground, connection, &tables[*at], place, &mut record)?;
        }
        records.push((*at, record));
    }
    records.sort_by_key(|(at, _)| *at);
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

fn connected<'a>(
    connection: &'a mut Option<Connected>,
    place: &SourcePlace,
) -> Result<&'a Connected, RereadError> {
    Ok(match connection {
        Some(connection) => connection,
        None => connection.insert(place.connect()?),
    })
}

fn compared(table: &bunri_catalogue::Table, source: &Side, staged: &Side) -> RereadTable {
    let rejects = rejects(table, &source.misfits, &staged.misfits);
    RereadTable {
        table: table.id.clone(),
        source_rows: source.rows,
        compared_rows: source.looked_at(),
        staged_rows: staged.rows,
        reject_rows: staged.reject_rows,
        same: source.fitting == staged.fitting && rejects.is_empty(),
        rows_differing: 0,
        columns: Vec::new(),
        rows_missing: 0,
        rows_added: 0,
        rejects,
        keys: Vec::new(),
    }
}
