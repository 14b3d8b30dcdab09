// Comparison, sum, product and shift of signed numbers; widening keeps the sign.
#include <core.p4>
#include <v1model.p4>

header ar_t {
    bit<8>  x;
    bit<8>  y;
    bit<8>  r0;
    bit<8>  r1;
    bit<8>  r2;
    bit<8>  r3;
    bit<8>  r4;
    bit<8>  r5;
}
struct headers {
    ar_t p;
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
    apply {
        standard.egress_spec = 1;
        int<8> x = (int<8>)hdr.p.x;
        int<8> y = (int<8>)hdr.p.y;
        if (x < y) { hdr.p.r0 = 1; }
        if (x >= 0) { hdr.p.r1 = 1; }
        hdr.p.r2 = (bit<8>)(x * y);
        hdr.p.r3 = (bit<8>)(x >> 2);
        int<16> w = (int<16>)x;
        hdr.p.r4 = (bit<8>)((bit<16>)w >> 8);
        hdr.p.r5 = (bit<8>)(-x);
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
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
