//! What slices are granted, and how that changes.

use super::{Dpmu, carry_out, find};
use crate::device::{MOST_COPIES, MOST_GROUPS};
use crate::lease::{self, Lease, Resource, Share};
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
        self.stock()
            .into_iter()
            .try_for_each(|(resource, total, used)| resource.admit(leases.clone(), lease, total, used))
    }

    /// What can be promised, how much of it the device has, and how much those use who weren't promised any.
    fn stock(&self) -> [(Resource, u64, u64); 3] {
        let rows = self.device.layout().config().rows_per_table.into();
        let (groups, copies) = self.device.unpromised_groups();
        [
            (lease::ROWS, rows, self.device.rows().most_unpromised()),
            (lease::GROUPS, MOST_GROUPS, groups),
            (lease::COPIES, MOST_COPIES, copies),
        ]
    }

    /// What of the device is kept for whom, whatever others do.
    pub fn shares(&self) -> Vec<Share> {
        let leases = || self.slices.iter().map(|(name, slice)| (name, &slice.lease));
        let share = |(resource, total, used): (Resource, u64, u64)| {
            let (slices, without) = leases().partition(|(_, lease)| resource.is_promised(lease));
            let names = |of: Vec<(&String, &Lease)>| of.into_iter().map(|(name, _)| name.clone()).collect();
            let promised = resource.promised(leases().map(|(_, lease)| lease));
            Share {
                resource: resource.name,
                total,
                promised,
                used,
                slices: names(slices),
                without: names(without),
            }
        };
        self.stock().map(share).into()
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
