//! What can be typed. Help texts teach; nothing below this file knows clap.

mod handover;

use std::path::PathBuf;
use std::time::Duration;

use bunri_terminal::Log;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub use handover::{
    EmergencyAction, EmergencyArguments, EmergencyKeyArguments, EmergencyMakeArguments,
    EmergencyOpenArguments, EmergencyReleaseArguments, EmergencyReviewArguments,
    EmergencyWithdrawArguments, HandoverAction, HandoverArguments, HandoverCheckArguments,
    HandoverMakeArguments,
};

const AFTER_HELP: &str = "\
Exit codes, for schedulers:
   0  as the job expects: every line of its [expect] is met
   1  done, every checked claim holds, something to read and no [expect]
   2  usage
   3  refused: catalogue, schema or job; nothing was written under a final name
   4  source
   5  output
   6  interrupted, can be resumed: run the same command again
   7  outside what the job expects: the screen says which line
   8  another run holds the output: try again
  10  a claim is broken: do not hand over
  70  a bug

First steps:
  bunri sample --points 20000 --out legacy.db     a fictional utility's combined database
  bunri inspect legacy.db                         what does a source hold?
  bunri check schemas/denryoku                    is the classification sound?
  bunri run job.toml                              extract, split, verify; resumes if run again";

/// Names the job where none is typed.
pub const JOB_VARIABLE: &str = "BUNRI_JOB";

/// Separates a utility's combined customer database into a retail and a transmission store, and proves it.
#[derive(Debug, Parser)]
#[command(name = "bunri", version, after_help = AFTER_HELP)]
pub struct Arguments {
    /// How progress is told
    #[arg(long, value_enum, default_value_t = Log::Human, global = true, env = "BUNRI_LOG")]
    pub log: Log,
    /// Seconds between two lines of progress within a stage, where there is no bar; 0: none
    #[arg(
        long, value_name = "SECONDS", default_value = "10", global = true, env = "BUNRI_LOG_EVERY", value_parser = seconds
    )]
    pub log_every: Duration,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a fictional utility's combined database, with every trap planted in it
    Sample(SampleArguments),
    /// Say what a source holds: names and counts, never a value; nothing is written
    Inspect(InspectArguments),
    /// Propose a catalogue for a source: one file a table, every class waiting for a person
    Init(InitArguments),
    /// Ask every question of a proposed catalogue once, on a sheet; take the answers of such a sheet into the catalogue
    Answers(AnswersArguments),
    /// Read a catalogue, or a job with its catalogue and source, and say everything that is wrong with it
    Check(CheckArguments),
    /// Read the legacy source into staging: typed, in key order, with the source's own counts
    Extract(JobArguments),
    /// Send every cell of staging to the store it belongs to
    Split(SplitArguments),
    /// Decide everything again, independently, and say which claims hold
    Verify(VerifyArguments),
    /// Change what is withheld from retail, split again, and demand the same retail bytes
    Prove(ProveArguments),
    /// Read the source a second time, by another reader, and hold every row against staging and rejects
    Reread(RereadArguments),
    /// Decide and count what a run would do, and write it down: no store is written
    Plan(PlanArguments),
    /// Say what two catalogues, or two jobs, differ in, and which rows and cells that moves
    Diff(DiffArguments),
    /// Say what waits in the quarantine, draft the file of decisions, and try such a file out
    Quarantine(QuarantineArguments),
    /// Extract, split and verify; go on where an interrupted run stopped, or with --again after a change
    Run(RunArguments),
    /// Show what the last verification said as a page for people; it names rows and stays in custody
    Report(ReportArguments),
    /// Print what makes a shell complete these commands
    Completions(CompletionsArguments),
    /// Write the manual pages, one file a command
    Man(ManArguments),
    /// Print the queries that the legacy team runs for its own figures (`[[control]]`); needs no source
    Control(ControlArguments),
    /// Make a key to sign with, or show the public half of one
    Key(KeyArguments),
    /// Sign that a catalogue is approved, a run is this one, a report is accepted, or a retail store may go
    Sign(SignArguments),
    /// Say what goes where in the words of other tools: data contracts of the stores, or the lineage of a finished run
    Export(ExportArguments),
    /// Make what leaves for others: rows or counts for a declared purpose, signed and bound to the recipient; or check a file
    Handover(HandoverArguments),
    /// Delete what only the work of a finished run needed (staging, rejects, spill, the fingerprint key), under a signed record
    Retire(RetireArguments),
    /// Extracts for an emergency: limited to what was declared, sealed to named people, opened only with a key in custody
    Emergency(EmergencyArguments),
    /// Hold a system's screens, accounts, rights and terminals against the regulator's incidents; nothing is changed
    Incident(IncidentArguments),
    /// Load a store into a database, or write it for a loader; the store is checked first, and a table is loaded whole or not at all
    Load(LoadArguments),
}

/// `bunri incident`
#[derive(Debug, Args)]
pub struct IncidentArguments {
    /// What to do
    #[command(subcommand)]
    pub action: IncidentAction,
}

/// What `bunri incident` does.
#[derive(Debug, Subcommand)]
pub enum IncidentAction {
    /// Which screens show, or lead to, what those who open them may not see
    Exposure(IncidentExposureArguments),
    /// Which accounts, terminals and rights are not as they should be
    Accounts(IncidentAccountsArguments),
    /// What the access log shows: whose customers were read, by whom, from where, and whether the log is whole
    Access(IncidentAccessArguments),
    /// Write the page for the regulator, in English and Japanese: what was checked, found, and cannot be seen
    Report(IncidentReportArguments),
}

/// `bunri incident exposure`
#[derive(Debug, Args)]
pub struct IncidentExposureArguments {
    /// The incident file (docs/incidents.md)
    pub file: PathBuf,
    /// Print everything as JSON (schemas/incident.schema.json)
    #[arg(long)]
    pub json: bool,
    /// Draw the screens and their ways; never overwritten
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// `bunri incident accounts`
#[derive(Debug, Args)]
pub struct IncidentAccountsArguments {
    /// The incident file (docs/incidents.md)
    pub file: PathBuf,
    /// Print everything as JSON (schemas/incident.schema.json)
    #[arg(long)]
    pub json: bool,
    /// Write what should be revoked as CSV, for a person to sign off; never overwritten
    #[arg(long, value_name = "FILE")]
    pub revoke: Option<PathBuf>,
}

/// `bunri incident access`
#[derive(Debug, Args)]
pub struct IncidentAccessArguments {
    /// The incident file (docs/incidents.md)
    pub file: PathBuf,
    /// Print everything as JSON (schemas/incident.schema.json)
    #[arg(long)]
    pub json: bool,
    /// Threads that look through the log; as many as there are processors, up to 8, where it is not said. The outcome is the same
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: Option<u8>,
}

/// `bunri incident report`
#[derive(Debug, Args)]
pub struct IncidentReportArguments {
    /// The incident file (docs/incidents.md)
    pub file: PathBuf,
    /// What `bunri incident access --json` printed of the same file; without it the log counts as not checked
    #[arg(long, value_name = "JSON")]
    pub access: Option<PathBuf>,
    /// The folder of the pages, in custody: incidents.html and incidents.ja.html are replaced
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `bunri sample`
#[derive(Debug, Args)]
pub struct SampleArguments {
    /// Supply points, at least 60; the traps are there at any size
    #[arg(long, default_value_t = 20_000)]
    pub points: u64,
    /// Decides every ordinary row: the same seed makes the same content
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The SQLite file; never overwritten. The planted cells are listed beside it
    #[arg(long)]
    pub out: PathBuf,
    /// Insert the rows of every table in another order, decided by this number (small samples)
    #[arg(long)]
    pub shuffle: Option<u64>,
    /// Make a folder beside it, too: screens, roles, accounts, rights, terminals and the access log of the system (at least 400 points)
    #[arg(long, value_name = "FOLDER")]
    pub security: Option<PathBuf>,
}

/// `bunri inspect`
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// The SQLite file, at rest; or a job file (.toml), for the source that it names
    pub source: PathBuf,
    /// Print everything as JSON (schemas/inspect.schema.json)
    #[arg(long)]
    pub json: bool,
    /// Read at most so many rows of each table, from its first on, instead of all
    #[arg(long, value_name = "ROWS")]
    pub sample: Option<u64>,
}

/// `bunri init`
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The SQLite file, at rest; or a job file (.toml), for the source that it names
    pub source: PathBuf,
    /// The catalogue's folder, empty or not there
    #[arg(long)]
    pub out: PathBuf,
    /// The table that says who supplied whom from when to when, as the source spells it
    #[arg(long, value_name = "TABLE")]
    pub ledger: Option<String>,
    /// Add what is new in the source to the catalogue that lies there, and change nothing of it
    #[arg(long)]
    pub update: bool,
    /// Look at no more than so many rows of each table
    #[arg(long, value_name = "ROWS")]
    pub sample: Option<u64>,
}

/// `bunri answers`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("way").required(true).args(["ask", "take", "review"])))]
pub struct AnswersArguments {
    /// The catalogue's folder
    pub catalogue: PathBuf,
    /// Ask at this terminal, question by question; each answer is written at once
    #[arg(long)]
    pub review: bool,
    /// Write the sheet: each question that waits once, with the columns and tables that it is of; never overwritten. A name that ends
    /// in .csv makes a sheet for a spreadsheet, with a line for each
    #[arg(long, value_name = "SHEET")]
    pub ask: Option<PathBuf>,
    /// Put the sheet's answers in the place of every "?" that they answer, and nothing else
    #[arg(long, value_name = "SHEET")]
    pub take: Option<PathBuf>,
    /// Look at this source (a database, or a job) and say beside each question what is known of the column: types, the share of NULL,
    /// distinct values; never a value. For --review and a sheet of CSV
    #[arg(long, conflicts_with = "take")]
    pub source: Option<PathBuf>,
    /// Of the source, read at most so many rows of each table
    #[arg(long, value_name = "ROWS", requires = "source")]
    pub sample: Option<u64>,
    /// Who answers, and when; asked for if it is not said
    #[arg(long, value_name = "NAME", conflicts_with_all = ["ask", "take"])]
    pub by: Option<String>,
}

/// `bunri check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A catalogue's folder, or a job file
    pub path: PathBuf,
    /// Print what goes where, and nothing else: in words, or (of a job) as SQL that DuckDB runs over staging
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "words")]
    pub explain: Option<Explained>,
    /// Of a job: do not open its source, and hold nothing against it
    #[arg(long)]
    pub no_source: bool,
}

/// How a catalogue is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Explained {
    /// Sentences, table by table
    Words,
    /// One script that makes the same stores
    Sql,
}

/// A command that needs a job and nothing else.
#[derive(Debug, Args)]
pub struct JobArguments {
    /// The job file
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
}

/// `bunri run`
#[derive(Debug, Args)]
pub struct RunArguments {
    /// The job file
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// After a changed catalogue, job or file of decisions: say what stands and what goes, ask, and do it
    #[arg(long)]
    pub again: bool,
    /// With --again: do not ask
    #[arg(long, requires = "again")]
    pub yes: bool,
}

/// `bunri split`
#[derive(Debug, Args)]
pub struct SplitArguments {
    /// The job file
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// Do nothing but say, for each table, which rows and cells go where
    #[arg(long)]
    pub explain: bool,
}

/// `bunri verify`
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The job file: checks every claim this version can
    #[arg(conflicts_with = "store")]
    pub job: Option<PathBuf>,
    /// A store alone, without its job: checks what a stranger can (C1, with --catalogue C2, with --attestation C8)
    #[arg(long)]
    pub store: Option<PathBuf>,
    /// The catalogue that the store was made by
    #[arg(long, requires = "store")]
    pub catalogue: Option<PathBuf>,
    /// The attestation that came with the store: a release of it, signed by every --key
    #[arg(long, value_name = "FILE", requires = "store", requires = "key")]
    pub attestation: Option<PathBuf>,
    /// A public key that must have signed the attestation, received by another way than the store; may be given more than once
    #[arg(long, value_name = "FILE", requires = "attestation")]
    pub key: Vec<PathBuf>,
    /// Look at the signatures alone (C8), of stores that were verified before; nothing is written
    #[arg(long, conflicts_with = "store")]
    pub evidence: bool,
    /// Read the database that the store was loaded into (see `bunri load`), and hold every row against the store
    #[arg(long, value_name = "TARGET", requires = "store", conflicts_with_all = ["catalogue", "evidence"])]
    pub loaded: Option<String>,
    /// With --loaded: write what was compared to this file, as JSON; one that is there is replaced
    #[arg(long, value_name = "FILE", requires = "loaded")]
    pub record: Option<PathBuf>,
}

/// `bunri load`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("place").required(true).args(["into", "out"])))]
pub struct LoadArguments {
    /// The store's folder; nothing else of the run is needed
    pub store: PathBuf,
    /// Where to: a target file, or a URL without a password, as in postgresql://loader@/db?store=retail&schema=customer (docs/load.md)
    #[arg(long, value_name = "TARGET")]
    pub into: Option<String>,
    /// Put this store in the place of tables that bunri loaded of another store of the same kind
    #[arg(long, requires = "into")]
    pub replace: bool,
    /// The job that the store was made by: its source is never loaded into. Custody beside the store says so without it
    #[arg(long, value_name = "JOB", requires = "into")]
    pub job: Option<PathBuf>,
    /// Write what was loaded to this file, as JSON; one that is there is replaced
    #[arg(long, value_name = "FILE", requires = "into")]
    pub record: Option<PathBuf>,
    /// In place of loading: write files for a loader to the folder --out
    #[arg(long, value_enum, requires = "out")]
    pub format: Option<LoadFormat>,
    /// The folder of those files, empty or not there
    #[arg(
        long,
        value_name = "FOLDER",
        requires = "format",
        conflicts_with = "into"
    )]
    pub out: Option<PathBuf>,
}

/// A loader that files are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LoadFormat {
    /// Oracle's SQL*Loader: DDL, control files and delimited data. Not run by anybody who made bunri
    Sqlldr,
}

/// `bunri key`
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// What to do
    #[command(subcommand)]
    pub action: KeyAction,
}

/// What `bunri key` does.
#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Draw a key, write it to a new file (mode 0600), and say its public half
    New(KeyNewArguments),
    /// Say the public half of a key file
    Show(KeyShowArguments),
}

/// `bunri key new`
#[derive(Debug, Args)]
pub struct KeyNewArguments {
    /// The file of the private key; never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The environment variable with the passphrase that the key is kept under; none: the file alone is enough to sign
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
}

/// `bunri key show`
#[derive(Debug, Args)]
pub struct KeyShowArguments {
    /// The file of a private or a public key
    pub file: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
    /// Print the public key in PEM, as OpenSSL reads it, and nothing else
    #[arg(long)]
    pub pem: bool,
}

/// `bunri sign`
#[derive(Debug, Args)]
pub struct SignArguments {
    /// The job file, verified
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// What is signed
    #[arg(long, value_enum)]
    pub statement: SignedStatement,
    /// The file of the private key, mode 0600
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
    /// Begin a new envelope in the place of one that says something else; all of its signers sign again
    #[arg(long)]
    pub replace: bool,
}

/// `bunri retire`
#[derive(Debug, Args)]
pub struct RetireArguments {
    /// The job file of the run, verified and signed
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// The private key of an operator, mode 0600
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
    /// The job's label, in place of typing it when asked
    #[arg(long, value_name = "LABEL")]
    pub confirm: Option<String>,
}

/// What somebody answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SignedStatement {
    /// The catalogue, and the file of decisions, are the approved ones (catalogue_approver)
    Approval,
    /// These are the staging and the stores of this run (operator)
    Run,
    /// The report of the last verification was read and accepted (qa)
    Acceptance,
    /// The retail store may leave custody (data_officer)
    Release,
}

/// `bunri prove`
#[derive(Debug, Args)]
pub struct ProveArguments {
    /// The job file, extracted and split
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// Perturbed stagings to compare
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub pairs: u64,
    /// Decides every perturbation: the same seed does the same
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Take about so many supply points, with everything that hangs on them, instead of all
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
}

/// `bunri reread`
#[derive(Debug, Args)]
pub struct RereadArguments {
    /// The job file, extracted
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// Compare so many percent of the rows of each table, chosen by a hash of their keys, instead of all
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub share: u8,
}

/// `bunri plan`
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The job file; one that was not extracted yet is told what the catalogue alone says
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// The folder of the plan, in place of `plan` in custody; never in the retail store's folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Say what changes against this catalogue or job
    #[arg(long, value_name = "CATALOGUE|JOB")]
    pub against: Option<PathBuf>,
    /// Say which withheld columns the SQL files (*.sql) below this folder read, and how
    #[arg(long, value_name = "FOLDER")]
    pub queries: Option<PathBuf>,
}

/// `bunri diff`
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// A catalogue's folder, or a job file: before
    pub from: PathBuf,
    /// A catalogue's folder, or a job file: after
    pub to: PathBuf,
    /// Decide the staging of this job by both, and count what moves
    #[arg(long, value_name = "JOB")]
    pub job: Option<PathBuf>,
    /// Print the answer as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// `bunri quarantine`
#[derive(Debug, Args)]
pub struct QuarantineArguments {
    /// The job file, extracted
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// Write a file of decisions with a line for every row that a person can decide: ownership, basis, approver and date
    /// are left to be filled in. Keep it in custody
    #[arg(long, value_name = "FILE")]
    pub draft: Option<PathBuf>,
    /// Write every row that waits, with the rows of the ledger behind it, one JSON object a line. Keep it in custody
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Say what this file of decisions would move, through parents too; lines may still lack their approval
    #[arg(long = "try", value_name = "FILE")]
    pub tried: Option<PathBuf>,
    /// Print the answer as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// `bunri report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The job file, verified
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// One HTML file that fetches nothing; in both languages beside the report, unless --out names a file (the default)
    #[arg(long, group = "form")]
    pub html: bool,
    /// A short Markdown text
    #[arg(long, group = "form")]
    pub md: bool,
    /// The report itself, read and written again
    #[arg(long, group = "form", conflicts_with_all = ["lang", "against"])]
    pub json: bool,
    /// In which language
    #[arg(long, value_enum)]
    pub lang: Option<Language>,
    /// Write it to this file: mode 0600, never overwritten, never in the retail store
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Say what is different from this report of a run before
    #[arg(long, value_name = "REPORT.json")]
    pub against: Option<PathBuf>,
}

/// `bunri completions`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `bunri man`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// The folder, which must be there; pages of the same names are replaced
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `bunri control`
#[derive(Debug, Args)]
pub struct ControlArguments {
    /// The job file
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// Print the query of every control: names, and the catalogue's own literals
    #[arg(long, required = true)]
    pub sql: bool,
    /// In the words of this database; else of the job's source, and of delimited files in standard SQL
    #[arg(long, value_enum)]
    pub dialect: Option<SqlDialect>,
}

/// A database that queries are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SqlDialect {
    /// SQL:1992
    Standard,
    /// SQLite
    Sqlite,
    /// PostgreSQL
    Postgresql,
    /// Oracle
    Oracle,
}

/// `bunri export`
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The job file
    #[arg(env = JOB_VARIABLE)]
    pub job: PathBuf,
    /// In which words
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// Write it there, mode 0600, in place of standard output: of contracts a folder, of lineage a file. What is there already
    /// must be the same; never in the retail store
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Of lineage: when the run was, such as 2026-04-01T02:30:00+09:00; else when its split ended, by the journal
    #[arg(long, value_name = "RFC3339")]
    pub time: Option<String>,
}

/// What other tools understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Open Data Contract Standard 3.0.2: one contract for retail, one for custody; needs no run
    Odcs,
    /// OpenLineage events of extract and split, one JSON object a line; needs a finished run
    Openlineage,
}

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English
    En,
    /// 日本語
    Ja,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "no number of seconds")?;
    Duration::try_from_secs_f64(seconds).map_err(|refused| refused.to_string())
}

/// What was typed. Usage errors end the program here, with exit code 2.
pub fn parse() -> Arguments {
    Arguments::parse()
}
