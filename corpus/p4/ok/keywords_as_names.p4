// Words of the grammar that are names all the same.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct names_t { bit<8> key; bit<8> actions; bit<8> entries; bit<8> apply; bit<8> state; bit<8> type; bit<8> priority; bit<8> list; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; names_t names; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    action type() { m.names.key = m.names.actions; }
    table key { key = { m.names.type: exact; m.names.list: exact; } actions = { type; NoAction; } }
    apply {
        key.apply();
        m.names.entries = m.names.apply + m.names.state;
        bit<8> priority = m.names.priority;
        m.names.priority = priority;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
