//! Tests of the crate through its public API.

#[cfg(test)]
mod attempt;
#[cfg(test)]
mod copenhagen;
#[cfg(test)]
mod evaluation;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod model;
#[cfg(test)]
mod policy_value;
#[cfg(test)]
mod rate;
#[cfg(test)]
mod reliability;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod source;
#[cfg(test)]
mod time_effect;
#[cfg(test)]
mod uplift;
