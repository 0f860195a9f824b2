//! What the work on each claim cost: seconds of processor time, summed over the threads that did it. Time never enters the
//! report file, whose bytes are a function of what was verified; it lies beside it, for whoever plans the night.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};

use bunri_report::{Claim, ClaimCost};

/// A piece of work that can be measured apart. C3 and C4 are one look and have one cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Hashing files and comparing manifests and sums: C1.
    Files,
    /// Columns, types, the order of rows: C2.
    Shape,
    /// Deciding every staged row again: C3 and C4.
    Decide,
    /// Comparing rows and cells, and their fingerprints: C3 and C4.
    Compare,
    /// Withheld values: gathered, and searched for in the stores: C5.
    Search,
    /// Making the files again: C6.
    Rebuild,
    /// Accounting for every byte: C6.
    Audit,
}

impl Work {
    const COUNT: usize = Work::Audit as usize + 1;
}

/// Time spent so far; threads add to it.
#[derive(Debug, Default)]
pub struct Costs([AtomicU64; Work::COUNT]);

impl Costs {
    /// Does a piece of work and adds the processor time that this thread took for it.
    pub fn of<T>(&self, work: Work, doing: impl FnOnce() -> T) -> T {
        let begun = ThreadTime::now();
        let done = doing();
        self.add(work, begun.elapsed());
        done
    }

    /// The same for work that has threads of its own, when nothing else is under way.
    pub fn of_all_threads<T>(&self, work: Work, doing: impl FnOnce() -> T) -> T {
        let begun = ProcessTime::now();
        let done = doing();
        self.add(work, begun.elapsed());
        done
    }

    fn add(&self, work: Work, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0[work as usize].fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// By claim, for those that cost anything.
    pub fn by_claim(&self) -> Vec<ClaimCost> {
        let groups: [(&'static [Claim], &[Work]); 5] = [
            (&[Claim::C1], &[Work::Files]),
            (&[Claim::C2], &[Work::Shape]),
            (&[Claim::C3, Claim::C4], &[Work::Decide, Work::Compare]),
            (&[Claim::C5], &[Work::Search]),
            (&[Claim::C6], &[Work::Rebuild, Work::Audit]),
        ];
        let spent = |work: &Work| self.0[*work as usize].load(Ordering::Relaxed);
        let costs = groups.map(|(claims, works)| ClaimCost {
            claims: claims.to_vec(),
            work: Duration::from_nanos(works.iter().map(spent).sum()),
        });
        costs
            .into_iter()
            .filter(|cost| !cost.work.is_zero())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_charged_to_its_claims_and_adds_up() {
        let costs = Costs::default();
        let busy = || {
            let begun = ThreadTime::now();
            while begun.elapsed() < Duration::from_millis(2) {
                std::hint::spin_loop();
            }
        };
        costs.of(Work::Decide, busy);
        costs.of_all_threads(Work::Compare, busy);
        let [cost] = &costs.by_claim()[..] else {
            unreachable!("C3 and C4 alone cost something")
        };
        assert_eq!(cost.claims, [Claim::C3, Claim::C4]);
        assert!(cost.work >= Duration::from_millis(4));
    }
}
