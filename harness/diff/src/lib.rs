//! Running two switches on one stimulus and comparing what they do.
