//! What the cluster's features did to a row's legs: transfers, conferences, redirects.

use ringback_calllog::SeparatedRow;

use crate::cause::{Cause, CauseClass};
use crate::cucm::dialect::CdrColumns;
use crate::cucm::field::{BadField, Column, code};
use crate::on_behalf_of::OnBehalfOf;
use crate::redirect::RedirectReason;

/// What a row can have in common with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKind {
    /// Its call counter at most: no feature has touched its legs. Nearly every row is one.
    Plain,
    /// Its legs too: a feature has split, joined or conferenced them.
    Linked,
    /// It is of a call that the cluster makes for a machine that listens, and names the leg that it listens to.
    Listening,
}

/// The codes of a row that say which feature did what, as few bytes as can be; a code that is larger than any known one
/// is kept as the largest that fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Features {
    /// What ended the originating and the terminating leg.
    ended_by: [u8; 2],
    joined_by: u8,
    first_reason: u16,
    last_reason: u16,
    /// Conferences that the legs are in; of a row that listens, the legs that it listens to.
    pub(super) conversations: [u32; 2],
    is_listening: bool,
}

impl Features {
    /// The codes of a row.
    pub(super) fn read(row: SeparatedRow<'_>, columns: &CdrColumns) -> Result<Self, BadField> {
        let redirect = |at, name| code(row, Column(at, name)).map(RedirectReason::from_code);
        let feature = |at, name| code(row, Column(at, name)).map(OnBehalfOf::from_code);
        let first_reason = redirect(columns.first_reason, "origCalledPartyRedirectReason")?;
        let last_reason = redirect(columns.last_reason, "lastRedirectRedirectReason")?;
        let joined_by = feature(columns.joined_by, "joinOnBehalfOf")?;
        let by = [
            feature(columns.first_redirect_by, "origCalledPartyRedirectOnBehalfOf")?,
            feature(columns.last_redirect_by, "lastRedirectRedirectOnBehalfOf")?,
            joined_by,
        ];
        let ended_by = [
            feature(columns.orig_ended_by, "origCallTerminationOnBehalfOf")?,
            feature(columns.dest_ended_by, "destCallTerminationOnBehalfOf")?,
        ];
        let byte = |it: OnBehalfOf| u8::try_from(it.code()).unwrap_or(u8::MAX);
        let word = |it: RedirectReason| u16::try_from(it.code()).unwrap_or(u16::MAX);
        Ok(Self {
            ended_by: ended_by.map(byte),
            joined_by: byte(joined_by),
            first_reason: word(first_reason),
            last_reason: word(last_reason),
            conversations: [
                code(row, Column(columns.orig_conversation, "origConversationId"))?,
                code(row, Column(columns.dest_conversation, "destConversationId"))?,
            ],
            is_listening: [first_reason, last_reason].iter().any(|it| it.is_listening())
                || by.iter().any(|it| it.is_listening()),
        })
    }

    /// What the row can have in common with others, by its clearing causes too.
    pub(super) fn kind(&self, causes: [Cause; 2], columns: &CdrColumns) -> RowKind {
        let is_split = causes.iter().any(|it| it.class() == CauseClass::Split);
        let is_plain_end = |it: &u8| {
            matches!(OnBehalfOf::from_code((*it).into()), OnBehalfOf::Unknown | OnBehalfOf::Device)
        };
        if self.is_listening {
            return RowKind::Listening;
        }
        let is_plain = columns.tells_features()
            && self.conversations == [0, 0]
            && self.joined_by() == OnBehalfOf::Unknown
            && self.ended_by.iter().all(is_plain_end)
            && !is_split
            && self.last_reason().keeps_the_call();
        if is_plain { RowKind::Plain } else { RowKind::Linked }
    }

    /// What joined the legs.
    pub(super) fn joined_by(&self) -> OnBehalfOf {
        OnBehalfOf::from_code(self.joined_by.into())
    }

    /// Why the call was redirected for the first time.
    pub(super) fn first_reason(&self) -> RedirectReason {
        RedirectReason::from_code(self.first_reason.into())
    }

    /// Why the call was redirected for the last time.
    pub(super) fn last_reason(&self) -> RedirectReason {
        RedirectReason::from_code(self.last_reason.into())
    }

    /// Whether a feature ended one of the legs.
    pub(super) fn has_ended(&self, feature: OnBehalfOf) -> bool {
        u8::try_from(feature.code()).is_ok_and(|it| self.ended_by.contains(&it))
    }

    /// Whether a native queue sent the call to its second destination.
    pub(super) fn is_overflow(&self) -> bool {
        self.first_reason().is_queue_overflow() || self.last_reason().is_queue_overflow()
    }

    /// Whether a native queue redirected the call, in or out.
    pub(super) fn is_native_queue(&self) -> bool {
        self.first_reason().is_native_queue() || self.last_reason().is_native_queue()
    }
}
