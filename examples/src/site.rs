//! The place that logs come from: flags, and a `site.toml` beside the logs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use ringback::calllog::{Fold, PhoneRegion, Pseudonymizer, Zone};
use ringback::features::Country;
use ringback::formats::{FormatName, Formats, Layout};
use serde::Deserialize;

use crate::{Failure, pseudonym_key};

/// The flags on the place that logs come from.
#[derive(Clone, Debug, Args)]
pub struct SiteFlags {
    /// The zone of the system's wall clock, such as Europe/Copenhagen; takes the place of the mapping's or the site's.
    #[arg(long, value_name = "IANA")]
    pub time_zone: Option<Zone>,
    /// Which instant a wall-clock time means that comes twice in autumn: earlier, later or reject.
    #[arg(long)]
    pub fold: Option<Fold>,
    /// The country that numbers without a country code are dialed in: two letters, such as DK.
    #[arg(long, value_name = "CC")]
    pub region: Option<PhoneRegion>,
    /// What the logs of a place need: `time_zone`, `fold`, `region`, `country`, and a table `[layout.FORMAT]` for each format
    /// that needs one. Without it, a file site.toml in a PATH is used.
    #[arg(long, value_name = "FILE.toml")]
    pub site: Option<PathBuf>,
    /// The key of the pseudonyms; without it the user's own, made on first use.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Whose customers these are: the same number has another pseudonym for another tenant.
    #[arg(long, default_value = "default")]
    pub tenant: String,
}

/// A site file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteFile {
    time_zone: Option<Zone>,
    fold: Option<Fold>,
    region: Option<String>,
    country: Option<String>,
    #[serde(default)]
    layout: BTreeMap<String, toml::Table>,
}

/// The place that logs come from, with the layouts of its formats.
#[derive(Debug)]
pub struct LogSite {
    /// What every format is told.
    pub formats: Formats,
    /// The country whose holidays count, where the site file names one.
    pub country: Option<Country>,
    layouts: BTreeMap<FormatName, (String, String)>,
}

impl LogSite {
    /// What flags and the site file say together; a flag takes the place of the file's key.
    ///
    /// # Errors
    ///
    /// If the site file or the key cannot be read or used.
    pub fn read(flags: &SiteFlags, paths: &[PathBuf]) -> Result<Self, Failure> {
        let beside = || paths.iter().map(|it| it.join("site.toml")).find(|it| it.is_file());
        let path = flags.site.clone().or_else(beside);
        let file = path.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let at = |problem: String| {
            let path = path.as_deref().unwrap_or(Path::new("site.toml"));
            Failure::new(format!("{}: {problem}", path.display()))
        };
        let pseudonymizer =
            Pseudonymizer::new(&pseudonym_key(flags.key_file.as_deref())?, &flags.tenant);
        let mut formats = Formats::new(pseudonymizer);
        if let Some(zone) = flags.time_zone.or(file.time_zone) {
            formats = formats.zone(zone);
        }
        if let Some(fold) = flags.fold.or(file.fold) {
            formats = formats.fold(fold);
        }
        let region = match (flags.region, &file.region) {
            (Some(region), _) => Some(region),
            (None, Some(text)) => Some(text.parse().map_err(|it| at(format!("region: {it}")))?),
            (None, None) => None,
        };
        if let Some(region) = region {
            formats = formats.region(region);
        }
        let country = file.country.as_ref().map(|it| it.parse()).transpose();
        let country = country.map_err(|it| at(format!("country: {it}")))?;
        let name = path.as_deref().map(|it| it.display().to_string()).unwrap_or_default();
        let mut layouts = BTreeMap::new();
        for (format, layout) in file.layout {
            let format: FormatName = format.parse().map_err(|it| at(format!("layout: {it}")))?;
            layouts.insert(format, (layout.to_string(), format!("{name}: layout.{format}")));
        }
        Ok(Self { formats, country, layouts })
    }

    /// The layout of a format, where the site file has one.
    pub fn layout(&self, format: FormatName) -> Option<Layout<'_>> {
        self.layouts.get(&format).map(|(text, file)| Layout { text, file })
    }
}

fn read_file(path: &Path) -> Result<SiteFile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
    toml::from_str(&text).map_err(|it| {
        let line = it.span().map(|span| text[..span.start].matches('\n').count() + 1);
        let line = line.map(|it| format!(":{it}")).unwrap_or_default();
        Failure::new(format!("{}{line}: {}", path.display(), it.message()))
    })
}
