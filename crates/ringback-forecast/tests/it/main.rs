//! Tests of the crate through its public API.

#[cfg(test)]
mod backtest;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod concordance;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod score;
#[cfg(test)]
mod volume;
#[cfg(test)]
mod wait;
