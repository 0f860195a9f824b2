//! The plan: every table decided and counted, with everything else that is known before a run.

use bunri_catalogue::{
    Catalogue, Class, Ownership, Store, Table, possible_classes, possible_ownerships, store_columns,
};
use bunri_columnar::{CustodyLayout, Staging};
use bunri_manifest::{Blake3Hex, TOOL, hash_file};
use bunri_redecide::{Cause, ReferenceRule, StoreReferences};
use bunri_report::{
    CatalogueReport, Comparison, Dangling, Destination, Extent, MeasuredStage, NotKnown,
    OpenColumn, OwnershipRows, Plan, PlannedCells, PlannedColumn, PlannedCost, PlannedReference,
    PlannedTable, QueryReport, RerunStep, SaidBy, StoreBytes, StoreReference,
};
use bunri_types::day_text;

use crate::PlanError;
use crate::compare::{NotCounted, class_text, comparison};
use crate::pass::{Passed, References, TableOutcome, Wanted, pass};
use crate::side::{Ground, Side};

/// What a plan is made of, beside staging.
#[derive(Debug, Clone, Copy)]
pub struct PlanInputs<'a> {
    /// The job's label.
    pub label: &'a str,
    /// `rehearsal` or `cutover`.
    pub kind: &'a str,
    /// What decides.
    pub side: Side<'a>,
    /// An earlier classification to be compared with.
    pub against: Option<Side<'a>>,
    /// Views and queries, looked at already.
    pub queries: &'a [QueryReport],
    /// Who can read the source today.
    pub grants: &'a str,
    /// What becomes of earlier work.
    pub rerun: &'a [RerunStep],
    /// What the last run of each stage took.
    pub measured: &'a [MeasuredStage],
    /// What is not known for reasons outside of staging.
    pub not_known: &'a [NotKnown],
    /// `[limits] memory`, in bytes.
    pub memory: u64,
    /// `[limits] threads`.
    pub threads: usize,
}

/// Plans a run over the staging of `ground`; without it, says what the catalogue alone tells. No store is read or written.
///
/// # Errors
/// When staging cannot be read or decided, or the observer asked to stop.
pub fn plan(ground: Option<&Ground<'_>>, inputs: &PlanInputs<'_>) -> Result<Plan, PlanError> {
    let mut plan = of_catalogue(inputs);
    let Some(ground) = ground else {
        let not_known = |what: &str| NotKnown {
            what: what.to_owned(),
            why: "nothing was extracted yet".to_owned(),
        };
        let counts = [
            "rows, cells and bytes",
            "references that dangle",
            "what will wait",
        ];
        plan.not_known.extend(counts.map(not_known));
        plan.changes = inputs.against.map(|from| {
            let why = NotCounted::NoStaging("nothing was extracted yet".to_owned());
            comparison(from, inputs.side, Err(why))
        });
        return Ok(plan);
    };
    let staging = Staging::open(ground.custody, inputs.side.catalogue)?;
    let manifest = CustodyLayout::new(ground.custody).staging_manifest();
    let digest = hash_file(&manifest).map_err(PlanError::io("read", &manifest))?;
    plan.staging_manifest = Some(digest.blake3);
    plan.source = Some(staging.manifest().source.clone());
    let shape = |side: Side<'_>| side.catalogue.shape_digest.clone();
    let beside = inputs
        .against
        .filter(|from| shape(*from) == shape(inputs.side));
    let wanted = Wanted {
        name: "plan",
        tally: true,
        references: true,
        waiting: true,
        ..Wanted::default()
    };
    let passed = pass(ground, inputs.side, beside, wanted)?;
    counted(&mut plan, inputs, &staging, &passed)?;
    plan.changes = changes(inputs, beside.is_some(), passed);
    Ok(plan)
}

/// What the catalogue alone tells.
fn of_catalogue(inputs: &PlanInputs<'_>) -> Plan {
    let catalogue = inputs.side.catalogue;
    let without_basis = catalogue.tables.iter().flat_map(without_basis);
    Plan {
        format: Plan::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        label: inputs.label.to_owned(),
        kind: inputs.kind.to_owned(),
        cutover: day_text(inputs.side.cutover),
        catalogue: CatalogueReport {
            name: catalogue.name.clone(),
            version: catalogue.version.clone(),
            blake3: catalogue.digest.clone(),
        },
        source: None,
        staging_manifest: None,
        decisions: inputs
            .side
            .decisions
            .digest()
            .and_then(|hex| Blake3Hex::try_from(hex.to_owned()).ok()),
        not_known: inputs.not_known.to_vec(),
        tables: catalogue.tables.iter().map(planned_table).collect(),
        references: Vec::new(),
        without_basis: without_basis.collect(),
        waiting: Vec::new(),
        changes: None,
        queries: inputs.queries.to_vec(),
        grants: inputs.grants.to_owned(),
        cost: PlannedCost {
            rows: 0,
            staged_bytes: 0,
            value_bytes: 0,
            store_bytes: Vec::new(),
            memory: inputs.memory,
            threads: inputs.threads as u64,
            measured: inputs.measured.to_vec(),
        },
        rerun: inputs.rerun.to_vec(),
    }
}

fn without_basis(table: &Table) -> Vec<OpenColumn> {
    let open = table.without_basis();
    let columns = table.columns.iter();
    columns
        .filter(|column| open.contains(&column.name.as_str()))
        .map(|column| OpenColumn {
            table: table.id.clone(),
            column: column.name.clone(),
            class: class_text(table, column),
        })
        .collect()
}

fn planned_table(table: &Table) -> PlannedTable {
    let columns = table.columns.iter().map(|column| PlannedColumn {
        column: column.name.clone(),
        class: class_text(table, column),
        basis: column.basis.clone().or_else(|| table.basis.clone()),
        cells: Vec::new(),
    });
    let stores = Store::ALL.into_iter();
    let stores = stores.filter(|store| !store_columns(table, *store).is_empty());
    PlannedTable {
        table: table.id.clone(),
        rows: None,
        rejected: 0,
        staged_bytes: 0,
        stores: stores.map(|store| store.word().to_owned()).collect(),
        destinations: Vec::new(),
        columns: columns.collect(),
    }
}

fn counted(
    plan: &mut Plan,
    inputs: &PlanInputs<'_>,
    staging: &Staging,
    passed: &Passed,
) -> Result<(), PlanError> {
    let catalogue = inputs.side.catalogue;
    let mut bytes = [0_u64; Store::ALL.len()];
    for (&position, outcome) in &passed.tables {
        let table = &catalogue.tables[position];
        let planned = &mut plan.tables[position];
        let entry = staging.entry(table)?;
        planned.rejected = entry.rejects.as_ref().map_or(0, |rejects| rejects.rows);
        let files = entry.files.iter().map(|file| file.bytes);
        planned.staged_bytes = files.fold(0, u64::saturating_add);
        plan.cost.rows = plan.cost.rows.saturating_add(entry.rows());
        plan.cost.staged_bytes = plan.cost.staged_bytes.saturating_add(planned.staged_bytes);
        let values = count_table(table, outcome, planned);
        plan.cost.value_bytes = plan.cost.value_bytes.saturating_add(values);
        for store in Store::ALL {
            let here = planned.destinations.iter();
            let here = here.filter(|it| it.store == store.word());
            bytes[store as usize] = here.fold(bytes[store as usize], |sum, it| {
                sum.saturating_add(it.bytes)
            });
        }
        plan.waiting.extend(outcome.groups.iter().cloned());
    }
    plan.cost.store_bytes = Store::ALL
        .into_iter()
        .map(|store| StoreBytes {
            store: store.word().to_owned(),
            bytes: compressed(bytes[store as usize], &plan.cost),
        })
        .collect();
    if let Some(references) = &passed.references {
        plan.references = planned_references(catalogue, references);
    }
    if inputs.measured.is_empty() {
        plan.not_known.push(NotKnown {
            what: "time".to_owned(),
            why: "the job's journal tells of no run with its times".to_owned(),
        });
    }
    Ok(())
}

/// Values take about as much of their bytes as those of staging do.
fn compressed(bytes: u64, cost: &PlannedCost) -> u64 {
    let share = u128::from(bytes) * u128::from(cost.staged_bytes);
    u64::try_from(share / u128::from(cost.value_bytes.max(1))).unwrap_or(u64::MAX)
}

/// Gives the bytes of its values in staging.
fn count_table(table: &Table, outcome: &TableOutcome, planned: &mut PlannedTable) -> u64 {
    let Some(tally) = &outcome.tally else {
        return 0;
    };
    planned.rows = Some(OwnershipRows {
        own: tally.rows_of(Ownership::Own),
        other: tally.rows_of(Ownership::Other),
        undecided: tally.rows_of(Ownership::Undecided),
        reference: tally.rows_of(Ownership::Reference),
    });
    let mut sums = [[(0_u64, 0_u64); Store::ALL.len()]; Ownership::ALL.len()];
    let mut values = 0_u64;
    for (column, counts) in tally.columns.iter().enumerate() {
        let hashed = table.columns[column].rekey.is_some();
        for ownership in Ownership::ALL {
            for class in Class::ALL {
                let staged = counts.staged(ownership, class);
                if staged.cells == 0 {
                    continue;
                }
                values = values.saturating_add(staged.bytes);
                let held = Store::ALL.map(|store| {
                    let hashed = hashed && store == Store::Retail;
                    let cells = &outcome.cells[column];
                    counts.held((ownership, class), store, cells, hashed)
                });
                for store in Store::ALL {
                    let sum = &mut sums[ownership as usize][store as usize];
                    sum.0 += held[store as usize].cells;
                    sum.1 = sum.1.saturating_add(held[store as usize].bytes);
                }
                let [retail, transmission, quarantine] = held.map(|amount| amount.cells);
                planned.columns[column].cells.push(PlannedCells {
                    ownership: ownership.word().to_owned(),
                    class: class.word().to_owned(),
                    cells: staged.cells,
                    retail,
                    transmission,
                    quarantine,
                });
            }
        }
    }
    for ownership in Ownership::ALL {
        for store in Store::ALL {
            let (cells, bytes) = sums[ownership as usize][store as usize];
            let rows = tally.rows_in(ownership, store);
            if rows > 0 {
                planned.destinations.push(Destination {
                    ownership: ownership.word().to_owned(),
                    store: store.word().to_owned(),
                    rows,
                    cells,
                    bytes,
                });
            }
        }
    }
    values
}

fn changes(inputs: &PlanInputs<'_>, beside: bool, passed: Passed) -> Option<Comparison> {
    let from = inputs.against?;
    let moved = if beside {
        Ok(crate::compare::moved(passed))
    } else {
        Err(NotCounted::OtherShape)
    };
    Some(comparison(from, inputs.side, moved))
}

/// Every reference once; those with most rows that would dangle in the companies' stores come first.
fn planned_references(catalogue: &Catalogue, references: &References) -> Vec<PlannedReference> {
    let followed = references.rules.iter().zip(&references.counts);
    let followed = followed.map(|(rule, counts)| {
        let stores = counts
            .iter()
            .map(|(store, counts)| planned_in(*store, counts));
        planned_reference(catalogue, rule, stores.collect())
    });
    let unfollowed = references.unfollowed.iter().map(|key| PlannedReference {
        table: key.table.clone(),
        columns: key.columns.clone(),
        to: key.to.clone(),
        references: key.references.clone(),
        said_by: vec![SaidBy::Source],
        not_followed: Some(key.why.to_owned()),
        stores: Vec::new(),
    });
    let mut planned: Vec<PlannedReference> = followed.chain(unfollowed).collect();
    // Stable: ties stay in the order of tables.
    planned.sort_by_key(|it| std::cmp::Reverse(missed(it)));
    planned
}

/// Rows of the companies' stores that would find nothing.
pub(crate) fn missed(reference: &PlannedReference) -> u64 {
    let stores = reference.stores.iter();
    let stores = stores.filter(|it| it.store != Store::Quarantine.word());
    stores.fold(0, |sum, it| sum.saturating_add(it.dangling.total()))
}

fn planned_reference(
    catalogue: &Catalogue,
    rule: &ReferenceRule,
    stores: Vec<StoreReference>,
) -> PlannedReference {
    let names = |table: usize, columns: &[usize]| {
        let table = &catalogue.tables[table];
        let names = columns.iter().map(|&at| table.columns[at].name.clone());
        (table.id.clone(), names.collect())
    };
    let (table, columns) = names(rule.table, &rule.columns);
    let (to, references) = names(rule.to, &rule.references);
    let said_by = [
        (rule.of_rule, SaidBy::ParentRule),
        (rule.of_catalogue, SaidBy::Catalogue),
        (rule.of_source, SaidBy::Source),
    ];
    let said_by = said_by.into_iter().filter(|(says, _)| *says);
    PlannedReference {
        table,
        columns,
        to,
        references,
        said_by: said_by.map(|(_, who)| who).collect(),
        not_followed: None,
        stores,
    }
}

fn planned_in(store: Store, counts: &StoreReferences) -> StoreReference {
    let of = |cause: Cause| counts.dangling[cause as usize];
    StoreReference {
        store: store.word().to_owned(),
        rows: counts.rows,
        dangling: Dangling {
            absent: of(Cause::Absent),
            rejected: of(Cause::Rejected),
            withheld: of(Cause::Withheld),
            own: of(Cause::Own),
            other: of(Cause::Other),
            undecided: of(Cause::Undecided),
        },
    }
}

/// The columns that the retail store does not have whole, each with its table's name in the source.
#[must_use]
pub fn withheld_columns(catalogue: &Catalogue) -> Vec<(&str, &str)> {
    let of =
        |table: &'_ Table, column: usize| extent(table, column, Store::Retail) != Extent::Whole;
    let columns = catalogue.tables.iter().flat_map(|table| {
        let withheld = (0..table.columns.len()).filter(move |&column| of(table, column));
        withheld.map(|column| (table.name.as_str(), table.columns[column].name.as_str()))
    });
    columns.collect()
}

/// How much of a column a company's store would have, by the catalogue.
pub(crate) fn extent(table: &Table, column: usize, store: Store) -> Extent {
    let opened = table.any_retailer_on_other_rows;
    let mut granted = possible_ownerships(table).iter().flat_map(|&ownership| {
        let classes = possible_classes(table, column, ownership).into_iter();
        classes.map(move |class| bunri_catalogue::granted(store, ownership, class, opened))
    });
    if !store_columns(table, store).contains(&column) {
        Extent::Nothing
    } else if store == Store::Retail && table.columns[column].rekey.is_some() {
        Extent::Hashed
    } else if granted.all(|granted| granted) {
        Extent::Whole
    } else {
        Extent::Part
    }
}
