//! Where the virtual devices of a slice are going to lie.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::PipelineKind;
use hyper4_persona::{Guest, Layout, SizeChange};

use crate::device::Device;
use crate::lease::Lease;
use crate::slice::Slice;
use crate::translate::{self, Site, Starts};
use crate::virtual_device::VirtualDevice;
use crate::{DpmuError, Wiring, WiringError, wire};

/// Device IDs and first slots, and the guests as they are placed.
pub(crate) struct Sites<'a> {
    pub(crate) devices: BTreeMap<String, (Cow<'a, Guest>, Site)>,
    pub(crate) wires: BTreeMap<(String, u16), Site>,
}

impl<'a> Sites<'a> {
    /// A virtual device begins behind all that lead to it.
    pub(crate) fn new(
        slice: &'a Slice,
        lease: &Lease,
        wiring: &Wiring,
        device: &Device,
    ) -> Result<Self, DpmuError> {
        let layout = device.layout();
        let slots = u16::from(layout.slots(PipelineKind::Ingress));
        let names: BTreeSet<String> = slice.devices.keys().cloned().collect();
        let mut ids = device.free_ids();
        let mut id = || ids.next().ok_or(DpmuError::Exhausted { resource: "device IDs", needed: 1, left: 0 });
        let mut sites = Self { devices: BTreeMap::new(), wires: BTreeMap::new() };
        let mut begins: BTreeMap<String, u16> = BTreeMap::new();
        // What became of a packet's length before it comes there.
        let mut sizes: BTreeMap<String, SizeChange> = BTreeMap::new();
        for name in wiring.order(&names)? {
            let Some(loaded) = slice.devices.get(&name) else { continue };
            let inside =
                wiring.wants_egress_inside(&name) || leaves_traces_of_the_lost(loaded, wiring, lease);
            let guest = match loaded.guest.egress_start().is_some() && inside {
                true => Cow::Owned(loaded.guest.with_egress_inside(layout)?),
                false => Cow::Borrowed(&loaded.guest),
            };
            let before = sizes.get(&name).copied().unwrap_or_default();
            if guest.size_change().counted && (before.longer > 0 || before.shorter > 0) {
                return Err(WiringError::LengthChanged { device: name }.into());
            }
            let size = admit_sizes(layout, before, &guest)?;
            let wires = wiring.wires(&name);
            let base = begins.get(&name).copied().unwrap_or(0);
            let end = base + u16::from(guest.slots(PipelineKind::Ingress));
            let behind_wires = end + u16::from(wire::SLOTS);
            let needed = if wires.is_empty() { end - base } else { behind_wires - base };
            // What leads on needs a slot at least behind it, but that is for the next one to say.
            let (Ok(slot_base), true) = (u8::try_from(base), base + needed <= slots) else {
                return Err(WiringError::Slots { device: name, needed, taken: base, slots }.into());
            };
            let mut begin = |target: &str, slot: u16| {
                let begin = begins.entry(target.to_owned()).or_insert(0);
                *begin = slot.max(*begin);
                let before = sizes.entry(target.to_owned()).or_default();
                before.longer = size.longer.max(before.longer);
                before.shorter = size.shorter.max(before.shorter);
            };
            for end_of_link in wiring.ports(&name).into_values() {
                if let hyper4_switch::Endpoint::Device { device, .. } = end_of_link {
                    begin(&device, end);
                }
            }
            for (port, wire) in wires {
                wire.targets().for_each(|target| begin(target, behind_wires));
                let slot_base = u8::try_from(end).unwrap_or(u8::MAX);
                sites.wires.insert((name.clone(), port), Site { id: id()?, slot_base, exit: None });
            }
            let exit = translate::exit(&guest, wiring, lease, layout);
            sites.devices.insert(name, (guest, Site { id: id()?, slot_base, exit }));
        }
        Ok(sites)
    }

    /// Their first lookups.
    pub(crate) fn starts(&self) -> Starts {
        let device = |(name, (guest, site)): (&String, &(Cow<'_, Guest>, Site))| {
            (name.clone(), translate::start(guest, *site))
        };
        Starts {
            devices: self.devices.iter().map(device).collect(),
            wires: self.wires.iter().map(|(from, site)| (from.clone(), wire::start(*site))).collect(),
        }
    }
}

/// Whether a guest sees as much as it parses, and has room for what it adds, behind others that make packets shorter or
/// longer. Answers what became of a packet's length behind it.
fn admit_sizes(layout: &Layout, before: SizeChange, guest: &Guest) -> Result<SizeChange, DpmuError> {
    let own = guest.size_change();
    let parsed = u32::from(layout.parse_bytes());
    let visible = parsed.saturating_sub(before.shorter);
    let room = u32::from(layout.config().window_bytes).saturating_sub(parsed + before.longer);
    let admit = |resource: &'static str, needed: u32, left: u32| match needed <= left {
        true => Ok(()),
        false => Err(DpmuError::Exhausted { resource, needed: needed.into(), left: left.into() }),
    };
    admit("bytes of headers that come in behind guests that take some away", own.parsed, visible)?;
    admit("bytes of room for headers that guests add", own.longer, room)?;
    Ok(SizeChange { longer: before.longer + own.longer, shorter: before.shorter + own.shorter, ..own })
}

/// Whether a packet that is sent by a port which isn't the slice's changes something in egress before it is lost.
fn leaves_traces_of_the_lost(device: &VirtualDevice, wiring: &Wiring, lease: &Lease) -> bool {
    let mut accesses = device.guest.accesses().iter();
    matches!(wiring, Wiring::Direct(_))
        && !lease.has_all_ports()
        && accesses.any(|(pipeline, ..)| *pipeline == PipelineKind::Egress)
}
