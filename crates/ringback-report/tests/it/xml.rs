//! A reader of XML that knows enough to say that a file is well-formed, and refuses the rest.

use std::collections::BTreeMap;

/// A tag, with the text directly in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
    /// The index of the element around it.
    pub(crate) parent: Option<usize>,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    pub(crate) fn num(&self, name: &str) -> f64 {
        self.get(name).parse().unwrap()
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").split(' ').any(|it| it == class)
    }
}

/// The elements of a document in order; panics where it is not well-formed.
#[track_caller]
pub(crate) fn read(document: &str) -> Vec<Element> {
    let mut rest = document.strip_prefix("<!doctype html>\n").unwrap_or(document);
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    while let Some(start) = rest.find('<') {
        let text = unescape(&rest[..start]);
        match open.last() {
            Some(last) => elements[*last].text += &text,
            None => assert!(text.trim().is_empty(), "text outside of the root: {text:?}"),
        }
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().expect("an end has a start");
            assert_eq!(elements[last].name, name, "tags nest");
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |it| (it, true));
        assert!(!(elements.is_empty() && is_empty) && (elements.is_empty() || !open.is_empty()));
        let element = element(tag, open.last().copied());
        if !is_empty {
            open.push(elements.len());
        }
        elements.push(element);
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "everything is closed");
    elements
}

#[track_caller]
fn element(tag: &str, parent: Option<usize>) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.bytes().all(|it| it.is_ascii_alphanumeric()) && !name.is_empty(), "{tag:?}");
    let mut attributes = BTreeMap::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_once("=\"").expect("an attribute is quoted");
        assert!(key.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-'), "{key:?}");
        let (value, after) = after.split_once('"').expect("a quote is closed");
        assert!(attributes.insert(key.to_owned(), unescape(value)).is_none(), "{key} twice");
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    Element { name: name.to_owned(), attributes, text: String::new(), parent }
}

#[track_caller]
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        let (name, after) = rest[at + 1..].split_once(';').expect("an entity ends");
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            _ => panic!("unknown entity {name:?}"),
        });
        rest = after;
    }
    out += rest;
    let is_allowed = |c: char| c >= ' ' || matches!(c, '\t' | '\n' | '\r');
    assert!(out.chars().all(is_allowed), "a control character in {out:?}");
    out
}
