// Counts, where packets leave, those that were to leave by each port; and numbers them.
#include <core.p4>
#include <v1model.p4>

header wish_t {
    bit<8>  port;
    bit<24> number;
}
struct headers {
    wish_t wish;
}
struct metadata { }

parser P(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.wish);
        transition accept;
    }
}

control V(inout headers hdr, inout metadata meta) {
    apply { }
}

control I(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = (bit<9>)hdr.wish.port;
    }
}

control E(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    counter(16, CounterType.packets) wishes;
    register<bit<24>>(1) last;
    bit<24> number;

    apply {
        wishes.count((bit<32>)standard.egress_port);
        last.read(number, 0);
        last.write(0, number + 1);
        hdr.wish.number = number;
    }
}

control C(inout headers hdr, inout metadata meta) {
    apply { }
}

control D(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.wish);
    }
}

V1Switch(P(), V(), I(), E(), C(), D()) main;
