//! Stationary formulas in place of the day's equations, to show what they miss.

use serde::Serialize;

use super::{QueueSlot, TimeVaryingQueue};
use crate::erlang::{ErlangA, Load};
use crate::error::Error;

/// What a stationary formula says of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SlotApproximation {
    /// The share of callers who wait at all.
    pub wait_probability: f64,
    /// The share of callers who hang up.
    pub abandon_probability: f64,
    /// The mean wait of all callers in seconds.
    pub wait_secs_mean: f64,
}

impl TimeVaryingQueue {
    /// Every slot as if it had gone on forever (SIPP: stationary, independent, period by period). What staffing tables
    /// and Erlang calculators do; blind to the line that the slot before has left.
    ///
    /// # Errors
    ///
    /// As [`TimeVaryingQueue::run`].
    ///
    /// # Source
    ///
    /// \[`GreenKolesarWhitt2007`\].
    pub fn stationary(&self, slots: &[QueueSlot]) -> Result<Vec<SlotApproximation>, Error> {
        self.check(slots)?;
        let load =
            |it: &QueueSlot| Load::per_interval(it.calls, it.length_secs, self.service_secs_mean);
        slots.iter().map(|slot| self.settled(load(slot)?, slot.agents)).collect()
    }

    /// Modified offered load (MOL): the stationary formula at the mean number of callers who would be in service if there
    /// were agents for all, which follows the load with the lag of a service. Begins with the calls at the start.
    ///
    /// # Errors
    ///
    /// As [`TimeVaryingQueue::run`].
    ///
    /// # Source
    ///
    /// \[`JenningsMandelbaumMasseyWhitt1996`\], \[`GreenKolesarWhitt2007`\].
    pub fn modified_offered_load(
        &self,
        slots: &[QueueSlot],
    ) -> Result<Vec<SlotApproximation>, Error> {
        self.check(slots)?;
        let mut busy = f64::from(self.calls_at_start);
        let mut answers = Vec::with_capacity(slots.len());
        for slot in slots {
            let length = slot.length_secs / self.service_secs_mean;
            let offered = slot.calls / length;
            // busy(t) = offered + (busy(0) − offered) e^−t, and its mean over the slot.
            let excess = busy - offered;
            let mean = offered - excess * (-length).exp_m1() / length;
            busy = offered + excess * (-length).exp();
            let hourly = mean.max(0.0) * 3_600.0 / self.service_secs_mean;
            answers.push(self.settled(Load::new(hourly, self.service_secs_mean)?, slot.agents)?);
        }
        Ok(answers)
    }

    /// Without agents everybody waits until they hang up.
    fn settled(&self, load: Load, agents: u32) -> Result<SlotApproximation, Error> {
        if agents == 0 {
            return Ok(SlotApproximation {
                wait_probability: 1.0,
                abandon_probability: 1.0,
                wait_secs_mean: self.patience_secs_mean,
            });
        }
        let center = ErlangA::new(load, self.patience_secs_mean, agents)?;
        Ok(SlotApproximation {
            wait_probability: center.wait_probability(),
            abandon_probability: center.abandon_probability(),
            wait_secs_mean: center.wait_secs_mean(),
        })
    }
}
