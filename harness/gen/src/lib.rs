//! Generators of packets from a program's parser and entries.
