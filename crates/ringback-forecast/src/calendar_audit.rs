//! The calendar behind bare counts: which days are missing, which are holidays, and what it costs not to know.

mod cost;
mod days;
mod lattice;
mod search;
mod text;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use ringback_calllog::Zone;
use ringback_features::{Country, IntervalLength, Series, SeriesError, holidays};
use serde::Serialize;

use crate::error::Error;

use self::days::{Features, features};
use self::lattice::Grid;
use self::search::{Alignment, improve, search};

pub use cost::CalendarCost;

/// Weeks of days that an audit needs.
const NEEDED_WEEKS: usize = 6;

/// The most missing days looked for: one in eight days, and no more than this.
const MOST_MISSING: usize = 40;

/// A country must explain the series better than none by this log likelihood.
const COUNTRY_MARGIN: f64 = 3.0;

/// Countries within this log likelihood of the best are named besides it.
const RIVAL_MARGIN: f64 = 2.0;

/// A day is odd beyond so many robust standard deviations, and by at least this share.
const ODD_SDS: f64 = 4.0;
const ODD_SHARE: f64 = 0.1;

/// The posterior beyond which a day certainly lies before, or after, a gap.
const CERTAIN: f64 = 0.95;

/// The weeks that are tried: the weekdays that a series may have, Monday 0, from the first day of the working week, and
/// how rare such weeks are, a log prior. Weeks of as many days differ in their dates alone, so that the prior matters.
const WEEKS: [(&[u32], f64); 5] = [
    (&[0, 1, 2, 3, 4, 5, 6], 0.0),
    (&[0, 1, 2, 3, 4], 0.0),
    (&[0, 1, 2, 3, 4, 5], -2.0),
    (&[6, 0, 1, 2, 3], -5.0),
    (&[6, 0, 1, 2, 3, 4], -7.0),
];

/// Audits the calendar of a series of counts that has no dates but its first.
///
/// The series is days of equal length in order, closed days left out or not: only their number says where in the week
/// they lie, and each day that is missing without a trace shifts that by one. The audit
///
/// - tries which weekdays the series has (all seven; Monday to Friday or Saturday; Sunday to Thursday or Friday);
/// - finds the missing days, as the most likely path through a calendar in which a day may be left out at a price (a
///   holiday at a low one), each day likened to its weekday by its total and by the shape of the day; a day after a
///   gap may look like the first of a week;
/// - guesses the country whose holidays explain best what is missing or odd, and names them;
/// - measures what it costs to forecast without that.
///
/// It needs weekdays that differ. Gaps of whole weeks are not seen.
///
/// # Source
///
/// The path is Viterbi's, its uncertainty by the forward–backward recursions: Rabiner, "A tutorial on hidden Markov models",
/// *Proceedings of the IEEE* 77 (1989), 257–286. The model of days is this crate's own.
///
/// # Example
///
/// ```
/// use ringback_forecast::CalendarAudit;
///
/// // Weekdays from Monday 3 March 2003; Memorial Day, the 61st, is missing without a trace.
/// let weekday = [1.2, 1.05, 1.0, 0.95, 0.85];
/// let noise = |day: usize| 1.0 + ((day * 37) % 11) as f64 * 0.004;
/// let days = (0..80).filter(|&day| day != 60).map(|day| weekday[day % 5] * noise(day));
/// let counts: Vec<_> = days.flat_map(|level| (0..12).map(move |_| Some((100.0 * level).round()))).collect();
///
/// let found = CalendarAudit::new(12).run("2003-03-03".parse()?, &counts)?;
/// assert_eq!(found.gaps.len(), 1);
/// assert_eq!(found.gaps[0].missing[0].date.to_string(), "2003-05-26");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarAudit {
    slots_a_day: usize,
    weekdays: Option<Vec<Weekday>>,
    countries: Vec<Country>,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalendarFindings {
    /// The weekdays that the series has, Monday first.
    pub weekdays: Vec<Weekday>,
    /// The date of each day of the series.
    pub dates: Vec<NaiveDate>,
    /// Where days are missing, in order.
    pub gaps: Vec<MissingDays>,
    /// Days that are unlike their weekday, in order.
    pub odd_days: Vec<UnusualDay>,
    /// The country whose holidays explain best what is missing and odd; `None` where none does.
    pub country: Option<Country>,
    /// Other countries that explain it about as well.
    pub rivals: Vec<Country>,
    /// What it costs to ignore this; `None` where the series is too short to measure it.
    pub cost: Option<CalendarCost>,
    /// How much likelier the series is with the missing days than without any, a log likelihood ratio less the price
    /// of the gaps.
    pub evidence: f64,
    /// Intervals at the end that fill no day and are left off.
    pub left_over: usize,
    slots_a_day: usize,
    #[serde(skip)]
    counts: Vec<Option<f64>>,
}

/// Days that are missing between two days of the series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingDays {
    /// The last day of the series, by number, before the gap, where it most likely lies.
    pub after_index: usize,
    /// The missing days where they most likely lie.
    pub missing: Vec<NamedDay>,
    /// The first day that may be missing: everything earlier is certainly (95 %) in its place.
    pub earliest: NaiveDate,
    /// The last day that may be missing.
    pub latest: NaiveDate,
    /// Whether these days may also be missing one by one, with days of the series between them: weekdays that look
    /// alike do not tell. Never of a single day.
    pub may_be_apart: bool,
}

/// A date, and the holiday that it is in the country found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedDay {
    /// The date.
    pub date: NaiveDate,
    /// The holiday's name.
    pub holiday: Option<String>,
}

/// A day that is unlike its weekday.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnusualDay {
    /// Its number in the series.
    pub index: usize,
    /// Its date, and the holiday that it is.
    pub day: NamedDay,
    /// Its volume over what its weekday and the level around it say.
    pub ratio: f64,
}

impl CalendarAudit {
    /// An audit of a series with so many intervals a day: all that the series has of a day, not those of 24 hours.
    pub fn new(slots_a_day: usize) -> Self {
        Self { slots_a_day, weekdays: None, countries: Country::ALL.to_vec() }
    }

    /// Sets the weekdays that the series has. Default: found.
    #[must_use]
    pub fn weekdays(self, weekdays: impl IntoIterator<Item = Weekday>) -> Self {
        Self { weekdays: Some(weekdays.into_iter().collect()), ..self }
    }

    /// Sets the countries whose holidays may be meant. Default: all that are known.
    #[must_use]
    pub fn countries(self, countries: impl IntoIterator<Item = Country>) -> Self {
        Self { countries: countries.into_iter().collect(), ..self }
    }

    /// Runs the audit on counts whose first day is `start`; `None` where a count is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no interval a day; [`Error::TooFewDays`] for fewer than six weeks of days;
    /// [`Error::NotFinite`] for a count that is infinite, not a number or negative; [`Error::NoSuchWeek`] where `start` is
    /// none of the weekdays set.
    pub fn run(&self, start: NaiveDate, counts: &[Option<f64>]) -> Result<CalendarFindings, Error> {
        if self.slots_a_day == 0 {
            return Err(Error::Zero { what: "slots a day" });
        }
        for (index, value) in counts.iter().enumerate() {
            if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                return Err(Error::NotFinite { index, value });
            }
        }
        let features = features(counts, self.slots_a_day);
        let weeks = self.weeks(start);
        let longest = weeks.iter().map(|it| it.0.len()).min().unwrap_or(7);
        if features.len() < NEEDED_WEEKS * longest {
            let needed = NEEDED_WEEKS * longest;
            return Err(Error::TooFewDays { got: features.len(), needed });
        }
        let mut best: Option<Candidate> = None;
        for (week, prior) in weeks {
            let mut candidate = self.align(start, &week, &features);
            candidate.criterion += prior;
            let is_better = |best: &Candidate| candidate.criterion > best.criterion;
            if best.as_ref().is_none_or(is_better) {
                best = Some(candidate);
            }
        }
        let best = best.ok_or(Error::NoSuchWeek { start })?;
        Ok(self.findings(&best, &features, counts))
    }

    /// The weeks to try: those that have the first day.
    fn weeks(&self, start: NaiveDate) -> Vec<(Vec<u32>, f64)> {
        let weeks = match &self.weekdays {
            Some(weekdays) => {
                let mut week: Vec<u32> =
                    weekdays.iter().map(Weekday::num_days_from_monday).collect();
                week.sort_unstable();
                week.dedup();
                vec![(week, 0.0)]
            }
            None => WEEKS.iter().map(|(week, prior)| (week.to_vec(), *prior)).collect(),
        };
        let first = start.weekday().num_days_from_monday();
        weeks.into_iter().filter(|(week, _)| week.contains(&first)).collect()
    }

    /// The best alignment for a week, and the country that goes with it.
    fn align(&self, start: NaiveDate, week: &[u32], features: &Features) -> Candidate {
        let most = (features.len() / 8 + 4).min(MOST_MISSING);
        let dates = dates(start, week, features.len() + most + week.len() + 1);
        let grid = |country: Option<Country>| Grid {
            week: week.len(),
            first: place(week, start),
            week_begins: 0,
            holidays: dates.iter().map(|&date| name(country, date).is_some()).collect(),
            most,
        };
        let plain = grid(None);
        let found = search(features, &plain);
        let mut candidate = Candidate {
            criterion: f64::NEG_INFINITY,
            none: grid(None),
            grid: plain,
            alignment: found,
            country: None,
            rivals: Vec::new(),
            week: week.to_vec(),
            dates: dates.clone(),
        };
        let Some(base) = candidate.alignment.clone() else { return candidate };
        let mut scored: Vec<(Country, Grid, Alignment)> = Vec::new();
        let rests = |country: &Country| {
            let works = |day: &Weekday| week.contains(&day.num_days_from_monday());
            week.len() == 7 || !country.weekend().iter().all(works)
        };
        for country in self.countries.iter().copied().filter(rests) {
            let grid = grid(Some(country));
            let found = improve(features, &grid, base.weekdays.clone());
            scored.push((country, grid, found));
        }
        // A stable sort: of equal scores the country that stands first.
        scored.sort_by(|a, b| b.2.path.score.total_cmp(&a.2.path.score));
        let best = scored.first().map_or(f64::NEG_INFINITY, |it| it.2.path.score);
        if best > base.path.score + COUNTRY_MARGIN {
            let near = scored.iter().skip(1).filter(|it| best - it.2.path.score < RIVAL_MARGIN);
            candidate.rivals = near.map(|it| it.0).collect();
            if let Some((country, grid, alignment)) = scored.into_iter().next() {
                candidate.country = Some(country);
                candidate.grid = grid;
                candidate.alignment = Some(alignment);
            }
        }
        let score = candidate.alignment.as_ref().map_or(f64::NEG_INFINITY, |it| it.path.score);
        let means = (candidate.week.len() * days::FEATURES) as f64;
        candidate.criterion = score - 0.5 * means * (features.len() as f64).ln();
        candidate
    }

    fn findings(
        &self,
        candidate: &Candidate,
        features: &Features,
        counts: &[Option<f64>],
    ) -> CalendarFindings {
        let n = features.len();
        let named = |place: usize| NamedDay {
            date: candidate.dates[place],
            holiday: name(candidate.country, candidate.dates[place]),
        };
        let mut found = CalendarFindings {
            weekdays: candidate.week.iter().filter_map(|&day| weekday(day)).collect(),
            dates: candidate.dates[..n].to_vec(),
            gaps: Vec::new(),
            odd_days: Vec::new(),
            country: candidate.country,
            rivals: candidate.rivals.clone(),
            cost: None,
            evidence: 0.0,
            left_over: counts.len() - n * self.slots_a_day,
            slots_a_day: self.slots_a_day,
            counts: counts[..n * self.slots_a_day].to_vec(),
        };
        found.weekdays.sort_by_key(Weekday::num_days_from_monday);
        let Some(alignment) = &candidate.alignment else { return found };
        let shifts = &alignment.path.shifts;
        found.dates = (0..n).map(|day| candidate.dates[day + shifts[day]]).collect();
        let posterior = candidate.grid.posterior(features, &alignment.weekdays);
        for day in 1..n {
            let (from, to) = (shifts[day - 1], shifts[day]);
            if from < to {
                let (earliest, latest) = certain(&posterior, day, (from, to));
                found.gaps.push(MissingDays {
                    after_index: day - 1,
                    missing: (from..to).map(|shift| named(day + shift)).collect(),
                    earliest: candidate.dates[earliest + from + 1],
                    latest: candidate.dates[(latest + to).saturating_sub(1)],
                    may_be_apart: to - from > 1 && latest > earliest + 1,
                });
            }
        }
        found.odd_days = odd_days(features, alignment, &candidate.grid, named);
        let frozen = Grid { most: 0, ..candidate.none.clone() };
        let without = improve(features, &frozen, alignment.weekdays.clone());
        found.evidence = alignment.path.score - without.path.score;
        found.cost =
            cost::measure(&found.counts, self.slots_a_day, &found.dates, candidate.week.len());
        found
    }
}

/// A week with its alignment.
struct Candidate {
    criterion: f64,
    /// Without holidays.
    none: Grid,
    grid: Grid,
    alignment: Option<Alignment>,
    country: Option<Country>,
    rivals: Vec<Country>,
    week: Vec<u32>,
    dates: Vec<NaiveDate>,
}

impl CalendarFindings {
    /// The counts on their true dates, as a series that the volume models read: `opens` is the wall-clock time of the
    /// first interval of each day. Other intervals of a day that is in the series are closed (0); days that are missing
    /// are missing.
    ///
    /// # Errors
    ///
    /// [`SeriesError`] where the days are too many for a series.
    pub fn series(
        &self,
        zone: Zone,
        opens: NaiveTime,
        interval: IntervalLength,
    ) -> Result<Series, SeriesError> {
        let mut rows: Vec<(DateTime<Utc>, Option<f64>)> = Vec::new();
        for (date, day) in self.dates.iter().zip(self.counts.chunks_exact(self.slots_a_day)) {
            let midnight = zone.start_of_day(*date);
            let opens_at = zone.at_or_after(date.and_time(opens));
            let end = zone.start_of_day(date.succ_opt().unwrap_or(*date));
            let mut at = midnight;
            while at < end {
                let since = at.signed_duration_since(opens_at);
                let slot = since.num_minutes().div_euclid(interval.minutes().into());
                let value = match usize::try_from(slot).ok().and_then(|slot| day.get(slot)) {
                    Some(value) if since >= TimeDelta::zero() => *value,
                    _ => Some(0.0),
                };
                rows.push((at, value));
                at += interval.delta();
            }
        }
        Series::from_rows(interval, rows)
    }
}

/// The dates of a calendar that has these weekdays only.
fn dates(start: NaiveDate, week: &[u32], n: usize) -> Vec<NaiveDate> {
    let is_in = |date: &NaiveDate| week.contains(&date.weekday().num_days_from_monday());
    let mut dates: Vec<NaiveDate> = start.iter_days().filter(is_in).take(n).collect();
    // Only at the end of what chrono can represent.
    dates.resize(n, NaiveDate::MAX);
    dates
}

fn place(week: &[u32], date: NaiveDate) -> usize {
    let weekday = date.weekday().num_days_from_monday();
    week.iter().position(|&day| day == weekday).unwrap_or(0)
}

fn weekday(number: u32) -> Option<Weekday> {
    u8::try_from(number).ok().and_then(|number| Weekday::try_from(number).ok())
}

fn name(country: Option<Country>, date: NaiveDate) -> Option<String> {
    let year = holidays(country?, date.year()).ok()?;
    year.into_iter().find(|holiday| holiday.date == date).map(|it| it.name.into_owned())
}

/// The last day before a gap that certainly lies before it, and the first that certainly lies after it.
fn certain(posterior: &[Vec<f64>], day: usize, (from, to): (usize, usize)) -> (usize, usize) {
    let before = |it: usize| posterior[it].iter().take(from + 1).sum::<f64>();
    let after = |it: usize| posterior[it].iter().skip(to).sum::<f64>();
    let earliest = (0..day).rev().find(|&it| before(it) >= CERTAIN).unwrap_or(0);
    let latest = (day..posterior.len()).find(|&it| after(it) >= CERTAIN);
    (earliest, latest.unwrap_or(posterior.len() - 1))
}

fn odd_days(
    features: &Features,
    alignment: &Alignment,
    grid: &Grid,
    named: impl Fn(usize) -> NamedDay,
) -> Vec<UnusualDay> {
    let mut found = Vec::new();
    let weekdays = &alignment.weekdays;
    for (day, &shift) in alignment.path.shifts.iter().enumerate() {
        let Some(features) = &features[day] else { continue };
        let mean = weekdays.means[grid.weekday(day, shift)][0] + weekdays.levels[day][0];
        let residual = features[0] - mean;
        let ratio = residual.exp();
        if residual.abs() > ODD_SDS * weekdays.sds[0] && (ratio - 1.0).abs() > ODD_SHARE {
            found.push(UnusualDay { index: day, day: named(day + shift), ratio });
        }
    }
    found
}
