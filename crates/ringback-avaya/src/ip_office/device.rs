//! What the parties of a record are, and why a call went where it went.

/// The kind of a party, by its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party<'a> {
    /// `E` and an extension: a person's telephone.
    Extension(&'a str),
    /// `V9500` and up: a channel of the voicemail server, which auto attendants use too.
    Voicemail,
    /// `V1`, a conference's number and a channel.
    Conference,
    /// `T`: a line to the outside.
    Trunk,
    /// Another device, such as `V8000`, a tone; or none.
    Other,
}

impl<'a> Party<'a> {
    /// The party of a device and its name. The number tells; the name only where the number does not.
    pub(super) fn new(device: &'a str, name: &str) -> Self {
        match device.as_bytes() {
            [b'E', _, ..] => Self::Extension(device.get(1..).unwrap_or_default()),
            [b'T', ..] => Self::Trunk,
            [b'V', ..] => Self::virtual_device(device.get(1..).unwrap_or_default(), name),
            _ => Self::Other,
        }
    }

    fn virtual_device(number: &str, name: &str) -> Self {
        match number.parse::<u32>() {
            Ok(9500..=9999) => Self::Voicemail,
            Ok(10_000..) if number.starts_with('1') => Self::Conference,
            Ok(8000..=9499) => Self::Other,
            _ if name.starts_with("VM ") => Self::Voicemail,
            _ if name.starts_with("CO ") => Self::Conference,
            _ => Self::Other,
        }
    }

    pub(super) fn extension(self) -> Option<&'a str> {
        match self {
            Self::Extension(number) => Some(number),
            _ => None,
        }
    }
}

/// What the external targeting cause says that a call's reading depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A hunt group sent the call.
    HuntGroup,
    /// An auto attendant sent it.
    AutoAttendant,
    /// The call rang at a mobile telephone beside the desk telephone.
    MobileTwin,
    /// Anything else, or nothing.
    Other,
}

impl Cause {
    /// `who reason`; a colon between them is seen too.
    pub(super) fn new(text: &str) -> Self {
        if text.is_empty() {
            return Self::Other;
        }
        let mut words = text.split([' ', ':']).filter(|it| !it.is_empty());
        match (words.next(), words.next()) {
            (_, Some("MT")) => Self::MobileTwin,
            (Some("HG"), _) => Self::HuntGroup,
            (Some("AA"), _) => Self::AutoAttendant,
            _ => Self::Other,
        }
    }
}
