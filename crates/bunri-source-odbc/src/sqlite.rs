//! The figures of SQLite, where every value has a class of its own: the terms by which it counts and sums them.

use bunri_catalogue::Column as Declared;
use bunri_manifest::Total;
use bunri_odbc::literal;
use bunri_types::{ValueType, listed_integer};

/// In the order in which they are taken; a sum is two terms, of the upper and the lower halves, which no number of rows overflows.
pub(crate) fn terms(declared: &Declared, stored: &str) -> Vec<String> {
    let reading = &declared.reading;
    let mut terms = Vec::new();
    for values in [&reading.nothing, &reading.open] {
        if !values.is_empty() {
            terms.push(format!("SUM({})", is_listed(stored, values)));
        }
    }
    let q = match reading.nothing.as_slice() {
        [] => stored.to_owned(),
        nothing => format!(
            "(CASE WHEN {} THEN NULL ELSE {stored} END)",
            is_listed(stored, nothing)
        ),
    };
    if reading.takes_integers {
        terms.push(format!("SUM(typeof({q}) = 'integer')"));
    }
    terms.push(format!("COUNT({q})"));
    match declared.value_type {
        ValueType::Int => {
            terms.extend(halves(&format!(
                "CASE typeof({q}) WHEN 'integer' THEN {q} END"
            )));
        }
        ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
            let summed = summed(&q, scale);
            terms.push(format!("COUNT({q}) - COUNT({summed})"));
            terms.extend(halves(&summed));
        }
        ValueType::Text => {
            let of_integers = if reading.takes_integers {
                format!("WHEN 'integer' THEN LENGTH(CAST({q} AS TEXT)) ")
            } else {
                String::new()
            };
            terms.push(format!(
                "SUM(CASE typeof({q}) {of_integers}WHEN 'text' THEN LENGTH(CAST({q} AS BLOB)) END)"
            ));
        }
        ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => {}
    }
    terms
}

/// The `+` takes the column's affinity away, which would turn the texts of the list into numbers.
fn is_listed(stored: &str, values: &[String]) -> String {
    let texts: Vec<String> = values.iter().map(|value| literal(value)).collect();
    let numbers: Vec<String> = values
        .iter()
        .filter_map(|value| listed_integer(value))
        .map(|number| number.to_string())
        .collect();
    let is_text = format!(
        "typeof({stored}) = 'text' AND (+{stored}) COLLATE BINARY IN ({})",
        texts.join(", ")
    );
    if numbers.is_empty() {
        return format!("({is_text})");
    }
    format!(
        "({is_text} OR typeof({stored}) = 'integer' AND (+{stored}) IN ({}))",
        numbers.join(", ")
    )
}

fn halves(value: &str) -> [String; 2] {
    [
        format!("SUM(({value}) >> 32)"),
        format!("SUM(({value}) & 4294967295)"),
    ]
}

fn summed(q: &str, scale: u8) -> String {
    let unit = 10_i64.pow(u32::from(scale));
    let bound = Total::LARGEST_SUMMED / unit;
    format!(
        "CASE typeof({q}) WHEN 'integer' THEN CASE WHEN {q} BETWEEN -{bound} AND {bound} THEN {q} * {unit} END \
         WHEN 'real' THEN CASE WHEN {q} BETWEEN -{bound}.0 AND {bound}.0 AND ROUND({q} * {unit}.0) / {unit}.0 = {q} \
         THEN CAST(ROUND({q} * {unit}.0) AS INTEGER) END END"
    )
}
