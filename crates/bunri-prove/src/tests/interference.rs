//! Splitters that let something withheld through, each in a way that somebody has once thought harmless, and the cause
//! that is named for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use bunri_manifest::{MANIFEST, Proof, ProofStatus};

use super::bad::{After, Bad, compressed, plain, position, taken, texts, values};
use super::town::{Town, options};
use crate::plain::Plain;

/// Proves a town that was split so. It must be broken; gives the causes as `table.column strategy`.
fn causes(bad: impl Fn(&After<'_>)) -> (Proof, Vec<String>) {
    let bad = Bad(bad);
    let proof = Town::split_by(&bad).prove(&bad, &options(9)).unwrap();
    assert_eq!(proof.status, ProofStatus::Broken, "{:?}", proof.refusals);
    assert!(proof.is_coherent());
    let named = proof
        .differences
        .iter()
        .flat_map(|difference| &difference.causes);
    let named = named.map(|cause| {
        let column = cause.column.as_deref().unwrap_or("*");
        format!("{}.{column} {}", cause.table, cause.strategy)
    });
    let named = named.collect();
    (proof, named)
}

/// All causes are in this place, and there is one.
#[track_caller]
fn only(named: &[String], place: &str) {
    assert!(!named.is_empty());
    assert!(
        named.iter().all(|cause| cause.starts_with(place)),
        "{named:?}"
    );
}

/// Every cause is about the rows of a table: how many there are, or where they stand.
#[track_caller]
fn only_rows_of(named: &[String], table: &str) {
    let of_rows = |cause: &String| {
        let (place, strategy) = cause.split_once(' ').unwrap();
        let moved = [
            "other_key",
            "inserted_rows",
            "deleted_rows",
            "duplicated_rows",
        ];
        place.split_once('.').unwrap().0 == table && moved.contains(&strategy)
    };
    assert!(!named.is_empty() && named.iter().all(of_rows), "{named:?}");
}

#[test]
fn rows_sorted_by_a_hidden_column() {
    let (_, named) = causes(|after| {
        let memos = texts(&after.staged("point"), 4);
        let partners = after.partners("point");
        let mut order: Vec<usize> = (0..partners.len()).collect();
        order.sort_by_key(|&row| &memos[partners[row]]);
        after.write("point", &[taken(&after.retail("point"), &order)], plain());
    });
    only(&named, "point.memo ");
}

#[test]
fn surrogate_numbers_in_the_order_of_the_scan() {
    let (_, named) = causes(|after| {
        let rows = after.retail("point");
        let numbers = after.partners("point").into_iter().map(|row| row as i64);
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
        let field = Arc::new(Field::new("row_no", DataType::Int64, false));
        let fields: Vec<_> = rows
            .schema()
            .fields()
            .iter()
            .cloned()
            .chain([field])
            .collect();
        let columns = rows.columns().iter().cloned().chain([numbers]).collect();
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        after.write("point", &[rows], plain());
    });
    only_rows_of(&named, "point");
}

#[test]
fn a_row_group_for_each_chunk_of_the_source() {
    let (_, named) = causes(|after| {
        let rows = after.retail("point");
        let chunk = |row: &usize| after.partners("point")[*row] / 8;
        let all: Vec<usize> = (0..rows.num_rows()).collect();
        let groups: Vec<RecordBatch> = all
            .chunk_by(|a, b| chunk(a) == chunk(b))
            .map(|group| taken(&rows, group))
            .collect();
        after.write("point", &groups, plain());
    });
    only_rows_of(&named, "point");
}

#[test]
fn an_enum_of_the_unsplit_column() {
    let (_, named) = causes(|after| {
        let words: BTreeSet<Option<String>> =
            texts(&after.staged("point"), 3).into_iter().collect();
        after.with_metadata("point", format!("{words:?}"));
    });
    assert!(named[0].starts_with("point.voltage "), "{named:?}");
}

#[test]
fn statistics_of_the_unsplit_column() {
    let (_, named) = causes(|after| {
        let usage = values(&after.staged("reading"), "usage_kwh");
        let greatest = usage.iter().filter_map(|value| match value {
            Some(Plain::Decimal(usage)) => Some(*usage),
            _ => None,
        });
        after.with_metadata("reading", format!("{:?}", greatest.max()));
    });
    assert!(named[0].starts_with("reading.usage_kwh "), "{named:?}");
}

#[test]
fn padding_by_the_number_of_withheld_rows() {
    let (_, named) = causes(|after| {
        let withheld = after.staged("note").num_rows() - after.retail("note").num_rows();
        after.with_metadata("note", " ".repeat(withheld));
    });
    only_rows_of(&named, "note");
}

#[test]
fn a_file_named_by_a_hidden_value() {
    let (proof, named) = causes(|after| {
        let batches = texts(&after.staged("point"), 5);
        let first = after.partners("point")[0];
        let name = batches[first].clone().unwrap_or_default();
        let name: String = name.chars().take(40).collect();
        let folder = after.task.roots.retail.join(format!("batch_id={name}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::copy(after.path("point"), folder.join("part-00000.parquet")).unwrap();
    });
    only(&named, "point.batch_id ");
    let difference = &proof.differences[0];
    assert!(difference.strange_files > 0 && difference.files.is_empty());
    let record = String::from_utf8(proof.to_bytes().unwrap()).unwrap();
    assert!(!record.contains("batch_id="), "a name is never told");
}

#[test]
fn a_null_that_becomes_an_empty_text_where_a_hidden_cell_is_filled() {
    let (_, named) = causes(|after| {
        let rows = after.retail("point");
        let memos = texts(&after.staged("point"), 4);
        let partners = after.partners("point");
        let at = position(&rows, "pole_no");
        let poles = texts(&rows, at).into_iter().enumerate().map(|(row, pole)| {
            let filled = memos[partners[row]].is_some();
            pole.or_else(|| filled.then(String::new))
        });
        let poles: StringArray = poles.collect();
        let mut columns = rows.columns().to_vec();
        columns[at] = Arc::new(poles);
        let rows = RecordBatch::try_new(rows.schema(), columns).unwrap();
        after.write("point", &[rows], plain());
    });
    assert_eq!(named, ["point.memo null"]);
}

#[test]
fn rows_that_another_company_also_has_written_once() {
    let (_, named) = causes(|after| {
        let addresses = texts(&after.staged("point"), 1);
        let rows = after.retail("point");
        let alone =
            |address: &Option<String>| addresses.iter().filter(|one| one == &address).count() == 1;
        let ours = texts(&rows, 1);
        let kept: Vec<usize> = (0..ours.len()).filter(|&row| alone(&ours[row])).collect();
        after.write("point", &[taken(&rows, &kept)], plain());
    });
    let doubled = [
        "point.address equal_to_granted",
        "point.address ordinary",
        "point.* duplicated_rows",
        "point.* inserted_rows",
    ];
    assert!(
        !named.is_empty() && named.iter().all(|cause| doubled.contains(&cause.as_str())),
        "{named:?}"
    );
}

#[test]
fn a_compression_level_by_the_size_of_the_source() {
    let (_, named) = causes(|after| {
        let level = 1 + after.staged("reading").num_rows() % 19;
        after.write("reading", &[after.retail("reading")], compressed(level));
    });
    only_rows_of(&named, "reading");
}

#[test]
fn a_manifest_that_counts_the_sources_rows() {
    let (proof, named) = causes(|after| {
        let path = after.task.roots.retail.join(MANIFEST);
        let text = std::fs::read_to_string(&path).unwrap();
        let rows = after.staged("supply_period").num_rows();
        std::fs::write(
            &path,
            text.replacen('{', &format!("{{ \"source_rows\": {rows},"), 1),
        )
        .unwrap();
    });
    only_rows_of(&named, "supply_period");
    assert_eq!(proof.differences[0].files, [MANIFEST]);
}

#[test]
fn the_day_of_another_companys_period() {
    let (_, named) = causes(|after| {
        let days = values(&after.staged("supply_period"), "valid_until");
        let days = days.iter().flatten().filter_map(|day| match day {
            Plain::Date(day) => Some(i64::from(*day)),
            _ => None,
        });
        after.with_metadata("supply_period", days.sum::<i64>().to_string());
    });
    assert!(
        named[0].starts_with("supply_period.valid_until "),
        "{named:?}"
    );
}

#[test]
fn the_time_of_day_of_a_column_that_rules_read() {
    let (_, named) = causes(|after| {
        let moments = values(&after.staged("reading"), "updated_at");
        let times = moments.iter().flatten().filter_map(|moment| match moment {
            Plain::Timestamp(moment) => Some(moment.rem_euclid(86_400_000_000)),
            _ => None,
        });
        after.with_metadata("reading", format!("{:?}", times.max()));
    });
    only(&named, "reading.updated_at ");
}

#[test]
fn a_withheld_column_of_a_public_table() {
    let (_, named) = causes(|after| {
        let days = values(&after.staged("code_retailer"), "last_used");
        after.with_metadata(
            "code_retailer",
            format!("{}", days.iter().flatten().count()),
        );
    });
    assert_eq!(named, ["code_retailer.last_used null"]);
}

#[test]
fn the_order_of_a_multiset_by_its_hidden_column() {
    let (_, named) = causes(|after| {
        let clerks = texts(&after.staged("note"), 1);
        let first = clerks.first().cloned().flatten().unwrap_or_default();
        let rows = after.retail("note");
        let mut order: Vec<usize> = (0..rows.num_rows()).collect();
        order.rotate_left(first.len() % rows.num_rows());
        after.write("note", &[taken(&rows, &order)], plain());
    });
    assert!(named[0].starts_with("note."), "{named:?}");
}

/// What all numbers or days of a staged column come to.
fn sum(after: &After<'_>, table: &str, column: &str) -> String {
    let told = values(&after.staged(table), column).into_iter();
    let numbers = told.map(|value| match value {
        Some(Plain::Int(number)) => i128::from(number),
        Some(Plain::Date(day)) => i128::from(day),
        _ => 0,
    });
    numbers.sum::<i128>().to_string()
}

/// The first cause is this column, by which a rule or a cell's time speaks.
#[track_caller]
fn begins_with(named: &[String], place: &str) {
    assert!(named[0].starts_with(place), "{named:?}");
}

#[test]
fn the_month_of_another_companys_peak() {
    let (_, named) = causes(|after| after.with_metadata("card", sum(after, "card", "peak_month")));
    begins_with(&named, "card.peak_month ");
}

#[test]
fn another_companys_peak_on_an_own_row() {
    let (_, named) = causes(|after| after.with_metadata("card", sum(after, "card", "peak_kw")));
    begins_with(&named, "card.peak_kw ");
}

#[test]
fn an_end_that_a_condition_withholds() {
    let (_, named) = causes(|after| after.with_metadata("card", sum(after, "card", "ends_on")));
    begins_with(&named, "card.ends_on ");
}

#[test]
fn the_day_of_a_sheet_that_was_another_companys() {
    let (_, named) = causes(|after| after.with_metadata("sheet", sum(after, "sheet", "d02")));
    begins_with(&named, "sheet.d02 ");
}

#[test]
fn a_sheet_sorted_by_the_day_of_the_switch() {
    let (_, named) = causes(|after| {
        let days = values(&after.staged("sheet"), "d03");
        let partners = after.partners("sheet");
        let mut order: Vec<usize> = (0..partners.len()).collect();
        order.sort_by_key(|&row| match days[partners[row]] {
            Some(Plain::Int(usage)) => usage,
            _ => i64::MIN,
        });
        after.write("sheet", &[taken(&after.retail("sheet"), &order)], plain());
    });
    begins_with(&named, "sheet.d03 ");
}

#[test]
fn the_kind_of_another_companys_scan() {
    let (_, named) = causes(|after| {
        let kinds = texts(&after.staged("scan"), 1).into_iter().flatten();
        let cards = kinds.filter(|kind| kind == "CARD").count();
        after.with_metadata("scan", cards.to_string());
    });
    begins_with(&named, "scan.owner_type ");
}

#[test]
fn the_owner_of_another_companys_scan() {
    let (_, named) = causes(|after| {
        let owners: BTreeSet<Option<String>> =
            texts(&after.staged("scan"), 2).into_iter().collect();
        after.with_metadata("scan", format!("{owners:?}").len().to_string());
    });
    begins_with(&named, "scan.owner_id ");
}

#[test]
fn the_flag_of_another_companys_cancelled_period() {
    let (_, named) = causes(|after| {
        let flags = texts(&after.staged("supply_period"), 5)
            .into_iter()
            .flatten();
        let cancelled = flags.filter(|flag| flag == "1").count();
        after.with_metadata("supply_period", cancelled.to_string());
    });
    begins_with(&named, "supply_period.cancelled ");
}

#[test]
fn a_day_of_another_companys_history() {
    let (_, named) = causes(|after| {
        let sum = sum(after, "supply_period_old", "valid_until");
        after.with_metadata("supply_period_old", sum);
    });
    begins_with(&named, "supply_period_old.valid_until ");
}

/// Where another company's meter hung, and from when to when, decides over the readings of that meter.
#[test]
fn the_meter_that_hung_at_another_companys_point() {
    let (_, named) = causes(|after| {
        let meters: BTreeSet<Option<String>> =
            texts(&after.staged("yard"), 0).into_iter().collect();
        after.with_metadata("yard_reading", format!("{meters:?}"));
    });
    begins_with(&named, "yard.meter_no ");
}

#[test]
fn the_point_at_which_another_companys_meter_hung() {
    let (_, named) = causes(|after| {
        let places: BTreeSet<Option<String>> =
            texts(&after.staged("yard"), 2).into_iter().collect();
        after.with_metadata("yard_reading", format!("{places:?}"));
    });
    begins_with(&named, "yard.point_id ");
}

#[test]
fn the_day_on_which_another_companys_meter_was_taken_off() {
    let (_, named) =
        causes(|after| after.with_metadata("yard_reading", sum(after, "yard", "taken_off")));
    begins_with(&named, "yard.taken_off ");
}

#[test]
fn the_meter_of_another_companys_reading() {
    let (_, named) = causes(|after| {
        let meters: BTreeSet<Option<String>> = texts(&after.staged("yard_reading"), 0)
            .into_iter()
            .collect();
        after.with_metadata("yard_reading", format!("{meters:?}"));
    });
    begins_with(&named, "yard_reading.meter_no ");
}

#[test]
fn what_a_roof_fed_in_of_which_another_company_buys() {
    let (_, named) = causes(|after| after.with_metadata("fed_in", sum(after, "fed_in", "kwh")));
    begins_with(&named, "fed_in.kwh ");
}

#[test]
fn the_buyers_of_a_second_ledger() {
    let (_, named) = causes(|after| {
        let buyers: Vec<Option<String>> = texts(&after.staged("roof_purchase"), 3);
        after.with_metadata("fed_in", format!("{buyers:?}"));
    });
    // Whoever moves or drops a purchase changes the list too.
    let supplier = "roof_purchase.buyer other_supplier".to_owned();
    assert!(named.contains(&supplier), "{named:?}");
}

#[test]
fn the_day_on_which_another_company_stopped_buying() {
    let (_, named) =
        causes(|after| after.with_metadata("fed_in", sum(after, "roof_purchase", "bought_until")));
    begins_with(&named, "roof_purchase.bought_until ");
}
