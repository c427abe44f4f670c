//! Features of future intervals that cannot look ahead.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};

use crate::{Calendar, DayKind, Events, FeatureMatrix, IntervalLength, Series};

/// An interval to predict, and the instant at which it is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The instant of the prediction: its features use nothing that was not known by then. Not after
    /// `interval_start`.
    pub as_of: DateTime<Utc>,
    /// The start of the interval to predict, on the grid of the series; it may lie after the end of the series.
    pub interval_start: DateTime<Utc>,
}

/// Features of intervals to come, from the intervals of a series that had ended, the calendar, and the events that
/// were known.
///
/// Columns come in the order in which they were asked for. Whatever the series and the events hold after `as_of`, the
/// features are the same, bit by bit.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, Utc};
/// use ringback_features::{AsOfFeatures, Calendar, IntervalLength, Series, Target};
///
/// let monday: DateTime<Utc> = "2026-03-02T00:00:00Z".parse()?;
/// let series = Series::new(monday, IntervalLength::HOUR, vec![Some(5.0), None, Some(7.0), Some(99.0)])?;
/// let calendar = Calendar::plain(ringback_calllog::Zone::UTC);
/// let target = Target {
///     as_of: "2026-03-02T03:30:00Z".parse()?, // the hour with 99 calls has not ended
///     interval_start: "2026-03-02T04:00:00Z".parse()?,
/// };
///
/// let matrix = AsOfFeatures::new(&series, &calendar).lag(1).lag(2).mean_of_last(3).matrix(&[target])?;
/// assert_eq!(matrix.names(), ["lag_1", "lag_2", "mean_last_3"]);
/// assert_eq!(matrix.values()[0], 7.0);
/// assert!(matrix.values()[1].is_nan()); // missing, not zero
/// assert_eq!(matrix.values()[2], 6.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AsOfFeatures<'a> {
    series: &'a Series,
    calendar: &'a Calendar,
    known_after: TimeDelta,
    features: Vec<Feature<'a>>,
}

#[derive(Clone, Debug)]
enum Feature<'a> {
    Lag(usize),
    SameSlotWeeksAgo(usize),
    MeanOfLast(usize),
    MeanSameSlot(usize),
    Calendar,
    Events(&'a Events),
    EventsOfKind(&'a Events, String),
}

/// The columns of [`AsOfFeatures::calendar`].
const CALENDAR_NAMES: [&str; 10] = [
    "horizon",
    "slot",
    "weekday",
    "day_of_month",
    "month",
    "is_holiday",
    "is_weekend",
    "is_bridge_day",
    "is_day_after_holiday",
    "is_day_before_holiday",
];

impl<'a> AsOfFeatures<'a> {
    /// No feature yet, of a series in the zone of a calendar.
    pub fn new(series: &'a Series, calendar: &'a Calendar) -> Self {
        Self { series, calendar, known_after: TimeDelta::zero(), features: Vec::new() }
    }

    /// Sets how long after its end the value of an interval is known; a negative time is an error. Default: at once,
    /// which is right for what is counted as it happens, such as calls entering a queue. What is counted when a call
    /// ends but belongs to the interval in which it came (answered, abandoned, talk) needs the time that calls
    /// last, or it looks ahead.
    #[must_use]
    pub fn known_after(self, known_after: TimeDelta) -> Self {
        Self { known_after, ..self }
    }

    /// Adds `lag_N`: the value of the Nth interval counted back from the last one known, which is 1.
    #[must_use]
    pub fn lag(self, n: usize) -> Self {
        self.with(Feature::Lag(n))
    }

    /// Adds `same_slot_Nw_ago`: the value at the same time of the day N weeks before the target; absent where that was
    /// not known yet, and where the clock skipped that time. Of a time that the clock showed twice, the first.
    #[must_use]
    pub fn same_slot_weeks_ago(self, n: usize) -> Self {
        self.with(Feature::SameSlotWeeksAgo(n))
    }

    /// Adds `mean_last_N`: the mean of those of the last N known intervals that are not missing.
    #[must_use]
    pub fn mean_of_last(self, n: usize) -> Self {
        self.with(Feature::MeanOfLast(n))
    }

    /// Adds `mean_same_slot_Nw`: the mean of [`same_slot_weeks_ago`](Self::same_slot_weeks_ago) over 1 to N weeks,
    /// without those that are absent.
    #[must_use]
    pub fn mean_same_slot(self, n: usize) -> Self {
        self.with(Feature::MeanSameSlot(n))
    }

    /// Adds what the calendar says of the target: `horizon` (intervals from `as_of` to the target's start, not always
    /// whole), `slot` (of the civil day, from 0), `weekday` (0 is Monday), `day_of_month`, `month`, and 0 or 1 in
    /// `is_holiday`, `is_weekend`, `is_bridge_day`, `is_day_after_holiday`, `is_day_before_holiday`.
    ///
    /// Holidays and closing days count as known at all times, and so must only be ones that were planned.
    #[must_use]
    pub fn calendar(self) -> Self {
        self.with(Feature::Calendar)
    }

    /// Adds `events`: how many events overlap the target, of those that were known. An event counts with its whole
    /// length from the instant at which it was known.
    #[must_use]
    pub fn events(self, events: &'a Events) -> Self {
        self.with(Feature::Events(events))
    }

    /// Adds `events_KIND`: as [`events`](Self::events), of one label. Labels are named one by one, since columns made
    /// of the labels at hand would tell of events to come.
    #[must_use]
    pub fn events_of_kind(self, events: &'a Events, kind: impl Into<String>) -> Self {
        self.with(Feature::EventsOfKind(events, kind.into()))
    }

    fn with(mut self, feature: Feature<'a>) -> Self {
        self.features.push(feature);
        self
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for feature in &self.features {
            match feature {
                Feature::Lag(n) => names.push(format!("lag_{n}")),
                Feature::SameSlotWeeksAgo(n) => names.push(format!("same_slot_{n}w_ago")),
                Feature::MeanOfLast(n) => names.push(format!("mean_last_{n}")),
                Feature::MeanSameSlot(n) => names.push(format!("mean_same_slot_{n}w")),
                Feature::Calendar => names.extend(CALENDAR_NAMES.map(str::to_owned)),
                Feature::Events(_) => names.push("events".to_owned()),
                Feature::EventsOfKind(_, kind) => names.push(format!("events_{kind}")),
            }
        }
        names
    }

    /// The features of the targets, a row each.
    ///
    /// # Errors
    ///
    /// [`AsOfError::NothingKnown`] for a target as of before the first interval was known;
    /// [`AsOfError::BeforeSeries`] and [`AsOfError::OffGrid`] for one that is no interval of the series or after it;
    /// [`AsOfError::AlreadyBegun`] for one that began before its `as_of`; [`AsOfError::NoFeatures`],
    /// [`AsOfError::DuplicateFeature`], [`AsOfError::CountZero`] and [`AsOfError::KnownTooEarly`] for features that
    /// make no matrix.
    pub fn matrix(&self, targets: &[Target]) -> Result<FeatureMatrix, AsOfError> {
        let names = self.names();
        self.check(&names)?;
        let mut values = Vec::with_capacity(names.len().saturating_mul(targets.len()));
        for &target in targets {
            let known = self.known(target)?;
            for feature in &self.features {
                self.push(feature, &known, &mut values);
            }
        }
        Ok(FeatureMatrix::filled(names, targets.len(), values))
    }

    fn check(&self, names: &[String]) -> Result<(), AsOfError> {
        if self.known_after < TimeDelta::zero() {
            return Err(AsOfError::KnownTooEarly { known_after: self.known_after });
        }
        if names.is_empty() {
            return Err(AsOfError::NoFeatures);
        }
        for feature in &self.features {
            if let Feature::Lag(0)
            | Feature::SameSlotWeeksAgo(0)
            | Feature::MeanOfLast(0)
            | Feature::MeanSameSlot(0) = feature
            {
                return Err(AsOfError::CountZero);
            }
        }
        let mut seen = BTreeSet::new();
        match names.iter().find(|&name| !seen.insert(name)) {
            Some(name) => Err(AsOfError::DuplicateFeature { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// Checks a target, and finds how much of the series was known.
    fn known(&self, target: Target) -> Result<Known, AsOfError> {
        let Target { as_of, interval_start } = target;
        let (start, interval) = (self.series.start(), self.series.interval());
        if interval_start < start {
            return Err(AsOfError::BeforeSeries { interval_start, start });
        }
        let elapsed = interval_start - start;
        let is_on_grid = elapsed.num_seconds() % i64::from(interval.secs()) == 0;
        if !is_on_grid || elapsed.subsec_nanos() != 0 {
            return Err(AsOfError::OffGrid { interval_start, start, interval });
        }
        if as_of > interval_start {
            return Err(AsOfError::AlreadyBegun { as_of, interval_start });
        }
        let values_as_of = as_of.checked_sub_signed(self.known_after);
        let ended = values_as_of.map_or(0, |at| intervals_ended(self.series, at));
        if ended == 0 {
            return Err(AsOfError::NothingKnown { as_of, start, interval });
        }
        Ok(Known { target, ended })
    }

    fn push(&self, feature: &Feature<'_>, known: &Known, values: &mut Vec<f64>) {
        match feature {
            Feature::Lag(n) => values.push(self.lagged(known, *n).unwrap_or(f64::NAN)),
            Feature::SameSlotWeeksAgo(n) => {
                values.push(self.weeks_ago(known, *n).unwrap_or(f64::NAN));
            }
            Feature::MeanOfLast(n) => {
                let indices = (1..=*n).map_while(|n| known.back(n));
                values.push(mean(indices.filter_map(|at| self.series.value(at))));
            }
            Feature::MeanSameSlot(n) => {
                let weeks = 1..=(*n).min(self.weeks_since_start(known.target));
                values.push(mean(weeks.filter_map(|n| self.weeks_ago(known, n))));
            }
            Feature::Calendar => values.extend(self.calendar_values(known.target)),
            Feature::Events(events) => values.push(self.overlapping(events, None, known.target)),
            Feature::EventsOfKind(events, kind) => {
                values.push(self.overlapping(events, Some(kind), known.target));
            }
        }
    }

    fn lagged(&self, known: &Known, n: usize) -> Option<f64> {
        self.series.value(known.back(n)?)
    }

    fn weeks_ago(&self, known: &Known, weeks: usize) -> Option<f64> {
        let (interval, zone) = (self.series.interval(), self.calendar.zone());
        let half = interval.delta() / 2;
        let days = TimeDelta::try_weeks(i64::try_from(weeks).ok()?)?;
        let middle = zone.local(known.target.interval_start.checked_add_signed(half)?);
        let then = zone.at_or_after(middle.checked_sub_signed(days)?);
        let at = self.series.index_of(then).filter(|&at| at < known.ended)?;
        // Where the clock skipped that time, the instant found is at another one.
        let slot = interval.civil_slot(known.target.interval_start, zone);
        let found = interval.civil_slot(self.series.at(at), zone);
        let is_same =
            found.slot == slot.slot && slot.date.checked_sub_signed(days) == Some(found.date);
        self.series.value(at).filter(|_| is_same)
    }

    /// The weeks between the start of the series and a target, a begun one counted whole.
    fn weeks_since_start(&self, target: Target) -> usize {
        let elapsed = target.interval_start - self.series.start();
        usize::try_from(elapsed.num_weeks() + 1).unwrap_or(0)
    }

    fn calendar_values(&self, target: Target) -> [f64; 10] {
        let interval = self.series.interval();
        let civil = interval.civil_slot(target.interval_start, self.calendar.zone());
        let day = self.calendar.day(civil.date);
        let ahead = target.interval_start - target.as_of;
        let flag = |is: bool| f64::from(u8::from(is));
        [
            ahead.as_seconds_f64() / f64::from(interval.secs()),
            civil.slot as f64,
            f64::from(weekday_number(day.weekday())),
            f64::from(civil.date.day()),
            f64::from(civil.date.month()),
            flag(day.is_holiday()),
            flag(day.is_weekend()),
            flag(day.kind() == DayKind::Bridge),
            flag(day.is_day_after_holiday()),
            flag(day.is_day_before_holiday()),
        ]
    }

    fn overlapping(&self, events: &Events, kind: Option<&str>, target: Target) -> f64 {
        let starts_at = target.interval_start;
        let ends_at = starts_at
            .checked_add_signed(self.series.interval().delta())
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let overlaps = events.known_as_of(target.as_of).filter(|event| {
            event.starts_at() < ends_at
                && starts_at < event.ends_at()
                && (kind.is_none() || event.kind() == kind)
        });
        overlaps.count() as f64
    }
}

/// How much was known for a target.
struct Known {
    target: Target,
    /// How many intervals of the series had ended; at least 1.
    ended: usize,
}

impl Known {
    /// The index of the nth known interval from the end; `None` before the series.
    fn back(&self, n: usize) -> Option<usize> {
        self.ended.checked_sub(n)
    }
}

/// Intervals that had ended by `at`, those after the end of the series included: what is not there is absent.
fn intervals_ended(series: &Series, at: DateTime<Utc>) -> usize {
    let elapsed = at.signed_duration_since(series.start()).num_seconds();
    usize::try_from(elapsed.div_euclid(series.interval().secs().into())).unwrap_or(0)
}

/// The mean; NaN of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    if n == 0 { f64::NAN } else { sum / f64::from(n) }
}

fn weekday_number(weekday: Weekday) -> u32 {
    weekday.num_days_from_monday()
}

/// Why there is no feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AsOfError {
    /// No feature was asked for.
    #[error("no feature, expected at least one")]
    NoFeatures,
    /// A feature was asked for twice.
    #[error("feature {name:?} was asked for twice, expected each once")]
    DuplicateFeature {
        /// Its column.
        name: String,
    },
    /// A lag, or a number of weeks or intervals, is 0.
    #[error("a feature counts back 0 intervals or weeks, expected at least 1")]
    CountZero,
    /// The values would be known before their intervals end.
    #[error("values known {} s after their interval, expected at least 0 s", known_after.num_seconds())]
    KnownTooEarly {
        /// What was set.
        known_after: TimeDelta,
    },
    /// The target lies before the series.
    #[error("target at {interval_start} is before the series, expected {start} or later")]
    BeforeSeries {
        /// The target.
        interval_start: DateTime<Utc>,
        /// The start of the series.
        start: DateTime<Utc>,
    },
    /// The target is not on the grid of the series.
    #[error(
        "target at {interval_start} is off the grid, expected {start} plus a multiple of {interval}"
    )]
    OffGrid {
        /// The target.
        interval_start: DateTime<Utc>,
        /// The start of the series.
        start: DateTime<Utc>,
        /// The grid's spacing.
        interval: IntervalLength,
    },
    /// The target had begun, so that a part of its own value could be seen.
    #[error("target at {interval_start} is predicted as of {as_of}, expected its start or earlier")]
    AlreadyBegun {
        /// The instant of the prediction.
        as_of: DateTime<Utc>,
        /// The target.
        interval_start: DateTime<Utc>,
    },
    /// No interval was known.
    #[error(
        "no interval was known as of {as_of}, expected at least one of {interval} from {start} on"
    )]
    NothingKnown {
        /// The instant of the prediction.
        as_of: DateTime<Utc>,
        /// The start of the series.
        start: DateTime<Utc>,
        /// The grid's spacing.
        interval: IntervalLength,
    },
}
