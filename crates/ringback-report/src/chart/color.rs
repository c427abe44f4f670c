//! The colors of series: few, told apart by most eyes, dark enough to see.

/// The color of a series, by place in the palette; light and dark mode each have their own shade.
///
/// # Source
///
/// Blue, vermillion and purple are those of Okabe and Ito, *Color Universal Design* (2008). Their green, orange, yellow
/// and sky blue have less than the contrast of 3:1 to white that WCAG 2.2 (1.4.11) asks of graphics, or come too close
/// to a neighbor under a color vision deficiency, and are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Color {
    /// Gray: what was observed, when the colors are for what was computed.
    Gray,
    /// Blue, the first color.
    Blue,
    /// Vermillion, a red orange.
    Vermillion,
    /// Green, dark on light and light on dark.
    Green,
    /// Reddish purple.
    Purple,
    /// Indigo in light mode, yellow in dark mode.
    Indigo,
    /// Brown in light mode, pale blue in dark mode.
    Brown,
}

/// The order in which series get their colors.
const ORDER: [Color; 6] =
    [Color::Blue, Color::Vermillion, Color::Green, Color::Purple, Color::Indigo, Color::Brown];

impl Color {
    /// The colors of series, chosen or not: those that are not chosen follow the palette, and start again after the
    /// sixth.
    pub(super) fn of(chosen: impl Iterator<Item = Option<Self>>) -> Vec<Self> {
        let mut palette = ORDER.iter().copied().cycle();
        chosen.map(|it| it.or_else(|| palette.next()).unwrap_or(Self::Blue)).collect()
    }

    /// The class that sets `currentColor`.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Gray => "rb-c0",
            Self::Blue => "rb-c1",
            Self::Vermillion => "rb-c2",
            Self::Green => "rb-c3",
            Self::Purple => "rb-c4",
            Self::Indigo => "rb-c5",
            Self::Brown => "rb-c6",
        }
    }
}
