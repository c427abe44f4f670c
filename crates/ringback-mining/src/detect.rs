//! Patterns by which cases lose time: what was found, in which cases, how many hours, and how sure.

mod contacts;
mod drift;
mod durations;
mod fence;
mod finding;
mod hands;
mod levels;
mod loops;
mod noise;
mod pattern;
mod report;
mod returns;
mod roles;
mod route;
mod seen;
mod settings;
mod slips;
mod touches;
mod values;

use ringback_eventlog::EventLog;

use crate::Error;

pub use contacts::{FirstContact, first_contact};
pub use finding::{Evidence, Finding, Findings, Part, Place};
pub use pattern::{Description, Pattern};
pub use returns::{Missing, Returns, count_level_returns, count_returns};
pub use roles::LogRoles;
pub(crate) use seen::{CaseValues, Seen};
pub(crate) use settings::check_level;
pub use settings::{CaseEnds, Detectors};
pub(crate) use values::midranks;

/// Looks for patterns by which cases lose time: by the clock on the wall, or in working time where the settings say so.
///
/// Each pattern is tested at each place where it could be, against slips and chance, and the findings are those that
/// stand with the false discovery rate of the settings over all of these tests. They are ranked by excess time.
///
/// A log may be too small to tell whether one label in a hundred is a slip. Then a finding must also stand where what may be a
/// slip is read as one; the others are in [`Findings::may_be_slips`].
///
/// # Errors
///
/// [`Error::Setting`] for a setting out of its range; [`Error::Lacking`] for a column that the settings name and the log
/// does not have.
///
/// # Example
///
/// ```
/// use ringback_eventlog::{EventLogBuilder, ValueKind};
/// use ringback_mining::{Detectors, Pattern, detect};
///
/// let mut log = EventLogBuilder::default();
/// let group = log.column("org:group", ValueKind::Text);
/// for ticket in 0..200 {
///     let case = log.case(&format!("T-{ticket}"));
///     let path = if ticket % 10 == 0 { "ABABA" } else { "AB" };
///     for (hour, at) in path.chars().zip(0..) {
///         log.event(case, "In Progress", (ticket * 24 + at) * 3_600_000_000);
///         log.set(group, &hour.to_string());
///     }
/// }
/// let found = detect(&log.build(), &Detectors::default().only(&[Pattern::PingPong]))?;
/// assert_eq!(found.findings.len(), 1);
/// assert_eq!((found.findings[0].cases, found.findings[0].hours), (20, 60.0));
/// # Ok::<(), ringback_mining::Error>(())
/// ```
pub fn detect(log: &EventLog, settings: &Detectors) -> Result<Findings, Error> {
    settings.check()?;
    let (mut found, are_doubted) = detect_once(log, settings)?;
    if are_doubted && settings.false_discovery_rate < 1.0 && !found.findings.is_empty() {
        let (mended, _) = detect_once(log, &settings.clone().label_noise(noise::DOUBTED_SHARE))?;
        let stands = |it: &Finding| {
            mended
                .findings
                .iter()
                .any(|other| other.pattern == it.pattern && other.place == it.place)
        };
        let (sure, doubted): (Vec<_>, Vec<_>) = found.findings.into_iter().partition(stands);
        found.findings = sure;
        found.may_be_slips = doubted.into_iter().map(|it| (it.pattern, it.place)).collect();
    }
    Ok(found)
}

/// The findings, and whether slips may be behind them that do not show.
fn detect_once(log: &EventLog, settings: &Detectors) -> Result<(Findings, bool), Error> {
    let seen = Seen::of(log, settings)?;
    let mut candidates = Vec::new();
    for pattern in Pattern::ALL {
        if settings.patterns.contains(&pattern) && seen.lacks(pattern).is_none() {
            candidates.extend(candidates_of(&seen, pattern));
        }
    }
    Ok((report::report(&seen, candidates), seen.slips.are_doubted))
}

fn candidates_of(seen: &Seen<'_>, pattern: Pattern) -> Vec<report::Candidate> {
    match pattern {
        Pattern::PingPong => hands::ping_pong(seen),
        Pattern::HandBack => hands::hand_back(seen),
        Pattern::Misrouting => hands::misrouting(seen),
        Pattern::TransferLoop => hands::transfer_loop(seen),
        Pattern::WaitingLoop => loops::waiting_loop(seen),
        Pattern::Reopening => loops::reopening(seen),
        Pattern::Rework => loops::rework(seen),
        Pattern::HoldLoop => loops::hold_loop(seen),
        Pattern::RepeatingPattern => route::repeating(seen),
        Pattern::ExtraStep => route::extra_step(seen),
        Pattern::ExtremeRepetition => touches::extreme_repetition(seen),
        Pattern::ExtremeTouches => touches::extreme_touches(seen),
        Pattern::HighTouches => touches::high_touches(seen),
        Pattern::DuplicateWork => contacts::duplicate_work(seen),
        Pattern::DuplicateCase => contacts::duplicate_case(seen),
        Pattern::RepeatContact => contacts::repeat_contact(seen),
        Pattern::OverEngineered => levels::over_engineered(seen),
        Pattern::Escalation => levels::escalation(seen),
        Pattern::SlowStay => durations::slow_stay(seen),
        Pattern::SlowTransition => durations::slow_transition(seen),
        Pattern::ExtremeStay => durations::extreme_stay(seen),
        Pattern::ExtremeTransition => durations::extreme_transition(seen),
        Pattern::Drift => drift::drift(seen),
    }
}
