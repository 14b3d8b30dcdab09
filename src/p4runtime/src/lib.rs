//! P4Runtime 1.4 on the wire: messages, and the service's client and server; and the operator's service of the DPMU.
//!
//! The definitions in `proto/` are written after the published specification: names and numbers are the
//! specification's, since peers rely on them, and nothing else is. They are compiled by the build script without
//! `protoc`. A program's [`P4Info`](config::P4Info) that `hyper4-p4info` wrote is read as one of these messages.

/// The version of the specification that a device tells its controllers.
pub const API_VERSION: &str = "1.4.1";

#[allow(
    missing_docs,
    unreachable_pub,
    rust_2018_idioms,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated; the specification documents it"
)]
mod definitions {
    include!(concat!(env!("OUT_DIR"), "/definitions.rs"));
}

/// What controller and device say: the package `p4.v1`.
pub use definitions::p4::v1;

/// What a controller may know of a program: the package `p4.config.v1`.
pub use definitions::p4::config::v1 as config;

/// What the operator of a DPMU and the DPMU say: the package `hyper4.operator.v1`, a definition of this project's.
pub use definitions::hyper4::operator::v1 as operator;

/// How a call failed, with details: the package `google.rpc`.
pub use definitions::google::rpc;

pub use prost;
pub use prost_types::Any;
pub use tonic;
