//! What only the people of a site know: their layout file.

use chrono::TimeDelta;
use ringback_calllog::{Error, Masked, bad_layout, read_layout};
use serde::Deserialize;

/// The layout as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    inside: Vec<String>,
    extension_digits_max: Option<u8>,
    access_code: Option<String>,
    #[serde(default)]
    trunk_devices: Vec<String>,
    #[serde(default)]
    inside_devices: Vec<String>,
    not_people: Option<Vec<String>>,
    voicemail: Option<Vec<String>>,
    zero_duration_logged: Option<bool>,
    window_minutes: Option<u32>,
}

/// The layout as it is used.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(super) inside: Patterns,
    pub(super) extension_digits_max: usize,
    pub(super) access_code: String,
    pub(super) trunk_devices: Patterns,
    pub(super) inside_devices: Patterns,
    pub(super) not_people: Patterns,
    pub(super) voicemail: Patterns,
    pub(super) zero_duration_logged: Option<bool>,
    pub(super) window: TimeDelta,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            inside: Patterns::default(),
            extension_digits_max: 6,
            access_code: String::new(),
            trunk_devices: Patterns::default(),
            inside_devices: Patterns::default(),
            not_people: Patterns::of(&[
                "CTI*", "UCCX*", "CCX*", "MOH_*", "ANN_*", "MTP_*", "CFB_*", "IVR*",
            ]),
            voicemail: Patterns::of(&["CiscoUM*", "UnityVM*", "Unity*", "CUC-*"]),
            zero_duration_logged: None,
            window: TimeDelta::hours(1),
        }
    }
}

impl Layout {
    /// The layout of a TOML text; `file` is its name in messages.
    pub(crate) fn parse(text: &str, file: &str) -> Result<Self, Error> {
        Self::check(read_layout(text, file)?).map_err(|problem| bad_layout(file, problem))
    }

    fn check(file: File) -> Result<Self, String> {
        let default = Self::default();
        let digits = file.extension_digits_max.map_or(default.extension_digits_max, usize::from);
        if !(1..=15).contains(&digits) {
            return Err(format!("extension_digits_max is {digits}, expected 1 to 15 digits"));
        }
        let access_code = file.access_code.unwrap_or_default();
        if access_code.len() > 6
            || !access_code.bytes().all(|it| it.is_ascii_digit() || b"*#".contains(&it))
        {
            let problem = "expected up to 6 digits, * or #, such as \"9\"";
            let shown = Masked::new(&access_code).to_string();
            return Err(format!("access_code is {shown:?}, {problem}"));
        }
        let minutes = file.window_minutes.unwrap_or(60);
        if !(1..=1440).contains(&minutes) {
            return Err(format!("window_minutes is {minutes}, expected 1 to 1440 minutes"));
        }
        let patterns = |key: &str, list: Option<Vec<String>>, otherwise: Patterns| match list {
            None => Ok(otherwise),
            Some(list) if list.iter().any(|it| it.trim().is_empty()) => Err(format!(
                "{key} holds a blank text, expected a name or a number, in which * stands for any signs and ? for one"
            )),
            Some(list) => Ok(Patterns::of(&list.iter().map(|it| it.trim()).collect::<Vec<_>>())),
        };
        Ok(Self {
            inside: patterns("inside", Some(file.inside), default.inside)?,
            extension_digits_max: digits,
            access_code,
            trunk_devices: patterns(
                "trunk_devices",
                Some(file.trunk_devices),
                default.trunk_devices,
            )?,
            inside_devices: patterns(
                "inside_devices",
                Some(file.inside_devices),
                default.inside_devices,
            )?,
            not_people: patterns("not_people", file.not_people, default.not_people)?,
            voicemail: patterns("voicemail", file.voicemail, default.voicemail)?,
            zero_duration_logged: file.zero_duration_logged,
            window: TimeDelta::minutes(i64::from(minutes)),
        })
    }
}

/// Names and numbers in which `*` stands for any signs and `?` for one; letters match in either case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    list: Vec<Box<str>>,
    /// Whether one of them could match a text that begins with a digit: the usual names of devices cannot.
    has_numbers: bool,
}

impl Patterns {
    fn of(list: &[&str]) -> Self {
        let has_numbers =
            list.iter().any(|it| !it.starts_with(|sign: char| sign.is_ascii_alphabetic()));
        Self { list: list.iter().map(|it| (*it).into()).collect(), has_numbers }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them matches a whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let is_number = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        (self.has_numbers || !is_number)
            && self.list.iter().any(|it| is_match(it.as_bytes(), text.as_bytes()))
    }
}

/// Whether a pattern matches a whole text. Where a star was met, what follows it is tried at each later place: time
/// grows with the product of the lengths at most.
fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(sign) = text.get(in_text) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(it) if *it == b'?' || it.eq_ignore_ascii_case(sign) => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, from)) = star else { return false };
                star = Some((star_at, from + 1));
                at = star_at + 1;
                in_text = from + 1;
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|it| *it == b'*'))
}
