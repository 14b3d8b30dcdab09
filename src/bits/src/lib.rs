//! Width-tagged integers, checksums and the hashes of simple_switch.
