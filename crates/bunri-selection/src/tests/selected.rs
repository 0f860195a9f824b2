//! Which rows are selected, what is refused, and that nothing is taken from a store that is not the listed one.

use std::path::Path;

use super::fixture::{CHANGES, store};
use crate::csv::rows;
use crate::{Condition, Filter, Literal, SelectionError, StoreFolder, header};

fn days(column: &str, from: &str, until: &str) -> Condition {
    Condition {
        column: column.to_owned(),
        one_of: None,
        from: Some(from.to_owned()),
        until: Some(until.to_owned()),
    }
}

fn selected(root: &Path, conditions: &[Condition]) -> Result<String, SelectionError> {
    let store = StoreFolder::open(root)?;
    let table = store.table("change").unwrap();
    let filter = Filter::new(table, conditions).unwrap();
    let mut out = header(["supply_point_id", "change_kind"]).into_bytes();
    store.select(table, &filter, &[0, 1, 2, 3], &mut |batch| {
        rows(batch, &[0, 2], &mut out)
    })?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn rows_that_meet_every_condition_are_written_and_null_meets_none() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), "transmission", &CHANGES);
    let january = days("changed_on", "2023-01-01", "2023-01-31");
    let gone = Condition::is("change_kind", "廃止");
    assert_eq!(
        selected(folder.path(), &[january, gone]).unwrap(),
        "\"supply_point_id\",\"change_kind\"\n\"9000000000000000000004\",\"廃止\"\n\"9000000000000000000005\",\"廃止\"\n"
    );
    let february = days("changed_on", "2023-02-01", "2023-02-28");
    let text = selected(folder.path(), &[february]).unwrap();
    assert!(text.ends_with("\n\"9000000000000000000009\",\n"), "{text}");
    let kinds = ["新設", "廃止", "切替"].map(|kind| Literal::Text(kind.to_owned()));
    let any = Condition {
        one_of: Some(kinds.to_vec()),
        ..Condition::is("change_kind", "")
    };
    assert_eq!(selected(folder.path(), &[any]).unwrap().lines().count(), 9);
    let one = Condition {
        one_of: Some(vec![Literal::Int(2)]),
        ..Condition::is("change_no", "")
    };
    assert_eq!(selected(folder.path(), &[one]).unwrap().lines().count(), 1);
}

#[test]
fn conditions_that_the_store_cannot_answer_are_refused_with_column_and_type_and_no_value() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), "transmission", &CHANGES);
    let opened = StoreFolder::open(folder.path()).unwrap();
    let table = opened.table("change").unwrap();
    let refused = Filter::new(
        table,
        &[
            Condition::is("contract_holder_name", "ヤマダ"),
            Condition::is("change_no", "１"),
            days("change_kind", "2023-01-01", "2023-01-31"),
            Condition::is("changed_on", "2023-02-30"),
            Condition::is("change_kind", "新設"),
        ],
    )
    .unwrap_err();
    let SelectionError::Unanswerable(said) = refused else {
        panic!("{refused}");
    };
    assert_eq!(said.len(), 4);
    assert!(said[0].contains("no column `contract_holder_name`"));
    assert!(said[1].contains("`change_no` is of the type int"));
    assert!(said[2].contains("`from` and `until` are of dates"));
    assert!(said[3].contains("days such as"));
    let all = said.concat();
    assert!(!all.contains("ヤマダ") && !all.contains("02-30"), "{all}");
}

#[test]
fn a_byte_changed_anywhere_in_a_store_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    store(folder.path(), "transmission", &CHANGES[..1]);
    selected(folder.path(), &[]).unwrap();
    for name in [
        "manifest.json",
        "B3SUMS",
        "SHA256SUMS",
        "change/part-00000.parquet",
    ] {
        let path = folder.path().join(name);
        let before = std::fs::read(&path).unwrap();
        for at in 0..before.len() {
            let mut changed = before.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            assert!(selected(folder.path(), &[]).is_err(), "{name}, byte {at}");
        }
        std::fs::write(&path, &before).unwrap();
    }
    selected(folder.path(), &[]).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_anywhere_in_a_store_is_refused() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    store(&real, "transmission", &CHANGES);
    let link = folder.path().join("link");
    symlink(&real, &link).unwrap();
    assert!(matches!(selected(&link, &[]), Err(SelectionError::Link(_))));
    for name in ["manifest.json", "change/part-00000.parquet", "change"] {
        let away = folder.path().join("away");
        std::fs::rename(real.join(name), &away).unwrap();
        symlink(&away, real.join(name)).unwrap();
        assert!(
            matches!(selected(&real, &[]), Err(SelectionError::Link(_))),
            "{name}"
        );
        std::fs::remove_file(real.join(name)).unwrap();
        std::fs::rename(&away, real.join(name)).unwrap();
    }
}

#[test]
fn narrower_is_told_from_wider() {
    let text = |values: &[&str]| Condition {
        one_of: Some(
            values
                .iter()
                .map(|it| Literal::Text((*it).to_owned()))
                .collect(),
        ),
        ..Condition::is("c", "")
    };
    assert!(text(&["a"]).is_within(&text(&["a", "b"])));
    assert!(!text(&["a", "c"]).is_within(&text(&["a", "b"])));
    assert!(!Condition::is("d", "a").is_within(&text(&["a"])));
    let year = days("c", "2023-01-01", "2023-12-31");
    let january = days("c", "2023-01-01", "2023-01-31");
    let open = Condition {
        until: None,
        ..january.clone()
    };
    assert!(january.is_within(&year) && !year.is_within(&january));
    assert!(!open.is_within(&year) && january.is_within(&open));
    assert!(
        text(&["2023-01-15"]).is_within(&january) && !text(&["2023-02-15"]).is_within(&january)
    );
    assert!(!january.is_within(&text(&["2023-01-15"])));
}
