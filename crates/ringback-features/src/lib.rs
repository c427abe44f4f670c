//! Interval series, service measures, calendars and as-of feature matrices from a call log.

mod calendar;
mod event;
mod holiday;
mod hours;
mod series;
