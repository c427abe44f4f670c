//! The crate through its public API.

#[cfg(test)]
mod chart;
#[cfg(test)]
mod kpi;
#[cfg(test)]
mod page;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod xml;
