#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

struct headers_t {
    ethernet_t ethernet;
}

struct metadata_t { }

parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.ethernet);
        transition accept;
    }
}

control Check(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

// What comes in by port 2 leaves by port 1, all else by port 2; some destinations are blocked.
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    action drop() {
        mark_to_drop(standard);
    }
    table block {
        key = { hdr.ethernet.dst: exact; }
        actions = { drop; NoAction; }
        size = 256;
        default_action = NoAction();
    }
    apply {
        if (standard.ingress_port == 2) {
            standard.egress_spec = 1;
        } else {
            standard.egress_spec = 2;
        }
        block.apply();
    }
}

control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    apply { }
}

control D(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
    }
}

V1Switch(P(), Check(), I(), E(), Check(), D()) main;
