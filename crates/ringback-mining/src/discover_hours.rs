//! Working hours learned from a log: when each resource starts and ends work.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Weekday};
use ringback_calllog::Zone;

use crate::{ActivityInstances, Error, Shift, WorkingCalendars, WorkingHours};

/// How working hours are learned.
///
/// # Example
///
/// ```
/// use ringback_mining::DiscoverOptions;
///
/// let options = DiscoverOptions::new("Europe/Berlin".parse()?).granule_minutes(60)?.min_confidence(0.2)?;
/// assert!(options.granule_minutes(7).is_err(), "a day has no whole number of 7 minutes");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscoverOptions {
    zone: Zone,
    granule_minutes: u32,
    min_confidence: f64,
    min_support: f64,
    min_participation: f64,
}

impl DiscoverOptions {
    /// The settings of \[`Lashkevich2023`\], in a zone: granules of 15 minutes, a confidence of 0.1, a support of 0.7
    /// and a participation of 0.0001.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            granule_minutes: 15,
            min_confidence: 0.1,
            min_support: 0.7,
            min_participation: 0.0001,
        }
    }

    /// The length of a granule, by default 15 minutes. Range: `1..=1440`, a divisor of 1440.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for any other.
    pub fn granule_minutes(mut self, minutes: u32) -> Result<Self, Error> {
        if minutes == 0 || !1440_u32.is_multiple_of(minutes) {
            let (setting, expected) = ("granule_minutes", "a divisor of 1440");
            return Err(Error::Setting { setting, found: minutes.to_string(), expected });
        }
        self.granule_minutes = minutes;
        Ok(self)
    }

    /// The least confidence of a granule: in which share of the weeks in which the resource works on that weekday it
    /// starts or ends work in the granule. By default 0.1. Range: `0.0..=1.0`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] outside the range.
    pub fn min_confidence(mut self, share: f64) -> Result<Self, Error> {
        self.min_confidence = checked("min_confidence", share)?;
        Ok(self)
    }

    /// The least share of a resource's starts and ends that its hours contain: granules below the confidence are added,
    /// those with the highest first, until they do. By default 0.7. Range: `0.0..=1.0`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] outside the range.
    pub fn min_support(mut self, share: f64) -> Result<Self, Error> {
        self.min_support = checked("min_support", share)?;
        Ok(self)
    }

    /// The least share of the log's starts and ends that a resource needs for hours of its own; others go by the
    /// site's. By default 0.0001. Range: `0.0..=1.0`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] outside the range.
    pub fn min_participation(mut self, share: f64) -> Result<Self, Error> {
        self.min_participation = checked("min_participation", share)?;
        Ok(self)
    }
}

fn checked(setting: &'static str, share: f64) -> Result<f64, Error> {
    let expected = "a share from 0 to 1";
    let is_share = (0.0..=1.0).contains(&share);
    if is_share {
        Ok(share)
    } else {
        Err(Error::Setting { setting, found: share.to_string(), expected })
    }
}

/// Working hours learned from a log, and how well they fit it.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscoveredHours {
    /// The hours of each resource, and those of all resources together as the site's.
    pub calendars: WorkingCalendars,
    /// How many starts and ends there are.
    pub stamps: u64,
    /// Of them those that the resource's own hours contain.
    pub supported: u64,
    /// How many resources have hours of their own.
    pub resources: usize,
    /// How many resources do too little for hours of their own.
    pub resources_without: usize,
}

impl DiscoveredHours {
    /// The share of starts and ends that the hours contain; `None` without any. Range: `0.0..=1.0`.
    pub fn support(&self) -> Option<f64> {
        (self.stamps > 0).then(|| self.supported as f64 / self.stamps as f64)
    }
}

/// Learns working hours from when work starts and ends.
///
/// The week is cut into granules. A granule's confidence is the number of dates on which the resource starts or ends
/// work in it, over the number of dates of that weekday on which it does so at all. Granules at or above the least
/// confidence are hours of work; if they contain too few of the starts and ends, more are added by falling
/// confidence, ties by their place in the week. The site's hours are learned likewise from all work, that without a
/// resource too.
///
/// The hours say when a resource was seen, not when it was there: overtime looks like hours, a day off like a day
/// without work, and long work like a gap between its start and its end. Give a roster where there is one.
///
/// # Source
///
/// Granules, confidence and support as in \[`LopezPintado2023`\].
pub fn discover_hours(instances: &ActivityInstances, options: &DiscoverOptions) -> DiscoveredHours {
    let mut site = Seen::default();
    let mut seen: Vec<Seen> = Vec::new();
    seen.resize_with(instances.resources().len(), Seen::default);
    for it in instances.instances() {
        for at in [it.start_micros, it.end_micros] {
            let Some(at) = DateTime::from_timestamp_micros(at) else { continue };
            let local = options.zone.local(at);
            let granule = (local.hour() * 60 + local.minute()) / options.granule_minutes;
            site.add(local.date(), granule);
            if let Some(own) = it.resource.and_then(|by| seen.get_mut(by as usize)) {
                own.add(local.date(), granule);
            }
        }
    }
    let (site_hours, site_support) = site.hours(options);
    let mut found = DiscoveredHours {
        calendars: WorkingCalendars::new(site_hours.clone()),
        stamps: site.stamps(),
        supported: 0,
        resources: 0,
        resources_without: 0,
    };
    let mut own_stamps = 0;
    for (name, own) in instances.resources().iter().zip(&mut seen) {
        if own.stamps() == 0
            || (own.stamps() as f64) < options.min_participation * site.stamps() as f64
        {
            found.resources_without += usize::from(own.stamps() > 0);
            continue;
        }
        let (hours, supported) = own.hours(options);
        found.supported += supported;
        own_stamps += own.stamps();
        found.resources += 1;
        found.calendars = found.calendars.resource(name, hours);
    }
    if own_stamps == 0 {
        found.supported = site_support;
    } else if own_stamps < site.stamps() {
        // The rest goes by the site's hours: those stamps are looked up one by one.
        found.supported += rest_supported(instances, &found.calendars, &site_hours, options);
    }
    found
}

/// How many starts and ends of work without hours of its own the site's hours contain.
fn rest_supported(
    instances: &ActivityInstances,
    calendars: &WorkingCalendars,
    site: &WorkingHours,
    options: &DiscoverOptions,
) -> u64 {
    let mut supported = 0;
    for it in instances.instances() {
        let name = it.resource.and_then(|by| instances.resources().get(by));
        if !std::ptr::eq(calendars.hours(name, None), calendars.site()) {
            continue;
        }
        for at in [it.start_micros, it.end_micros] {
            let Some(at) = DateTime::from_timestamp_micros(at) else { continue };
            let local = options.zone.local(at);
            let secs = local.num_seconds_from_midnight();
            let shifts = site.shifts_of(local.weekday());
            supported +=
                u64::from(shifts.iter().any(|it| (it.from_secs()..it.to_secs()).contains(&secs)));
        }
    }
    supported
}

/// When a resource starts and ends work: weekday and granule, and the date in days since the year 1.
#[derive(Default)]
struct Seen(Vec<((u32, u32), i32)>);

/// A granule of the week: its confidence, weekday and place in the day, and stamps.
type Granule = (f64, (u32, u32), u64);

impl Seen {
    fn add(&mut self, date: NaiveDate, granule: u32) {
        let day = date.weekday().num_days_from_monday();
        self.0.push(((day, granule), date.num_days_from_ce()));
    }

    fn stamps(&self) -> u64 {
        self.0.len() as u64
    }

    /// The hours, and how many stamps they contain.
    fn hours(&mut self, options: &DiscoverOptions) -> (WorkingHours, u64) {
        let mut ranked = self.granules();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let (mut kept, mut supported) = (Vec::new(), 0);
        for (confidence, granule, stamps) in ranked {
            let is_enough = supported as f64 >= options.min_support * self.stamps() as f64;
            if confidence < options.min_confidence && is_enough {
                break;
            }
            kept.push(granule);
            supported += stamps;
        }
        kept.sort_unstable();
        (hours(&kept, options), supported)
    }

    /// The granules of the week with their confidence.
    fn granules(&mut self) -> Vec<Granule> {
        self.0.sort_unstable();
        let mut dates: Vec<(u32, i32)> = self.0.iter().map(|it| (it.0.0, it.1)).collect();
        dates.sort_unstable();
        dates.dedup();
        let mut of_day = [0_u32; 7];
        for (day, _) in dates {
            if let Some(count) = of_day.get_mut(day as usize) {
                *count += 1;
            }
        }
        let mut found = Vec::new();
        for same in self.0.chunk_by(|a, b| a.0 == b.0) {
            let Some((granule, _)) = same.first() else { continue };
            let seen = same.chunk_by(|a, b| a.1 == b.1).count();
            let all = of_day.get(granule.0 as usize).map_or(1, |it| (*it).max(1));
            found.push((seen as f64 / f64::from(all), *granule, same.len() as u64));
        }
        found
    }
}

/// Granules in the order of the week as shifts, neighbors of a day as one.
fn hours(granules: &[(u32, u32)], options: &DiscoverOptions) -> WorkingHours {
    let mut hours = WorkingHours::new(options.zone);
    let secs = options.granule_minutes * 60;
    for run in granules.chunk_by(|a, b| a.0 == b.0 && a.1 + 1 == b.1) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let shift = Shift::new(first.1 * secs, (last.1 + 1) * secs);
        let weekday = u8::try_from(first.0).ok().and_then(|it| Weekday::try_from(it).ok());
        if let (Ok(shift), Some(weekday)) = (shift, weekday) {
            hours = hours.shift(weekday, shift);
        }
    }
    hours
}
