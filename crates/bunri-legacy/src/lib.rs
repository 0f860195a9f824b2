//! The fictional utility's legacy system as it ordinarily is: its tables, its points with who supplied them when, its people
//! and places, and the rows that a point without any trap leaves. What is wrong in it on purpose, `bunri-sample` plants.

pub mod calendar;
pub mod cell;
pub mod dice;
pub mod names;
pub mod ordinary;
pub mod point;
pub mod schema;
