//! The tables and functions that a query names.
