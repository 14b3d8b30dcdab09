// Controls and parsers of one name are told apart by the parameters of their constructors.
#include <core.p4>
#include <v1model.p4>

header h_t {
    bit<8> a;
    bit<8> b;
}

struct headers {
    h_t h;
}

struct metadata {}

parser Taken(packet_in packet, out h_t h)() {
    state start {
        packet.extract(h);
        transition accept;
    }
}

parser Taken(packet_in packet, out h_t h)(bit<8> skipped) {
    state start {
        packet.advance((bit<32>) skipped);
        packet.extract(h);
        transition accept;
    }
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    Taken(skipped = 16) taken;
    state start {
        taken.apply(packet, hdr.h);
        transition accept;
    }
}

control Changed(inout bit<8> x) {
    apply { x = 8w255; }
}

control Changed(inout bit<8> x)(bit<8> sum) {
    apply { x = x + sum; }
}

control Changed(inout bit<8> x)(bit<8> difference) {
    apply { x = x - difference; }
}

control V(inout headers hdr, inout metadata meta) {
    apply {}
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    Changed(sum = 1) more;
    Changed(difference = 2) less;
    apply {
        more.apply(hdr.h.a);
        less.apply(hdr.h.b);
        standard.egress_spec = 1;
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {}
}

control D(packet_out packet, in headers hdr) {
    apply { packet.emit(hdr); }
}

V1Switch(P(), V(), I(), E(), V(), D()) main;
