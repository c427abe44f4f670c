//! Drawings of processes as SVG: no scripts, no fonts, nothing loaded; readable in light, dark and print.
//!
//! Files in reading order: `process_map` and `spectrum` draw; `layout` places the stops of a map, by `layer` and `rank`;
//! `measure` and `human` are texts and numbers; `markup` escapes; `drawing.css` paints.

mod human;
mod layer;
mod layout;
mod markup;
mod measure;
mod process_map;
mod rank;
mod spectrum;
mod ticks;

pub use human::{human_count, human_hours, human_secs};
pub use spectrum::{SpectrumBand, draw_spectrum};

use markup::Markup;
use measure::{LABEL, LINE, TITLE_WIDE};

/// The style of drawings in a page, for the page to carry once; a lone drawing carries its own copy.
pub const DRAWING_STYLE: &str = include_str!("draw/drawing.css");

/// How a drawing is made.
///
/// # Example
///
/// ```
/// use ringback_mining::DrawOptions;
///
/// let file = DrawOptions::file("Tickets of May");
/// let in_a_page = DrawOptions::inline("Tickets of May", "figure-1");
/// # let _ = (file, in_a_page);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "where it goes, and how wide it may be")]
pub struct DrawOptions {
    title: String,
    id: String,
    is_alone: bool,
    is_narrow: bool,
}

impl DrawOptions {
    /// For a file of its own: title, description and style are inside.
    pub fn file(title: &str) -> Self {
        Self { title: title.to_owned(), id: "drawing".to_owned(), is_alone: true, is_narrow: false }
    }

    /// For a page that has [`DRAWING_STYLE`] and shows title and description itself; ids inside start with `id`.
    pub fn inline(title: &str, id: &str) -> Self {
        Self { title: title.to_owned(), id: id.to_owned(), is_alone: false, is_narrow: false }
    }

    /// Whether it is for a phone: 340 units wide rather than 720. By default false.
    #[must_use]
    pub fn narrow(mut self, is_narrow: bool) -> Self {
        self.is_narrow = is_narrow;
        self
    }

    fn width(&self) -> f64 {
        if self.is_narrow { 340.0 } else { 720.0 }
    }

    fn margin(&self) -> f64 {
        if self.is_alone { 16.0 } else { 2.0 }
    }
}

/// A drawing, and the words to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    svg: String,
    description: String,
}

impl Drawing {
    /// The drawing as SVG. All texts of the log in it are escaped, so a page may take it as it is.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// How to read the drawing, and what it leaves out.
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// What is drawn: from the top down, each part as high as it says.
struct Sheet<'a> {
    options: &'a DrawOptions,
    body: Markup,
    width: f64,
    y: f64,
}

impl<'a> Sheet<'a> {
    /// A sheet at least as wide as the options say; one that stands alone begins with title and description.
    fn new(options: &'a DrawOptions, description: &str, width: f64) -> Self {
        let margin = options.margin();
        let width = options.width().max(width + 2.0 * margin).ceil();
        let mut sheet = Self { options, body: Markup::default(), width, y: margin };
        if options.is_alone {
            let room = width - 2.0 * margin;
            for line in measure::wrap(&options.title, TITLE_WIDE, room, 3) {
                sheet.line(&line, "rm-title", 22.0);
            }
            for line in measure::wrap(description, LABEL, room, 8) {
                sheet.line(&line, "rm-soft", LINE);
            }
            sheet.y += 10.0;
        }
        sheet
    }

    /// A line of text at the left edge.
    fn line(&mut self, text: &str, class: &'static str, height: f64) {
        let x = self.options.margin();
        let tag = self.body.tag("text").num("x", x).num("y", self.y + height - 4.0);
        tag.attr("class", class).text(text);
        self.y += height;
    }

    fn finish(self, description: String) -> Drawing {
        let DrawOptions { title, id, is_alone, .. } = self.options;
        let (width, height) = (self.width, (self.y + self.options.margin()).ceil());
        let (title_id, about_id) = (format!("{id}-t"), format!("{id}-d"));
        let mut out = Markup::default();
        let mut root = out.tag("svg").attr("xmlns", "http://www.w3.org/2000/svg");
        root = root.attr("viewBox", format!("0 0 {width} {height}"));
        if *is_alone {
            root = root.num("width", width).num("height", height);
        }
        root = root.attr("class", "rm").attr("role", "img");
        root.attr("aria-labelledby", format!("{title_id} {about_id}")).content(|out| {
            out.tag("title").attr("id", title_id).text(title);
            out.tag("desc").attr("id", about_id).text(&description);
            if *is_alone {
                out.tag("style").content(|out| out.raw(DRAWING_STYLE));
                let page = out.tag("rect").num("width", width).num("height", height);
                page.attr("class", "rm-bg").empty();
            }
            out.raw(&self.body.into_string());
        });
        Drawing { svg: out.into_string(), description }
    }
}
