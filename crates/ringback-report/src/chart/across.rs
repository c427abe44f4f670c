//! The horizontal axis of a line chart: numbers, or civil time.

use chrono::{DateTime, NaiveDateTime, NaiveTime};

use super::axis::{Scale, Step, Ticks};
use super::canvas::{Area, Canvas, line};
use super::line::Position;
use super::number::{tick_labels, value_label};
use super::text::{self, LABEL};
use super::time_axis::{TimeStep, TimeTicks, stamp};

/// The horizontal axis.
pub(super) struct Across {
    pub(super) kind: Kind,
    pub(super) range: (f64, f64),
}

/// What the places on the horizontal axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Numbers,
    /// Instants, of which at least one is no midnight.
    Times,
    /// Midnights: the clock need not be named.
    Dates,
}

impl Across {
    /// The axis that reaches all places and markers; `None` without places.
    pub(super) fn of(kind: Kind, places: &[f64], markers: &[Position]) -> Option<Self> {
        let is_date = kind == Kind::Times && places.iter().all(|it| is_midnight(*it));
        let kind = if is_date { Kind::Dates } else { kind };
        let markers = markers.iter().filter_map(|it| place(*it, kind));
        let range = extent(places)?;
        let range = markers.fold(range, |range, it| (range.0.min(it), range.1.max(it)));
        Some(Self { kind, range })
    }

    /// Draws ticks and labels below the area.
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, x: Scale) {
        let ends = (instant(self.range.0), instant(self.range.1));
        if let (true, Some(from), Some(to)) = (self.kind != Kind::Numbers, ends.0, ends.1) {
            let room = area.right - area.left;
            let ticks = TimeTicks::new(from, to, |step| {
                let mut count = 0;
                while f64::from(count) * step.label_width() <= room && count < 100 {
                    count += 1;
                }
                usize::try_from(count).unwrap_or(2)
            });
            times(canvas, area, x, &ticks);
        } else {
            let ticks = Ticks::new(self.range, if canvas.is_narrow() { 6 } else { 10 }, Step::Any);
            let inside = ticks.at.iter().filter(|it| self.range.0 <= **it && **it <= self.range.1);
            let inside: Vec<f64> = inside.copied().collect();
            for (value, label) in inside.iter().zip(tick_labels(&inside, ticks.step)) {
                tick(canvas, area, x.at(*value), &label);
            }
            canvas.y = area.bottom + 20.0;
        }
        let (from, to) = ((area.left, area.bottom), (area.right, area.bottom));
        line(&mut canvas.body, from, to).attr("class", "rb-axis").empty();
    }

    /// A place in a tooltip.
    pub(super) fn label(&self, at: f64) -> String {
        match instant(at) {
            Some(at) if self.kind != Kind::Numbers => stamp(at, self.kind == Kind::Dates),
            _ => value_label(at),
        }
    }
}

fn tick(canvas: &mut Canvas, area: Area, x: f64, label: &str) {
    let (from, to) = ((x, area.bottom), (x, area.bottom + 4.0));
    line(&mut canvas.body, from, to).attr("class", "rb-axis").empty();
    canvas.centered(x, area.bottom + 17.0, label, "rb-soft");
}

/// Ticks of a time axis, and below them the day, month or year where it changes and there is room.
fn times(canvas: &mut Canvas, area: Area, x: Scale, ticks: &TimeTicks) {
    let places: Vec<f64> = ticks.at.iter().map(|it| x.at(seconds(*it))).collect();
    let mut contexts: Vec<(f64, String)> = Vec::new();
    let mut last = String::new();
    for (at, x) in ticks.at.iter().zip(&places) {
        if !matches!(ticks.step, TimeStep::Minutes(_) | TimeStep::Hours(_)) {
            let (from, to) = ((*x, area.top), (*x, area.bottom));
            line(&mut canvas.body, from, to).attr("class", "rb-grid").empty();
        }
        tick(canvas, area, *x, &ticks.step.label(*at));
        let context = ticks.step.context(*at);
        if context != last {
            contexts.push((*x, context.clone()));
            last = context;
        }
    }
    // A name at the edge makes way for the next one, which stands where it starts.
    let wide = |text: &str| text::width(text, LABEL) + 8.0;
    if let [(first, _), (second, label), ..] = contexts.as_slice()
        && second - first < wide(label)
    {
        contexts.remove(0);
    }
    let mut free = 0.0;
    for (x, context) in &contexts {
        let from = (x - wide(context) / 2.0).max(canvas.left());
        if !context.is_empty() && from >= free {
            canvas.centered(*x, area.bottom + 33.0, context, "rb-soft");
            free = from + wide(context);
        }
    }
    canvas.y = area.bottom + if free > 0.0 { 36.0 } else { 20.0 };
}

/// A place as a number, where it is of the axis's kind.
pub(super) fn place(at: Position, kind: Kind) -> Option<f64> {
    match at {
        Position::Time(at) if kind != Kind::Numbers => Some(seconds(at)),
        Position::Number(number) if kind == Kind::Numbers && number.is_finite() => Some(number),
        _ => None,
    }
}

/// Seconds since 1970 on the civil clock.
fn seconds(at: NaiveDateTime) -> f64 {
    let at = at.and_utc();
    at.timestamp() as f64 + f64::from(at.timestamp_subsec_millis()) / 1000.0
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, and chrono then says None")]
fn instant(seconds: f64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_millis((seconds * 1000.0).round() as i64).map(|it| it.naive_utc())
}

fn is_midnight(seconds: f64) -> bool {
    instant(seconds).is_some_and(|it| it.time() == NaiveTime::MIN)
}

/// The smallest and the largest of finite values.
pub(super) fn extent(values: &[f64]) -> Option<(f64, f64)> {
    values.iter().fold(None, |range, it| match range {
        None => Some((*it, *it)),
        Some((lower, upper)) => Some((it.min(lower), it.max(upper))),
    })
}
