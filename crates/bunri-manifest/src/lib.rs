//! What was written and what it hashed to
