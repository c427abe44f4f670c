use ringback_calllog::*;

#[test]
fn public_types_cross_threads() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<(Audit, FileAudit, FileStatus, Sufficiency, FeedGap)>();
    check::<(Call, Leg, Stage, Direction, Outcome, StageKind, StageEnd, Completeness)>();
    check::<(InvalidDirection, InvalidOutcome, InvalidStageEnd, InvalidStageKind)>();
    check::<(Fold, InvalidFold, Zone, InvalidZone, LocalClock, LocalTimeError)>();
    check::<(Delimited, Error, Framing, Record<'_>, Verdict)>();
    check::<(Observed, Precision, InvalidPrecision)>();
    check::<(AgentId, CallId, CallKey, Customer, Intent, InvalidCustomer, LegId, QueueId)>();
    check::<(SourceId, PseudonymKey, Pseudonymizer, PhoneRegion, InvalidPhoneRegion)>();
    check::<(InvalidKeyFile, BadRows, CallLog, LogReader, Progress, ReadLog)>();
    check::<(Masked, RejectReason, RejectedRow, SkipReason, Pushed, Stitcher)>();
}
