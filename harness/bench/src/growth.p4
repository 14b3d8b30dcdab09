// One table; what it matches stands in KEY.
#include <core.p4>
#include <v1model.p4>

header key_t {
    bit<48> address;
    bit<32> destination;
    bit<32> source;
    bit<16> rest;
}

struct headers_t {
    key_t key;
}

struct metadata_t { }

parser GrowthParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                    inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.key);
        transition accept;
    }
}

control GrowthVerify(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control GrowthIngress(inout headers_t hdr, inout metadata_t meta,
                      inout standard_metadata_t standard_metadata) {
    action drop() {
        mark_to_drop(standard_metadata);
    }

    action forward(bit<9> port) {
        standard_metadata.egress_spec = port;
    }

    table growing {
        key = {
            KEY
        }
        actions = {
            forward;
            drop;
        }
        size = 1048576;
        default_action = drop();
    }

    apply {
        growing.apply();
    }
}

control GrowthEgress(inout headers_t hdr, inout metadata_t meta,
                     inout standard_metadata_t standard_metadata) {
    apply { }
}

control GrowthCompute(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control GrowthDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.key);
    }
}

V1Switch(GrowthParser(), GrowthVerify(), GrowthIngress(), GrowthEgress(), GrowthCompute(),
         GrowthDeparser()) main;
