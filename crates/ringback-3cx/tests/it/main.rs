//! Tests through the public API.

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod cdroutput;
#[cfg(test)]
mod console;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod legacy;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod real;
#[cfg(test)]
mod recognition;
