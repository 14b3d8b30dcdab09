//! The persona: its layout, its generator to P4_16, the compiler from IR to configuration, the source map.
