//! A catalogue proposed for a source: one file a table, every class `"?"`. What is proposed is never looser than the strictest
//! plausible reading; what cannot be known waits for a person, and nothing evaluates a catalogue that waits.

mod classes;
mod ledger;
mod plan;
mod rows;
mod text;
mod types;
mod update;
mod write;

use std::collections::BTreeSet;
use std::path::PathBuf;

use bunri_job::Source;
use bunri_source::may_hold;

use crate::inspect::{SourceProfile, TableProfile};
use bunri_names::{Names, NamesError, Role, SuggestedClass};

use ledger::LedgerPlan;
use plan::TablePlan;
use rows::{RowsPlan, Time};
use text::{key, line, list, quoted};

pub use types::ProposedType;
pub(crate) use types::propose_type;
pub use update::{Updated, update};
pub use write::write_new;

/// What is proposed for one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The text of `catalogue.toml`.
    pub main: String,
    /// In the order of their names.
    pub tables: Vec<ProposedTable>,
    /// Classes that wait for a person.
    pub classes: usize,
    /// Whether some table looks like the ledger, or was named as it.
    pub has_ledger: bool,
}

/// What is proposed for one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedTable {
    /// Its name in the source.
    pub name: String,
    /// Its id, and the name of its file.
    pub id: String,
    /// The text of its file.
    pub text: String,
    pub(crate) columns: Vec<ProposedColumn>,
}

/// The lines of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProposedColumn {
    pub(crate) name: String,
    /// The line of `[columns]`.
    pub(crate) class: String,
    /// The line of `[types]`, if it needs one.
    pub(crate) value_type: Option<String>,
}

/// Why no catalogue was written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The dictionaries of this version are broken.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// The table that was named as the ledger is none of the source's.
    #[error(
        "the source has no table \"{0}\" that can be read; name the ledger as the source spells it"
    )]
    NoLedger(String),
    /// Something lies there already.
    #[error("`{}` is not empty: nothing was written; `--update` adds what is new in the source to a catalogue", .0.display())]
    Occupied(PathBuf),
    /// No catalogue lies there.
    #[error("`{}` cannot be updated: {why}", path.display())]
    NotUpdated {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The file system said no.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// How a catalogue is proposed.
#[derive(Debug, Clone, Copy)]
pub struct InitOptions<'a> {
    /// The source that was looked at: what its declared types may hold depends on its kind.
    pub source: &'a Source,
    /// What the catalogue is called.
    pub name: &'a str,
    /// The table that is the ledger, where a person knows.
    pub ledger: Option<&'a str>,
}

/// Proposes a catalogue for what was seen.
///
/// # Errors
/// [`InitError::NoLedger`], [`InitError::Names`].
pub fn propose(profile: &SourceProfile, options: &InitOptions<'_>) -> Result<Proposal, InitError> {
    proposal(profile, options, &BTreeSet::new())
}

/// The same, with ids that others have already.
fn proposal(
    profile: &SourceProfile,
    options: &InitOptions<'_>,
    taken: &BTreeSet<String>,
) -> Result<Proposal, InitError> {
    let names = Names::shipped()?;
    let fits = |declared: &str, value_type, reading: &_| {
        may_hold(options.source, declared, value_type, reading)
    };
    let plans = plan::plans(profile, &names, &fits, taken);
    let ledger = ledger::choose(profile, &plans, options.ledger);
    if let (Some(named), None) = (options.ledger, &ledger) {
        return Err(InitError::NoLedger(named.to_owned()));
    }
    let rules = rows::row_rules(&plans, ledger.as_ref(), &profile.references);
    let mut main = ledger::main_file(options.name, &plans, ledger.as_ref());
    main.push_str(&ignored(profile));
    main.push_str(&references(profile, &plans, (&rules, ledger.as_ref())));
    let tables: Vec<ProposedTable> = plans
        .iter()
        .zip(&rules)
        .enumerate()
        .map(|(number, (plan, rule))| {
            let is_ledger = ledger
                .as_ref()
                .is_some_and(|ledger| ledger.tables.contains(&number));
            table(plan, rule, (&plans, ledger.as_ref(), is_ledger))
        })
        .collect();
    let classes = plans.iter().map(|plan| plan.suggestions.len()).sum();
    Ok(Proposal {
        main,
        tables,
        classes,
        has_ledger: ledger.is_some(),
    })
}

/// The entry of a view, or of a table that cannot be read.
fn ignored_entry(name: &str, why: &str) -> String {
    format!(
        "\n[[ignored]]                                   # {}\nobject = {}\nbasis = \"?\"\n",
        text::comment(why),
        quoted(name)
    )
}

fn ignored(profile: &SourceProfile) -> String {
    let views = profile.views.iter().map(|view| {
        let why = match &view.unreadable {
            Some(_) => "a view that cannot be read".to_owned(),
            None => format!("a view over {}", view.reads.join(", ")),
        };
        ignored_entry(&view.name, &why)
    });
    let unreadable = profile
        .tables
        .iter()
        .filter(|table| table.unreadable.is_some());
    let unreadable = unreadable.map(|table| ignored_entry(&table.name, "it cannot be read"));
    views.chain(unreadable).collect()
}

/// References that no rule asks and the source does not declare, so that what dangles is counted all the same.
fn references(
    profile: &SourceProfile,
    plans: &[TablePlan<'_>],
    (rules, ledger): (&[(RowsPlan, String)], Option<&LedgerPlan>),
) -> String {
    let mut text = String::new();
    // Whoever has the ledger's key asks the ledger; that a table of points lacks the point is no news of a reference.
    let is_point = |from: usize, own: &[usize]| {
        ledger.is_some_and(|ledger| {
            rows::ledger_key(&plans[from], ledger).is_some_and(|point| own == [point])
        })
    };
    let number = |name: &str| plans.iter().position(|plan| plan.profile.name == name);
    for reference in profile.references.iter().filter(|one| !one.declared) {
        let (Some(from), Some(to)) = (number(&reference.table), number(&reference.to)) else {
            continue;
        };
        let asked = matches!(&rules[from].0, RowsPlan::Parent { to: parent, .. } if *parent == to);
        let places = |plan: &TablePlan<'_>, names: &[String]| -> Vec<usize> {
            names.iter().filter_map(|name| plan.place(name)).collect()
        };
        let own = places(&plans[from], &reference.columns);
        let other = places(&plans[to], &reference.references);
        let joins = own
            .iter()
            .zip(&other)
            .all(|(own, other)| plans[from].types[*own].joins(&plans[to].types[*other]));
        let is_key = other == plans[to].key;
        let found = reference.inclusion.map_or(0, |inclusion| inclusion.found);
        if asked || !joins || !is_key || is_point(from, &own) {
            continue;
        }
        text.push_str(&format!(
            "\n[[references]]                                # by its name, and {found} of its values are there\n\
             table = {}\ncolumns = {}\nto = {}\nreferences = {}\n",
            quoted(&plans[from].id),
            list(&reference.columns),
            quoted(&plans[to].id),
            list(&reference.references)
        ));
    }
    text
}

fn table(
    plan: &TablePlan<'_>,
    (rule, reason): &(RowsPlan, String),
    (plans, ledger, is_ledger): (&[TablePlan<'_>], Option<&LedgerPlan>, bool),
) -> ProposedTable {
    let TableProfile { name, rows, .. } = plan.profile;
    let mut written = format!(
        "# {} ({rows} rows). Written by `bunri init`: a proposal. Replace every \"?\"; what stands behind it is a suggestion.\n",
        text::comment(name)
    );
    written.push_str(&format!("table = {}\n", quoted(name)));
    if plan.id != *name {
        written.push_str(&format!("id = {}\n", quoted(&plan.id)));
    }
    let key_names: Vec<String> = plan
        .key
        .iter()
        .map(|place| plan.name(*place).to_owned())
        .collect();
    let key_text = if key_names.is_empty() {
        "\"none\"".to_owned()
    } else {
        list(&key_names)
    };
    written.push_str(&line(&format!("key = {key_text}"), &plan.key_reason));
    written.push_str(&line(
        &format!("rows = {}", rule.written(plan, plans, is_ledger)),
        reason,
    ));
    if !rule.is_constant() {
        written.push_str(&known_at(plan, matches!(rule, RowsPlan::Waits)));
    }
    if let (RowsPlan::Ledger(_), Some(ledger)) = (rule, ledger)
        && let Some(point) = rows::ledger_key(plan, ledger)
        && ledger
            .key
            .as_ref()
            .is_some_and(|key| plan.name(point) != key.name)
    {
        let key = list(&[plan.name(point).to_owned()]);
        written.push_str(&line(
            &format!("ledger_key = {key}"),
            "the point, under another name",
        ));
    }
    let columns: Vec<ProposedColumn> = (0..plan.types.len())
        .map(|place| column(plan, place))
        .collect();
    written.push_str("\n[columns]\n");
    written.extend(columns.iter().map(|column| column.class.as_str()));
    if columns.iter().any(|column| column.value_type.is_some()) {
        written.push_str("\n[types]\n");
        written.extend(
            columns
                .iter()
                .filter_map(|column| column.value_type.as_deref()),
        );
    }
    if let RowsPlan::Ledger(Time::During { until, .. }) = rule {
        written.push_str(&end_of_supply(plan, *until));
    }
    ProposedTable {
        name: name.clone(),
        id: plan.id.clone(),
        text: written,
        columns,
    }
}

fn column(plan: &TablePlan<'_>, place: usize) -> ProposedColumn {
    let (profile, suggestion) = (plan.column(place), &plan.suggestions[place]);
    let name = key(&profile.name);
    let class = match &suggestion.category {
        Some(category) => format!(
            "{name} = {{ class = \"?\", category = {} }}",
            quoted(category)
        ),
        None => format!("{name} = \"?\""),
    };
    let reason = format!("{}: {}", suggestion.class.word(), suggestion.reason);
    let proposed = &plan.types[place];
    let misfits = match proposed.misfits {
        0 => None,
        1 => Some("1 value does not fit it: its row would be rejected".to_owned()),
        misfits => Some(format!(
            "{misfits} values do not fit it: their rows would be rejected"
        )),
    };
    let told: Vec<String> = misfits.into_iter().chain(proposed.note.clone()).collect();
    let told = told.join("; ");
    let value_type = match proposed.written() {
        Some(written) if told.is_empty() => Some(format!("{name} = {written}\n")),
        Some(written) => Some(line(&format!("{name} = {written}"), &told)),
        // Text needs no line; what is to be known of it stands where a type would.
        None if proposed.note.is_some() => Some(format!(
            "# {}: {}\n",
            text::comment(&name),
            text::comment(&told)
        )),
        None => None,
    };
    ProposedColumn {
        name: profile.name.clone(),
        class: line(&class, &reason),
        value_type,
    }
}

/// When a row was written, by the last of the columns that may say so.
fn known_at(plan: &TablePlan<'_>, rows_wait: bool) -> String {
    let mut columns = plan.days_of_role(Role::UpdatedAt);
    columns.extend(plan.days_of_role(Role::CreatedAt));
    let names: Vec<String> = columns
        .iter()
        .map(|place| plan.name(*place).to_owned())
        .collect();
    match names.as_slice() {
        [] if rows_wait => line(
            "known_at = { none = \"?\" }",
            "no column says when a row was written: why is that acceptable? Remove it if every row is decided alike",
        ),
        [] => line(
            "known_at = { none = \"?\" }",
            "no column says when a row was written: why is that acceptable?",
        ),
        [name] => line(
            &format!(
                "known_at = {{ column = {}, early = \"undecided\" }}",
                quoted(name)
            ),
            "by its name",
        ),
        names => line(
            &format!(
                "known_at = {{ latest_of = {}, early = \"undecided\" }}",
                list(names)
            ),
            "by their names; the later day counts",
        ),
    }
}

/// An end after the cutover is another retailer's start request.
fn end_of_supply(plan: &TablePlan<'_>, until: usize) -> String {
    let (from, to) = match plan.suggestions[until].class {
        SuggestedClass::OwnCustomer => ("own_customer", "transmission_only"),
        SuggestedClass::RetailOnly => ("retail_only", "discard"),
        SuggestedClass::Reference
        | SuggestedClass::AnyRetailer
        | SuggestedClass::TransmissionOnly
        | SuggestedClass::Discard
        | SuggestedClass::Hold => return String::new(),
    };
    let name = quoted(plan.name(until));
    format!(
        "\n[[when]]                                      # an end after the cutover is another retailer's start request\n\
         if = {{ column = {name}, at_least = \"cutover\" }}\nrows = [\"own\"]\nchange = {{ {from} = \"{to}\" }}\n\
         columns = [{name}]\nbasis = \"?\"\n"
    )
}
