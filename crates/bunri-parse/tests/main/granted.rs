//! What of a table each store gets, said in names: the columns of `every_rule`, counted by hand from the table of
//! the design.

use bunri_catalogue::{Store, store_columns};
use bunri_parse::load;

use crate::samples::folder;

/// The columns that a store holds of a table of `every_rule`.
fn columns(id: &str, store: Store) -> String {
    columns_of("every_rule", id, store)
}

fn columns_of(name: &str, id: &str, store: Store) -> String {
    let catalogue = load(&folder("valid").join(name)).unwrap();
    let table = catalogue.table(id).unwrap();
    let names: Vec<&str> = store_columns(table, store)
        .into_iter()
        .map(|column| table.columns[column].name.as_str())
        .collect();
    names.join(" ")
}

#[test]
fn a_point_goes_to_all_three_stores_with_what_each_may_have_of_it() {
    assert_eq!(
        columns("supply_point", Store::Retail),
        "supply_point_id service_address contract_power_kw supply_method poles contract_amount unit",
        "grid flows and who touched the row stay with the operator"
    );
    assert_eq!(
        columns("supply_point", Store::Transmission),
        "supply_point_id service_address contract_power_kw supply_method poles grid_flow contract_amount unit \
         updated_at"
    );
    assert_eq!(
        columns("supply_point", Store::Quarantine),
        columns("supply_point", Store::Retail),
        "what is the operator's alone needs nobody's decision"
    );
}

#[test]
fn a_key_of_the_operators_own_goes_to_the_quarantine_as_company_only() {
    let complaint = |store| columns_of("quarantined_key", "complaint", store);
    assert_eq!(complaint(Store::Quarantine), "complaint_no sales_remark");
    assert_eq!(complaint(Store::Transmission), "complaint_no answer");
    assert_eq!(complaint(Store::Retail), "");
}

#[test]
fn what_nobody_has_to_decide_is_not_quarantined() {
    assert_eq!(
        columns("consumer", Store::Transmission),
        "consumer_id consumer_name"
    );
    assert_eq!(
        columns("consumer", Store::Quarantine),
        "consumer_id consumer_name memo"
    );
    assert_eq!(columns("account", Store::Transmission), "account_id");
    assert_eq!(
        columns("account", Store::Quarantine),
        "",
        "nothing is there to be accompanied"
    );
    assert_eq!(columns("account", Store::Retail), "");
}

#[test]
fn public_codes_go_to_both_and_retail_business_to_one() {
    assert_eq!(
        columns("code_retailer", Store::Retail),
        "retailer_code retailer_name"
    );
    assert_eq!(
        columns("code_retailer", Store::Transmission),
        "retailer_code retailer_name last_used"
    );
    assert_eq!(columns("code_retailer", Store::Quarantine), "");
    assert_eq!(columns("billing", Store::Retail), "bill_no amount");
    assert_eq!(columns("billing", Store::Transmission), "");
    assert_eq!(columns("billing", Store::Quarantine), "");
}
