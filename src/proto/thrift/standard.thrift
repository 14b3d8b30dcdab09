// simple_switch's service `standard`: tables, action profiles, counters, meters, registers, value sets, ports.
//
// Wire-compatible with simple_switch: method names, numbers and types of fields are its own; all other names are ours.
// Codes of exceptions are numbers here; src/proto/src/code.rs says what they mean.

struct ExactKey { 1: binary value }
struct PrefixKey { 1: binary value, 2: i32 length }
struct TernaryKey { 1: binary value, 2: binary mask }
struct ValidKey { 1: bool valid }
struct RangeKey { 1: binary low, 2: binary high }

// The kind is 0 exact, 1 prefix, 2 ternary, 3 valid, 4 range.
struct MatchParameter {
  1: i32 kind
  2: optional ExactKey exact
  3: optional PrefixKey prefix
  4: optional TernaryKey ternary
  5: optional ValidKey valid
  6: optional RangeKey range
}

struct EntryOptions { 1: optional i32 priority }
struct CounterValue { 1: i64 bytes, 2: i64 packets }
struct MeterRate { 1: double per_microsecond, 2: i32 burst }

// The kind is 0 none, 1 an action, 2 a member, 3 a group.
struct ActionEntry {
  1: i32 kind
  2: optional string action
  3: optional list<binary> arguments
  4: optional i32 member
  5: optional i32 group
}

struct EntryLife { 1: i32 timeout_ms, 2: i32 since_hit_ms }
struct Entry {
  1: list<MatchParameter> key
  2: EntryOptions options
  3: i32 handle
  4: ActionEntry action
  5: optional EntryLife life
}
struct Member { 1: i32 handle, 2: string action, 3: list<binary> arguments }
struct Group { 1: i32 handle, 2: list<i32> members }

struct Port { 1: i32 number, 2: string interface_name, 3: bool up, 4: map<string, string> extra }
struct Device {
  1: i64 id
  2: i32 thrift_port
  3: optional string notifications
  4: optional string events
  5: optional string debugger
}
struct Crc16 { 1: i16 polynomial, 2: i16 initial, 3: i16 last_xor, 4: bool data_reflected, 5: bool remainder_reflected }
struct Crc32 { 1: i32 polynomial, 2: i32 initial, 3: i32 last_xor, 4: bool data_reflected, 5: bool remainder_reflected }

exception InvalidTableOperation { 1: i32 code }
exception InvalidCounterOperation { 1: i32 code }
exception InvalidSwapOperation { 1: i32 code }
exception InvalidMeterOperation { 1: i32 code }
exception InvalidRegisterOperation { 1: i32 code }
exception InvalidParseVSetOperation { 1: i32 code }
exception InvalidLearnOperation { 1: i32 code }
exception InvalidDevMgrOperation { 1: i32 code }
exception InvalidCrcOperation { 1: i32 code }
exception InvalidToeplitzHashOperation { 1: i32 code }
exception InvalidIdLookup { 1: i32 code }

service Standard {
  i64 bm_mt_get_num_entries(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  void bm_mt_clear_entries(1: i32 context, 2: string table, 3: bool reset_default) throws (1: InvalidTableOperation refused)
  i32 bm_mt_add_entry(1: i32 context, 2: string table, 3: list<MatchParameter> key, 4: string action, 5: list<binary> arguments, 6: EntryOptions options) throws (1: InvalidTableOperation refused)
  void bm_mt_set_default_action(1: i32 context, 2: string table, 3: string action, 4: list<binary> arguments) throws (1: InvalidTableOperation refused)
  void bm_mt_reset_default_entry(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  void bm_mt_delete_entry(1: i32 context, 2: string table, 3: i32 entry) throws (1: InvalidTableOperation refused)
  void bm_mt_modify_entry(1: i32 context, 2: string table, 3: i32 entry, 4: string action, 5: list<binary> arguments) throws (1: InvalidTableOperation refused)
  void bm_mt_set_entry_ttl(1: i32 context, 2: string table, 3: i32 entry, 4: i32 milliseconds) throws (1: InvalidTableOperation refused)
  i32 bm_mt_act_prof_add_member(1: i32 context, 2: string profile, 3: string action, 4: list<binary> arguments) throws (1: InvalidTableOperation refused)
  void bm_mt_act_prof_delete_member(1: i32 context, 2: string profile, 3: i32 member) throws (1: InvalidTableOperation refused)
  void bm_mt_act_prof_modify_member(1: i32 context, 2: string profile, 3: i32 member, 4: string action, 5: list<binary> arguments) throws (1: InvalidTableOperation refused)
  i32 bm_mt_act_prof_create_group(1: i32 context, 2: string profile) throws (1: InvalidTableOperation refused)
  void bm_mt_act_prof_delete_group(1: i32 context, 2: string profile, 3: i32 group) throws (1: InvalidTableOperation refused)
  void bm_mt_act_prof_add_member_to_group(1: i32 context, 2: string profile, 3: i32 member, 4: i32 group) throws (1: InvalidTableOperation refused)
  void bm_mt_act_prof_remove_member_from_group(1: i32 context, 2: string profile, 3: i32 member, 4: i32 group) throws (1: InvalidTableOperation refused)
  list<Member> bm_mt_act_prof_get_members(1: i32 context, 2: string profile) throws (1: InvalidTableOperation refused)
  Member bm_mt_act_prof_get_member(1: i32 context, 2: string profile, 3: i32 member) throws (1: InvalidTableOperation refused)
  list<Group> bm_mt_act_prof_get_groups(1: i32 context, 2: string profile) throws (1: InvalidTableOperation refused)
  Group bm_mt_act_prof_get_group(1: i32 context, 2: string profile, 3: i32 group) throws (1: InvalidTableOperation refused)
  i32 bm_mt_indirect_add_entry(1: i32 context, 2: string table, 3: list<MatchParameter> key, 4: i32 member, 5: EntryOptions options) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_modify_entry(1: i32 context, 2: string table, 3: i32 entry, 4: i32 member) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_delete_entry(1: i32 context, 2: string table, 3: i32 entry) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_set_entry_ttl(1: i32 context, 2: string table, 3: i32 entry, 4: i32 milliseconds) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_set_default_member(1: i32 context, 2: string table, 3: i32 member) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_reset_default_entry(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  i32 bm_mt_indirect_ws_add_entry(1: i32 context, 2: string table, 3: list<MatchParameter> key, 4: i32 group, 5: EntryOptions options) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_ws_modify_entry(1: i32 context, 2: string table, 3: i32 entry, 4: i32 group) throws (1: InvalidTableOperation refused)
  void bm_mt_indirect_ws_set_default_group(1: i32 context, 2: string table, 3: i32 group) throws (1: InvalidTableOperation refused)
  CounterValue bm_mt_read_counter(1: i32 context, 2: string table, 3: i32 entry) throws (1: InvalidTableOperation refused)
  void bm_mt_reset_counters(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  void bm_mt_write_counter(1: i32 context, 2: string table, 3: i32 entry, 4: CounterValue value) throws (1: InvalidTableOperation refused)
  void bm_mt_set_meter_rates(1: i32 context, 2: string table, 3: i32 entry, 4: list<MeterRate> rates) throws (1: InvalidTableOperation refused)
  list<MeterRate> bm_mt_get_meter_rates(1: i32 context, 2: string table, 3: i32 entry) throws (1: InvalidTableOperation refused)
  list<Entry> bm_mt_get_entries(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  Entry bm_mt_get_entry(1: i32 context, 2: string table, 3: i32 entry) throws (1: InvalidTableOperation refused)
  ActionEntry bm_mt_get_default_entry(1: i32 context, 2: string table) throws (1: InvalidTableOperation refused)
  Entry bm_mt_get_entry_from_key(1: i32 context, 2: string table, 3: list<MatchParameter> key, 4: EntryOptions options) throws (1: InvalidTableOperation refused)
  CounterValue bm_counter_read(1: i32 context, 2: string name, 3: i32 index) throws (1: InvalidCounterOperation refused)
  void bm_counter_reset_all(1: i32 context, 2: string name) throws (1: InvalidCounterOperation refused)
  void bm_counter_write(1: i32 context, 2: string name, 3: i32 index, 4: CounterValue value) throws (1: InvalidCounterOperation refused)
  void bm_learning_ack(1: i32 context, 2: i32 list_id, 3: i64 buffer, 4: list<i32> samples) throws (1: InvalidLearnOperation refused)
  void bm_learning_ack_buffer(1: i32 context, 2: i32 list_id, 3: i64 buffer) throws (1: InvalidLearnOperation refused)
  void bm_learning_set_timeout(1: i32 context, 2: i32 list_id, 3: i32 milliseconds) throws (1: InvalidLearnOperation refused)
  void bm_learning_set_buffer_size(1: i32 context, 2: i32 list_id, 3: i32 samples) throws (1: InvalidLearnOperation refused)
  void bm_load_new_config(1: string json) throws (1: InvalidSwapOperation refused)
  void bm_swap_configs() throws (1: InvalidSwapOperation refused)
  void bm_meter_array_set_rates(1: i32 context, 2: string name, 3: list<MeterRate> rates) throws (1: InvalidMeterOperation refused)
  void bm_meter_set_rates(1: i32 context, 2: string name, 3: i32 index, 4: list<MeterRate> rates) throws (1: InvalidMeterOperation refused)
  list<MeterRate> bm_meter_get_rates(1: i32 context, 2: string name, 3: i32 index) throws (1: InvalidMeterOperation refused)
  i64 bm_register_read(1: i32 context, 2: string name, 3: i32 index) throws (1: InvalidRegisterOperation refused)
  list<i64> bm_register_read_all(1: i32 context, 2: string name) throws (1: InvalidRegisterOperation refused)
  void bm_register_write(1: i32 context, 2: string name, 3: i32 index, 4: i64 value) throws (1: InvalidRegisterOperation refused)
  void bm_register_write_range(1: i32 context, 2: string name, 3: i32 start, 4: i32 behind, 5: i64 value) throws (1: InvalidRegisterOperation refused)
  void bm_register_reset(1: i32 context, 2: string name) throws (1: InvalidRegisterOperation refused)
  void bm_parse_vset_add(1: i32 context, 2: string name, 3: binary value) throws (1: InvalidParseVSetOperation refused)
  void bm_parse_vset_remove(1: i32 context, 2: string name, 3: binary value) throws (1: InvalidParseVSetOperation refused)
  list<binary> bm_parse_vset_get(1: i32 context, 2: string name) throws (1: InvalidParseVSetOperation refused)
  void bm_parse_vset_clear(1: i32 context, 2: string name) throws (1: InvalidParseVSetOperation refused)
  void bm_dev_mgr_add_port(1: string interface_name, 2: i32 port, 3: string capture) throws (1: InvalidDevMgrOperation refused)
  void bm_dev_mgr_remove_port(1: i32 port) throws (1: InvalidDevMgrOperation refused)
  list<Port> bm_dev_mgr_show_ports() throws (1: InvalidDevMgrOperation refused)
  Device bm_mgmt_get_info()
  void bm_set_crc16_custom_parameters(1: i32 context, 2: string name, 3: Crc16 parameters) throws (1: InvalidCrcOperation refused)
  void bm_set_crc32_custom_parameters(1: i32 context, 2: string name, 3: Crc32 parameters) throws (1: InvalidCrcOperation refused)
  void bm_set_toeplitz_hash_key(1: i32 context, 2: string name, 3: binary key) throws (1: InvalidToeplitzHashOperation refused)
  void bm_reset_state()
  string bm_get_config()
  binary bm_get_config_md5()
  i32 bm_get_id_from_name(1: i32 context, 2: i32 kind, 3: string name) throws (1: InvalidIdLookup refused)
  string bm_serialize_state()
}
