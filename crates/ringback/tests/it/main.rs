//! Tests of the suite as a whole, through the public API.

#[cfg(test)]
mod golden;
