//! Solves an assignment that `side_by_side/plan.py` has written, and writes who goes where.
//!
//! Usage: `plan_problem PROBLEM.csv ASSIGNMENT.csv`. Prints the value, the gap and the CPU seconds of solving
//! alone.

use std::error::Error;
use std::fmt::Write as _;

use ringback::callback::{Assignment, AssignmentTable};

#[expect(clippy::print_stdout, reason = "a program that measures")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (Some(problem), Some(out)) = (paths.next(), paths.next()) else {
        return Err("usage: plan_problem PROBLEM.csv ASSIGNMENT.csv".into());
    };
    let text = std::fs::read_to_string(problem)?;
    let mut lines = text.lines();
    let slots: Vec<u32> =
        lines.next().unwrap_or_default().split(',').map(str::parse).collect::<Result<_, _>>()?;
    let mut table = AssignmentTable::new(&slots)?;
    for line in lines {
        let value = |it: &str| if it.is_empty() { Ok(f64::NAN) } else { it.parse() };
        let values: Vec<f64> = line.split(',').map(value).collect::<Result<_, _>>()?;
        table.push(&values, 0.0)?;
    }
    let n_requests = table.n_requests();
    let before = cpu_secs();
    let assignment = Assignment::solve(table);
    let secs = cpu_secs() - before;
    let certificate = assignment.certificate();
    println!("value {:.6} gap {} cpu {secs:.4} s", certificate.value, certificate.gap);
    let mut rows = String::new();
    for request in 0..n_requests {
        match assignment.cell(request) {
            Some(cell) => writeln!(rows, "{cell}")?,
            None => rows.push('\n'),
        }
    }
    std::fs::write(out, rows)?;
    Ok(())
}

/// What this thread has spent on a processor; 0 where the system does not tell.
fn cpu_secs() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|it| it.parse::<f64>().ok());
    nanos.unwrap_or(0.0) / 1e9
}
