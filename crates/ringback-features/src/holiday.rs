//! Public holidays by rule.

mod computus;
mod hebrew;
mod rule;
mod table;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

pub use computus::easter_sunday;
pub use hebrew::rosh_hashanah;
use rule::Rule;

/// A country whose public holidays are known, and England and Wales.
///
/// The days are those on which the whole country rests by law. What a region, a church, a bank or a collective
/// agreement adds is the caller's to add: [`Calendar::add_holiday`](crate::Calendar::add_holiday).
///
/// # Example
///
/// ```
/// use ringback_features::Country;
///
/// let country: Country = "DK".parse()?;
/// assert_eq!(country, Country::Denmark);
/// assert_eq!(country.to_string(), "DK");
/// assert!("XX".parse::<Country>().is_err());
/// # Ok::<(), ringback_features::UnknownCountry>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Country {
    /// `DK`. Without Constitution Day, Christmas Eve and New Year's Eve, which are half days or agreed on.
    Denmark,
    /// `NO`. Without Sundays that are nothing else.
    Norway,
    /// `SE`. Without Sundays that are nothing else, and without the eves of Midsummer, Christmas and New Year.
    Sweden,
    /// `DE`. The days that all states keep; Repentance and Prayer Day up to 1994.
    Germany,
    /// `AT`.
    Austria,
    /// `CH`. The four days that all cantons keep.
    Switzerland,
    /// `NL`. Liberation Day in years that five divides.
    Netherlands,
    /// `GB`. The days that all parts of the United Kingdom keep, and the days given for those that fall on a
    /// weekend; so without Easter Monday and the bank holiday of August: see [`Country::EnglandAndWales`].
    UnitedKingdom,
    /// `GB-EAW`, the code of ISO 3166-2 for England and Wales: those of the United Kingdom, Easter Monday, and the
    /// last Monday of August.
    EnglandAndWales,
    /// `IE`. Without Good Friday.
    Ireland,
    /// `US`. The federal holidays, and the weekdays given for them.
    UnitedStates,
    /// `IL`. The days of rest and Independence Day; the eves and the middle days of a feast are working days.
    Israel,
    /// `FR`. Metropolitan France, without the two days more that Alsace and Moselle keep.
    France,
    /// `ES`. The days that the whole country keeps, from 2008 on. One that falls on a Sunday is not listed: each region
    /// then chooses whether to rest on another day.
    Spain,
    /// `IT`. Without Sundays that are nothing else, and without the days of the cities' patrons.
    Italy,
}

impl Country {
    /// All countries, in the order of the variants.
    pub const ALL: [Self; 15] = [
        Self::Denmark,
        Self::Norway,
        Self::Sweden,
        Self::Germany,
        Self::Austria,
        Self::Switzerland,
        Self::Netherlands,
        Self::UnitedKingdom,
        Self::EnglandAndWales,
        Self::Ireland,
        Self::UnitedStates,
        Self::Israel,
        Self::France,
        Self::Spain,
        Self::Italy,
    ];

    /// The code: two letters of ISO 3166-1, and `GB-EAW` of ISO 3166-2.
    pub fn code(self) -> &'static str {
        match self {
            Self::Denmark => "DK",
            Self::Norway => "NO",
            Self::Sweden => "SE",
            Self::Germany => "DE",
            Self::Austria => "AT",
            Self::Switzerland => "CH",
            Self::Netherlands => "NL",
            Self::UnitedKingdom => "GB",
            Self::EnglandAndWales => "GB-EAW",
            Self::Ireland => "IE",
            Self::UnitedStates => "US",
            Self::Israel => "IL",
            Self::France => "FR",
            Self::Spain => "ES",
            Self::Italy => "IT",
        }
    }

    /// The days of the weekend: Friday and Saturday in Israel, Saturday and Sunday elsewhere.
    pub fn weekend(self) -> &'static [Weekday] {
        match self {
            Self::Israel => &[Weekday::Fri, Weekday::Sat],
            _ => &[Weekday::Sat, Weekday::Sun],
        }
    }

    /// The years whose holidays are known: 1990 to 2035, in Germany 1991 to 2035 (in 1990 it was two countries), in
    /// Spain 2008 to 2035 (earlier calendars were not found).
    pub fn years(self) -> RangeInclusive<i32> {
        match self {
            Self::Germany => 1991..=2035,
            Self::Spain => 2008..=2035,
            _ => 1990..=2035,
        }
    }

    fn rules(self) -> impl Iterator<Item = &'static Rule> {
        let (rules, more): (&[Rule], &[Rule]) = match self {
            Self::Denmark => (table::DENMARK, &[]),
            Self::Norway => (table::NORWAY, &[]),
            Self::Sweden => (table::SWEDEN, &[]),
            Self::Germany => (table::GERMANY, &[]),
            Self::Austria => (table::AUSTRIA, &[]),
            Self::Switzerland => (table::SWITZERLAND, &[]),
            Self::Netherlands => (table::NETHERLANDS, &[]),
            Self::UnitedKingdom => (table::UNITED_KINGDOM, &[]),
            Self::EnglandAndWales => (table::UNITED_KINGDOM, table::ENGLAND_AND_WALES),
            Self::Ireland => (table::IRELAND, &[]),
            Self::UnitedStates => (table::UNITED_STATES, &[]),
            Self::Israel => (table::ISRAEL, &[]),
            Self::France => (table::FRANCE, &[]),
            Self::Spain => (table::SPAIN, &[]),
            Self::Italy => (table::ITALY, &[]),
        };
        rules.iter().chain(more)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(code: &str) -> Result<Self, UnknownCountry> {
        let found = Self::ALL.into_iter().find(|country| country.code() == code);
        found.ok_or_else(|| UnknownCountry(code.to_owned()))
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// A code that is no country whose holidays are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no country with known holidays, expected one of DK, NO, SE, DE, AT, CH, NL, GB, GB-EAW, IE, US, IL, FR, ES, IT"
)]
pub struct UnknownCountry(String);

/// A year whose holidays are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the holidays of {country} in {year} are not known, expected a year from {first} to {last}"
)]
pub struct YearOutOfRange {
    /// The country.
    pub country: Country,
    /// The year asked for.
    pub year: i32,
    /// The first year known.
    pub first: i32,
    /// The last year known.
    pub last: i32,
}

/// A public holiday.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// The name in English; `(observed)` behind it where the day is given for one that falls on a weekend.
    pub name: Cow<'static, str>,
}

/// The public holidays of a country and year, by date.
///
/// Where two fall on one date, both are listed, in a fixed order. A holiday that falls on a weekend is listed on its
/// day; the day given for it (United Kingdom, United States) is listed besides.
///
/// The dates equal the category `public` of the Python package `holidays` 0.109 for all countries and years, without
/// subdivisions, and without the Sundays that Norway and Sweden count as holidays.
///
/// # Errors
///
/// [`YearOutOfRange`] outside [`Country::years`].
///
/// # Example
///
/// ```
/// use ringback_features::{Country, holidays};
///
/// let days = holidays(Country::Denmark, 2026)?;
/// assert_eq!(days.len(), 10);
/// assert_eq!(days[1].date.to_string(), "2026-04-02");
/// assert_eq!(days[1].name, "Maundy Thursday");
///
/// let error = holidays(Country::Denmark, 1989).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the holidays of DK in 1989 are not known, expected a year from 1990 to 2035",
/// );
/// # Ok::<(), ringback_features::YearOutOfRange>(())
/// ```
pub fn holidays(country: Country, year: i32) -> Result<Vec<Holiday>, YearOutOfRange> {
    let years = country.years();
    if !years.contains(&year) {
        let (first, last) = years.into_inner();
        return Err(YearOutOfRange { country, year, first, last });
    }
    let mut found = Vec::new();
    for rule in country.rules() {
        // The day given for a New Year's Day may be the last day of the year before.
        let days = rule.days(year).chain(rule.days(year + 1));
        for day in days.filter(|day| day.date.year() == year) {
            let name = if day.is_substitute {
                Cow::Owned(format!("{} (observed)", rule.name))
            } else {
                Cow::Borrowed(rule.name)
            };
            found.push(Holiday { date: day.date, name });
        }
    }
    // Stable: the order of the table decides between two holidays of one date.
    found.sort_by_key(|holiday| holiday.date);
    Ok(found)
}
