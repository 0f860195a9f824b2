//! The fictional utility's legacy system, at any size: one combined SQLite database with the customers of
//! every retailer in it, and a list of the cells that were planted to be told apart.
//!
//! The content is a function of the number of points and the seed. The first points are the planted
//! stories and are the same at every size and seed; the rest are ordinary.

mod calendar;
mod cell;
mod database;
mod dice;
mod generate;
mod names;
mod ordinary;
mod planted;
mod point;
mod schema;
mod story;

pub use calendar::CUTOVER;
pub use generate::{MIN_POINTS, SampleError, SampleOptions, SampleStats, generate, planted_path};
pub use story::StoryError;
