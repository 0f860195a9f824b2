//! C5: what only withheld cells hold is found in a store, however it is written and wherever it stands. The secrets are
//! customers of another retailer, and for transmission what the retailer alone may know. They are planted with pyarrow,
//! many in one store, and the store is resealed, so that every digest is right.

mod encodings;
mod granted;
mod places;
mod spellings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::rig::Rig;

const TRANSMISSION: &str = "custody/transmission";
/// Of another retailer's customer.
const PHONE: &str = "090-5512-8864";
const NAME: &str = "髙﨑　邉子";
const KANA: &str = "タカサキ　ナベコ";
const COMPANY: &str = "（株）癸野商会";
/// Of the incumbent's own customer, and no business of the operator's.
const ACCOUNT: &str = "9900-321-7654321";
/// Of a contract that is rejected: in no store, and withheld from each.
const REJECTED: &str = "9900-654-1234567";
/// The first columns that hold them.
const OF_PHONE: &str = "consumer.consumer_phone";
const OF_NAME: &str = "consumer.contract_holder_name";
const OF_KANA: &str = "consumer.contract_holder_kana";
const OF_ACCOUNT: &str = "retail_contract.bank_account";
const OF_POINT: &str = "consumer_point.supply_point_id";

/// The sample, with known secrets in it, split.
fn with_secrets(more: &str) -> Rig {
    let rig = Rig::with_sample(60);
    let contract = rig.planted("own", "retail_contract", "bank_account", "present");
    let contract = contract["key"]["retail_contract_no"].as_str().unwrap();
    rig.sql(&format!(
        "UPDATE consumer SET contract_holder_name = '{NAME}', contract_holder_kana = '{KANA}', consumer_phone = '{PHONE}'
             WHERE consumer_id = 900002000;
         UPDATE consumer SET contract_holder_name = '{COMPANY}' WHERE consumer_id = 900002005;
         UPDATE retail_contract SET bank_account = '{ACCOUNT}' WHERE retail_contract_no = '{contract}';
         UPDATE retail_contract SET bank_account = '{REJECTED}' WHERE contract_until = '9999/99/99';
         {more}"
    ));
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    rig
}

/// The number of a supply point that is another retailer's.
fn another_point(rig: &Rig) -> String {
    let point = rig.planted("nothing-value", "supply_point", "supply_point_id", "absent");
    point["value"].as_str().unwrap().to_owned()
}

/// A text in a cell, and what must be said of it.
type Planted = (String, String);

/// One column of one table, with a text in each of its first rows.
struct Bed {
    name: &'static str,
    store: &'static str,
    table: &'static str,
    column: &'static str,
    texts: Vec<Planted>,
}

/// All beds in one run, verified once.
static FOUND: LazyLock<BTreeMap<&'static str, Vec<Seen>>> = LazyLock::new(|| {
    let rig = with_secrets(spellings::GRANTED_IN_ANOTHER_SPELLING);
    let beds = || {
        spellings::beds(&rig)
            .into_iter()
            .chain(encodings::beds(&rig))
    };
    let mut rows = Vec::new();
    for store in ["retail", TRANSMISSION] {
        let here: Vec<Bed> = beds().filter(|bed| bed.store == store).collect();
        let planted = plant(&rig, store, here.iter().map(Bed::plant).collect());
        rows.extend(here.into_iter().zip(planted));
    }
    rig.bunri(["verify", "job.toml"]).must(10);
    let seen = rows
        .iter()
        .map(|(bed, rows)| (bed.name, bed.seen(&rig, rows)));
    seen.collect()
});

/// A planted text, what was expected, and what was said.
struct Seen {
    text: String,
    expected: String,
    told: BTreeSet<String>,
}

impl Bed {
    fn plant(&self) -> Value {
        let texts: Vec<&String> = self.texts.iter().map(|(text, _)| text).collect();
        json!({"table": self.table, "column": self.column, "texts": texts})
    }

    fn seen(&self, rig: &Rig, rows: &[String]) -> Vec<Seen> {
        assert_eq!(self.texts.len(), rows.len());
        let store = self.store.rsplit('/').next().unwrap();
        let told_of = |row: &String| {
            told(rig, |finding| {
                finding["store"] == store
                    && finding["table"] == self.table
                    && finding["column"] == self.column
                    && finding["row"] == *row
            })
        };
        let texts = self.texts.iter().zip(rows);
        let seen = texts.map(|((text, expected), row)| Seen {
            text: text.clone(),
            expected: expected.clone(),
            told: told_of(row),
        });
        seen.collect()
    }
}

/// Every text of a bed was found as what it is, and as nothing else.
#[track_caller]
fn all_found(bed: &str) {
    let missed: Vec<String> = FOUND[bed]
        .iter()
        .filter(|seen| seen.told != BTreeSet::from([seen.expected.clone()]))
        .map(
            |Seen {
                 text,
                 expected,
                 told,
             }| format!("{text:?}: {expected:?} was expected, not {told:?}"),
        )
        .collect();
    assert!(missed.is_empty() && !FOUND[bed].is_empty(), "{missed:#?}");
}

/// Plants, and gives the names of the rows of each plant.
fn plant(rig: &Rig, store: &str, plants: Vec<Value>) -> Vec<Vec<String>> {
    rig.write("plants.json", Value::from(plants).to_string());
    let printed = rig.python("plant.py", [store, "plants.json"]).must(0).out;
    serde_json::from_str(&printed).unwrap()
}

/// What C5 says of a place, each as `value_leaked: consumer.consumer_phone`.
fn told(rig: &Rig, of: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let report = rig.json("custody/evidence/report.json");
    let findings = report["findings"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .filter(|finding| finding["claim"] == "C5" && of(finding))
        .map(|finding| format!("{}: {}", word(&finding["rule"]), word(&finding["detail"])))
        .collect()
}
