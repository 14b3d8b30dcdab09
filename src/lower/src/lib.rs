//! Typed P4_16 to the bmv2 IR.
