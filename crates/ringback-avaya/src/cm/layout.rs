//! Where the columns of a record are: items in order, each so many characters wide.

use super::condition::Conditions;
use super::record::Fault;
use super::settings::CircuitIds;

/// What stands in some columns of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Month, day and year or day, month and year, by the date order of the layout.
    Date,
    /// Day, month and year, whatever the date order.
    DateOfDay,
    /// When the call ended: hours and minutes.
    Time,
    /// Whole seconds.
    SecDur,
    /// Hours, minutes and tenths of a minute.
    Duration,
    Condition,
    /// Access code used: the outgoing trunk group.
    CodeUsed,
    Dialed,
    Calling,
    /// The first digit of the calling number, where it stands apart.
    CallingFirst,
    /// Access code of the incoming trunk group.
    InTrunk,
    InCircuit,
    /// Tens and units of the incoming circuit, where the hundreds stand apart.
    InCircuitTens,
    InCircuitHundreds,
    OutCircuit,
    OutCircuitTens,
    OutCircuitHundreds,
    /// Tens, units and hundreds of the outgoing circuit, whatever the switch's setting.
    OutCircuitRotated,
    Account,
    Vdn,
    Ucid,
    Space,
    /// Anything that is not read.
    Unread,
    /// A line feed: at the end of a record nothing, within it the place where it is torn into two lines.
    LineFeed,
    /// A control character that is taken out before columns are counted.
    Control,
}

impl Item {
    const COUNT: usize = Self::Control as usize + 1;

    /// The items of a customized layout, as the switch's form and its readers name them.
    const NAMES: &[(&str, Self)] = &[
        ("acct-code", Self::Account),
        ("attd-console", Self::Unread),
        ("auth-code", Self::Unread),
        ("bandwidth", Self::Unread),
        ("bcc", Self::Unread),
        ("calling-num", Self::Calling),
        ("clg-num/in-tac", Self::Calling),
        ("code-dial", Self::Unread),
        ("code-used", Self::CodeUsed),
        ("cond-code", Self::Condition),
        ("date", Self::Date),
        ("dialed-num", Self::Dialed),
        ("duration", Self::Duration),
        ("feat-flag", Self::Unread),
        ("frl", Self::Unread),
        ("in-crt-id", Self::InCircuit),
        ("in-trk-code", Self::InTrunk),
        ("ins", Self::Unread),
        ("isdn-cc", Self::Unread),
        ("ixc-code", Self::Unread),
        ("line-feed", Self::LineFeed),
        ("ma-uui", Self::Unread),
        ("node-num", Self::Unread),
        ("null", Self::Control),
        ("other", Self::Unread),
        ("out-crt-id", Self::OutCircuit),
        ("ppm", Self::Unread),
        ("res_flag", Self::Unread),
        ("return", Self::Control),
        ("sec-dur", Self::SecDur),
        ("space", Self::Space),
        ("time", Self::Time),
        ("tsc_ct", Self::Unread),
        ("tsc_flag", Self::Unread),
        ("ucid", Self::Ucid),
        ("vdn", Self::Vdn),
    ];

    /// The item of a name.
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|it| it.0 == name).map(|it| it.1)
    }

    /// Every name, for messages.
    pub(super) fn names() -> String {
        Self::NAMES.iter().map(|it| it.0).collect::<Vec<_>>().join(", ")
    }

    /// The width that an item must have, where it has only one.
    pub(super) fn only_width(self) -> Option<usize> {
        match self {
            Self::Date | Self::DateOfDay => Some(6),
            Self::Time | Self::Duration => Some(4),
            Self::Condition => Some(1),
            Self::Ucid => Some(20),
            _ => None,
        }
    }

    /// Whether it takes no columns once control characters are taken out.
    fn is_control(self) -> bool {
        matches!(self, Self::LineFeed | Self::Control)
    }
}

/// Some columns: from the first to before the last, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Columns {
    from: usize,
    to: usize,
}

/// How a layout may depart from what its table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    /// What of it is not confirmed by the vendor's own tables; blank if nothing.
    pub(super) unconfirmed: &'static str,
    /// More columns than are known may follow.
    pub(super) is_open_ended: bool,
    /// How circuit numbers are printed unless the switch is told otherwise.
    pub(super) circuit_ids: CircuitIds,
    /// Which codes its condition column holds.
    pub(super) conditions: Conditions,
}

/// The columns of the records of one switch.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) name: &'static str,
    pub(super) traits: Traits,
    columns: [Columns; Item::COUNT],
    /// Columns that must be blank.
    spaces: Vec<usize>,
    /// Characters of a record.
    len: usize,
    /// Characters that a record has at least: what is always written, the blanks after it taken off.
    least: usize,
    /// Characters before the line feed within the record, if there is one.
    pub(super) torn_at: Option<usize>,
}

impl Layout {
    /// A layout of these items and widths. A line feed is a tear only if columns follow it.
    pub(super) fn new(name: &'static str, traits: Traits, items: &[(Item, usize)]) -> Self {
        let mut columns = [Columns::default(); Item::COUNT];
        let (mut spaces, mut at, mut torn_at) = (Vec::new(), 0, None);
        let mut before = Item::Space;
        for &(item, width) in items {
            if item.is_control() {
                torn_at = torn_at.or((item == Item::LineFeed).then_some(at));
                continue;
            }
            let to = at + width;
            // A long account code runs on into the columns after its own.
            if item == Item::Space && before != Item::Account {
                spaces.extend(at..to);
            }
            columns[item as usize] = Columns { from: at, to };
            (at, before) = (to, item);
        }
        let always = [Item::Time, Item::Duration, Item::SecDur, Item::Condition];
        let least = always.iter().map(|it| columns[*it as usize].to).max().unwrap_or(0);
        let torn_at = torn_at.filter(|it| *it < at);
        Self { name, traits, columns, spaces, len: at, least, torn_at }
    }

    /// Whether the layout has an item.
    pub(super) fn has(&self, item: Item) -> bool {
        self.width(item) > 0
    }

    /// How many columns an item takes.
    pub(super) fn width(&self, item: Item) -> usize {
        let columns = self.columns[item as usize];
        columns.to - columns.from
    }

    /// What stands in an item's columns, without the blanks around it.
    #[inline]
    pub(super) fn get<'a>(&self, text: &'a str, item: Item) -> &'a str {
        let columns = self.columns[item as usize];
        text.get(columns.from..columns.to.min(text.len())).unwrap_or("").trim_ascii()
    }

    /// Whether a line, blanks at its end taken off, has the length of a record and blanks where the layout has them.
    pub(super) fn check_shape(&self, text: &str) -> Result<(), Fault> {
        if text.len() < self.least {
            return Err(Fault::other("", "a line that is shorter than a record of the layout"));
        }
        if text.len() > self.len && !self.traits.is_open_ended {
            return Err(Fault::other("", "a line that is longer than a record of the layout"));
        }
        self.check_spaces(text, 0)
    }

    /// As [`check_shape`](Self::check_shape), of the line before the tear.
    pub(super) fn check_first_half(&self, text: &str) -> Result<(), Fault> {
        if text.len() < self.least {
            return Err(Fault::other("", "a line that is shorter than a record of the layout"));
        }
        self.check_spaces(text, 0)
    }

    /// As [`check_shape`](Self::check_shape), of the line after the tear, which begins at a column.
    pub(super) fn is_second_half(&self, text: &str, torn_at: usize) -> bool {
        let fits = torn_at + text.len() <= self.len || self.traits.is_open_ended;
        fits && self.check_spaces(text, torn_at).is_ok()
    }

    fn check_spaces(&self, text: &str, offset: usize) -> Result<(), Fault> {
        let bytes = text.as_bytes();
        let stands_out = |column: &usize| {
            let at = column.checked_sub(offset);
            at.and_then(|at| bytes.get(at)).is_some_and(|sign| *sign != b' ')
        };
        if self.spaces.iter().any(stands_out) {
            return Err(Fault::other("", "a sign where the layout has a blank column"));
        }
        Ok(())
    }
}
