//! A Switch made of persona compiler, DPMU and a switch below: what a tenant sees.
