//! The data plane management unit: slices, leases, composition, translation.
