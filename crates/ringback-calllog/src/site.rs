//! What an adapter must be told of the place that a log comes from.

use serde::de::DeserializeOwned;

use crate::{CustomerNumbers, Error, Fold, LocalClock, Names, PhoneRegion, Pseudonymizer, Zone};

/// The place that a log comes from: whose customers, which zone its wall clock shows, where a number without a country
/// code is dialed.
///
/// # Example
///
/// ```
/// use ringback_calllog::{Fold, PseudonymKey, Pseudonymizer, Site};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let site = Site::new(Pseudonymizer::new(&key, "acme"))
///     .zone("Europe/Copenhagen".parse()?)
///     .region("DK".parse()?)
///     .fold(Fold::Reject);
/// assert!(site.clock().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Site {
    pseudonymizer: Pseudonymizer,
    region: Option<PhoneRegion>,
    zone: Option<Zone>,
    fold: Fold,
}

impl Site {
    /// A place with these pseudonyms of which nothing else is known.
    pub fn new(pseudonymizer: Pseudonymizer) -> Self {
        Self { pseudonymizer, region: None, zone: None, fold: Fold::default() }
    }

    /// The zone of the system's wall clock. A format whose stamps are local cannot be read without; one whose stamps
    /// are UTC keeps it for calendars.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The country that numbers without a country code are dialed in.
    #[must_use]
    pub fn region(mut self, region: PhoneRegion) -> Self {
        self.region = Some(region);
        self
    }

    /// Which instant a local stamp means that comes twice in autumn. Default: the earlier.
    #[must_use]
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// The clock of local stamps; `None` if no zone was given.
    pub fn clock(&self) -> Option<LocalClock> {
        self.zone.map(|zone| LocalClock::new(zone, self.fold))
    }

    /// The zone for calendars: the one given, or else UTC.
    pub fn zone_or_utc(&self) -> Zone {
        self.zone.unwrap_or(Zone::UTC)
    }

    /// Pseudonyms of the customers' numbers.
    pub fn numbers(&self) -> CustomerNumbers {
        CustomerNumbers::new(self.pseudonymizer.clone(), self.region)
    }

    /// Names of agents, queues or intents.
    pub fn names<T: Clone + for<'a> From<&'a str>>(&self) -> Names<T> {
        Names::new(&self.pseudonymizer)
    }
}

/// Reads a layout: what a format's files cannot say, as TOML. `file` is its name in messages.
///
/// # Errors
///
/// [`Error::Mapping`] with the line, for a text that is no TOML or does not fit the type: an unknown key where those are
/// denied, a value of another kind.
pub fn read_layout<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|it| text.get(..it.start));
        let line = before.map(|it| it.matches('\n').count() + 1);
        Error::Mapping { file: file.to_owned(), line, problem: error.message().to_owned() }
    })
}

/// The error of a layout that can be read and says something that cannot be.
pub fn bad_layout(file: &str, problem: impl Into<String>) -> Error {
    Error::Mapping { file: file.to_owned(), line: None, problem: problem.into() }
}
