//! Which table is proposed as the ledger, and what `catalogue.toml` says of it.

use bunri_types::ValueType;

use crate::inspect::{LedgerCandidate, SourceProfile};
use crate::profile::Periods;
use bunri_names::{Role, TableKind};

use super::plan::TablePlan;
use super::text::{line, list, quoted};
use super::types::ProposedType;

/// The proposed ledger.
pub(super) struct LedgerPlan {
    /// Its tables, by their places among the plans: all have the same columns.
    pub(super) tables: Vec<usize>,
    /// The column of the point; [`None`]: a person has to say.
    pub(super) key: Option<LedgerKey>,
    retailer: Option<String>,
    pub(super) from: Option<usize>,
    pub(super) until: Option<usize>,
    periods: Option<Periods>,
}

/// The column of the ledger's key.
pub(super) struct LedgerKey {
    pub(super) name: String,
    pub(super) value_type: ProposedType,
}

/// The table that was named, or the likeliest candidate; [`None`]: there is none.
pub(super) fn choose(
    profile: &SourceProfile,
    plans: &[TablePlan<'_>],
    named: Option<&str>,
) -> Option<LedgerPlan> {
    let number = |table: &str| plans.iter().position(|plan| plan.profile.name == table);
    if let Some(named) = named {
        let number = number(named)?;
        let candidate = profile.ledgers.iter().find(|one| one.table == named);
        return Some(candidate.map_or_else(
            || of_any_table(plans, number),
            |candidate| of_candidate(plans, number, candidate),
        ));
    }
    // By its name first; then the one with the most points, and the fewest doubts.
    let rank = |candidate: &&LedgerCandidate| {
        let plan = number(&candidate.table).map(|number| &plans[number]);
        let called_so = plan.is_some_and(|plan| plan.kind == Some(TableKind::Ledger));
        let periods = candidate.periods.unwrap_or_default();
        let doubts = periods.gaps + periods.overlaps + periods.undated + periods.reversed;
        (called_so, periods.keys, std::cmp::Reverse(doubts))
    };
    let best = profile.ledgers.iter().max_by_key(rank)?;
    Some(of_candidate(plans, number(&best.table)?, best))
}

fn of_candidate(plans: &[TablePlan<'_>], number: usize, candidate: &LedgerCandidate) -> LedgerPlan {
    let plan = &plans[number];
    let place = |name: &str| plan.place(name).unwrap_or_default();
    let day = |name: &str| Some(place(name)).filter(|place| is_date(&plan.types[*place]));
    let key = place(&candidate.key);
    LedgerPlan {
        tables: alike(plans, number),
        key: Some(LedgerKey {
            name: candidate.key.clone(),
            value_type: plan.types[key].clone(),
        }),
        retailer: Some(candidate.retailer.clone()),
        from: day(&candidate.from),
        until: candidate.until.as_deref().and_then(day),
        periods: candidate.periods,
    }
}

/// A table that a person named and no dictionary knows: what its types say. Which of its columns is the point nobody guesses: its own
/// key numbers periods and not points, and with a wrong one every table that has a column of that name would ask the ledger.
fn of_any_table(plans: &[TablePlan<'_>], number: usize) -> LedgerPlan {
    let plan = &plans[number];
    let key = plan.of_role(Role::SupplyPoint);
    let days = (0..plan.types.len()).filter(|place| is_date(&plan.types[*place]));
    let mut days = days.filter(|place| Some(*place) != key);
    LedgerPlan {
        tables: vec![number],
        key: key.map(|key| LedgerKey {
            name: plan.name(key).to_owned(),
            value_type: plan.types[key].clone(),
        }),
        retailer: plan
            .of_role(Role::Retailer)
            .map(|place| plan.name(place).to_owned()),
        from: plan
            .days_of_role(Role::From)
            .first()
            .copied()
            .or_else(|| days.next()),
        until: plan.days_of_role(Role::Until).first().copied(),
        periods: None,
    }
}

fn is_date(proposed: &ProposedType) -> bool {
    matches!(proposed.value_type, ValueType::Date(_))
}

/// Tables with the same columns of the same types: history that a batch moved away.
fn alike(plans: &[TablePlan<'_>], number: usize) -> Vec<usize> {
    let same = |other: &TablePlan<'_>| {
        let (plan, other_columns) = (&plans[number], &other.profile.columns);
        plan.profile.columns.len() == other_columns.len()
            && plan
                .profile
                .columns
                .iter()
                .zip(other_columns)
                .all(|(a, b)| a.name == b.name)
            && plan
                .types
                .iter()
                .zip(&other.types)
                .all(|(a, b)| a.value_type == b.value_type)
    };
    (0..plans.len())
        .filter(|other| same(&plans[*other]))
        .collect()
}

/// The list of retailers: a public list whose key is of retailers.
fn retailers(plans: &[TablePlan<'_>]) -> Option<String> {
    let list = plans.iter().find_map(|plan| {
        let [key] = plan.key.as_slice() else {
            return None;
        };
        let of_retailers = plan.meanings[*key].roles.contains(&Role::Retailer);
        (of_retailers && plan.kind == Some(TableKind::Code)).then_some((plan, *key))
    });
    let (plan, key) = list?;
    Some(format!(
        "{{ table = {}, column = {} }}",
        quoted(&plan.id),
        quoted(plan.name(key))
    ))
}

/// The text of `catalogue.toml`, without what it says of single objects.
pub(super) fn main_file(
    name: &str,
    plans: &[TablePlan<'_>],
    ledger: Option<&LedgerPlan>,
) -> String {
    let mut text = String::from(
        "# Written by `bunri init`: a proposal. Whatever says \"?\" waits for a person, and `bunri check` counts it.\n\n\
         [catalogue]\n",
    );
    text.push_str(&format!("name = {}\nversion = \"draft\"\n", quoted(name)));
    text.push_str(&line(
        "incumbent = \"?\"",
        "the incumbent's codes: [{ code = \"99010\" }]",
    ));
    text.push_str(&match retailers(plans) {
        Some(list) => line(&format!("retailers = {list}"), "a public list with a retailer's code as its key"),
        None => line(
            "retailers = \"?\"",
            "the list of known retailers: { table = \"code_retailer\", column = \"retailer_code\" }",
        ),
    });
    text.push_str("\n[ledger]\n");
    let Some(ledger) = ledger else {
        text.push_str(
            "# No table looks like a ledger. Without one nothing says whose a row is, and this source cannot be separated.\n\
             # If it lies in another system, copy it into the source as a table; if all is one company's, there is nothing to separate.\n",
        );
        text.push_str(&line(
            "table = \"?\"",
            "who supplied which point from when to when; `bunri init --ledger TABLE` fills it in",
        ));
        for key in [
            "key", "retailer", "from", "until", "until_is", "open", "compare",
        ] {
            text.push_str(&format!("{key} = \"?\"\n"));
        }
        return text;
    };
    text.push_str(&ledger_section(plans, ledger));
    text
}

fn ledger_section(plans: &[TablePlan<'_>], ledger: &LedgerPlan) -> String {
    let first = &plans[ledger.tables.first().copied().unwrap_or_default()];
    let ids: Vec<String> = ledger
        .tables
        .iter()
        .map(|number| plans[*number].id.clone())
        .collect();
    let mut text = match ids.as_slice() {
        [id] => format!("table = {}\n", quoted(id)),
        ids => line(
            &format!("tables = {}", list(ids)),
            "the same columns: history that was moved away",
        ),
    };
    let column =
        |place: Option<usize>| place.map_or("\"?\"".to_owned(), |place| quoted(first.name(place)));
    text.push_str(&match &ledger.key {
        Some(key) => format!("key = {}\n", list(std::slice::from_ref(&key.name))),
        None => line("key = \"?\"", "the columns of the supply point"),
    });
    let retailer = ledger
        .retailer
        .as_ref()
        .map_or("\"?\"".to_owned(), |name| quoted(name));
    text.push_str(&format!(
        "retailer = {retailer}\nfrom = {}\n",
        column(ledger.from)
    ));
    let periods = ledger.periods.unwrap_or_default();
    match ledger.until {
        Some(until) => {
            text.push_str(&format!("until = {}\n", quoted(first.name(until))));
            text.push_str(&until_is(ledger.periods));
            text.push_str(&line(
                "open = [\"9999-12-31\"]",
                &format!(
                    "{} ends mean \"no end yet\"; {} more are NULL or no day: their days are undecided unless \"NULL\" is listed",
                    periods.open - periods.open_null.min(periods.open), periods.open_null
                ),
            ));
        }
        None => text.push_str(&line(
            "until_is = \"next\"",
            "no column of an end was found: until the point's next row",
        )),
    }
    text.push_str(&line(
        "compare = \"exact\"",
        "\"trim\" where codes are padded",
    ));
    let cancelled = first.meanings.iter().position(|meaning| {
        meaning
            .item
            .is_some_and(|item| item.term == "供給・契約の区分")
    });
    let cancels = |name: &str| {
        let name = name.to_lowercase();
        ["cancel", "torikeshi", "取消", "ﾄﾘｹｼ", "トリケシ"]
            .iter()
            .any(|word| name.contains(word))
    };
    let place = (0..first.types.len()).find(|place| cancels(first.name(*place)));
    if let (Some(_), Some(place)) = (cancelled, place) {
        text.push_str(&line(
            "counts = \"?\"",
            &format!(
                "a record may not count: {{ column = {}, in = [\"0\"], never = [\"1\"], compare = \"exact\" }}",
                quoted(first.name(place))
            ),
        ));
    }
    if periods.gaps + periods.overlaps > 0 {
        text.push_str(&format!(
            "# {} gaps and {} overlaps between the periods of a point: such days are undecided\n",
            periods.gaps, periods.overlaps
        ));
    }
    text
}

/// An end that is its period's last day leaves one day more to ask than one that is the day after; neighbours say which.
fn until_is(periods: Option<Periods>) -> String {
    let Some(periods) = periods else {
        return line(
            "until_is = \"?\"",
            "\"inclusive\": its last day; \"exclusive\": the day after",
        );
    };
    let (next, same) = (periods.next_day, periods.same_day);
    let told = format!("{next} neighbours begin the day after an end, {same} on it");
    if next > same {
        line("until_is = \"inclusive\"", &told)
    } else if same > next {
        line("until_is = \"exclusive\"", &told)
    } else {
        line(
            "until_is = \"?\"",
            &format!("\"inclusive\" or \"exclusive\"; {told}"),
        )
    }
}
