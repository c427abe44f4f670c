//! Tests of the crate through its public API.

#[cfg(test)]
mod announce;
#[cfg(test)]
mod book;
#[cfg(test)]
mod caps;
#[cfg(test)]
mod choose;
#[cfg(test)]
mod decision;
#[cfg(test)]
mod fallback;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod load;
#[cfg(test)]
mod offer;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod preference;
#[cfg(test)]
mod replan;
#[cfg(test)]
mod request;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod rollout;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod rules_hold;
#[cfg(test)]
mod table;
