//! Tests of the crate through its public API.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod before_after;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod detect;
#[cfg(test)]
mod discover_hours;
#[cfg(test)]
mod draw;
#[cfg(test)]
mod eventually;
#[cfg(test)]
mod false_discovery;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod improve;
#[cfg(test)]
mod instance;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod map;
#[cfg(test)]
mod people;
#[cfg(test)]
mod rank;
#[cfg(test)]
mod root_cause;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod survival;
#[cfg(test)]
mod variant;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod wild;
#[cfg(test)]
mod working_time;
