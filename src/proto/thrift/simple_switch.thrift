// simple_switch's service `simple_switch`: mirroring sessions, egress queues, time.
//
// Wire-compatible with simple_switch; see standard.thrift.

struct Session { 1: optional i32 port, 2: optional i32 group }
exception InvalidMirroringOperation { 1: i32 code }

service SimpleSwitch {
  i32 mirroring_mapping_add(1: i32 session, 2: i32 port)
  i32 mirroring_mapping_delete(1: i32 session)
  i32 mirroring_mapping_get_egress_port(1: i32 session)
  void mirroring_session_add(1: i32 session, 2: Session copies) throws (1: InvalidMirroringOperation refused)
  void mirroring_session_delete(1: i32 session) throws (1: InvalidMirroringOperation refused)
  Session mirroring_session_get(1: i32 session) throws (1: InvalidMirroringOperation refused)
  i32 set_egress_priority_queue_depth(1: i32 port, 2: i32 priority, 3: i32 packets)
  i32 set_egress_queue_depth(1: i32 port, 2: i32 packets)
  i32 set_all_egress_queue_depths(1: i32 packets)
  i32 set_egress_priority_queue_rate(1: i32 port, 2: i32 priority, 3: i64 rate)
  i32 set_egress_queue_rate(1: i32 port, 2: i64 rate)
  i32 set_all_egress_queue_rates(1: i64 rate)
  i64 get_time_elapsed_us()
  i64 get_time_since_epoch_us()
}
