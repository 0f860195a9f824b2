//! What a run is told.

use std::path::Path;

use bunri_redecide::RedecideInputs;
use bunri_split::SplitOptions;

/// What is proved of.
#[derive(Clone, Copy)]
pub struct ProveInputs<'a> {
    /// Catalogue, custody and what else decides.
    pub redecide: RedecideInputs<'a>,
    /// The retail store.
    pub retail: &'a Path,
    /// What the splitter is told.
    pub split: &'a SplitOptions,
}

/// How.
#[derive(Debug, Clone, Copy)]
pub struct ProveOptions {
    /// Pairs, at least one.
    pub pairs: u64,
    /// Decides every draw.
    pub seed: u64,
    /// About so many supply points instead of all.
    pub sample: Option<u64>,
    /// Bytes that sorts may use together, about.
    pub memory: u64,
}
