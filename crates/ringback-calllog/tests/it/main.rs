//! Tests through the public API.

#[cfg(test)]
mod any_bytes;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod auto_traits;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod delimited;
#[cfg(test)]
mod file_start;
#[cfg(test)]
mod files;
#[cfg(test)]
#[cfg(feature = "frame")]
mod frame;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod gap;
#[cfg(test)]
mod gather;
#[cfg(test)]
mod held;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod model;
#[cfg(test)]
mod names;
#[cfg(test)]
mod pseudonym;
#[cfg(test)]
mod separated;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stitch;
