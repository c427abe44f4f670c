//! Tests of the suite as a whole, through the public API.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod golden;
