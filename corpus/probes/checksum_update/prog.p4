// A checksum is written before the packet leaves, where its condition holds and its header is there.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<16> sum;
    bit<16> more;
}
struct headers {
    probe_t p;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { standard.egress_spec = 1; hdr.p.b = hdr.p.b + 1; if (hdr.p.op == 3) { hdr.p.setInvalid(); } }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply {
        update_checksum(hdr.p.op != 1, { hdr.p.op, hdr.p.a, hdr.p.b, hdr.p.more }, hdr.p.sum, HashAlgorithm.csum16);
    }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
