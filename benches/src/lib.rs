//! Criterion benches and side-by-side scripts
