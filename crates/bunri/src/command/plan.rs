//! `bunri plan`: what a run would do. Decides staging with the plain evaluator and writes a folder of its own, no store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bunri_arguments::PlanArguments;
use bunri_catalogue::Catalogue;
use bunri_columnar::{ColumnarError, CustodyLayout, Staging};
use bunri_job::{Source, load_job};
use bunri_manifest::{StagedTable, StagingManifest};
use bunri_page::Lang;
use bunri_plan::{
    Language, PLAN_FILES, PlanError, PlanInputs, QueryText, RunbookFacts, look_at_queries, page,
    plan, prepare_folder, runbook, withheld_columns, write_folder,
};
use bunri_report::{Extent, NotKnown, Plan, QueryOrigin, QueryReport, RerunStep};
use bunri_source::{ReadPath, ReaderRole, readers, view_texts};
use bunri_text::Problems;
use bunri_workplace::{Looking, Workplace, is_begun, look_into};

use crate::command::moved;
use crate::command::sides::NamedSide;
use crate::command::stages::counts_line;
use crate::command::{diff, journal};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

/// Tables, and other lines of one kind, that are printed; the folder has all.
const SHOWN: usize = 40;

/// Who could read what in the legacy system, as far as a source can say; `reports` say which views read what is withheld.
fn grants(source: &Source, catalogue: &Catalogue, reports: &[QueryReport]) -> String {
    match source {
        Source::Sqlite(_) => {
            "SQLite has no grants: whoever can read the database file can read every column of it"
                .to_owned()
        }
        Source::Delimited(_) => {
            "files have no grants by column: whoever can read a file can read all of it".to_owned()
        }
        Source::Odbc(_) => "nobody was asked: every database keeps its grants elsewhere, and a driver does not tell; ask its DBA who \
                            may read the columns that retail will not get"
            .to_owned(),
        Source::Postgresql(_) => match readers(source) {
            Ok(roles) => granted(&roles.unwrap_or_default(), catalogue, reports),
            Err(why) => format!("the server did not say who may read what: {why}"),
        },
    }
}

/// Every role that reads something withheld, how much of it, and by which ways.
fn granted(roles: &[ReaderRole], catalogue: &Catalogue, reports: &[QueryReport]) -> String {
    let withheld = withheld_columns(catalogue);
    let views = reports.iter().filter(|report| {
        report.origin == QueryOrigin::View
            && report.reads.iter().any(|read| read.retail != Extent::Whole)
    });
    let views: Vec<&str> = views.map(|view| view.name.as_str()).collect();
    let mut told = Vec::new();
    for role in roles {
        let columns = withheld
            .iter()
            .filter(|(table, column)| role.reads(table, column));
        let columns: Vec<_> = columns.collect();
        let through: Vec<&str> = views
            .iter()
            .copied()
            .filter(|view| role.reads_some(view))
            .collect();
        if columns.is_empty() && through.is_empty() {
            continue;
        }
        let ways: BTreeSet<&ReadPath> = columns
            .iter()
            .flat_map(|(table, column)| role.ways(table, column))
            .collect();
        let mut words: Vec<String> = ways.into_iter().map(way).collect();
        if role.reads_all {
            words.push("superuser".to_owned());
        }
        words.extend(through.iter().map(|view| format!("view {view}")));
        told.push(format!(
            "{} {} ({})",
            role.name,
            columns.len(),
            words.join(", ")
        ));
    }
    if told.is_empty() {
        return "no role that can log in may read a column that the retail store does not have whole"
            .to_owned();
    }
    format!(
        "roles that can log in, and how many of {} columns that the retail store does not have whole they may read: {}",
        withheld.len(),
        told.join("; ")
    )
}

fn way(path: &ReadPath) -> String {
    match path {
        ReadPath::Itself => "granted".to_owned(),
        ReadPath::MemberOf(role) => format!("member of {role}"),
        ReadPath::Everybody => "public".to_owned(),
    }
}

pub(crate) fn run(arguments: &PlanArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let PlanArguments {
        job,
        out,
        against,
        queries,
    } = arguments;
    let workplace = match Workplace::open(job) {
        Ok(workplace) => workplace,
        Err(problems) => {
            say_half_sound(&problems, job);
            return Err(problems.into());
        }
    };
    let against = against.as_deref().map(NamedSide::open).transpose()?;
    let (staged, looking) = look(&workplace)?;
    let begun = is_begun(&workplace.job.custody)?;
    let folder = match out {
        Some(out) => Some(out.clone()),
        // A custody folder that no job began must stay empty, or no job can begin it.
        None => begun.then(|| CustodyLayout::new(&workplace.job.custody).plan()),
    };
    if let Some(folder) = &folder {
        if workplace.job.is_in_retail(folder) {
            return Err(Failure::InRetail(folder.clone()));
        }
        prepare_folder(folder)?;
    }
    let views = views(&workplace);
    let mut texts: Vec<QueryText> = views.iter().flatten().cloned().collect();
    texts.extend(
        queries
            .as_deref()
            .map(query_texts)
            .transpose()?
            .into_iter()
            .flatten(),
    );
    let reports = look_at_queries(&workplace.catalogue, &texts);
    let inputs = PlanInputs {
        label: &workplace.job.label,
        kind: workplace.job.kind.word(),
        side: workplace.side(),
        against: against.as_ref().map(|it| it.side(workplace.side())),
        queries: &reports,
        grants: &grants(&workplace.job.source, &workplace.catalogue, &reports),
        rerun: &rerun(&staged, looking.as_ref()),
        measured: &journal::measured(&workplace.job.custody),
        not_known: &not_known(queries.is_some(), views.err(), &staged),
        memory: workplace.job.memory,
        threads: workplace.job.threads,
    };
    let ground = workplace.ground(progress);
    let ground = matches!(staged, Staged::Whole).then_some(&ground);
    let plan = plan(ground, &inputs)?;
    progress.done();
    say(&plan);
    match &folder {
        Some(folder) => write(&plan, &workplace, job, folder)?,
        None => screen::say_wrapped(
            "nothing was written: custody belongs to no job yet; name a folder with --out, or extract first",
            4,
        ),
    }
    Ok(outcome(&plan))
}

/// What lies in staging.
enum Staged {
    /// Whole, and of the catalogue's shape.
    Whole,
    /// Nothing that can be decided, and why.
    No(String),
}

/// Holds custody where there is something to look into.
fn look(workplace: &Workplace) -> Result<(Staged, Option<Looking>), Failure> {
    let custody = &workplace.job.custody;
    if !is_begun(custody)? {
        let why = "nothing was extracted yet".to_owned();
        return Ok((Staged::No(why), None));
    }
    match Staging::open(custody, &workplace.catalogue) {
        Ok(_) => Ok((Staged::Whole, Some(look_into(workplace)?))),
        // Absent, or of other tables, types or keys: what the catalogue tells can be told all the same.
        Err(ColumnarError::Staging { message, .. }) => Ok((Staged::No(message), None)),
        Err(refused) => Err(refused.into()),
    }
}

fn rerun(staged: &Staged, looking: Option<&Looking>) -> Vec<RerunStep> {
    let step = |stage: &str, stands: bool, why: String| RerunStep {
        stage: stage.to_owned(),
        stands,
        why,
    };
    let extract = match staged {
        Staged::Whole => step(
            "extract",
            true,
            "staging is of the source that the job is bound to, and has the tables, types and keys of this catalogue; whether the \
             source is still the same, `bunri run` sees"
                .to_owned(),
        ),
        Staged::No(why) => step("extract", false, why.clone()),
    };
    let split = match looking {
        Some(looking) if looking.split_begun && looking.differences.is_empty() => step(
            "split",
            true,
            "the stores were begun with the same catalogue, decisions, cutover and ranges; tables whose files have their digests stand"
                .to_owned(),
        ),
        Some(looking) if looking.split_begun => {
            let differences: Vec<&str> = looking.differences.iter().map(|it| it.trim()).collect();
            let why = format!("the stores were made of something else: {}", differences.join("; "));
            step("split", false, why)
        }
        Some(_) | None => step("split", false, "no split was begun".to_owned()),
    };
    let verify = "a verification reads everything anew".to_owned();
    vec![extract, split, step("verify", false, verify)]
}

/// The views of the source, which need not be there; or why they are not known.
fn views(workplace: &Workplace) -> Result<Vec<QueryText>, String> {
    if workplace.job.source.is_absent() {
        return Err("the source is not there".to_owned());
    }
    let views = view_texts(&workplace.job.source).map_err(|error| error.to_string())?;
    let views = views.into_iter().map(|(name, text)| QueryText {
        origin: QueryOrigin::View,
        name,
        text: Ok(text),
    });
    Ok(views.collect())
}

fn not_known(queries_given: bool, no_views: Option<String>, staged: &Staged) -> Vec<NotKnown> {
    let mut not_known = Vec::new();
    let mut add = |what: &str, why: &str| {
        not_known.push(NotKnown {
            what: what.to_owned(),
            why: why.to_owned(),
        });
    };
    if !queries_given {
        add(
            "what queries of the legacy system read",
            "none were given (--queries)",
        );
    }
    if let Some(why) = no_views {
        add("what the views of the source read", &why);
    }
    if let Staged::No(why) = staged {
        add("what would be staged", why);
    }
    not_known
}

/// Every SQL file below a folder, by its path there, in the order of paths.
fn query_texts(folder: &Path) -> Result<Vec<QueryText>, Failure> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).map_err(ColumnarError::io("list", &next))?;
        for entry in entries {
            let entry = entry.map_err(ColumnarError::io("list", &next))?;
            // Links are not followed: they could lead round in a circle.
            let kind = entry
                .file_type()
                .map_err(ColumnarError::io("look at", &next))?;
            let path = entry.path();
            let is_sql = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && is_sql {
                let name = path.strip_prefix(folder).unwrap_or(&path);
                files.insert(name.display().to_string(), read(&path)?);
            }
        }
    }
    let texts = files.into_iter().map(|(name, text)| QueryText {
        origin: QueryOrigin::File,
        name,
        text,
    });
    Ok(texts.collect())
}

fn read(path: &PathBuf) -> Result<Result<String, String>, Failure> {
    let bytes = std::fs::read(path).map_err(ColumnarError::io("read", path))?;
    Ok(String::from_utf8(bytes)
        .map(|text| text.trim_start_matches('\u{feff}').to_owned())
        .map_err(|_| "the file is not UTF-8".to_owned()))
}

/// What can be said although the job or its catalogue has mistakes: where there are none, and what staging holds.
fn say_half_sound(problems: &Problems, path: &Path) {
    let wrong: BTreeSet<&Path> = problems.0.iter().map(|it| it.file.as_path()).collect();
    screen::say_wrapped(
        &format!(
            "no row was decided: {} mistakes in {} files have to be mended first (they are listed below)",
            problems.0.len(),
            wrong.len()
        ),
        4,
    );
    let Ok(job) = load_job(path) else { return };
    let tables = job.catalogue.join("tables");
    let files = std::fs::read_dir(&tables).into_iter().flatten().flatten();
    let files: Vec<PathBuf> = files.map(|file| file.path()).collect();
    let sound = files
        .iter()
        .filter(|file| !wrong.contains(file.as_path()))
        .count();
    screen::say_wrapped(
        &format!(
            "files of tables without a mistake of their own: {sound} of {}",
            files.len()
        ),
        4,
    );
    let manifest = CustodyLayout::new(&job.custody).staging_manifest();
    let manifest = std::fs::read(manifest).ok();
    if let Some(manifest) = manifest.and_then(|text| StagingManifest::parse(&text).ok()) {
        let rows = manifest.tables.iter().map(StagedTable::rows);
        let rows = rows.fold(0, u64::saturating_add);
        screen::say(&format!(
            "staging holds {rows} rows of {} tables",
            manifest.tables.len()
        ));
    }
}

fn say(plan: &Plan) {
    screen::say(&counts_line(
        "rows of, and in",
        ["own", "other", "undec.", "retail", "transm.", "quarant."],
    ));
    for table in plan.tables.iter().take(SHOWN) {
        let Some(rows) = table.rows else {
            let stores = table.stores.join(", ");
            screen::say_wrapped(
                &format!(
                    "{}: to {}",
                    table.table,
                    if stores.is_empty() { "nobody" } else { &stores }
                ),
                4,
            );
            continue;
        };
        // A public table has neither own nor other rows.
        let public = rows.reference > 0;
        let owned = [rows.own, rows.other, rows.undecided].map(|rows| match public {
            true => "–".to_owned(),
            false => rows.to_string(),
        });
        let stored = ["retail", "transmission", "quarantine"].map(|store| {
            let has = table.stores.iter().any(|it| it == store);
            let (rows, _, _) = plan.of_store(table, store);
            if has {
                rows.to_string()
            } else {
                "–".to_owned()
            }
        });
        let [own, other, undecided] = owned.each_ref().map(String::as_str);
        let [retail, transmission, quarantine] = stored.each_ref().map(String::as_str);
        screen::say(&counts_line(
            &table.table,
            [own, other, undecided, retail, transmission, quarantine],
        ));
    }
    if plan.tables.len() > SHOWN {
        screen::say(&format!(
            "  … and {} tables more in the plan",
            plan.tables.len() - SHOWN
        ));
    }
    say_open(plan);
    if let Some(changes) = &plan.changes {
        let count = changes.said.len();
        screen::say(&format!("said differently than before: {count}"));
        for it in changes.said.iter().take(8) {
            diff::say_one(it);
        }
        moved::say(changes);
    }
    for it in &plan.not_known {
        screen::say_wrapped(&format!("not known: {}: {}", it.what, it.why), 4);
    }
}

/// What somebody has to do something about.
fn say_open(plan: &Plan) {
    let waiting = plan.waiting.iter().map(|group| group.rows);
    let waiting = waiting.fold(0, u64::saturating_add);
    let dangling = dangling(plan);
    let unknown = plan
        .queries
        .iter()
        .filter(|it| !it.unknown.is_empty())
        .count();
    let reading = plan
        .queries
        .iter()
        .filter(|it| !it.reads.is_empty())
        .count();
    if plan.staging_manifest.is_some() {
        screen::say(&format!(
            "rows that will wait for a person: {waiting} (bunri quarantine says why)"
        ));
        screen::say_wrapped(
            &format!(
                "rows of the two companies' stores that refer to a row which is not there: {dangling}"
            ),
            4,
        );
    }
    let open = plan.without_basis.len();
    screen::say(&format!(
        "columns without a basis, which a cutover refuses: {open}"
    ));
    if !plan.queries.is_empty() {
        screen::say_wrapped(
            &format!(
                "statements of the legacy system: {}; {reading} read withheld columns, {unknown} are unknown",
                plan.queries.len()
            ),
            4,
        );
    }
}

fn dangling(plan: &Plan) -> u64 {
    let stores = plan.references.iter().flat_map(|it| &it.stores);
    let stores = stores.filter(|it| it.store != "quarantine");
    stores.fold(0, |sum, it| sum.saturating_add(it.dangling.total()))
}

fn write(plan: &Plan, workplace: &Workplace, job: &Path, folder: &Path) -> Result<(), Failure> {
    let facts = RunbookFacts {
        job: &job.display().to_string(),
        custody: &workplace.job.custody.display().to_string(),
        retail: &workplace.job.retail.display().to_string(),
        expects: workplace.job.expect.is_some(),
    };
    let json = plan.to_bytes().map_err(PlanError::from)?;
    let pages = [
        page(plan),
        bunri_page::plan(plan, Lang::En, Some("plan.ja.html")),
        bunri_page::plan(plan, Lang::Ja, Some("plan.html")),
        runbook(plan, facts, Language::English),
        runbook(plan, facts, Language::Japanese),
    ];
    let [text, html, html_ja, english, japanese] = pages.each_ref().map(String::as_bytes);
    write_folder(folder, [&json, text, html, html_ja, english, japanese])?;
    let (folder, files) = (folder.display(), PLAN_FILES.join(", "));
    screen::say_wrapped(&format!("plan          {folder}: {files}"), 14);
    Ok(())
}

fn outcome(plan: &Plan) -> Outcome {
    let unknown = plan
        .queries
        .iter()
        .any(|it| !it.unknown.is_empty() || !it.reads.is_empty());
    let open = plan.staging_manifest.is_none()
        || !plan.waiting.is_empty()
        || !plan.without_basis.is_empty()
        || plan
            .changes
            .as_ref()
            .is_some_and(|changes| !changes.is_empty())
        || dangling(plan) > 0
        || unknown;
    if open {
        Outcome::SomethingToRead
    } else {
        Outcome::Clean
    }
}
