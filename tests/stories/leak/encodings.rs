//! One value in every encoding: base64, hex, escapes, and the digests that everybody can compute.

use super::{
    ACCOUNT, Bed, NAME, OF_ACCOUNT, OF_NAME, OF_PHONE, PHONE, Planted, REJECTED, TRANSMISSION,
    all_found,
};
use crate::rig::Rig;

/// Asks Python, whose encoders are not ours.
pub(super) fn in_encoding(rig: &Rig, name: &str, value: &str) -> String {
    rig.write("value.txt", value);
    rig.python("encodings.py", [name, "value.txt"]).must(0).out
}

pub(super) fn beds(rig: &Rig) -> Vec<Bed> {
    let bed = |name, store, table, column, texts| Bed {
        name,
        store,
        table,
        column,
        texts,
    };
    let operator = vec![
        hashed(in_encoding(rig, "md5", ACCOUNT), OF_ACCOUNT, "MD5"),
        encoded(in_encoding(rig, "base64", ACCOUNT), OF_ACCOUNT, "base64"),
    ];
    vec![
        bed(
            "encoded",
            "retail",
            "supply_period",
            "retailer_name",
            values_encoded(rig),
        ),
        bed(
            "hashed",
            "retail",
            "supply_point",
            "service_address",
            values_hashed(rig),
        ),
        bed("blind", "retail", "billing", "payment_state", blind(rig)),
        bed(
            "to the operator",
            TRANSMISSION,
            "consumer",
            "remarks",
            operator,
        ),
    ]
}

fn encoded(text: String, of: &str, how: &str) -> Planted {
    (text, format!("value_encoded: {of}, {how}"))
}

fn hashed(text: String, of: &str, digest: &str) -> Planted {
    (text, format!("value_hashed: {of}, {digest}"))
}

fn values_encoded(rig: &Rig) -> Vec<Planted> {
    let made = |how: &str, value: &str| in_encoding(rig, how, value);
    let digits = PHONE.replace('-', "");
    vec![
        encoded(made("base64", PHONE), OF_PHONE, "base64"),
        encoded(made("base64", NAME), OF_NAME, "base64"),
        encoded(made("base64url", NAME), OF_NAME, "base64"),
        encoded(made("unpadded", NAME), OF_NAME, "base64"),
        encoded(
            format!("token={};", made("base64", PHONE)),
            OF_PHONE,
            "base64",
        ),
        encoded(
            made("base64", &format!("{{\"tel\":\"{digits}\"}}")),
            OF_PHONE,
            "base64, loose",
        ),
        encoded(made("base64", &made("base64", PHONE)), OF_PHONE, "base64"),
        encoded(made("hex", PHONE), OF_PHONE, "hex"),
        encoded(made("HEX", NAME), OF_NAME, "hex"),
        encoded(
            format!("x'{}'", made("hex", &digits)),
            OF_PHONE,
            "hex, loose",
        ),
        encoded(format!("0x{}", made("HEX", PHONE)), OF_PHONE, "hex"),
        encoded(made("unicode", NAME), OF_NAME, "escapes"),
        encoded(made("percent", NAME), OF_NAME, "escapes"),
        encoded(made("xml", NAME), OF_NAME, "escapes"),
    ]
}

fn values_hashed(rig: &Rig) -> Vec<Planted> {
    let made = |how: &str, value: &str| in_encoding(rig, how, value);
    let digits = PHONE.replace('-', "");
    vec![
        hashed(made("md5", PHONE), OF_PHONE, "MD5"),
        hashed(made("sha1", PHONE), OF_PHONE, "SHA-1"),
        hashed(made("sha256", PHONE), OF_PHONE, "SHA-256"),
        hashed(made("blake3", PHONE), OF_PHONE, "BLAKE3"),
        hashed(made("sha256", &digits), OF_PHONE, "SHA-256"),
        hashed(made("blake3", NAME).to_uppercase(), OF_NAME, "BLAKE3"),
        hashed(made("sha256 base64", NAME), OF_NAME, "SHA-256"),
        hashed(format!("sha1:{}", made("sha1", NAME)), OF_NAME, "SHA-1"),
        hashed(made("sha256", REJECTED), OF_ACCOUNT, "SHA-256"),
    ]
}

/// The encodings and pieces that docs/what-verify-proves.md says are not looked under. What is found one day moves to its test.
fn blind(rig: &Rig) -> Vec<Planted> {
    let made = |how: &str, value: &str| in_encoding(rig, how, value);
    let hex = made("hex", PHONE);
    let pairs: Vec<&str> = (0..hex.len())
        .step_by(2)
        .map(|at| &hex[at..at + 2])
        .collect();
    let thrice = made("base64", &made("base64", &made("base64", PHONE)));
    let texts = [
        "0905512".to_owned(),
        "2026040109055128864".to_owned(),
        "9055128864".to_owned(),
        "髙﨑".to_owned(),
        "takasaki nabeko".to_owned(),
        made("sha256", &format!("salt{PHONE}")),
        made("sha256", PHONE)[..20].to_owned(),
        made("sha512", PHONE),
        format!("x{}", made("base64", PHONE)),
        pairs.join(":"),
        thrice,
        made("utf-16", NAME),
        PHONE.chars().rev().collect(),
    ];
    texts.map(|text| (text, String::new())).into()
}

#[test]
fn what_the_page_calls_blind_is_blind() {
    for seen in &super::FOUND["blind"] {
        assert_eq!(seen.told, [].into(), "{:?} is found", seen.text);
    }
}

/// Mutant 18.
#[test]
fn an_encoded_value_is_found() {
    all_found("encoded");
}

/// An unkeyed digest of a telephone number is the telephone number: there are only so many.
#[test]
fn a_hashed_value_is_found() {
    all_found("hashed");
}

#[test]
fn an_account_is_found_encoded_and_hashed_in_transmission() {
    all_found("to the operator");
}
