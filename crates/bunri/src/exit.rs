//! From outcome to exit code, in one place; and what is printed of a failure: the chain once, then what to do.

use std::panic::UnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use bunri_access::{AccessError, PrepareError};
use bunri_answers::AnswersError;
use bunri_columnar::ColumnarError;
use bunri_emergency::EmergencyError;
use bunri_evidence::{ChainError, EnvelopeError, SecretError};
use bunri_export::ExportError;
use bunri_extract::ExtractError;
use bunri_handover::HandoverError;
use bunri_inspect::{CheckError, InitError, InspectError};
use bunri_load::LoadError;
use bunri_manifest::ManifestError;
use bunri_plan::PlanError;
use bunri_prove::ProveError;
use bunri_records::RecordError;
use bunri_redecide::RedecideError;
use bunri_report::ReportError;
use bunri_reread::RereadError;
use bunri_residue::ResidueError;
use bunri_retire::RetireError;
use bunri_sample::SampleError;
use bunri_security::SecurityError;
use bunri_selection::SelectionError;
use bunri_source::SourceError;
use bunri_split::SplitError;
use bunri_supplier::SupplierError;
use bunri_text::Problems;
use bunri_verify::{SignError, VerifyError};
use bunri_workplace::LockError;
use serde_json::{Map, Value};

use crate::Log;
use crate::screen;

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to read, or nothing but what the job expects.
    Clean,
    /// Every checked claim holds, and something should be read.
    SomethingToRead,
    /// No claim is broken, and the run is not what the job expects, or what any job may.
    Outside,
    /// Do not hand over.
    ClaimBroken,
}

/// A command that ended, and what the last line of its log says beside the exit code.
pub(crate) struct Ended {
    pub(crate) log: Log,
    pub(crate) result: Result<Outcome, Failure>,
    pub(crate) facts: Map<String, Value>,
}

/// How a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Refused(Problems),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Sample(#[from] SampleError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(transparent)]
    Inspect(#[from] InspectError),
    #[error(transparent)]
    Init(#[from] InitError),
    #[error(transparent)]
    Answers(#[from] AnswersError),
    #[error(transparent)]
    CheckSource(#[from] CheckError),
    #[error("the profile cannot be written as JSON: {0}")]
    Unwritable(#[source] serde_json::Error),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    Reread(#[from] RereadError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    #[error(
        "`{}` lies in the retail store's folder: what custody knows of rows may not be written there; name another place",
        .0.display()
    )]
    InRetail(PathBuf),
    #[error(
        "{0} lines of the file decide nothing, and a split would refuse the file: correct or remove them"
    )]
    TriedInVain(usize),
    #[error("there is no report in `{}`; run `bunri verify` first", .0.display())]
    NoReport(PathBuf),
    #[error("`{}` cannot be read as a report: {source}", path.display())]
    UnreadableReport { path: PathBuf, source: ReportError },
    #[error("`{}`: {source}", path.display())]
    Key { path: PathBuf, source: SecretError },
    #[error(
        "there is no variable `{0}` in the environment, or it is no text: it should hold the passphrase"
    )]
    NoPassphrase(String),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Handover(#[from] HandoverError),
    #[error(transparent)]
    Emergency(#[from] EmergencyError),
    #[error(transparent)]
    Retire(#[from] RetireError),
    #[error(
        "a run is retired by those who answer for runs, and the job has no `operator` in `[evidence]`"
    )]
    NoOperator,
    #[error("the run is not finished: {0}; what a verification would need is not deleted")]
    NotFinished(String),
    #[error(
        "nothing was deleted: the job's label was not typed; type it when asked, or give it with --confirm"
    )]
    NotTyped,
    #[error("`{}` is a key that was given before: the same person twice is one person", .0.display())]
    SameKey(PathBuf),
    #[error(
        "`{}` speaks of something else than lies here now ({differs}); run `bunri verify` first", path.display()
    )]
    OtherReport { path: PathBuf, differs: String },
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(
        "lineage is told of a finished run, and this one is not: `{}` is not there, which {stage} writes last; run `bunri run` with \
         this job (it goes on where it stopped), then export again", path.display()
    )]
    Unfinished { stage: &'static str, path: PathBuf },
    #[error(
        "`{}` cannot be read as a manifest: {source}; run `bunri verify`, which says what lies there", path.display()
    )]
    UnreadableManifest {
        path: PathBuf,
        source: ManifestError,
    },
    #[error(
        "OpenLineage asks when a run was, and the journal tells of no split that ended: say it with --time, such as --time \
         2026-04-01T02:30:00+09:00"
    )]
    NoTime,
    #[error("the job asks for no figures: it has no [[control]] (docs/control.md)")]
    NoControl,
    #[error("--time belongs to --format openlineage: a contract has no time")]
    NeedlessTime,
    #[error("cannot read `{}`: {source}", path.display())]
    Unread {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("no difference was seen, and the run shows nothing: {0}")]
    NothingShown(String),
    #[error("there is no store in `{}`", .0.display())]
    NoStore(PathBuf),
    #[error(
        "`{}` is a catalogue: as SQL it needs a job, which names the cutover day and where staging lies",
        .0.display()
    )]
    NoJob(PathBuf),
    #[error(
        "nothing was changed: what goes has to be confirmed; type `y`, or run with --again --yes"
    )]
    NotConfirmed,
    #[error("give a job, or a store with --store: nothing was verified")]
    NothingToVerify,
    #[error(transparent)]
    Security(#[from] SecurityError),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error(transparent)]
    Supplier(#[from] SupplierError),
    #[error("`{}` is no outcome of `bunri incident access` for this page: {why}", path.display())]
    OtherOutcome { path: PathBuf, why: String },
    #[error("`{}` names no screens with transitions: there is nothing to draw", .0.display())]
    NoPicture(PathBuf),
    #[error("the result did not reach standard output: {0}")]
    Unsaid(#[source] std::io::Error),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Refused(problems)
    }
}

const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const SOURCE: u8 = 4;
const OUTPUT: u8 = 5;
const INTERRUPTED: u8 = 6;
const OUTSIDE: u8 = 7;
const BUSY: u8 = 8;
const BROKEN: u8 = 10;
const BUG: u8 = 70;

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Failure::Refused(_) => REFUSED,
            Failure::Lock(error) => lock(error),
            Failure::Sample(error) => sample(error),
            Failure::Extract(error) => extract(error),
            Failure::Inspect(error) => inspect(error),
            Failure::Init(error) => init(error),
            Failure::Answers(error) => answers(error),
            Failure::CheckSource(error) => check_source(error),
            Failure::Unwritable(_) => BUG,
            Failure::Split(error) => split(error),
            Failure::Verify(error) => verify(error),
            Failure::Record(error) => record(error),
            Failure::Prove(error) => prove(error),
            Failure::Reread(error) => reread(error),
            Failure::Plan(error) => plan(error),
            Failure::InRetail(_) | Failure::TriedInVain(_) => REFUSED,
            Failure::NothingShown(_) | Failure::NotConfirmed => REFUSED,
            Failure::Columnar(error) => columnar(error),
            Failure::NoStore(_) => REFUSED,
            Failure::NoReport(_) | Failure::UnreadableReport { .. } => REFUSED,
            Failure::NoJob(_) | Failure::NothingToVerify => USAGE,
            Failure::NoTime | Failure::NeedlessTime | Failure::NoControl => USAGE,
            Failure::Export(error) => export(error),
            Failure::Load(error) => load(error),
            Failure::Key { source, .. } => key(source),
            Failure::NoPassphrase(_) => USAGE,
            Failure::Sign(error) => sign(error),
            Failure::Handover(error) => handover(error),
            Failure::Emergency(error) => emergency(error),
            Failure::Retire(error) => retire(error),
            Failure::NoOperator
            | Failure::NotFinished(_)
            | Failure::NotTyped
            | Failure::SameKey(_) => REFUSED,
            Failure::OtherReport { .. } => REFUSED,
            Failure::Unfinished { .. } | Failure::UnreadableManifest { .. } => REFUSED,
            Failure::Security(error) => security(error),
            Failure::Access(error) => access(error),
            Failure::Prepare(error) => prepare(error),
            Failure::Supplier(error) => supplier(error),
            Failure::OtherOutcome { .. } | Failure::NoPicture(_) => REFUSED,
            Failure::Unread { .. } => OUTPUT,
            Failure::Unsaid(_) => OUTPUT,
        }
    }

    /// The failure of columns or files behind it, if there is one.
    fn columnar(&self) -> Option<&ColumnarError> {
        match self {
            Failure::Columnar(error)
            | Failure::CheckSource(CheckError::Columnar(error))
            | Failure::Lock(LockError::Columnar(error))
            | Failure::Extract(ExtractError::Columnar(error))
            | Failure::Split(SplitError::Columnar(error))
            | Failure::Record(RecordError::Columnar(error))
            | Failure::Verify(
                VerifyError::Columnar(error)
                | VerifyError::Record(RecordError::Columnar(error))
                | VerifyError::Redecide(RedecideError::Columnar(error)),
            )
            | Failure::Prove(ProveError::Columnar(error))
            | Failure::Prove(ProveError::Split(SplitError::Columnar(error)))
            | Failure::Prove(ProveError::Redecide(RedecideError::Columnar(error)))
            | Failure::Reread(RereadError::Columnar(error))
            | Failure::Load(LoadError::Columnar(error))
            | Failure::Plan(
                PlanError::Columnar(error) | PlanError::Redecide(RedecideError::Columnar(error)),
            ) => Some(error),
            Failure::Refused(_)
            | Failure::Lock(_)
            | Failure::Sample(_)
            | Failure::Extract(_)
            | Failure::Inspect(_)
            | Failure::Init(_)
            | Failure::Answers(_)
            | Failure::CheckSource(_)
            | Failure::Unwritable(_)
            | Failure::Split(_)
            | Failure::Verify(_)
            | Failure::Record(_)
            | Failure::Prove(_)
            | Failure::Reread(_)
            | Failure::Plan(_)
            | Failure::InRetail(_)
            | Failure::TriedInVain(_)
            | Failure::NothingShown(_)
            | Failure::NoReport(_)
            | Failure::UnreadableReport { .. }
            | Failure::Export(_)
            | Failure::Load(_)
            | Failure::Key { .. }
            | Failure::NoPassphrase(_)
            | Failure::Sign(_)
            | Failure::Handover(_)
            | Failure::Emergency(_)
            | Failure::Retire(_)
            | Failure::NoOperator
            | Failure::NotFinished(_)
            | Failure::NotTyped
            | Failure::SameKey(_)
            | Failure::OtherReport { .. }
            | Failure::Unfinished { .. }
            | Failure::UnreadableManifest { .. }
            | Failure::NoTime
            | Failure::NeedlessTime
            | Failure::NoControl
            | Failure::Unread { .. }
            | Failure::NoStore(_)
            | Failure::NoJob(_)
            | Failure::NothingToVerify
            | Failure::NotConfirmed
            | Failure::Security(_)
            | Failure::Access(_)
            | Failure::Prepare(_)
            | Failure::Supplier(_)
            | Failure::OtherOutcome { .. }
            | Failure::NoPicture(_)
            | Failure::Unsaid(_) => None,
        }
    }

    /// Whether the disk's owner can mend it and run again.
    fn is_mendable(&self) -> bool {
        use std::io::ErrorKind::{
            FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        // What the disk said to the Parquet writer comes back as words alone.
        if matches!(self.columnar(), Some(ColumnarError::Parquet { action, .. }) if *action != "read")
        {
            return true;
        }
        let mendable = [
            FileTooLarge,
            PermissionDenied,
            QuotaExceeded,
            ReadOnlyFilesystem,
            StorageFull,
        ];
        self.disk_said()
            .is_some_and(|kind| mendable.contains(&kind))
    }

    /// What the operating system refused, if that is behind it.
    fn disk_said(&self) -> Option<std::io::ErrorKind> {
        let mut cause: Option<&dyn std::error::Error> =
            std::error::Error::source(self).or(Some(self));
        while let Some(error) = cause {
            if let Some(refused) = error.downcast_ref::<std::io::Error>() {
                return Some(refused.kind());
            }
            // A Parquet writer wraps what the disk said.
            cause = error.source();
        }
        None
    }

    /// Whether the system may answer otherwise next time.
    fn is_transient(&self) -> bool {
        use std::io::ErrorKind::{NotFound, PermissionDenied};
        self.disk_said()
            .is_some_and(|kind| ![NotFound, PermissionDenied].contains(&kind))
    }

    /// What to do next, where the message does not say it already.
    fn advice(&self) -> Option<&'static str> {
        match self.code() {
            OUTPUT if self.is_mendable() => Some(
                "free space or mend the permission, then run the same command again: it resumes",
            ),
            OUTPUT if self.is_transient() => Some(
                "run the same command again: it resumes; if it ends so again, look at the disk and at the limits of \
                 the process (open files, threads)",
            ),
            SOURCE if self.is_transient() => Some("run the same command again: it resumes"),
            INTERRUPTED => Some("run the same command again: it resumes"),
            BUSY => Some("run the same command again when the other run has ended"),
            BUG => Some("this is a bug in bunri; nothing under a final name is half-written"),
            _ => None,
        }
    }
}

fn lock(error: &LockError) -> u8 {
    match error {
        LockError::Columnar(error) => columnar(error),
        LockError::Unreadable { .. } | LockError::Source(_) => SOURCE,
        LockError::Interrupted => INTERRUPTED,
        // Whoever waits and types the same command again is served: no refusal of the job.
        LockError::Busy { .. } => BUSY,
        LockError::Foreign { .. }
        | LockError::OtherJob { .. }
        | LockError::MovedOn { .. }
        | LockError::OtherState { .. }
        | LockError::NotBegun { .. }
        | LockError::Illegible { .. }
        | LockError::Retired { .. }
        | LockError::OtherSource { .. }
        | LockError::Open { .. } => REFUSED,
    }
}

fn sample(error: &SampleError) -> u8 {
    match error {
        SampleError::TooFewPoints { .. } | SampleError::TooFewSecurityPoints { .. } => USAGE,
        SampleError::Story(_) => BUG,
        SampleError::Exists { .. } | SampleError::Write { .. } | SampleError::Database { .. } => {
            OUTPUT
        }
    }
}

fn extract(error: &ExtractError) -> u8 {
    match error {
        ExtractError::Schema(_) | ExtractError::Occupied { .. } | ExtractError::Earlier { .. } => {
            REFUSED
        }
        ExtractError::Keys(_)
        | ExtractError::Source(_)
        | ExtractError::OtherSource { .. }
        | ExtractError::ChangedUnsaid { .. } => SOURCE,
        ExtractError::Interrupted => INTERRUPTED,
        ExtractError::Columnar(error) => columnar(error),
        ExtractError::Manifest(_) | ExtractError::Thread(_) => OUTPUT,
    }
}

fn security(error: &SecurityError) -> u8 {
    match error {
        SecurityError::Refused(_) => REFUSED,
        SecurityError::Unreadable { .. } | SecurityError::Database { .. } => SOURCE,
    }
}

fn access(error: &AccessError) -> u8 {
    match error {
        AccessError::Form { .. } | AccessError::Bound { .. } => REFUSED,
        AccessError::Io { .. } | AccessError::Packed { .. } | AccessError::Database { .. } => {
            SOURCE
        }
        AccessError::Interrupted => INTERRUPTED,
    }
}

fn prepare(error: &PrepareError) -> u8 {
    match error {
        PrepareError::NoLog | PrepareError::Pattern(_) => REFUSED,
        PrepareError::NoFile(_) | PrepareError::Folder { .. } => SOURCE,
        PrepareError::Security(error) => security(error),
        PrepareError::Access(error) => access(error),
    }
}

fn supplier(error: &SupplierError) -> u8 {
    match error {
        SupplierError::Source(SourceError::Interrupted) => INTERRUPTED,
        SupplierError::Source(_) | SupplierError::NoPoint { .. } => SOURCE,
        SupplierError::NoTable(_)
        | SupplierError::Key { .. }
        | SupplierError::TooMany(_)
        | SupplierError::Type(_) => REFUSED,
    }
}

fn inspect(error: &InspectError) -> u8 {
    match error {
        InspectError::Source(SourceError::Interrupted) => INTERRUPTED,
        InspectError::Source(_) => SOURCE,
        InspectError::Names(_) => BUG,
    }
}

fn check_source(error: &CheckError) -> u8 {
    match error {
        CheckError::Source(SourceError::Interrupted) | CheckError::Interrupted => INTERRUPTED,
        CheckError::Source(_) => SOURCE,
        CheckError::Columnar(error) => columnar(error),
    }
}

fn init(error: &InitError) -> u8 {
    match error {
        InitError::Names(_) => BUG,
        InitError::NoLedger(_) => USAGE,
        InitError::Occupied(_) | InitError::NotUpdated { .. } => REFUSED,
        InitError::Io { .. } => OUTPUT,
    }
}

fn answers(error: &AnswersError) -> u8 {
    match error {
        AnswersError::Text(_)
        | AnswersError::Occupied(_)
        | AnswersError::Form(_)
        | AnswersError::Changed(_)
        | AnswersError::NoTerminal => REFUSED,
        AnswersError::Nobody(_) | AnswersError::NoPlaceForFacts(_) => USAGE,
        AnswersError::Stopped => INTERRUPTED,
        AnswersError::Terminal(_) | AnswersError::Io { .. } => OUTPUT,
    }
}

fn columnar(error: &ColumnarError) -> u8 {
    match error {
        ColumnarError::Staging { .. } => REFUSED,
        ColumnarError::Arrow { .. } => BUG,
        ColumnarError::CellTooLarge { .. }
        | ColumnarError::RejectTooLarge { .. }
        | ColumnarError::RowTooLarge { .. } => SOURCE,
        ColumnarError::Io { .. }
        | ColumnarError::Parquet { .. }
        | ColumnarError::ReadBack { .. }
        | ColumnarError::Exists { .. } => OUTPUT,
    }
}

fn split(error: &SplitError) -> u8 {
    match error {
        SplitError::Columnar(error) => columnar(error),
        SplitError::Manifest(_)
        | SplitError::Vectorized(_)
        | SplitError::NoRecord { .. }
        | SplitError::LockPoisoned => BUG,
        SplitError::Key(_) => SOURCE,
        SplitError::ForeignOutput { .. }
        | SplitError::Decisions(_)
        | SplitError::NoSecret { .. }
        | SplitError::RekeyCollision { .. }
        | SplitError::Task(_) => REFUSED,
        SplitError::Interrupted => INTERRUPTED,
    }
}

fn prove(error: &ProveError) -> u8 {
    match error {
        ProveError::Columnar(error) => columnar(error),
        ProveError::Split(error) => split(error),
        ProveError::Redecide(error) => redecide(error),
        ProveError::Io { .. } | ProveError::Key(_) => OUTPUT,
        ProveError::NoStore { .. } | ProveError::Nothing => REFUSED,
        ProveError::Interrupted => INTERRUPTED,
        ProveError::Manifest(_)
        | ProveError::Type(_)
        | ProveError::Arrow { .. }
        | ProveError::Name(_)
        | ProveError::Unsettled { .. } => BUG,
    }
}

fn reread(error: &RereadError) -> u8 {
    match error {
        RereadError::Columnar(error) => columnar(error),
        RereadError::Source { .. }
        | RereadError::File { .. }
        | RereadError::Files { .. }
        | RereadError::NotAtRest { .. }
        | RereadError::OtherSource { .. }
        | RereadError::Encoding { .. }
        | RereadError::Server(_)
        | RereadError::Odbc(_) => SOURCE,
        RereadError::Random(_) => OUTPUT,
        RereadError::Interrupted => INTERRUPTED,
        RereadError::Literal { .. } | RereadError::Record(_) => BUG,
    }
}

fn verify(error: &VerifyError) -> u8 {
    match error {
        VerifyError::Columnar(error) => columnar(error),
        VerifyError::Redecide(error) => redecide(error),
        VerifyError::Residue(error) => residue(error),
        VerifyError::Record(error) => record(error),
        VerifyError::Interrupted => INTERRUPTED,
        VerifyError::Io { .. } | VerifyError::Key(_) | VerifyError::Index => OUTPUT,
        VerifyError::Arrow { .. }
        | VerifyError::Type(_)
        | VerifyError::Report(_)
        | VerifyError::LockPoisoned => BUG,
    }
}

fn key(error: &SecretError) -> u8 {
    match error {
        SecretError::Io(_) | SecretError::Random => OUTPUT,
        SecretError::Exists
        | SecretError::Open
        | SecretError::NoKey
        | SecretError::Public
        | SecretError::Locked
        | SecretError::Passphrase
        | SecretError::ShortPassphrase
        | SecretError::Key(_) => REFUSED,
    }
}

fn record(error: &RecordError) -> u8 {
    match error {
        RecordError::Columnar(error) => columnar(error),
        RecordError::Runs(_) => OUTPUT,
        RecordError::Json(_) => BUG,
    }
}

fn sign(error: &SignError) -> u8 {
    match error {
        SignError::Look(error) => verify(error),
        SignError::Record(error) => record(error),
        SignError::Io { .. } => OUTPUT,
        SignError::NotAsked
        | SignError::NoRole(..)
        | SignError::NotPinned(..)
        | SignError::NotSo(_)
        | SignError::Envelope { .. }
        | SignError::Key(_)
        | SignError::Runs(_) => REFUSED,
    }
}

fn selection(error: &SelectionError) -> u8 {
    match error {
        SelectionError::Read { .. } | SelectionError::Write(_) => OUTPUT,
        SelectionError::Link(_)
        | SelectionError::Manifest { .. }
        | SelectionError::NotCanonical(_)
        | SelectionError::Changed(_)
        | SelectionError::Shape(_)
        | SelectionError::Parquet { .. }
        | SelectionError::Unanswerable(_) => REFUSED,
        SelectionError::Batch => BUG,
    }
}

fn handover(error: &HandoverError) -> u8 {
    match error {
        HandoverError::Selection(error) => selection(error),
        HandoverError::Io { .. } => OUTPUT,
        HandoverError::OtherStore { .. }
        | HandoverError::NoTable { .. }
        | HandoverError::CountByKey(_)
        | HandoverError::Uncounted(_)
        | HandoverError::CountedTwice(_)
        | HandoverError::NotApprover(_)
        | HandoverError::InStore(_)
        | HandoverError::Occupied(_)
        | HandoverError::OtherEnvelope(_)
        | HandoverError::Envelope { .. }
        | HandoverError::Key(_) => REFUSED,
        HandoverError::Json(_) => BUG,
    }
}

fn emergency(error: &EmergencyError) -> u8 {
    match error {
        EmergencyError::Selection(error) => selection(error),
        EmergencyError::Secret { source, .. } => key(source),
        EmergencyError::Io { .. } => OUTPUT,
        EmergencyError::Ledger {
            source: ChainError::Io(_),
            ..
        }
        | EmergencyError::Envelope {
            source: EnvelopeError::Io(_),
            ..
        } => OUTPUT,
        EmergencyError::Grant(_)
        | EmergencyError::NoGrant(_)
        | EmergencyError::OtherStore { .. }
        | EmergencyError::NotApprover
        | EmergencyError::InStore(_)
        | EmergencyError::Clock { .. }
        | EmergencyError::OutsideWindow { .. }
        | EmergencyError::NotMade(_)
        | EmergencyError::Withdrawn(_)
        | EmergencyError::NotNamed { .. }
        | EmergencyError::Ledger { .. }
        | EmergencyError::Envelope { .. }
        | EmergencyError::Unsigned { .. }
        | EmergencyError::Changed(_)
        | EmergencyError::NoIdentity(_)
        | EmergencyError::OtherPerson(_)
        | EmergencyError::Damaged(_)
        | EmergencyError::Exists(_)
        | EmergencyError::Key(_) => REFUSED,
        EmergencyError::Seal | EmergencyError::Json(_) => BUG,
    }
}

fn retire(error: &RetireError) -> u8 {
    match error {
        RetireError::Io { .. }
        | RetireError::Runs(ChainError::Io(_))
        | RetireError::Envelope {
            source: EnvelopeError::Io(_),
            ..
        } => OUTPUT,
        RetireError::NotAFile(_)
        | RetireError::Foreign(_)
        | RetireError::NoRun
        | RetireError::Runs(_)
        | RetireError::NotOperator
        | RetireError::OtherRecord { .. }
        | RetireError::Envelope { .. }
        | RetireError::Key(_) => REFUSED,
        RetireError::Json(_) => BUG,
    }
}

fn plan(error: &PlanError) -> u8 {
    match error {
        PlanError::Columnar(error) => columnar(error),
        PlanError::Redecide(error) => redecide(error),
        PlanError::Interrupted => INTERRUPTED,
        PlanError::Io { .. } => OUTPUT,
        PlanError::Circle { .. } | PlanError::Foreign { .. } => REFUSED,
        PlanError::Json(_) => BUG,
    }
}

fn export(error: &ExportError) -> u8 {
    match error {
        ExportError::Time { .. } => USAGE,
        ExportError::OtherRun { .. } | ExportError::OtherTables { .. } => REFUSED,
        ExportError::Json(_) => BUG,
    }
}

fn load(error: &LoadError) -> u8 {
    match error {
        LoadError::Columnar(error) => columnar(error),
        // The server of a target is an output.
        LoadError::Server(_)
        | LoadError::Rows { .. }
        | LoadError::NoRight { .. }
        | LoadError::Key(_) => OUTPUT,
        LoadError::Store { .. }
        | LoadError::InStore { .. }
        | LoadError::OtherStore { .. }
        | LoadError::Refused(_)
        | LoadError::Cell { .. } => REFUSED,
        LoadError::Busy { .. } => BUSY,
        LoadError::Interrupted => INTERRUPTED,
        LoadError::Type(_) | LoadError::Record(_) => BUG,
    }
}

fn residue(error: &ResidueError) -> u8 {
    match error {
        ResidueError::Io { .. } => OUTPUT,
        ResidueError::Hostile { .. } => REFUSED,
    }
}

fn redecide(error: &RedecideError) -> u8 {
    match error {
        RedecideError::Columnar(error) => columnar(error),
        RedecideError::Interrupted => INTERRUPTED,
        RedecideError::Io { .. } | RedecideError::Index => OUTPUT,
        RedecideError::Arrow { .. } | RedecideError::Type(_) => BUG,
        RedecideError::LedgerKeyUnreadable { .. }
        | RedecideError::ParentKeyUnreadable { .. }
        | RedecideError::LedgerKeyNull { .. } => SOURCE,
        RedecideError::NoSecret { .. }
        | RedecideError::StagingOrder { .. }
        | RedecideError::Order { .. } => REFUSED,
    }
}

/// Prints a failure and gives the exit code.
fn finish(ended: Ended) -> ExitCode {
    let Ended { log, result, facts } = ended;
    let lost = screen::lost();
    let result = match (result, lost) {
        // Nothing outranks a broken claim, and a failure is told on the other stream.
        (Ok(Outcome::Clean | Outcome::SomethingToRead | Outcome::Outside), Some(lost)) => {
            Err(Failure::Unsaid(lost))
        }
        (result, Some(_) | None) => result,
    };
    let code = match result {
        Ok(Outcome::Clean) => 0,
        Ok(Outcome::SomethingToRead) => 1,
        Ok(Outcome::Outside) => OUTSIDE,
        Ok(Outcome::ClaimBroken) => BROKEN,
        Err(failure) => {
            screen::failure(log, failure.code(), &chain(&failure), failure.advice());
            failure.code()
        }
    };
    if log == Log::Json {
        screen::end(code, facts);
    }
    ExitCode::from(code)
}

/// The message and its causes, each once: some messages quote their cause already.
fn chain(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut cause = std::error::Error::source(failure);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

static BUG_PLACE: Mutex<Option<String>> = Mutex::new(None);

/// A panic is a bug. Its message could quote a value, so only its place is kept, for [`run_guarded`] to print; a
/// panic that a stage catches itself (a library's, over a damaged file) is its finding and not printed.
fn keep_only_the_place_of_a_bug() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut place) = BUG_PLACE.lock() {
            *place = panic.location().map(ToString::to_string);
        }
    }));
}

/// Runs a command and gives the exit code, whatever happens.
pub(crate) fn run_guarded(run: impl FnOnce() -> Ended + UnwindSafe) -> ExitCode {
    keep_only_the_place_of_a_bug();
    match std::panic::catch_unwind(run) {
        Ok(ended) => finish(ended),
        Err(_) => {
            let place = BUG_PLACE
                .lock()
                .ok()
                .and_then(|place| place.clone())
                .unwrap_or_default();
            screen::failure(
                Log::Human,
                BUG,
                &format!("internal error at {place}; this is a bug"),
                None,
            );
            ExitCode::from(BUG)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;
    use std::path::Path;

    use super::*;

    #[test]
    fn what_the_system_refused_once_is_no_bug_and_no_damage() {
        // 5 is EIO, 11 is EAGAIN (no thread), 24 is EMFILE.
        let at = Path::new("custody/staging/meter/part-00000.parquet");
        let read = |number| ColumnarError::io("read", at)(Error::from_raw_os_error(number));
        let lock = LockError::Source(SourceError::Io {
            path: at.to_path_buf(),
            source: Error::from_raw_os_error(5),
        });
        let failures = [
            (Failure::Columnar(read(5)), OUTPUT),
            (Failure::Verify(VerifyError::Columnar(read(24))), OUTPUT),
            (
                Failure::Extract(ExtractError::Thread(Error::from_raw_os_error(11))),
                OUTPUT,
            ),
            (Failure::Lock(lock), SOURCE),
        ];
        for (failure, code) in failures {
            assert_eq!(failure.code(), code, "{failure}");
            let advice = failure.advice().unwrap_or_default();
            assert!(advice.contains("run the same command again"), "{failure}");
        }
    }
}
