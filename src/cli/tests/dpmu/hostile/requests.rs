//! Requests as no controller makes them.

use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::*;

use crate::served::Controller;

/// Choices from a generator of its own: the same on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }

    pub(super) fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.roll(most + 1)).map(|_| self.roll(256) as u8).collect()
    }

    /// Small, at an edge, or anything.
    pub(super) fn number(&mut self) -> u64 {
        match self.roll(6) {
            0..=2 => self.roll(20),
            3 => [0, 1, 127, 255, 256, 509, 510, 511, 512, 65_535, 65_536][self.roll(11) as usize],
            4 => [u64::MAX, i64::MAX as u64, u64::from(u32::MAX), 1 << 31][self.roll(4) as usize],
            _ => self.roll(u64::MAX),
        }
    }

    /// One of these as a rule, else anything.
    fn id(&mut self, known: &[u32]) -> u32 {
        match self.roll(8) {
            0 => self.number() as u32,
            _ => known.get(self.roll(known.len() as u64) as usize).copied().unwrap_or(0),
        }
    }
}

/// What the program has, by kinds.
pub(super) struct Known {
    tables: Vec<(u32, Vec<u32>)>,
    actions: Vec<(u32, Vec<u32>)>,
    others: Vec<u32>,
}

impl Known {
    pub(super) fn new(controller: &Controller) -> Self {
        let info = &controller.info;
        let id = |preamble: &Option<hyper4_p4runtime::config::Preamble>| preamble.as_ref().unwrap().id;
        let fields = |table: &hyper4_p4runtime::config::Table| {
            (id(&table.preamble), table.match_fields.iter().map(|field| field.id).collect())
        };
        let parameters = |action: &hyper4_p4runtime::config::Action| {
            (id(&action.preamble), action.params.iter().map(|param| param.id).collect())
        };
        let mut others: Vec<u32> = info.counters.iter().map(|counter| id(&counter.preamble)).collect();
        others.extend(info.meters.iter().map(|meter| id(&meter.preamble)));
        others.extend(info.registers.iter().map(|register| id(&register.preamble)));
        others.extend(info.digests.iter().map(|digest| id(&digest.preamble)));
        others.extend(info.action_profiles.iter().map(|profile| id(&profile.preamble)));
        Self {
            tables: info.tables.iter().map(fields).collect(),
            actions: info.actions.iter().map(parameters).collect(),
            others,
        }
    }

    fn action(&self, dice: &mut Dice) -> Action {
        let (id, parameters) = &self.actions[dice.roll(self.actions.len() as u64) as usize];
        let value = |dice: &mut Dice| match dice.roll(4) {
            0 => dice.bytes(9),
            _ => vec![dice.roll(8) as u8 + 1],
        };
        let params = parameters.iter().map(|param| action::Param {
            param_id: if dice.roll(20) == 0 { dice.number() as u32 } else { *param },
            value: value(dice),
        });
        let params = params.collect();
        Action { action_id: if dice.roll(20) == 0 { dice.number() as u32 } else { *id }, params }
    }

    fn field(&self, dice: &mut Dice) -> Option<field_match::FieldMatchType> {
        let value = |dice: &mut Dice| match dice.roll(3) {
            0 => dice.bytes(20),
            _ => (0..dice.roll(3)).fold(vec![1 + dice.roll(255) as u8], |mut all, _| {
                all.push(dice.roll(256) as u8);
                all
            }),
        };
        Some(match dice.roll(6) {
            0 | 1 => field_match::FieldMatchType::Exact(field_match::Exact { value: value(dice) }),
            2 => field_match::FieldMatchType::Lpm(field_match::Lpm {
                value: value(dice),
                prefix_len: dice.number() as i32,
            }),
            3 => field_match::FieldMatchType::Ternary(field_match::Ternary {
                value: value(dice),
                mask: value(dice),
            }),
            4 => {
                field_match::FieldMatchType::Range(field_match::Range { low: value(dice), high: value(dice) })
            }
            _ => return None,
        })
    }

    fn entry(&self, dice: &mut Dice) -> TableEntry {
        let (table, fields) = &self.tables[dice.roll(self.tables.len() as u64) as usize];
        let r#type = match dice.roll(8) {
            0 => table_action::Type::ActionProfileMemberId(dice.number() as u32),
            1 => table_action::Type::ActionProfileGroupId(dice.number() as u32),
            2 => {
                let action_profile_actions = (0..dice.roll(12))
                    .map(|_| ActionProfileAction {
                        action: Some(self.action(dice)),
                        weight: dice.number() as i32,
                        ..Default::default()
                    })
                    .collect();
                table_action::Type::ActionProfileActionSet(ActionProfileActionSet { action_profile_actions })
            }
            _ => table_action::Type::Action(self.action(dice)),
        };
        TableEntry {
            table_id: if dice.roll(20) == 0 { dice.number() as u32 } else { *table },
            r#match: fields
                .iter()
                .map(|field| FieldMatch {
                    field_id: if dice.roll(20) == 0 { dice.number() as u32 } else { *field },
                    field_match_type: self.field(dice),
                })
                .collect(),
            action: (dice.roll(10) > 0).then_some(TableAction { r#type: Some(r#type) }),
            priority: if dice.roll(2) == 0 { 0 } else { dice.number() as i32 },
            is_default_action: dice.roll(12) == 0,
            idle_timeout_ns: if dice.roll(30) == 0 { dice.number() as i64 } else { 0 },
            controller_metadata: dice.roll(3),
            ..Default::default()
        }
    }

    fn replicas(&self, dice: &mut Dice) -> Vec<Replica> {
        let replica = |dice: &mut Dice| Replica {
            instance: dice.number() as u32,
            port_kind: Some(replica::PortKind::EgressPort(dice.number() as u32)),
        };
        (0..dice.roll(6)).map(|_| replica(dice)).collect()
    }

    pub(super) fn entity(&self, dice: &mut Dice) -> Option<Kind> {
        let other = dice.id(&self.others);
        let index = |dice: &mut Dice| (dice.roll(5) > 0).then(|| Index { index: dice.number() as i64 });
        let data = CounterData { byte_count: dice.number() as i64, packet_count: dice.number() as i64 };
        let config = MeterConfig {
            cir: dice.number() as i64,
            cburst: dice.number() as i64,
            pir: dice.number() as i64,
            pburst: dice.number() as i64,
            eburst: 0,
        };
        Some(match dice.roll(16) {
            0..=5 => Kind::TableEntry(self.entry(dice)),
            6 => Kind::ActionProfileMember(ActionProfileMember {
                action_profile_id: other,
                member_id: dice.number() as u32,
                action: Some(self.action(dice)),
            }),
            7 => Kind::ActionProfileGroup(ActionProfileGroup {
                action_profile_id: other,
                group_id: dice.number() as u32,
                members: (0..dice.roll(5))
                    .map(|_| action_profile_group::Member {
                        member_id: dice.number() as u32,
                        weight: dice.number() as i32,
                        watch_kind: None,
                    })
                    .collect(),
                max_size: dice.number() as i32,
            }),
            8 => Kind::CounterEntry(CounterEntry { counter_id: other, index: index(dice), data: Some(data) }),
            9 => Kind::MeterEntry(MeterEntry {
                meter_id: other,
                index: index(dice),
                config: Some(config),
                counter_data: None,
            }),
            10 => Kind::RegisterEntry(RegisterEntry {
                register_id: other,
                index: index(dice),
                data: Some(P4Data { data: Some(p4_data::Data::Bitstring(dice.bytes(5))) }),
            }),
            11 => Kind::PacketReplicationEngineEntry(PacketReplicationEngineEntry {
                r#type: Some(packet_replication_engine_entry::Type::MulticastGroupEntry(
                    MulticastGroupEntry {
                        multicast_group_id: dice.number() as u32,
                        replicas: self.replicas(dice),
                        ..Default::default()
                    },
                )),
            }),
            12 => Kind::PacketReplicationEngineEntry(PacketReplicationEngineEntry {
                r#type: Some(packet_replication_engine_entry::Type::CloneSessionEntry(CloneSessionEntry {
                    session_id: dice.number() as u32,
                    replicas: self.replicas(dice),
                    class_of_service: dice.roll(2) as u32,
                    packet_length_bytes: dice.roll(3) as i32,
                })),
            }),
            13 => Kind::DirectCounterEntry(DirectCounterEntry {
                table_entry: Some(self.entry(dice)),
                data: Some(data),
            }),
            14 => Kind::DigestEntry(DigestEntry {
                digest_id: other,
                config: Some(digest_entry::Config {
                    max_timeout_ns: dice.number() as i64,
                    max_list_size: dice.number() as i32,
                    ack_timeout_ns: dice.number() as i64,
                }),
            }),
            _ => return None,
        })
    }

    pub(super) fn write(&self, dice: &mut Dice, election: u64) -> WriteRequest {
        let most = [1, 1, 3, 20, 400][dice.roll(5) as usize];
        let update = |dice: &mut Dice| Update {
            r#type: [1, 1, 1, 2, 3, dice.number() as i32][dice.roll(6) as usize],
            entity: (dice.roll(30) > 0).then(|| Entity { entity: self.entity(dice) }),
        };
        let updates = (0..dice.roll(most) + 1).map(|_| update(dice)).collect();
        WriteRequest {
            device_id: if dice.roll(20) == 0 { dice.number() } else { 1 },
            election_id: Some(Uint128 {
                high: 0,
                low: if dice.roll(20) == 0 { dice.number() } else { election },
            }),
            role: if dice.roll(40) == 0 { "another".to_owned() } else { String::new() },
            updates,
            atomicity: if dice.roll(20) == 0 { dice.number() as i32 } else { dice.roll(3) as i32 },
            ..Default::default()
        }
    }
}
