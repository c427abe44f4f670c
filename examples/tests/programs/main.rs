//! The programs as their users run them: flags in, files, text and an exit status out.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bottlenecks;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod forecast;
#[cfg(test)]
mod ingest;
#[cfg(test)]
mod overview;
#[cfg(test)]
mod page;
#[cfg(test)]
mod place;
#[cfg(test)]
mod reach;
#[cfg(test)]
mod vendors;
#[cfg(test)]
mod waits;
