// Tables of every kind; `keys.json` is what p4c-bm2-ss 1.2.5.16 makes of it.
#include <core.p4>
#include <v1model.p4>

header h_t {
    bit<8> x;
    bit<9> y;
    bit<7> pad;
}
header s_t {
    bit<8> x;
}
struct headers {
    h_t    h;
    s_t s;
}
struct metadata { }

parser p(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.h);
        packet.extract(hdr.s);
        transition accept;
    }
}

control verify_sum(inout headers hdr, inout metadata meta) { apply { } }

control ingress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action send(bit<9> port) {
        standard.egress_spec = port;
    }
    table all_exact {
        key = { hdr.h.x : exact; hdr.s.x : exact @name("hdr.s[1].x"); hdr.h.isValid() : exact; }
        actions = { send; NoAction; }
    }
    table lpm {
        key = { hdr.h.x : lpm; }
        actions = { send; NoAction; }
    }
    table tern {
        key = { hdr.h.x : ternary; hdr.h.y : ternary; }
        actions = { send; NoAction; }
    }
    table ran {
        key = { hdr.h.x : range; hdr.h.y : optional; }
        actions = { send; NoAction; }
    }
    apply {
        all_exact.apply();
        lpm.apply();
        tern.apply();
        ran.apply();
    }
}

control egress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) { apply { } }

control compute_sum(inout headers hdr, inout metadata meta) { apply { } }

control deparse(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.h);
        packet.emit(hdr.s);
    }
}

V1Switch(p(), verify_sum(), ingress(), egress(), compute_sum(), deparse()) main;
