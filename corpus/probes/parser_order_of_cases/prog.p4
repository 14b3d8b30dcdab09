// Of several cases that fit the first counts.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    probe_t p;
}
struct metadata {
    bit<8> way;
}

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition select(hdr.p.op) {
            0x10 &&& 0xf0 : one;
            0x12 : two;
            0x20 .. 0x2f : three;
            0x25 : two;
            _ : four;
        }
    }
    state one { meta.way = 1; transition accept; }
    state two { meta.way = 2; transition accept; }
    state three { meta.way = 3; transition accept; }
    state four { meta.way = 4; transition accept; }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { standard.egress_spec = 1; hdr.p.a = meta.way; }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
