// Counters, meters and registers, direct and indexed.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    counter(16, CounterType.packets_and_bytes) all;
    meter(16, MeterType.bytes) speed;
    register<bit<32>>(64) memory;
    direct_counter(CounterType.packets) each;
    direct_meter<bit<8>>(MeterType.packets) paced;
    action set(bit<8> v) { m.x = v; each.count(); paced.read(m.x); }
    table t {
        key = { h.h.a: exact; }
        actions = { set; NoAction; }
        counters = each;
        meters = paced;
    }
    apply {
        all.count((bit<32>)h.h.a);
        speed.execute_meter(3, m.x);
        memory.read(m.w, (bit<32>)h.h.b);
        memory.write(7, m.w + 1);
        t.apply();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
