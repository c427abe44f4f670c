//! Writes SVG and HTML: tags that close, text and attributes that are always escaped.

use std::fmt::Display;

/// Markup under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Markup(String);

impl Markup {
    /// The text written so far.
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// Starts a tag; it is finished by [`Tag::empty`], [`Tag::text`] or [`Tag::content`].
    pub(crate) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.0.push('<');
        self.0.push_str(name);
        Tag { markup: self, name }
    }

    /// Adds text.
    pub(crate) fn text(&mut self, text: &str) {
        push_escaped(&mut self.0, text);
    }

    /// Adds markup that is already escaped: another [`Markup`], or a constant of ours.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }
}

/// A tag whose attributes are being written.
#[must_use = "a tag that is not finished leaves broken markup"]
pub(crate) struct Tag<'a> {
    markup: &'a mut Markup,
    name: &'static str,
}

impl Tag<'_> {
    /// Adds an attribute.
    pub(crate) fn attr(self, name: &'static str, value: impl Display) -> Self {
        let out = &mut self.markup.0;
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        push_escaped(out, &value.to_string());
        out.push('"');
        self
    }

    /// Adds an attribute in drawing units, to a tenth.
    pub(crate) fn num(self, name: &'static str, value: f64) -> Self {
        self.attr(name, coord(value))
    }

    /// Finishes the tag without content.
    pub(crate) fn empty(self) {
        self.markup.0.push_str("/>\n");
    }

    /// Finishes the tag around a text.
    pub(crate) fn text(self, text: &str) {
        self.content(|markup| markup.text(text));
    }

    /// Finishes the tag around what `write` adds.
    pub(crate) fn content(self, write: impl FnOnce(&mut Markup)) {
        self.markup.0.push('>');
        write(self.markup);
        self.markup.0.push_str("</");
        self.markup.0.push_str(self.name);
        self.markup.0.push_str(">\n");
    }
}

/// A length in drawing units, to a tenth: 0.1 of a pixel is finer than an eye or a printer.
pub(crate) fn coord(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if tenths == 0.0 { "0".to_owned() } else { (tenths / 10.0).to_string() }
}

/// The data of a path: a pen that goes from point to point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pen {
    path: String,
    is_down: bool,
}

impl Pen {
    /// Draws a line to a point, or starts there.
    pub(crate) fn go(&mut self, x: f64, y: f64) {
        self.path.push(if self.is_down { 'L' } else { 'M' });
        self.path.push_str(&coord(x));
        self.path.push(' ');
        self.path.push_str(&coord(y));
        self.is_down = true;
    }

    /// The next point starts a new line.
    pub(crate) fn lift(&mut self) {
        self.is_down = false;
    }

    /// Draws a line back to the start.
    pub(crate) fn close(&mut self) {
        self.path.push('Z');
        self.is_down = false;
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.path
    }
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            // XML 1.0, production 2: these may not appear in a document, not even escaped.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}
