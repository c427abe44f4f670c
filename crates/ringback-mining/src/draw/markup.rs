//! Writes SVG: tags that close, text and attributes that are always escaped.

use std::fmt::Display;

/// Markup under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// Starts a tag, which [`Tag::empty`], [`Tag::text`] or [`Tag::content`] finishes.
    pub(super) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.0.push('<');
        self.0.push_str(name);
        Tag { markup: self, name }
    }

    /// Adds text.
    pub(super) fn text(&mut self, text: &str) {
        push_escaped(&mut self.0, text);
    }

    /// Adds what is already markup.
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }
}

/// A tag whose attributes are being written.
#[must_use = "a tag that is not finished leaves broken markup"]
pub(super) struct Tag<'a> {
    markup: &'a mut Markup,
    name: &'static str,
}

impl Tag<'_> {
    pub(super) fn attr(self, name: &'static str, value: impl Display) -> Self {
        let out = &mut self.markup.0;
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        push_escaped(out, &value.to_string());
        out.push('"');
        self
    }

    /// Adds an attribute in drawing units, to a tenth.
    pub(super) fn num(self, name: &'static str, value: f64) -> Self {
        self.attr(name, coord(value))
    }

    pub(super) fn empty(self) {
        self.markup.0.push_str("/>\n");
    }

    pub(super) fn text(self, text: &str) {
        self.content(|markup| markup.text(text));
    }

    pub(super) fn content(self, write: impl FnOnce(&mut Markup)) {
        self.markup.0.push('>');
        write(self.markup);
        self.markup.0.push_str("</");
        self.markup.0.push_str(self.name);
        self.markup.0.push_str(">\n");
    }
}

/// A length in drawing units, to a tenth: finer than an eye or a printer.
pub(super) fn coord(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if tenths == 0.0 { "0".to_owned() } else { (tenths / 10.0).to_string() }
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No XML document may hold these, not even escaped (XML 1.0, production 2).
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
}
