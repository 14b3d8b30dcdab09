// What outlives a packet, and copies of packets.
#include <core.p4>
#include <v1model.p4>
enum bit<8> lists { kept = 1, other = 2 }
header h_t { bit<8> a; bit<8> b; bit<8> c; bit<8> d; }
struct headers_t { h_t h; }
struct metadata_t { @field_list(lists.kept) bit<8> r; @field_list(1, 2) bit<8> s; bit<2> colour; bit<32> big; }
struct seen_t { bit<8> a; bit<8> sum; bit<16> one; }
parser P(packet_in p, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { p.extract(h.h); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) {
    apply { verify_checksum_with_payload(h.h.a == 1, { h.h.a, h.h.b, 16w0 }, m.big, HashAlgorithm.crc32); }
}
control Count(in bit<8> x)(bit<32> size) {
    counter(size, CounterType.packets_and_bytes) c;
    apply { c.count((bit<32>) x); }
}
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    register<bit<8>>(16) values;
    @name("named") register<int<16>>(4) others;
    meter(4, MeterType.bytes) rate;
    direct_counter(CounterType.packets) hits;
    direct_meter<bit<2>>(MeterType.packets) each;
    action_selector(HashAlgorithm.crc16, 64, 14) chosen;
    Count(8) one;
    Count(300) two;
    action next(bit<9> port) { sm.egress_spec = port; }
    action met() { each.read(m.colour); hits.count(); }
    table ways {
        key = { h.h.a: exact; h.h.b: selector; h.h.c + 1: selector @name("more"); }
        actions = { next; NoAction; }
        implementation = chosen;
    }
    table direct { key = { h.h.d: exact; } actions = { met; } counters = hits; meters = each; size = 32; support_timeout = true; }
    apply {
        values.read(h.h.c, (bit<32>) h.h.b & 15);
        values.write((bit<32>) h.h.b & 15, h.h.c + h.h.a);
        int<16> o;
        others.read(o, 1);
        others.write(1, o - 5);
        h.h.d = (bit<8>) (bit<16>) o;
        rate.execute_meter((bit<32>) h.h.a & 3, m.colour);
        if (ways.apply().hit) { direct.apply(); }
        one.apply(h.h.a & 7);
        two.apply(h.h.b);
        bit<16> hashed;
        hash(hashed, HashAlgorithm.csum16, 16w10, { h.h.a, h.h.b, 8w1, h.h.c }, 32w1000);
        hash(m.big[15:0], HashAlgorithm.crc16, 16w0, { h.h }, 32w65536);
        h.h.b = hashed[7:0] ^ m.big[7:0];
        digest<seen_t>(3, { h.h.a, h.h.b + h.h.c, 16w1 });
        if (h.h.a == 200) { clone_preserving_field_list(CloneType.I2E, 7, lists.kept); }
        if (h.h.a == 201) { resubmit_preserving_field_list(2); }
        log_msg("a {} b {} of {}", { h.h.a, h.h.b + 1, h.h });
        assert(h.h.isValid());
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        if (sm.instance_type == 1) { truncate(3); }
        if (h.h.a == 202) { clone(CloneType.E2E, 9); }
        if (h.h.a == 203) { recirculate_preserving_field_list(9); }
        random(m.s, 8w3, 8w3);
        h.h.c = h.h.c + m.s;
    }
}
control C(inout headers_t h, inout metadata_t m) {
    apply { update_checksum(h.h.isValid() && h.h.a > 100, { h.h, 8w7 }, m.big, HashAlgorithm.crc32); }
}
control D(packet_out p, in headers_t h) { apply { p.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
