//! Stores and staging to a report, decided by the plain evaluator

pub mod evaluator;
