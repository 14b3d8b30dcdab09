//! The command line of HyPer4.

fn main() {}
