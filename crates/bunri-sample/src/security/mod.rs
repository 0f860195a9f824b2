//! The system beside the legacy database: who may open what, and from where. An SQLite database of screens, roles, accounts, rights and
//! terminals, an access log, and the incident file that names them. About the same points as the main sample of the same size and
//! seed. Every scenario of the regulator's deck is planted once (`tables`, `log`), among ordinary rows in which nothing is wrong.

mod log;
mod points;
mod tables;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params_from_iter};

use crate::SampleError;
use log::{Line, lines};
use points::Points;
use tables::TABLES;

/// What to make.
#[derive(Debug, Clone)]
pub struct SecurityOptions {
    /// Number of supply points of the main sample.
    pub points: u64,
    /// Its seed.
    pub seed: u64,
    /// The folder; it is made, and must not be there.
    pub folder: PathBuf,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityStats {
    /// Tables of the database.
    pub tables: usize,
    /// Their rows.
    pub rows_written: u64,
    /// Lines of the access log, without the one that names its columns.
    pub log_lines: u64,
}

/// The scenarios need so many points: 41 of competitors among them.
pub const MIN_SECURITY_POINTS: u64 = 400;

/// The files of the folder.
const DATABASE: &str = "security.db";
const LOG: &str = "access-log.csv";
const INCIDENTS: &str = "incidents.toml";

/// Refuses what [`generate_security`] would refuse before it begins.
///
/// # Errors
/// Too few points, a folder that exists.
pub fn refuse_security(options: &SecurityOptions) -> Result<(), SampleError> {
    let SecurityOptions { points, folder, .. } = options;
    if *points < MIN_SECURITY_POINTS {
        return Err(too_few(*points));
    }
    if folder.symlink_metadata().is_ok() {
        return Err(SampleError::Exists {
            path: folder.clone(),
        });
    }
    Ok(())
}

/// Makes the folder. The incident file comes last: whoever sees it sees the rest.
///
/// # Errors
/// Too few points, a folder that exists or cannot be written.
pub fn generate_security(options: &SecurityOptions) -> Result<SecurityStats, SampleError> {
    refuse_security(options)?;
    let SecurityOptions {
        points,
        seed,
        folder,
    } = options;
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |source| SampleError::Write { path, source }
    };
    fs::create_dir_all(folder).map_err(wrong(folder))?;
    let points = Points::new(*seed, *points);
    let lines = lines(&points).ok_or_else(|| too_few(options.points))?;
    let database = folder.join(DATABASE);
    let rows_written =
        fill(&database, &points, &lines).map_err(|source| SampleError::Database {
            path: database.clone(),
            source,
        })?;
    let log = folder.join(LOG);
    write_log(&log, &lines).map_err(wrong(&log))?;
    let incidents = folder.join(INCIDENTS);
    fs::write(&incidents, include_str!("incidents.toml")).map_err(wrong(&incidents))?;
    Ok(SecurityStats {
        tables: TABLES.len() + 3,
        rows_written,
        log_lines: lines.len() as u64,
    })
}

fn too_few(points: u64) -> SampleError {
    SampleError::TooFewSecurityPoints {
        points,
        least: MIN_SECURITY_POINTS,
    }
}

fn fill(path: &Path, points: &Points, lines: &[Line]) -> rusqlite::Result<u64> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")?;
    let mut rows_written = 0;
    for table in &TABLES {
        let rows = table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.map(str::to_owned)).collect());
        rows_written += insert(&connection, table.name, table.columns, rows)?;
    }
    let logins = lines
        .iter()
        .filter(|line| line.event == "LOGIN")
        .map(|line| {
            vec![
                Some(line.account.to_owned()),
                Some(line.terminal.to_owned()),
                Some(line.at.text()),
            ]
        });
    rows_written += insert(
        &connection,
        "t_login",
        &["user_id", "term_id", "login_at"],
        logins,
    )?;
    rows_written += insert(
        &connection,
        "t_point_office",
        &["supply_point_id", "office"],
        points.offices(),
    )?;
    let mut requests = points.requests();
    requests.extend(log::planted_request(points));
    requests.sort();
    rows_written += insert(
        &connection,
        "t_switch_request",
        &["received_on", "supply_point_id", "requester_code"],
        requests.into_iter().map(|cells| cells.map(Some).to_vec()),
    )?;
    connection.execute_batch("COMMIT;")?;
    connection.close().map_err(|(_, source)| source)?;
    Ok(rows_written)
}

fn insert(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Option<String>>>,
) -> rusqlite::Result<u64> {
    let declared: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} TEXT"))
        .collect();
    connection.execute_batch(&format!("CREATE TABLE {table} ({})", declared.join(", ")))?;
    let places = vec!["?"; columns.len()].join(", ");
    let mut statement = connection.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
    let mut count = 0;
    for row in rows {
        statement.execute(params_from_iter(row))?;
        count += 1;
    }
    Ok(count)
}

/// Nothing in it needs quotes.
fn write_log(path: &Path, lines: &[Line]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(fs::File::create_new(path)?);
    writeln!(
        file,
        "seq,logged_at,user_id,term_id,event,screen_id,search_by,supply_point_id,items,hits"
    )?;
    for line in lines {
        let Line {
            sequence,
            at,
            account,
            terminal,
            event,
            screen,
            search,
            point,
            items,
            hits,
        } = line;
        let (at, point, items) = (
            at.text(),
            point.as_deref().unwrap_or_default(),
            items.join(";"),
        );
        let hits = hits.map(|hits| hits.to_string()).unwrap_or_default();
        writeln!(
            file,
            "{sequence},{at},{account},{terminal},{event},{screen},{search},{point},{items},{hits}"
        )?;
    }
    file.flush()
}
