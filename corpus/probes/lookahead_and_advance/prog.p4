// lookahead takes nothing, advance takes without extracting; both can run out of packet.
#include <core.p4>
#include <v1model.p4>

error { ProbeError }
header e_t { bit<8> code; }
header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    e_t     e;
    probe_t p;
}
struct metadata {
    bit<16> seen;
}

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        meta.seen = packet.lookahead<bit<16>>();
        transition select(packet.lookahead<bit<8>>()) {
            1 : skip;
            default : take;
        }
    }
    state skip {
        packet.advance(32w24);
        transition take;
    }
    state take {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        hdr.p.b = meta.seen;
        hdr.e.setValid();
        if (standard.parser_error == error.PacketTooShort) { hdr.e.code = 1; }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.e);
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
