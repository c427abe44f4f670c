//! The example programs: ingest, forecast, waits, overview
