#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod arithmetic;
mod computing;
mod hashing;
mod machine;
mod scheduling;
