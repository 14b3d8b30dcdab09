// Joins its ports 1 and 2.
#include <core.p4>
#include <v1model.p4>

header cell_t {
    bit<8>  index;
    bit<16> value;
}
struct headers {
    cell_t cell;
}
struct metadata {
}

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.cell);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        if (standard.ingress_port == 1) {
            standard.egress_spec = 2;
        } else {
            standard.egress_spec = 1;
        }
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.cell);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
