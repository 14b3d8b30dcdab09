// Every extern of v1model, and the functions that only older programs use.
#include <v1model.p4>
header h_t { bit<16> sum; bit<32> a; bit<32> b; }
struct headers_t { h_t h; }
struct metadata_t { @field_list(1) bit<8> x; bit<16> y; bit<32> z; bit<2> colour; }
struct learn_t { bit<32> a; bit<9> port; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { b.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) {
    Checksum16() old;
    apply {
        verify_checksum(true, { h.h.a, h.h.b }, h.h.sum, HashAlgorithm.csum16);
        verify_checksum_with_payload(h.h.isValid(), { h.h.a }, h.h.sum, HashAlgorithm.csum16);
    }
}
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    counter(16, CounterType.packets_and_bytes) counted;
    direct_counter(CounterType.bytes) of_rows;
    meter(16, MeterType.packets) metered;
    direct_meter<bit<2>>(MeterType.bytes) meter_of_rows;
    register<bit<32>>(1024) kept;
    action_profile(32) profile;
    action_selector(HashAlgorithm.crc16, 32, 14) selector;
    action count(bit<32> at) { counted.count(at); of_rows.count(); }
    action colour() { meter_of_rows.read(m.colour); metered.execute_meter((bit<32>)m.x, m.colour); }
    table with_profile { key = { h.h.a: exact; } actions = { count; NoAction; } implementation = profile; }
    table with_selector {
        key = { h.h.a: lpm; h.h.b: selector; m.x: selector; }
        actions = { NoAction; }
        implementation = selector;
        support_timeout = true;
    }
    table with_counter {
        key = { h.h.a: ternary; m.y: range; m.x: optional; }
        actions = { count; NoAction; }
        counters = of_rows;
    }
    table with_meter { key = { h.h.a: exact; } actions = { colour; } meters = meter_of_rows; }
    apply {
        with_profile.apply();
        with_selector.apply();
        with_counter.apply();
        with_meter.apply();
        kept.read(m.z, 0);
        kept.write(m.z, m.z + 1);
        hash(m.y, HashAlgorithm.crc32, 16w0, { h.h.a, h.h.b, m.x }, 32w1024);
        hash(m.y, HashAlgorithm.xor16, 16w0, h.h, 16w8);
        random(m.x, 0, 7);
        digest<learn_t>(1, { h.h.a, s.ingress_port });
        digest(2, { h.h.a });
        clone(CloneType.I2E, 5);
        clone_preserving_field_list(CloneType.I2E, 5, 1);
        resubmit_preserving_field_list(1);
        mark_to_drop(s);
        truncate(64);
        log_msg("seen");
        log_msg("{} and {}", { h.h.a, m.x });
        assert(m.x > 0);
        assume(m.y != 3);
        static_assert(V1MODEL_VERSION >= 20180101, "an old one");
        s.egress_spec = 511;
        if (s.parser_error != error.NoError || s.checksum_error == 1) { exit; }
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        recirculate_preserving_field_list(1);
        clone_preserving_field_list(CloneType.E2E, 1, 1);
        m.z = s.enq_timestamp + s.deq_timedelta + (bit<32>)s.enq_qdepth + s.packet_length;
    }
}
control C(inout headers_t h, inout metadata_t m) {
    apply {
        update_checksum(true, { h.h.a }, h.h.sum, HashAlgorithm.csum16);
        update_checksum_with_payload(true, { h.h.a, h.h.b }, h.h.sum, HashAlgorithm.csum16);
    }
}
control D(packet_out b, in headers_t h) { apply { b.emit(h.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
