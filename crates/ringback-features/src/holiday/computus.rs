//! The date of Easter.

use chrono::NaiveDate;

/// Easter Sunday of the Western churches in a Gregorian year.
///
/// The days that follow it follow from it: Good Friday is 2 days before, Ascension Day 39 days after, Pentecost 49,
/// Corpus Christi 60.
///
/// `None` before 1583, the first Easter of the Gregorian calendar, and after the last year that chrono knows.
///
/// # Source
///
/// Jean Meeus, *Astronomical Algorithms*, 2nd edition, chapter 8, after Butcher's *Ecclesiastical Calendar* (1876).
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use ringback_features::easter_sunday;
///
/// let easter = easter_sunday(2026).unwrap();
/// assert_eq!(easter.to_string(), "2026-04-05");
/// let corpus_christi = easter + TimeDelta::days(60);
/// assert_eq!(corpus_christi.to_string(), "2026-06-04");
/// ```
pub fn easter_sunday(year: i32) -> Option<NaiveDate> {
    if year < 1583 {
        return None;
    }
    let golden = year % 19;
    let (century, year_of_century) = (year / 100, year % 100);
    let moon_correction = (century + 8) / 25;
    let moon_shift = (century - moon_correction + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let to_sunday =
        (32 + 2 * (century % 4) + 2 * (year_of_century / 4) - epact - year_of_century % 4) % 7;
    let late_moon = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = u32::try_from(epact + to_sunday - 7 * late_moon).ok()?;
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(chrono::Days::new(days.into()))
}
