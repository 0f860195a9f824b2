//! The domain's cases: each a tiny system that a person can see whole, told in the domain's words, and what the regulator,
//! the customer and the database's keeper would call right. They judge the page of rules, not only the code.
//!
//! | module | tells |
//! |---|---|
//! | `ledgers` | K16, K28, K29: cancelled rows, a list of switches, current and history; mergers, vacancies, what nobody knows |
//! | `own_when` | K7, K17: island and last-resort supply, agents, voltages that no list names |
//! | `periods` | K5, K6, K27: months, slots, ends that are excluded, periods with the switch in them |
//! | `written_when` | K3, K4, K21: customers won back, what the next supplier wrote, the final reading |
//! | `ends_of_supply` | K2: who is about to leave, and who is still to come |
//! | `cells` | K12, K13: cells of another time than their row's, a column a day |
//! | `by_type` | K14: documents of several kinds of owner |
//! | `inherited` | K18: decisions and several parents |
//! | `copies` | K20, K23, K24: a canvassing list, a rekeyed number in the open, a retailer's name in a note |
//! | `combined` | rules of several rules |
//! | `moving` | people who move house, leave or come: links with days of their own |
//! | `references` | K26: rows of a store whose reference finds no row there |
//! | `views` | K31: views that are read, and what they are made of |
//! | `reasons` | what `check` tells an honest engineer before it goes wrong; the incumbent missing from the list of retailers |
//! | `references` | K26: rows of a store whose reference finds no row there
//! | `other_years` | K22: the cutover of one year over the source of another |
//! | `rejected_parents` | K1: a link that cannot be read frees nobody |
//! | `types` | K8, K10, K15, K30: sentinels, eras, clocks, end stamps, keys that mean nothing, numbers beside texts |
//! | `held` | text of both companies that a person has to read first |
//! | `sizes` | opened tables whose customers' size stands in the contract |
//! | `large_cells` | scans and long memos |

mod by_type;
mod case;
mod cells;
mod combined;
mod copies;
mod ends_of_supply;
mod held;
mod inherited;
mod large_cells;
mod ledgers;
mod meters;
mod moving;
mod named_ledgers;
mod other_years;
mod own_when;
mod periods;
mod reasons;
mod records;
mod references;
mod rejected_parents;
mod sizes;
mod stores;
mod types;
mod views;
mod written_when;

use crate::job::Job;
use crate::rig::{Rig, repository};

/// Points A, B and C: A is the incumbent's, B is 乙's, C is the incumbent's too. Nothing ends.
const LEDGER: &str = "
CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
INSERT INTO code_retailer VALUES ('99010', '甲電力'), ('99020', '乙でんき');
CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT);
INSERT INTO supply_period VALUES ('A', '2010-01-01', '9999-12-31', '99010'), ('B', '2010-01-01', '9999-12-31', '99020'),
    ('C', '2010-01-01', '9999-12-31', '99010');
";

/// A system of the ledger above and of these statements, under the smallest catalogue and these tables' files.
fn system(statements: &str, tables: &[(&str, &str)]) -> Rig {
    let rig = Rig::empty();
    rig.write("legacy.db", "");
    rig.sql(LEDGER);
    rig.sql(statements);
    let minimal = repository().join("samples/catalogues/valid/minimal");
    let own = rig.path("catalogue");
    std::fs::create_dir_all(own.join("tables")).unwrap();
    for shipped in [
        "catalogue.toml",
        "tables/code_retailer.toml",
        "tables/supply_period.toml",
    ] {
        std::fs::copy(minimal.join(shipped), own.join(shipped)).unwrap();
    }
    for (table, text) in tables {
        rig.write(&format!("catalogue/tables/{table}.toml"), text);
    }
    rig.job(&Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    });
    rig
}

/// The rows of a table in a store, as `column=value` lines, read by a library that is not ours.
fn shown(rig: &Rig, store: &str, table: &str) -> String {
    rig.python("show.py", [".", store, table]).must(0).out
}
