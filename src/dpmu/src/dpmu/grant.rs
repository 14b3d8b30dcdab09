//! What slices are granted, and how that changes.

use super::{Dpmu, carry_out, find};
use crate::device::{MOST_COPIES, MOST_GROUPS};
use crate::lease::{self, Lease};
use crate::plan::Plan;
use crate::{DpmuError, Wiring};

impl Dpmu {
    /// Whether a slice, be it there or not, can have that lease beside those of the others.
    pub(super) fn grantable(&self, name: &str, lease: &Lease) -> Result<(), DpmuError> {
        let others = || self.slices.iter().filter(|(other, _)| *other != name);
        for (other, slice) in others() {
            if let Some(port) = lease.ports.intersection(&slice.lease.ports).next() {
                return Err(DpmuError::PortTaken { port: *port, slice: other.clone() });
            }
        }
        let leases = others().map(|(_, slice)| &slice.lease);
        let rows = self.device.layout().config().rows_per_table.into();
        let (groups, copies) = self.device.unpromised_groups();
        lease::ROWS.admit(leases.clone(), lease, rows, self.device.rows().most_unpromised())?;
        lease::GROUPS.admit(leases.clone(), lease, MOST_GROUPS, groups)?;
        lease::COPIES.admit(leases, lease, MOST_COPIES, copies)
    }

    /// Give a slice another lease, under traffic, and wire it anew if there is a `wiring`. Where its ports change, or what is
    /// promised at all, its rows are made anew beside the old ones: each packet is treated under the old lease or the new.
    ///
    /// # Errors
    /// As of [`Dpmu::create_slice`] and [`Dpmu::wire`]; [`DpmuError::Exhausted`] when the slice uses more than the lease
    /// grants. Nothing has changed then.
    pub fn change_lease(
        &mut self,
        name: &str,
        lease: Lease,
        wiring: Option<Wiring>,
    ) -> Result<(), DpmuError> {
        let slice = find(&mut self.slices, name)?;
        // Another wiring may need less of all but cells.
        let used = slice.usage(&self.device);
        let anew = wiring.is_some() || slice.lease.ports != lease.ports;
        match anew {
            true => lease::Usage { cells: used.cells, ..Default::default() }.fits(&lease)?,
            false => used.fits(&lease)?,
        }
        self.grantable(name, &lease)?;
        let slice = find(&mut self.slices, name)?;
        let anew = anew || slice.lease.promises() != lease.promises();
        if let (Some(wiring), true) = (wiring.or_else(|| slice.wiring.clone()), anew) {
            let names = slice.devices.keys().cloned().collect();
            wiring.validate(&names, &lease.ports)?;
            let plan = Plan::new(slice, &lease, &wiring, &self.device)?;
            carry_out(&mut self.device, slice, Some(&lease), plan, wiring)?;
        }
        slice.lease = lease;
        self.promise();
        Ok(())
    }
}
