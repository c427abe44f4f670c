use ringback_calllog::*;
fn main() {
    let m = std::fs::read_to_string("fixtures/anonymous_bank/mapping.toml").unwrap();
    let key = PseudonymKey::from_bytes([7; 32]);
    for _ in 0..3 {
        let t = std::time::Instant::now();
        let mut f = Delimited::new(&m, "mapping.toml", Pseudonymizer::new(&key, "bank")).unwrap();
        let paths: Vec<std::path::PathBuf> = std::env::args().skip(1).map(|it| it.into()).collect();
        let r = LogReader::new().read(&paths, &mut f).unwrap();
        let e = t.elapsed();
        let q: Vec<_> =
            r.log.calls.iter().filter(|c| c.wait().is_some_and(|w| w.num_seconds() > 0)).collect();
        println!(
            "{} rows {} calls {:?} {} rows/s queued {} hung {}",
            r.audit.rows_read,
            r.audit.calls,
            e,
            r.audit.rows_read as f64 / e.as_secs_f64(),
            q.len(),
            q.iter().filter(|c| c.is_abandoned_in_queue()).count()
        );
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({"s": r.audit.skipped, "r": r.audit.rejected, "w": r.audit.warnings, "g": r.audit.gaps.len(), "first": r.audit.first, "last": r.audit.last, "suff": r.audit.sufficiency})).unwrap());
        println!("{:?}", r.rejected.iter().take(5).collect::<Vec<_>>());
    }
}
