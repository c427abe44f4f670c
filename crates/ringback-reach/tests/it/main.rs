//! Tests of the crate through its public API.

#[cfg(test)]
mod attempt;
