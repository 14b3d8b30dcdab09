//! What a slice may use, and that what is granted is there.

use std::collections::BTreeSet;

use crate::DpmuError;

/// What a slice may use.
///
/// A number is a limit and a promise: leases are granted while the device has room for all of them, and for one change at
/// a time that needs old and new side by side. [`u64::MAX`] is neither: such a slice shares what nobody was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Physical ports, 0 to 510.
    pub ports: BTreeSet<u16>,
    /// Rows in the device.
    pub rows: u64,
    /// Multicast groups in the device.
    pub groups: u64,
    /// Copies that the groups make, all together.
    pub copies: u64,
    /// Registers, counters and meters in the device, together: a limit, but no promise.
    pub cells: u64,
}

impl Lease {
    /// Every port and no limit but the device's.
    pub fn everything() -> Self {
        Self {
            ports: (0..=510).collect(),
            rows: u64::MAX,
            groups: u64::MAX,
            copies: u64::MAX,
            cells: u64::MAX,
        }
    }

    pub(crate) fn has_all_ports(&self) -> bool {
        self.ports.len() == 511
    }

    /// What of it is promised.
    pub(crate) fn promises(&self) -> Promises {
        let Self { rows, groups, copies, .. } = self;
        Promises { rows: *rows != u64::MAX, groups: *groups != u64::MAX, copies: *copies != u64::MAX }
    }
}

/// How much a slice uses of what a lease grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Rows in the device.
    pub rows: u64,
    /// Multicast groups in the device.
    pub groups: u64,
    /// Copies that the groups make, all together.
    pub copies: u64,
    /// Registers, counters and meters in the device, together.
    pub cells: u64,
}

impl Usage {
    /// Whether a lease grants as much.
    pub(crate) fn fits(&self, lease: &Lease) -> Result<(), DpmuError> {
        for (resource, needed, left) in [
            (ROWS_OF_LEASE, self.rows, lease.rows),
            (GROUPS_OF_LEASE, self.groups, lease.groups),
            (COPIES_OF_LEASE, self.copies, lease.copies),
            (CELLS_OF_LEASE, self.cells, lease.cells),
        ] {
            if needed > left {
                return Err(DpmuError::Exhausted { resource, needed, left });
            }
        }
        Ok(())
    }
}

/// What a lease grants, as its tenant is told.
pub(crate) const ROWS_OF_LEASE: &str = "rows of the lease";
pub(crate) const GROUPS_OF_LEASE: &str = "multicast groups of the lease";
pub(crate) const COPIES_OF_LEASE: &str = "copies of the lease's multicast groups";
pub(crate) const CELLS_OF_LEASE: &str = "cells of state of the lease";

/// Which shares of a device a lease promises: each is for itself, so that who was promised rows alone takes groups of what
/// nobody was promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Promises {
    pub(crate) rows: bool,
    pub(crate) groups: bool,
    pub(crate) copies: bool,
}

/// What of a device's resource is kept for slices that were promised some of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it is, in the plural.
    pub resource: &'static str,
    /// How many the device has: of rows, how many each table has.
    pub total: u64,
    /// How many are kept: all that was promised, and once more the greatest promise, for the one change at a time that
    /// needs old and new side by side.
    pub promised: u64,
    /// How many slices use that were promised none: of rows, in the table in which it is most.
    pub used: u64,
    /// Who was promised some.
    pub slices: Vec<String>,
    /// Who wasn't: these share what is left, and the device may be full for them.
    pub without: Vec<String>,
}

impl Share {
    /// Whether all that was promised is there: what every change of a device keeps so.
    pub fn is_kept(&self) -> bool {
        self.promised == 0 || self.promised.saturating_add(self.used) <= self.total
    }
}

/// Something that a lease grants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resource {
    pub(crate) name: &'static str,
    of: fn(&Lease) -> u64,
}

/// Rows: any of them may lie in one table.
pub(crate) const ROWS: Resource = Resource { name: "rows of the device", of: |lease| lease.rows };
/// Multicast groups.
pub(crate) const GROUPS: Resource =
    Resource { name: "multicast groups of the device", of: |lease| lease.groups };
/// Copies: each is a node of the device's.
pub(crate) const COPIES: Resource = Resource { name: "copies of the device", of: |lease| lease.copies };

impl Resource {
    /// What must be kept free of others for these leases: what they promise, and once more the greatest of it, for the
    /// change that one of them is in the middle of.
    pub(crate) fn promised<'a>(&self, leases: impl Iterator<Item = &'a Lease>) -> u64 {
        let promises = leases.map(self.of).filter(|amount| *amount != u64::MAX);
        let (sum, greatest) = promises
            .fold((0u64, 0u64), |(sum, greatest), amount| (sum.saturating_add(amount), greatest.max(amount)));
        sum.saturating_add(greatest)
    }

    /// Whether a lease promises some of it.
    pub(crate) fn is_promised(&self, lease: &Lease) -> bool {
        (self.of)(lease) != u64::MAX
    }

    /// Whether a device that has `total`, of which slices without a promise use `used`, can grant all these leases.
    pub(crate) fn admit<'a>(
        &self,
        leases: impl Iterator<Item = &'a Lease> + Clone,
        new: &'a Lease,
        total: u64,
        used: u64,
    ) -> Result<(), DpmuError> {
        if !self.is_promised(new) {
            return Ok(());
        }
        let needed = self.promised(leases.clone().chain([new]));
        let left = total.saturating_sub(used);
        if needed <= left {
            return Ok(());
        }
        let before = self.promised(leases);
        let (needed, left) = (needed.saturating_sub(before), left.saturating_sub(before));
        Err(DpmuError::Exhausted { resource: self.name, needed, left })
    }
}
