//! The Switch trait: load, control, inject, read back, trace.
