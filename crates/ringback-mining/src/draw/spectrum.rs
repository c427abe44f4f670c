//! Draws performance spectra: every step from one activity to the next as a line over time.

use super::human::{human_count, human_secs};
use super::markup::{Markup, coord};
use super::measure::{LABEL, LINE, fit, step_name, width};
use super::ticks::{Tick, ticks};
use super::{DrawOptions, Drawing, Sheet};
use crate::quantile::quantile;

const CLASSES: [&str; 4] = ["rm-q0", "rm-q1", "rm-q2", "rm-q3"];
const NAMES: [&str; 4] = ["fastest quarter", "second", "third", "slowest quarter"];

/// The steps from one activity to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpectrumBand {
    /// The name of the first activity.
    pub from: String,
    /// The name of the second.
    pub to: String,
    /// When each step began and ended. Unit: microseconds since 1970, UTC. A step that ends before it began counts as
    /// one without duration.
    pub steps: Vec<(i64, i64)>,
}

/// Draws bands below each other over one axis of time. Each step is a line from when it began (top) to when it ended
/// (bottom); its color says to which quarter of the band's durations it belongs.
///
/// Parallel lines are first in, first out; crossing lines are overtaking; lines that run into one point are a batch.
/// Where a band has more steps than can be told apart, every n-th is drawn, and where a few lie far from the others, the
/// axis holds nine in ten; the band says so.
///
/// # Source
///
/// The detailed performance spectrum \[`DenisovFahlandAalst2018`\], colored by quartiles.
///
/// # Example
///
/// ```
/// use ringback_mining::{DrawOptions, SpectrumBand, draw_spectrum};
///
/// let hour = 3_600_000_000;
/// let steps = (0..24).map(|it| (it * hour, 25 * hour)).collect();
/// let band = SpectrumBand { from: "queued".into(), to: "worked on".into(), steps };
/// let drawing = draw_spectrum(&[band], &DrawOptions::file("A batch each night"));
/// assert!(drawing.svg().starts_with("<svg"));
/// ```
pub fn draw_spectrum(bands: &[SpectrumBand], options: &DrawOptions) -> Drawing {
    let description = "Each line is one step: it began at the top and ended at the bottom. Parallel lines are first in, \
                       first out; crossing lines are overtaking; lines that meet in a point are a batch."
        .to_owned();
    let mut sheet = Sheet::new(options, &description, 0.0);
    let Some((first, last)) = window(bands) else {
        sheet.line("no steps", "rm-soft", LINE);
        return sheet.finish(description);
    };
    legend(&mut sheet);
    let margin = options.margin();
    let axis = Axis {
        first,
        last: last.max(first.saturating_add(1)),
        left: margin,
        right: sheet.width - margin,
    };
    let marks = ticks(axis.first, axis.last, if options.is_narrow { 4 } else { 7 });
    for band in bands.iter().filter(|it| !it.steps.is_empty()) {
        draw_band(&mut sheet, band, axis, &marks);
    }
    for tick in &marks {
        let half = width(&tick.label, LABEL) / 2.0;
        let x = axis
            .at(tick.at_micros)
            .clamp(axis.left + half, (axis.right - half).max(axis.left + half));
        let tag = sheet.body.tag("text").num("x", x).num("y", sheet.y + 12.0);
        tag.attr("text-anchor", "middle").attr("class", "rm-soft").text(&tick.label);
    }
    sheet.y += 18.0;
    sheet.finish(description)
}

/// The span of time that is drawn: that of all steps, or the shortest that nine in ten begin in, and as many last, where
/// that is less than half of it. A log often has a few cases of long before.
fn window(bands: &[SpectrumBand]) -> Option<(i64, i64)> {
    let all = || bands.iter().flat_map(|it| &it.steps);
    let mut starts: Vec<i64> = all().map(|it| it.0).collect();
    starts.sort_unstable();
    let whole = (*starts.first()?, all().map(|it| it.1.max(it.0)).max()?);
    let most = starts.len() * 9 / 10;
    let spans = starts.iter().zip(starts.get(most..).unwrap_or_default());
    let (from, to) = spans.min_by_key(|(from, to)| to.saturating_sub(**from))?;
    let mut durations: Vec<i64> = all().map(|it| it.1.saturating_sub(it.0).max(0)).collect();
    durations.sort_unstable();
    let long = durations.get(most.min(durations.len() - 1)).copied().unwrap_or(0);
    let part = (*from, to.saturating_add(long).min(whole.1));
    let span = |it: (i64, i64)| it.1.saturating_sub(it.0);
    Some(if span(part) < span(whole) / 2 { part } else { whole })
}

/// Instants to places from the left to the right.
#[derive(Clone, Copy)]
struct Axis {
    first: i64,
    last: i64,
    left: f64,
    right: f64,
}

impl Axis {
    fn at(self, at_micros: i64) -> f64 {
        let span = self.last.saturating_sub(self.first) as f64;
        let share = at_micros.saturating_sub(self.first) as f64 / span;
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }
}

fn legend(sheet: &mut Sheet<'_>) {
    let mut x = sheet.options.margin();
    let mut y = sheet.y + 10.0;
    for (class, name) in CLASSES.iter().zip(NAMES) {
        let taken = 28.0 + width(name, LABEL);
        if x + taken > sheet.width - sheet.options.margin() {
            x = sheet.options.margin();
            y += 18.0;
        }
        let tag = sheet
            .body
            .tag("rect")
            .num("x", x)
            .num("y", y - 10.0)
            .attr("class", format!("rm-fill {class}"));
        tag.num("width", 18.0).num("height", 11.0).empty();
        sheet.body.tag("text").num("x", x + 24.0).num("y", y).text(name);
        x += taken + 14.0;
    }
    sheet.y = y + 16.0;
}

fn draw_band(sheet: &mut Sheet<'_>, band: &SpectrumBand, axis: Axis, marks: &[Tick]) {
    let is_narrow = sheet.options.is_narrow;
    let height = if is_narrow { 62.0 } else { 78.0 };
    let mut durations: Vec<i64> =
        band.steps.iter().map(|it| it.1.saturating_sub(it.0).max(0)).collect();
    let bounds = [0.25, 0.5, 0.75].map(|it| quantile(&mut durations, it).unwrap_or(0.0));
    let is_inside = |it: &&(i64, i64)| it.0 >= axis.first && it.1 <= axis.last;
    let mut steps: Vec<(i64, i64)> = band.steps.iter().filter(is_inside).copied().collect();
    let outside = band.steps.len() - steps.len();
    let every = steps.len().div_ceil(if is_narrow { 350 } else { 800 }).max(1);
    steps.sort_unstable();
    let room = axis.right - axis.left;
    let name = step_name(&band.from, &band.to);
    let shown = fit(&name, super::measure::NAME_WIDE, room);
    let tag = sheet.body.tag("text").num("x", axis.left).num("y", sheet.y + 13.0);
    tag.attr("class", "rm-name").content(|body| {
        if shown != name {
            body.tag("title").text(&name);
        }
        body.text(&shown);
    });
    let mut about = format!(
        "{} steps, median {}, slowest quarter from {}",
        human_count(band.steps.len() as u64),
        human_secs(bounds[1] / 1e6),
        human_secs(bounds[2] / 1e6)
    );
    if every > 1 {
        about.extend([format!("; 1 in {every} drawn")]);
    }
    if outside > 0 {
        about.extend([format!("; {} outside", human_count(outside as u64))]);
    }
    let tag = sheet.body.tag("text").num("x", axis.left).num("y", sheet.y + 29.0);
    tag.attr("class", "rm-soft").text(&fit(&about, LABEL, room));
    let (top, bottom) = (sheet.y + 36.0, sheet.y + 36.0 + height);
    for tick in marks {
        vertical(&mut sheet.body, axis.at(tick.at_micros), (top, bottom));
    }
    let mut paths = [const { String::new() }; 4];
    for (start, end) in steps.iter().step_by(every) {
        let secs = end.saturating_sub(*start).max(0) as f64;
        let class = bounds.iter().filter(|it| secs > **it).count();
        let (x, to) = (axis.at(*start), axis.at((*end).max(*start)));
        paths[class].extend([format!(
            "M{} {}L{} {}",
            coord(x),
            coord(top),
            coord(to),
            coord(bottom)
        )]);
    }
    for (path, class) in paths.iter().zip(CLASSES).filter(|it| !it.0.is_empty()) {
        let tag = sheet.body.tag("path").attr("class", format!("rm-thread {class}"));
        tag.attr("d", path).empty();
    }
    for y in [top, bottom] {
        let tag = sheet.body.tag("line").num("x1", axis.left).num("y1", y).num("x2", axis.right);
        tag.num("y2", y).attr("class", "rm-rule").empty();
    }
    sheet.y = bottom + 14.0;
}

fn vertical(body: &mut Markup, x: f64, (top, bottom): (f64, f64)) {
    let tag = body.tag("line").num("x1", x).num("y1", top).num("x2", x).num("y2", bottom);
    tag.attr("class", "rm-grid").empty();
}
