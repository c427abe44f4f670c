//! What charts share: the sheet they are drawn on, its title, legend and axes.

use super::STYLE;
use super::axis::{Scale, Ticks};
use super::color::Color;
use super::markup::{Markup, Tag};
use super::text::{self, LABEL, LINE, TITLE};

/// An SVG drawing. Only this file makes one, from [`Markup`], and `mined`, from drawings that escape as it does; so a page
/// may embed it as it is.
#[derive(Clone, Debug)]
pub(crate) struct Svg(pub(super) String);

impl Svg {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// How wide a chart is drawn. Text keeps its size, so a phone gets a drawing of its own rather than a shrunken one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// For the text column of a page.
    Wide,
    /// For a phone.
    Narrow,
}

/// Where a drawing goes.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// What the drawing's ids start with.
    pub(super) id: String,
    pub(super) size: Size,
    /// Whether title, description and style must be in the drawing.
    pub(super) is_alone: bool,
}

/// The words around a chart.
#[derive(Clone, Debug, Default)]
pub(super) struct Caption {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) x_label: String,
    pub(super) y_label: String,
    pub(super) unit: String,
}

impl Caption {
    pub(super) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }
}

/// The setters of a chart's words, for a type with a field `caption`; each kind of chart says what its axes are.
macro_rules! caption_setters {
    (x_label: $x:literal, y_label: $y:literal, unit: $unit:literal,) => {
        /// How to read the chart, and what is left out; by default empty.
        pub fn description(mut self, text: &str) -> Self {
            text.clone_into(&mut self.caption.description);
            self
        }

        #[doc = $x]
        pub fn x_label(mut self, label: &str) -> Self {
            label.clone_into(&mut self.caption.x_label);
            self
        }

        #[doc = $y]
        pub fn y_label(mut self, label: &str) -> Self {
            label.clone_into(&mut self.caption.y_label);
            self
        }

        #[doc = $unit]
        pub fn unit(mut self, unit: &str) -> Self {
            unit.clone_into(&mut self.caption.unit);
            self
        }
    };
}
pub(super) use caption_setters;

/// The rectangle that data are drawn in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// One line of a legend.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) sign: Sign,
}

/// What stands before the label of a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A piece of line with these classes, and a dot where points have marks.
    Line { class: &'static str, dot: bool },
    /// As many layers of a translucent band.
    Band(usize),
    /// A filled box.
    Bar,
    /// The paint for places without data.
    NoData,
}

/// A drawing under construction, filled from the top.
#[derive(Debug)]
pub(super) struct Canvas {
    setting: Setting,
    pub(super) body: Markup,
    pub(super) width: f64,
    /// The top of what is not drawn yet.
    pub(super) y: f64,
    margin: f64,
}

impl Canvas {
    /// An empty drawing, or one with the title and the description where it stands alone.
    pub(super) fn new(setting: &Setting, caption: &Caption) -> Self {
        let width = match setting.size {
            Size::Wide => 720.0,
            Size::Narrow => 340.0,
        };
        let margin = if setting.is_alone { 16.0 } else { 1.0 };
        let body = Markup::default();
        let mut canvas = Self { setting: setting.clone(), body, width, y: margin, margin };
        if setting.is_alone {
            for line in text::wrap(&caption.title, TITLE, width - 2.0 * margin) {
                canvas.label_line(&line, "rb-title", 22.0);
            }
            for line in text::wrap(&caption.description, LABEL, width - 2.0 * margin) {
                canvas.label_line(&line, "rb-soft", LINE);
            }
            canvas.y += 8.0;
        }
        canvas
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.setting.size == Size::Narrow
    }

    pub(super) fn left(&self) -> f64 {
        self.margin
    }

    pub(super) fn right(&self) -> f64 {
        self.width - self.margin
    }

    /// A line of text at the left edge.
    pub(super) fn label_line(&mut self, label: &str, class: &'static str, height: f64) {
        let tag = self.body.tag("text").num("x", self.margin).num("y", self.y + height - 4.0);
        tag.attr("class", class).text(label);
        self.y += height;
    }

    /// The unit or name of the value axis, above the axis: no one turns a head to read it.
    pub(super) fn axis_label(&mut self, label: &str) {
        for line in text::wrap(label, LABEL, self.right() - self.margin) {
            self.label_line(&line, "rb-soft", LINE);
        }
    }

    /// The legend, in as many rows as it takes, above the data and never over them.
    pub(super) fn legend(&mut self, keys: &[Key]) {
        let mut x = self.margin;
        let hatch = self.hatch();
        for (index, key) in keys.iter().enumerate() {
            let label = text::fit(&key.label, LABEL, self.right() - self.margin - 30.0);
            let taken = 30.0 + text::width(&label, LABEL);
            if index > 0 && x + taken > self.right() {
                x = self.margin;
                self.y += 20.0;
            }
            let y = self.y + 9.0;
            self.body.tag("g").attr("class", key.color.class()).content(|body| {
                sign(body, key.sign, (x, y), &hatch);
                let tag = body.tag("text").num("x", x + 28.0).num("y", y + 4.0);
                labelled(tag, &label, &key.label);
            });
            x += taken + 16.0;
        }
        self.y += if keys.is_empty() { 0.0 } else { 28.0 };
    }

    /// Says that there is nothing to draw.
    pub(super) fn no_data(mut self, caption: &Caption) -> Svg {
        let (x, y) = (self.width / 2.0, self.y + 64.0);
        let area =
            Area { left: self.margin, top: self.y, right: self.right(), bottom: self.y + 120.0 };
        let fill = self.hatch();
        rect(&mut self.body, area).attr("fill", fill).attr("opacity", "0.35").empty();
        let tag = self.body.tag("text").num("x", x).num("y", y).attr("text-anchor", "middle");
        tag.attr("class", "rb-halo").text("no data");
        self.y += 120.0;
        self.finish(caption)
    }

    /// The paint for places without data.
    pub(super) fn hatch(&self) -> String {
        format!("url(#{}-hatch)", self.setting.id)
    }

    /// Grid lines and labels of a horizontal value axis's opposite: values run upwards.
    pub(super) fn vertical_values(&mut self, area: Area, ticks: &Ticks, scale: Scale) {
        for (value, label) in ticks.at.iter().zip(ticks.labels()) {
            let y = scale.at(*value);
            let class = if *value == 0.0 { "rb-axis" } else { "rb-grid" };
            line(&mut self.body, (area.left, y), (area.right, y)).attr("class", class).empty();
            let tag = self.body.tag("text").num("x", area.left - 7.0).num("y", y + 4.0);
            tag.attr("text-anchor", "end").attr("class", "rb-soft").text(&label);
        }
    }

    /// Grid lines and labels where values run to the right.
    pub(super) fn horizontal_values(&mut self, area: Area, ticks: &Ticks, scale: Scale) {
        for (value, label) in ticks.at.iter().zip(ticks.labels()) {
            let x = scale.at(*value);
            let class = if *value == 0.0 { "rb-axis" } else { "rb-grid" };
            line(&mut self.body, (x, area.top), (x, area.bottom)).attr("class", class).empty();
            self.centered(x, area.bottom + 16.0, &label, "rb-soft");
        }
    }

    /// A text around `x`, moved inwards where it would leave the drawing.
    pub(super) fn centered(&mut self, x: f64, y: f64, label: &str, class: &'static str) {
        let half = text::width(label, LABEL) / 2.0;
        let (tag_x, anchor) = if x - half < self.margin {
            (self.margin, "start")
        } else if x + half > self.right() {
            (self.right(), "end")
        } else {
            (x, "middle")
        };
        let tag = self.body.tag("text").num("x", tag_x).num("y", y).attr("text-anchor", anchor);
        tag.attr("class", class).text(label);
    }

    /// The name of the axis below the data.
    pub(super) fn bottom_label(&mut self, label: &str, area: Area) {
        if label.is_empty() {
            return;
        }
        self.y += LINE + 4.0;
        let label = text::fit(label, LABEL, self.right() - self.margin);
        let (x, y) = (f64::midpoint(area.left, area.right), self.y - 4.0);
        self.centered(x, y, &label, "rb-soft");
    }

    /// Closes the drawing.
    pub(super) fn finish(self, caption: &Caption) -> Svg {
        let Setting { id, is_alone, .. } = self.setting;
        let (width, height) = (self.width, (self.y + self.margin + 2.0).ceil());
        let (title_id, about_id) = (format!("{id}-t"), format!("{id}-d"));
        let has_about = !caption.description.is_empty();
        let names = if has_about { format!("{title_id} {about_id}") } else { title_id.clone() };
        let mut out = Markup::default();
        let mut root = out.tag("svg").attr("xmlns", "http://www.w3.org/2000/svg");
        root = root.attr("viewBox", format!("0 0 {width} {height}"));
        if is_alone {
            root = root.num("width", width).num("height", height);
        }
        let root = root.attr("class", "rb").attr("role", "img").attr("aria-labelledby", names);
        root.content(|out| {
            out.tag("title").attr("id", title_id).text(&caption.title);
            if has_about {
                out.tag("desc").attr("id", about_id).text(&caption.description);
            }
            if is_alone {
                out.tag("style").content(|out| out.raw(STYLE));
                out.tag("rect")
                    .num("width", width)
                    .num("height", height)
                    .attr("class", "rb-bg")
                    .empty();
            }
            let body = self.body.into_string();
            let hatch = format!("{id}-hatch");
            if body.contains(&hatch) {
                define_hatch(out, &hatch);
            }
            out.raw(&body);
        });
        Svg(out.into_string())
    }
}

fn define_hatch(out: &mut Markup, id: &str) {
    out.tag("defs").content(|out| {
        let pattern = out.tag("pattern").attr("id", id).num("width", 6.0).num("height", 6.0);
        let pattern = pattern.attr("patternUnits", "userSpaceOnUse");
        pattern.attr("patternTransform", "rotate(45)").content(|out| {
            out.tag("rect").num("width", 6.0).num("height", 6.0).attr("class", "rb-bg").empty();
            line(out, (0.0, 0.0), (0.0, 6.0)).attr("class", "rb-hatch").empty();
        });
    });
}

/// The sign before a label of a legend, 22 wide.
fn sign(body: &mut Markup, sign: Sign, (x, y): (f64, f64), hatch: &str) {
    match sign {
        Sign::Line { class, dot } => {
            line(body, (x, y), (x + 22.0, y)).attr("class", class).empty();
            if dot {
                circle(body, x + 11.0, y, 3.0).attr("class", "rb-f").empty();
            }
        }
        Sign::Band(layers) => {
            let area = Area { left: x, top: y - 6.0, right: x + 22.0, bottom: y + 6.0 };
            for _ in 0..layers {
                rect(body, area).attr("class", "rb-band").empty();
            }
        }
        Sign::Bar => {
            let area = Area { left: x + 5.0, top: y - 6.0, right: x + 19.0, bottom: y + 6.0 };
            rect(body, area).attr("class", "rb-f").empty();
        }
        Sign::NoData => {
            let area = Area { left: x + 5.0, top: y - 6.0, right: x + 19.0, bottom: y + 6.0 };
            rect(body, area).attr("fill", hatch).attr("class", "rb-axis-fine").empty();
        }
    }
}

/// Finishes a text that may have been shortened: the whole of it is then a tooltip.
pub(super) fn labelled(tag: Tag<'_>, shown: &str, whole: &str) {
    tag.content(|body| {
        if shown != whole {
            body.tag("title").text(whole);
        }
        body.text(shown);
    });
}

/// Finishes a mark with a tooltip.
pub(super) fn with_tooltip(tag: Tag<'_>, tooltip: &str) {
    tag.content(|body| body.tag("title").text(tooltip));
}

pub(super) fn line(body: &mut Markup, from: (f64, f64), to: (f64, f64)) -> Tag<'_> {
    let tag = body.tag("line").num("x1", from.0).num("y1", from.1);
    tag.num("x2", to.0).num("y2", to.1)
}

pub(super) fn circle(body: &mut Markup, x: f64, y: f64, radius: f64) -> Tag<'_> {
    body.tag("circle").num("cx", x).num("cy", y).num("r", radius)
}

pub(super) fn rect(body: &mut Markup, area: Area) -> Tag<'_> {
    let tag = body.tag("rect").num("x", area.left).num("y", area.top);
    tag.num("width", area.right - area.left).num("height", area.bottom - area.top)
}
