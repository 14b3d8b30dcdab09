//! What a seed decides: numbers, keys, what a controller says.

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchKind, MatchValue, Program, Table, TableKey};

/// Numbers that follow from a seed (SplitMix64).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Once in so many times.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of them.
    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize].clone()
    }

    /// Small numbers, numbers that the programs know, and any.
    pub(crate) fn bits(&mut self, width: u32) -> Bits {
        const KNOWN: [u64; 8] =
            [0x0800, 0x8100, 0x86dd, 0xffff_ffff_ffff, 0x45, 17, 0x0200_0000_0001, 0x0a00_0001];
        match self.below(4) {
            0 => Bits::from_u128(width, u128::from(self.next()) << 64 | u128::from(self.next())),
            1 => Bits::from_u64(width, self.pick(&KNOWN)),
            _ => Bits::from_u64(width, self.below(6)),
        }
    }

    pub(crate) fn key(&mut self, key: &TableKey) -> MatchValue {
        let value = self.bits(key.width);
        match key.match_kind {
            MatchKind::Exact => MatchValue::Exact(value),
            MatchKind::Lpm => {
                MatchValue::Lpm { value, prefix_length: self.below(u64::from(key.width) + 1) as u32 }
            }
            MatchKind::Ternary => {
                let any = self.bits(key.width);
                let mask = self.pick(&[Bits::zero(key.width), Bits::ones(key.width), any]);
                MatchValue::Ternary { value: value.and(&mask), mask }
            }
            MatchKind::Range => {
                // Wide ranges one beside the other take more rows than there are.
                let block = Bits::mask(key.width, 0, self.below(8) as u32);
                let other = if key.width > 16 { value.or(&block) } else { self.bits(key.width) };
                let ordered = value.cmp_unsigned(&other).is_le();
                let (low, high) = if ordered { (value, other) } else { (other, value) };
                MatchValue::Range { low, high }
            }
            MatchKind::Optional => MatchValue::Optional((self.below(2) == 0).then_some(value)),
        }
    }

    fn action(&mut self, program: &Program, table: &Table) -> (String, Vec<Bits>) {
        let action = &program.actions[self.pick(&table.actions).index()];
        let arguments = action.parameters.iter().map(|parameter| match parameter.name.as_str() {
            "port" => Bits::from_u64(parameter.width, self.below(6)),
            // Those that exist, and none.
            "group" => Bits::from_u64(parameter.width, self.below(3)),
            _ => self.bits(parameter.width),
        });
        (action.name.clone(), arguments.collect())
    }

    /// What a controller might say.
    pub(crate) fn commands(&mut self, program: &Program) -> Vec<Command> {
        let mut commands = Vec::new();
        for group in 1..3 {
            commands.push(Command::MulticastGroupCreate { group });
            commands.push(Command::MulticastNodeCreate { rid: group, ports: vec![1, 2, 3], lags: vec![] });
            commands.push(Command::MulticastNodeAssociate { group, node: u64::from(group) - 1 });
        }
        for table in program.tables.iter().filter(|t| !t.hidden) {
            let entries =
                if table.keys.is_empty() || !table.const_entries.is_empty() { 0 } else { 2 + self.below(10) };
            for _ in 0..entries {
                let by_priority =
                    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
                let priority = by_priority.then(|| self.below(6) as u32 + 1);
                let key = table.keys.iter().map(|key| self.key(key)).collect();
                let (action, arguments) = self.action(program, table);
                let table = table.name.clone();
                commands.push(Command::TableAdd { table, key, action, arguments, priority });
            }
            // Constant entries go too.
            if self.below(10) == 0 {
                commands.push(Command::TableClear { table: table.name.clone() });
            }
            let fixed = table.default_entry.as_ref().is_some_and(|d| d.const_action);
            if !fixed && self.once_in(2) {
                let (action, arguments) = self.action(program, table);
                commands.push(Command::TableSetDefault { table: table.name.clone(), action, arguments });
            }
        }
        commands
    }
}
