//! Tests through the public API.

#[cfg(test)]
mod contact_center_any_bytes;
#[cfg(test)]
mod cucm;
#[cfg(test)]
mod cucm_any_bytes;
#[cfg(test)]
mod cucm_traps;
#[cfg(test)]
mod ucce;
#[cfg(test)]
mod ucce_traps;
#[cfg(test)]
mod uccx;
#[cfg(test)]
mod uccx_traps;
