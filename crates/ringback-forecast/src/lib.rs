//! Call volume forecasts, queue state and wait predictions, scored by backtest.

mod backtest;
mod score;
mod volume;
