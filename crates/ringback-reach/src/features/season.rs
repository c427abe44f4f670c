//! Season and holidays, in the customer's own zone.

use std::f64::consts::TAU;

use chrono::{DateTime, Datelike, Days, Utc};
use ringback_calllog::Zone;
use ringback_features::{Calendar, Country};
use serde::{Deserialize, Serialize};

use crate::history::Moment;

/// What the day of a moment is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DayFacts {
    pub(crate) sin: f64,
    pub(crate) cos: f64,
    /// 1 on a holiday, else 0.
    pub(crate) holiday: f64,
    /// 1 on the day before or after one, else 0.
    pub(crate) beside_holiday: f64,
}

/// The public holidays by zone, and whether the log is long enough to tell seasons.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(crate) struct Seasons {
    calendars: Vec<(Zone, Calendar)>,
    /// Whether the log spans all seasons: in a shorter one, a season cannot be told from a trend.
    pub(crate) knows_seasons: bool,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    countries: Vec<(Zone, String)>,
    knows_seasons: bool,
}

impl From<Saved> for Seasons {
    fn from(saved: Saved) -> Self {
        let mut seasons = Self { calendars: Vec::new(), knows_seasons: saved.knows_seasons };
        for (zone, code) in saved.countries {
            if let Ok(country) = code.parse() {
                seasons.add(zone, country);
            }
        }
        seasons
    }
}

impl From<Seasons> for Saved {
    fn from(seasons: Seasons) -> Self {
        let code = |it: &Calendar| it.country().map(|it| it.code().to_owned());
        let countries =
            seasons.calendars.iter().filter_map(|(zone, it)| Some((*zone, code(it)?))).collect();
        Self { countries, knows_seasons: seasons.knows_seasons }
    }
}

impl Seasons {
    pub(crate) fn add(&mut self, zone: Zone, country: Country) {
        self.calendars.retain(|it| it.0 != zone);
        self.calendars.push((zone, Calendar::new(country, zone)));
    }

    pub(crate) fn of(&self, moment: Moment, zone: Zone) -> DayFacts {
        let mut facts = DayFacts::default();
        let calendar = self.calendars.iter().find(|it| it.0 == zone);
        if calendar.is_none() && !self.knows_seasons {
            return facts;
        }
        let Some(at) = DateTime::<Utc>::from_timestamp(moment.secs, 0) else { return facts };
        let date = zone.date(at);
        if self.knows_seasons {
            let turn = TAU * f64::from(date.ordinal0()) / 365.25;
            (facts.sin, facts.cos) = turn.sin_cos();
        }
        if let Some((_, calendar)) = calendar {
            let is_holiday = calendar.holiday(date).is_some();
            facts.holiday = f64::from(u8::from(is_holiday));
            let beside = [date.pred_opt(), date.checked_add_days(Days::new(1))];
            let is_beside = beside.into_iter().flatten().any(|it| calendar.holiday(it).is_some());
            facts.beside_holiday = f64::from(u8::from(!is_holiday && is_beside));
        }
        facts
    }
}
