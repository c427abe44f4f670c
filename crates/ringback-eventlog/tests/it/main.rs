//! Tests of the crate through its public API.

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
#[cfg(feature = "frame")]
mod frame;
#[cfg(test)]
mod join;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod log;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod public_logs;
#[cfg(test)]
mod stamp;
#[cfg(test)]
mod table;
#[cfg(test)]
mod xes;
