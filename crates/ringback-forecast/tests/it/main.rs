//! Tests of the crate through its public API.

#[cfg(test)]
mod backtest;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod calendar_audit;
#[cfg(test)]
mod cold_start;
mod concordance;
#[cfg(test)]
mod erlang;
#[cfg(test)]
mod intraday;
#[cfg(test)]
mod live;
#[cfg(test)]
mod odd_numbers;
#[cfg(test)]
mod patience;
#[cfg(test)]
mod pooled;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod score;
#[cfg(test)]
mod service_time;
#[cfg(test)]
mod staffing;
#[cfg(test)]
mod surge;
#[cfg(test)]
mod time_varying;
#[cfg(test)]
mod volume;
#[cfg(test)]
mod volume_auto;
#[cfg(test)]
mod volume_bank;
#[cfg(test)]
mod volume_calendar;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod wait_outlook;
