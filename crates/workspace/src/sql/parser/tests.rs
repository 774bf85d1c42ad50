//! Statements as users write them, and texts nobody would.
