//! A table's staged rows, batch by batch, with the evaluator's decision on every row and the class of every cell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::{AskedOfParent, AskingParents, Catalogue, Ownership, Table};
use bunri_columnar::{Batches, Staging};
use bunri_decisions::Decisions;
use bunri_evaluator::{
    Facts, KeyAssignments, LastWords, ParentFacts, Row, Terms, Timeline, Unused, Verdict,
    asked_parent, clear, decide, foreign_cells, may_overrule_other,
};

use crate::RedecideError;
use crate::classes::{Classifier, ColumnClasses, Seen};
use crate::index::Indexes;
use crate::index::decided_tables::DecidedTables;
use crate::index::file::LastFact;
use crate::index::fold::Scratch;
use crate::index::join::{Asking, Joined};
use crate::index::ledger::read_timeline;
use crate::index::parent_index::ParentIndex;
use crate::index::parents::{DecidedParent, Parents, read_set, written_by_parents};
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

/// Decides a table from its first row to its last.
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
    last_key: Vec<u8>,
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
            batches: staging.table(table)?.all(BATCH_ROWS)?,
            sources: Sources::new(table, staging, (indexes, terms), scratch)?,
            index: index
                .map(|key| ParentIndex::new(table, key.to_vec(), staging, scratch))
                .collect::<Result<_, _>>()?,
            key: keyed.then(|| Keys::new(table, &table.key)).transpose()?,
            last_key: Vec::new(),
            next: 0,
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
            self.last_key = encoded.bytes(batch.num_rows() - 1).to_vec();
        }
        Ok(Some(encoded))
    }

    /// After the last batch: the indexes for children of this table.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub fn finish(mut self, indexes: &mut Indexes) -> Result<Closed, RedecideError> {
        for index in self.index {
            let key = (self.position, index.references.clone());
            indexes.parents.insert(key, Arc::new(index.finish()?));
        }
        self.last_words.finish();
        Ok(Closed {
            seen: self.classifier.seen,
            applied: self.last_words.applied,
            through: self.through,
            unused: self.last_words.unused,
        })
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
        staging: &Staging,
        (indexes, terms): (&Indexes, &Terms),
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let rows = staging.table(table)?;
        let join = |columns: &[usize], facts| Joined::new(table, &rows, columns, facts, scratch);
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
            written_by_parents(table, &rows, &parents, (ledger, terms), scratch)?
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
