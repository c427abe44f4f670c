//! The findings of an audit in plain sentences.

use std::fmt;

use chrono::NaiveDate;

use super::{CalendarFindings, MissingDays, NamedDay, UnusualDay};

/// One finding a line: the days of the series, each gap, each odd day, the country, and the cost.
impl fmt::Display for CalendarFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weekdays: Vec<String> = self.weekdays.iter().map(ToString::to_string).collect();
        write!(f, "{} days ({})", self.dates.len(), weekdays.join(" "))?;
        if let (Some(first), Some(last)) = (self.dates.first(), self.dates.last()) {
            write!(f, " from {} to {}", dated(*first), dated(*last))?;
        }
        let missing: usize = self.gaps.iter().map(|gap| gap.missing.len()).sum();
        match missing {
            0 => writeln!(f, "; no day is missing.")?,
            1 => writeln!(f, "; 1 day is missing without a trace.")?,
            n => writeln!(f, "; {n} days are missing without a trace.")?,
        }
        for gap in &self.gaps {
            writeln!(f, "{gap}")?;
        }
        for day in &self.odd_days {
            writeln!(f, "{day}")?;
        }
        match self.country {
            Some(country) if self.rivals.is_empty() => {
                writeln!(f, "The holidays are those of {country}.")?;
            }
            Some(country) => {
                let rivals: Vec<String> = self.rivals.iter().map(ToString::to_string).collect();
                writeln!(f, "The holidays are those of {country} (or of {}).", rivals.join(", "))?;
            }
            None => writeln!(f, "No country's holidays explain the days.")?,
        }
        if let Some(cost) = self.cost {
            writeln!(
                f,
                "The four-week mean errs by {:.2} calls an interval by the number of the day, by {:.2} by its date ({:+.1} %); \
                 day totals by {:.1} % and {:.1} %; over {} days.",
                cost.mae_by_number,
                cost.mae_by_date,
                100.0 * (cost.mae_by_date / cost.mae_by_number - 1.0),
                100.0 * cost.total_sd_by_number,
                100.0 * cost.total_sd_by_date,
                cost.days
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for MissingDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<String> = self.missing.iter().map(ToString::to_string).collect();
        write!(f, "Missing: {}", days.join(", "))?;
        if self.may_be_apart {
            f.write_str(", together or apart")?;
        }
        let certain = |first: &NamedDay, last: &NamedDay| {
            first.date == self.earliest && last.date == self.latest
        };
        match (self.missing.first(), self.missing.last()) {
            (Some(first), Some(last)) if !certain(first, last) => {
                write!(f, "; somewhere from {} to {}.", dated(self.earliest), dated(self.latest))
            }
            _ => f.write_str("."),
        }
    }
}

impl fmt::Display for UnusualDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Odd: {} has {:.0} % of its weekday's calls.", self.day, 100.0 * self.ratio)
    }
}

/// The weekday and the date, and the holiday that it is.
impl fmt::Display for NamedDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&dated(self.date))?;
        match &self.holiday {
            Some(holiday) => write!(f, " ({holiday})"),
            None => Ok(()),
        }
    }
}

fn dated(date: NaiveDate) -> String {
    date.format("%a %Y-%m-%d").to_string()
}
