//! Extraction of small databases that were made, damaged or left in disorder on purpose.

mod at_rest;
mod damage;
mod fixture;
