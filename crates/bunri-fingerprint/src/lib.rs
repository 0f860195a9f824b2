//! Row encoding and keyed, order-free region sums
