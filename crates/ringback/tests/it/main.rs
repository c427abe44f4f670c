//! The suite as its users meet it.

#[cfg(test)]
mod readme;
