//! A store's table held against units of staging by position, side by side, and what they have seen put together.

use std::sync::atomic::{AtomicBool, Ordering};

use bunri_catalogue::Store;
use bunri_fingerprint::Fingerprint;
use bunri_leak::Mismatches;
use bunri_redecide::{Expected, Layout};
use bunri_report::{About, Checked, Findings};
use bunri_work::ReorderBuffer;

use crate::CompareError;
use crate::check::{StoreContext, StoreOutcome};
use crate::cost::Work;
use crate::elements::SharedRows;
use crate::expected_sums::ExpectedSums;
use crate::positional::{PositionalRows, PositionalTable};
use crate::rebuild::Rebuild;
use crate::sums::{ByRegion, add_sums};

/// What all units of a table share of one store.
pub struct PositionalStore {
    /// Its files; [`None`] if they are not as they must be, or rows do not come in the order of staging.
    table: Option<PositionalTable>,
    /// Whether something was not as it must be.
    differs: AtomicBool,
    /// Retail's files, made again.
    rebuild: Option<ReorderBuffer<Rebuild>>,
}

/// A store beside one unit.
pub struct PositionalUnit<'w> {
    store: &'w PositionalStore,
    table: &'w PositionalTable,
    layout: &'w Layout<'w>,
    context: StoreContext<'w>,
    unit: usize,
    /// From the unit's first row on, once it is known.
    rows: Option<PositionalRows<'w>>,
    first: u64,
    sums: ExpectedSums<'w>,
    total: ByRegion<Fingerprint>,
}

/// Rows of a store that are those that must be there.
pub struct Stretch {
    first: u64,
    end: u64,
    sums: ByRegion<Fingerprint>,
}

impl PositionalStore {
    /// Looks at the files. `entered`: whether there are several units; `room`: bytes of rows that may wait for the units before
    /// theirs.
    ///
    /// # Errors
    /// When the writer that makes files again cannot be made.
    pub fn open(
        layout: &Layout<'_>,
        context: StoreContext<'_>,
        entered: bool,
        room: usize,
    ) -> Result<Self, CompareError> {
        let StoreContext {
            files,
            ranges,
            costs,
            observer,
            ..
        } = context;
        let open = || PositionalTable::open(layout, files, ranges, (entered, observer));
        let table = costs.of(Work::Shape, open)?;
        let made_again = table.is_some() && layout.store == Store::Retail;
        let rebuild = made_again.then(|| Rebuild::new(layout, ranges));
        Ok(Self {
            differs: AtomicBool::new(false),
            table,
            rebuild: rebuild.transpose()?.map(|it| ReorderBuffer::new(it, room)),
        })
    }

    /// Beside the unit with this number, from 0; [`None`] if the store is not compared by position. Units are to be begun in their order.
    pub fn unit<'w>(
        &'w self,
        layout: &'w Layout<'w>,
        context: StoreContext<'w>,
        unit: usize,
    ) -> Option<PositionalUnit<'w>> {
        Some(PositionalUnit {
            store: self,
            table: self.table.as_ref()?,
            layout,
            context,
            unit,
            rows: None,
            first: 0,
            sums: ExpectedSums::new(layout, context.key),
            total: ByRegion::default(),
        })
    }

    /// Nothing more will come of this unit, which has failed: those behind it need not wait.
    pub fn give_up(&self, unit: usize) {
        self.rebuild.iter().for_each(|it| it.give_up(unit));
    }

    /// What units have seen, in their order; [`None`] if all is not as it must be.
    ///
    /// # Errors
    /// When a thread panicked.
    pub fn together(
        self,
        layout: &Layout<'_>,
        context: StoreContext<'_>,
        stretches: impl Iterator<Item = Option<Stretch>>,
    ) -> Result<Option<StoreOutcome>, CompareError> {
        let mut sums = ByRegion::default();
        let mut next = 0;
        for stretch in stretches {
            let Some(stretch) = stretch.filter(|it| it.first == next) else {
                return Ok(None);
            };
            add_sums(&mut sums, &stretch.sums);
            next = stretch.end;
        }
        let Some(table) = self.table.filter(|table| table.rows() == next) else {
            return Ok(None);
        };
        let about = About {
            store: layout.store.word(),
            table: Some(&layout.table.id),
        };
        let checked = Checked {
            files: table.files(),
            tables: 1,
            rows: next,
            cells: next * layout.schema.fields().len() as u64,
        };
        let mut findings = Findings::default();
        let mut rebuilt = Checked::default();
        if let Some(rebuild) = self.rebuild {
            let digests = &context.files.digests;
            let files = context.costs.of(Work::Rebuild, || {
                rebuild.into_taker()?.finish(digests, about, &mut findings)
            })?;
            rebuilt = Checked { files, ..checked };
        }
        Ok(Some(StoreOutcome {
            findings,
            checked,
            rebuilt,
            must: sums,
            is: sums,
            mismatches: Mismatches::default(),
        }))
    }
}

impl PositionalUnit<'_> {
    /// The next staged rows.
    ///
    /// # Errors
    /// When what must be there cannot be made, or another unit has failed.
    pub fn take(&mut self, shared: &SharedRows) -> Result<(), CompareError> {
        // Who knows that the table will be gone through once more does no more than it must.
        if self.store.differs.load(Ordering::Relaxed) {
            return Ok(());
        }
        let costs = self.context.costs;
        let expected = costs.of(Work::Compare, || {
            let expected = Expected::of(self.layout, &shared.decided)?;
            if self.is_there(shared, &expected)? {
                self.sum(shared, &expected)?;
            } else {
                self.store.differs.store(true, Ordering::Relaxed);
            }
            Ok::<_, CompareError>(expected)
        })?;
        if let Some(rebuild) = &self.store.rebuild {
            let bytes = expected.rows.get_array_memory_size();
            costs.of(Work::Rebuild, || {
                rebuild.push(self.unit, expected.rows, bytes)
            })?;
        }
        Ok(())
    }

    /// Whether the store has these rows next.
    fn is_there(&mut self, shared: &SharedRows, expected: &Expected) -> Result<bool, CompareError> {
        if self.rows.is_none() {
            let first = match &shared.decided.keys {
                _ if self.unit == 0 => Some(0),
                Some(keys) => self.table.first_from(keys.bytes(0))?,
                None => None,
            };
            let Some(first) = first else {
                return Ok(false);
            };
            self.first = first;
            self.rows = Some(self.table.read_from(first));
        }
        let next = self.rows.as_mut();
        Ok(next.is_some_and(|rows| rows.are_next(&expected.rows)))
    }

    fn sum(&mut self, shared: &SharedRows, expected: &Expected) -> Result<(), CompareError> {
        let made = if self.layout.holds_hashes() {
            None
        } else {
            shared.elements(self.context.elements)
        };
        let rows = 0..expected.rows.num_rows();
        let sums = self.sums.of(expected, rows, made)?;
        add_sums(&mut self.total, &sums);
        Ok(())
    }

    /// After the last staged row: the rows of the store that are those of the unit; [`None`] if something is not as it must be.
    ///
    /// # Errors
    /// When another unit has failed.
    pub fn finish(self) -> Result<Option<Stretch>, CompareError> {
        if let Some(rebuild) = &self.store.rebuild {
            let costs = self.context.costs;
            costs.of(Work::Rebuild, || rebuild.end(self.unit))?;
        }
        let differs = self.store.differs.load(Ordering::Relaxed);
        Ok((!differs).then(|| Stretch {
            first: self.first,
            end: self.rows.map_or(self.first, |rows| rows.end()),
            sums: self.total,
        }))
    }
}
