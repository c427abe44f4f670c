//! The calendar of each instance, compiled for the log's span.

use rustc_hash::FxHashMap;

use crate::{ActivityInstances, WorkingCalendars, WorkingHours, WorkingTime};

/// The working time of each instance's resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendars {
    times: Vec<WorkingTime>,
    /// For each instance its calendar; none where everyone works around the clock.
    of: Vec<u32>,
}

impl Calendars {
    pub(super) fn of(instances: &ActivityInstances, calendars: Option<&WorkingCalendars>) -> Self {
        let (Some(calendars), Some((from, to))) = (calendars, instances.log_span()) else {
            return Self::default();
        };
        let mut hours: Vec<&WorkingHours> = Vec::new();
        let mut known: FxHashMap<(Option<u32>, Option<u32>), u32> = FxHashMap::default();
        let mut of = Vec::with_capacity(instances.instances().len());
        for it in instances.instances() {
            let key = (it.resource, it.group);
            let place = *known.entry(key).or_insert_with(|| {
                let resource = it.resource.and_then(|by| instances.resources().get(by));
                let group = it.group.and_then(|by| instances.groups().get(by));
                let own = calendars.hours(resource, group);
                let place =
                    hours.iter().position(|it| std::ptr::eq(*it, own)).unwrap_or_else(|| {
                        hours.push(own);
                        hours.len() - 1
                    });
                u32::try_from(place).unwrap_or(u32::MAX)
            });
            of.push(place);
        }
        let times = hours.into_iter().map(|it| it.compiled(from, to)).collect();
        Self { times, of }
    }

    /// How much of a stretch the resource of an instance works. Unit: microseconds.
    pub(super) fn worked_micros(&self, instance: usize, from: i64, to: i64) -> i64 {
        let time = self.of.get(instance).and_then(|it| self.times.get(*it as usize));
        time.map_or(to - from, |it| it.between_micros(from, to))
    }
}
