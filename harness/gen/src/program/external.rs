//! Calls of v1model's externs.

use super::control::{CELLS, Control};
use super::scope::{Place, Scope, type_of};
use super::{Feature, Sketch};

/// The field of metadata that says whether a packet was made to come again.
pub(super) const ROUNDS: &str = "rounds";
/// What needs it.
pub(super) const REPEATING: [Feature; 3] = [Feature::Clone, Feature::Resubmit, Feature::Recirculate];

/// What ingress alone may call.
const INGRESS: [Feature; 3] = [Feature::Clone, Feature::Resubmit, Feature::Multicast];

impl Sketch<'_> {
    /// A call of one that the program has; none where it has none that fits here.
    pub(super) fn external(&mut self, control: &Control, scope: &Scope, pad: &str) -> Option<String> {
        let all = [
            Feature::Register,
            Feature::Counter,
            Feature::Meter,
            Feature::Random,
            Feature::Hash,
            Feature::Clone,
            Feature::Multicast,
            Feature::Resubmit,
            Feature::Recirculate,
            Feature::Truncate,
            Feature::Digest,
        ];
        let fits = |feature: &Feature| {
            self.has(*feature)
                && match feature {
                    Feature::Register => !control.registers.is_empty(),
                    Feature::Counter => !control.counters.is_empty(),
                    Feature::Meter => !control.meters.is_empty(),
                    Feature::Recirculate => !control.ingress,
                    Feature::Digest => control.ingress,
                    one => control.ingress || !INGRESS.contains(one),
                }
        };
        let here: Vec<Feature> = all.into_iter().filter(fits).collect();
        match self.dice.pick(&here)? {
            Feature::Register => self.register(control, scope, pad),
            Feature::Counter => {
                let counter = self.dice.pick(&control.counters)?.clone();
                Some(format!("{pad}{counter}.count({});\n", self.index(scope)))
            }
            Feature::Meter => {
                let meter = self.dice.pick(&control.meters)?.clone();
                let colour = self.target(scope, 2..=64)?;
                Some(format!("{pad}{meter}.execute_meter({}, {});\n", self.index(scope), colour.path))
            }
            Feature::Random => {
                let Place { path, width, .. } = self.target(scope, 1..=32)?;
                let (one, other) = (self.dice.bits(width), self.dice.bits(width));
                let (low, high) = (one.low_u64().min(other.low_u64()), one.low_u64().max(other.low_u64()));
                Some(format!("{pad}random({path}, {width}w{low}, {width}w{high});\n"))
            }
            Feature::Hash => self.hash(scope, pad),
            Feature::Clone => {
                let session = self.dice.between(1, 2);
                Some(self.once(
                    scope,
                    pad,
                    &format!("clone_preserving_field_list(CloneType.I2E, 32w{session}, 8w1)"),
                ))
            }
            Feature::Multicast => {
                Some(format!("{pad}standard_metadata.mcast_grp = 16w{};\n", self.dice.below(3)))
            }
            Feature::Resubmit => Some(self.once(scope, pad, "resubmit_preserving_field_list(8w1)")),
            Feature::Recirculate => Some(self.once(scope, pad, "recirculate_preserving_field_list(8w1)")),
            Feature::Truncate => Some(format!("{pad}truncate(32w{});\n", self.dice.between(8, 80))),
            Feature::Digest => {
                let place = self.unsigned(scope)?;
                Some(format!("{pad}digest<bit<{}>>(32w1, {});\n", place.width, place.path))
            }
            _ => None,
        }
    }

    /// What makes a packet come again, or a copy of it, counts in a field of its own that is kept, so that it ends: the
    /// kind of instance would do in ingress alone, as egress sees every packet that goes one way as a new one. An action
    /// has no `if`: there it isn't done.
    fn once(&self, scope: &Scope, pad: &str, call: &str) -> String {
        if scope.in_action {
            return String::new();
        }
        format!("{pad}if (meta.{ROUNDS} == 0) {{\n{pad}    meta.{ROUNDS} = 1;\n{pad}    {call};\n{pad}}}\n")
    }

    fn register(&mut self, control: &Control, scope: &Scope, pad: &str) -> Option<String> {
        let (name, width) = self.dice.pick(&control.registers)?.clone();
        let index = self.index(scope);
        let places: Vec<Place> =
            scope.writable(false).into_iter().filter(|p| p.width == width && !p.signed).collect();
        match self.dice.pick(&places).cloned() {
            Some(place) if self.dice.percent(50) => {
                Some(format!("{pad}{name}.read({}, {index});\n", place.path))
            }
            _ => {
                let value = self.number(scope, width, false, 1);
                Some(format!("{pad}{name}.write({index}, {value});\n"))
            }
        }
    }

    /// An index that is within the array's bounds.
    fn index(&mut self, scope: &Scope) -> String {
        match self.unsigned(scope) {
            Some(place) if self.dice.percent(60) => {
                let path = super::expression::convert(&place, 32, false);
                format!("({path}) & 32w{:#x}", CELLS - 1)
            }
            _ => format!("32w{}", self.dice.below(CELLS as usize)),
        }
    }

    fn hash(&mut self, scope: &Scope, pad: &str) -> Option<String> {
        let target = self.target(scope, 1..=32)?;
        let algorithm = self.dice.pick(&["crc16", "crc32", "csum16", "xor16", "identity"]).copied()?;
        let data: Vec<String> =
            (0..self.dice.between(1, 3)).filter_map(|_| Some(self.unsigned(scope)?.path)).collect();
        let max = self.dice.pick(&["4", "256", "1000", "65536"]).copied()?;
        let ty = type_of(target.width, false);
        Some(format!(
            "{pad}hash({}, HashAlgorithm.{algorithm}, ({ty}) 0, {{ {} }}, 32w{max});\n",
            target.path,
            data.join(", ")
        ))
    }

    /// A place for a number of one of those widths.
    fn target(&mut self, scope: &Scope, widths: std::ops::RangeInclusive<u32>) -> Option<Place> {
        let fits = |place: &Place| !place.signed && widths.contains(&place.width);
        let targets: Vec<Place> = scope.writable(false).into_iter().filter(fits).collect();
        self.dice.pick(&targets).cloned()
    }

    fn unsigned(&mut self, scope: &Scope) -> Option<Place> {
        let places: Vec<Place> = scope.readable(false).into_iter().filter(|place| !place.signed).collect();
        self.dice.pick(&places).cloned()
    }
}
