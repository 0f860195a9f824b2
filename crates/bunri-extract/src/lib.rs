//! Legacy sources to staging
