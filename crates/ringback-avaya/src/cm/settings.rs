//! The layout's text: which columns, and what the switch's numbers are.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use ringback_calllog::{Error, read_layout};
use serde::Deserialize;
use toml::Spanned;

use super::condition::Conditions;
use super::date::DateOrder;
use super::layout::{Item, Layout, Traits};
use super::standard;

/// What a switch's layout says.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) layout: Layout,
    pub(super) date_order: DateOrder,
    /// The year of the first date record.
    pub(super) year: Option<i32>,
    pub(super) circuit_ids: CircuitIds,
    pub(super) conditions: Conditions,
    /// The extensions; `None` if nothing is said of them.
    pub(super) inside: Option<Numbers>,
    pub(super) not_people: Numbers,
    pub(super) voicemail: Numbers,
    pub(super) queues: Numbers,
    /// Incoming trunk call splitting is on.
    pub(super) splits: bool,
    /// How far apart records with one UCID may be.
    pub(super) window: TimeDelta,
}

/// How the numbers of trunk circuits are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CircuitIds {
    /// Tens, units, hundreds: 123 as 231.
    Inverted,
    /// As they are.
    Modified,
}

/// Some of the switch's numbers: one by one, by pattern, or by length.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    single: BTreeSet<Box<str>>,
    /// An `x` stands for any digit.
    patterns: Vec<Box<str>>,
    lengths: Vec<usize>,
}

impl Numbers {
    pub(super) fn has(&self, number: &str) -> bool {
        if self.single.contains(number) || self.lengths.contains(&number.len()) {
            return true;
        }
        let fits = |pattern: &str| {
            let mut signs = pattern.bytes().zip(number.bytes());
            pattern.len() == number.len()
                && signs.all(|(sign, it)| sign == it || sign == b'x' && it.is_ascii_digit())
        };
        self.patterns.iter().any(|it| fits(it))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    layout: Option<Spanned<String>>,
    fields: Option<Spanned<Vec<Spanned<Field>>>>,
    date_order: Option<Spanned<String>>,
    year: Option<Spanned<i32>>,
    circuit_ids: Option<Spanned<String>>,
    conditions: Option<Spanned<String>>,
    inside: Option<Vec<Spanned<Number>>>,
    #[serde(default)]
    not_people: Vec<Spanned<Number>>,
    #[serde(default)]
    voicemail: Vec<Spanned<Number>>,
    #[serde(default)]
    queues: Vec<Spanned<Number>>,
    #[serde(default)]
    split: bool,
    window_secs: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    item: String,
    width: usize,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number in quotes, such as \"6100\" or \"61xx\", or a length"
)]
enum Number {
    Length(usize),
    Text(String),
}

/// What is wrong, and at which byte of the text.
struct Problem {
    at: Option<usize>,
    what: String,
}

impl Problem {
    fn new(what: impl Into<String>) -> Self {
        Self { at: None, what: what.into() }
    }

    fn at<T>(value: &Spanned<T>, what: impl Into<String>) -> Self {
        Self { at: Some(value.span().start), what: what.into() }
    }
}

impl Settings {
    /// The settings of a layout's text.
    pub(super) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let line = |at: usize| text.get(..at).map(|it| it.matches('\n').count() + 1);
        let mapping = |at: Option<usize>, problem: String| Error::Mapping {
            file: file.to_owned(),
            line: at.and_then(line),
            problem,
        };
        let parsed: File = read_layout(text, file)?;
        Self::check(parsed).map_err(|it| mapping(it.at, it.what))
    }

    fn check(file: File) -> Result<Self, Problem> {
        let layout = layout(file.layout.as_ref(), file.fields.as_ref())?;
        let orders = [("month/day", DateOrder::MonthDay), ("day/month", DateOrder::DayMonth)];
        let date_order = one_of("date_order", file.date_order.as_ref(), &orders)?;
        let ids = [("inverted", CircuitIds::Inverted), ("modified", CircuitIds::Modified)];
        let circuit_ids = one_of("circuit_ids", file.circuit_ids.as_ref(), &ids)?;
        let codes = [("standard", Conditions::Standard), ("59-char", Conditions::FiftyNine)];
        let conditions = one_of("conditions", file.conditions.as_ref(), &codes)?;
        let year = file.year.map(|it| in_range("year", &it, 1990, 2099)).transpose()?;
        let window = file.window_secs.map(|it| in_range("window_secs", &it, 60, 86_400));
        let window = window.transpose()?.unwrap_or(3_600);
        Ok(Self {
            date_order: date_order.unwrap_or_default(),
            year,
            circuit_ids: circuit_ids.unwrap_or(layout.traits.circuit_ids),
            conditions: conditions.unwrap_or(layout.traits.conditions),
            inside: file.inside.map(|it| numbers("inside", it, true)).transpose()?,
            not_people: numbers("not_people", file.not_people, false)?,
            voicemail: numbers("voicemail", file.voicemail, false)?,
            queues: numbers("queues", file.queues, false)?,
            splits: file.split,
            window: TimeDelta::seconds(window),
            layout,
        })
    }
}

fn layout(
    name: Option<&Spanned<String>>,
    fields: Option<&Spanned<Vec<Spanned<Field>>>>,
) -> Result<Layout, Problem> {
    match (name, fields) {
        (Some(name), None) => standard::layout(name.get_ref()).ok_or_else(|| {
            let (got, known) = (name.get_ref(), standard::NAMES.join(", "));
            let why = match got.as_str() {
                "int-process" => "; its columns are not known: give `fields`",
                "customized" => "; a customized layout is given by `fields`",
                _ => "",
            };
            Problem::at(name, format!("layout is {got:?}, expected one of {known}{why}"))
        }),
        (None, Some(fields)) => customized(fields),
        (Some(name), Some(_)) => Err(Problem::at(
            name,
            "both `layout` and `fields` are given, expected one: they say the same in two ways",
        )),
        (None, None) => Err(Problem::new(
            "neither `layout` nor `fields` is given, expected one: the columns of a record are never guessed",
        )),
    }
}

/// A customized layout is what its site says.
const CUSTOMIZED: Traits = Traits {
    unconfirmed: "",
    is_open_ended: false,
    circuit_ids: CircuitIds::Modified,
    conditions: Conditions::Standard,
};

/// A layout of the site's own items.
fn customized(fields: &Spanned<Vec<Spanned<Field>>>) -> Result<Layout, Problem> {
    const MOST_COLUMNS: usize = 1_000;
    let mut items: Vec<(Item, usize)> = Vec::new();
    let mut columns = 0;
    for field in fields.get_ref() {
        let Field { item: name, width } = field.get_ref();
        let item = Item::find(name).ok_or_else(|| {
            let what = format!("item is {name:?}, expected one of {}", Item::names());
            Problem::at(field, what)
        })?;
        let is_free = matches!(item, Item::Space | Item::Unread | Item::Control | Item::LineFeed);
        if !is_free && items.iter().any(|it| it.0 == item) {
            return Err(Problem::at(field, format!("item {name:?} is there twice, expected once")));
        }
        if let Some(expected) = item.only_width().filter(|it| it != width) {
            let what = format!("{name} has a width of {width}, expected {expected}");
            return Err(Problem::at(field, what));
        }
        columns += (*width).min(MOST_COLUMNS + 1);
        if *width == 0 || columns > MOST_COLUMNS {
            let what =
                format!("{name} has a width of {width}, expected 1 or more, {MOST_COLUMNS} in all");
            return Err(Problem::at(field, what));
        }
        items.push((item, *width));
    }
    let has = |item| items.iter().any(|it| it.0 == item);
    let lacks = if !has(Item::Time) {
        "time"
    } else if has(Item::SecDur) == has(Item::Duration) {
        "either sec-dur or duration"
    } else if !has(Item::Condition) {
        "cond-code"
    } else {
        return Ok(Layout::new("customized", CUSTOMIZED, &items));
    };
    Err(Problem::at(fields, format!("fields do not have {lacks}, without which no call is known")))
}

/// The meaning of a word.
fn one_of<T: Copy>(
    key: &str,
    value: Option<&Spanned<String>>,
    words: &[(&str, T)],
) -> Result<Option<T>, Problem> {
    let Some(value) = value else { return Ok(None) };
    let got = value.get_ref();
    let found = words.iter().find(|it| it.0 == got).map(|it| it.1);
    let known = || words.iter().map(|it| it.0).collect::<Vec<_>>().join(" or ");
    found
        .map(Some)
        .ok_or_else(|| Problem::at(value, format!("{key} is {got:?}, expected {}", known())))
}

fn in_range<T: Copy + PartialOrd + std::fmt::Display>(
    key: &str,
    value: &Spanned<T>,
    least: T,
    most: T,
) -> Result<T, Problem> {
    let got = *value.get_ref();
    if least <= got && got <= most {
        return Ok(got);
    }
    Err(Problem::at(value, format!("{key} is {got}, expected {least} to {most}")))
}

fn numbers(key: &str, values: Vec<Spanned<Number>>, has_lengths: bool) -> Result<Numbers, Problem> {
    let mut numbers = Numbers::default();
    for value in values {
        let at = Some(value.span().start);
        let problem = |what: String| Problem { at, what };
        match value.into_inner() {
            Number::Length(len) if has_lengths && (1..=15).contains(&len) => {
                numbers.lengths.push(len);
            }
            Number::Length(len) => {
                let expected =
                    if has_lengths { "a length of 1 to 15" } else { "a number in quotes" };
                return Err(problem(format!("{key} has {len}, expected {expected}")));
            }
            Number::Text(text) => {
                let is_number = |it: u8| it.is_ascii_digit() || matches!(it, b'x' | b'*' | b'#');
                if text.is_empty() || !text.bytes().all(is_number) {
                    let expected = "digits, with x for any digit";
                    return Err(problem(format!("{key} has {text:?}, expected {expected}")));
                }
                if text.contains('x') {
                    numbers.patterns.push(text.into());
                } else {
                    numbers.single.insert(text.into());
                }
            }
        }
    }
    Ok(numbers)
}
