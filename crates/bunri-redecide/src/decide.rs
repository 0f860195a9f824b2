//! A table's staged rows, batch by batch, with the evaluator's decision on every row and the class of every cell. Units of a table
//! (docs/architecture.md, "Parts and units") are decided side by side, and what they leave is put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::{AskedOfParent, AskingParents, Catalogue, Ownership, Table};
use bunri_columnar::{Batches, StagedRows, Staging};
use bunri_decisions::{Decision, Decisions};
use bunri_evaluator::{
    Facts, KeyAssignments, LastWords, ParentFacts, Row, Terms, Timeline, Unused, Verdict,
    WhyUnused, asked_parent, clear, decide, foreign_cells, may_overrule_other,
};

use crate::RedecideError;
use crate::classes::{Classifier, ColumnClasses, Seen};
use crate::index::Indexes;
use crate::index::decided_tables::DecidedTables;
use crate::index::file::{FactFile, LastFact};
use crate::index::fold::{Scratch, merge};
use crate::index::join::{Asking, Joined};
use crate::index::ledger::read_timeline;
use crate::index::parent_index::ParentIndex;
use crate::index::parents::{DecidedParent, ParentFold, Parents, read_set, written_by_parents};
use crate::index::through::{missing, read_assignments};
use crate::rows::{BATCH_ROWS, EncodedKeys, Keys, View};

/// A batch of staged rows, decided.
pub struct Decided {
    /// Every catalogue column.
    pub batch: RecordBatch,
    /// By row.
    pub verdicts: Vec<Verdict>,
    /// By row, whether a parent of it is not own: a decision on that one could change this.
    pub hangs: Vec<bool>,
    /// By catalogue column.
    pub classes: Vec<ColumnClasses>,
    /// The table's key; [`None`] for a multiset.
    pub keys: Option<EncodedKeys>,
    /// The number of the first row in staging, from 0.
    pub first: u64,
}

/// Decides a table, or a unit of it, from the first row to the last.
pub struct Decider<'a> {
    table: &'a Table,
    position: usize,
    terms: &'a Terms,
    last_words: LastWords<'a>,
    /// Tables with decisions of people.
    decided: BTreeSet<usize>,
    /// By such a table: rows of this one that are own, and other, and go back to a row that people decided there.
    through: BTreeMap<usize, [u64; 2]>,
    classifier: Classifier<'a>,
    /// For each group of cells of another time, by row of the batch, whether its cells are withheld.
    foreign: Vec<Vec<bool>>,
    /// The conditions that parents answer, each with the place of its rule among the parent rules; and by row of the batch those
    /// that they do not meet, as bits by number.
    asking: Vec<(usize, AskingParents)>,
    clear: Vec<u64>,
    /// By row of the batch, see [`Decided::hangs`].
    hangs: Vec<bool>,
    /// What children ask of this table's rows.
    asked: Vec<AskedOfParent<'a>>,
    batches: Batches,
    sources: Sources,
    /// For the children of this table.
    index: Vec<ParentIndex>,
    key: Option<Keys>,
    first_key: Option<Vec<u8>>,
    last_key: Vec<u8>,
    first: u64,
    next: u64,
}

impl<'a> Decider<'a> {
    /// Of the table at this position. `indexes` hold its parents already.
    ///
    /// # Errors
    /// When staging cannot be read, or a key of a rejected row that others refer to.
    pub fn new(
        catalogue: &'a Catalogue,
        position: usize,
        staging: &Staging,
        by: (&'a [Terms], &'a Decisions),
        indexes: &Indexes,
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let rows = staging.table(&catalogue.tables[position])?;
        Self::of_unit(catalogue, position, (staging, &rows), by, indexes, scratch)
    }

    /// Of a unit of the table at this position, as [`Decider::new`].
    ///
    /// # Errors
    /// As [`Decider::new`].
    pub fn of_unit(
        catalogue: &'a Catalogue,
        position: usize,
        (staging, rows): (&Staging, &StagedRows),
        (terms, decisions): (&'a [Terms], &'a Decisions),
        indexes: &Indexes,
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let table = &catalogue.tables[position];
        let terms = &terms[table.ledger];
        let index = catalogue.references_to(position).into_iter();
        let keyed = !table.key.is_empty();
        Ok(Self {
            table,
            position,
            terms,
            last_words: LastWords::new(
                decisions.of(position),
                &table.key,
                may_overrule_other(catalogue, position),
            ),
            decided: decisions.tables(),
            through: BTreeMap::new(),
            classifier: Classifier::new(table, terms.cutover),
            foreign: vec![Vec::new(); table.cells.len()],
            asking: asking(catalogue, position),
            clear: Vec::new(),
            hangs: Vec::new(),
            asked: catalogue.conditions_on(position),
            batches: rows.all(BATCH_ROWS)?,
            sources: Sources::new(table, rows, (indexes, terms), scratch)?,
            index: index
                .map(|key| ParentIndex::new(table, key.to_vec(), (staging, rows), scratch))
                .collect::<Result<_, _>>()?,
            key: keyed.then(|| Keys::new(table, &table.key)).transpose()?,
            first_key: None,
            last_key: Vec::new(),
            first: rows.first_row(),
            next: rows.first_row(),
        })
    }

    /// Of the table, in the catalogue.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next batch, decided.
    ///
    /// # Errors
    /// When staging or an index cannot be read, or staging is not in key order.
    // No iterator: what it gives may fail, and nobody should go on after that.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Decided>, RedecideError> {
        let Some(batch) = self.batches.next().transpose()? else {
            return Ok(None);
        };
        self.sources.begin(&batch)?;
        for index in &mut self.index {
            index.begin(&batch)?;
        }
        let view = View::of(&batch)?;
        self.foreign.iter_mut().for_each(Vec::clear);
        self.clear.clear();
        let mut verdicts = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            verdicts.push(self.row(row, &view.row(self.table, row))?);
        }
        let classes = self
            .classifier
            .of(&view, &verdicts, (&self.foreign, &self.clear));
        let keys = self.keys(&batch)?;
        let first = self.next;
        self.next += batch.num_rows() as u64;
        Ok(Some(Decided {
            batch,
            verdicts,
            hangs: std::mem::take(&mut self.hangs),
            classes,
            keys,
            first,
        }))
    }

    fn row(&mut self, row: usize, cells: &impl Row) -> Result<Verdict, RedecideError> {
        let number = self.next + row as u64;
        let asked = asked_parent(&self.table.rows, cells).map(|(place, _)| place);
        let mut above = (!self.index.is_empty()).then(Vec::new);
        let (facts, decided_above) = self.sources.facts(row, number, asked, above.as_mut())?;
        let answer = decide(
            &self.table.rows,
            &self.table.known_at,
            cells,
            facts,
            self.terms,
        );
        let ruled = answer.verdict;
        let verdict = self.last_words.last_word(cells, ruled);
        let own = verdict == Verdict::Own;
        // Whoever decides a row that others decided parents of answers for it from there on.
        let decided = if verdict == ruled {
            if decided_above != DecidedTables::default() {
                count_through(&mut self.through, decided_above, &self.decided, verdict);
            }
            decided_above
        } else {
            let place = self.decided.iter().position(|&it| it == self.position);
            place.map(DecidedTables::of).unwrap_or_default()
        };
        let not_own = |parent: &ParentFacts| {
            let set = parent.ownerships;
            set.has(Ownership::Other) || set.has(Ownership::Undecided)
        };
        self.hangs.push(facts.parents.iter().any(not_own));
        self.clear.push(clear_whens(&self.asking, facts.parents));
        if !self.foreign.is_empty() {
            let foreign = if own {
                foreign_cells(
                    &self.table.rows,
                    &self.table.cells,
                    cells,
                    facts,
                    self.terms,
                )
            } else {
                vec![false; self.foreign.len()]
            };
            for (group, foreign) in self.foreign.iter_mut().zip(foreign) {
                group.push(foreign);
            }
        }
        let above = above.filter(|fact| !fact.is_empty());
        if !self.index.is_empty() {
            let clear = clear(&self.asked, cells, self.terms.cutover);
            let parent = DecidedParent {
                facts: answer.to_children(verdict, clear, self.terms),
                days: answer.asked,
                decided,
            };
            for index in &mut self.index {
                index.push(row, parent, above.as_deref())?;
            }
        }
        Ok(verdict)
    }

    /// The keys, which ascend, or else nothing that reads rows beside rows can be believed.
    fn keys(&mut self, batch: &RecordBatch) -> Result<Option<EncodedKeys>, RedecideError> {
        let Some(keys) = &mut self.key else {
            return Ok(None);
        };
        let encoded = keys.encode(batch)?;
        for row in 0..batch.num_rows() {
            let before = if row == 0 {
                self.last_key.as_slice()
            } else {
                encoded.bytes(row - 1)
            };
            if before >= encoded.bytes(row) {
                let row = self.next + row as u64 + 1;
                return Err(RedecideError::StagingOrder {
                    table: self.table.id.clone(),
                    row,
                });
            }
        }
        if batch.num_rows() > 0 {
            self.first_key
                .get_or_insert_with(|| encoded.bytes(0).to_vec());
            self.last_key = encoded.bytes(batch.num_rows() - 1).to_vec();
        }
        Ok(Some(encoded))
    }

    /// After the last batch.
    ///
    /// # Errors
    /// When an index for children of this table cannot be written.
    pub fn finish(mut self) -> Result<DecidedUnit, RedecideError> {
        let index = self.index.into_iter().map(|index| {
            let key = (self.position, index.references.clone());
            Ok((key, index.finish()?))
        });
        let index = index.collect::<Result<_, RedecideError>>()?;
        self.last_words.finish();
        Ok(DecidedUnit {
            closed: Closed {
                seen: self.classifier.seen,
                applied: self.last_words.applied,
                through: self.through,
                unused: self.last_words.unused,
            },
            index,
            first: self.first,
            keys: self.first_key.map(|first| (first, self.last_key)),
        })
    }
}

/// What a unit of a table leaves.
pub struct DecidedUnit {
    /// Of its rows; the decisions on rows that other units have are among those that decide nothing.
    closed: Closed,
    /// By table and the columns that others refer to: of those keys what children ask.
    index: Vec<((usize, Vec<usize>), FactFile)>,
    /// The number of its first row in staging.
    first: u64,
    /// Its first key and its last.
    keys: Option<(Vec<u8>, Vec<u8>)>,
}

impl DecidedUnit {
    /// Puts together what all units of the table at this position left, in their order, and leaves `indexes` for its children.
    ///
    /// # Errors
    /// When the units are not in key order, or an index cannot be written.
    pub fn join(
        units: Vec<Self>,
        (catalogue, position): (&Catalogue, usize),
        decisions: &Decisions,
        indexes: &mut Indexes,
        scratch: &Scratch,
    ) -> Result<Closed, RedecideError> {
        let table = &catalogue.tables[position];
        let mut last_key: Option<Vec<u8>> = None;
        let mut closed: Option<Closed> = None;
        let mut of_units: BTreeMap<(usize, Vec<usize>), Vec<FactFile>> = BTreeMap::new();
        let mut unused = UnusedDecisions::default();
        for unit in units {
            if let Some((first, last)) = unit.keys {
                if last_key.is_some_and(|before| before >= first) {
                    return Err(RedecideError::StagingOrder {
                        table: table.id.clone(),
                        row: unit.first + 1,
                    });
                }
                last_key = Some(last);
            }
            for (key, file) in unit.index {
                of_units.entry(key).or_default().push(file);
            }
            unused.add(&unit.closed.unused);
            closed = Some(match closed {
                Some(before) => before.with(unit.closed),
                None => unit.closed,
            });
        }
        for (key, files) in of_units {
            let file = merge::<ParentFold>(files, &scratch.folder)?;
            indexes.parents.insert(key, Arc::new(file));
        }
        let mut closed = closed.ok_or(RedecideError::Index)?;
        closed.unused = unused.of_all(decisions.of(position));
        Ok(closed)
    }
}

/// What units say of decisions that decide nothing in them, by line of the file.
#[derive(Default)]
struct UnusedDecisions {
    units: usize,
    /// In how many units no row has the key.
    not_staged: BTreeMap<usize, usize>,
    /// The rules decide the row.
    not_undecided: BTreeSet<usize>,
}

impl UnusedDecisions {
    fn add(&mut self, of_unit: &[Unused]) {
        self.units += 1;
        for unused in of_unit {
            match unused.why {
                WhyUnused::NotStaged => *self.not_staged.entry(unused.line).or_default() += 1,
                WhyUnused::NotUndecided => _ = self.not_undecided.insert(unused.line),
            }
        }
    }

    /// Of all units together, in the order of the decisions.
    fn of_all(&self, decisions: &[Decision]) -> Vec<Unused> {
        let unused = |decision: &Decision| {
            let line = decision.line;
            let nowhere = self.not_staged.get(&line) == Some(&self.units);
            let why = match self.not_undecided.contains(&line) {
                true => Some(WhyUnused::NotUndecided),
                false => nowhere.then_some(WhyUnused::NotStaged),
            };
            why.map(|why| Unused { line, why })
        };
        decisions.iter().filter_map(unused).collect()
    }
}

/// The conditions of a table that its parents answer, each with the place of its rule among the parent rules.
fn asking(catalogue: &Catalogue, position: usize) -> Vec<(usize, AskingParents)> {
    let rules = catalogue.tables[position].parent_rules();
    let place = |asking: AskingParents| {
        let place = rules.iter().position(|(leaf, _)| *leaf == asking.leaf);
        place.map(|place| (place, asking))
    };
    let all = catalogue.asking_parents(position).into_iter();
    all.filter_map(place).collect()
}

/// The conditions that the row's parents do not meet, as bits by the number of the `[[when]]`.
fn clear_whens(asking: &[(usize, AskingParents)], parents: &[ParentFacts]) -> u64 {
    let mut bits = 0;
    for (rule, one) in asking {
        let facts = parents.get(*rule);
        // Without a parent it is met.
        if facts.is_some_and(|facts| facts.clear >> one.place & 1 == 1) {
            bits |= 1 << one.when;
        }
    }
    bits
}

/// What was seen while a table was decided.
pub struct Closed {
    /// By the class rules.
    pub seen: Seen,
    /// Rows that people decided own, and other.
    pub applied: [u64; 2],
    /// By the table whose rows people decided: rows that are own, and other, and go back to one of those.
    pub through: BTreeMap<usize, [u64; 2]>,
    /// Decisions of people that decide nothing.
    pub unused: Vec<Unused>,
}

impl Closed {
    /// With what was seen in other rows of the table.
    fn with(mut self, other: Self) -> Self {
        self.seen.add(&other.seen);
        for (rows, more) in self.applied.iter_mut().zip(other.applied) {
            *rows += more;
        }
        for (table, rows) in other.through {
            let through = self.through.entry(table).or_default();
            for (rows, more) in through.iter_mut().zip(rows) {
                *rows += more;
            }
        }
        self
    }
}

/// What other tables say about the rows of this one, read beside them.
struct Sources {
    timelines: Option<Asking>,
    known: LastFact<Timeline>,
    /// Where the table has its ledger key through another.
    known_key: Option<LastFact<KeyAssignments>>,
    parents: Vec<Asking>,
    parent_facts: Vec<ParentFacts>,
    written: Option<Asking>,
}

impl Sources {
    fn new(
        table: &Table,
        rows: &StagedRows,
        (indexes, terms): (&Indexes, &Terms),
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let join = |columns: &[usize], facts| Joined::new(table, rows, columns, facts, scratch);
        let timelines = match (&table.ledger_key, &table.through) {
            (Some(key), Some(through)) => {
                let facts = indexes.through.get(through).ok_or(RedecideError::Index)?;
                Some(join(key, facts)?)
            }
            (Some(key), None) => Some(join(key, &indexes.ledgers[table.ledger])?),
            (None, _) => None,
        };
        let mut parents = Vec::new();
        for (_, rule) in table.parent_rules() {
            let facts = indexes
                .parents
                .get(&(rule.table, rule.references.to_vec()))
                .ok_or(RedecideError::Index)?;
            parents.push(join(rule.key, facts)?);
        }
        let written = if timelines.is_none() && !parents.is_empty() {
            let ledger = &indexes.ledgers[table.ledger];
            written_by_parents(table, rows, &parents, (ledger, terms), scratch)?
        } else {
            None
        };
        Ok(Self {
            timelines: timelines.map(|joined| joined.read(table)).transpose()?,
            known: LastFact::default(),
            known_key: table.through.as_ref().map(|_| LastFact::default()),
            parents: parents
                .iter()
                .map(|joined| joined.read(table))
                .collect::<Result<_, _>>()?,
            parent_facts: Vec::new(),
            written: written.map(|joined| joined.read(table)).transpose()?,
        })
    }

    fn begin(&mut self, batch: &RecordBatch) -> Result<(), RedecideError> {
        let every = self
            .timelines
            .iter_mut()
            .chain(&mut self.parents)
            .chain(&mut self.written);
        for asking in every {
            asking.begin(batch)?;
        }
        Ok(())
    }

    /// The facts about a row; `above` takes what is known of the parents that are asked for their owner keys, for the children
    /// of this table.
    fn facts(
        &mut self,
        row: usize,
        number: u64,
        asked: Option<usize>,
        mut above: Option<&mut Vec<u8>>,
    ) -> Result<(Facts<'_>, DecidedTables), RedecideError> {
        self.parent_facts.clear();
        let mut decided = DecidedTables::default();
        for (place, asking) in self.parents.iter_mut().enumerate() {
            let fact = asking.fact(row, number)?;
            let found = fact
                .as_ref()
                .map(|fact| Parents::read(fact.bytes))
                .transpose()?;
            if let Some(found) = &found {
                decided.join(found.decided);
            }
            self.parent_facts
                .push(found.map(|found| found.facts).unwrap_or_default());
            if let (Some(above), Some(fact), true) =
                (above.as_deref_mut(), fact, asked == Some(place))
            {
                above.extend_from_slice(fact.bytes);
            }
        }
        let mut written = None;
        if let Some(asking) = &mut self.written
            && let Some(fact) = asking.fact(row, number)?
        {
            written = Some(read_set(fact.bytes)?);
        }
        let fact = match &mut self.timelines {
            None => None,
            Some(asking) => Some(asking.fact(row, number)?),
        };
        let (timeline, assignments) = match (fact, &mut self.known_key) {
            (None, _) => (None, None),
            (Some(fact), Some(known)) => {
                let key = match fact {
                    Some(fact) => known.read(&fact, read_assignments)?,
                    None => missing(),
                };
                (Some(key.timeline()), Some(key))
            }
            (Some(Some(fact)), None) => (Some(self.known.read(&fact, read_timeline)?), None),
            (Some(None), None) => (Some(Timeline::unknown()), None),
        };
        let facts = Facts {
            timeline,
            assignments,
            parents: &self.parent_facts,
            written,
        };
        Ok((facts, decided))
    }
}

/// One row more that goes back to rows that people decided. An undecided one was not freed by them.
fn count_through(
    through: &mut BTreeMap<usize, [u64; 2]>,
    above: DecidedTables,
    decided: &BTreeSet<usize>,
    verdict: Verdict,
) {
    let column = match verdict {
        Verdict::Own => 0,
        Verdict::Other => 1,
        Verdict::Undecided(_) | Verdict::Reference => return,
    };
    for table in above.tables(decided) {
        through.entry(table).or_default()[column] += 1;
    }
}
