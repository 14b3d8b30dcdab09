//! The data plane management unit: it shares a device that runs a persona between tenants.
//!
//! A [`Dpmu`] holds devices ([`hyper4_switch::Switch`]es below it), slices with leases, virtual devices and the wiring
//! between them. A tenant's commands are those of its own program; they are checked, translated to rows, passed
//! through one [`Gate`] and carried out whole or not at all. Tenants see their own entries, handles and ports.
//!
//! It is synchronous and knows no network: servers are built on top of it.

mod config;
mod device;
mod dpmu;
mod edit;
mod error;
mod gate;
mod learning;
mod lease;
mod mirroring;
mod multicast;
mod plan;
mod profile;
mod rank;
mod recompose;
mod sites;
mod slice;
mod state;
mod store;
mod translate;
mod virtual_device;
mod wire;
mod wiring;

pub use config::{
    CompositionConfig, ConfigError, DeviceConfig, DpmuConfig, OperatorConfig, Packets, ServerConfig,
    SliceConfig, TlsConfig, Token, end_text, parse_end,
};
pub use device::{Reconciled, RowOwner};
pub use dpmu::{Dpmu, TranslatedEntry};
pub use error::DpmuError;
pub use gate::{Estate, Gate, GateError, OperatorRule, Owned};
pub use lease::{Lease, Share, Usage};
pub use recompose::Through;
pub use state::CellArray;
pub use store::{DeviceName, InstalledRow, RowMeaning};
pub use wiring::{Wiring, WiringError};
