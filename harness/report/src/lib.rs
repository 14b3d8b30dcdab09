//! One model of results, several writers.
