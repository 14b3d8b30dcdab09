// Branches on conditions, hits and actions, straight-line code between them, `exit` and `return`.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; }
struct headers_t { h_t h; }
struct metadata_t { bit<8> r; bit<1> hit; }
parser P(packet_in b, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    state start { b.extract(hdr.h); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply { } }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    action drop() { mark_to_drop(sm); }
    action set(bit<8> v) { meta.r = v; }
    table first {
        key = { hdr.h.a: exact; }
        actions = { set; drop; NoAction; }
    }
    table second {
        key = { hdr.h.b: ternary; meta.r: ternary; }
        actions = { set; drop; }
        const default_action = set(7);
    }
    table third {
        key = { hdr.h.c: lpm; }
        actions = { drop; NoAction; }
        size = 16;
        default_action = NoAction();
    }
    apply {
        hdr.h.a = 1;
        hdr.h.b = hdr.h.b + 1;
        if (first.apply().hit) {
            meta.hit = 1;
        } else if (!hdr.h.isValid()) {
            drop();
            exit;
        }
        switch (second.apply().action_run) {
            set: { hdr.h.c = 3; }
            drop: { }
        }
        if (third.apply().miss) {
            sm.egress_spec = 2;
        }
    }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.egress_rid != 0 && sm.egress_port == sm.ingress_port) {
            mark_to_drop(sm);
        }
    }
}
control C(inout headers_t hdr, inout metadata_t meta) { apply { } }
control D(packet_out b, in headers_t hdr) { apply { b.emit(hdr); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
