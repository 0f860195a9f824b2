//! A plan of a world: decided and counted before anything is split, it must say what stands in the stores afterwards, cell for cell,
//! and which references find nothing there.

use std::collections::BTreeMap;

use bunri_catalogue::Catalogue;
use bunri_columnar::Silent;
use bunri_decisions::Decisions;
use bunri_plan::{Ground, PlanInputs, Side, compare, plan};
use bunri_report::{Plan, PlannedTable, Report};

use super::oracle::{Expected, Store};
use super::run::Run;
use super::world::Value;

/// Rows, and by column the values that are not NULL.
type Counts = (u64, BTreeMap<String, u64>);

impl Run<'_> {
    /// The plan beside the page, and beside the verification's word on references; and what decisions move beside two plans.
    pub(super) fn compare_plan(
        &self,
        (catalogue, decisions): (&Catalogue, &Decisions),
        expected: &Expected,
        report: &Report,
    ) -> Result<(), String> {
        let planned = self.plan(catalogue, decisions)?;
        for (position, table) in self.world.tables.iter().enumerate() {
            let told = planned.tables.iter().find(|it| it.table == table.name);
            let told = told.ok_or_else(|| format!("the plan lacks `{}`", table.name))?;
            for (store, word) in [
                (Store::Retail, "retail"),
                (Store::Transmission, "transmission"),
                (Store::Quarantine, "quarantine"),
            ] {
                let wanted = expected.stored.get(&(store, position));
                let mut counts = (0, BTreeMap::new());
                for row in wanted.iter().flat_map(|stored| &stored.rows) {
                    counts.0 += 1;
                    let columns = &wanted.unwrap().columns;
                    for (name, value) in columns.iter().zip(row) {
                        let counted = name != "bunri_reason" && *value != Value::Null;
                        *counts.1.entry(name.clone()).or_default() += u64::from(counted);
                    }
                }
                counts.1.retain(|_, cells| *cells > 0);
                let found = counted(&planned, told, word);
                if found != counts {
                    let name = &table.name;
                    return Err(format!(
                        "{word} of `{name}`: the plan counts {found:?}, the page {counts:?}"
                    ));
                }
            }
        }
        compare_references(&planned, report)?;
        self.compare_moves(catalogue, decisions, &planned)
    }

    fn plan(&self, catalogue: &Catalogue, decisions: &Decisions) -> Result<Plan, String> {
        let inputs = PlanInputs {
            label: "chance",
            kind: "rehearsal",
            side: self.side(catalogue, decisions),
            against: None,
            queries: &[],
            grants: "",
            rerun: &[],
            measured: &[],
            not_known: &[],
            memory: self.world.limits.memory,
            threads: self.world.limits.threads,
        };
        let custody = self.custody();
        let ground = self.ground(&custody);
        plan(Some(&ground), &inputs).map_err(|error| format!("plan refuses: {error}"))
    }

    fn side<'a>(&self, catalogue: &'a Catalogue, decisions: &'a Decisions) -> Side<'a> {
        Side {
            catalogue,
            decisions,
            cutover: self.cutover(),
        }
    }

    fn ground<'a>(&self, custody: &'a std::path::Path) -> Ground<'a> {
        Ground {
            custody,
            threads: self.world.limits.threads,
            memory: self.world.limits.memory,
            observer: &Silent,
        }
    }

    /// What comes and goes is what two plans differ in.
    fn compare_moves(
        &self,
        catalogue: &Catalogue,
        decisions: &Decisions,
        after: &Plan,
    ) -> Result<(), String> {
        if decisions.count() == 0 {
            return Ok(());
        }
        let none = Decisions::none();
        let before = self.plan(catalogue, &none)?;
        let custody = self.custody();
        let ground = self.ground(&custody);
        let [from, to] = [&none, decisions].map(|it| self.side(catalogue, it));
        let moved =
            compare(from, to, Some(&ground)).map_err(|error| format!("diff refuses: {error}"))?;
        for (before, after) in before.tables.iter().zip(&after.tables) {
            for store in ["retail", "transmission", "quarantine"] {
                let sums = [(before, "before"), (after, "after")].map(|(table, _)| {
                    let here = table.destinations.iter().filter(|it| it.store == store);
                    here.fold((0, 0), |(rows, cells), it| {
                        (rows + it.rows, cells + it.cells)
                    })
                });
                let tables = moved.tables.iter().filter(|it| it.table == after.table);
                let flow = tables
                    .flat_map(|it| &it.stores)
                    .find(|it| it.store == store);
                let (rows, cells) = flow.map_or(((0, 0), (0, 0)), |it| {
                    (
                        (it.rows_gained, it.rows_lost),
                        (it.cells_gained, it.cells_lost),
                    )
                });
                let adds_up = sums[0].0 + rows.0 == sums[1].0 + rows.1
                    && sums[0].1 + cells.0 == sums[1].1 + cells.1;
                if !adds_up {
                    let table = &after.table;
                    return Err(format!(
                        "{store} of `{table}`: {sums:?} does not move by {flow:?}"
                    ));
                }
            }
        }
        Ok(())
    }
}

fn counted(plan: &Plan, table: &PlannedTable, store: &str) -> Counts {
    let (rows, cells, _) = plan.of_store(table, store);
    let mut columns = BTreeMap::new();
    for column in &table.columns {
        for it in &column.cells {
            let here = match store {
                "retail" => it.retail,
                "transmission" => it.transmission,
                _ => it.quarantine,
            };
            *columns.entry(column.column.clone()).or_default() += here;
        }
    }
    columns.retain(|_, cells: &mut u64| *cells > 0);
    assert_eq!(columns.values().sum::<u64>(), cells, "{table:?}");
    (rows, columns)
}

fn compare_references(plan: &Plan, report: &Report) -> Result<(), String> {
    let planned: Vec<_> = plan
        .references
        .iter()
        .map(|it| {
            let stores = it
                .stores
                .iter()
                .map(|store| (store.store.as_str(), store.rows, store.dangling));
            (
                &it.table,
                &it.columns,
                &it.to,
                &it.references,
                stores.collect::<Vec<_>>(),
            )
        })
        .collect();
    let verified: Vec<_> = report
        .references
        .iter()
        .map(|it| {
            let stores = it
                .stores
                .iter()
                .map(|store| (store.store.as_str(), store.rows, store.dangling));
            (
                &it.table,
                &it.columns,
                &it.to,
                &it.references,
                stores.collect::<Vec<_>>(),
            )
        })
        .collect();
    if planned == verified {
        return Ok(());
    }
    Err(format!(
        "the plan's references {planned:?}, the verification's {verified:?}"
    ))
}
