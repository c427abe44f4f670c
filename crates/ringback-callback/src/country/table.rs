//! The entries of the table: hours and caps by country.

use ringback_features::Country;

use super::{BasisRules, RuleStatus};
use crate::{CallingHours, Cap};

/// Hours of calls that are not marketing, where the law has none.
const SOFT: &str = "Mon-Sat 08:00-21:00; holidays closed";
/// The same in Israel: the Sabbath begins on Friday evening.
const SOFT_ISRAEL: &str = "Sun-Thu 08:00-21:00; Fri 08:00-14:00; holidays closed";
/// The hours that Norway, Spain and Italy all allow.
const SOFT_MARKETING: &str = "Mon-Fri 09:00-20:00; holidays closed";
const SOFT_MARKETING_ISRAEL: &str = "Sun-Thu 09:00-20:00; holidays closed";
/// 47 CFR 64.1200(c)(1); 15 U.S.C. 1692c(a)(1) has the same hours for debts. Neither knows holidays.
const UNITED_STATES: &str = "Mon-Sun 08:00-21:00; holidays as usual";
const NINE_TO_NINE: &str = "Mon-Fri 09:00-21:00; holidays closed";
const FRANCE: &str = "Mon-Fri 10:00-13:00,14:00-20:00; holidays closed";
const ITALY: &str = "Mon-Fri 09:00-20:00; Sat 10:00-19:00; eves 10:00-19:00; holidays closed";

/// Hours of the table. A text that cannot be read would allow no call at all; a test reads them all.
fn hours(text: &str) -> CallingHours {
    text.parse().unwrap_or_else(|_| CallingHours::never())
}

/// Conventions of ours: vendors allow 1 to 5 attempts a request, the median being 3.
fn soft_caps() -> [Cap; 3] {
    [Cap::per_day(3), Cap::per_week(6), Cap::per_month(12)]
}

/// Calls that the customer asked for, or that answer theirs.
pub(super) fn requested(country: Country) -> BasisRules {
    let text = match country {
        Country::Israel => SOFT_ISRAEL,
        Country::UnitedStates => UNITED_STATES,
        _ => SOFT,
    };
    BasisRules::new(hours(text)).caps(soft_caps())
}

pub(super) fn soft_elsewhere() -> BasisRules {
    BasisRules::new(hours("Mon-Sat 08:00-21:00; holidays as usual")).caps(soft_caps())
}

/// Marketing where no statutory hours were found.
pub(super) fn soft_marketing(country: Option<Country>) -> BasisRules {
    let text = match country {
        Some(Country::Israel) => SOFT_MARKETING_ISRAEL,
        Some(_) => SOFT_MARKETING,
        None => "Mon-Fri 09:00-20:00; holidays as usual",
    };
    // The only cap of a statute that was found, France's.
    BasisRules::new(hours(text)).caps([Cap::per_month(4)]).status(RuleStatus::NoHoursFound, "")
}

pub(super) fn marketing(country: Country) -> BasisRules {
    let statute = |text, source| {
        let rules = BasisRules::new(hours(text)).caps([Cap::per_month(4)]);
        rules.status(RuleStatus::Statute, source)
    };
    let soft = soft_marketing(Some(country));
    match country {
        Country::Norway => statute(NINE_TO_NINE, "MarkedsforingslovenNO"),
        Country::France => {
            statute(FRANCE, "DecretFR2022, LoiFR2025").refusal_pause_days(60).needs_consent(true)
        }
        Country::Spain => statute(NINE_TO_NINE, "LlamadasES2023, LeyES2022").needs_consent(true),
        Country::Italy => {
            statute(ITALY, "GaranteIT2024").status(RuleStatus::CodeOfConduct, "GaranteIT2024")
        }
        Country::UnitedStates => statute(UNITED_STATES, "CfrUS64_1200"),
        Country::Denmark => {
            soft.needs_consent(true).status(RuleStatus::NoHoursFound, "ForbrugeraftalelovenDK")
        }
        Country::Germany => soft.needs_consent(true).status(RuleStatus::NoHoursFound, "UwgDE7"),
        Country::Austria => soft.needs_consent(true).status(RuleStatus::NoHoursFound, "TkgAT174"),
        Country::UnitedKingdom | Country::EnglandAndWales => {
            soft.status(RuleStatus::NoHoursFound, "PecrGB2003")
        }
        // Sweden, Switzerland, the Netherlands, Ireland, Israel: whether consent is needed was not confirmed, so it is.
        _ => soft.needs_consent(true),
    }
}

pub(super) fn debt(country: Country) -> BasisRules {
    match country {
        // 12 CFR 1006.14(b)(2): more than seven attempts in seven days, or within seven days of a talk, are presumed to
        // harass.
        Country::UnitedStates => BasisRules::new(hours(UNITED_STATES))
            .caps([Cap::per_week(7)])
            .talk_pause_days(7)
            .status(RuleStatus::Statute, "RegF1006_14"),
        _ => requested(country).status(RuleStatus::NoHoursFound, ""),
    }
}

/// The zones of a country whose clocks differ today.
pub(super) fn zone_names(country: Country) -> &'static [&'static str] {
    match country {
        Country::Denmark => &["Europe/Copenhagen"],
        Country::Norway => &["Europe/Oslo"],
        Country::Sweden => &["Europe/Stockholm"],
        Country::Germany => &["Europe/Berlin"],
        Country::Austria => &["Europe/Vienna"],
        Country::Switzerland => &["Europe/Zurich"],
        Country::Netherlands => &["Europe/Amsterdam"],
        Country::UnitedKingdom | Country::EnglandAndWales => &["Europe/London"],
        Country::Ireland => &["Europe/Dublin"],
        Country::UnitedStates => &[
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "America/Adak",
            "Pacific/Honolulu",
        ],
        Country::Israel => &["Asia/Jerusalem"],
        Country::France => &["Europe/Paris"],
        Country::Spain => &["Europe/Madrid", "Atlantic/Canary"],
        Country::Italy => &["Europe/Rome"],
        _ => &[],
    }
}

/// Zones of a country that keep the same clock as one of [`zone_names`] today.
pub(super) fn more_zone_names(country: Country) -> &'static [&'static str] {
    match country {
        Country::Norway => &["Arctic/Longyearbyen"],
        Country::Germany => &["Europe/Busingen"],
        Country::Spain => &["Africa/Ceuta"],
        Country::UnitedStates => &[
            "America/Boise",
            "America/Detroit",
            "America/Indiana/Indianapolis",
            "America/Indiana/Knox",
            "America/Indiana/Marengo",
            "America/Indiana/Petersburg",
            "America/Indiana/Tell_City",
            "America/Indiana/Vevay",
            "America/Indiana/Vincennes",
            "America/Indiana/Winamac",
            "America/Juneau",
            "America/Kentucky/Louisville",
            "America/Kentucky/Monticello",
            "America/Menominee",
            "America/Metlakatla",
            "America/Nome",
            "America/North_Dakota/Beulah",
            "America/North_Dakota/Center",
            "America/North_Dakota/New_Salem",
            "America/Sitka",
            "America/Yakutat",
            "US/Alaska",
            "US/Arizona",
            "US/Central",
            "US/Eastern",
            "US/Hawaii",
            "US/Mountain",
            "US/Pacific",
        ],
        _ => &[],
    }
}
