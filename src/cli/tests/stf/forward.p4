// Sends a packet by the port that its first byte says.
#include <core.p4>
#include <v1model.p4>

header first_t {
    bit<8> port;
}
struct headers {
    first_t first;
}
struct metadata { }

parser parse(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.first);
        transition accept;
    }
}

control verify_sum(inout headers hdr, inout metadata meta) { apply { } }

control ingress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action send(bit<9> port) {
        standard.egress_spec = port;
    }
    action drop() {
        mark_to_drop(standard);
    }
    table forward {
        key = { hdr.first.port : ternary; }
        actions = { send; drop; }
        default_action = drop();
    }
    apply {
        forward.apply();
    }
}

control egress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) { apply { } }

control compute_sum(inout headers hdr, inout metadata meta) { apply { } }

control deparse(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.first);
    }
}

V1Switch(parse(), verify_sum(), ingress(), egress(), compute_sum(), deparse()) main;
