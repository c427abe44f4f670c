//! The rules of each country.
//!
//! Sources: the acts named at each rule; otherwise the references that the Python package `holidays` lists per
//! country, with whose dates all tables are compared.

use chrono::Weekday::{self, Fri, Mon, Sat, Sun, Thu, Wed};

use super::rule::Rule;
use super::rule::When::{Easter, From, On, RoshHashanah, Until};

pub(super) const DENMARK: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Maundy Thursday", Easter(-3)),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Easter Sunday", Easter(0)),
    Rule::new("Easter Monday", Easter(1)),
    // Act no. 214 of 6 March 2023 took it away from 2024.
    Rule::new("Great Prayer Day", Easter(26)).until(2023),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("Pentecost", Easter(49)),
    Rule::new("Pentecost Monday", Easter(50)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Second Day of Christmas", On(12, 26)),
];

pub(super) const NORWAY: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Maundy Thursday", Easter(-3)),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Easter Sunday", Easter(0)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Labor Day", On(5, 1)),
    Rule::new("Constitution Day", On(5, 17)),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("Pentecost", Easter(49)),
    Rule::new("Pentecost Monday", Easter(50)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Second Day of Christmas", On(12, 26)),
];

pub(super) const SWEDEN: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Epiphany", On(1, 6)),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Easter Sunday", Easter(0)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("May Day", On(5, 1)),
    Rule::new("Ascension Day", Easter(39)),
    // In 2005 the National Day took the place of Pentecost Monday.
    Rule::new("National Day", On(6, 6)).since(2005),
    Rule::new("Pentecost", Easter(49)),
    Rule::new("Pentecost Monday", Easter(50)).until(2004),
    Rule::new("Midsummer Day", From(Sat, 6, 20)),
    Rule::new("All Saints' Day", From(Sat, 10, 31)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Second Day of Christmas", On(12, 26)),
];

pub(super) const GERMANY: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Labor Day", On(5, 1)),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("Pentecost Monday", Easter(50)),
    // Unification Treaty of 31 August 1990, article 2.
    Rule::new("German Unity Day", On(10, 3)).since(1990),
    // Five hundred years after the theses of Wittenberg, in all states this once.
    Rule::new("Reformation Day", On(10, 31)).only(2017),
    // Kept by Saxony alone since 1995.
    Rule::new("Repentance and Prayer Day", Until(Wed, 11, 22)).until(1994),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Second Day of Christmas", On(12, 26)),
];

pub(super) const AUSTRIA: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Epiphany", On(1, 6)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Labor Day", On(5, 1)),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("Pentecost Monday", Easter(50)),
    Rule::new("Corpus Christi", Easter(60)),
    Rule::new("Assumption Day", On(8, 15)),
    Rule::new("National Day", On(10, 26)),
    Rule::new("All Saints' Day", On(11, 1)),
    Rule::new("Immaculate Conception", On(12, 8)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Saint Stephen's Day", On(12, 26)),
];

pub(super) const SWITZERLAND: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("National Day", On(8, 1)),
    Rule::new("Christmas Day", On(12, 25)),
];

pub(super) const NETHERLANDS: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Easter Sunday", Easter(0)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Queen's Day", On(4, 30)).until(2013).moves(sunday_to_saturday),
    Rule::new("King's Day", On(4, 27)).since(2014).moves(sunday_to_saturday),
    // A day off for all once in five years; the other years are left to collective agreements.
    Rule::new("Liberation Day", On(5, 5)).every(5),
    Rule::new("Ascension Day", Easter(39)),
    Rule::new("Pentecost", Easter(49)),
    Rule::new("Pentecost Monday", Easter(50)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Second Day of Christmas", On(12, 26)),
];

/// What all parts of the United Kingdom keep.
pub(super) const UNITED_KINGDOM: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)).gives(weekend_to_monday),
    Rule::new("Good Friday", Easter(-2)),
    // Moved to the anniversary of VE Day in 1995 and 2020.
    Rule::new("May Day", From(Mon, 5, 1)).except(&[1995, 2020]),
    Rule::new("May Day", On(5, 8)).only(1995),
    Rule::new("May Day", On(5, 8)).only(2020),
    // Moved next to a jubilee in 2002, 2012 and 2022.
    Rule::new("Spring Bank Holiday", Until(Mon, 5, 31)).except(&[2002, 2012, 2022]),
    Rule::new("Spring Bank Holiday", On(6, 4)).only(2002),
    Rule::new("Spring Bank Holiday", On(6, 4)).only(2012),
    Rule::new("Spring Bank Holiday", On(6, 2)).only(2022),
    Rule::new("Christmas Day", On(12, 25)).gives(weekend_to_monday_or_tuesday),
    Rule::new("Boxing Day", On(12, 26)).gives(weekend_to_monday_or_tuesday),
    Rule::new("Millennium Celebrations", On(12, 31)).only(1999),
    Rule::new("Golden Jubilee of Elizabeth II", On(6, 3)).only(2002),
    Rule::new("Wedding of William and Catherine", On(4, 29)).only(2011),
    Rule::new("Diamond Jubilee of Elizabeth II", On(6, 5)).only(2012),
    Rule::new("Platinum Jubilee of Elizabeth II", On(6, 3)).only(2022),
    Rule::new("State Funeral of Elizabeth II", On(9, 19)).only(2022),
    Rule::new("Coronation of Charles III", On(5, 8)).only(2023),
];

/// What England and Wales keep beyond [`UNITED_KINGDOM`].
pub(super) const ENGLAND_AND_WALES: &[Rule] = &[
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Late Summer Bank Holiday", Until(Mon, 8, 31)),
];

pub(super) const IRELAND: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    // The first Monday of February, or 1 February where that is a Friday.
    Rule::new("Saint Brigid's Day", On(2, 1)).since(2023).moves(to_monday_unless_friday),
    Rule::new("Saint Patrick's Day", On(3, 17)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("May Bank Holiday", From(Mon, 5, 1)).since(1994).except(&[1995]),
    Rule::new("May Bank Holiday", On(5, 8)).only(1995),
    Rule::new("June Bank Holiday", From(Mon, 6, 1)),
    Rule::new("August Bank Holiday", From(Mon, 8, 1)),
    Rule::new("October Bank Holiday", Until(Mon, 10, 31)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Saint Stephen's Day", On(12, 26)),
    Rule::new("Millennium Celebrations", On(12, 31)).only(1999),
    Rule::new("National Day of Mourning", On(9, 14)).only(2011),
    Rule::new("Day of Remembrance and Recognition", On(3, 18)).only(2022),
];

/// The federal holidays, 5 U.S.C. 6103.
pub(super) const UNITED_STATES: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)).gives(weekend_to_nearest_weekday),
    Rule::new("Martin Luther King Jr. Day", From(Mon, 1, 15)),
    Rule::new("Washington's Birthday", From(Mon, 2, 15)),
    Rule::new("Memorial Day", Until(Mon, 5, 31)),
    // Public Law 117-17 of 17 June 2021.
    Rule::new("Juneteenth", On(6, 19)).since(2021).gives(weekend_to_nearest_weekday),
    Rule::new("Independence Day", On(7, 4)).gives(weekend_to_nearest_weekday),
    Rule::new("Labor Day", From(Mon, 9, 1)),
    Rule::new("Columbus Day", From(Mon, 10, 8)),
    Rule::new("Veterans Day", On(11, 11)).gives(weekend_to_nearest_weekday),
    Rule::new("Thanksgiving Day", From(Thu, 11, 22)),
    Rule::new("Christmas Day", On(12, 25)).gives(weekend_to_nearest_weekday),
];

/// The days of rest; their eves and the days between the first and the last day of a feast are working days.
pub(super) const ISRAEL: &[Rule] = &[
    Rule::new("Passover", RoshHashanah(-163)),
    Rule::new("Seventh Day of Passover", RoshHashanah(-157)),
    // 5 Iyar, kept off the days beside the Sabbath.
    Rule::new("Independence Day", RoshHashanah(-143)).until(2003).moves(away_from_sabbath),
    Rule::new("Independence Day", RoshHashanah(-143))
        .since(2004)
        .moves(away_from_sabbath_and_sunday),
    Rule::new("Shavuot", RoshHashanah(-113)),
    Rule::new("Rosh Hashanah", RoshHashanah(0)),
    Rule::new("Second Day of Rosh Hashanah", RoshHashanah(1)),
    Rule::new("Yom Kippur", RoshHashanah(9)),
    Rule::new("Sukkot", RoshHashanah(14)),
    Rule::new("Simchat Torah", RoshHashanah(21)),
];

pub(super) const FRANCE: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Labor Day", On(5, 1)),
    Rule::new("Victory Day", On(5, 8)),
    Rule::new("Ascension Day", Easter(39)),
    // A working day of solidarity after Act 2004-626, until Act 2008-351 let each employer choose that day.
    Rule::new("Pentecost Monday", Easter(50)).except(&[2005, 2006, 2007]),
    Rule::new("National Day", On(7, 14)),
    Rule::new("Assumption Day", On(8, 15)),
    Rule::new("All Saints' Day", On(11, 1)),
    Rule::new("Armistice Day", On(11, 11)),
    Rule::new("Christmas Day", On(12, 25)),
];

/// The days of the calendars that the Boletín Oficial del Estado prints each year for all regions.
pub(super) const SPAIN: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)).lapses_on(Sun),
    Rule::new("Epiphany", On(1, 6)).lapses_on(Sun),
    Rule::new("Good Friday", Easter(-2)),
    Rule::new("Labor Day", On(5, 1)).lapses_on(Sun),
    Rule::new("Assumption Day", On(8, 15)).lapses_on(Sun),
    Rule::new("National Day", On(10, 12)).lapses_on(Sun),
    Rule::new("All Saints' Day", On(11, 1)).lapses_on(Sun),
    Rule::new("Constitution Day", On(12, 6)).lapses_on(Sun),
    Rule::new("Immaculate Conception", On(12, 8)).lapses_on(Sun),
    Rule::new("Christmas Day", On(12, 25)).lapses_on(Sun),
];

pub(super) const ITALY: &[Rule] = &[
    Rule::new("New Year's Day", On(1, 1)),
    Rule::new("Epiphany", On(1, 6)),
    Rule::new("Anniversary of the Unification", On(3, 17)).only(2011),
    Rule::new("Easter Sunday", Easter(0)),
    Rule::new("Easter Monday", Easter(1)),
    Rule::new("Liberation Day", On(4, 25)),
    Rule::new("Labor Day", On(5, 1)),
    // On a Sunday by Act 54 of 1977, on its day again by Act 336 of 2000.
    Rule::new("Republic Day", From(Sun, 6, 1)).until(2000),
    Rule::new("Republic Day", On(6, 2)).since(2001),
    Rule::new("Assumption Day", On(8, 15)),
    // Act 151 of 8 October 2025.
    Rule::new("Saint Francis of Assisi", On(10, 4)).since(2026),
    Rule::new("All Saints' Day", On(11, 1)),
    Rule::new("National Unity Day", From(Sun, 11, 1)),
    Rule::new("Immaculate Conception", On(12, 8)),
    Rule::new("Christmas Day", On(12, 25)),
    Rule::new("Saint Stephen's Day", On(12, 26)),
];

fn sunday_to_saturday(weekday: Weekday) -> i64 {
    if weekday == Sun { -1 } else { 0 }
}

fn weekend_to_monday(weekday: Weekday) -> i64 {
    match weekday {
        Sat => 2,
        Sun => 1,
        _ => 0,
    }
}

/// For two days in a row: the days given for them are two in a row as well.
fn weekend_to_monday_or_tuesday(weekday: Weekday) -> i64 {
    match weekday {
        Sat | Sun => 2,
        _ => 0,
    }
}

fn weekend_to_nearest_weekday(weekday: Weekday) -> i64 {
    match weekday {
        Sat => -1,
        Sun => 1,
        _ => 0,
    }
}

fn to_monday_unless_friday(weekday: Weekday) -> i64 {
    match weekday {
        Fri => 0,
        other => Mon.days_since(other).into(),
    }
}

fn away_from_sabbath(weekday: Weekday) -> i64 {
    match weekday {
        Fri => -1,
        Sat => -2,
        _ => 0,
    }
}

/// Since 2004 a Monday moves too, so that the day of remembrance before it does not begin on the Sabbath's evening.
fn away_from_sabbath_and_sunday(weekday: Weekday) -> i64 {
    match weekday {
        Mon => 1,
        other => away_from_sabbath(other),
    }
}
