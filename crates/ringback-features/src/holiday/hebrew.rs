//! The Hebrew new year, from which every other holiday of the Hebrew calendar is counted.

use chrono::NaiveDate;

/// 1 Tishri of the Hebrew year 1, in days since 31 December of the year 0 (Gregorian).
const EPOCH: i64 = -1_373_427;

/// Parts of an hour (1/1080 h) in a day.
const PARTS_PER_DAY: i64 = 25_920;

/// Rosh Hashanah, 1 Tishri, in a Gregorian year; the day begins on the evening before.
///
/// The months from Nisan to Elul always have 177 days together, so the days before it follow from it as well:
/// Passover (15 Nisan) is 163 days before, 5 Iyar 143, Shavuot (6 Sivan) 113; Yom Kippur 9 days after, Sukkot 14.
///
/// `None` where the Gregorian year is outside what chrono knows, or before 1.
///
/// # Source
///
/// Nachum Dershowitz and Edward M. Reingold, *Calendrical Calculations*, chapter "The Hebrew Calendar":
/// `hebrew-calendar-elapsed-days` and `hebrew-year-length-correction`.
///
/// # Example
///
/// ```
/// use chrono::TimeDelta;
/// use ringback_features::rosh_hashanah;
///
/// let new_year = rosh_hashanah(2024).unwrap();
/// assert_eq!(new_year.to_string(), "2024-10-03");
/// let passover = new_year - TimeDelta::days(163);
/// assert_eq!(passover.to_string(), "2024-04-23");
/// ```
pub fn rosh_hashanah(year: i32) -> Option<NaiveDate> {
    if year < 1 {
        return None;
    }
    let hebrew_year = i64::from(year) + 3761;
    let days = EPOCH + elapsed_days(hebrew_year) + length_correction(hebrew_year);
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).ok()?)
}

/// Days from the epoch to the new moon of Tishri, put off so that the year does not begin on a Sunday, Wednesday or
/// Friday.
fn elapsed_days(hebrew_year: i64) -> i64 {
    let months = (235 * hebrew_year - 234).div_euclid(19);
    let parts = 12_084 + 13_753 * months;
    let days = 29 * months + parts.div_euclid(PARTS_PER_DAY);
    if (3 * (days + 1)).rem_euclid(7) < 3 { days + 1 } else { days }
}

/// Days by which the new year is put off so that no year is 356 or 382 days long.
fn length_correction(hebrew_year: i64) -> i64 {
    let [before, this, next] = [-1, 0, 1].map(|offset| elapsed_days(hebrew_year + offset));
    match (this - before, next - this) {
        (_, 356) => 2,
        (382, _) => 1,
        _ => 0,
    }
}
