//! Every format of the suite by its name: to read files of one, or a folder of several.

use crate::calllog::{CdrFormat, Delimited, Error, Fold, PhoneRegion, Pseudonymizer, Site, Zone};

/// What is known of the place that logs come from, before a format is chosen.
///
/// # Example
///
/// ```
/// use ringback::calllog::{LogReader, PseudonymKey, Pseudonymizer};
/// use ringback::formats::{FormatName, Formats};
///
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let formats = Formats::new(Pseudonymizer::new(&key, "acme")).zone("Europe/Copenhagen".parse()?);
/// # #[cfg(feature = "avaya")]
/// let mut format = formats.open(FormatName::AvayaIpOffice, None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Formats {
    pseudonymizer: Pseudonymizer,
    zone: Option<Zone>,
    fold: Option<Fold>,
    region: Option<PhoneRegion>,
}

/// A layout or mapping: a TOML text, and what messages call it.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// The text.
    pub text: &'a str,
    /// Its file.
    pub file: &'a str,
}

/// Declares the formats with their names, in the order of the documents.
macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// A format by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FormatName {
            $($(#[$doc])* $variant,)+
        }

        impl FormatName {
            /// Every format, also of crates that are not compiled in.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name: what `--format` takes.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

formats! {
    /// Cisco Unified Communications Manager: call detail records, with the management records beside them.
    CucmCdr = "cucm-cdr",
    /// Cisco Unified Communications Manager: call management records alone.
    CucmCmr = "cucm-cmr",
    /// Cisco Unified Contact Center Express.
    Uccx = "uccx",
    /// Cisco Unified Contact Center Enterprise: termination and route call detail.
    UcceTcd = "ucce-tcd",
    /// Avaya Communication Manager call detail recording.
    AvayaCm = "avaya-cm",
    /// Avaya IP Office station message detail recording.
    AvayaIpOffice = "avaya-ipoffice",
    /// Avaya Call Management System external call history.
    AvayaEchi = "avaya-echi",
    /// 3CX call detail records of the CDR service.
    ThreeCxLegacy = "3cx-legacy",
    /// 3CX V20 table `cdroutput`.
    ThreeCxCdroutput = "3cx-cdroutput",
    /// 3CX management console exports.
    ThreeCxReport = "3cx-report",
    /// Any delimited text, by a mapping file.
    Delimited = "delimited",
}

impl std::fmt::Display for FormatName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for FormatName {
    type Err = InvalidFormatName;

    fn from_str(text: &str) -> Result<Self, InvalidFormatName> {
        let known = Self::ALL.iter().find(|it| it.as_str() == text);
        known.copied().ok_or_else(|| InvalidFormatName(text.to_owned()))
    }
}

/// A text that names no format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFormatName(String);

impl std::fmt::Display for InvalidFormatName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all: Vec<&str> = FormatName::ALL.iter().map(|it| it.as_str()).collect();
        write!(f, "{:?} is no format, expected one of {}", self.0, all.join(", "))
    }
}

impl std::error::Error for InvalidFormatName {}

impl Formats {
    /// Formats of a place of which nothing but the pseudonyms is known.
    pub fn new(pseudonymizer: Pseudonymizer) -> Self {
        Self { pseudonymizer, zone: None, fold: None, region: None }
    }

    /// The zone of the system's wall clock.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Which instant a local stamp means that comes twice in autumn.
    #[must_use]
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = Some(fold);
        self
    }

    /// The country that numbers without a country code are dialed in.
    #[must_use]
    pub fn region(mut self, region: PhoneRegion) -> Self {
        self.region = Some(region);
        self
    }

    /// What an adapter is told.
    pub fn site(&self) -> Site {
        let mut site = Site::new(self.pseudonymizer.clone());
        if let Some(zone) = self.zone {
            site = site.zone(zone);
        }
        if let Some(region) = self.region {
            site = site.region(region);
        }
        match self.fold {
            Some(fold) => site.fold(fold),
            None => site,
        }
    }

    /// A format by its name, with its layout (of `delimited`, its mapping) where there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`] for a layout that cannot be used, for `delimited` without a mapping, and for a format whose
    /// crate is not compiled in.
    pub fn open(
        &self,
        name: FormatName,
        layout: Option<Layout<'_>>,
    ) -> Result<Box<dyn CdrFormat>, Error> {
        /// A format that takes a layout.
        #[cfg(any(feature = "cisco", feature = "avaya", feature = "3cx"))]
        macro_rules! with_layout {
            ($format:ty) => {{
                let format = <$format>::new(self.site());
                Ok(match layout {
                    Some(layout) => Box::new(format.layout(layout.text, layout.file)?),
                    None => Box::new(format),
                })
            }};
        }
        /// A format that has nothing to be told.
        #[cfg(feature = "3cx")]
        macro_rules! without_layout {
            ($format:ty) => {
                match layout {
                    Some(_) => Err(unusable(name, "takes no layout")),
                    None => Ok(Box::new(<$format>::new(self.site()))),
                }
            };
        }
        match name {
            #[cfg(feature = "cisco")]
            FormatName::CucmCdr => with_layout!(crate::cisco::CucmCdr),
            #[cfg(feature = "cisco")]
            FormatName::CucmCmr => with_layout!(crate::cisco::CucmCmr),
            #[cfg(feature = "cisco")]
            FormatName::Uccx => with_layout!(crate::cisco::Uccx),
            #[cfg(feature = "cisco")]
            FormatName::UcceTcd => with_layout!(crate::cisco::UcceTcd),
            #[cfg(feature = "avaya")]
            FormatName::AvayaCm => with_layout!(crate::avaya::CommunicationManager),
            #[cfg(feature = "avaya")]
            FormatName::AvayaIpOffice => with_layout!(crate::avaya::IpOffice),
            #[cfg(feature = "avaya")]
            FormatName::AvayaEchi => with_layout!(crate::avaya::CallHistory),
            #[cfg(feature = "3cx")]
            FormatName::ThreeCxLegacy => with_layout!(crate::three_cx::LegacyCdr),
            #[cfg(feature = "3cx")]
            FormatName::ThreeCxCdroutput => without_layout!(crate::three_cx::CdrOutput),
            #[cfg(feature = "3cx")]
            FormatName::ThreeCxReport => with_layout!(crate::three_cx::ConsoleReport),
            FormatName::Delimited => {
                let Some(Layout { text, file }) = layout else {
                    return Err(unusable(
                        name,
                        "needs a mapping file that says what the columns mean",
                    ));
                };
                let names = self.pseudonymizer.clone();
                Ok(Box::new(Delimited::in_zone(text, file, names, self.zone, self.fold)?))
            }
            #[cfg(not(all(feature = "cisco", feature = "avaya", feature = "3cx")))]
            _ => Err(unusable(name, "is of a crate that is not compiled in")),
        }
    }

    /// Every format that is compiled in and tells its files by their content, each with its layout from `layout_of`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_all<'a>(
        &self,
        layout_of: impl Fn(FormatName) -> Option<Layout<'a>>,
    ) -> Result<Vec<Box<dyn CdrFormat>>, Error> {
        // Management records alone are no calls: with a folder's, the format of detail records reads both.
        let told = |it: &&FormatName| !matches!(it, FormatName::CucmCmr | FormatName::Delimited);
        let is_compiled_in = |it: &&FormatName| match it.as_str().split('-').next() {
            Some("cucm" | "uccx" | "ucce") => cfg!(feature = "cisco"),
            Some("avaya") => cfg!(feature = "avaya"),
            _ => cfg!(feature = "3cx"),
        };
        let names = FormatName::ALL.iter().filter(told).filter(is_compiled_in);
        names.map(|&name| self.open(name, layout_of(name))).collect()
    }
}

fn unusable(name: FormatName, problem: &str) -> Error {
    let problem = format!("the format {name} {problem}");
    Error::Mapping { file: name.to_string(), line: None, problem }
}
