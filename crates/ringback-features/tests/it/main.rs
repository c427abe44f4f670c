//! Tests through the public API.

#[cfg(test)]
mod calendar;
#[cfg(test)]
mod event;
#[cfg(test)]
mod holiday;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod series;
