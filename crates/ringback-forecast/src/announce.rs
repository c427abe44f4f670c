//! The waits that phone systems announce: one-line formulas on the state at arrival.

mod board;

use std::fmt;

use crate::StateSeen;

pub(crate) use self::board::AnnounceBoard;

/// What one-line estimates are made from. Unit: seconds for names in `_secs`. Whatever a source does not tell is absent, and
/// so is then every estimate that needs it. "Exits" are callers who left the queue, answered or not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnnounceInputs {
    /// Callers who wait, the head of the line, the last waits and services in progress.
    pub seen: StateSeen,
    /// Callers before this one in the order of service, head starts of priorities included.
    pub ahead: u32,
    /// The mean service time that is assumed: over all of the past, for the queue.
    pub service_secs_mean: Option<f64>,
    /// The mean of the last twenty services of the queue.
    pub recent_service_secs: Option<f64>,
    /// The mean of the services of the queue that ended in the last five minutes; of the last twenty if there were none.
    pub five_minute_service_secs: Option<f64>,
    /// The mean of the services of the queue that ended in the last hour.
    pub hour_service_secs: Option<f64>,
    /// Agents who serve this type of caller and were seen at work in the last three minutes; services in progress where the
    /// source does not name agents.
    pub agents_at_work: u32,
    /// The same, in the last thirty minutes.
    pub agents_logged_on: u32,
    /// Of the agents at work, those who are not in a service.
    pub agents_idle: u32,
    /// The wait of the last caller of the same type who entered service.
    pub last_wait_of_type_secs: Option<f64>,
    /// The mean wait of the last ten callers of the same type who entered service.
    pub recent_wait_of_type_secs: Option<f64>,
    /// The wait of the one who entered the queue last among the callers whose service has ended.
    pub last_completed_wait_secs: Option<f64>,
    /// The mean wait of the last fifteen callers who had met as many waiting callers as this one.
    pub same_length_wait_secs: Option<f64>,
    /// Exponentially weighted means of waits: the last one weighs 1/10, 1/4 and 1/2.
    pub tenth_wait_secs: Option<f64>,
    /// The last wait weighs a quarter.
    pub quarter_wait_secs: Option<f64>,
    /// The last wait weighs half.
    pub half_wait_secs: Option<f64>,
    /// The mean wait of the callers answered in the last hour.
    pub hour_wait_secs: Option<f64>,
    /// Up to ten waits of the last ten minutes, the last one weighing 10, the one before 9 and so on.
    pub ten_minute_wait_secs: Option<f64>,
    /// The waits of the last fifteen minutes, weighing less the older they are, in proportion.
    pub fading_wait_secs: Option<f64>,
    /// The mean of the one-minute mean waits of the last fifteen minutes, if there are three and their standard deviation is
    /// at most their mean.
    pub steady_wait_secs: Option<f64>,
    /// Exits from the queue in the last five minutes.
    pub exits_in_5_min: u32,
    /// Hang-ups per second of waiting of this type of caller.
    pub abandon_rate: Option<f64>,
}

impl AnnounceInputs {
    /// The state of a queue and a service time, with nothing else known.
    pub fn of(seen: StateSeen, service_secs_mean: Option<f64>) -> Self {
        Self {
            seen,
            service_secs_mean,
            ahead: seen.queue_length,
            agents_at_work: seen.agents_busy,
            agents_logged_on: seen.agents_busy,
            ..Self::default()
        }
    }
}

macro_rules! announcements {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// A one-line wait estimate: what the wait predictions of this suite are measured against.
        ///
        /// Those named after a product follow its published formula in its style, with the inputs that a call log has: not
        /// the product itself, whose counters are reset, rounded and delayed in ways of their own.
        ///
        /// # Source
        ///
        /// \[`IbrahimWhitt2009`\] compares the first ones, from delay history and queue length; the formulas of products are
        /// from their documentation, each named in `docs/methods/waits.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Announcement {
            $($(#[$doc])* $variant,)+
        }

        impl Announcement {
            /// All of them.
            pub const ALL: [Self; 25] = [$(Self::$variant,)+];

            /// The name in files.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

announcements! {
    /// The wait of the last caller who entered service from the queue.
    LastToEnterService = "last_to_enter_service",
    /// The mean wait of the last ten callers who entered service from the queue; Ivanti's way, too.
    MeanOfLastTen = "mean_of_last_ten",
    /// How long the caller at the head of the line has waited so far; 0 if nobody waits.
    HeadOfLine = "head_of_line",
    /// (Callers who wait + 1) × mean service time ÷ busy agents, of whom one is assumed where none is seen.
    QueueLength = "queue_length",
    /// The wait of the last caller of the same type who entered service.
    LastOfType = "last_of_type",
    /// The mean wait of the last ten callers of the same type who entered service.
    MeanOfLastTenOfType = "mean_of_last_ten_of_type",
    /// The wait of the most recent arrival among those who completed service.
    LastToComplete = "last_to_complete",
    /// The mean wait of the last fifteen who met a queue of the same length.
    MeanOfSameLength = "mean_of_same_length",
    /// (Callers ahead + 1) × mean of the last twenty services ÷ agents at work.
    QueueLengthAhead = "queue_length_ahead",
    /// The same, with those ahead hanging up at a constant rate: Σ 1 / (agents ÷ service time + i θ), i from 0 to the callers
    /// ahead.
    QueueLengthMarkov = "queue_length_markov",
    /// Cisco UCCX: (callers who wait + 1) × mean service time of five minutes ÷ agents talking or ready.
    CiscoUccx = "cisco_uccx",
    /// Cisco UCCE, minimum expected delay: (callers who wait + 1) × mean service time of five minutes ÷ agents logged on.
    CiscoUcce = "cisco_ucce",
    /// Webex: the mean of the one-minute mean waits of the last fifteen minutes; absent where they vary too much.
    Webex = "webex",
    /// Genesys Engage: mean service time (90 s where unknown) × callers who wait ÷ active agents.
    GenesysEngage = "genesys_engage",
    /// Google's contact-center platform: mean service time of the last hour ÷ agents × (callers ahead less idle agents, at
    /// least 0) + 10 s.
    GoogleCcai = "google_ccai",
    /// Salesforce Omni-Channel: the weighted mean of up to ten waits of the last ten minutes.
    SalesforceOmni = "salesforce_omni",
    /// Salesforce chat: the exponentially weighted mean in which the last wait weighs a tenth.
    SalesforceChat = "salesforce_chat",
    /// Avaya: (callers ahead + 1) ÷ the rate at which callers left the queue in the last five minutes; absent if none did.
    AvayaRemovals = "avaya_removals",
    /// Mitel: place in line × mean service time ÷ agents while one is idle, else place × mean wait of the last hour, which is
    /// 60 s where unknown.
    Mitel = "mitel",
    /// `ShoreTel`: place in line × the exponentially weighted mean wait in which the last one weighs a tenth.
    ShoreTel = "shore_tel",
    /// Vertical Wave: 6 s + mean service time × callers ahead ÷ agents, of whom there is one at least.
    VerticalWave = "vertical_wave",
    /// Puzzel: the mean of the last wait and the estimate before it.
    Puzzel = "puzzel",
    /// Asterisk's queues: the exponentially weighted mean in which the last wait weighs a quarter.
    Asterisk = "asterisk",
    /// cxEngage: the mean wait of the last fifteen minutes, later ones weighing more.
    CxEngage = "cx_engage",
    /// The mean wait of the callers answered in the last hour.
    MeanOfHour = "mean_of_hour",
}

/// The service time that Genesys Engage assumes where it has none, in seconds.
const GENESYS_SERVICE_SECS: f64 = 90.0;

impl Announcement {
    /// The estimate in seconds, at least 0; `None` where the inputs do not tell it: before the first answer, or without a
    /// service time.
    pub fn wait_secs(self, of: &AnnounceInputs) -> Option<f64> {
        let waiting = f64::from(of.seen.queue_length);
        let ahead = f64::from(of.ahead);
        let agents = f64::from(of.agents_at_work.max(1));
        let five_minutes = of.five_minute_service_secs.or(of.service_secs_mean);
        match self {
            Self::LastToEnterService => of.seen.last_wait_secs,
            Self::MeanOfLastTen => of.seen.recent_wait_secs,
            Self::HeadOfLine => Some(of.seen.head_of_line_secs),
            Self::QueueLength => Some(
                (waiting + 1.0) * of.service_secs_mean? / f64::from(of.seen.agents_busy.max(1)),
            ),
            Self::LastOfType => of.last_wait_of_type_secs,
            Self::MeanOfLastTenOfType => of.recent_wait_of_type_secs,
            Self::LastToComplete => of.last_completed_wait_secs,
            Self::MeanOfSameLength => of.same_length_wait_secs,
            Self::QueueLengthAhead => Some((ahead + 1.0) * of.recent_service_secs? / agents),
            Self::QueueLengthMarkov => {
                let rate = agents / of.recent_service_secs?.max(1.0);
                Some(markov_secs(of.ahead, rate, of.abandon_rate?))
            }
            Self::CiscoUccx => Some((waiting + 1.0) * five_minutes? / agents),
            Self::CiscoUcce => {
                Some((waiting + 1.0) * five_minutes? / f64::from(of.agents_logged_on.max(1)))
            }
            Self::Webex => of.steady_wait_secs,
            Self::GenesysEngage => {
                Some(of.recent_service_secs.unwrap_or(GENESYS_SERVICE_SECS) * waiting / agents)
            }
            Self::GoogleCcai => {
                let before = (ahead - f64::from(of.agents_idle)).max(0.0);
                Some(of.hour_service_secs.or(of.service_secs_mean)? / agents * before + 10.0)
            }
            Self::SalesforceOmni => of.ten_minute_wait_secs,
            Self::SalesforceChat => of.tenth_wait_secs,
            Self::AvayaRemovals => {
                let exits = f64::from(of.exits_in_5_min);
                (exits > 0.0).then(|| (ahead + 1.0) / (exits / 300.0))
            }
            Self::Mitel if of.agents_idle > 0 => {
                Some((waiting + 1.0) * of.recent_service_secs.or(of.service_secs_mean)? / agents)
            }
            Self::Mitel => Some((waiting + 1.0) * of.hour_wait_secs.unwrap_or(60.0)),
            Self::ShoreTel => Some((waiting + 1.0) * of.tenth_wait_secs?),
            Self::VerticalWave => {
                Some(6.0 + of.recent_service_secs.or(of.service_secs_mean)? * waiting / agents)
            }
            Self::Puzzel => of.half_wait_secs,
            Self::Asterisk => of.quarter_wait_secs,
            Self::CxEngage => of.fading_wait_secs,
            Self::MeanOfHour => of.hour_wait_secs,
        }
    }

    /// Whether it is in the style of a product, and not of the literature.
    pub fn is_product(self) -> bool {
        !matches!(
            self,
            Self::LastToEnterService
                | Self::HeadOfLine
                | Self::QueueLength
                | Self::LastOfType
                | Self::MeanOfLastTenOfType
                | Self::LastToComplete
                | Self::MeanOfSameLength
                | Self::QueueLengthAhead
                | Self::QueueLengthMarkov
                | Self::MeanOfHour
        )
    }
}

/// The mean time until all ahead have left and the caller is served.
fn markov_secs(ahead: u32, rate: f64, theta: f64) -> f64 {
    // Beyond so many the terms no longer matter to anyone who waits.
    (0..=ahead.min(10_000)).map(|it| 1.0 / (rate + f64::from(it) * theta)).sum()
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
