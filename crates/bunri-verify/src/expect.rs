//! Whether a run is what its job expects; and, whatever the job says, whether so much of a table was lost to the rejects or to
//! the quarantine that no ending may be a quiet one.

use std::collections::BTreeMap;

use bunri_job::{AcceptedReview, Amount, Expect, ExpectWords, OwnRows, RowLimits, Said};
use bunri_report::{
    Claim, ClaimReport, Expectation, Finding, Grade, Note, NoteRule, Rule, Status, TableReport,
    noted_rows,
};
use bunri_text::Position;

/// No job says so, and yet this is outside: more than a twentieth of a table's rows do not fit the declared types, …
const MOST_REJECTED: Amount = Amount::Share(50_000);
/// … or more than half of them are undecided.
const MOST_UNDECIDED: Amount = Amount::Share(500_000);
/// Of so few rows a share says nothing, unless it is all of them.
const FEW: u64 = 10;

/// What a run turned out to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunFacts<'a> {
    pub(crate) claims: &'a [ClaimReport],
    pub(crate) findings: &'a [Finding],
    pub(crate) notes: &'a [Note],
    pub(crate) tables: &'a [TableReport],
}

/// Hands the words that a report can say to `ask`: claims, rules of findings to review, notes.
pub fn with_expect_words<T>(ask: impl FnOnce(&ExpectWords<'_>) -> T) -> T {
    let claims = Claim::ALL.map(|claim| format!("{claim:?}"));
    let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
    let review = Rule::ALL
        .iter()
        .filter(|rule| rule.grade() == Grade::Review);
    let review: Vec<&str> = review.map(|rule| rule.word()).collect();
    let notes = NoteRule::ALL.iter().filter(|rule| !rule.is_bounded_alone());
    let notes: Vec<&str> = notes.map(|rule| rule.word()).collect();
    ask(&ExpectWords {
        claims: &claims,
        review: &review,
        notes: &notes,
    })
}

/// Every expectation, the job's in the order of its keys.
pub(crate) fn expectations(expect: Option<&Expect>, run: RunFacts<'_>) -> Vec<Expectation> {
    let Some(expect) = expect else {
        let mut held_against = Vec::new();
        of_any_job(run, &REJECTED, &RowLimits::default(), &mut held_against);
        of_any_job(run, &UNDECIDED, &RowLimits::default(), &mut held_against);
        return held_against;
    };
    let mut all = Vec::new();
    claims(expect, run, &mut all);
    limits(expect, run, &REJECTED, &expect.rejected, &mut all);
    limits(expect, run, &UNDECIDED, &expect.undecided, &mut all);
    own(expect, run, &mut all);
    reviews(expect, run, &mut all);
    notes(expect, run, &mut all);
    all
}

fn line(place: Option<Position>) -> Option<u64> {
    place.and_then(|place| u64::try_from(place.line).ok())
}

fn claims(expect: &Expect, run: RunFacts<'_>, all: &mut Vec<Expectation>) {
    for Said { value, place } in &expect.claims {
        let found = run
            .claims
            .iter()
            .find(|it| format!("{:?}", it.code) == *value);
        let status = found.map(|claim| claim.status);
        let seen = match status {
            Some(Status::Held) => "held",
            Some(Status::Broken) => "broken",
            Some(Status::NotChecked) | None => "not checked",
        };
        all.push(Expectation {
            key: format!("claims.{value}"),
            line: line(*place),
            expected: "held".to_owned(),
            seen: seen.to_owned(),
            met: status == Some(Status::Held),
        });
    }
}

/// Rows that nobody wants, of one kind.
struct Unwanted {
    key: &'static str,
    /// How many of how many.
    of: fn(&TableReport) -> (u64, u64),
    /// Of any table that the job does not name.
    most: Amount,
}

const REJECTED: Unwanted = Unwanted {
    key: "rejected",
    of: |table| (table.rejected_rows(), table.source_rows()),
    most: MOST_REJECTED,
};

const UNDECIDED: Unwanted = Unwanted {
    key: "undecided",
    of: |table| (table.undecided_rows(), table.staged),
    most: MOST_UNDECIDED,
};

fn limits(
    expect: &Expect,
    run: RunFacts<'_>,
    kind: &Unwanted,
    limits: &RowLimits,
    all: &mut Vec<Expectation>,
) {
    let mut counted = |key: String, place, most: Amount, (rows, of): (u64, u64)| {
        all.push(Expectation {
            key,
            line: line(place),
            expected: format!("at most {most}"),
            seen: share(rows, of),
            met: most.covers(rows, of),
        });
    };
    for (id, Said { value, place }) in &limits.tables {
        let table = run.tables.iter().find(|table| table.table == *id);
        let rows = table.map_or((0, 0), kind.of);
        counted(format!("{}.tables.{id}", kind.key), *place, *value, rows);
    }
    if let Some(Said { value, place }) = &limits.all {
        let sum = |(rows, of): (u64, u64), (more, of_more): (u64, u64)| {
            (rows.saturating_add(more), of.saturating_add(of_more))
        };
        let rows = run.tables.iter().map(kind.of).fold((0, 0), sum);
        counted(format!("{}.all", kind.key), *place, *value, rows);
        // A bound on all tables together would let a small one vanish.
        of_any_job(run, kind, limits, all);
        return;
    }
    for table in run
        .tables
        .iter()
        .filter(|table| !limits.tables.contains_key(&table.table))
    {
        let (rows, of) = (kind.of)(table);
        if rows > 0 {
            let key = format!("{}.tables.{}", kind.key, table.table);
            counted(key, expect.place, Amount::Rows(0), (rows, of));
        }
    }
}

/// Tables that the job does not name, and that are outside of what any job may be.
fn of_any_job(run: RunFacts<'_>, kind: &Unwanted, limits: &RowLimits, all: &mut Vec<Expectation>) {
    let unnamed = run
        .tables
        .iter()
        .filter(|table| !limits.tables.contains_key(&table.table));
    for table in unnamed {
        let (rows, of) = (kind.of)(table);
        let every_row = rows > 0 && rows == of && (of > FEW || kind.key == REJECTED.key);
        if every_row || (rows > FEW && !kind.most.covers(rows, of)) {
            all.push(Expectation {
                key: format!("{}.tables.{}", kind.key, table.table),
                line: None,
                expected: format!("at most {}", kind.most),
                seen: share(rows, of),
                met: false,
            });
        }
    }
}

fn own(expect: &Expect, run: RunFacts<'_>, all: &mut Vec<Expectation>) {
    for (id, Said { value, place }) in &expect.own {
        let table = run.tables.iter().find(|table| table.table == *id);
        let (rows, of) = table.map_or((0, 0), |table| (table.own, table.staged));
        let OwnRows { at_least, at_most } = value;
        let expected = match (at_least, at_most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "any number".to_owned(),
        };
        let enough = at_least.is_none_or(|least| least.is_reached_by(rows, of));
        all.push(Expectation {
            key: format!("own.{id}"),
            line: line(*place),
            expected,
            seen: share(rows, of),
            met: enough && at_most.is_none_or(|most| most.covers(rows, of)),
        });
    }
}

/// Every finding to review counts for the first entry that it fits, and for none twice.
fn reviews(expect: &Expect, run: RunFacts<'_>, all: &mut Vec<Expectation>) {
    let mut counts = vec![0_u64; expect.review.len()];
    let mut left: BTreeMap<String, u64> = BTreeMap::new();
    for finding in run.findings.iter().filter(|it| it.grade == Grade::Review) {
        let fitting = expect
            .review
            .iter()
            .position(|said| fits(&said.value, finding));
        let count = match fitting {
            Some(entry) => &mut counts[entry],
            None => left.entry(about(finding)).or_default(),
        };
        *count = count.saturating_add(finding.count);
    }
    for (Said { value, place }, count) in expect.review.iter().zip(counts) {
        all.push(Expectation {
            key: format!("review, {}", about_accepted(value)),
            line: line(*place),
            expected: format!("at most {}", value.at_most),
            seen: count.to_string(),
            met: count <= value.at_most,
        });
    }
    for (what, count) in left {
        all.push(Expectation {
            key: format!("review, {what}"),
            line: line(expect.place),
            expected: "none that is not accepted".to_owned(),
            seen: count.to_string(),
            met: false,
        });
    }
}

fn fits(accepted: &AcceptedReview, finding: &Finding) -> bool {
    let AcceptedReview {
        rule,
        table,
        column,
        withheld,
        at_most: _,
        basis: _,
    } = accepted;
    let any_or = |wanted: &Option<String>, is: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
    };
    finding.rule.word() == rule
        && finding.table.as_ref() == Some(table)
        && any_or(column, finding.column.as_deref())
        && any_or(withheld, finding.withheld())
}

fn about(finding: &Finding) -> String {
    let table = finding.table.as_deref();
    pair(
        finding.rule.word(),
        table,
        finding.column.as_deref(),
        finding.withheld(),
    )
}

fn about_accepted(of: &AcceptedReview) -> String {
    pair(
        &of.rule,
        Some(&of.table),
        of.column.as_deref(),
        of.withheld.as_deref(),
    )
}

/// `value_in_granted_cell, contract.remarks of consumer.phone`.
fn pair(rule: &str, table: Option<&str>, column: Option<&str>, withheld: Option<&str>) -> String {
    let place: Vec<&str> = table.into_iter().chain(column).collect();
    let of = withheld.map(|withheld| format!(" of {withheld}"));
    format!("{rule}, {}{}", place.join("."), of.unwrap_or_default())
}

fn notes(expect: &Expect, run: RunFacts<'_>, all: &mut Vec<Expectation>) {
    let counts = noted_rows(run.notes)
        .into_iter()
        .flat_map(|(rule, tables)| {
            let rows = tables.into_iter();
            rows.map(move |(table, rows)| ((rule.word().to_owned(), table.to_owned()), rows))
        });
    let mut counts: BTreeMap<(String, String), u64> = counts.collect();
    for ((rule, table), Said { value, place }) in &expect.notes {
        let rows = counts
            .remove(&(rule.clone(), table.clone()))
            .unwrap_or_default();
        let report = run.tables.iter().find(|it| it.table == *table);
        let of = report.map_or(0, |report| report.staged);
        all.push(Expectation {
            key: format!("notes.{rule}.{table}"),
            line: line(*place),
            expected: format!("at most {value}"),
            seen: rows.to_string(),
            met: value.covers(rows, of),
        });
    }
    for ((rule, table), rows) in counts {
        all.push(Expectation {
            key: format!("notes.{rule}.{table}"),
            line: line(expect.place),
            expected: "no note that is not accepted".to_owned(),
            seen: rows.to_string(),
            met: false,
        });
    }
}

/// `12 of 3000 rows (0.4 %)`.
fn share(rows: u64, of: u64) -> String {
    if of == 0 {
        return format!("{rows} rows");
    }
    let thousandths = u128::from(rows) * 1000 / u128::from(of);
    let (whole, tenth) = (thousandths / 10, thousandths % 10);
    format!("{rows} of {of} rows ({whole}.{tenth} %)")
}
