//! The report as one HTML file that opens from disk: no scripts, nothing loaded, readable on a phone and on paper.

use std::collections::BTreeSet;

use ringback_mining::DRAWING_STYLE;

use crate::chart::markup::Markup;
use crate::chart::{Chart, ChartSize, STYLE};

const PAGE_STYLE: &str = include_str!("page.css");

/// Whatever ends up in the page by mistake, the browser loads nothing from anywhere.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// From this many rows on, a table scrolls in a window of its own (but not on paper).
const LONG_TABLE: usize = 20;

/// A report of sections, with a table of contents.
///
/// All text is escaped; there is no way to add markup.
///
/// # Example
///
/// ```
/// use ringback_report::{KeyFigure, Page, Section};
///
/// let html = Page::new("Waits in May")
///     .lede("Callers waited longest on Monday mornings.")
///     .section(
///         Section::new("At a glance")
///             .key_figures([KeyFigure::new("Median wait", "41").unit("s").note("38 s in April")])
///             .text("Calls & callbacks of all queues."),
///     )
///     .to_html();
/// assert!(html.starts_with("<!doctype html>"));
/// assert!(html.contains("Calls &amp; callbacks"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Page {
    title: String,
    lede: String,
    sections: Vec<Section>,
}

impl Page {
    /// A page without sections.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), lede: String::new(), sections: Vec::new() }
    }

    /// What the report found, in a sentence or two below the title; by default none.
    pub fn lede(mut self, text: &str) -> Self {
        text.clone_into(&mut self.lede);
        self
    }

    /// Adds a section.
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The page as one self-contained HTML file: the same bytes for the same input.
    pub fn to_html(&self) -> String {
        let ids = self.section_ids();
        let mut out = Markup::default();
        out.raw("<!doctype html>\n");
        out.tag("html").attr("lang", "en").content(|out| {
            out.tag("head").content(|out| self.head(out));
            out.tag("body").content(|out| {
                out.tag("a").attr("class", "skip").attr("href", "#content").text("Skip to content");
                out.tag("div").attr("class", "layout").content(|out| {
                    self.header(out);
                    self.contents(out, &ids);
                    self.main(out, &ids);
                });
            });
        });
        out.into_string()
    }

    fn head(&self, out: &mut Markup) {
        out.raw("\n");
        out.tag("meta").attr("charset", "utf-8").empty();
        let policy = out.tag("meta").attr("http-equiv", "Content-Security-Policy");
        policy.attr("content", CONTENT_SECURITY_POLICY).empty();
        let viewport = out.tag("meta").attr("name", "viewport");
        viewport.attr("content", "width=device-width, initial-scale=1").empty();
        out.tag("title").text(&self.title);
        out.tag("style").content(|out| {
            out.raw(STYLE);
            if self.sections.iter().any(Section::has_mined_chart) {
                out.raw(DRAWING_STYLE);
            }
            out.raw(PAGE_STYLE);
        });
    }

    fn header(&self, out: &mut Markup) {
        out.tag("header").content(|out| {
            out.tag("h1").text(&self.title);
            if !self.lede.is_empty() {
                out.tag("p").attr("class", "lede").text(&self.lede);
            }
        });
    }

    fn contents(&self, out: &mut Markup, ids: &[String]) {
        if self.sections.len() < 2 {
            return;
        }
        out.tag("nav").attr("aria-label", "Contents").content(|out| {
            out.tag("p").attr("class", "nav-title").text("Contents");
            out.tag("ol").content(|out| {
                for (section, id) in self.sections.iter().zip(ids) {
                    out.tag("li").content(|out| {
                        out.tag("a").attr("href", format!("#{id}")).text(&section.heading);
                    });
                }
            });
        });
    }

    fn main(&self, out: &mut Markup, ids: &[String]) {
        let mut figures = 0;
        out.tag("main").attr("id", "content").content(|out| {
            for (section, id) in self.sections.iter().zip(ids) {
                let heading_id = format!("{id}-heading");
                let tag = out.tag("section").attr("id", id).attr("aria-labelledby", &heading_id);
                tag.content(|out| {
                    out.tag("h2").attr("id", heading_id).text(&section.heading);
                    for block in &section.blocks {
                        block.write(out, &mut figures);
                    }
                });
            }
        });
    }

    /// The ids of the sections, made unique by a number where two are the same.
    fn section_ids(&self) -> Vec<String> {
        let mut taken = BTreeSet::from(["content".to_owned()]);
        let mut ids = Vec::new();
        for section in &self.sections {
            let wanted = slug(section.id.as_deref().unwrap_or(&section.heading));
            let heading = |id: &String| format!("{id}-heading");
            let is_free = |it: &String| !taken.contains(it) && !taken.contains(&heading(it));
            let numbered = (2..).map(|n| format!("{wanted}-{n}"));
            let mut wishes = std::iter::once(wanted.clone()).chain(numbered);
            let id = wishes.find(is_free).unwrap_or_default();
            taken.extend([heading(&id), id.clone()]);
            ids.push(id);
        }
        ids
    }
}

/// Small letters, digits and hyphens: an id that is safe in a link.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    // Charts name their parts `figure-1-…`.
    if slug.is_empty() || slug.starts_with("figure") {
        format!("section-{slug}").trim_end_matches('-').to_owned()
    } else {
        slug.to_owned()
    }
}

/// A heading and what stands below it, in the order in which it is added.
#[derive(Clone, Debug)]
#[must_use]
pub struct Section {
    heading: String,
    id: Option<String>,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
enum Block {
    Text(String),
    KeyFigures(Vec<KeyFigure>),
    Table(Table),
    Chart(Box<Chart>),
    Note(String),
    Warning(String),
    Definitions(Vec<(String, String)>),
}

impl Section {
    /// An empty section.
    pub fn new(heading: &str) -> Self {
        Self { heading: heading.to_owned(), id: None, blocks: Vec::new() }
    }

    /// What links to the section end in; by default made from the heading. Only letters, digits and hyphens are kept.
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Adds a paragraph.
    pub fn text(self, text: &str) -> Self {
        self.block(Block::Text(text.to_owned()))
    }

    /// Adds a row of key figures.
    pub fn key_figures(self, figures: impl IntoIterator<Item = KeyFigure>) -> Self {
        self.block(Block::KeyFigures(figures.into_iter().collect()))
    }

    /// Adds a table.
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// Adds a chart, with its title and description above it.
    pub fn chart(self, chart: impl Into<Chart>) -> Self {
        self.block(Block::Chart(Box::new(chart.into())))
    }

    /// Adds a paragraph set apart: what the reader should know.
    pub fn note(self, text: &str) -> Self {
        self.block(Block::Note(text.to_owned()))
    }

    /// Adds a paragraph set apart: what the figures must not be used for.
    pub fn warning(self, text: &str) -> Self {
        self.block(Block::Warning(text.to_owned()))
    }

    /// Adds a list of terms and what they mean.
    pub fn definitions<'a>(self, terms: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let terms = terms.into_iter().map(|(term, text)| (term.to_owned(), text.to_owned()));
        self.block(Block::Definitions(terms.collect()))
    }

    fn has_mined_chart(&self) -> bool {
        self.blocks.iter().any(|it| matches!(it, Block::Chart(chart) if chart.is_mined()))
    }

    fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Block {
    fn write(&self, out: &mut Markup, figures: &mut usize) {
        match self {
            Self::Text(text) => out.tag("p").text(text),
            Self::KeyFigures(figures) => write_key_figures(out, figures),
            Self::Table(table) => table.write(out),
            Self::Chart(chart) => {
                *figures += 1;
                write_chart(out, chart, *figures);
            }
            Self::Note(text) => write_call_out(out, "note", "Note", text),
            Self::Warning(text) => write_call_out(out, "note warning", "Caution", text),
            Self::Definitions(terms) => out.tag("dl").content(|out| {
                for (term, text) in terms {
                    out.tag("dt").text(term);
                    out.tag("dd").text(text);
                }
            }),
        }
    }
}

/// Both drawings of a chart; the style shows one of them.
fn write_chart(out: &mut Markup, chart: &Chart, number: usize) {
    let (title, description) = chart.caption();
    out.tag("figure").attr("id", format!("figure-{number}")).content(|out| {
        out.tag("figcaption").content(|out| {
            out.tag("strong").text(title);
            if !description.is_empty() {
                out.tag("span").text(description);
            }
        });
        let sizes = [("wide", ChartSize::Wide), ("narrow", ChartSize::Narrow)];
        for (class, size) in sizes {
            let svg = chart.inline(format!("figure-{number}-{class}"), size);
            out.tag("div").attr("class", class).content(|out| out.raw(svg.as_str()));
        }
    });
}

fn write_call_out(out: &mut Markup, class: &'static str, label: &str, text: &str) {
    out.tag("div").attr("class", class).attr("role", "note").content(|out| {
        out.tag("strong").text(label);
        out.tag("p").text(text);
    });
}

fn write_key_figures(out: &mut Markup, figures: &[KeyFigure]) {
    out.tag("ul").attr("class", "figures").content(|out| {
        for figure in figures {
            out.tag("li").content(|out| {
                out.tag("span").attr("class", "label").text(&figure.label);
                out.tag("span").attr("class", "value").content(|out| {
                    out.text(&figure.value);
                    if !figure.unit.is_empty() {
                        out.tag("span")
                            .attr("class", "unit")
                            .text(&format!("\u{a0}{}", figure.unit));
                    }
                });
                if !figure.note.is_empty() {
                    out.tag("span").attr("class", "about").text(&figure.note);
                }
            });
        }
    });
}

/// One number that matters, large.
#[derive(Clone, Debug)]
#[must_use]
pub struct KeyFigure {
    label: String,
    value: String,
    unit: String,
    note: String,
}

impl KeyFigure {
    /// A figure and its name; the caller has rounded the value, or says "not observable".
    pub fn new(label: &str, value: &str) -> Self {
        let (unit, note) = (String::new(), String::new());
        Self { label: label.to_owned(), value: value.to_owned(), unit, note }
    }

    /// The unit after the value; by default none.
    pub fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }

    /// What the figure is compared with, or how it is defined; by default none.
    pub fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

/// Which edge the cells of a column keep to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// The left, for text.
    #[default]
    Left,
    /// The right, for numbers.
    Right,
}

/// Rows under a header.
///
/// # Example
///
/// ```
/// use ringback_report::{Align, Table};
///
/// let table = Table::new(["Queue", "Calls"])
///     .align([Align::Left, Align::Right])
///     .caption("Calls offered in May, by queue")
///     .row(["Sales", "1204"])
///     .row(["Support", "877"]);
/// # let _ = table;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Table {
    caption: String,
    header: Vec<String>,
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        Self { caption: String::new(), header, align: Vec::new(), rows: Vec::new() }
    }

    /// How the columns align, in order; by default, and where none is given, [`Align::Left`].
    pub fn align(mut self, columns: impl IntoIterator<Item = Align>) -> Self {
        self.align = columns.into_iter().collect();
        self
    }

    /// What the table shows, above it; by default none.
    pub fn caption(mut self, caption: &str) -> Self {
        caption.clone_into(&mut self.caption);
        self
    }

    /// Adds a row of cells; the first cell names the row. Missing cells stay empty.
    pub fn row<S: Into<String>>(mut self, cells: impl IntoIterator<Item = S>) -> Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }

    fn write(&self, out: &mut Markup) {
        let class = if self.rows.len() > LONG_TABLE { "table long" } else { "table" };
        let label = if self.caption.is_empty() { "Table" } else { &self.caption };
        // A keyboard reaches what scrolls only if it can have the focus.
        let tag = out.tag("div").attr("class", class).attr("role", "region");
        tag.attr("aria-label", label).attr("tabindex", "0").content(|out| {
            out.tag("table").content(|out| {
                if !self.caption.is_empty() {
                    out.tag("caption").text(&self.caption);
                }
                out.tag("thead").content(|out| self.write_row(out, &self.header, true));
                out.tag("tbody").content(|out| {
                    for row in &self.rows {
                        self.write_row(out, row, false);
                    }
                });
            });
        });
    }

    fn write_row(&self, out: &mut Markup, cells: &[String], is_header: bool) {
        out.tag("tr").content(|out| {
            for column in 0..self.header.len().max(cells.len()) {
                let text = cells.get(column).map_or("", String::as_str);
                let tag = match (is_header, column) {
                    (true, _) => out.tag("th").attr("scope", "col"),
                    (false, 0) => out.tag("th").attr("scope", "row"),
                    _ => out.tag("td"),
                };
                match self.align.get(column) {
                    Some(Align::Right) => tag.attr("class", "right").text(text),
                    _ => tag.text(text),
                }
            }
        });
    }
}
