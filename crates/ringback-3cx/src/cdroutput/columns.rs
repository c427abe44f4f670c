//! Where the columns of `cdroutput` stand in one file.

use ringback_calllog::{HeaderNames, Masked, RejectReason, SeparatedRow};

/// Stands for a column that the file does not have; no row has so many.
const ABSENT: usize = usize::MAX;

/// The columns that no file of this table is without.
pub(super) const MARKS: &[&str] =
    &["cdr_id", "call_history_id", "main_call_history_id", "cdr_started_at"];

/// Where the columns of a side of a leg stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct SideColumns {
    pub(super) entity_type: usize,
    pub(super) dn_type: usize,
    pub(super) dn_number: usize,
    pub(super) phone_number: usize,
    pub(super) is_incoming: usize,
}

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) count: usize,
    pub(super) cdr_id: usize,
    pub(super) call_history_id: usize,
    pub(super) main_call_history_id: usize,
    pub(super) source: SideColumns,
    pub(super) destination: SideColumns,
    pub(super) base_cdr_id: usize,
    pub(super) continued_in_cdr_id: usize,
    pub(super) creation_method: usize,
    pub(super) creation_forward_reason: usize,
    pub(super) termination_reason: usize,
    pub(super) termination_reason_details: usize,
    pub(super) cdr_started_at: usize,
    pub(super) cdr_answered_at: usize,
    pub(super) cdr_ended_at: usize,
}

impl Columns {
    /// Finds the columns of a header; the first of those that must be there and is not, as the error.
    pub(super) fn find(row: SeparatedRow<'_>) -> Result<Self, &'static str> {
        let names = HeaderNames::new(row.iter());
        let must = |name: &'static str| names.find(name).ok_or(name);
        let may = |name: &str| names.find(name).unwrap_or(ABSENT);
        let side = |side: &str| SideColumns {
            entity_type: may(&format!("{side}_entity_type")),
            dn_type: may(&format!("{side}_dn_type")),
            dn_number: may(&format!("{side}_dn_number")),
            phone_number: may(&format!("{side}_participant_phone_number")),
            is_incoming: may(&format!("{side}_participant_is_incoming")),
        };
        must("destination_entity_type")?;
        must("source_entity_type")?;
        Ok(Self {
            count: names.len(),
            cdr_id: must("cdr_id")?,
            call_history_id: must("call_history_id")?,
            main_call_history_id: may("main_call_history_id"),
            source: side("source"),
            destination: side("destination"),
            base_cdr_id: may("base_cdr_id"),
            continued_in_cdr_id: must("continued_in_cdr_id")?,
            creation_method: may("creation_method"),
            creation_forward_reason: may("creation_forward_reason"),
            termination_reason: must("termination_reason")?,
            termination_reason_details: must("termination_reason_details")?,
            cdr_started_at: must("cdr_started_at")?,
            cdr_answered_at: must("cdr_answered_at")?,
            cdr_ended_at: must("cdr_ended_at")?,
        })
    }
}

/// The sign between the fields of a header: the one of the usual signs that comes most often.
pub(super) fn separator(header: &str) -> u8 {
    let count = |sign: u8| memchr::memchr_iter(sign, header.as_bytes()).count();
    b",;\t|".iter().copied().rev().max_by_key(|it| count(*it)).unwrap_or(b',')
}

/// The header without a column, as a reason.
pub(super) fn no_such_column(header: &str) -> RejectReason {
    RejectReason::NoSuchColumn { header: Masked::new(header) }
}
