//! Phone-system logs into shorter waits: the suite as one dependency
