// Keeps what packets bring and counts them, and sends them back.
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
    register<bit<16>>(8) kept;
    counter(4, CounterType.packets_and_bytes) seen;

    apply {
        standard.egress_spec = standard.ingress_port;
        if (hdr.cell.isValid()) {
            kept.write((bit<32>)hdr.cell.index, hdr.cell.value);
            seen.count((bit<32>)hdr.cell.index);
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
