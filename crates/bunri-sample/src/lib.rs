//! The fictional utility's legacy system, at any size
