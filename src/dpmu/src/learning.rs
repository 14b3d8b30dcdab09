//! Samples of packets, told in the guests' terms.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{Digest, LearnListId};

use crate::Dpmu;
use crate::store::DeviceName;

/// The persona's sample has a device ID, the number of its guest's list from 1 on, and the elements' values.
const PARTS: usize = 3;

impl Dpmu {
    /// Whose sample of the persona's it is, and what it says there. `None` when it is no virtual device's.
    pub fn learnt(&self, digest: &Digest) -> Option<(Arc<DeviceName>, Digest)> {
        let [id, list, sample]: &[Bits; PARTS] = digest.values.as_slice().try_into().ok()?;
        let mut devices = self.devices();
        let device = devices.find(|device| {
            device.placement.as_ref().is_some_and(|placement| Some(placement.site.id.into()) == id.to_u64())
        })?;
        let list = LearnListId(u32::try_from(list.to_u64()?.checked_sub(1)?).ok()?);
        let program = device.guest.program();
        let elements = &program.learn_lists.get(list.index())?.elements;
        let mut values = Vec::new();
        let mut below = 0;
        for element in elements.iter().rev() {
            let width = element.width(program);
            values.push(sample.lshr(below as usize).resize(width));
            below += width;
        }
        values.reverse();
        Some((Arc::clone(&device.name), Digest { cause: digest.cause, list, values }))
    }
}
