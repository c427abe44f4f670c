//! A decision in plain English.

use super::{Decision, Done};
use crate::{KeepReason, OfferVerdict};

impl Decision {
    /// What was known, decided and done, and why, in sentences for a person who was not there.
    pub fn explain(&self) -> String {
        let mut text = vec![self.explain_wait(), self.explain_verdict()];
        if self.verdict == OfferVerdict::Offer {
            text.push(match self.done {
                Done::ReadOut => "The caller was read out:".to_owned(),
                _ => {
                    "Callbacks are in shadow here, so the caller heard nothing; it would have been:"
                        .to_owned()
                }
            });
            for (place, window) in self.windows.iter().enumerate() {
                let (number, offer) = (place + 1, &window.offer);
                let percent = 100.0 * offer.propensity;
                text.push(format!(
                    "{number}. {} ({}; to be read out with probability {percent:.1} %).",
                    window.text, offer.reason
                ));
            }
            text.push(format!(
                "{} windows could be drawn, {} could not.",
                self.considered,
                self.dropped.len()
            ));
        }
        text.join("\n")
    }

    fn explain_wait(&self) -> String {
        let known = &self.known;
        let percent = 100.0 * self.rule.quantile;
        let queue = self.queue.as_ref().map(|it| format!(" in queue {it}")).unwrap_or_default();
        let method = known.wait_method.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
        let mut text = format!(
            "At {} a caller{queue} was expected to wait {:.0} s, and with {percent:.0} % probability no longer than {:.0} s{method}.",
            self.at.format("%Y-%m-%d %H:%M:%S UTC"),
            known.wait.mean_secs(),
            known.wait.at(self.rule.quantile),
        );
        if let Some(until) = known.wait_known_until {
            let secs = (self.at - until).num_seconds();
            text = format!("{text} The estimate knew of calls until {secs} s before.");
        }
        let counts = [
            known.queue_length.map(|it| format!("{it} callers waited before them")),
            known.agents_free.map(|it| format!("{it} agents were free")),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        if counts.is_empty() { text } else { format!("{text} {}.", counts.join(", ")) }
    }

    fn explain_verdict(&self) -> String {
        let (offer, stop) = (self.rule.offer_above_secs, self.rule.stop_below_secs);
        let state = if self.gate_was_open { "were" } else { "were not" };
        let rule = format!(
            "Callbacks {state} being offered; in phase \"{}\" offers begin above {offer:.0} s and end below {stop:.0} s.",
            self.rollout
        );
        let verdict = match &self.verdict {
            OfferVerdict::Offer => "A callback was to be offered.".to_owned(),
            OfferVerdict::KeepWaiting(KeepReason::Urgent) => {
                "The caller went through to the queue: the intent is urgent and never put off."
                    .to_owned()
            }
            OfferVerdict::KeepWaiting(reason) => format!("No callback was offered: {reason}."),
        };
        format!("{rule} {verdict}")
    }
}
