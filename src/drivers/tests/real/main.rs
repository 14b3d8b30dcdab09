//! Tests with the real simple_switch and p4c-bm2-ss, and with what isn't one.

#[cfg(test)]
mod control;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod p4c;
#[cfg(test)]
mod process;
mod replay;
#[cfg(test)]
mod simple_switch;
