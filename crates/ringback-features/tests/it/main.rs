//! Tests through the public API.

#[cfg(test)]
mod as_of;
#[cfg(test)]
mod calendar;
#[cfg(test)]
mod event;
#[cfg(test)]
mod hand_made;
#[cfg(test)]
mod holiday;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod interval;
#[cfg(test)]
mod series;
#[cfg(test)]
mod service;
