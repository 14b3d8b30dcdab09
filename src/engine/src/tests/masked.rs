//! Tables whose entries are found under masks, beside a look at all of their entries.

use hyper4_ir::*;
use hyper4_switch::{Switch, hash, prefix_mask};

use super::builder::*;

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 += 1;
        (hash([self.0]) >> 17) % bound
    }
}

/// Where the field lies in a packet of [`base`], and its bits.
fn field(field: FieldRef) -> (usize, usize, u32) {
    [(0, 2, 16), (2, 3, 8), (3, 4, 8), (4, 17, 100)][field.field as usize]
}

/// A value of few, so that entries overlap and packets hit.
fn value(width: u32, chance: &mut Chance) -> hyper4_bits::Bits {
    let number = bits(width, chance.below(24) * 0x1111 % (1 << width.min(20)));
    if width == 100 && chance.below(2) == 0 { number.shl(84).or(&number) } else { number }
}

fn matched(kind: MatchKind, width: u32, chance: &mut Chance) -> MatchValue {
    let any = value(width, chance);
    match kind {
        MatchKind::Exact => MatchValue::Exact(any),
        MatchKind::Lpm => {
            MatchValue::Lpm { value: any, prefix_length: chance.below(u64::from(width) + 1) as u32 }
        }
        MatchKind::Ternary => MatchValue::Ternary {
            value: any,
            mask: value(width, chance).or(&prefix_mask(width, chance.below(4) as u32 * width / 3)),
        },
        MatchKind::Optional => MatchValue::Optional((chance.below(3) > 0).then_some(any)),
        MatchKind::Range => panic!("ranges aren't found under masks"),
    }
}

fn matches(wanted: &MatchValue, value: &hyper4_bits::Bits) -> bool {
    match wanted {
        MatchValue::Exact(wanted) => wanted == value,
        MatchValue::Lpm { value: wanted, prefix_length } => {
            wanted.xor(value).and(&prefix_mask(value.width(), *prefix_length)).is_zero()
        }
        MatchValue::Ternary { value: wanted, mask } => wanted.xor(value).and(mask).is_zero(),
        MatchValue::Optional(wanted) => wanted.as_ref().is_none_or(|wanted| wanted == value),
        MatchValue::Range { .. } => false,
    }
}

/// The lowest is found.
fn rank(key: &[MatchValue], priority: Option<u32>) -> u32 {
    let length = key.iter().find_map(|value| match value {
        MatchValue::Lpm { prefix_length, .. } => Some(*prefix_length),
        _ => None,
    });
    priority.unwrap_or(1_000 - length.unwrap_or(0))
}

#[test]
fn what_is_found_is_what_a_look_at_all_entries_finds() {
    use MatchKind::{Exact, Lpm, Optional, Ternary};
    let tables: [&[(MatchKind, FieldRef)]; 7] = [
        &[(Lpm, h(0))],
        &[(Lpm, h(3))],
        &[(Exact, h(1)), (Lpm, h(0))],
        &[(Ternary, h(0)), (Ternary, h(1))],
        &[(Ternary, h(3))],
        &[(Lpm, h(0)), (Ternary, h(1))],
        &[(Optional, h(1)), (Ternary, h(0))],
    ];
    for keys in tables {
        let mut chance = Chance(keys.len() as u64 * 1_000_000);
        let mut program = base();
        let set = action(&mut program, "set", &[16], vec![assign(h(0), Expr::Param(0))]);
        let start = table(&mut program, "t", keys, &[set], None);
        program.ingress.start = Some(start);
        let prioritised = !keys.iter().all(|(kind, _)| matches!(kind, Exact | Lpm));
        let mut engine = engine(program, &[]);
        let mut present: Vec<(u64, Vec<MatchValue>, Option<u32>, u16)> = Vec::new();
        let (mut refused, mut hits) = (0, 0);
        for step in 0..1_500_u16 {
            let key: Vec<MatchValue> =
                keys.iter().map(|(kind, at)| matched(*kind, field(*at).2, &mut chance)).collect();
            let priority = prioritised.then(|| chance.below(4) as u32);
            let command = Command::TableAdd {
                table: "t".into(),
                key: key.clone(),
                action: "set".into(),
                arguments: vec![bits(16, u64::from(step) + 0x100)],
                priority,
            };
            match engine.control(&command) {
                Ok(Reply::Handle(handle)) => present.push((handle, key, priority, step + 0x100)),
                _ => refused += 1,
            }
            // Some go again; in the second half as many as come.
            if (step % 3 == 0 && !present.is_empty()) || (step > 700 && present.len() > 40) {
                let (handle, ..) = present.swap_remove(chance.below(present.len() as u64) as usize);
                engine.control(&Command::TableDelete { table: "t".into(), handle }).unwrap();
            }
            let mut bytes = packet(0, 0, 0);
            for at in 0..4 {
                let (from, to, width) = field(h(at));
                let value = value(width, &mut chance);
                let padded = if width == 100 { value.resize(104).shl(4) } else { value };
                bytes[from..to].copy_from_slice(&padded.to_be_bytes());
            }
            let of = |at: FieldRef| {
                let (from, to, width) = field(at);
                let all = hyper4_bits::Bits::from_be_bytes(8 * (to - from) as u32, &bytes[from..to]);
                all.lshr(8 * (to - from) - width as usize).resize(width)
            };
            let found = present
                .iter()
                .filter(|(_, key, ..)| key.iter().zip(keys).all(|(value, (_, at))| matches(value, &of(*at))))
                .min_by_key(|(handle, key, priority, _)| (rank(key, *priority), handle & 0xff_ffff));
            let expected = found.map_or(u16::from_be_bytes([bytes[0], bytes[1]]), |(.., shows)| *shows);
            let sent = send(&mut engine, &bytes);
            let shown = u16::from_be_bytes([sent[0].1[0], sent[0].1[1]]);
            assert_eq!(shown, expected, "{keys:?}, step {step}: found {found:?}");
            hits += usize::from(found.is_some());
        }
        assert!(hits > 50 && present.len() > 20, "{keys:?}: {hits} hits, {} entries", present.len());
        assert!(refused > 0, "{keys:?}: no key came twice");
    }
}
