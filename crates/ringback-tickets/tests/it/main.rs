//! Tests of the crate through its public API.

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod look_alikes;
#[cfg(test)]
mod public_incidents;
#[cfg(test)]
mod traps;
