// Writes into three arrays by an index of the packet's, in range or not, and sends the packet back.
#include <core.p4>
#include <v1model.p4>

header cell_t {
    bit<32> index;
    bit<32> value;
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
    register<bit<32>>(6) six;
    register<bit<32>>(1) one;
    counter(5, CounterType.packets) five;

    apply {
        six.write(hdr.cell.index, hdr.cell.value);
        one.write(hdr.cell.index, hdr.cell.value);
        five.count(hdr.cell.index);
        standard.egress_spec = standard.ingress_port;
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
