//! Tests of the Avaya formats, through the public API.

#[cfg(test)]
mod call_history;
#[cfg(test)]
mod call_history_any_bytes;
#[cfg(test)]
mod call_history_traps;
#[cfg(test)]
mod cm;
#[cfg(test)]
mod cm_any_bytes;
#[cfg(test)]
mod cm_traps;
#[cfg(test)]
mod ip_office;
#[cfg(test)]
mod ip_office_any_bytes;
#[cfg(test)]
mod ip_office_traps;
