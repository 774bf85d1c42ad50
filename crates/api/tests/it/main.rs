//! Tests of the wire types from outside.

#[cfg(test)]
mod sdk_schema;
