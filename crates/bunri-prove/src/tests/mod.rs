//! The real splitter and deliberately bad ones, held to noninterference.
